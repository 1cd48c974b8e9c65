"""Connections that were turned back for their PROXY header, put into words: workers count them, and log nothing."""

import asyncio
from collections.abc import Callable
from typing import Any

EVERY = 1.0  # seconds between two looks

Report = Callable[[str, str, dict[str, Any]], None]
Read = Callable[[], dict[str, list[tuple[int, str]]]]


class Gatekeeper:
    """Looks at what each worker counted, and reports what is new: once for each reason, however many there were."""

    def __init__(self, read: Read, report: Report) -> None:
        """read: for each reason, each worker's count and the address of the last; report: level, event, facts."""
        self._read = read
        self._report = report
        self._seen: dict[str, list[int]] = {}

    def look(self) -> None:
        """Report what happened since the last look."""
        for reason, counts in self._read().items():
            before = self._seen.get(reason, [0] * len(counts))
            new = [count - old for (count, _), old in zip(counts, before, strict=True)]
            self._seen[reason] = [count for count, _ in counts]
            if any(new):
                address = next(
                    (address for (_, address), more in zip(counts, new, strict=True) if more and address), ""
                )
                facts = {"reason": reason, "from": address, "times": sum(new)}
                self._report("warning", "proxy protocol refused", facts)

    async def run(self) -> None:
        """Look again and again."""
        while True:
            await asyncio.sleep(EVERY)
            self.look()
