"""An upstream as one worker works with it: its endpoints' pools, which of them is next, and how they have done.

What an endpoint has done is in the arena, one truth over all workers (policies/standing); what only this worker sees,
how many requests it has with each and how long answers take, is here.
"""

import ssl

import cython

from lumina.engine.arena import Arena
from lumina.engine.chance import Chance
from lumina.engine.pool import Pool
from lumina.engine.queue import Queue
from lumina.engine.reactor import Reactor, Watcher
from lumina.engine.stream import Dialogue
from lumina.http1.response import ResponseHead
from lumina.numbers import ADMIN_NAME
from lumina.policies.breaker import Breaker, BreakerRules
from lumina.policies.budget import RetryBudget
from lumina.policies.gradient import Gradient
from lumina.policies.quantiles import Quantiles
from lumina.policies.shedding import Shedding
from lumina.policies.standing import OutlierRules
from lumina.snapshot import Upstream

FEW = 10  # answers before how long they take says anything
UNKNOWN = 0.25  # seconds that an answer may take before anything is known of it
LEAST = 0.1  # seconds that an answer may take in any case
SLOW = 0.1  # seconds: who takes no longer is not slow, however quick the others are
REVIEW = 0.25  # seconds between two looks at what is known
OURS = 10.0  # times our own lag: what takes no longer says nothing of an upstream while we are late ourselves
FULL_AGE = 2.0  # times the wait from which others like it are refused: all of them are
UNSAFE_TRIAL = 5.0  # seconds that a trial waits for a request that may be sent to two endpoints


