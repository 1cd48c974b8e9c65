"""What must be one truth on a machine: counters, histograms and access lines, in memory that all its workers share.

Each worker writes its own block and no other, with plain aligned stores; readers add the blocks up. A block outlives
its worker: the one that takes its place goes on counting where it stopped, so nothing is ever reset.
"""

import os
import struct
from time import monotonic
from typing import Any

import cython

from lumina.engine.limit import WORDS as LIMIT_WORDS
from lumina.errors import EngineError
from lumina.proxy_protocol.refusals import WORDS as REFUSAL_WORDS
from lumina.reasons import REASONS

BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0)
METHODS = ("_OTHER", "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH")
RETRY_WORDS = ("connect", "stale", "reset", "timeout", "status", "hung", "hedge")  # by the number of a Cause
CUT_WORDS = ("", "loop_lag", "memory", "queue_age", "queue_full")  # by the number of a Cut
STATES = ("closed", "open", "half_open")
PROBES = (None, True, False)  # by the number of a probe's outcome
METHOD_SHIFT = 10
SERIES_SHIFT = 14

Counts = dict[Any, int]
Spread = tuple[list[int], float]


class Arena:
    """The mapping itself, and its descriptor: create() it in the supervisor, attach() to it in a worker."""

    def __init__(self, fd: cython.int) -> None:
        at: cython.p_void
        counts: cython.pointer(Header)
        self.fd = fd
        self.size = os.fstat(fd).st_size
        at = mmap(cython.NULL, self.size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0)
        if at == MAP_FAILED:
            raise EngineError("the shared arena cannot be mapped")
        counts = cython.cast(cython.pointer(Header), at)
        self.header = counts
        self.slots = counts.slots
        self.endpoints = counts.endpoints
        self.upstreams = counts.upstreams
        if _size(self.slots, self.endpoints, self.upstreams) != self.size:
            raise EngineError("the shared arena is none of this version")
        self.blocks = cython.cast(cython.pointer(Block), cython.cast(cython.p_char, at) + HEADER)
        self.states = cython.cast(cython.pointer(State), self.blocks + self.slots)
        self.breakers = cython.cast(cython.pointer(BreakerState), self.states + self.endpoints)

    def __dealloc__(self) -> None:
        if self.header is not cython.NULL:
            munmap(self.header, self.size)
            close(self.fd)

    @classmethod
    def create(cls, slots: int, endpoints: int = 64, upstreams: int = 64, used: int = 0) -> Any:  # noqa: ANN401 (in a compiled class its own name is not known yet)
        """Make an arena for that many workers, `used` of them soon, and states for so many endpoints and upstreams."""
        fd: cython.int = memfd_create(b"lumina-arena", MFD_CLOEXEC)
        if fd < 0:
            raise EngineError("the shared arena cannot be made")
        os.ftruncate(fd, _size(slots, endpoints, upstreams))
        os.pwrite(fd, struct.pack("=QQQ", slots, endpoints, upstreams), 0)
        arena: Arena = cls(fd)
        arena._touch(used)
        return arena

    @classmethod
    def attach(cls, fd: int) -> Any:  # noqa: ANN401 (as above)
        """Map the arena that the supervisor handed over as `fd`."""
        return cls(fd)

    def _touch(self, slots: int) -> None:
        """Take the pages of the log rings now: memory that is sure to be used should not look like growth."""
        slot: cython.int
        for slot in range(slots):
            memset(self.blocks[slot].log, 0, LOG_RING)

    def block(self, slot: cython.int) -> cython.pointer(Block):
        if not 0 <= slot < self.slots:
            raise EngineError(f"the arena has no slot {slot}")
        return cython.address(self.blocks[slot])

    def state(self, slot: cython.int) -> cython.pointer(State):
        if not 0 <= slot < self.endpoints:
            raise EngineError(f"the arena has no endpoint {slot}")
        return cython.address(self.states[slot])

    def breaker(self, upstream: cython.int) -> cython.pointer(BreakerState):
        if not 0 <= upstream < self.upstreams:
            raise EngineError(f"the arena has no upstream {upstream}")
        return cython.address(self.breakers[upstream])

    def forget(self, slot: int) -> None:
        """Let the state of an endpoint be that of a new one."""
        memset(self.state(slot), 0, cython.sizeof(State))

    def welcome(self, slot: int) -> None:
        """Note that an endpoint has just come: where that is asked for, it gets its whole share by and by."""
        self.state(slot).since = monotonic()

    def probe(self, slot: int, up: bool | None) -> None:
        """Tell the workers what a health check found; None: nothing yet, which keeps nobody from using it.

        Who was down and is not any more has just come.
        """
        state: cython.pointer(State) = self.state(slot)
        if state.probe == PROBE_DOWN and up is not False:
            self.welcome(slot)
        if up is None:
            state.probe = PROBE_UNKNOWN
        else:
            state.probe = PROBE_UP if up else PROBE_DOWN

    def endpoint(self, slot: int) -> dict[str, Any]:
        """Return what is known of an endpoint: times are seconds on the monotonic clock, `latency` is seconds."""
        state: cython.pointer(State) = self.state(slot)
        return {
            "state": STATES[state.state],
            "until": state.until,
            "probe": PROBES[state.probe],
            "failures": state.failures,
            "latency": state.latency,
            "ejections": state.ejections,
            "transitions": {"open": state.opened, "half_open": state.half_opened, "closed": state.closed},
        }

    def upstream(self, index: int) -> dict[str, Any]:
        """Return what is known of an upstream's own breaker."""
        state: cython.pointer(BreakerState) = self.breaker(index)
        return {
            "state": STATES[state.state],
            "until": state.until,
            "transitions": {"open": state.opened, "half_open": state.half_opened, "closed": state.closed},
        }

    def clear_gauges(self, slot: int) -> None:
        """Forget what a worker that died had open; what it counted stays."""
        block: cython.pointer(Block) = self.block(slot)
        at: cython.int
        block.connections = 0
        block.in_flight = 0
        block.lag = 0.0
        for at in range(SERIES):
            block.upstreams[at].active = 0
            block.upstreams[at].idle = 0
            block.upstreams[at].waiting = 0
            block.upstreams[at].pending = 0
            block.upstreams[at].limit = 0.0

    def drain_log(self, slot: int) -> bytes:
        """Take the access lines that the worker in `slot` has written: whole lines, or nothing."""
        block: cython.pointer(Block) = self.block(slot)
        done: cython.ulonglong = block.log_read
        ready: cython.ulonglong = lumina_observe(cython.address(block.log_written))
        at: cython.Py_ssize_t = done & (LOG_RING - 1)
        size: cython.Py_ssize_t = ready - done
        first: cython.Py_ssize_t = min(size, LOG_RING - at)
        lines: bytes = block.log[at : at + first]
        if first < size:
            lines += block.log[: size - first]
        lumina_publish(cython.address(block.log_read), ready)
        return lines

    def call(self, block: cython.pointer(Block)) -> None:
        """Ring the bell for lines that wait in a worker's ring, once for each time that they are taken."""
        asked: cython.ulonglong = lumina_observe(cython.address(block.log_read)) + 1
        if block.log_called != asked:
            block.log_called = asked
            wake(cython.address(self.header.bell))

    def bell(self) -> int:
        """Return what changes whenever the bell is rung."""
        return word_now(cython.address(self.header.bell))

    def ring(self) -> None:
        """Ring the bell for whoever waits."""
        wake(cython.address(self.header.bell))

    def wait(self, bell: cython.uint, seconds: cython.double) -> None:
        """Wait until the bell was rung since bell() was asked, or for so long."""
        with cython.nogil:
            wait_while(cython.address(self.header.bell), bell, seconds)

    def read(self) -> dict[str, Any]:
        """Add up what all workers counted; a series that counted nothing is left out.

        The keys and shapes are those that `control.metrics` exposes: seconds, octets, counts.
        """
        found: dict[str, Any] = {
            key: {}
            for key in [
                *("requests", "durations", "first_byte", "overhead", "fallbacks", "request_bytes", "response_bytes"),
                *("upstream_requests", "upstream_durations", "upstream_connect", "upstream_connections", "retries"),
                *("over_budget", "waiting", "waited", "pending", "concurrency_limit", "errors", "limits", "shed"),
                "turned_back",
            ]
        }
        found["workers"] = [self._worker(slot) for slot in range(self.slots)]
        for slot in range(self.slots):
            self._read_codes(slot, found)
            self._read_routes(slot, found)
            self._read_upstreams(slot, found)
        return found

    def turned_back(self) -> dict[str, list[tuple[int, str]]]:
        """Return, for each word of a refusal, how many connections each worker turned back, and whose was the last."""
        found: dict[str, list[tuple[int, str]]] = {}
        at: cython.int
        last: cython.int = REFUSAL_COUNT
        for at in range(1, last):
            found[REFUSAL_WORDS[at]] = [
                (self.block(slot).turned_back[at], self._turned_back_from(slot, at)) for slot in range(self.slots)
            ]
        return found

    def _turned_back_from(self, slot: cython.int, refusal: cython.int) -> str:
        """Return an address that is whole, or nothing where another is being written just now."""
        block: cython.pointer(Block) = self.block(slot)
        count: cython.ulonglong = lumina_observe(cython.address(block.turned_back[refusal]))
        octets: bytes = block.turned_back_from[refusal][:PEER]
        if lumina_observe(cython.address(block.turning_back[refusal])) != count:
            return ""
        return octets.partition(b"\0")[0].decode("ascii", "replace")

    def _worker(self, slot: int) -> dict[str, Any]:
        block: cython.pointer(Block) = self.block(slot)
        return {
            "slot": slot,
            "connections": block.connections,
            "accepted": block.accepted,
            "in_flight": block.in_flight,
            "log_dropped": block.log_dropped,
            "longest_turn": block.longest_turn,
            "lag": block.lag,
            "turns": block.turns,
        }

    def _read_codes(self, slot: int, found: dict[str, Any]) -> None:
        block: cython.pointer(Block) = self.block(slot)
        at: cython.int
        last: cython.int = REASON_COUNT
        for at in range(CODES):
            if block.codes[at].count:
                series, method, status = split(block.codes[at].key)
                add(found["requests"], (series, METHODS[method], status), block.codes[at].count)
            if block.upstream_codes[at].count:
                series, method, status = split(block.upstream_codes[at].key)
                add(found["upstream_requests"], (series, status), block.upstream_codes[at].count)
        for at in range(1, last):
            if block.errors[at]:
                add(found["errors"], REASONS[at].word, block.errors[at])
        last = LIMIT_COUNT
        for at in range(1, last):
            if block.limits[at]:
                add(found["limits"], LIMIT_WORDS[at], block.limits[at])
        last = CUT_COUNT
        for at in range(1, last):
            if block.shed[at]:
                add(found["shed"], CUT_WORDS[at], block.shed[at])
        last = REFUSAL_COUNT
        for at in range(1, last):
            if block.turned_back[at]:
                add(found["turned_back"], REFUSAL_WORDS[at], block.turned_back[at])

    def _read_routes(self, slot: int, found: dict[str, Any]) -> None:
        block: cython.pointer(Block) = self.block(slot)
        stats: cython.pointer(RouteStats)
        at: cython.int
        for at in range(SERIES):
            stats = cython.address(block.routes[at])
            add_spread(found["durations"], at, cython.address(stats.duration))
            add_spread(found["first_byte"], at, cython.address(stats.first_byte))
            add_spread(found["overhead"], at, cython.address(stats.overhead))
            if stats.request_bytes:
                add(found["request_bytes"], at, stats.request_bytes)
            if stats.response_bytes:
                add(found["response_bytes"], at, stats.response_bytes)
            if stats.to_upstream:
                add(found["fallbacks"], (at, "upstream"), stats.to_upstream)
            if stats.to_answer:
                add(found["fallbacks"], (at, "answer"), stats.to_answer)

    def _read_upstreams(self, slot: int, found: dict[str, Any]) -> None:
        block: cython.pointer(Block) = self.block(slot)
        stats: cython.pointer(UpstreamStats)
        at: cython.int
        cause: cython.int
        causes: cython.int = CAUSE_COUNT
        for at in range(SERIES):
            stats = cython.address(block.upstreams[at])
            add_spread(found["upstream_durations"], at, cython.address(stats.duration))
            add_spread(found["upstream_connect"], at, cython.address(stats.connect))
            if stats.active or stats.idle or stats.connect.total:
                add(found["upstream_connections"], (at, "active"), stats.active)
                add(found["upstream_connections"], (at, "idle"), stats.idle)
            if stats.over_budget:
                add(found["over_budget"], at, stats.over_budget)
            if stats.waited:
                add(found["waiting"], at, stats.waiting)
                add(found["waited"], at, stats.waited)
            if stats.pending:
                add(found["pending"], at, stats.pending)
            if stats.limit:
                add(found["concurrency_limit"], at, int(stats.limit))
            for cause in range(causes):
                if stats.retries[cause]:
                    add(found["retries"], (at, RETRY_WORDS[cause]), stats.retries[cause])


