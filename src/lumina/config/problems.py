"""Mistakes in a configuration file, and how they are told to the person who can mend them."""

import difflib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from lumina.errors import ConfigError

MAX_SHOWN = 160  # columns of a source line; a longer one is cut around the mistake
MIN_BEGINNING = 4  # letters of a word that may be the beginning of a longer one
BOLD_RED, YELLOW, CYAN, BOLD, PLAIN = "\x1b[1;31m", "\x1b[1;33m", "\x1b[36m", "\x1b[1m", "\x1b[0m"


@dataclass(frozen=True, slots=True)
class Place:
    """A token of a file. Line and column count from 1, in characters; line 0 is the file as a whole."""

    line: int
    column: int
    size: int = 1


WHOLE_FILE = Place(0, 0)


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: where, what, the line that holds it, and what may help."""

    file: str
    place: Place
    message: str
    source: str = ""
    hint: str = ""
    warning: bool = False

    def brief(self) -> str:
        """Return place, mistake and hint in one line, without what the file says there."""
        where = self.file + (f":{self.place.line}:{self.place.column}" if self.place.line else "")
        return visible(f"{where}: {self.message}" + (f" ({self.hint})" if self.hint else ""))

    def render(self, *, colour: bool = False) -> str:
        """Return the lines a person reads, without a line feed at the end."""
        bold, red, cyan, plain = (BOLD, BOLD_RED, CYAN, PLAIN) if colour else ("", "", "", "")
        where = visible(self.file) + (f":{self.place.line}:{self.place.column}" if self.place.line else "")
        kind = f"{YELLOW if colour else ''}warning:{plain} " if self.warning else ""
        lines = [f"{bold}{where}:{plain} {kind}{visible(self.message)}"]
        if self.place.line and self.source.strip():
            text, before = _window(self.source, self.place.column - 1)
            size = max(1, min(self.place.size, len(text) - before))
            marks = "^" * _width(text[before : before + size])
            lines += ["", visible(text), f"{_blank(text[:before])}{red}{marks}{plain}"]
        if self.hint:
            lines.append(f"{cyan}hint:{plain} {visible(self.hint)}")
        return "\n".join(lines)


class ObjectionError(ValueError):
    """A value is not what it must be. `message` says why, with the value's field as its subject."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class InvalidConfigError(ConfigError):
    """A configuration file with at least one mistake. Its text is every mistake, in file order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = in_file_order(problems)
        super().__init__(render(self.problems))


def in_file_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Return each problem once, from the top of the file to its end."""
    return tuple(sorted(dict.fromkeys(problems), key=lambda one: (one.place.line, one.place.column)))


def render(problems: Iterable[Problem], *, colour: bool = False) -> str:
    """Return all problems as text, an empty line between two."""
    return "\n\n".join(problem.render(colour=colour) for problem in problems)


def nearest(word: str, known: Iterable[str]) -> str:
    """Return what of `known` is spelt most like `word`, or nothing if none comes near."""
    folded = {name.lower(): name for name in known}
    longer = [name for name in folded if name.startswith(word.lower()) and len(word) >= MIN_BEGINNING]
    if len(longer) == 1:
        return folded[longer[0]]
    near = difflib.get_close_matches(word.lower(), folded, n=1)
    return folded[near[0]] if near else ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return a hint that names what is near to `word`, or nothing."""
    near = nearest(word, known)
    return f"did you mean `{near}`?" if near else ""


def visible(text: str) -> str:
    """Return `text` with what could steer a terminal made harmless; a tab stays."""
    return "".join(char if char == "\t" or char.isprintable() else "\ufffd" for char in text)


def _window(source: str, at: int) -> tuple[str, int]:
    """Return what is shown of a line, and where in it the place `at` lies."""
    if len(source) <= MAX_SHOWN:
        return source, min(at, len(source))
    start = max(0, min(at - MAX_SHOWN // 2, len(source) - MAX_SHOWN))
    return source[start : start + MAX_SHOWN], min(at, len(source)) - start


def _width(text: str) -> int:
    return max(1, sum(_columns(char) for char in text))


def _columns(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in {"W", "F"} else 1


def _blank(text: str) -> str:
    return "".join(char if char == "\t" else " " * _columns(char) for char in text)
