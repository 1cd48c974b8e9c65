"""A request's target, in whichever of its forms (RFC 9112, section 3.2)."""

import cython

from lumina.http1.fields import Fields

if not cython.compiled:
    from lumina.http.authority import AUTHORITY_FINE, AUTHORITY_PORT, AUTHORITY_USERINFO, check_authority
    from lumina.http.octets import BLANK, HEX, OCTETS
    from lumina.http.target import PATH_HIDES, normalise, path_end, query_end
    from lumina.http1.fields import same_word
    from lumina.http1.rules import (
        NEED_MORE,
        RULE_BARE_LF,
        RULE_HOST,
        RULE_HOST_PORT,
        RULE_HOST_USERINFO,
        RULE_PATH_ABOVE_ROOT,
        RULE_PATH_HIDDEN_DOTS,
        RULE_REQUEST_LINE,
        RULE_TARGET,
        RULE_TARGET_ESCAPE,
        RULE_TARGET_FORM,
        RULE_TARGET_FRAGMENT,
        RULE_TARGET_NUL,
        RULE_TARGET_SCHEME,
    )


class Target(Fields):
    """The part of a request head that knows the request's target, as offsets into the octets that were parsed."""

    __slots__ = (
        "_paths",
        "_room",
        "_taken",
        "asks_for_tls",
        "authority_at",
        "authority_size",
        "doubtful",
        "normal_size",
        "path_at",
        "path_room",
        "path_size",
        "query_at",
        "query_size",
        "rewritten",
        "target_at",
        "target_size",
    )

    def reserve(self, size: cython.Py_ssize_t) -> None:
        """Make room for a path of `size` octets."""
        self._room = bytearray(size)
        self.path_room = self._room

    def permit(self, paths: cython.int, taken: cython.int) -> None:
        """Set how paths are normalised where no route says otherwise, and what in them at least one route takes.

        Both are PathRules of http/target.pxd.
        """
        self._paths = paths
        self._taken = paths | taken

    def _target(
        self, data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t
    ) -> cython.Py_ssize_t:  # hot
        """Take the target, in whichever of its forms, and the space after it."""
        start: cython.Py_ssize_t = at
        if at == end:
            return NEED_MORE
        self.path_at = at
        if data[at] == 47:
            at = self._path(data, at, end)
        elif data[at] == 42:
            at += 1
            self.path_size = self.normal_size = 1
        else:
            at = self._absolute(data, at, end)
            if at < 0:
                return at
        if at == end:
            return NEED_MORE
        if data[at] != 32:
            return self._no_target_octet(data, at, end)
        self.target_at = start
        self.target_size = at - start
        return at + 1

    def _absolute(self, data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t) -> cython.Py_ssize_t:
        """Take a target in absolute-form up to its end, and check its scheme and authority."""
        start: cython.Py_ssize_t = at
        fault: cython.int
        while at < end and 97 <= data[at] | 32 <= 122:
            at += 1
        if at == end:
            return NEED_MORE
        if data[at] != 58:
            return self._no_target_octet(data, at, end) if at == start else self.refuse(RULE_TARGET_FORM)
        if not (same_word(data, start, at - start, b"http", 4) or same_word(data, start, at - start, b"https", 5)):
            return self.refuse(RULE_TARGET_SCHEME)
        self.asks_for_tls = at - start == 5
        for _ in range(2):
            at += 1
            if at == end:
                return NEED_MORE
            if data[at] != 47:
                return self.refuse(RULE_TARGET_FORM)
        at += 1
        start = at
        while at < end and data[at] > 32 and data[at] != 47 and data[at] != 63 and data[at] != 35:
            at += 1
        if at == end:
            return NEED_MORE
        fault = check_authority(data, start, at - start)
        if fault != AUTHORITY_FINE:
            return self.refuse(authority_rule(fault))
        self.authority_at = start
        self.authority_size = at - start
        self.path_at = at
        return self._path(data, at, end)

    def _path(
        self, data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t
    ) -> cython.Py_ssize_t:  # hot
        """Take the path and the query, and return the offset of the first octet that is of neither."""
        stop: cython.Py_ssize_t = at
        if data[at] == 47:
            stop = path_end(data, at, end, self._taken)
            if stop < 0:
                stop = ~stop
                self.doubtful = True
        self.path_size = self.normal_size = stop - at
        if stop < end and data[stop] == 63:
            self.query_at = stop + 1
            stop = query_end(data, stop + 1, end, self._taken)
            self.query_size = stop - self.query_at
        return stop

    def _no_target_octet(
        self, data: cython.p_const_uchar, at: cython.Py_ssize_t, end: cython.Py_ssize_t
    ) -> cython.Py_ssize_t:
        """Say what is wrong with the octet that ends a target but is no space."""
        octet: cython.uchar = data[at]
        if octet == 37:
            if at + 2 >= end:
                return NEED_MORE
            if OCTETS[data[at + 1]] & OCTETS[data[at + 2]] & HEX:
                return self.refuse(RULE_TARGET_NUL)
            return self.refuse(RULE_TARGET_ESCAPE)
        if octet == 35:
            return self.refuse(RULE_TARGET_FRAGMENT)
        if octet == 10:
            return self.refuse(RULE_BARE_LF)
        return self.refuse(RULE_REQUEST_LINE if octet == 13 or OCTETS[octet] & BLANK else RULE_TARGET)

    def normalise(self, data: cython.p_const_uchar, paths: cython.int) -> cython.bint:  # hot
        """Write the path to `path_room` as these PathRules say; False where they refuse it."""
        size: cython.Py_ssize_t = normalise(data, self.path_at, self.path_at + self.path_size, self.path_room, paths)
        if size < 0:
            return self._wrong(RULE_PATH_HIDDEN_DOTS if size == PATH_HIDES else RULE_PATH_ABOVE_ROOT)
        self.rewritten = True
        self.normal_size = size
        return True

    def _wrong(self, rule: cython.int) -> cython.bint:  # hot
        self.refuse(rule)
        return False


def authority_rule(fault: cython.int) -> cython.int:
    """Return the rule for what check_authority() found."""
    if fault == AUTHORITY_PORT:
        return RULE_HOST_PORT
    return RULE_HOST_USERINFO if fault == AUTHORITY_USERINFO else RULE_HOST
