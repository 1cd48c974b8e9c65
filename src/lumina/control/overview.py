"""How endpoints and upstreams stand, as `/health` and metrics tell it: what roster and arena know, put together."""

import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from lumina.control.roster import Member, Roster
from lumina.numbers import SERIES_CAP, numbers_of

STATES = ("closed", "open", "half_open")  # of a circuit breaker, an endpoint's or an upstream's
MOST = 1000  # endpoints with series of their own

Facts = dict[str, Any]
Plan = dict[str, Any]
Look = Callable[[int], Facts]


class Standing(NamedTuple):
    """One circuit breaker: of an endpoint, or, with an empty `endpoint`, of a whole upstream."""

    upstream: str
    endpoint: str
    up: bool
    state: str  # one of STATES
    transitions: dict[str, int]  # by the state that it came to
    ejections: int


def state_of(facts: Facts, now: float) -> str:
    """Return one word for an endpoint.

    `up`; `down`, by its health checks; `ejected`, for what it did to requests; or `trial`: it was, and is tried again.
    """
    if facts["probe"] is False:
        return "down"
    if facts["state"] == "closed":
        return "up"
    return "ejected" if facts["state"] == "open" and facts["until"] > now else "trial"


class Overview:
    """Looks when asked."""

    def __init__(self, plan: Plan, roster: Roster, endpoint: Look, upstream: Look) -> None:
        """endpoint, upstream: tell what the arena has in a place."""
        self._plan = plan
        self._breakers: list[int] = numbers_of(plan)["breakers"]  # places in the arena, by upstream
        self._roster = roster
        self._endpoint = endpoint
        self._upstream = upstream

    def document(self) -> list[Facts]:
        """Return the part of `/health` that tells of upstreams."""
        now = time.monotonic()
        return [
            {
                "name": entry["name"],
                **({"breaker": self._upstream(self._breakers[index])["state"]} if entry["breaker"] else {}),
                "endpoints": [self._described(member, now) for member in self._roster.members(index)]
                + [{"address": name, "state": "unresolved"} for name in self._unresolved(index)],
            }
            for index, entry in enumerate(self._plan["upstreams"])
        ]

    def _described(self, member: Member, now: float) -> Facts:
        facts = self._endpoint(member.slot)
        name = str(self._plan["upstreams"][member.upstream]["endpoints"][member.place]["authority"])
        return {
            "address": member.key,
            **({} if member.unix or member.key == name else {"name": name}),
            "state": state_of(facts, now),
            "latency": round(facts["latency"], 6),
            "failures": facts["failures"],
            "ejections": facts["ejections"],
        }

    def _unresolved(self, upstream: int) -> Iterator[str]:
        known = {member.place for member in self._roster.members(upstream)}
        for name in self._roster.names:
            if name.upstream == upstream and name.place not in known:
                yield str(name.question)

    def standings(self) -> Iterator[Standing]:
        """Yield what metrics tell, of the first upstreams and endpoints: series must not grow without bound."""
        now = time.monotonic()
        count = 0
        for index, entry in enumerate(self._plan["upstreams"][:SERIES_CAP]):
            if entry["breaker"]:
                facts = self._upstream(self._breakers[index])
                yield Standing(entry["name"], "", facts["state"] != "open", facts["state"], facts["transitions"], 0)
            for member in self._roster.members(index):
                count += 1
                if count <= MOST:
                    yield self._standing(entry["name"], member, now)

    def _standing(self, upstream: str, member: Member, now: float) -> Standing:
        facts = self._endpoint(member.slot)
        return Standing(
            upstream,
            member.key,
            state_of(facts, now) not in {"down", "ejected"},
            facts["state"],
            facts["transitions"],
            facts["ejections"],
        )
