"""How long to wait before the next try: longer each time, and by chance, so that who failed together comes apart."""

import cython


def delay(tries: cython.int, base: cython.double, maximum: cython.double, chance: cython.ulonglong) -> cython.double:
    """Return seconds from 0 to `base`, doubled for each try after the first, `maximum` at most (full jitter)."""
    most: cython.double = base
    while tries > 1 and most < maximum:
        most *= 2.0
        tries -= 1
    return min(most, maximum) * ((chance >> 11) / 9007199254740992.0)
