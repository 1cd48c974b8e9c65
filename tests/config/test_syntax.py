"""What a YAML parser objects to, in our words. The golden files hold each sentence; here is what holds for all."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from lumina.config.problems import Place
from lumina.config.source import Source
from lumina.config.syntax import explain
from tests.config.written import refused

# Words of PyYAML and libyaml that must not reach a user.
THEIRS = ("while ", "found ", "did not", "token", "scalar", "<block", "<stream", "flow ", "could not", "unicode string")


def test_an_error_without_a_place_is_told_at_the_end() -> None:
    source = Source(Path("a.yaml"), "a: b\n\n")
    assert explain(yaml.YAMLError("who knows"), source) == (Place(1, 4), "this is not YAML", "")


def test_an_objection_that_nobody_foresaw_keeps_its_place() -> None:
    source = Source(Path("a.yaml"), "a: b\nc: d\n")
    mark = yaml.Mark("a.yaml", 5, 1, 0, None, 0)
    assert explain(yaml.MarkedYAMLError(problem="strange", problem_mark=mark), source) == (
        Place(2, 1),
        "this is not YAML",
        "",
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        pytest.param("a: [b, {c: d]", "1:13 `]` stands where `,` or `}` must [`{` was opened on line 1]", id="mixed"),
        pytest.param("a:\n  b: [\n  c\n", "2:6 `[` is never closed by `]`", id="the bracket that is open is shown"),
        pytest.param("a: {b: 'c}\n", "1:8 this quote is never closed", id="a single quote"),
        pytest.param(
            "a: {b: ${C}, d: e}\nf: g",
            "1:4 `{` is never closed by `}` [a `${...}` inside `[...]` or `{...}` must stand in quotes]",
            id="a substitution in braces",
        ),
        pytest.param("a: {\n", "1:4 a value is missing here", id="the place is never past the end"),
        pytest.param(
            "a:\n  b:c\n  d: e", "2:3 a space must follow `:`", id="the line before, where the space is missing"
        ),
        pytest.param(
            "a:\n  - http://b\n    c: d",
            "3:6 `:` cannot stand here [indent it as its neighbours, or put the value in quotes]",
            id="the line before, where it is a URL",
        ),
        pytest.param(
            "a: b\n  c: d",
            "2:4 `:` cannot stand here [indent it as its neighbours, or put the value in quotes]",
            id="a value and a mapping",
        ),
    ],
)
def test_where_and_what(text: str, told: str) -> None:
    assert refused(text) == [told]


@given(st.text(alphabet="ab:-[]{}\"'&*!|>%@`,#?\\\t \n", max_size=40))
def test_no_word_of_the_parser_is_told(text: str) -> None:
    for told in refused(text):
        assert not any(word in told for word in THEIRS)
