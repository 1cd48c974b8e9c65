"""The ways to choose one of several endpoints.

Each takes the candidates, of which some may be closed, and returns the place of one that is open, or NOBODY. Chance
comes in as 64 bits.

    random_two      the less loaded of two that chance names: near the best balance, and no herd
    least_requests  the least loaded of all
    ewma            as random_two, by what an answer is expected to take
    hashed          the same key, the same endpoint, as far as its load allows (rendezvous hashing, bounded load)
    round_robin     each in turn, by its weight, spread evenly
"""

import cython

if not cython.compiled:
    from math import ceil, log

    NOBODY, MOST = -1, 64
    GOLDEN, FIRST, SECOND = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
    ALL_BITS = (1 << 64) - 1
    LOW_BITS = (1 << 32) - 1

    class Twin:
        """A Candidate, as the struct in the header."""

        def __init__(self) -> None:
            self.open = False
            self.tier = self.point = 0
            self.active = self.weight = self.cost = self.turn = 0.0

    Candidates = list[Twin]

COLD = 0.1  # the share of its weight that an endpoint has when it has just come
PLENTY = 1.4  # a tier takes all the traffic as long as this many times its open part is the whole


def share(chance: cython.ulonglong, part: cython.int) -> cython.double:  # hot
    """Return a number from 0 to 1, without 1, made of one half (0 or 1) of the bits."""
    return ((chance >> (32 * part)) & LOW_BITS) / 4294967296.0


def at_weight(field: "Candidates", count: cython.int, goal: cython.double, but: cython.int) -> cython.int:  # hot
    """Return the place where the weights of those that are open, but for one, add up to more than `goal`."""
    place: cython.int
    last: cython.int = NOBODY
    for place in range(count):
        if field[place].open and place != but:
            last = place
            goal -= field[place].weight
            if goal < 0.0:
                break
    return last


def is_less_loaded(field: "Candidates", one: cython.int, other: cython.int) -> cython.bint:  # hot
    """Say whether `one` has less under way for its weight, both now and with one more request.

    By the first alone, whoever is idle would be asked, however small; by the second alone, the small never. Where
    the two do not agree, what chance drew by weight stands, and everybody gets a share of it.
    """
    if field[one].active * field[other].weight >= field[other].active * field[one].weight:
        return False
    return (field[one].active + 1.0) * field[other].weight < (field[other].active + 1.0) * field[one].weight


def opened_weight(field: "Candidates", count: cython.int) -> cython.double:  # hot
    """Return the weight of all that are open."""
    place: cython.int
    total: cython.double = 0.0
    for place in range(count):
        if field[place].open:
            total += field[place].weight
    return total


def random_two(field: "Candidates", count: cython.int, chance: cython.ulonglong) -> cython.int:  # hot
    """Return the first of two that are drawn by their weights, or the second if that is less loaded."""
    first: cython.int
    second: cython.int
    total: cython.double = opened_weight(field, count)
    first = at_weight(field, count, share(chance, 0) * total, NOBODY)
    if first == NOBODY:
        return NOBODY
    second = at_weight(field, count, share(chance, 1) * (total - field[first].weight), first)
    if second != NOBODY and is_less_loaded(field, second, first):
        return second
    return first


@cython.cdivision(True)  # count is above 0, and so is what is divided
def least_requests(field: "Candidates", count: cython.int, chance: cython.ulonglong) -> cython.int:  # hot
    """Return one than which none is less loaded; chance decides by weight between those that are as good."""
    step: cython.int
    place: cython.int
    first: cython.int = at_weight(field, count, share(chance, 0) * opened_weight(field, count), NOBODY)
    best: cython.int = first
    for step in range(1, count):
        place = (first + step) % count
        if field[place].open and is_less_loaded(field, place, best):
            best = place
    return best


