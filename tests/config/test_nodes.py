"""A YAML document as a tree in which every value knows its place."""

import pytest

from lumina.config.nodes import Path, Substituted, key_of, place_of, plain, walk
from lumina.config.problems import Place
from tests.config.written import tree

TEXT = "a: 1\nbb:\n  - c: {d: 5}\n  - 6\n"


@pytest.mark.parametrize(
    ("path", "key", "value"),
    [
        pytest.param((), (1, 1), (1, 1), id="the root"),
        pytest.param(("a",), (1, 1), (1, 4), id="a value of the root"),
        pytest.param(("bb",), (2, 1), (3, 3), id="a list"),
        pytest.param(("bb", 0), (3, 5), (3, 5), id="an item has no key but itself"),
        pytest.param(("bb", 0, "c", "d"), (3, 9), (3, 12), id="deep"),
        pytest.param(("bb", 1), (4, 5), (4, 5), id="the last item"),
        pytest.param(("bb", 2), (2, 1), (3, 3), id="an item that is not there"),
        pytest.param(("bb", 0, "x", "y"), (3, 5), (3, 5), id="a key that is not there"),
        pytest.param(("a", "b"), (1, 1), (1, 4), id="below a scalar"),
        pytest.param(("bb", 0, "c", 0, "d"), (3, 9), (3, 12), id="a mapping stands for a list of one"),
    ],
)
def test_places(path: Path, key: tuple[int, int], value: tuple[int, int]) -> None:
    _, root = tree(TEXT)

    def position(place: Place) -> tuple[int, int]:
        return (place.line, place.column)

    assert (position(key_of(root, path)), position(place_of(root, path))) == (key, value)


def test_a_walk_ends_where_the_tree_does() -> None:
    _, root = tree(TEXT)
    assert [plain(node) for _, node in walk(root, ("bb", 0, "c", "x", "y"))] == [
        [{"c": {"d": 5}}, 6],
        {"c": {"d": 5}},
        {"d": 5},
    ]


def test_plain_data_is_built_anew_for_every_alias() -> None:
    _, root = tree("a: &x [1]\nb: *x\n")
    data = plain(root)
    assert isinstance(data, dict)
    assert (data["a"] == data["b"], data["a"] is data["b"]) == (True, False)


def test_what_was_substituted_is_text() -> None:
    assert (Substituted("a") == "a", isinstance(Substituted("a"), str)) == (True, True)
