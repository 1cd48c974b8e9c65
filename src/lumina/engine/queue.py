"""Exchanges that wait for room at an upstream: the more important first, and among equals first come, first served."""

import cython

from lumina.engine.stream import Dialogue


class Queue:
    """A list for each priority, through the exchanges themselves: however long, each step costs the same."""

    def join(self, exchange: Dialogue, now: cython.double) -> None:
        """Let `exchange` wait, behind all that are as important."""
        line: cython.pointer(Line) = cython.address(self.lines[exchange.priority])
        if self.size == 0:
            self.since = now
        exchange.queued = True
        exchange.queued_at = now
        exchange.queue_before = line.last
        exchange.queue_after = cython.NULL
        if line.last is cython.NULL:
            line.first = cython.cast(cython.p_void, exchange)
        else:
            cython.cast(Dialogue, line.last).queue_after = cython.cast(cython.p_void, exchange)
        line.last = cython.cast(cython.p_void, exchange)
        self.size += 1

    def next(self) -> Dialogue:
        """Take the one that has waited longest among the most important, or None."""
        exchange: Dialogue
        at: cython.int
        for at in range(KINDS - 1, -1, -1):
            if self.lines[at].first is not cython.NULL:
                exchange = cython.cast(Dialogue, self.lines[at].first)
                self.leave(exchange)
                return exchange
        return None

    def give_up(self, priority: cython.int) -> Dialogue:
        """Take the last that came of the least important, if it is less important than `priority`; or None."""
        exchange: Dialogue
        at: cython.int
        for at in range(priority):
            if self.lines[at].last is not cython.NULL:
                exchange = cython.cast(Dialogue, self.lines[at].last)
                self.leave(exchange)
                return exchange
        return None

    def age(self, priority: cython.int, now: cython.double) -> cython.double:
        """Return how long the first of those that are at least as important has waited; 0: nobody does."""
        at: cython.int
        since: cython.double = now
        for at in range(priority, KINDS):
            if self.lines[at].first is not cython.NULL:
                since = min(since, cython.cast(Dialogue, self.lines[at].first).queued_at)
        return now - since

    def leave(self, exchange: Dialogue) -> None:
        """Let `exchange` wait no more. Asked twice, it does nothing."""
        line: cython.pointer(Line) = cython.address(self.lines[exchange.priority])
        if not exchange.queued:
            return
        if exchange.queue_before is not cython.NULL:
            cython.cast(Dialogue, exchange.queue_before).queue_after = exchange.queue_after
        else:
            line.first = exchange.queue_after
        if exchange.queue_after is not cython.NULL:
            cython.cast(Dialogue, exchange.queue_after).queue_before = exchange.queue_before
        else:
            line.last = exchange.queue_before
        exchange.queued = False
        exchange.queue_before = cython.NULL
        exchange.queue_after = cython.NULL
        self.size -= 1
