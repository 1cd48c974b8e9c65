"""A configuration file as lines of text, before anything in it has a meaning."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from lumina.config.problems import WHOLE_FILE, InvalidConfigError, Place, Problem

MAX_BYTES = 16 * 1024 * 1024  # 10,000 routes take about one; a wrong path (a log, a disk) is told from a configuration
FIRST_ONE = "`lumina demo` needs none, and prints one to begin with"

# What YAML calls not printable (YAML 1.2, section 5.1); a line feed in any spelling is fine.
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LINE_END = re.compile("\r\n|[\n\r\x85\u2028\u2029]")  # what libyaml counts as one


@dataclass(slots=True)
class Source:
    """One file: its text, and the problems found in it so far."""

    path: Path
    text: str
    lines: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Cut the text into the lines that places count."""
        self.lines = _LINE_END.split(self.text)

    @property
    def folder(self) -> Path:
        """Where relative paths in the file begin."""
        return self.path.absolute().parent

    def line(self, number: int) -> str:
        """Return the line with this number, counted from 1, or nothing."""
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""

    def problem(self, place: Place, message: str, hint: str = "", *, warning: bool = False) -> None:
        """Note a mistake at `place`."""
        self.problems.append(Problem(str(self.path), place, message, self.line(place.line), hint, warning))

    def end(self) -> Place:
        """Return the place of the last character that says something."""
        for number in range(len(self.lines), 0, -1):
            if text := self.lines[number - 1].rstrip():
                return Place(number, len(text))
        return Place(1, 1)

    def raise_problems(self) -> None:
        """Raise InvalidConfigError if there is any mistake that is more than a warning."""
        if any(not problem.warning for problem in self.problems):
            raise InvalidConfigError(self.problems)


def read(path: Path) -> Source:
    """Return the file's text, or raise InvalidConfigError when there is none to be had."""
    try:
        if path.is_dir():
            raise InvalidConfigError([Problem(str(path), WHOLE_FILE, "is a directory, not a file")])
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        hint = FIRST_ONE if isinstance(error, FileNotFoundError) else ""
        raise InvalidConfigError([Problem(str(path), WHOLE_FILE, unreadable(error), hint=hint)]) from error
    if len(data) > MAX_BYTES:
        message = f"is larger than {MAX_BYTES // 1024**2} MiB, the most that is read"
        raise InvalidConfigError([Problem(str(path), WHOLE_FILE, message)])
    return _decode(path, data)


def unreadable(error: Exception) -> str:
    """Say in our words why a file could not be opened, with the file as the subject."""
    reasons: dict[type[Exception], str] = {
        FileNotFoundError: "does not exist",
        NotADirectoryError: "does not exist",
        PermissionError: "may not be read by this user",
        IsADirectoryError: "is a directory, not a file",
        ValueError: "is not the name of a file",
    }
    return next((words for kind, words in reasons.items() if isinstance(error, kind)), "cannot be read")


def _decode(path: Path, data: bytes) -> Source:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8", "replace")
        source = Source(path, data.decode("utf-8", "replace"))
        place = _place_after(before)
        source.problem(place, f"the byte 0x{data[error.start]:02x} is not UTF-8", "save the file as UTF-8 text")
        raise InvalidConfigError(source.problems) from error
    source = Source(path, text)
    if found := _UNPRINTABLE.search(text):
        message = f"the character U+{ord(found[0]):04X} may not stand in YAML"
        source.problem(_place_after(text[: found.start()]), message)
        raise InvalidConfigError(source.problems)
    return source


def _place_after(text: str) -> Place:
    lines = _LINE_END.split(text)
    return Place(len(lines), len(lines[-1]) + 1)
