"""Chunked transfer coding, decoded where it lies and as it arrives (RFC 9112, section 7.1)."""

import cython

from lumina.http1.fields import Fields

if not cython.compiled:
    from lumina.http.octets import BLANK, OCTETS, TCHAR
    from lumina.http1.fields import NAME_CONNECTION
    from lumina.http1.rules import (
        REFUSED,
        RULE_BARE_CR,
        RULE_BARE_LF,
        RULE_CHUNK_END,
        RULE_CHUNK_EXTENSION,
        RULE_CHUNK_EXTENSION_SIZE,
        RULE_CHUNK_SIZE,
        RULE_NONE,
        RULE_TRAILER_SIZE,
    )

    MAX_SIZE_DIGITS, MAX_EXTENSION, MAX_OVERHEAD, MAX_TRAILERS = 15, 4096, 16384, 8192
    (
        SIZE,
        SIZE_BLANK,
        EXTENSION_START,
        EXTENSION_NAME,
        EXTENSION_NAME_BLANK,
        EXTENSION_VALUE_START,
        EXTENSION_VALUE,
        EXTENSION_QUOTED,
        EXTENSION_ESCAPED,
        EXTENSION_END,
        EXTENSION_BLANK,
        SIZE_LF,
        DATA,
        DATA_CR,
        DATA_LF,
        TRAILER_START,
        TRAILER,
        TRAILER_LF,
        LAST_LF,
        DONE,
    ) = range(20)

SIZE_BOUND = 1 << 56  # what a size has to be below to be followed by another digit: then it is of fifteen

# What a trailer may not say, because it would come too late or be taken for a header (RFC 9110, section 6.5.1).
FORBIDDEN = frozenset(
    b"host authorization cookie set-cookie www-authenticate authentication-info cache-control expect max-forwards "
    b"pragma range if-match if-none-match if-modified-since if-unmodified-since if-range age date expires location "
    b"retry-after vary warning content-encoding content-type content-range trailer via forwarded x-real-ip "
    b"x-request-id strict-transport-security content-security-policy origin traceparent tracestate "
    b"proxy-authentication-info".split()
)


def _plain(name: bytes) -> bytes:
    """Return a name as it is compared: what speaks CGI cannot tell `_` from `-`."""
    return name.lower().replace(b"_", b"-")


def _is_forbidden(name: bytes) -> bool:
    return name in FORBIDDEN or name.startswith(b"x-forwarded")


