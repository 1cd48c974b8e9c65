"""One field section, checked octet by octet and noted as offsets (RFC 9112, section 5; RFC 9110, section 7.6.1)."""

import cython

if not cython.compiled:
    from lumina.http.names import find_name
    from lumina.http.octets import BLANK, FOLDED, OCTETS, TCHAR, text_end, word_end
    from lumina.http1.rules import (
        NEED_MORE,
        REFUSED,
        RULE_BARE_CR,
        RULE_BARE_LF,
        RULE_CONNECTION_OPTIONS,
        RULE_FIELD_COLON,
        RULE_FIELD_COUNT,
        RULE_FIELD_NAME,
        RULE_FIELD_NAME_EMPTY,
        RULE_FIELD_NAME_SPACE,
        RULE_FIELD_VALUE,
        RULE_NONE,
        RULE_OBS_FOLD,
    )

    MAX_FIELDS = 256
    MAX_OPTIONS = 64
    FAMILY_SIZE = 11
    STRICT_LENGTHS, STRICT_STATUS_LINE, STRICT_OPTIONS = 1, 2, 4
    (
        NAME_OTHER,
        NAME_HOST,
        NAME_CONNECTION,
        NAME_CONTENT_LENGTH,
        NAME_TRANSFER_ENCODING,
        NAME_TE,
        NAME_TRAILER,
        NAME_UPGRADE,
        NAME_KEEP_ALIVE,
        NAME_PROXY_CONNECTION,
        NAME_PROXY_AUTHENTICATE,
        NAME_PROXY_AUTHORIZATION,
        NAME_EXPECT,
        NAME_VIA,
        NAME_FORWARDED,
        NAME_X_FORWARDED_FOR,
        NAME_X_FORWARDED_PROTO,
        NAME_X_FORWARDED_HOST,
        NAME_X_FORWARDED_PORT,
        NAME_X_FORWARDED_PREFIX,
        NAME_X_REAL_IP,
        NAME_X_REQUEST_ID,
        NAME_MAX_FORWARDS,
        NAME_DATE,
        NAME_SERVER,
        NAME_PROXY_STATUS,
        NAME_ACCEPT,
    ) = range(27)
    NAME_X_FORWARDED = 31

OF_THIS_HOP = (
    NAME_CONNECTION,
    NAME_CONTENT_LENGTH,  # framing is written anew for each hop
    NAME_TRANSFER_ENCODING,
    NAME_TE,
    NAME_UPGRADE,
    NAME_KEEP_ALIVE,
    NAME_PROXY_CONNECTION,
    NAME_PROXY_AUTHENTICATE,
    NAME_PROXY_AUTHORIZATION,
)
HOP = [1 if number in OF_THIS_HOP else 0 for number in range(64)]
# Whoever names these in Connection wants to hide them from the next hop: docs/decisions/0005-connection-options.md
ENDURING = [1 if number not in (NAME_OTHER, NAME_TRAILER, *OF_THIS_HOP) else 0 for number in range(64)]
FAMILY = list(b"x-forwarded")


