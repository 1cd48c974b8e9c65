"""Who a request comes from, as proxies that are trusted tell it: by X-Forwarded-*, or by Forwarded (RFC 7239).

Each proxy adds the address of whoever spoke to it at the end. So the list is walked from the end, for as long as those
that it names are trusted; the first that is not is the client, and nothing that stands before it is more than its
word. What is no address ends the walk: nobody can say whose word stands before that.

Only one of the two families is ever looked at. A proxy that adds to one of them may let a client's own fields of the
other one through.
"""

import cython

from lumina.http.networks import Networks
from lumina.http1.fields import Fields

if not cython.compiled:
    from lumina.http.addresses import ADDRESS, is_mapped, read_address, read_ipv4, write_address
    from lumina.http.authority import AUTHORITY_FINE, check_authority, read_port
    from lumina.http.lists import element_start, quoted_end
    from lumina.http.octets import OCTETS, PATH, TCHAR
    from lumina.http1.fields import (
        NAME_FORWARDED,
        NAME_X_FORWARDED_FOR,
        NAME_X_FORWARDED_HOST,
        NAME_X_FORWARDED_PORT,
        NAME_X_FORWARDED_PREFIX,
        NAME_X_FORWARDED_PROTO,
        NAME_X_REQUEST_ID,
        drop_blanks,
        same_word,
        skip_blanks,
    )

    NODES, MAX_ID, MAX_PREFIX = 64, 128, 1024
    WAY_X_FORWARDED, WAY_FORWARDED = 1, 2
    SAID_FOR, SAID_HOST, SAID_PROTO = 1, 2, 4


