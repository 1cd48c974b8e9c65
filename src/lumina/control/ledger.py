"""Who has which place in the arena, over all the plans of one run: states and counters survive what a plan changes.

Routes and upstreams are known by their names, endpoints by their upstream's name and their address. Series are never
given to another, for counters do not start anew; places of endpoints are, when there are no others left.
"""

from collections.abc import Callable, Iterable
from typing import Any

from lumina.errors import LuminaError
from lumina.numbers import ADMIN_NAME, ADMIN_SERIES, OTHER_NAME, OTHER_SERIES, key_of, series_of

SPARE = 1024  # places for what names stand for and for what later plans add

Plan = dict[str, Any]
Forget = Callable[[int], None]
Welcome = Callable[[int], None]
Identity = tuple[str, str]  # an upstream's name, and the key of an endpoint in it

SUPERVISOR = (ADMIN_NAME, "")  # an endpoint too


class FullError(LuminaError):
    """There is no place left; a gateway that is started anew has all of them."""


class Slots:
    """Places in the arena, each for one identity at a time."""

    def __init__(self, count: int, forget: Forget, welcome: Welcome) -> None:
        """forget: makes a place as good as new; welcome: notes that its endpoint has just come."""
        self._free = list(range(count - 1, -1, -1))
        self._taken: dict[Identity, int] = {}
        self._left: dict[Identity, int] = {}  # by those who went, the first to go first
        self._resting: set[Identity] = set()  # whom a plan does not name; what names stand for will be back at once
        self._forget = forget
        self._welcome = welcome

    def take(self, identity: Identity) -> int | None:
        """Return the place of an endpoint, which may be one that it had before; None where there is none left."""
        if identity in self._taken:
            return self._taken[identity]
        slot = self._left.pop(identity, None)
        if slot is None and self._free:
            slot = self._free.pop()
        elif slot is None and self._left:
            slot = self._left.pop(next(iter(self._left)))
            self._forget(slot)
        if slot is not None:
            self._taken[identity] = slot
            if identity not in self._resting:
                self._welcome(slot)
        return slot

    def leave(self, identity: Identity) -> None:
        """Give a place back."""
        self._left[identity] = self._taken.pop(identity)

    def keep(self, identities: Iterable[Identity]) -> None:
        """Give back what all others have."""
        self._resting = self._taken.keys() - set(identities)
        for identity in self._resting:
            self.leave(identity)


class Series:
    """Numbers under which is counted, by name."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self.labels = {0: "", OTHER_SERIES: OTHER_NAME, ADMIN_SERIES: ADMIN_NAME}

    def of(self, name: str) -> int:
        """Return the series of a name, the same whenever it is asked for."""
        if name not in self._numbers:
            self._numbers[name] = series_of(len(self._numbers))
            self.labels.setdefault(self._numbers[name], name)
        return self._numbers[name]


class Ledger:
    """Numbers the plans of one run."""

    def __init__(self, endpoints: int, upstreams: int, forget: Forget, welcome: Welcome) -> None:
        """endpoints, upstreams: how many places the arena has; forget, welcome: see Slots."""
        self.routes = Series()
        self.upstreams = Series()
        self.slots = Slots(endpoints, forget, welcome)
        self._breakers: dict[str, int] = {}
        self._most_breakers = upstreams

    def number(self, plan: Plan) -> Plan:
        """Return `plan` with its numbers (see `lumina.numbers`); who is not in it may lose his place to others.

        Raises FullError.
        """
        identities = [[(entry["name"], key_of(one)) for one in entry["endpoints"]] for entry in plan["upstreams"]]
        self.slots.keep([SUPERVISOR, *(identity for some in identities for identity in some)])
        numbers = {
            "routes": [self.routes.of(route["name"]) for route in plan["routes"]],
            "upstreams": [self.upstreams.of(entry["name"]) for entry in plan["upstreams"]],
            "breakers": [self._breaker(entry["name"]) for entry in plan["upstreams"]],
            "endpoints": [[self._place(identity) for identity in some] for some in identities],
            "admin": self._place(SUPERVISOR),
        }
        return {**plan, "numbers": numbers}

    def _place(self, identity: Identity) -> int:
        slot = self.slots.take(identity)
        if slot is None:
            raise FullError(f"no place is left for the endpoint {identity[1]} of {identity[0]}")
        return slot

    def _breaker(self, upstream: str) -> int:
        if upstream not in self._breakers and len(self._breakers) >= self._most_breakers:
            raise FullError(f"no place is left for the upstream {upstream}")
        return self._breakers.setdefault(upstream, len(self._breakers))


def room_for(plan: Plan) -> tuple[int, int]:
    """Return for how many endpoints and upstreams an arena should have places that begins with `plan`."""
    return sum(len(entry["endpoints"]) for entry in plan["upstreams"]) + 1 + SPARE, len(plan["upstreams"]) + SPARE
