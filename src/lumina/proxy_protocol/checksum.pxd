# CRC32c, as a type-length-value of version 2 has it.
from libc.stdint cimport uint32_t

cdef uint32_t TABLE[256]

cdef uint32_t crc32c(uint32_t crc, const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept
