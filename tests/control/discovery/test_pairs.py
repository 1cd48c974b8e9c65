"""The addresses of a name as machines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumina.control.discovery.pairs import Pair, paired, within_reach


@pytest.mark.parametrize(
    ("addresses", "before", "result"),
    [
        pytest.param(["127.0.0.1", "::1"], [], [("::1", "127.0.0.1")], id="localhost is one"),
        pytest.param(["10.0.0.10", "10.0.0.9"], [], [("10.0.0.9",), ("10.0.0.10",)], id="one family, by number"),
        pytest.param(
            ["10.0.0.1", "10.0.0.2", "fd00::1"], [], [("fd00::1", "10.0.0.1"), ("10.0.0.2",)], id="more of one family"
        ),
        pytest.param(
            ["10.0.0.0", "10.0.0.1", "10.0.0.2", "fd00::1", "fd00::2", "fd00::3"],
            [("fd00::1", "10.0.0.1"), ("fd00::2", "10.0.0.2")],
            [("fd00::1", "10.0.0.1"), ("fd00::2", "10.0.0.2"), ("fd00::3", "10.0.0.0")],
            id="pairs that were stay",
        ),
        pytest.param(
            ["10.0.0.1", "fd00::2"], [("fd00::1", "10.0.0.1")], [("fd00::2", "10.0.0.1")], id="half of a pair is gone"
        ),
        pytest.param([], [("::1", "127.0.0.1")], [], id="nothing is left"),
    ],
)
def test_pairs(addresses: list[str], before: list[Pair], result: list[Pair]) -> None:
    assert paired(addresses, before) == result


ADDRESSES = st.sets(
    st.sampled_from([f"10.0.0.{number}" for number in range(6)] + [f"fd00::{number}" for number in range(6)])
)


@given(ADDRESSES, ADDRESSES)
def test_each_address_has_one_place_and_pairs_are_of_both_families(first: set[str], second: set[str]) -> None:
    found = paired(second, paired(first))
    assert sorted(address for pair in found for address in pair) == sorted(second)
    assert all(len({":" in address for address in pair}) == len(pair) for pair in found)
    assert paired(second, found) == found


@given(ADDRESSES, st.sampled_from([f"10.0.1.{number}" for number in range(6)]))
def test_an_address_that_comes_moves_no_pair(addresses: set[str], new: str) -> None:
    before = [pair for pair in paired(addresses) if len(pair) == 2]
    assert set(before) <= set(paired({*addresses, new}, before))


def test_loopback_is_within_reach() -> None:
    assert within_reach(["127.0.0.1"]) == ["127.0.0.1"]


def test_what_there_is_no_way_to_is_left_out_unless_all_are() -> None:
    nowhere = "fe80::1"  # of some link, and nobody says which
    assert within_reach(["127.0.0.1", nowhere]) == ["127.0.0.1"]
    assert within_reach([nowhere]) == [nowhere]
