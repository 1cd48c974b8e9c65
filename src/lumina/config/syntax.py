"""What a YAML parser objects to, in our words."""

import re

import yaml
from yaml.error import Mark

from lumina.config.problems import Place
from lumina.config.source import Source

MAX_DEPTH = 32  # the deepest configuration has 6
_UNCLOSED = {"while parsing a flow sequence": "[", "while parsing a flow mapping": "{"}

# Parts of the parser's sentences, ours, and a hint. The first that fits is taken.
_WORDS = (
    (
        "mapping values are not allowed",
        "`:` cannot stand here",
        "indent it as its neighbours, or put the value in quotes",
    ),
    ("block sequence entries are not allowed", "`- ` cannot begin a list here", "begin the list on a line of its own"),
    ("expected '-' indicator", "a list and a mapping are mixed here", "begin each item of the list with `- `"),
    ("did not find expected key", "this line does not fit the indentation above it", "indent it as its neighbours"),
    ("unknown escape", "a backslash in double quotes begins no escape that YAML knows", "use single quotes"),
    ("hexdecimal", "an escape in double quotes lacks its hexadecimal digits", "use single quotes"),
    ("incompatible YAML", "this version of YAML is not one that is read", "take the `%YAML` line away"),
    ("expected <document start>", "something stands where the document has ended", ""),
    ("alphabetic or numeric", "the name of an anchor or alias must follow here", "put the value in quotes"),
    ("expected comment or line break", "nothing may follow `|` or `>` on its line", "put the value in quotes"),
    ("tag", "this is not a tag that YAML knows", "put the value in quotes"),
    ("expected node content", "a value is missing here", ""),
    ("maximum nesting depth", f"nested deeper than {MAX_DEPTH} levels", ""),  # libyaml's own bound, which is higher
)


def explain(error: yaml.YAMLError, source: Source) -> tuple[Place, str, str]:
    """Return where the file stops being YAML, why, and a hint."""
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return source.end(), "this is not YAML", ""
    place, message, hint = _objection(error, error.problem_mark, source)
    if "${" in source.line(place.line):
        hint = "a `${...}` inside `[...]` or `{...}` must stand in quotes"
    return place, message, hint


def _objection(error: yaml.MarkedYAMLError, mark: Mark, source: Source) -> tuple[Place, str, str]:
    problem, context = error.problem or "", error.context or ""
    place = _inside(source, mark)
    opened = _inside(source, error.context_mark) if error.context_mark else place
    at = source.line(place.line)[place.column - 1 : place.column]
    if context in _UNCLOSED and "expected ','" in problem:
        return _unclosed(place, opened, _UNCLOSED[context], at)
    if "quoted scalar" in context and "unexpected end of stream" in problem:
        return opened, "this quote is never closed", ""
    if "cannot start any token" in problem:
        return _bad_start(place, at)
    if "mapping values are not allowed" in problem and (missing := _missing_space(source, place)):
        return missing
    if "unknown directive" in problem:
        return opened, "this line begins with `%`, which YAML keeps for directives", ""
    for part, message, hint in _WORDS:
        if part in problem:
            return place, message, hint
    return place, "this is not YAML", ""


def _unclosed(place: Place, opened: Place, bracket: str, at: str) -> tuple[Place, str, str]:
    closing = {"[": "]", "{": "}"}[bracket]
    if at in {"]", "}"}:
        return place, f"`{at}` stands where `,` or `{closing}` must", f"`{bracket}` was opened on line {opened.line}"
    return opened, f"`{bracket}` is never closed by `{closing}`", ""


def _bad_start(place: Place, at: str) -> tuple[Place, str, str]:
    if at == "\t":
        return place, "a tab cannot indent in YAML", "use spaces"
    shown = "a backtick" if at == "`" else f"`{at}`"
    return place, f"a value cannot begin with {shown}", "put the value in quotes"


def _missing_space(source: Source, place: Place) -> tuple[Place, str, str] | None:
    """Find `key:value` on the line above: without a space it is text, and the next key comes as a surprise."""
    match = re.match(r"(\s*(?:- )?)([A-Za-z_]+):(?!//)\S", source.line(place.line - 1))
    if match is None:
        return None
    return Place(place.line - 1, len(match[1]) + 1, len(match[2]) + 1), "a space must follow `:`", ""


def _inside(source: Source, mark: Mark) -> Place:
    """Return the mark's place, drawn back to the last character when it lies past the end."""
    end = source.end()
    if mark.line + 1 > end.line:
        return end
    return Place(mark.line + 1, mark.column + 1)