class ChunkedDecoder:
    """Finds the content of one chunked body, and never looks at an octet after it."""

    __slots__ = (
        "_digits",
        "_extension",
        "_left",
        "_overhead",
        "_phase",
        "_section",
        "_withheld",
        "done",
        "refusal",
        "span_at",
        "span_size",
        "trailers",
    )

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:  # hot
        """Begin a new body."""
        self.done = False
        self.refusal = RULE_NONE
        self.span_at = self.span_size = 0
        self.trailers: bytearray | None = None
        self._phase = SIZE
        self._digits = 0
        self._left = self._extension = self._overhead = 0
        self._section: bytearray | None = None
        self._withheld: set[bytes] | None = None

    def begin(self, head: Fields, data: cython.p_const_uchar) -> None:  # hot
        """Begin the body of the message with this head."""
        self.reset()
        if head.nominating:
            self._withhold(head, data)

    def _withhold(self, head: Fields, data: cython.p_const_uchar) -> None:
        """Pass no trailer on that a Connection field names (RFC 9110, section 7.6.1)."""
        names: set[bytes] = set()
        head.walk(NAME_CONNECTION)
        while head.next_element(data):
            names.add(_plain(data[head.element_at : head.element_at + head.element_size]))
        self._withheld = names

    def step(
        self, data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t
    ) -> cython.Py_ssize_t:  # hot
        """Go on at `at` up to one run of content, the end of the body, or `end`; return the new offset or REFUSED."""
        self.span_size = 0
        if self.refusal != RULE_NONE:
            return REFUSED
        while at < end and self._phase != DONE:
            if self._phase == DATA:
                self.span_at = at
                self.span_size = min(self._left, end - at)
                self._left -= self.span_size
                if self._left == 0:
                    self._phase = DATA_CR
                return at + self.span_size
            if not self._octet(data[at]):
                return REFUSED
            at += 1
        return at

    def _octet(self, octet: cython.uchar) -> cython.bint:  # hot
        """Take one octet that is not content, and say whether it may stand there."""
        if self._phase == SIZE:
            return self._size(octet)
        if self._phase == SIZE_LF:
            return self._size_end() if octet == 10 else self._wrong(RULE_BARE_CR)
        if self._phase == DATA_CR:
            return self._expect(octet, 13, DATA_LF)
        if self._phase == DATA_LF:
            return self._expect(octet, 10, SIZE)
        if self._phase >= TRAILER_START:
            return self._trailer(octet)
        return self._extend(octet)

    def _wrong(self, rule: cython.int) -> cython.bint:  # hot
        self.refusal = rule
        return False

    def _expect(self, octet: cython.uchar, wanted: cython.uchar, after: cython.int) -> cython.bint:  # hot
        if octet != wanted:
            return self._wrong(RULE_CHUNK_END)
        self._phase = after
        return True

    def _size(self, octet: cython.uchar) -> cython.bint:  # hot
        """Take one octet of a chunk size, or the one that ends it."""
        digit: cython.int = hex_value(octet)
        if digit >= 0:
            self._digits += 1
            if self._digits > MAX_SIZE_DIGITS and not self._may_be_longer():
                return False
            self._left = self._left * 16 + digit
        elif self._digits and octet == 13:
            self._phase = SIZE_LF
        elif self._digits and octet == 59:
            self._phase = EXTENSION_START
        elif self._digits and OCTETS[octet] & BLANK:
            self._phase = SIZE_BLANK
        else:
            return self._wrong(RULE_BARE_LF if self._digits and octet == 10 else RULE_CHUNK_SIZE)
        return True

    def _may_be_longer(self) -> cython.bint:
        """Say whether a size of so many digits may have one more: as long as those at its beginning are zeros."""
        if self._left >= SIZE_BOUND:
            return self._wrong(RULE_CHUNK_SIZE)
        self._extension += 1  # they say as little as an extension, and may be as many
        return self._extension <= MAX_EXTENSION or self._wrong(RULE_CHUNK_EXTENSION_SIZE)

    def _size_end(self) -> cython.bint:  # hot
        """End the line of a chunk size. Extensions may be as long as the content they come with, and a little more."""
        self._overhead = max(0, self._overhead + self._extension - self._left)
        if self._overhead > MAX_OVERHEAD:
            return self._wrong(RULE_CHUNK_EXTENSION_SIZE)
        self._phase = DATA if self._left else TRAILER_START
        self._digits = 0
        self._extension = 0
        return True

    def _extend(self, octet: cython.uchar) -> cython.bint:
        """Take one octet of the extensions: they are not passed on, but must end where every parser sees the end."""
        phase: cython.int
        self._extension += 1
        if self._extension > MAX_EXTENSION:
            return self._wrong(RULE_CHUNK_EXTENSION_SIZE)
        phase = self._extension_phase(octet)
        if phase < 0:
            if octet == 10:
                return self._wrong(RULE_BARE_LF)
            return self._wrong(RULE_CHUNK_SIZE if self._phase == SIZE_BLANK else RULE_CHUNK_EXTENSION)
        self._phase = phase
        return True

    def _extension_phase(self, octet: cython.uchar) -> cython.int:
        """Return the phase after an octet of `BWS ";" BWS name [ BWS "=" BWS value ]`, or REFUSED.

        White space is taken only where one of these signs or words follows it.
        """
        phase: cython.int = self._phase
        blank: cython.bint = OCTETS[octet] & BLANK != 0
        token: cython.bint = OCTETS[octet] & TCHAR != 0
        if phase == EXTENSION_QUOTED:
            if octet == 34:
                return EXTENSION_END
            if octet == 92:
                return EXTENSION_ESCAPED
            return EXTENSION_QUOTED if blank or (octet > 32 and octet != 127) else REFUSED
        if phase == EXTENSION_ESCAPED:
            return EXTENSION_QUOTED if blank or (octet > 32 and octet != 127) else REFUSED
        if phase == EXTENSION_START or phase == EXTENSION_VALUE_START:
            if blank:
                return phase
            if octet == 34 and phase == EXTENSION_VALUE_START:
                return EXTENSION_QUOTED
            if not token:
                return REFUSED
            return EXTENSION_NAME if phase == EXTENSION_START else EXTENSION_VALUE
        if token and (phase == EXTENSION_NAME or phase == EXTENSION_VALUE):
            return phase
        if phase == EXTENSION_NAME or phase == EXTENSION_NAME_BLANK:
            if blank:
                return EXTENSION_NAME_BLANK
            if octet == 61:
                return EXTENSION_VALUE_START
        if octet == 59:
            return EXTENSION_START
        if phase == SIZE_BLANK or phase == EXTENSION_NAME_BLANK or phase == EXTENSION_BLANK:
            return phase if blank else REFUSED
        if blank:
            return EXTENSION_BLANK
        return SIZE_LF if octet == 13 else REFUSED

    def _trailer(self, octet: cython.uchar) -> cython.bint:
        """Take one octet of the trailer section or of the empty line that ends it."""
        if self._phase == LAST_LF:
            if octet != 10:
                return self._wrong(RULE_BARE_CR)
            return self._finish()
        if self._phase == TRAILER_LF:
            if octet != 10:
                return self._wrong(RULE_BARE_CR)
            self._phase = TRAILER_START
        elif octet == 10:
            return self._wrong(RULE_BARE_LF)
        elif octet == 13:
            self._phase = LAST_LF if self._phase == TRAILER_START else TRAILER_LF
            if self._phase == LAST_LF:
                return True
        else:
            self._phase = TRAILER
        return self._collect(octet)

    def _collect(self, octet: cython.uchar) -> cython.bint:
        if self._section is None:
            self._section = bytearray()
        if len(self._section) == MAX_TRAILERS:
            return self._wrong(RULE_TRAILER_SIZE)
        self._section.append(octet)
        return True

    def _finish(self) -> cython.bint:
        """End the body."""
        if self._section is not None and not self._keep(bytes(self._section + b"\r\n")):
            return False
        self._phase = DONE
        self.done = True
        return True

    def _keep(self, section: bytes) -> cython.bint:
        """Check the trailers, and keep those that may be passed on."""
        fields: Fields = Fields()
        withheld: set[bytes] = self._withheld or set()
        if fields.scan_bytes(section) < 0:
            return self._wrong(fields.refusal)
        kept = b"".join(
            name + b": " + value + b"\r\n"
            for name, value in fields.forwarded(section)
            if not _is_forbidden(_plain(name)) and _plain(name) not in withheld
        )
        if kept:
            self.trailers = bytearray(kept)
        return True

    def begin_with(self, head: Fields, data: bytes) -> None:
        """Do what `begin` does, for tests."""
        self.begin(head, data)

    def feed(self, data: bytes, content: bytearray) -> int:
        """Append to `content` what of it is in `data`; return how many octets were taken, or REFUSED."""
        at = 0
        while at < len(data) and not self.done:
            at = self.step(data, at, len(data))
            if at < 0:
                return at
            content += data[self.span_at : self.span_at + self.span_size]
        return at


def hex_value(octet: cython.uchar) -> cython.int:  # hot
    """Return the value of a hexadecimal digit, or -1."""
    if 48 <= octet <= 57:
        return octet - 48
    octet = octet | 32
    return octet - 87 if 97 <= octet <= 102 else -1
