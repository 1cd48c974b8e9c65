"""Every endpoint that requests may go to now: those that the plan numbers, and those that its names stand for.

Each has a place in the arena where all workers and the supervisor keep what they know of it. An address that goes and
comes back finds its place as it left it, as long as no other needed it in between.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from lumina.control.channel import Message
from lumina.control.discovery.answers import Name, Target, names_in

SPARE = 1024  # places for what names stand for, where there are names

Plan = dict[str, Any]
Forget = Callable[[int], None]


class Member(NamedTuple):
    """One endpoint."""

    upstream: int  # its place in the plan
    place: int  # of the entry in the plan's upstream that it comes from
    key: str  # its identity in the upstream
    slot: int  # its place in the arena
    addresses: tuple[tuple[str, int], ...]
    unix: str | None
    host: str | None  # its name, or its number; None for a unix socket
    authority: str
    weight: int
    priority: int

    def described(self) -> Message:
        """Return what workers are told of it."""
        return {
            "addresses": self.addresses,
            "unix": self.unix,
            "host": self.host,
            "authority": self.authority,
            "key": self.key,
            "slot": self.slot,
            "weight": self.weight,
            "priority": self.priority,
        }


class Slots:
    """Places in the arena, each for one identity at a time."""

    def __init__(self, first: int, count: int, forget: Forget) -> None:
        """forget: makes a place as good as new."""
        self._free = list(range(first + count - 1, first - 1, -1))
        self._taken: dict[tuple[int, str], int] = {}
        self._left: dict[tuple[int, str], int] = {}  # by those who went, the first to go first
        self._forget = forget

    def take(self, identity: tuple[int, str]) -> int | None:
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
        return slot

    def leave(self, identity: tuple[int, str]) -> None:
        """Give a place back."""
        self._left[identity] = self._taken.pop(identity)


class Roster:
    """Who is there, by upstream."""

    def __init__(self, plan: Plan, forget: Forget, room: int) -> None:
        """forget: makes a place of the arena as good as new; room: how many places there are."""
        self._plan = plan
        self._members: list[dict[int, list[Member]]] = []  # by upstream, and by place in it
        self.names = names_in(plan)
        named = {(name.upstream, name.place) for name in self.names}
        slot = 0
        for upstream, entry in enumerate(plan["upstreams"]):
            places: dict[int, list[Member]] = {}
            for place, endpoint in enumerate(entry["endpoints"]):
                places[place] = [] if (upstream, place) in named else [_numbered(upstream, place, endpoint, slot)]
                slot += 1
            self._members.append(places)
        first = slot + 1  # one more than the plan has: the supervisor itself is an upstream
        self._slots = Slots(first, max(0, room - first), forget)
        self._told: set[int] = set()

    def members(self, upstream: int) -> list[Member]:
        """Return the endpoints of an upstream."""
        return [member for members in self._members[upstream].values() for member in members]

    def find(self, name: Name, targets: list[Target]) -> int:
        """Put in what a name has come to stand for; return how many found no place in the arena."""
        entry = self._plan["upstreams"][name.upstream]["endpoints"][name.place]
        here = self._members[name.upstream]
        taken = {member.key for place, members in here.items() if place != name.place for member in members}
        found: dict[str, Member] = {}
        lost = 0
        for target in targets:
            key = _key(target)
            if key in taken or key in found:
                continue
            slot = self._slots.take((name.upstream, key))
            if slot is None:
                lost += 1
                continue
            found[key] = Member(
                name.upstream,
                name.place,
                key,
                slot,
                tuple((address, target.port) for address in target.addresses),
                None,
                entry["host"],
                entry["authority"],
                entry["weight"] * target.weight,
                entry["priority"] + target.priority,
            )
        for member in here[name.place]:
            if member.key not in found:
                self._slots.leave((name.upstream, member.key))
        here[name.place] = list(found.values())
        return lost

    def message(self, upstream: int) -> Message:
        """Return what workers are told of an upstream."""
        self._told.add(upstream)
        members = [member.described() for member in self.members(upstream)]
        return {"type": "endpoints", "upstream": upstream, "endpoints": members}

    def messages(self) -> list[Message]:
        """Return what a new worker has to be told: of each upstream with names, once any is known."""
        named = sorted({name.upstream for name in self.names})
        return [self.message(upstream) for upstream in named if upstream in self._told or self.members(upstream)]


def places_for(plan: Plan) -> int:
    """Return how many places of endpoints an arena needs."""
    return sum(len(upstream["endpoints"]) for upstream in plan["upstreams"]) + 1 + (SPARE if names_in(plan) else 0)


def _numbered(upstream: int, place: int, entry: dict[str, Any], slot: int) -> Member:
    unix = entry["unix"]
    return Member(
        upstream,
        place,
        f"unix:{unix}" if unix else f"{entry['host']}:{entry['port']}",
        slot,
        () if unix else ((entry["host"], entry["port"]),),
        unix,
        entry["host"],
        entry["authority"],
        entry["weight"],
        entry["priority"],
    )


def _key(target: Target) -> str:
    """Return what identifies a target: its IPv4 address where it has one, which a machine rarely changes alone."""
    address = next((one for one in target.addresses if ":" not in one), target.addresses[0])
    return f"[{address}]:{target.port}" if ":" in address else f"{address}:{target.port}"
