"""What is given up when there is too much to do: the less important first, and a share at a time.

A level says how much. At 1 all of the least important is refused, at 2 what is above it too, at 3 everything; in
between it is a share of the next. It goes where the measures ask it to go in steps, one for each look, down more slowly
than up and not for a small difference, so that it does not flap.
"""

import cython

if not cython.compiled:  # the header's number, for the interpreter
    KINDS = 3

UP = 0.1  # of a level, at one look: half a second of looks for one kind of requests
DOWN = 0.02
SLACK = 0.25  # of a level: a difference that lets it stay where it is
UNIT = 2.0**-53  # of a draw's upper 53 bits


class Shedding:
    """The level of one measure."""

    __slots__ = ("level",)

    def __init__(self) -> None:
        self.level = 0.0

    def look(self, wanted: cython.double) -> None:
        """Go one step towards the level that a measure asks for."""
        if wanted > self.level:
            self.level = min(self.level + UP, wanted)
        elif wanted < self.level - SLACK or wanted <= 0.0:
            self.level = max(self.level - DOWN, wanted, 0.0)

    def refuses(self, priority: cython.int, draw: cython.ulonglong) -> cython.bint:  # hot
        """Say whether a request is given up; priority: 0 is the least important; draw: 64 bits of chance."""
        return (draw >> 11) * UNIT < self.level - priority


def excess(value: cython.double, begin: cython.double, full: cython.double) -> cython.double:
    """Return how far a measure is from where it is too much (0) to where nothing can be borne (1).

    begin: 0 is a measure that is never too much.
    """
    if begin <= 0.0 or value <= begin:
        return 0.0
    if value >= full:
        return 1.0
    return (value - begin) / (full - begin)


def wanted_of_all(over: cython.double) -> cython.double:
    """Return the level that an excess asks for which all requests suffer by."""
    return KINDS * over


def wanted_of_one(over: cython.double, priority: cython.int) -> cython.double:
    """Return the level that an excess asks for which requests of one priority suffer by: none above it is given up."""
    return (priority + 1) * over
