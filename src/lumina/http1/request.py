"""A request head, checked whole before any of it is believed (RFC 9112, sections 2 and 3)."""

import cython

from lumina.http1.target import Target

if not cython.compiled:
    from lumina.http.authority import (
        AUTHORITY_FINE,
        check_authority,
        same_authority,
    )
    from lumina.http.octets import BLANK, OCTETS, TCHAR
    from lumina.http.target import BROWSER_OCTETS
    from lumina.http1.expect import only_continue
    from lumina.http1.fields import MAX_FIELDS
    from lumina.http1.framing import FRAMING_CHUNKED, FRAMING_NONE, FRAMING_REFUSED, request_framing
    from lumina.http1.rules import (
        NEED_MORE,
        REFUSED,
        RULE_BARE_CR,
        RULE_BARE_LF,
        RULE_EXPECT,
        RULE_HEAD_TOO_LARGE,
        RULE_HOST_MISMATCH,
        RULE_HOST_MISSING,
        RULE_HOST_REPEATED,
        RULE_LINE_TOO_LONG,
        RULE_METHOD,
        RULE_METHOD_CONNECT,
        RULE_METHOD_TOO_LONG,
        RULE_REQUEST_LINE,
        RULE_TARGET_FORM,
        RULE_TRACE_CONTENT,
        RULE_VERSION,
        RULE_VERSION_UNSUPPORTED,
    )
    from lumina.http1.start import method_number, version_number
    from lumina.http1.target import authority_rule
    from lumina.http1.upgrade import may_upgrade

    (
        METHOD_OTHER,
        METHOD_GET,
        METHOD_HEAD,
        METHOD_POST,
        METHOD_PUT,
        METHOD_DELETE,
        METHOD_CONNECT,
        METHOD_OPTIONS,
        METHOD_TRACE,
        METHOD_PATCH,
    ) = range(10)
    BODY_NONE, BODY_LENGTH, BODY_CHUNKED, BODY_UNTIL_CLOSE = range(4)
    MAX_METHOD = 64