class Origin(Watcher):
    """Belongs to one snapshot; its pools and what it has learned outlive it."""

    def __init__(self, upstream: Upstream, reactor: Reactor, head: ResponseHead, workers: int) -> None:
        self.upstream = upstream
        self.reactor = reactor
        self.head = head
        self.most_open = upstream.cap_connections
        self.most_idle = 0 if upstream.proxy_protocol else upstream.cap_idle  # those wait elsewhere: see announced.py
        self.most_uploads = upstream.cap_uploads
        self.most_requests = upstream.cap_requests
        self.guided = upstream.sticky or (upstream.policy == POLICY_HASH and upstream.hash_by != HASH_NOTHING)
        self.budget = RetryBudget(upstream.budget_ratio, upstream.budget_rate / workers)
        self.latency = Quantiles()
        self.chance = Chance()
        self.queue = Queue()
        self.urgent = upstream.name == ADMIN_NAME
        self.shedding = Shedding()
        if upstream.adaptive:
            self.gradient = Gradient(upstream.adaptive_tolerance, upstream.adaptive_minimum, upstream.adaptive_maximum)
        if upstream.outliers:
            self.rules = OutlierRules(
                consecutive=upstream.outlier_consecutive,
                failure_rate=upstream.outlier_failure_rate,
                requests=upstream.outlier_requests,
                window=upstream.outlier_window,
                ejection=upstream.outlier_ejection,
                max_ejection=upstream.outlier_max_ejection,
            )
        self.patience = UNKNOWN

    def inherit(self, before) -> None:
        """Know what the origin of an earlier snapshot has learned of the same upstream."""
        self.latency = before.latency
        self.answered = before.answered
        if self.gradient is not None and before.gradient is not None:
            self.gradient.begin(before.gradient.limit)

    def protect(self, arena: Arena, index: cython.int) -> None:
        """Put a breaker before the upstream; its state is in the arena, at the upstream's index."""
        upstream: Upstream = self.upstream
        self.breaker = Breaker(
            BreakerRules(
                consecutive=upstream.breaker_consecutive,
                failure_rate=upstream.breaker_failure_rate,
                slow_rate=upstream.breaker_slow_rate,
                slow=upstream.breaker_slow,
                requests=upstream.breaker_requests,
                window=upstream.breaker_window,
                open=upstream.breaker_open,
                trials=upstream.breaker_trials,
            )
        )
        self.breaker.attach(arena.breaker(index))

    def endpoints(self, pools: tuple) -> None:
        """Work with these from now on. Exchanges under way keep the pool that they have."""
        self.pools = pools
        self.count = len(pools)
        self._allocate()

    def __dealloc__(self) -> None:
        free(self.field)
        free(self.levels)

    def _allocate(self) -> None:
        place: cython.int
        pool: Pool
        free(self.field)
        free(self.levels)
        self.tiered = False
        self.field = cython.cast(cython.pointer(Candidate), calloc(self.count + 1, cython.sizeof(Candidate)))
        self.levels = cython.cast(cython.p_int, calloc(self.count + 1, cython.sizeof(cython.int)))
        if self.field is cython.NULL or self.levels is cython.NULL:
            raise MemoryError
        for place in range(self.count):
            pool = self.pool(place)
            self.field[place].point = pool.point
            self.field[place].tier = pool.priority
            self.tiered = self.tiered or pool.priority != 0

    def secure(self, context: ssl.SSLContext) -> None:
        """Speak TLS as `context` says."""
        self.context = context

    def pool(self, place: cython.int) -> Pool:  # hot
        """Return the pool of the endpoint at `place`, which is one of `count`."""
        return cython.cast(Pool, self.pools[place])

    # Which endpoint.

    def pick(self, wish: cython.pointer(Wish), now: cython.double) -> cython.int:  # hot
        """Return the place of an endpoint for an exchange with this wish, or NONE_USABLE, or ALL_FULL."""
        place: cython.int
        wish.trial = False
        if self.count == 1:
            return self._only(wish)
        place = self._look(wish, now)
        if place >= 0:
            return place
        if place == LEVEL_STANDS:
            return self._choose(wish)
        return place

    def _only(self, wish: cython.pointer(Wish)) -> cython.int:  # hot
        pool: Pool = self.pool(0)
        if pool.standing.state.probe == PROBE_DOWN:
            return NONE_USABLE
        return ALL_FULL if self._is_full(pool, wish.uploading) else 0

    def _is_full(self, pool: Pool, uploading: cython.bint) -> cython.bint:  # hot
        if uploading and pool.uploads >= self.most_uploads:
            return True
        if self.most_requests > 0 and pool.open - pool.idle >= self.most_requests:
            return True
        return pool.idle == 0 and pool.open >= self.most_open

    def _look(self, wish: cython.pointer(Wish), now: cython.double) -> cython.int:  # hot
        """Judge every endpoint, and leave those among the candidates that are as good as any.

        Returns LEVEL_STANDS when the candidates are there to choose from, a place where there is nothing to choose,
        NONE_USABLE or ALL_FULL. Who failed this exchange comes last: who failed others may be well again by now, and
        the last one is never put out of use, however dead it is.
        """
        place: cython.int
        level: cython.int
        best: cython.int = LEVEL_DOWN
        best_full: cython.int = LEVEL_DOWN
        usable: cython.int
        pool: Pool
        candidate: cython.pointer(Candidate)
        for place in range(self.count):
            pool = self.pool(place)
            candidate = cython.address(self.field[place])
            candidate.active = pool.open - pool.idle
            if self.upstream.policy == POLICY_EWMA:
                candidate.cost = pool.standing.expected(now)
            candidate.weight = pool.weight
            if self.upstream.slow_start > 0.0:
                candidate.weight *= warm(pool.standing.state.since, now, self.upstream.slow_start)
            usable = pool.standing.usable(now)
            if usable == USABLE:
                level = LEVEL_OPEN
            else:
                level = LEVEL_DOWN if pool.standing.state.probe == PROBE_DOWN else LEVEL_OUT
            if level > LEVEL_TRIED and met(wish, pool.slot):
                level = LEVEL_TRIED
            if self._is_full(pool, wish.uploading):
                best_full = max(best_full, level)
                level = LEVEL_DOWN
            elif usable == USABLE_AS_TRIAL and wish.tried_count == 0 and self._may_try(pool, wish, now):
                pool.standing.begin_trial(now)
                wish.trial = True
                return place
            elif wish.preferred == pool.slot and level == LEVEL_OPEN:
                return place
            best = max(best, level)
            self.levels[place] = level
        if best == LEVEL_DOWN or (best <= LEVEL_OUT and best_full > LEVEL_OUT):
            return ALL_FULL if best_full > LEVEL_DOWN else NONE_USABLE
        for place in range(self.count):
            self.field[place].open = self.levels[place] == best
        return LEVEL_STANDS

    def _may_try(self, pool: Pool, wish: cython.pointer(Wish), now: cython.double) -> cython.bint:
        """Say whether this exchange may find out how an endpoint does that was out of use.

        One that can be sent elsewhere at the same time risks nothing. Only where no such comes, any may.
        """
        return wish.safe or now - pool.standing.state.until > UNSAFE_TRIAL

    def _choose(self, wish: cython.pointer(Wish)) -> cython.int:  # hot
        policy: cython.int = self.upstream.policy
        if self.tiered:
            tiers(self.field, self.count, self.chance.draw())
        if policy == POLICY_RANDOM_TWO or (policy == POLICY_HASH and not wish.keyed):
            return random_two(self.field, self.count, self.chance.draw())
        if policy == POLICY_ROUND_ROBIN:
            return round_robin(self.field, self.count)
        if policy == POLICY_LEAST_REQUESTS:
            return least_requests(self.field, self.count, self.chance.draw())
        if policy == POLICY_EWMA:
            return ewma(self.field, self.count, self.chance.draw())
        return hashed(self.field, self.count, wish.key, self.upstream.hash_load)

    def full(self) -> cython.bint:  # hot
        """Say whether another exchange has to wait."""
        return self.gradient is not None and self.pending >= self.gradient.limit

    # How they have done.

    def succeeded(self, pool: Pool, now: cython.double, seconds: cython.double) -> None:  # hot
        """An answer began, so long after the request was sent."""
        self.answered = now
        pool.answered = now
        if self.gradient is not None and (not self.reactor.strained or seconds > OURS * self.reactor.lag):
            self.gradient.observe(now, seconds, cython.cast(cython.double, self.pending))
        if self.count > 1:
            self.latency.observe(seconds)
        if self.rules is not None:
            pool.standing.succeeded(self.rules, now, seconds)
        else:
            pool.standing.observe(now, seconds)
        if self.breaker is not None:
            self.breaker.succeeded(now, seconds)

    def failed(self, pool: Pool, now: cython.double) -> None:
        """A try failed by the endpoint's fault."""
        if self.breaker is not None:
            self.breaker.failed(now)
        if self.rules is not None and pool.standing.failed(self.rules, now):
            self._eject(pool, now)

    def hung(self, pool: Pool, now: cython.double) -> None:
        """Requests wait there and nothing comes, while others answer."""
        if self.rules is not None:
            self._eject(pool, now)

    def _eject(self, pool: Pool, now: cython.double) -> None:
        """Put an endpoint out of use for a while; where too many are already, find those out again instead."""
        place: cython.int
        if may_eject(self._out(), self.count, self.upstream.outlier_max_ejected):
            pool.standing.eject(self.rules, now)
            return
        for place in range(self.count):
            self.pool(place).standing.hasten(now)

    def _out(self) -> cython.int:
        place: cython.int
        out: cython.int = 0
        for place in range(self.count):
            if self.pool(place).standing.state.state == OPEN:
                out += 1
        return out

    def shed(self, now: cython.double, most_age: cython.double) -> None:
        """Go one step towards refusing as much as those ask for who wait longer than `most_age`; 0: they may."""
        priority: cython.int
        wanted: cython.double = 0.0
        if self.queue.size > 0:
            for priority in range(KINDS):
                over: cython.double = excess(self.queue.age(priority, now), most_age, FULL_AGE * most_age)
                wanted = max(wanted, wanted_of_one(over, priority))
        self.shedding.look(wanted)
        self.most_age = most_age

    def gives_up(self, priority: cython.int, now: cython.double) -> cython.bint:
        """Say whether a request is refused that would have to wait, where those like it wait too long already.

        As soon as they do not, it may wait: or the line would run dry by all that was refused while it was long.
        """
        if self.shedding.level <= 0.0 or self.queue.age(priority, now) <= self.most_age:
            return False
        return self.shedding.refuses(priority, self.chance.draw())

    def review(self, now: cython.double) -> None:
        """Look at what is known of the endpoints: how long answers take, and who is slow against the others."""
        upstream: Upstream = self.upstream
        self.stats.pending = self.pending
        self.stats.waiting = self.queue.size
        self.stats.limit = 0.0 if self.gradient is None else self.gradient.limit
        if self.count < 2 or now - self.reviewed < REVIEW:
            return
        self.reviewed = now
        self.patience = UNKNOWN
        self.hedge_after = 0.0
        if self.latency.count >= FEW:
            self.patience = max(3.0 * self.latency.at(0.95), LEAST)
            if upstream.hedge:
                self.hedge_after = max(
                    upstream.hedge_factor * self.latency.at(upstream.hedge_quantile), upstream.hedge_floor
                )
                self.patience = min(self.patience, self.hedge_after)
        if self.rules is not None and upstream.outlier_slow_factor > 0.0:
            self._compare(now)

    def _compare(self, now: cython.double) -> None:
        """Put an endpoint out of use that takes many times as long as the others do on the average."""
        place: cython.int
        pool: Pool
        known: cython.int = 0
        total: cython.double = 0.0
        others: cython.double
        slow: cython.bint
        for place in range(self.count):
            pool = self.pool(place)
            if pool.standing.state.state != OPEN and pool.standing.state.latency > 0.0:
                known += 1
                total += pool.standing.state.latency
        if known < 2:
            return
        for place in range(self.count):
            pool = self.pool(place)
            if pool.standing.state.state == OPEN or now - pool.answered > REVIEW:
                continue
            others = (total - pool.standing.state.latency) / (known - 1)
            slow = pool.standing.state.latency > max(self.upstream.outlier_slow_factor * others, SLOW)
            if slow and pool.standing.slow(self.rules, now):
                self._eject(pool, now)

    # Who waits for room.

    def ready(self) -> None:
        """Let those go on that wait for room, as far as there is any."""
        exchange: Dialogue
        left: cython.long = self.queue.size
        while left > 0 and self.queue.size > 0 and not self.full() and self._has_room():
            left -= 1
            exchange = self.queue.next()
            exchange.room()

    def _has_room(self) -> cython.bint:
        place: cython.int
        for place in range(self.count):
            if not self._is_full(self.pool(place), False):
                return True
        return False

    def uploads_full(self) -> cython.bint:
        """Say whether every endpoint has as many uploads as it may."""
        place: cython.int
        for place in range(self.count):
            if self.pool(place).uploads < self.most_uploads:
                return False
        return True


def met(wish: cython.pointer(Wish), slot: cython.int) -> cython.bint:  # hot
    """Say whether the exchange has tried the endpoint with this slot."""
    at: cython.int
    for at in range(wish.tried_count):
        if wish.tried[at] == slot:
            return True
    return False
