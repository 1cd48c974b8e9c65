# What a hashing balancer goes by, as one number.
cimport cython
from libc.stdint cimport uint64_t

from lumina.balancing.candidates cimport mix

# 64 bits that depend on all octets of data[at:end], and on how many there are.
cdef uint64_t key_of(const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept
