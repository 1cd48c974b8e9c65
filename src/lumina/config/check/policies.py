"""How an upstream's failures are met: its parts must fit each other."""

from collections.abc import Iterator

from lumina.config.model import Upstream
from lumina.config.model.section import Section
from lumina.config.units import format_duration
from lumina.config.validate import Draft

Objection = tuple[tuple[str, ...], str, str]  # where in the upstream, what is wrong, what may help


def check_policies(draft: Draft) -> None:
    """Note settings that contradict each other, and those that would be obeyed by nobody."""
    resolver = draft.config.resolver
    if resolver.max_ttl < resolver.min_ttl:
        where, hint = _written(resolver, "max_ttl", "min_ttl")
        draft.source.problem(draft.key(("resolver", where)), "`max_ttl` is shorter than `min_ttl`", hint)
    for name, upstream in draft.config.upstreams.items():
        for steps, message, hint in (*_balance(upstream), *_times(upstream), *_sizes(upstream), *_health(upstream)):
            path = ("upstreams", name, *steps)
            if not any(lost[:3] == path[:3] for lost in draft.left_out):
                draft.source.problem(draft.key(path), f"{message} in upstream `{name}`", hint)


def _balance(upstream: Upstream) -> Iterator[Objection]:
    balance = upstream.balance
    place = ("balance",)
    if balance.policy == "hash" and balance.by is None:
        yield place, "`hash` needs a key", "add `by: client`, or `by: header` with the `name` of one"
    elif balance.policy != "hash" and (balance.by or balance.name):
        hint = "say `policy: hash`"
        yield (*place, "by" if balance.by else "name"), f"a key has no effect on `{balance.policy}`", hint
    elif balance.by not in {None, "client"} and balance.name is None:
        yield (*place, "by"), f"`by: {balance.by}` needs the `name` of one", ""
    elif balance.by == "client" and balance.name is not None:
        yield (*place, "name"), "`name` has no effect beside `by: client`", ""


def _times(upstream: Upstream) -> Iterator[Objection]:
    retries, outliers = upstream.retries, upstream.outliers
    if retries.max_backoff < retries.backoff:
        where, hint = _written(retries, "max_backoff", "backoff")
        yield ("retries", where), "`max_backoff` is shorter than `backoff`", hint
    if outliers is not None and outliers.max_ejection < outliers.ejection:
        where, hint = _written(outliers, "max_ejection", "ejection")
        yield ("outliers", where), "`max_ejection` is shorter than `ejection`", hint


def _written(section: Section, most: str, least: str) -> tuple[str, str]:
    """Return which of two fields to point at, and a hint at the other's value where nobody wrote that."""
    written = section.model_fields_set
    unwritten = next((name for name in (most, least) if name not in written), None)
    if unwritten is None:
        return most, ""
    value = getattr(section, unwritten)
    shown = format_duration(value) if isinstance(value, float) else value
    return most if most in written else least, f"where it is not set, `{unwritten}` is {shown}"


def _sizes(upstream: Upstream) -> Iterator[Objection]:
    caps, adaptive = upstream.caps, upstream.adaptive
    if adaptive is not None and adaptive.maximum < adaptive.minimum:
        where, hint = _written(adaptive, "maximum", "minimum")
        yield ("adaptive", where), "`maximum` is less than `minimum`", hint
    for name in ("idle", "uploads"):
        own = getattr(caps, name)
        if own is not None and caps.connections is not None and own > caps.connections:
            yield ("caps", name), f"`{name}` is more than `connections`", ""


def _health(upstream: Upstream) -> Iterator[Objection]:
    health = upstream.health
    if health is None:
        return
    if health.kind == "tcp":
        for name in ("method", "path", "host", "statuses", "body"):
            if name in health.model_fields_set:
                yield ("health", name), f"`{name}` has no effect beside `kind: tcp`", ""
    elif health.body is not None and health.method == "HEAD":
        yield ("health", "body"), "an answer to `HEAD` has no `body`", "say `method: GET`"
    if health.port is not None and any(endpoint.url.unix for endpoint in upstream.endpoints):
        yield ("health", "port"), "`port` has no effect on a socket of a path", ""
