# The field names that the gateway knows, found at the cost of one comparison.
from lumina.http.octets cimport FOLDED

cdef int find_name(const unsigned char* data, Py_ssize_t at, Py_ssize_t size) noexcept

cdef unsigned char TEXT[640]
cdef unsigned short STARTS[64]
cdef unsigned char SIZES[64]
cdef unsigned char SLOTS[128]
cdef int LONGEST