class Fields:
    """The fields of one message: offsets into the octets that were scanned, and what they mean for this hop."""

    # fmt: off
    __slots__ = (
        "_list_end", "_next_at", "_next_field", "_walked", "accept_field", "close", "coding_field", "codings", "count",
        "dated", "element_at", "element_size", "expect_field", "expectations", "hop", "host", "hosts", "keep_alive",
        "keep_alive_field", "known", "length_field", "lengths", "name_at", "name_size", "nominating", "odd", "refusal",
        "relayed", "strict", "upgrade", "upgrade_field", "value_at", "value_size",
    )
    # fmt: on

    def __init__(self) -> None:
        if not cython.compiled:
            self.name_at = [0] * MAX_FIELDS
            self.name_size = [0] * MAX_FIELDS
            self.value_at = [0] * MAX_FIELDS
            self.value_size = [0] * MAX_FIELDS
            self.known = [0] * MAX_FIELDS
            self.hop = [0] * MAX_FIELDS
            self.odd = [0] * MAX_FIELDS
        self.strict = 0
        self.begin()

    def begin(self) -> None:  # hot
        """Forget everything."""
        self.count = 0
        self.close = self.keep_alive = self.upgrade = self.relayed = self.dated = self.nominating = False
        self.host = self.upgrade_field = self.accept_field = self.keep_alive_field = -1
        self.length_field = self.coding_field = self.expect_field = -1
        self.hosts = self.lengths = self.codings = self.expectations = 0
        self.refusal = RULE_NONE

    def refuse(self, rule: cython.int) -> cython.Py_ssize_t:  # hot
        """Note the rule that was broken and return REFUSED."""
        self.refusal = rule
        return REFUSED

    def scan(  # hot
        self, data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t, max_count: cython.int
    ) -> cython.Py_ssize_t:
        """Scan a field section from `at`, and return the offset after its empty line, NEED_MORE or REFUSED.

        Octets are judged in their order, so how they arrive changes nothing in what is refused or why.
        """
        self.begin()
        return self._section(data, at, end, max_count)

    def _section(
        self, data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t, max_count: cython.int
    ) -> cython.Py_ssize_t:  # hot
        """Do the work of `scan`, once begin() was called."""
        while at < end and data[at] != 13:
            if self.count >= max_count:
                return self.refuse(RULE_FIELD_COUNT)
            at = self._field(data, at, end)
            if at < 0:
                return at
        if at + 1 >= end:
            return NEED_MORE
        if data[at + 1] != 10:
            return self.refuse(RULE_BARE_CR)
        if self.nominating and not self._strike(data):
            return self.refuse(RULE_CONNECTION_OPTIONS)
        return at + 2

    def _field(
        self, data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t
    ) -> cython.Py_ssize_t:  # hot
        """Take one field line and return the offset after it."""
        place: cython.int = self.count
        name: cython.int
        start: cython.Py_ssize_t = at
        stop: cython.Py_ssize_t
        at = word_end(data, at, end)
        if at < end and data[at] != 58:
            while at < end and OCTETS[data[at]] & TCHAR:  # what is rare in names
                at += 1
        if at == end:
            return NEED_MORE
        if data[at] != 58 or at == start:
            return self._bad_name(data[at], at == start)
        self.name_at[place] = start
        self.name_size[place] = at - start
        name = find_name(data, start, at - start)
        if end - at > 2 and data[at + 1] == 32 and data[at + 2] > 32:
            at += 2
            self.odd[place] = 0
        else:
            at = skip_blanks(data, at + 1, end)
            self.odd[place] = 1
        stop = text_end(data, at, end)
        self.value_at[place] = at
        if stop > at and data[stop - 1] <= 32:  # SP or HTAB, of what a value may have
            self.odd[place] = 1
            self.value_size[place] = drop_blanks(data, at, stop) - at
        else:
            self.value_size[place] = stop - at
        if stop + 1 >= end or data[stop] != 13 or data[stop + 1] != 10:
            return self._line_end(data, stop, end)
        self.count = place + 1
        if 0 < name <= NAME_ACCEPT:
            self.known[place] = name
            self.hop[place] = HOP[name]
            self._note(place, name, data)
            return stop + 2
        self.known[place] = NAME_OTHER
        self.hop[place] = name < 0
        if name == 0 and data[start] | 32 == 120:
            self._of_the_family(place, data)
        return stop + 2

    def _line_end(
        self, data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t
    ) -> cython.Py_ssize_t:  # hot
        """Return the offset after the CRLF at `at`."""
        if at == end:
            return NEED_MORE
        if data[at] != 13:
            return self.refuse(RULE_BARE_LF if data[at] == 10 else RULE_FIELD_VALUE)
        if at + 1 == end:
            return NEED_MORE
        if data[at + 1] != 10:
            return self.refuse(RULE_BARE_CR)
        return at + 2

    def _bad_name(self, octet: cython.uchar, empty: cython.bint) -> cython.Py_ssize_t:
        """Say what is wrong with a name that stops at `octet`."""
        if octet == 10:
            return self.refuse(RULE_BARE_LF)
        if OCTETS[octet] & BLANK:
            return self.refuse(RULE_OBS_FOLD if empty else RULE_FIELD_NAME_SPACE)
        if octet == 58:
            return self.refuse(RULE_FIELD_NAME_EMPTY)
        return self.refuse(RULE_FIELD_COLON if octet == 13 else RULE_FIELD_NAME)

    def _note(self, place: cython.int, name: cython.int, data: cython.p_const_uchar) -> None:  # hot
        """Remember what the known field at `place` means here."""
        if name == NAME_HOST:
            self.hosts += 1
            if self.hosts == 1:
                self.host = place
        elif name == NAME_CONNECTION:
            self._connection(data, self.value_at[place], self.value_at[place] + self.value_size[place])
        elif name == NAME_CONTENT_LENGTH:
            self.lengths += 1
            if self.lengths == 1:
                self.length_field = place
        elif name == NAME_TRANSFER_ENCODING:
            self.codings += 1
            if self.codings == 1:
                self.coding_field = place
        elif name == NAME_UPGRADE:
            if self.upgrade_field < 0:
                self.upgrade_field = place
        elif name == NAME_EXPECT:
            self.expectations += 1
            if self.expectations == 1:
                self.expect_field = place
        elif name == NAME_ACCEPT:
            if self.accept_field < 0:
                self.accept_field = place
        elif name == NAME_KEEP_ALIVE:
            self.keep_alive_field = place
        elif name == NAME_DATE:
            self.dated = True
        elif name == NAME_VIA or name == NAME_MAX_FORWARDS:
            self.relayed = True

    def _of_the_family(self, place: cython.int, data: cython.p_const_uchar) -> None:  # hot
        """Mark a field whose name begins with X-Forwarded, and let it go no further where it has underscores."""
        at: cython.Py_ssize_t = self.name_at[place]
        size: cython.Py_ssize_t = self.name_size[place]
        letter: cython.Py_ssize_t
        if size < FAMILY_SIZE:
            return
        for letter in range(FAMILY_SIZE):
            if FOLDED[data[at + letter]] != FAMILY[letter]:
                return
        if size > FAMILY_SIZE and FOLDED[data[at + FAMILY_SIZE]] != 45:
            return
        self.known[place] = NAME_X_FORWARDED
        for letter in range(size):
            if data[at + letter] == 95:
                self.hop[place] = True

    def _connection(self, data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t) -> None:  # hot
        """Read the options of one Connection field. What is no token is no option, and says nothing."""
        stop: cython.Py_ssize_t
        size: cython.Py_ssize_t
        while at < end:
            at = skip_blanks(data, at, end)
            stop = element_end(data, at, end)
            size = drop_blanks(data, at, stop) - at
            if same_word(data, at, size, b"keep-alive", 10):
                self.keep_alive = True
            elif same_word(data, at, size, b"close", 5):
                self.close = self.nominating = True  # no field should have that name (RFC 9112, section 9.6)
            elif same_word(data, at, size, b"upgrade", 7):
                self.upgrade = True
            elif size:
                self.nominating = True
            at = stop + 1

    def _strike(self, data: cython.p_const_uchar) -> cython.bint:
        """Mark every field that a Connection field names; return False where they are too many, or no names."""
        options: cython.int = 0
        self.walk(NAME_CONNECTION)
        while self.next_element(data):
            if is_token(data, self.element_at, self.element_at + self.element_size):
                options += 1
                if options > MAX_OPTIONS:
                    return False
                self._strike_name(data, self.element_at, self.element_size)
            elif self.element_size and self.strict & STRICT_OPTIONS:
                return False
        return True

    def _strike_name(self, data: cython.p_const_uchar, at: cython.Py_ssize_t, size: cython.Py_ssize_t) -> None:
        """Mark the fields named data[at : at + size], unless they are for all recipients."""
        place: cython.int
        name: cython.int = find_name(data, at, size)
        if name > 0 and ENDURING[name]:
            return
        for place in range(self.count):
            if self.hop[place] or self.name_size[place] != size:
                continue
            if same_name(data, at, self.name_at[place], size):
                self.hop[place] = 1

    def walk(self, name: cython.int) -> None:  # hot
        """Begin to go through the list elements of all fields of that name."""
        self._walked = name
        self._next_field = self._next_at = self._list_end = 0

    def next_element(self, data: cython.p_const_uchar) -> cython.bint:  # hot
        """Say whether there is another element, which may be empty; what follows a last comma is none."""
        while self._next_at >= self._list_end:
            if self._next_field == self.count:
                return False
            if self.known[self._next_field] == self._walked:
                self._next_at = self.value_at[self._next_field]
                self._list_end = self._next_at + self.value_size[self._next_field]
            self._next_field += 1
        self.element_at = skip_blanks(data, self._next_at, self._list_end)
        self._next_at = element_end(data, self.element_at, self._list_end) + 1
        self.element_size = drop_blanks(data, self.element_at, self._next_at - 1) - self.element_at
        return True

    def pairs(self, data: bytes) -> list[tuple[bytes, bytes]]:
        """Return the names and values found by the last scan of `data`."""
        return [
            (
                data[self.name_at[place] : self.name_at[place] + self.name_size[place]],
                data[self.value_at[place] : self.value_at[place] + self.value_size[place]],
            )
            for place in range(self.count)
        ]

    def forwarded(self, data: bytes) -> list[tuple[bytes, bytes]]:
        """Return those of the `pairs` that are not for this hop only."""
        return [pair for place, pair in enumerate(self.pairs(data)) if not self.hop[place]]

    def scan_bytes(self, data: bytes, max_count: int = MAX_FIELDS, end: int = -1) -> int:
        """Scan data[:end] (all of it where `end` is negative), and return what `scan` does."""
        return self.scan(data, 0, len(data) if end < 0 else end, max_count)


