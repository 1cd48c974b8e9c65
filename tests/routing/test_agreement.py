"""A path has one route for every server that may read it, or it is refused."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumina.http.readings import reading
from lumina.routing.agreement import Agreement
from lumina.routing.table import PrefixTable

ROUTES = [b"/", b"/open", b"/open/closed", b"/shut", b"/a:b"]
TABLE = PrefixTable([(path, value, False) for value, path in enumerate(ROUTES)])
PIECES = [b"/", b"//", b"..", b".", b"%2e", b"%252e", b"%2F", b"%252f", b"%5C", b"%255c", b";", b"%3B", b"x"]
PIECES += [b"open", b"closed", b"shut", b"%C0%AF", b"%3F", b"%6F", b"a%3Ab"]


def agree(path: bytes, *, bare: bool = False) -> bool:
    value = TABLE.match(path)
    covered = len(ROUTES[value].rstrip(b"/"))
    return Agreement().agrees(TABLE, path, covered, bare)


@pytest.mark.parametrize(
    "path",
    [
        b"/open",
        b"/open/a%20b",
        b"/open/a%2Fb",
        b"/open//a",
        b"/open/a;b=c/d",
        b"/open/%2525",
        b"/x%3By",
        b"/open/a%5Cb",
        b"/open/caf%C3%A9",
        b"/open/" + 4000 * b"%20",
        b"/open//" + 4000 * b"a",
        b"//x",
    ],
)
def test_harmless_paths(path: bytes) -> None:
    assert agree(path)


@pytest.mark.parametrize(
    "path",
    [
        b"//open",
        b"/x/..%2Fopen",
        b"/%6Fpen",
        b"/%256Fpen",
        b"/open%2Fclosed",
        b"/open%252fclosed",
        b"/open//closed",
        b"/open/;x/closed",
        b"/open/;x%2Fy/closed",
        b"/open/%3Bx/closed",
        b"/open%5Cclosed",
        b"/open/x%5C..%5Cclosed",
        b"/open%C0%AFclosed",
        b"/open/%252e%252e/shut",
        b"/open/..;/shut",
        b"/open%3Fclosed",
        b"/open;/closed",
        b"/a%3Ab",
        b"/x/%252e%252e/%252e%252e/y",
        b"/open/closed%3B/%252e%252e",
    ],
)
def test_paths_of_two_routes(path: bytes) -> None:
    assert not agree(path)


def test_a_path_that_no_route_has() -> None:
    assert not Agreement().agrees(PrefixTable([]), b"/a", 0)


def test_what_may_be_read_in_many_ways_is_short() -> None:
    assert agree(b"/open/a;b" + 1900 * b"c")
    assert agree(b"/open/a;b" + 3000 * b"c")
    assert not agree(b"/open/a;b%3F%C0" + 3000 * b"c")


def test_a_host_in_the_place_of_a_path() -> None:
    table = PrefixTable([(b"/in", 0, False), (b"/in/x", 1, False)])
    assert Agreement().agrees(table, b"/in//host/x", 3)
    assert not Agreement().agrees(table, b"/in//host/x", 3, bare=True)
    assert Agreement().agrees(table, b"/in//host", 3, bare=True)
    assert Agreement().agrees(PrefixTable([(b"/", 0, False)]), b"//host", 0, bare=True)


def test_memory_is_not_overrun() -> None:
    agreement = Agreement()
    assert not agreement.agrees(TABLE, b"", 0)
    assert agreement.agrees(TABLE, b"/open/a%20", 5)


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=8))
def test_every_reading_has_the_route(pieces: list[bytes]) -> None:
    path = b"/" + b"".join(pieces)
    value = TABLE.match(path)
    covered = len(ROUTES[value].rstrip(b"/"))
    if agree(path):
        for how, rounds in product(range(32), range(3)):
            rest = path[covered:]
            read = reading(rest, how, rounds) if rest else b""
            assert read is not None
            assert TABLE.match(path[:covered] + read or b"/") == value, (how, rounds)
