"""Exchanges that wait for room at an upstream, first come, first served."""

import cython

from lumina.engine.stream import Dialogue


class Queue:
    """A list through the exchanges themselves: to join, to be next and to leave cost the same, however long it is."""

    def join(self, exchange: Dialogue, now: cython.double) -> None:
        """Let `exchange` wait, behind all that do."""
        if self.size == 0:
            self.since = now
        exchange.queued = True
        exchange.queue_before = self.last
        exchange.queue_after = cython.NULL
        if self.last is cython.NULL:
            self.first = cython.cast(cython.p_void, exchange)
        else:
            cython.cast(Dialogue, self.last).queue_after = cython.cast(cython.p_void, exchange)
        self.last = cython.cast(cython.p_void, exchange)
        self.size += 1

    def next(self) -> Dialogue:
        """Take the one that has waited longest, or None."""
        exchange: Dialogue
        if self.first is cython.NULL:
            return None
        exchange = cython.cast(Dialogue, self.first)
        self.leave(exchange)
        return exchange

    def leave(self, exchange: Dialogue) -> None:
        """Let `exchange` wait no more. Asked twice, it does nothing."""
        if not exchange.queued:
            return
        if exchange.queue_before is not cython.NULL:
            cython.cast(Dialogue, exchange.queue_before).queue_after = exchange.queue_after
        else:
            self.first = exchange.queue_after
        if exchange.queue_after is not cython.NULL:
            cython.cast(Dialogue, exchange.queue_after).queue_before = exchange.queue_before
        else:
            self.last = exchange.queue_before
        exchange.queued = False
        exchange.queue_before = cython.NULL
        exchange.queue_after = cython.NULL
        self.size -= 1
