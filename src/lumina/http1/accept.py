"""In which form a client reads what the gateway itself has to say (RFC 9110, section 12.5.1)."""

import cython

if not cython.compiled:
    from lumina.http1.fields import same_word

    FORM_JSON, FORM_PAGE, FORM_TEXT = range(3)


def form_of(data: cython.p_const_uchar, at: cython.Py_ssize_t, size: cython.Py_ssize_t) -> cython.int:  # hot
    """Return the form for the Accept field whose value is data[at : at + size].

    The media range named first decides, which is what browsers and people put there; anything but text gets JSON.
    """
    if size >= 9 and same_word(data, at, 9, b"text/html", 9):
        return FORM_PAGE
    if size >= 10 and same_word(data, at, 10, b"text/plain", 10):
        return FORM_TEXT
    return FORM_JSON


def form_for(value: bytes) -> int:
    """Do what `form_of` does, for tests."""
    return form_of(value, 0, len(value))
