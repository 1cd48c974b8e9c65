"""Heads and framing, written anew from what was parsed (RFC 9112, sections 3, 4, 6 and 7).

The caller makes sure of the room: a field section grows by at most one octet a field when it is written.
"""

import cython

from lumina.http1.fields import Fields

if not cython.compiled:  # the headers' enums
    from lumina.http1.fields import (
        NAME_CONTENT_LENGTH,
        NAME_FORWARDED,
        NAME_HOST,
        NAME_TRANSFER_ENCODING,
        NAME_X_FORWARDED,
        NAME_X_FORWARDED_FOR,
        NAME_X_FORWARDED_HOST,
        NAME_X_FORWARDED_PORT,
        NAME_X_FORWARDED_PREFIX,
        NAME_X_FORWARDED_PROTO,
        NAME_X_REAL_IP,
        NAME_X_REQUEST_ID,
    )
    from lumina.http1.request import BODY_CHUNKED, BODY_LENGTH

# Who the client is, a gateway says itself: what others say is dropped, and ours written. From those who are trusted,
# the rest of the family is passed on as it is.
if not cython.compiled:
    OWN_IN_REQUEST = [0] * 32
    OWN_IN_TRUSTED = [0] * 32
    OWN_IN_RESPONSE = [0] * 32


def _fill() -> None:
    at: cython.int
    for at in (
        NAME_HOST,
        NAME_FORWARDED,
        NAME_X_FORWARDED_FOR,
        NAME_X_FORWARDED_HOST,
        NAME_X_FORWARDED_PORT,
        NAME_X_FORWARDED_PREFIX,
        NAME_X_FORWARDED_PROTO,
        NAME_X_REAL_IP,
        NAME_X_REQUEST_ID,
    ):
        OWN_IN_REQUEST[at] = OWN_IN_TRUSTED[at] = 1
    at = NAME_X_FORWARDED
    OWN_IN_REQUEST[at] = 1
    at = NAME_X_REQUEST_ID
    OWN_IN_RESPONSE[at] = 1


_fill()


class Writer:
    """Writes into memory that somebody else owns, from `at` on."""

    __slots__ = ("at", "framed", "out")

    def begin(self, out: cython.p_uchar, at: cython.Py_ssize_t) -> None:  # hot
        self.out = out
        self.at = at
        self.framed = False

    if not cython.compiled:  # compiled, they are written in place: see the header

        def put(self, data: bytes, start: int, size: int) -> None:
            """Write data[start : start + size]."""
            self.out[self.at : self.at + size] = data[start : start + size]
            self.at += size

        def end(self) -> None:
            """End a line."""
            self.put(b"\r\n", 0, 2)

        def number(self, value: int) -> None:
            """Write `value` in decimal."""
            self._number(value)

    def _number(self, value: cython.ulonglong) -> None:  # hot
        digits: cython.int = 1
        limit: cython.ulonglong = 10
        while value >= limit and digits < 20:  # 2**64 has twenty
            limit *= 10
            digits += 1
        self.padded(value, digits)

    def padded(self, value: cython.ulonglong, width: cython.int) -> None:  # hot
        """Write the last `width` decimal digits of `value`, with zeros before them where it has fewer."""
        at: cython.Py_ssize_t = self.at + width
        rest: cython.ulonglong
        while at > self.at:
            at -= 1
            rest = value // 10
            self.out[at] = 48 + (value - rest * 10)
            value = rest
        self.at += width

    def hexadecimal(self, value: cython.ulonglong) -> None:  # hot
        """Write `value` as a chunk size is written."""
        digits: cython.int = 1
        rest: cython.ulonglong = value
        digit: cython.int
        at: cython.Py_ssize_t
        while rest >= 16:
            rest >>= 4
            digits += 1
        at = self.at + digits
        self.at = at
        while digits > 0:
            at -= 1
            digit = value & 15
            self.out[at] = 48 + digit if digit < 10 else 87 + digit
            value >>= 4
            digits -= 1

    def field(
        self,
        name: cython.p_const_uchar,
        name_size: cython.Py_ssize_t,
        value: cython.p_const_uchar,
        value_size: cython.Py_ssize_t,
    ) -> None:  # hot
        """Write one whole field line; `name` ends in a colon and a space."""
        self.put(name, 0, name_size)
        self.put(value, 0, value_size)
        self.end()

    def fields(
        self,
        data: cython.p_const_uchar,
        head: Fields,
        own: cython.p_const_uchar,
        body: cython.int,
        length: cython.longlong,
    ) -> None:  # hot
        """Write the end-to-end fields in their order, and the framing field where one of its kind stood."""
        at: cython.int
        run: cython.int = 0  # the first of the lines, one after the other, that go as they lie and are not yet written
        for at in range(head.count):
            if not (head.hop[at] | head.odd[at] | own[head.known[at]]):
                continue
            if run < at:
                self.put(data, head.name_at[run], head.name_at[at] - head.name_at[run])
            run = at + 1
            if head.hop[at] or own[head.known[at]]:
                self._replace(data, head, at, body, length)
                continue
            self.put(data, head.name_at[at], head.name_size[at])
            self.put(b": ", 0, 2)
            self.put(data, head.value_at[at], head.value_size[at])
            self.end()
        if run < head.count:
            at = head.count - 1
            self.put(data, head.name_at[run], head.value_at[at] + head.value_size[at] + 2 - head.name_at[run])

    def _replace(
        self, data: cython.p_const_uchar, head: Fields, at: cython.int, body: cython.int, length: cython.longlong
    ) -> None:  # hot
        """Write the framing field in the place of the first of its kind, and nothing in that of another."""
        known: cython.int = head.known[at]
        if self.framed:
            return
        if known == NAME_CONTENT_LENGTH and body == BODY_LENGTH:
            self.put(data, head.name_at[at], head.name_size[at])
            self.put(b": ", 0, 2)
            self.number(length)
            self.end()
            self.framed = True
        elif known == NAME_TRANSFER_ENCODING and body == BODY_CHUNKED:
            self.put(data, head.name_at[at], head.name_size[at])
            self.put(b": chunked\r\n", 0, 11)
            self.framed = True

    def framing(self, body: cython.int, length: cython.longlong) -> None:  # hot
        """Write the framing field, unless fields() found a place for it."""
        if self.framed:
            return
        if body == BODY_LENGTH:
            self.put(b"Content-Length: ", 0, 16)
            self.number(length)
            self.end()
        elif body == BODY_CHUNKED:
            self.put(b"Transfer-Encoding: chunked\r\n", 0, 28)

    def rewritten(self, data: bytes, head: Fields, body: int = 0, length: int = -1, *, response: bool = False) -> bytes:
        """Return the field lines written for those found in `data`, the framing field among them, for tests."""
        room = bytearray(2 * len(data) + 64)
        self.begin(room, 0)
        if response:
            self.fields(data, head, OWN_IN_RESPONSE, body, length)
        else:
            self.fields(data, head, OWN_IN_REQUEST, body, length)
        self.framing(body, length)
        return bytes(room[: self.at])

    def numbered(self, value: int, width: int = 0) -> bytes:
        """Return `value` in decimal, or its last `width` digits, for tests."""
        room = bytearray(32)
        self.begin(room, 0)
        if width:
            self.padded(value, width)
        else:
            self.number(value)
        return bytes(room[: self.at])