@cython.cdivision(True)  # known > 0
def usual_cost(field: "Candidates", count: cython.int) -> cython.double:  # hot
    """Return what is expected of whom nothing is known: the average of the others."""
    place: cython.int
    known: cython.int = 0
    costs: cython.double = 0.0
    for place in range(count):
        if field[place].open and field[place].cost > 0.0:
            known += 1
            costs += field[place].cost
    return costs / known if known > 0 else 1.0


def price(field: "Candidates", at: cython.int, unknown: cython.double) -> cython.double:  # hot
    """Return the seconds that one more request is expected to take there."""
    cost: cython.double = field[at].cost
    if cost <= 0.0:
        cost = unknown
    return cost * (field[at].active + 1.0)


def ewma(field: "Candidates", count: cython.int, chance: cython.ulonglong) -> cython.int:  # hot
    """Return the first of two that are drawn by their weights, or the second if that is to answer sooner.

    Who weighs more than the other may take longer than the other by as much.
    """
    first: cython.int
    second: cython.int
    here: cython.double
    there: cython.double
    usual: cython.double = usual_cost(field, count)
    total: cython.double = opened_weight(field, count)
    first = at_weight(field, count, share(chance, 0) * total, NOBODY)
    if first == NOBODY:
        return NOBODY
    second = at_weight(field, count, share(chance, 1) * (total - field[first].weight), first)
    if second == NOBODY:
        return first
    here = price(field, first, usual)
    there = price(field, second, usual)
    if there < here and there * field[first].weight < here * field[second].weight:
        return second
    return first


def mix(key: cython.ulonglong, point: cython.ulonglong) -> cython.ulonglong:  # hot
    """Return 64 bits that depend on all bits of both (the finaliser of splitmix64). Compiled, it wraps by itself."""
    bits: cython.ulonglong = ((key ^ point) + GOLDEN) & ALL_BITS
    bits = ((bits ^ (bits >> 30)) * FIRST) & ALL_BITS
    bits = ((bits ^ (bits >> 27)) * SECOND) & ALL_BITS
    return bits ^ (bits >> 31)


@cython.cdivision(True)  # weights are above 0, and so is the logarithm's argument, which is below 1
def hashed(field: "Candidates", count: cython.int, key: cython.ulonglong, load: cython.double) -> cython.int:  # hot
    """Return the one that comes first for `key`, of those that have no more than `load` times their share under way.

    Rendezvous hashing: when an endpoint comes or goes, only the keys that it gets, or had, move.
    """
    place: cython.int
    best: cython.int = NOBODY
    spare: cython.int = NOBODY
    weights: cython.double = 0.0
    active: cython.double = 1.0
    score: cython.double
    best_score: cython.double = 0.0
    spare_score: cython.double = 0.0
    for place in range(count):
        if field[place].open:
            weights += field[place].weight
            active += field[place].active
    for place in range(count):
        if not field[place].open:
            continue
        score = -field[place].weight / log((share(mix(key, field[place].point), 1) * 4294967296.0 + 1.0) / 4294967298.0)
        if spare == NOBODY or score > spare_score:
            spare = place
            spare_score = score
        if field[place].active + 1.0 > ceil(load * active * field[place].weight / weights):
            continue
        if best == NOBODY or score > best_score:
            best = place
            best_score = score
    return spare if best == NOBODY else best


def round_robin(field: "Candidates", count: cython.int) -> cython.int:  # hot
    """Return the one whose turn it is: who has waited longest for its weight, as nginx spreads them."""
    place: cython.int
    best: cython.int = NOBODY
    total: cython.double = 0.0
    for place in range(count):
        if field[place].open:
            total += field[place].weight
            field[place].turn += field[place].weight
            if best == NOBODY or field[place].turn > field[best].turn:
                best = place
    if best != NOBODY:
        field[best].turn -= total
    return best


def tier_after(field: "Candidates", count: cython.int, tier: cython.int) -> cython.int:  # hot
    """Return the next tier, or NOBODY."""
    place: cython.int
    following: cython.int = NOBODY
    for place in range(count):
        if field[place].tier > tier and (following == NOBODY or field[place].tier < following):
            following = field[place].tier
    return following