class RequestHead(Target):
    """The request line and fields of one request, as offsets into the octets that were parsed."""

    __slots__ = (
        "_max_count",
        "_max_head",
        "_max_line",
        "body",
        "content_length",
        "expects_continue",
        "method",
        "method_at",
        "method_size",
        "minor",
        "persistent",
    )

    def __init__(self, max_line: int = 8192, max_head: int = 32768, max_count: int = 100) -> None:
        super().__init__()
        self.permit(0, BROWSER_OCTETS)
        self.configure(max_line, max_head, max_count)
        self._forget()

    def configure(self, max_line: cython.Py_ssize_t, max_head: cython.Py_ssize_t, max_count: cython.int) -> None:
        """Set the limits: octets of the request line, octets of the whole head with that line, and fields."""
        self._max_line = max_line
        self._max_head = max_head
        self._max_count = min(max_count, MAX_FIELDS)
        self.reserve(3 * max_line + 1)

    def _forget(self) -> None:  # hot
        self.method = METHOD_OTHER
        self.method_at = self.method_size = self.target_at = self.target_size = 0
        self.authority_at = self.authority_size = 0
        self.path_at = self.path_size = self.normal_size = self.query_size = 0
        self.query_at = self.content_length = -1
        self.minor = 1
        self.body = BODY_NONE
        self.rewritten = self.doubtful = self.asks_for_tls = self.persistent = self.expects_continue = False

    def parse(
        self, data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t
    ) -> cython.Py_ssize_t:  # hot
        """Parse the head at `at`, and return the offset after it, NEED_MORE or REFUSED.

        Nothing beyond the limits is looked at, so that the same octets give the same answer however they arrive.
        """
        start: cython.Py_ssize_t = at
        stop: cython.Py_ssize_t = min(end, at + self._max_head)
        self.begin()
        self._forget()
        at = self._blank_line(data, at, stop)
        if at >= 0:
            at = self._line(data, at, stop)
        if at >= 0:
            at = self._section(data, at, stop, self._max_count)
        if at >= 0:
            return at if self._judge_fields(data) else REFUSED
        if at == NEED_MORE and end - start >= self._max_head:
            return self.refuse(RULE_HEAD_TOO_LARGE)
        return at

    def _blank_line(
        self, data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t
    ) -> cython.Py_ssize_t:  # hot
        """Skip the one empty line that section 2.2 asks a server to forgive."""
        if at == end:
            return NEED_MORE
        if data[at] != 13:
            return at
        if at + 1 == end:
            return NEED_MORE
        return at + 2 if data[at + 1] == 10 else self.refuse(RULE_BARE_CR)

    def _line(
        self, data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t
    ) -> cython.Py_ssize_t:  # hot
        """Take the request line and return the offset after its CRLF."""
        limit: cython.Py_ssize_t = at + self._max_line + 2
        stop: cython.Py_ssize_t = min(end, limit)
        at = self._method(data, at, stop)
        if at >= 0:
            at = self._target(data, at, stop)
        if at >= 0:
            at = self._version(data, at, stop)
        if at >= 0:
            return at if self._judge_line(data) else REFUSED
        if at == NEED_MORE and stop == limit:
            return self.refuse(RULE_LINE_TOO_LONG)
        return at

    def _method(
        self, data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t
    ) -> cython.Py_ssize_t:  # hot
        octet: cython.uchar
        self.method_at = at
        while at < end and OCTETS[data[at]] & TCHAR:
            at += 1
        self.method_size = at - self.method_at
        if self.method_size > MAX_METHOD:
            self.method_size = 0
            return self.refuse(RULE_METHOD_TOO_LONG)
        if at == end:
            return NEED_MORE
        octet = data[at]
        if octet != 32 or self.method_size == 0:
            self.method_size = 0
            if octet == 10:
                return self.refuse(RULE_BARE_LF)
            return self.refuse(RULE_REQUEST_LINE if octet == 13 or OCTETS[octet] & BLANK else RULE_METHOD)
        self.method = method_number(data, self.method_at, self.method_size)
        if self.method == METHOD_CONNECT:
            return self.refuse(RULE_METHOD_CONNECT)
        return at + 1

    def _version(
        self, data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t
    ) -> cython.Py_ssize_t:  # hot
        """Take the version and the CRLF."""
        version: cython.int = version_number(data, at, end)
        if version == NEED_MORE:
            return NEED_MORE
        if version == REFUSED:
            return self.refuse(RULE_VERSION)
        at += 8
        if at == end:
            return NEED_MORE
        if data[at] != 13:
            return self.refuse(RULE_BARE_LF if data[at] == 10 else RULE_VERSION)
        if at + 1 == end:
            return NEED_MORE
        if data[at + 1] != 10:
            return self.refuse(RULE_BARE_CR)
        if version < 10 or version > 19:
            return self.refuse(RULE_VERSION_UNSUPPORTED)
        self.minor = version > 10
        return at + 2

    def _judge_line(self, data: cython.p_const_uchar) -> cython.bint:  # hot
        """Check what needs the whole line, and normalise the path."""
        if self.path_size == 0:  # only an absolute-form may lack its path (RFC 9112, section 3.2.4)
            self.path_room[0] = 42 if self.method == METHOD_OPTIONS and self.query_at < 0 else 47
            self.normal_size = 1
            self.rewritten = True
        elif data[self.path_at] == 42:
            if self.method != METHOD_OPTIONS:
                return self._wrong(RULE_TARGET_FORM)
        elif self.doubtful:
            return self.normalise(data, self._paths)
        return True

    def _judge_fields(self, data: cython.p_const_uchar) -> cython.bint:  # hot
        """Check what needs the whole head."""
        self.persistent = not self.close and (self.minor > 0 or self.keep_alive)
        if self.upgrade_field >= 0 and (self.minor == 0 or not may_upgrade(self, data)):
            self.upgrade = False
            self.upgrade_field = -1
        if not self._judge_host(data) or not self._judge_body(data):
            return False
        if self.expectations and not only_continue(self, data, self.minor):
            return self._wrong(RULE_EXPECT)
        self.expects_continue = self.expectations > 0 and self.body != BODY_NONE
        return True

    def _judge_host(self, data: cython.p_const_uchar) -> cython.bint:  # hot
        """Find the authority: the target's if there is one, else the Host field's; both must be sound and agree."""
        fault: cython.int
        at: cython.Py_ssize_t
        size: cython.Py_ssize_t
        if self.hosts == 0:
            return self.minor == 0 or self._wrong(RULE_HOST_MISSING)
        if self.hosts > 1:
            return self._wrong(RULE_HOST_REPEATED)
        at = self.value_at[self.host]
        size = self.value_size[self.host]
        fault = check_authority(data, at, size)
        if fault != AUTHORITY_FINE:
            return self._wrong(authority_rule(fault))
        if self.authority_size == 0:
            self.authority_at = at
            self.authority_size = size
            return True
        return same_authority(data, at, size, self.authority_at, self.authority_size) or self._wrong(RULE_HOST_MISMATCH)

    def _judge_body(self, data: cython.p_const_uchar) -> cython.bint:  # hot
        """Say how the body ends."""
        framing: cython.longlong = request_framing(self, data, self.minor)
        if framing == FRAMING_REFUSED:
            return False
        if framing == FRAMING_CHUNKED:
            self.body = BODY_CHUNKED
        elif framing != FRAMING_NONE:
            self.body = BODY_LENGTH
            self.content_length = framing
        if self.method == METHOD_TRACE:
            self.relayed = True
            if framing == FRAMING_CHUNKED or framing > 0:
                return self._wrong(RULE_TRACE_CONTENT)
        return True

    def parse_bytes(self, data: bytes, at: int = 0, end: int = -1) -> int:
        """Parse data[at:end] (to the end of `data` where `end` is negative), and return what `parse` does."""
        return self.parse(data, at, len(data) if end < 0 else end)

    def parts(self, data: bytes) -> dict[str, bytes | None]:
        """Return the parts of the request line and the authority, as found by the last parse of `data`."""
        raw = data[self.path_at : self.path_at + self.path_size]
        return {
            "method": data[self.method_at : self.method_at + self.method_size],
            "target": data[self.target_at : self.target_at + self.target_size],
            "authority": data[self.authority_at : self.authority_at + self.authority_size],
            "path": bytes(self._room[: self.normal_size]) if self.rewritten else raw,
            "raw_path": raw,
            "query": None if self.query_at < 0 else data[self.query_at : self.query_at + self.query_size],
        }