def same_name(
    data: cython.p_const_uchar, at: cython.Py_ssize_t, other: cython.Py_ssize_t, size: cython.Py_ssize_t
) -> cython.bint:
    """Say whether two names of one size are the same, case aside, and `_` as `-`."""
    place: cython.Py_ssize_t
    for place in range(size):
        if FOLDED[data[at + place]] != FOLDED[data[other + place]]:
            return False
    return True


def same_word(
    data: cython.p_const_uchar,
    at: cython.Py_ssize_t,
    size: cython.Py_ssize_t,
    word: cython.p_const_uchar,
    word_size: cython.Py_ssize_t,
) -> cython.bint:  # hot
    """Say whether data[at : at + size] is `word`, which is in lower case, in any case."""
    place: cython.Py_ssize_t
    if size != word_size:
        return False
    for place in range(size):
        if data[at + place] | 32 != word[place]:
            return False
    return True


def element_end(data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.Py_ssize_t:  # hot
    """Return where the list element that begins at `at` stops: at a comma or at `end`."""
    while at < end and data[at] != 44:
        at += 1
    return at


def skip_blanks(data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.Py_ssize_t:  # hot
    """Return the offset of the first octet from `at` that is neither SP nor HTAB, or `end`."""
    while at < end and OCTETS[data[at]] & BLANK:
        at += 1
    return at


def drop_blanks(data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.Py_ssize_t:  # hot
    """Return `end` without the white space before it."""
    while end > at and OCTETS[data[end - 1]] & BLANK:
        end -= 1
    return end


def is_token(data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.bint:  # hot
    """Say whether data[at:end] is a token (RFC 9110, section 5.6.2)."""
    if at == end:
        return False
    while at < end and OCTETS[data[at]] & TCHAR:
        at += 1
    return at == end
