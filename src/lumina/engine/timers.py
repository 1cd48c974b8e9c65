"""Deadlines on a coarse wheel.

Most deadlines are moved before they come: each request moves its connection's. So moving one later only stores a
number; the wheel looks at it when the slot of the old one comes up, and puts the timed thing where it now belongs.
"""

import cython


class Timed:
    """Something with at most one deadline. The wheel borrows it: forget() it before it dies."""

    def __cinit__(self) -> None:
        self.slot = -1

    def expired(self, now: cython.double) -> None:
        """The deadline has come."""

    def waits(self) -> cython.bint:
        """Return whether nothing is lost when its time is cut short."""
        return False


class Wheel:
    """A ring of slots, each a list of what is due in one stretch of time."""

    def __init__(self, now: cython.double, width: cython.double) -> None:
        self.width = width
        self.turned = cython.cast(cython.long, now / width)

    def arm(self, timed: Timed, deadline: cython.double) -> None:  # hot
        """Let `timed` expire at `deadline` instead of whenever it was to."""
        if timed.slot >= 0 and deadline < timed.due:
            self.forget(timed)
        timed.deadline = deadline
        if timed.slot < 0:
            self._link(timed)

    def disarm(self, timed: Timed) -> None:  # hot
        """Let `timed` not expire. It stays where it is until its slot comes up, or until it is armed again."""
        timed.deadline = 0.0

    @cython.cdivision(True)  # width > 0
    def _link(self, timed: Timed) -> None:  # hot
        ahead: cython.long = cython.cast(cython.long, timed.deadline / self.width) + 1 - self.turned
        place: cython.int
        first: cython.pointer(cython.void)
        if ahead < 1:
            ahead = 1
        elif ahead >= SLOTS:
            ahead = SLOTS - 1
        place = cython.cast(cython.int, (self.turned + ahead) % SLOTS)
        first = self.slots[place]
        timed.slot = place
        timed.due = timed.deadline
        timed.earlier = cython.NULL
        timed.later = first
        if first is not cython.NULL:
            cython.cast(Timed, first).earlier = cython.cast(cython.pointer(cython.void), timed)
        self.slots[place] = cython.cast(cython.pointer(cython.void), timed)
        self.armed += 1

    def forget(self, timed: Timed) -> None:  # hot
        """Take `timed` off the wheel."""
        timed.deadline = 0.0
        if timed.slot < 0:
            return
        if timed.later is not cython.NULL:
            cython.cast(Timed, timed.later).earlier = timed.earlier
        if timed.earlier is not cython.NULL:
            cython.cast(Timed, timed.earlier).later = timed.later
        else:
            self.slots[timed.slot] = timed.later
        timed.slot = -1
        timed.earlier = cython.NULL
        timed.later = cython.NULL
        self.armed -= 1

    @cython.cdivision(True)  # width > 0, turned >= 0
    def turn(self, now: cython.double) -> None:
        """Expire all that is due by `now`; what was moved later goes to its new slot."""
        until: cython.long = cython.cast(cython.long, now / self.width)
        deadline: cython.double
        timed: Timed
        if until - self.turned > SLOTS:  # the process was stopped: every slot once is enough
            self.turned = until - SLOTS
        while self.turned < until:
            self.turned += 1
            while self.slots[self.turned % SLOTS] is not cython.NULL:
                timed = cython.cast(Timed, self.slots[self.turned % SLOTS])
                deadline = timed.deadline
                self.forget(timed)
                if deadline == 0.0:
                    continue
                if deadline > now:
                    timed.deadline = deadline
                    self._link(timed)
                else:
                    timed.expired(now)

    def hurry(self, deadline: cython.double) -> None:
        """Let all that merely waits expire at `deadline`, if it was to be later."""
        place: cython.int
        timed: Timed
        following: cython.p_void
        for place in range(SLOTS):
            following = self.slots[place]
            while following is not cython.NULL:
                timed = cython.cast(Timed, following)
                following = timed.later
                if timed.deadline > deadline and timed.waits():
                    self.arm(timed, deadline)
