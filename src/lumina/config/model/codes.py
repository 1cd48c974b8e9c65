"""The kinds of values that HTTP gives names to: methods, statuses, tokens."""

import re
from dataclasses import dataclass

from lumina.config.model.section import wrong
from lumina.config.model.values import Kind, Text, literal, quoted
from lumina.config.nodes import Substituted
from lumina.config.problems import did_you_mean
from lumina.http.names import name_number

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH")
STATUSES = (100, 599)

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+", re.ASCII)  # RFC 9110, section 5.6.2
_RANGE = re.compile(r"([1-5][0-9]{2})(?:-([1-5][0-9]{2}))?", re.ASCII)
_CLASS = re.compile(r"([1-5])[xX]{2}", re.ASCII)
_LINE = re.compile(r"[!-~](?:[ -~]*[!-~])?", re.ASCII)

Range = tuple[int, int]


@dataclass(frozen=True)
class Method(Kind[str]):
    """A method that a request may have."""

    choices: tuple[str, ...] = METHODS

    @property
    def words(self) -> str:
        return "method"

    def read(self, value: object) -> str:
        if isinstance(value, str) and value in self.choices:
            return str(value)
        is_word = isinstance(value, str) and not isinstance(value, Substituted)
        hint = did_you_mean(str(value), self.choices) if is_word else ""
        raise wrong(f"must be one of {', '.join(f'`{one}`' for one in self.choices)}, not {quoted(value)}", hint)


@dataclass(frozen=True)
class Status(Kind[int]):
    """A status within bounds."""

    minimum: int = STATUSES[0]
    maximum: int = STATUSES[1]

    @property
    def words(self) -> str:
        return "status code"

    def read(self, value: object) -> int:
        number = literal(value)
        if isinstance(number, int) and not isinstance(number, bool) and self.minimum <= number <= self.maximum:
            return number
        raise wrong(f"must be a status from {self.minimum} to {self.maximum}, not {quoted(value)}")


@dataclass(frozen=True)
class StatusRange(Kind[Range]):
    """One status, or all from one to another: `204`, `200-399`, `2xx`."""

    @property
    def words(self) -> str:
        return "status code or range"

    def read(self, value: object) -> Range:
        text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
        if match := _CLASS.fullmatch(text):
            first = int(match[1]) * 100
            return (first, first + 99)
        match = _RANGE.fullmatch(text)
        found = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
        if found[0] <= found[1]:
            return found
        raise wrong(f"must be a status such as `204`, or a range such as `200-399` or `2xx`, not {quoted(value)}")

    def show(self, value: Range) -> str:
        return str(value[0]) if value[0] == value[1] else f"{value[0]}-{value[1]}"

    def plain(self, value: Range) -> object:
        return self.show(value)


class Token(Text):
    """The name of a field, a cookie or a parameter."""

    def read(self, value: object) -> str:
        """Return the name, or raise `wrong(...)`."""
        text = super().read(value)
        if _TOKEN.fullmatch(text):
            return text
        raise wrong(f"must be {self.what} without spaces and separators, not {quoted(value)}")


class FreeName(Token):
    """The name of a field that has no other meaning for the gateway."""

    def read(self, value: object) -> str:
        """Return the name, or raise `wrong(...)`."""
        name = super().read(value)
        if name_number(name.encode()) or name.lower() == "grpc-timeout":
            raise wrong(f"must be {self.what} of its own: the gateway knows {quoted(value)} for something else")
        return name


class Line(Text):
    """The value of a field: one line of printable ASCII."""

    def read(self, value: object) -> str:
        """Return the line, or raise `wrong(...)`."""
        text = super().read(value)
        if _LINE.fullmatch(text):
            return text
        raise wrong(f"must be {self.what} in printable ASCII, not {quoted(value)}")


@dataclass(frozen=True)
class Secret(Kind[str]):
    """Text that nobody can guess, and that no message repeats."""

    size: int = 16

    @property
    def words(self) -> str:
        return f"text of at least {self.size} characters"

    def read(self, value: object) -> str:
        if isinstance(value, str) and len(value) >= self.size:
            return value
        raise wrong(f"must be {self.words}", "`openssl rand -hex 32` makes one; keep it in a file: `${file:/run/...}`")