@cython.cdivision(True)  # a tier has members
def capacity(field: "Candidates", count: cython.int, tier: cython.int) -> cython.double:  # hot
    """Return the share of the traffic that a tier can take; above 1.0 there is room to spare."""
    place: cython.int
    members: cython.int = 0
    opened: cython.int = 0
    for place in range(count):
        if field[place].tier == tier:
            members += 1
            opened += field[place].open
    return opened * PLENTY / members


def tiers(field: "Candidates", count: cython.int, chance: cython.ulonglong) -> None:  # hot
    """Close all candidates but those of one tier.

    The first tier has all the traffic as long as most of it is open (PLENTY); below that, what it cannot take goes to
    the next. When all of them together cannot take it, each has its part.
    """
    place: cython.int
    chosen: cython.int = NOBODY
    taken: cython.double
    whole: cython.double = 0.0
    left: cython.double
    tier: cython.int = tier_after(field, count, NOBODY)
    while tier != NOBODY and whole < 1.0:
        whole += capacity(field, count, tier)
        tier = tier_after(field, count, tier)
    left = share(chance, 0) * min(whole, 1.0)
    tier = tier_after(field, count, NOBODY)
    while tier != NOBODY and left >= 0.0:
        taken = capacity(field, count, tier)
        if taken > 0.0:
            chosen = tier
            left -= taken
        tier = tier_after(field, count, tier)
    for place in range(count):
        if field[place].tier != chosen:
            field[place].open = False


@cython.cdivision(True)  # slow_start > 0
def warm(since: cython.double, now: cython.double, slow_start: cython.double) -> cython.double:  # hot
    """Return the share of its weight that an endpoint has that came at `since`; 0.0: it has been there all along."""
    age: cython.double = now - since
    if since <= 0.0 or slow_start <= 0.0 or age >= slow_start:
        return 1.0
    return max(COLD, age / slow_start)


class Field:
    """A few candidates, for tools and tests."""

    if not cython.compiled:
        __slots__ = ("all", "count")

    def __init__(self) -> None:
        if not cython.compiled:
            self.all = [Twin() for _ in range(MOST)]
        self.count = 0

    def add(self, *, active: float = 0.0, weight: float = 1.0, cost: float = 0.0, point: int = 0, tier: int = 0) -> int:
        """Append an open candidate, and return its place. No more than 64 fit."""
        place: cython.int = self.count
        if place >= MOST:
            raise ValueError("no more candidates fit")
        self.all[place].open = True
        self.all[place].active = active
        self.all[place].weight = weight
        self.all[place].cost = cost
        self.all[place].turn = 0.0
        self.all[place].point = point
        self.all[place].tier = tier
        self.count += 1
        return place

    def change(self, place: int, *, opened: bool, active: float) -> None:
        """Open or close a candidate, and say how much it has under way."""
        at: cython.int = place
        if not 0 <= at < self.count:
            raise IndexError(place)
        self.all[at].open = opened
        self.all[at].active = active

    def opened(self) -> list[int]:
        """Return the places of those that are open."""
        return [at for at in range(self.count) if self.all[at].open]

    def choose(self, way: str, bits: int = 0, load: float = 1.25) -> int:
        """Choose in the way of that name; `bits` are chance, or a key to hash."""
        if way == "random_two":
            return random_two(self.all, self.count, bits)
        if way == "least_requests":
            return least_requests(self.all, self.count, bits)
        if way == "ewma":
            return ewma(self.all, self.count, bits)
        if way == "hashed":
            return hashed(self.all, self.count, bits, load)
        return round_robin(self.all, self.count)

    def keep_tier(self, chance: int) -> None:
        """As tiers()."""
        tiers(self.all, self.count, chance)


def warmth(since: float, now: float, slow_start: float) -> float:
    """As warm(), for tools and tests."""
    return warm(since, now, slow_start)
