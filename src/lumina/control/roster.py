"""Every endpoint that requests may go to now: those that the plan numbers, and those that its names stand for.

Each has a place in the arena where all workers and the supervisor keep what they know of it. An address that goes and
comes back finds its place as it left it, as long as no other needed it in between.
"""

from typing import Any, NamedTuple

from lumina.control.channel import Message
from lumina.control.discovery.answers import Name, Target, names_in
from lumina.control.ledger import Slots
from lumina.numbers import key_of, numbers_of

Plan = dict[str, Any]


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


class Roster:
    """Who is there, by upstream."""

    def __init__(self, plan: Plan, slots: Slots) -> None:
        """slots: where those find a place that names stand for; the plan's `numbers` tell those of the others."""
        self._plan = plan
        self._members: list[dict[int, list[Member]]] = []  # by upstream, and by place in it
        self.names = names_in(plan)
        named = {(name.upstream, name.place) for name in self.names}
        for upstream, (entry, numbers) in enumerate(zip(plan["upstreams"], numbers_of(plan)["endpoints"], strict=True)):
            self._members.append(
                {
                    place: [] if (upstream, place) in named else [_numbered(upstream, place, endpoint, slot)]
                    for place, (endpoint, slot) in enumerate(zip(entry["endpoints"], numbers, strict=True))
                }
            )
        self._slots = slots
        self._told: set[int] = set()

    def members(self, upstream: int) -> list[Member]:
        """Return the endpoints of an upstream."""
        return [member for members in self._members[upstream].values() for member in members]

    def find(self, name: Name, targets: list[Target]) -> int:
        """Put in what a name has come to stand for; return how many found no place in the arena."""
        upstream = self._plan["upstreams"][name.upstream]
        entry = upstream["endpoints"][name.place]
        here = self._members[name.upstream]
        taken = {member.key for place, members in here.items() if place != name.place for member in members}
        found: dict[str, Member] = {}
        lost = 0
        for target in targets:
            key = _key(target)
            if key in taken or key in found:
                continue
            slot = self._slots.take((upstream["name"], key))
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
                self._slots.leave((upstream["name"], member.key))
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


def _numbered(upstream: int, place: int, entry: dict[str, Any], slot: int) -> Member:
    unix = entry["unix"]
    return Member(
        upstream,
        place,
        key_of(entry),
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
