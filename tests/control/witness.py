"""What the supervisor's parts report, kept until a test asks."""

import asyncio
from collections.abc import Callable
from typing import Any

PATIENCE = 30.0  # seconds that something sure to come may take


class Witness:
    """Keeps what is reported, and lets a test wait for it."""

    def __init__(self) -> None:
        self.reports: list[tuple[str, str, dict[str, Any]]] = []
        self.changed = asyncio.Event()

    def report(self, level: str, event: str, facts: dict[str, Any]) -> None:
        self.reports.append((level, event, facts))
        self.changed.set()

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait until something is so; what may change it has to set `changed`."""
        while not true():
            self.changed.clear()
            await asyncio.wait_for(self.changed.wait(), PATIENCE)
