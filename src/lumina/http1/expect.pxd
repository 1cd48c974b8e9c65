# What a client expects before it sends its content.
from lumina.http1.fields cimport Fields, NAME_EXPECT, same_word

cdef bint only_continue(Fields fields, const unsigned char* data, int minor) noexcept
