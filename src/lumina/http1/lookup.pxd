# A field by a name that only the configuration knows.
from lumina.http1.fields cimport Fields

# The place, from `first` on, of a field with this name, which is in lower case; -1: there is none.
cdef int find_field(Fields head, const unsigned char* data, bytes name, int first) noexcept
