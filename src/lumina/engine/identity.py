"""Request identifiers: UUID version 7, in time order and not to be guessed (RFC 9562, section 5.7)."""

import cython


class Identity:
    """Makes identifiers; asks the kernel for randomness once in a few hundred of them."""

    def __init__(self) -> None:
        self.used = ENTROPY

    def write(self, into: cython.p_uchar, wall: cython.longlong) -> None:  # hot
        """Write the 36 octets of a new identifier; `wall` is milliseconds since 1970."""
        raw: cython.uchar[16]
        at: cython.int
        place: cython.int = 0
        digits: cython.p_const_uchar = b"0123456789abcdef"
        if self.used + 10 > ENTROPY:
            self._fetch()
        for at in range(6):
            raw[at] = (wall >> (40 - 8 * at)) & 255
        for at in range(10):
            raw[6 + at] = self.entropy[self.used + at]
        self.used += 10
        raw[6] = 0x70 | (raw[6] & 15)
        raw[8] = 0x80 | (raw[8] & 63)
        for at in range(16):
            if at == 4 or at == 6 or at == 8 or at == 10:
                into[place] = 45
                place += 1
            into[place] = digits[raw[at] >> 4]
            into[place + 1] = digits[raw[at] & 15]
            place += 2

    def _fetch(self) -> None:
        done: cython.Py_ssize_t = 0
        count: cython.Py_ssize_t
        while done < ENTROPY:
            count = getrandom(cython.address(self.entropy[done]), ENTROPY - done, 0)
            if count > 0:  # interrupted otherwise: ask again
                done += count
        self.used = 0

    def make(self, wall: cython.longlong) -> str:
        """Return a new identifier as text."""
        text: cython.uchar[36]
        self.write(text, wall)
        return text[:36].decode()
