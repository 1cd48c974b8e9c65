"""Longest prefix at a segment boundary, exact entries first, and the same answer as a walk over all entries."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fuzz.table import slow
from lumina.routing.table import Entry, PrefixTable

ENTRIES: list[Entry] = [
    (b"/api/payments", 1, False),
    (b"/api", 2, False),
    (b"/static/", 3, False),
    (b"/health", 4, True),
    (b"/health", 5, False),
    (b"/api/payments/refunds/by-day", 6, False),
]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        pytest.param(b"/api/payments", 1, id="the prefix itself"),
        pytest.param(b"/api/payments/", 1, id="the prefix and a slash"),
        pytest.param(b"/api/payments/7", 1, id="below the prefix"),
        pytest.param(b"/api/paymentsX", 2, id="no boundary: the shorter one"),
        pytest.param(b"/api/payments/refunds", 1, id="between two prefixes"),
        pytest.param(b"/api/payments/refunds/by-day/x", 6, id="the longest"),
        pytest.param(b"/api/payments/refunds/by-dayX", 1, id="longer than all entries, no boundary"),
        pytest.param(b"/apix", -1, id="no boundary, nothing shorter"),
        pytest.param(b"/static", -1, id="a prefix with a slash wants the slash"),
        pytest.param(b"/static/", 3, id="a prefix with a slash, itself"),
        pytest.param(b"/static/x/y", 3, id="below a prefix with a slash"),
        pytest.param(b"/health", 4, id="exact before prefix"),
        pytest.param(b"/health/", 5, id="exact is the whole path"),
        pytest.param(b"/API", -1, id="case matters"),
        pytest.param(b"/", -1, id="the root without an entry"),
        pytest.param(b"*", -1, id="asterisk"),
        pytest.param(b"", -1, id="nothing"),
    ],
)
def test_matches(path: bytes, value: int) -> None:
    assert PrefixTable(ENTRIES).match(path) == slow(ENTRIES, path) == value


@pytest.mark.parametrize("root", [b"/", b""])
def test_the_root_takes_the_rest(root: bytes) -> None:
    table = PrefixTable([*ENTRIES, (root, 9, False)])
    assert (table.match(b"/"), table.match(b"/other/x"), table.match(b"/api/x"), table.match(b"*")) == (9, 9, 2, -1)


def test_the_root_alone() -> None:
    table = PrefixTable([(b"/", 9, False), (b"/", 8, True)])
    assert (table.match(b"/"), table.match(b"/x")) == (8, 9)


def test_an_empty_table_matches_nothing() -> None:
    assert PrefixTable([]).match(b"/x") == -1


@pytest.mark.parametrize("twice", [(b"/api", b"/api"), (b"", b"/")])
def test_a_prefix_that_comes_twice_is_refused(twice: tuple[bytes, bytes]) -> None:
    with pytest.raises(ValueError, match="twice"):
        PrefixTable([(prefix, 0, False) for prefix in twice])


def test_ten_thousand_entries_are_told_apart() -> None:
    entries: list[Entry] = [(b"/service-%d/v%d" % (n, n % 7), n, False) for n in range(10_000)]
    table = PrefixTable(entries)
    assert [table.match(prefix + b"/x") for prefix, _, _ in entries] == list(range(10_000))
    assert table.match(b"/service-1/v9") == -1


SEGMENTS = st.lists(st.sampled_from([b"", b"a", b"ab", b"b", b"abc"]), max_size=5)
PATHS = SEGMENTS.map(lambda segments: b"/" + b"/".join(segments))


@given(st.dictionaries(st.tuples(PATHS, st.booleans()), st.integers(0, 99), max_size=12), PATHS)
def test_it_finds_what_a_walk_over_all_entries_finds(entries: dict[tuple[bytes, bool], int], path: bytes) -> None:
    listed = [(prefix, value, exact) for (prefix, exact), value in entries.items()]
    assert PrefixTable(listed).match(path) == slow(listed, path)


def test_paths_with_one_hash_are_told_apart() -> None:
    table = PrefixTable([(b"/usoagc67o", 1, False)])
    assert (table.match(b"/usoagc67o"), table.match(b"/4w792m0fd")) == (1, -1)
