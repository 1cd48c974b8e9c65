# How long a server keeps a connection that waits, as its Keep-Alive field says.
from lumina.http1.fields cimport Fields, drop_blanks, element_end, same_word, skip_blanks

cdef enum:
    DIGITS = 9              # most that are read

cdef double MARGIN

# Seconds to keep a connection on which this head came: `most`, or less where its server keeps it for less.
cdef double idle_seconds(Fields head, const unsigned char* data, double most) noexcept
cdef double _timeout(const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept
