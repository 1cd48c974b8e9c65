"""A response head, checked as strictly as a request's (RFC 9112, sections 4 and 6.3)."""

import cython

from lumina.http1.fields import Fields

if not cython.compiled:
    from lumina.http.octets import text_end
    from lumina.http1.fields import MAX_FIELDS, STRICT_LENGTHS, STRICT_OPTIONS, STRICT_STATUS_LINE
    from lumina.http1.framing import (
        FRAMING_CHUNKED,
        FRAMING_NONE,
        FRAMING_REFUSED,
        FRAMING_UNTIL_CLOSE,
        response_framing,
    )
    from lumina.http1.request import (
        BODY_CHUNKED,
        BODY_LENGTH,
        BODY_NONE,
        BODY_UNTIL_CLOSE,
        METHOD_HEAD,
    )
    from lumina.http1.rules import (
        NEED_MORE,
        REFUSED,
        RULE_HEAD_TOO_LARGE,
        RULE_STATUS_CODE,
        RULE_STATUS_LINE,
        RULE_STATUS_VERSION,
        RULE_VERSION,
        RULE_VERSION_UNSUPPORTED,
    )
    from lumina.http1.start import version_number


class ResponseHead(Fields):
    """The status line and fields of one response, as offsets into the octets that were parsed."""

    __slots__ = (
        "_max_count",
        "_max_head",
        "body",
        "content_length",
        "minor",
        "persistent",
        "reason_at",
        "reason_size",
        "status",
    )

    def __init__(self, max_head: int = 65536, max_count: int = MAX_FIELDS) -> None:
        super().__init__()
        self.configure(max_head, max_count)
        self._forget()

    def configure(self, max_head: cython.Py_ssize_t, max_count: cython.int) -> None:
        """Set the limits: octets of the whole head, and fields."""
        self._max_head = max_head
        self._max_count = min(max_count, MAX_FIELDS)

    def _forget(self) -> None:  # hot
        self.status = 0
        self.reason_at = self.reason_size = 0
        self.minor = 1
        self.body = BODY_NONE
        self.content_length = -1
        self.persistent = False

    def parse(
        self, data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t, method: cython.int
    ) -> cython.Py_ssize_t:  # hot
        """Parse the head at `at` of the answer to a `method` request, and return the offset after it.

        Or NEED_MORE, or REFUSED: the same octets give the same, however they arrive.
        """
        start: cython.Py_ssize_t = at
        stop: cython.Py_ssize_t = min(end, at + self._max_head)
        self.begin()
        self._forget()
        at = self._line(data, at, stop)
        if at >= 0:
            at = self._section(data, at, stop, self._max_count)
        if at >= 0:
            return at if self._judge(data, method) else REFUSED
        if at == NEED_MORE and end - start >= self._max_head:
            return self.refuse(RULE_HEAD_TOO_LARGE)
        return at

    def _line(
        self, data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t
    ) -> cython.Py_ssize_t:  # hot
        """Take the status line and return the offset after its CRLF."""
        stop: cython.Py_ssize_t
        version: cython.int = version_number(data, at, end)
        if version == NEED_MORE:
            return NEED_MORE
        if version == REFUSED:
            return self.refuse(RULE_VERSION)
        if version < 10 or version > 19:
            return self.refuse(RULE_VERSION_UNSUPPORTED)
        self.minor = version > 10
        at = self._status(data, at + 8, end)
        if at < 0:
            return at
        if at == end:
            return NEED_MORE
        if data[at] == 32:
            at += 1
        elif data[at] != 13 or self.strict & STRICT_STATUS_LINE:  # forgiven before an empty reason
            return self.refuse(RULE_STATUS_LINE)
        stop = text_end(data, at, end)
        self.reason_at = at
        self.reason_size = stop - at
        return self._line_end(data, stop, end)

    def _status(
        self, data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t
    ) -> cython.Py_ssize_t:  # hot
        """Take the space and the three digits after the version."""
        place: cython.Py_ssize_t
        status: cython.int = 0
        if at == end:
            return NEED_MORE
        if data[at] != 32:
            return self.refuse(RULE_STATUS_LINE)
        for place in range(at + 1, min(at + 4, end)):
            if not 48 <= data[place] <= 57:
                return self.refuse(RULE_STATUS_CODE)
            status = status * 10 + data[place] - 48
        if at + 4 > end:
            return NEED_MORE
        if status < 100 or status > 599:
            return self.refuse(RULE_STATUS_CODE)
        if status < 200 and self.minor == 0:  # whoever does not know them would read an answer and its body there
            return self.refuse(RULE_STATUS_VERSION)
        self.status = status
        return at + 4

    def _judge(self, data: cython.p_const_uchar, method: cython.int) -> cython.bint:  # hot
        """Say how the body ends, and whether the connection stays."""
        framing: cython.longlong = response_framing(self, data, self.minor, self.status)
        if framing == FRAMING_REFUSED:
            return False
        if framing >= 0:
            self.content_length = framing
        if method == METHOD_HEAD or self.status == 304 or framing == FRAMING_NONE:
            self.body = BODY_NONE
        elif framing == FRAMING_CHUNKED:
            self.body = BODY_CHUNKED
        elif framing == FRAMING_UNTIL_CLOSE:
            self.body = BODY_UNTIL_CLOSE
        else:
            self.body = BODY_LENGTH
        self.persistent = not self.close and self.body != BODY_UNTIL_CLOSE and (self.minor > 0 or self.keep_alive)
        return True

    def parse_bytes(self, data: bytes, method: int = 1, at: int = 0, end: int = -1) -> int:
        """Parse data[at:end] (to the end of `data` where `end` is negative), and return what `parse` does."""
        return self.parse(data, at, len(data) if end < 0 else end, method)

    def reason(self, data: bytes) -> bytes:
        """Return the reason phrase found by the last parse of `data`."""
        return data[self.reason_at : self.reason_at + self.reason_size]


def strictness(leniency: dict[str, bool]) -> int:
    """Return the Strictness for the configuration's `leniency`; what it does not name is forgiven."""
    flags = (
        ("equal_content_lengths", STRICT_LENGTHS),
        ("bare_status_lines", STRICT_STATUS_LINE),
        ("odd_connection_options", STRICT_OPTIONS),
    )
    return sum(flag for name, flag in flags if not leniency.get(name, True))
