"""Chance for choices that need no secrecy: splitmix64, seeded by the kernel once."""

import cython


class Chance:
    """A source of 64 bits at a time, a few instructions each."""

    def __init__(self) -> None:
        getrandom(cython.address(self.seed), 8, 0)

    def draw(self):  # hot
        """Return 64 bits."""
        self.drawn += GOLDEN
        return mix(self.drawn, self.seed)

    def number(self) -> int:
        """Return 64 bits, for tools and tests."""
        return self.draw()
