"""Chance, as far as it can be told from order."""

from lumina.engine.chance import Chance


def test_it_does_not_repeat_itself() -> None:
    chance, other = Chance(), Chance()
    drawn = [chance.number() for _ in range(1000)]
    assert len({*drawn, *(other.number() for _ in range(1000))}) == 2000
    assert all(0 <= number < 1 << 64 for number in drawn)


def test_each_bit_is_set_half_of_the_time() -> None:
    chance = Chance()
    drawn = [chance.number() for _ in range(4000)]
    for bit in range(64):
        assert 1700 < sum(number >> bit & 1 for number in drawn) < 2300
