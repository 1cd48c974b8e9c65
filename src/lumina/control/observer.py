"""What the workers decided about endpoints and upstreams, put into words: they write numbers, and log nothing."""

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

from lumina.control.overview import Standing

EVERY = 1.0  # seconds between two looks

Seen = dict[tuple[str, str], dict[str, int]]  # transitions by the state they came to, of upstream and endpoint
Report = Callable[[str, str, dict[str, Any]], None]
WORDS = {  # for an endpoint and for an upstream, by the state that it came to
    "open": ("warning", "endpoint ejected", "circuit breaker open"),
    "half_open": ("info", "endpoint on trial", "circuit breaker half open"),
    "closed": ("info", "endpoint taken back", "circuit breaker closed"),
}


class Observer:
    """Looks at the transitions that were counted, and reports those that are new."""

    def __init__(self, standings: Callable[[], Iterable[Standing]], report: Report) -> None:
        self._standings = standings
        self._report = report
        self.seen: Seen = {}  # and reported; what an earlier plan's observer has seen may be put here

    def look(self) -> None:
        """Report what happened since the last look; what happened several times is one report with a count."""
        seen: Seen = {}
        for standing in self._standings():
            identity = standing.upstream, standing.endpoint
            seen[identity] = standing.transitions
            self._compare(standing, self.seen.get(identity, {}))
        self.seen = seen

    def _compare(self, standing: Standing, before: dict[str, int]) -> None:
        # The state that it is in comes last, as it did.
        for state in sorted(standing.transitions, key=lambda state: state == standing.state):
            # Less than before: the place in the arena was made new, and counts from nothing.
            count = standing.transitions[state] - before.get(state, 0)
            count = standing.transitions[state] if count < 0 else count
            if count:
                level, of_endpoint, of_upstream = WORDS[state]
                facts: dict[str, Any] = {"upstream": standing.upstream}
                if standing.endpoint:
                    facts["endpoint"] = standing.endpoint
                if count > 1:
                    facts["times"] = count
                self._report(level, of_endpoint if standing.endpoint else of_upstream, facts)

    async def run(self) -> None:
        """Look again and again."""
        while True:
            await asyncio.sleep(EVERY)
            self.look()
