# Heads and framing, written anew from what was parsed.
cimport cython
from libc.string cimport memcpy

from lumina.http1.fields cimport *
from lumina.http1.request cimport BODY_CHUNKED, BODY_LENGTH


@cython.final
cdef class Writer:
    cdef unsigned char* out
    cdef Py_ssize_t at              # where the next octet goes
    cdef bint framed                # the framing field has been written

    cdef void begin(self, unsigned char* out, Py_ssize_t at) noexcept
    # Write data[start : start + size]. In place, so that a size known to the compiler costs a move and no call.
    cdef inline void put(self, const unsigned char* data, Py_ssize_t start, Py_ssize_t size) noexcept:
        memcpy(self.out + self.at, data + start, size)
        self.at += size

    # Write `value` in decimal.
    cdef inline void number(self, unsigned long long value) noexcept:
        if value < 10:
            self.out[self.at] = 48 + <unsigned char>value
            self.at += 1
        else:
            self._number(value)

    cdef void _number(self, unsigned long long value) noexcept
    cdef void padded(self, unsigned long long value, int width) noexcept
    cdef void hexadecimal(self, unsigned long long value) noexcept
    cdef void field(self, const unsigned char* name, Py_ssize_t name_size, const unsigned char* value, Py_ssize_t value_size) noexcept
    cdef void fields(self, const unsigned char* data, Fields head, const unsigned char* own, int body, long long length) noexcept
    cdef void _replace(self, const unsigned char* data, Fields head, int at, int body, long long length) noexcept
    cdef void framing(self, int body, long long length) noexcept
    # End a line.
    cdef inline void end(self) noexcept:
        self.put(b"\r\n", 0, 2)

# 1 for each Name that is not copied but written by the gateway itself, or by nobody.
cdef unsigned char OWN_IN_REQUEST[32]
cdef unsigned char OWN_IN_TRUSTED[32]   # from a trusted proxy
cdef unsigned char OWN_IN_RESPONSE[32]
