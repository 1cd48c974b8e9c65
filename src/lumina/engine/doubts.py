"""Paths that servers read in more than one way: what their route makes of them, and whether it still is their route."""

import cython

from lumina.http1.request import RequestHead
from lumina.routing.agreement import Agreement
from lumina.routing.table import PrefixTable
from lumina.snapshot import Route, Snapshot


class Doubts:
    """One for each worker."""

    __slots__ = ("agreement",)

    def __init__(self) -> None:
        self.agreement = Agreement()

    def reserve(self, request_line: cython.Py_ssize_t) -> None:
        """Make room for every path that fits a request line, with each of its octets escaped."""
        self.agreement.reserve(3 * request_line)

    def judge(
        self,
        snapshot: Snapshot,
        admin_only: cython.bint,
        route: Route,
        head: RequestHead,
        data: cython.p_const_uchar,
    ) -> cython.int:
        """Write the path in its route's form to `head.path_room`; return RULE_NONE, or the rule that it breaks."""
        fault: cython.int = refused_by(data, head.path_at, head.path_at + head.path_size, route.paths)
        if fault == PATH_NUL:
            return RULE_TARGET_NUL
        if fault == PATH_ESCAPE:
            return RULE_TARGET_ESCAPE
        if fault != 0:
            return RULE_TARGET if fault == PATH_OCTET else RULE_PATH_POLICY
        if route.paths != snapshot.paths and not head.normalise(data, route.paths):
            return head.refusal
        return RULE_NONE if self._agrees(snapshot, admin_only, route, head) else RULE_PATH_AMBIGUOUS

    def _agrees(self, snapshot: Snapshot, admin_only: cython.bint, route: Route, head: RequestHead) -> cython.bint:
        """Say whether the path in `path_room` is the route's, however a server reads it."""
        table: PrefixTable = snapshot.admin_table if admin_only else snapshot.table
        if table.find(head.path_room, 0, head.normal_size) != route.index:
            return False
        return self.agreement.holds(table, head.path_room, head.normal_size, route.covered, route.bare)
