"""Listeners must not want the same address, nor take anybody's word."""

import ipaddress

from lumina.config.hosts import is_wildcard
from lumina.config.validate import Draft


def check_listeners(draft: Draft) -> None:
    """Note an admin listener that stands in the way of the main one, and networks that are everybody's."""
    _check_senders(draft)
    server = draft.config.server
    admin = server.admin
    if admin is None or admin.port == 0 or admin.port != server.port:
        return
    if not all(draft.is_sound("server", name) for name in ("host", "port")):
        return
    if admin.host == server.host or is_wildcard(admin.host) or is_wildcard(server.host):
        message = f"the admin listener wants port {admin.port}, which the main one has"
        draft.source.problem(draft.place(("server", "admin", "port")), message)


def _check_senders(draft: Draft) -> None:
    """Warn where whoever can connect may say who they are."""
    settings = draft.config.server.proxy_protocol
    if settings is None:
        return
    for network in settings.trusted:
        if ipaddress.ip_network(network).prefixlen == 0:
            message = f"anybody who can connect may say to come from anywhere, for `{network}` is everybody"
            draft.source.problem(draft.key(("server", "proxy_protocol")), message, warning=True)
