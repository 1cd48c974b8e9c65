"""YAML text to a tree with places."""

from itertools import pairwise
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from lumina.config import load as module
from lumina.config.load import MAX_VALUES, load, meaning
from lumina.config.nodes import Lost, Substituted, place_of, plain
from lumina.config.problems import InvalidConfigError, Place
from lumina.config.source import Source
from lumina.config.syntax import MAX_DEPTH
from tests.config.written import noted, refused, tree


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("true", True),
        ("FALSE", False),
        ("yes", "yes"),
        ("on", "on"),
        ("8080", 8080),
        ("-1", -1),
        ("+1", 1),
        ("017", 17),
        ("0o17", 15),
        ("0x1F", 31),
        ("0b1", "0b1"),
        ("1_000", "1_000"),
        ("1:30", "1:30"),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("1.2.3", "1.2.3"),
        ("2020-01-01", "2020-01-01"),
        ("٣", "٣"),
        ("9" * 41, "9" * 41),
        ("=", "="),
    ],
)
def test_what_a_word_without_quotes_means(text: str, value: object) -> None:
    assert (meaning(text), type(meaning(text))) == (value, type(value))


def test_a_tree_is_plain_data_with_places() -> None:
    _, root = tree('a: {b: [1, "2", c]}\nd:\n  - e: true\n    f: ~\n')
    assert plain(root) == {"a": {"b": [1, "2", "c"]}, "d": [{"e": True, "f": None}]}
    places = [("a",), ("a", "b"), ("a", "b", 2), ("d",), ("d", 0), ("d", 0, "f")]
    assert [place_of(root, path) for path in places] == [
        Place(1, 4, 1),
        Place(1, 8, 1),
        Place(1, 17, 1),
        Place(3, 3, 1),
        Place(3, 5, 1),
        Place(4, 8, 1),
    ]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        pytest.param('a: !!str 1\nb: !!int "2"', {"a": "1", "b": 2}, id="tags say what quotes do not"),
        pytest.param("a: ! 1", {"a": "1"}, id="the tag of text"),
        pytest.param("a: |\n  x\n  y\n", {"a": "x\ny\n"}, id="a block of text"),
        pytest.param("a: 'it''s'", {"a": "it's"}, id="single quotes"),
        pytest.param("a: &x {b: 1}\nc: *x", {"a": {"b": 1}, "c": {"b": 1}}, id="an alias"),
        pytest.param(
            "a: &x {b: 1, c: 2}\nd: {<<: *x, c: 3}", {"a": {"b": 1, "c": 2}, "d": {"b": 1, "c": 3}}, id="a merge"
        ),
        pytest.param(
            "a: &x {b: 1}\nc: &y {b: 2, d: 3}\ne:\n  <<: [*x, *y]",
            {"a": {"b": 1}, "c": {"b": 2, "d": 3}, "e": {"b": 1, "d": 3}},
            id="two merges, the first wins",
        ),
        pytest.param('a: {"<<": 1}', {"a": {"<<": 1}}, id="a key in quotes is no merge"),
        pytest.param("8080: a", {"8080": "a"}, id="a key is always text"),
        pytest.param("%YAML 1.2\n---\na: 1\n...\n", {"a": 1}, id="the marks of a document"),
    ],
)
def test_what_a_file_says(text: str, value: object) -> None:
    source, root = tree(text)
    assert (plain(root), source.problems) == (value, [])


def test_a_scalar_keeps_what_the_file_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LUMINA_PORT", "80")
    _, root = tree('a: ${LUMINA_PORT}\nb: "${LUMINA_PORT}"\n')
    data = plain(root)
    assert data == {"a": "80", "b": "80"}
    assert isinstance(data, dict)
    assert {type(value) for value in data.values()} == {Substituted}


