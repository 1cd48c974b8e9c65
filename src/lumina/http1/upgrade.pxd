# Which protocols a client may change to through this gateway.
from lumina.http1.fields cimport Fields, NAME_UPGRADE, drop_blanks, element_end, same_word, skip_blanks

cdef bint may_upgrade(Fields fields, const unsigned char* data) noexcept
