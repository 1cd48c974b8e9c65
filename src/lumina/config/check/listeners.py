"""Listeners must not want the same address."""

from lumina.config.hosts import is_wildcard
from lumina.config.validate import Draft


def check_listeners(draft: Draft) -> None:
    """Note an admin listener that stands in the way of the main one."""
    server = draft.config.server
    admin = server.admin
    if admin is None or admin.port == 0 or admin.port != server.port:
        return
    if not all(draft.is_sound("server", name) for name in ("host", "port")):
        return
    if admin.host == server.host or is_wildcard(admin.host) or is_wildcard(server.host):
        message = f"the admin listener wants port {admin.port}, which the main one has"
        draft.source.problem(draft.place(("server", "admin", "port")), message)