class Forwarded:
    """What the proxies before this one say of a request; read() says it anew for each."""

    __slots__ = (
        "_for_at",
        "_for_end",
        "_host_at",
        "_host_end",
        "_said",
        "_secure",
        "client",
        "count",
        "host_at",
        "host_size",
        "id_at",
        "id_size",
        "nodes",
        "octets",
        "port_at",
        "port_size",
        "prefix_at",
        "prefix_size",
        "secure",
        "text",
        "trusted",
        "trusting",
        "ways",
    )

    def __init__(self) -> None:
        if not cython.compiled:
            self.nodes = bytearray(NODES * ADDRESS)
            self.octets = bytearray(ADDRESS)
            self.text = bytearray(48)
        self.configure(Networks(), WAY_X_FORWARDED)
        self._forget()

    def configure(self, trusted: Networks, ways: cython.int) -> None:
        """Set who is trusted, and by which fields."""
        self.trusted = trusted
        self.trusting = trusted.count > 0
        self.ways = ways

    def _forget(self) -> None:  # hot
        self.count = self.client = 0
        self.secure = -1
        self.host_size = self.port_size = self.prefix_size = self.id_size = 0
        self.host_at = self.port_at = self.prefix_at = self.id_at = 0

    def read(
        self, head: Fields, data: cython.p_const_uchar, peer: cython.p_const_uchar, size: cython.Py_ssize_t
    ) -> cython.bint:  # hot
        """Say whether the peer with this address is trusted, and if so note what it tells of the request."""
        if not read_address(peer, 0, size, self.octets) or not self.trusted.holds(self.octets):
            return False
        self._forget()
        self.client = -1
        self._add()
        if self.ways == WAY_FORWARDED:
            self._walk(head, data, NAME_FORWARDED)
        else:
            self._walk(head, data, NAME_X_FORWARDED_FOR)
            self._claims(head, data)
        self._identifier(head, data)
        if self.client < 0:  # all are trusted, the farthest among them
            self.client = self.count - 1
        return True

    def _walk(self, head: Fields, data: cython.p_const_uchar, name: cython.int) -> None:  # hot
        """Take the nodes of all fields with this name, which are one list, from its end on."""
        place: cython.int = head.count
        while place > 0:
            place -= 1
            if head.known[place] == name and not self._list(
                data, head.value_at[place], head.value_at[place] + head.value_size[place]
            ):
                return

    def _list(self, data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.bint:  # hot
        """Take the nodes of data[at:end], from its end on; False where the walk has come to its end."""
        start: cython.Py_ssize_t
        first: cython.Py_ssize_t
        stop: cython.Py_ssize_t
        known: cython.bint
        while end > at:
            if self.ways == WAY_FORWARDED:
                start = element_start(data, at, end)
            else:
                start = end
                while start > at and data[start - 1] != 44:
                    start -= 1
            if start < 0:
                return False
            first = skip_blanks(data, start, end)
            stop = drop_blanks(data, first, end)
            if first < stop:  # an empty element is none (RFC 9110, section 5.6.1.2)
                if self.count == NODES:
                    return False
                if self.ways == WAY_FORWARDED:
                    known = self._element(data, first, stop)
                else:
                    known = self._node(data, first, stop)
                if not known:
                    return False
                self._add()
            end = start - 1
        return True

    def _add(self) -> None:  # hot
        """Take the address in `octets` for the next node."""
        place: cython.int
        if self.client < 0 and not self.trusted.holds(self.octets):
            self.client = self.count
        for place in range(ADDRESS):
            self.nodes[self.count * ADDRESS + place] = self.octets[place]
        self.count += 1

    def _node(self, data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.bint:  # hot
        """Read an address to `octets`: bare, with a port, or in brackets as RFC 7239, section 6, has it."""
        stop: cython.Py_ssize_t = at
        dotted: cython.bint = False
        if data[at] == 91:
            while stop < end and data[stop] != 93:
                stop += 1
            if stop == end or (stop + 1 < end and (data[stop + 1] != 58 or not self._port(data, stop + 2, end))):
                return False
            return read_address(data, at + 1, stop, self.octets) == 6
        while stop < end and data[stop] != 58:
            dotted = dotted or data[stop] == 46
            stop += 1
        if dotted and stop < end:
            return read_ipv4(data, at, stop, self.octets) and self._port(data, stop + 1, end)
        return read_address(data, at, end, self.octets) != 0

    def _port(self, data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.bint:  # hot
        """Say whether this is a port; in Forwarded it may be hidden (RFC 7239, section 6.3)."""
        if self.ways != WAY_FORWARDED or at + 1 >= end or data[at] != 95:
            return at < end and read_port(data, at, end) >= 0
        while at < end and OCTETS[data[at]] & TCHAR:
            at += 1
        return at == end

    # X-Forwarded-*

    def _claims(self, head: Fields, data: cython.p_const_uchar) -> None:  # hot
        """Note what was asked for, as far as it is told once and well."""
        place: cython.int = _only(head, NAME_X_FORWARDED_PROTO)
        at: cython.Py_ssize_t
        size: cython.Py_ssize_t
        if place >= 0:
            self.secure = _scheme(data, head.value_at[place], head.value_size[place])
        place = _only(head, NAME_X_FORWARDED_HOST)
        if place >= 0 and check_authority(data, head.value_at[place], head.value_size[place]) == AUTHORITY_FINE:
            self.host_at = head.value_at[place]
            self.host_size = head.value_size[place]
        place = _only(head, NAME_X_FORWARDED_PORT)
        if place >= 0 and read_port(data, head.value_at[place], head.value_at[place] + head.value_size[place]) > 0:
            self.port_at = head.value_at[place]
            self.port_size = head.value_size[place]
        place = _only(head, NAME_X_FORWARDED_PREFIX)
        if place >= 0:
            at = head.value_at[place]
            size = head.value_size[place]
            while size > 0 and data[at + size - 1] == 47:
                size -= 1
            if _is_prefix(data, at, at + size):
                self.prefix_at = at
                self.prefix_size = size

    def _identifier(self, head: Fields, data: cython.p_const_uchar) -> None:  # hot
        """Note the request's identifier, if it is one that can stand in a log as it is."""
        place: cython.int = _only(head, NAME_X_REQUEST_ID)
        at: cython.Py_ssize_t
        end: cython.Py_ssize_t
        octet: cython.uchar
        if place < 0 or not 0 < head.value_size[place] <= MAX_ID:
            return
        end = head.value_at[place] + head.value_size[place]
        for at in range(head.value_at[place], end):
            octet = data[at]
            if not (48 <= octet <= 58 or 97 <= octet | 32 <= 122 or octet == 45 or octet == 46 or octet == 95):
                if octet != 43 and octet != 47 and octet != 61 and octet != 64 and octet != 126:
                    return
        self.id_at = head.value_at[place]
        self.id_size = head.value_size[place]

    # Forwarded

    def _element(self, data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.bint:  # hot
        """Read one element, and its node to `octets`; False where it is none, or tells no address."""
        self._said = 0
        self._secure = -1
        self._host_at = self._host_end = 0
        while at < end:
            at = self._pair(data, at, end)
            if at < 0:
                return False
        if not self._said & SAID_FOR or self._for_at >= self._for_end:
            return False
        if not self._node(data, self._for_at, self._for_end):
            return False
        if self.client < 0:
            self.secure = self._secure
            self.host_at = self._host_at
            self.host_size = self._host_end - self._host_at
            if check_authority(data, self.host_at, self.host_size) != AUTHORITY_FINE:
                self.host_size = 0
        return True

    def _pair(
        self, data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t
    ) -> cython.Py_ssize_t:  # hot
        """Read a parameter with the semicolon behind it, and return the offset after that, or -1."""
        name: cython.Py_ssize_t
        size: cython.Py_ssize_t
        value: cython.Py_ssize_t
        stop: cython.Py_ssize_t
        at = skip_blanks(data, at, end)
        name = at
        while at < end and OCTETS[data[at]] & TCHAR:
            at += 1
        size = at - name
        if size == 0:
            return at + 1 if at == end or data[at] == 59 else -1
        if at + 1 >= end or data[at] != 61:
            return -1
        value = at + 1
        if data[value] == 34:
            value += 1
            stop = quoted_end(data, value, end)
            at = stop + 1
        else:
            stop = value
            while stop < end and OCTETS[data[stop]] & TCHAR:
                stop += 1
            if stop == value:  # a token is never empty
                return -1
            at = stop
        if stop < 0 or not self._note(data, name, size, value, stop):
            return -1
        at = skip_blanks(data, at, end)
        return at + 1 if at == end or data[at] == 59 else -1

    def _note(
        self,
        data: cython.p_const_uchar,
        at: cython.Py_ssize_t,
        size: cython.Py_ssize_t,
        value: cython.Py_ssize_t,
        end: cython.Py_ssize_t,
    ) -> cython.bint:  # hot
        """Remember a parameter; False where it stands twice (section 4)."""
        said: cython.int = 0
        if same_word(data, at, size, b"for", 3):
            said = SAID_FOR
            self._for_at = value
            self._for_end = end
        elif same_word(data, at, size, b"host", 4):
            said = SAID_HOST
            self._host_at = value
            self._host_end = end
        elif same_word(data, at, size, b"proto", 5):
            said = SAID_PROTO
            self._secure = _scheme(data, value, end - value)
        if self._said & said:
            return False
        self._said |= said
        return True

    # What is made of it.

    def spell(self, node: cython.int) -> cython.int:  # hot
        """Write the address of a node to `text`, and return its size."""
        place: cython.int
        for place in range(ADDRESS):
            self.octets[place] = self.nodes[node * ADDRESS + place]
        return write_address(self.octets, 4 if is_mapped(self.octets) else 6, self.text, 0)

    def chain(self) -> list[str]:
        """Return the addresses from the farthest to the peer, for tests and tools."""
        found: list[str] = []
        for node in range(self.count - 1, -1, -1):
            size = self.spell(node)
            found.append(bytes(self.text[:size]).decode())
        return found

    def read_bytes(self, head: Fields, data: bytes, peer: bytes) -> bool:
        """Do what `read` does, for tests and tools."""
        return self.read(head, data, peer, len(peer))


def _only(head: Fields, name: cython.int) -> cython.int:  # hot
    """Return the place of the only field with this name, or -1."""
    place: cython.int
    found: cython.int = -1
    for place in range(head.count):
        if head.known[place] == name:
            if found >= 0:
                return -1
            found = place
    return found


def _scheme(data: cython.p_const_uchar, at: cython.Py_ssize_t, size: cython.Py_ssize_t) -> cython.int:  # hot
    """Return whether the scheme is a secure one, or -1 where it is none that is known here."""
    if same_word(data, at, size, b"https", 5) or same_word(data, at, size, b"wss", 3):
        return 1
    return 0 if same_word(data, at, size, b"http", 4) or same_word(data, at, size, b"ws", 2) else -1


def _is_prefix(data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.bint:  # hot
    """Say whether data[at:end] is a path that a link may begin with: no host, no list, no dot segments, no escapes."""
    if end - at < 2 or end - at > MAX_PREFIX or data[at] != 47:
        return False
    while at < end:
        if data[at] == 47:
            if data[at + 1] == 47 or data[at + 1] == 46:
                return False
        elif data[at] == 44 or (not OCTETS[data[at]] & PATH and data[at] != 46):
            return False
        at += 1
    return True
