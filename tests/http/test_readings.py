"""What servers make of paths that are not plain."""

import pytest

from lumina.http.readings import reading, ways_of, without_parameters

DROPS_PARAMETERS, MERGES_SLASHES, TURNS_BACKSLASHES, READS_OVERLONG, CUTS, TAKES_A_HOST = 1, 2, 4, 8, 16, 32


@pytest.mark.parametrize(
    ("path", "how", "rounds", "becomes"),
    [
        (b"/a/b", 31, 2, b"/a/b"),
        (b"/a%2Fb", 0, 0, b"/a%2Fb"),
        (b"/a%2Fb", 0, 1, b"/a/b"),
        (b"/a%252fb", 0, 1, b"/a%2fb"),
        (b"/a%252fb", 0, 2, b"/a/b"),
        (b"/a%2", 0, 1, b"/a%2"),
        (b"/a/%2e%2e/b", 0, 1, b"/b"),
        (b"/a/../../b", 0, 0, None),
        (b"/a;x/b;y", 0, 0, b"/a;x/b;y"),
        (b"/a;x/b;y", DROPS_PARAMETERS, 0, b"/a/b"),
        (b"/a/..;x/b", DROPS_PARAMETERS, 0, b"/b"),
        (b"//a//b", 0, 0, b"//a//b"),
        (b"//a//b", MERGES_SLASHES, 0, b"/a/b"),
        (b"/a//../b", MERGES_SLASHES, 0, b"/b"),
        (b"/a%5C..%5cb", TURNS_BACKSLASHES, 1, b"/b"),
        (b"/a%C0%AFb", READS_OVERLONG, 1, b"/a/b"),
        (b"/a/%C0%AE%c0%ae/b", READS_OVERLONG, 1, b"/b"),
        (b"/a%c1%9cb", READS_OVERLONG | TURNS_BACKSLASHES, 1, b"/a/b"),
        (b"/a%C0/b", READS_OVERLONG, 1, b"/a\xc0/b"),
        (b"/a%C0", READS_OVERLONG, 1, b"/a\xc0"),
        (b"/a%3Fb/c", CUTS, 1, b"/a"),
        (b"/a%23b", CUTS, 1, b"/a"),
        (b"/a%00b", CUTS, 1, b"/a"),
        (b"/a%3Fb", 0, 1, b"/a?b"),
        (b"//h.test/a", TAKES_A_HOST, 0, b"/a"),
        (b"//h.test", TAKES_A_HOST, 0, b""),
    ],
)
def test_a_server_reads(path: bytes, how: int, rounds: int, becomes: bytes | None) -> None:
    assert reading(path, how, rounds) == becomes


@pytest.mark.parametrize(
    ("path", "ways"),
    [
        (b"/a/b", 0),
        (b"/", 0),
        (b"/a;b", DROPS_PARAMETERS | MERGES_SLASHES),
        (b"/a//b", MERGES_SLASHES),
        (b"//", MERGES_SLASHES | TAKES_A_HOST),
        (b"/\\", TURNS_BACKSLASHES | MERGES_SLASHES),
        (b"/\xc0", READS_OVERLONG | TURNS_BACKSLASHES | MERGES_SLASHES),
        (b"/\xc1", READS_OVERLONG | TURNS_BACKSLASHES | MERGES_SLASHES),
        (b"/\0", CUTS),
        (b"/?", CUTS),
        (b"/#", CUTS),
    ],
)
def test_ways_in_which_servers_differ(path: bytes, ways: int) -> None:
    assert ways_of(path) == ways


def test_parameters_end_with_their_segment() -> None:
    assert without_parameters(b"/a;b;c/;d//e;") == b"/a///e"
