# What a client expects before it sends its content.
from lumina.http1.fields cimport Fields, NAME_EXPECT, drop_blanks, element_end, same_word, skip_blanks

cdef bint only_continue(Fields fields, const unsigned char* data, int minor) noexcept