def test_what_could_not_be_substituted_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LUMINA_NONE", raising=False)
    source, root = tree("a: x${LUMINA_NONE}")
    data = plain(root)
    assert isinstance(data, dict)
    assert (data, type(data["a"]), len(source.problems)) == ({"a": ""}, Lost, 1)


def test_every_key_set_twice_is_noted() -> None:
    source, root = tree("a: 1\nb: {c: 1, c: 2, c: 3}\na: 2\n")
    assert plain(root) == {"a": 1, "b": {"c": 1}}
    assert noted(source) == [
        "2:11 `c` is set twice, first on line 2",
        "2:17 `c` is set twice, first on line 2",
        "3:1 `a` is set twice, first on line 1",
    ]


@pytest.mark.parametrize("opened", ["[", "- ", "{a: ", "? "])
@pytest.mark.parametrize("count", [MAX_DEPTH, 1000, 1_000_000])
def test_deep_nesting_ends_early(opened: str, count: int) -> None:
    (told,) = refused("a:\n  " + opened * count)
    assert told.endswith(f"nested deeper than {MAX_DEPTH} levels")


def test_nesting_within_the_bound_is_read() -> None:
    _, root = tree("a: " + "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1))
    assert str(plain(root)).count("[") == MAX_DEPTH - 1


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            "a: &a [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n"
            + "".join(f"{b}: &{b} [{', '.join([f'*{a}'] * 10)}]\n" for a, b in pairwise("abcdef")),
            id="lists of lists",
        ),
        pytest.param(
            "x0: &x0 {b: 1, c: 1}\n" + "".join(f"x{n}: &x{n} {{b: *x{n - 1}, c: *x{n - 1}}}\n" for n in range(1, 22)),
            id="mappings of mappings",
        ),
        pytest.param(
            "a: &a {" + ", ".join(f"k{n}: 1" for n in range(1100)) + "}\nb:\n" + "  - {<<: *a}\n" * 1100, id="merges"
        ),
    ],
)
def test_what_unfolds_without_end_is_refused(text: str) -> None:
    told = refused(text)
    assert told[0].endswith(f"the file unfolds to more than {MAX_VALUES:,} values")


def test_a_file_without_a_mapping_is_refused() -> None:
    assert refused("") == ["1:1 the file is empty [begin with `routes:`]"]
    assert refused("- a") == ["1:1 the file must be a mapping of fields, such as `routes:`"]


def test_the_slow_parser_says_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    text = 'a: &x {b: "é", c: [1, 2]}\nd:\n  - <<: *x\n    e: |\n      text\n'
    fast = tree(text)[1]
    monkeypatch.setattr(module, "Loader", yaml.SafeLoader)
    slow = tree(text)[1]
    assert plain(slow) == plain(fast)
    for path in [("a", "b"), ("a", "c", 1), ("d", 0), ("d", 0, "e")]:
        assert place_of(slow, path) == place_of(fast, path)


@given(st.text(alphabet="ab12:-[]{}\"'&*!|>%@`,#?$~<\t \n", max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    source = Source(Path("a.yaml"), text)
    try:
        root = load(source)
    except InvalidConfigError:
        assert source.problems
    else:
        assert isinstance(plain(root), dict)
    for problem in source.problems:
        assert 1 <= problem.place.line <= max(1, len(source.lines))
        assert 1 <= problem.place.column <= len(source.line(problem.place.line)) + 1


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text(alphabet=st.characters(codec="utf-8", categories=("L", "M", "N", "P", "S", "Z"))).filter(
        lambda text: module.meaning(text) == text  # the writer follows YAML 1.1, and leaves 0E0 without quotes
    ),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc", min_size=1), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text("abc", min_size=1), VALUES, max_size=4), st.booleans())
def test_what_is_written_is_read(data: dict[str, object], flow: bool) -> None:
    text = yaml.safe_dump(data, allow_unicode=True, default_flow_style=flow).replace("${", "$ {")
    source, root = tree(text or "{}")
    assert (plain(root), source.problems) == (yaml.safe_load(text), [])
