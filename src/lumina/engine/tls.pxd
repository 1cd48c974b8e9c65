# TLS over a non-blocking socket, by the standard library's ssl.
cimport cython
from cpython.memoryview cimport PyMemoryView_FromMemory


@cython.final
cdef class Tls:
    cdef object session                 # the _ssl object behind an ssl.SSLSocket
    cdef object socket                  # kept so that the session has its descriptor
    cdef object view                    # a memoryview of the reactor's scratch
    cdef readonly bint ready            # the handshake is done
    cdef readonly str failure           # what the handshake failed of, for people
    cdef readonly bint plain_http       # what came instead of a handshake was a request
    cdef readonly bint untrusted        # it failed because the certificate cannot be trusted

    # 1: done, 0: wants to read or write more, -1: failed
    cdef int shake(self) noexcept
    cdef Py_ssize_t read(self, Py_ssize_t size) noexcept
    cdef Py_ssize_t write(self, const unsigned char* data, Py_ssize_t size) noexcept
    cdef bint holds(self) noexcept
    cdef void finish(self) noexcept
    cdef void forget(self) noexcept