def _size(slots: int, endpoints: int, upstreams: int) -> int:
    """Return the octets of an arena."""
    states: cython.Py_ssize_t = endpoints * cython.sizeof(State) + upstreams * cython.sizeof(BreakerState)
    return HEADER + slots * cython.sizeof(Block) + states


def split(key: int) -> tuple[int, int, int]:
    """Return the series, method and status that count_code() packed."""
    return (key >> SERIES_SHIFT) - 1, (key >> METHOD_SHIFT) & 15, key & 1023


def add(counts: Counts, key: Any, more: int) -> None:  # noqa: ANN401  (any hashable key)
    counts[key] = counts.get(key, 0) + more


def add_spread(spreads: dict[int, Spread], series: cython.int, histogram: cython.pointer(Histogram)) -> cython.int:
    at: cython.int
    found: cython.bint = False
    for at in range(BUCKETS):
        if histogram.counts[at]:
            found = True
    if found:
        before, total = spreads.get(series, ([0] * BUCKETS, 0.0))
        counts = [before[at] + histogram.counts[at] for at in range(BUCKETS)]
        spreads[series] = (counts, total + histogram.total)
    return 0


def count_code(
    table: cython.pointer(CodeCount), series: cython.uint, method: cython.uint, status: cython.uint
) -> None:  # hot
    """Count one (series, method, status). A full table counts the rest as `_OTHER`: series 1, method and status 0."""
    key: cython.ulonglong = ((series + 1) << 14) | (method << 10) | (status & 1023)
    at: cython.uint = cython.cast(cython.uint, ((key * SPREAD) >> 8) & (CODES - 1))  # multiplicative hashing
    tries: cython.int = 0
    while tries < 64:
        if at == OVERFLOW:
            at = 0
        if table[at].key == key:
            table[at].count += 1
            return
        if table[at].key == 0:
            table[at].key = key
            table[at].count += 1
            return
        at = (at + 1) & (CODES - 1)
        tries += 1
    table[OVERFLOW].key = 2 << 14
    table[OVERFLOW].count += 1


def observe(histogram: cython.pointer(Histogram), seconds: cython.double) -> None:  # hot
    """Count one duration."""
    at: cython.int = 0
    while at < BUCKETS - 1 and seconds > BOUND[at]:
        at += 1
    histogram.counts[at] += 1
    histogram.total += seconds


def write_line(block: cython.pointer(Block), line: cython.p_const_uchar, size: cython.Py_ssize_t) -> cython.bint:  # hot
    """Put one whole line into the ring, dropped and counted where there is no room; True when many wait in it."""
    done: cython.ulonglong = block.log_written
    waiting: cython.ulonglong = done - lumina_observe(cython.address(block.log_read)) + size
    at: cython.Py_ssize_t = done & (LOG_RING - 1)
    first: cython.Py_ssize_t = min(size, LOG_RING - at)
    if waiting > LOG_RING:
        block.log_dropped += 1
        return True
    memcpy(block.log + at, line, first)
    if first < size:
        memcpy(block.log, line + first, size - first)
    lumina_publish(cython.address(block.log_written), done + size)
    return waiting >= LOG_CALL


for place, bound in enumerate(BOUNDS):
    BOUND[place] = bound
