"""Endpoints of one upstream must agree, and its TLS must be for something."""

import re

from lumina.config.address import Address
from lumina.config.model import Endpoint, Upstream
from lumina.config.validate import Draft
from lumina.numbers import RESERVED_NAMES

_NAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,126}[A-Za-z0-9_])?", re.ASCII)


def check_upstreams(draft: Draft) -> None:
    """Note upstreams that contradict themselves."""
    for name, upstream in draft.config.upstreams.items():
        if not _NAME.fullmatch(name):
            message = f"the name `{name}` must be letters, digits, `.`, `_` and `-`, 128 at most"
            draft.source.problem(draft.key(("upstreams", name)), message)
        elif name in RESERVED_NAMES:
            message = f"the name `{name}` is taken: metrics use it for something else"
            draft.source.problem(draft.key(("upstreams", name)), message)
        _check_endpoints(draft, name, upstream.endpoints)
        _check_tls(draft, name, upstream)


def _check_endpoints(draft: Draft, name: str, endpoints: tuple[Endpoint, ...]) -> None:
    first = endpoints[0].url
    seen: dict[Address, int] = {}
    for index, endpoint in enumerate(one.url for one in endpoints):
        place = draft.place(("upstreams", name, "endpoints", index))
        if endpoint.scheme != first.scheme:
            message = f"endpoints of one upstream must share a scheme, and the first of `{name}` has `{first.scheme}`"
            draft.source.problem(place, message)
        elif endpoint.base != first.base:
            base = f"`{first.base}`" if first.base else "none"
            message = f"endpoints of one upstream must share a path, and the first of `{name}` has {base}"
            draft.source.problem(place, message)
        elif endpoint in seen:
            draft.source.problem(place, f"upstream `{name}` has this endpoint twice")
        seen[endpoint] = index


def _check_tls(draft: Draft, name: str, upstream: Upstream) -> None:
    tls = upstream.tls
    if tls is None:
        return
    if upstream.endpoints[0].url.scheme != "https":
        message = f"`tls` is set for upstream `{name}`, but its endpoints are not `https`"
        draft.source.problem(draft.key(("upstreams", name, "tls")), message)
    elif not tls.verify and tls.ca is not None:
        message = f"`ca` has no effect on upstream `{name}`, for `verify` is `false`"
        draft.source.problem(draft.key(("upstreams", name, "tls", "ca")), message)
    elif not tls.verify:
        message = f"upstream `{name}` may be anyone: its certificate is not verified"
        draft.source.problem(draft.key(("upstreams", name, "tls", "verify")), message, warning=True)
