"""Octets as one number, by which a hashing balancer goes."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumina.balancing.candidates import Field
from lumina.balancing.keys import key_for

MASK = (1 << 64) - 1


def mixed(key: int, point: int) -> int:
    """Do what mix() does."""
    bits = ((key ^ point) + 0x9E3779B97F4A7C15) & MASK
    bits = ((bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    bits = ((bits ^ (bits >> 27)) * 0x94D049BB133111EB) & MASK
    return bits ^ (bits >> 31)


@given(st.binary(max_size=40))
def test_it_is_the_number_of_a_plain_model(data: bytes) -> None:
    bits = len(data)
    for at in range(0, len(data), 8):
        bits = mixed(bits, int.from_bytes(data[at : at + 8], "big"))
    assert key_for(data) == bits


@pytest.mark.parametrize(("one", "other"), [(b"\0", b"\0\0"), (b"ab", b"ba"), (b"eight...", b"eight...\0")])
def test_what_differs_has_another_number(one: bytes, other: bytes) -> None:
    assert key_for(one) != key_for(other)


def test_keys_that_count_up_are_spread() -> None:
    field = Field()
    for at in range(4):
        field.add(point=at * 7919 + 1)
    places = Counter(field.choose("hashed", key_for(b"user-%d" % number), 10.0) for number in range(4000))
    assert sorted(places) == [0, 1, 2, 3]
    assert min(places.values()) > 850


def test_one_more_endpoint_takes_its_share_and_moves_no_other_key() -> None:
    field = Field()
    for at in range(4):
        field.add(point=at * 7919 + 1)
    keys = [key_for(b"10.0.%d.%d" % (number // 250, number % 250)) for number in range(2000)]
    before = [field.choose("hashed", key, 10.0) for key in keys]
    field.add(point=4 * 7919 + 1)
    after = [field.choose("hashed", key, 10.0) for key in keys]
    moved = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert {new for _, new in moved} == {4}
    assert len(moved) < len(keys) / 5 * 1.25
