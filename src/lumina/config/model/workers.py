"""How many processes carry traffic."""

from dataclasses import dataclass

from lumina.config.model.section import wrong
from lumina.config.model.values import Kind, Whole, literal, quoted
from lumina.config.nodes import Substituted
from lumina.config.problems import did_you_mean

MAX_WORKERS = 1024  # each has a slot in memory that all share


@dataclass(frozen=True)
class Workers(Kind[int | None]):
    """A number of processes; None is `auto`."""

    @property
    def words(self) -> str:
        return f"whole number from 1 to {MAX_WORKERS}, or `auto`"

    def read(self, value: object) -> int | None:
        if value == "auto":
            return None
        if isinstance(literal(value), str):
            raise wrong(
                f"must be a {self.words}, not {quoted(value)}",
                "" if isinstance(value, Substituted) else did_you_mean(str(value), ("auto",)),
            )
        return Whole(1, MAX_WORKERS).read(value)

    def show(self, value: int | None) -> str:
        return "auto" if value is None else str(value)

    def plain(self, value: int | None) -> int | str:
        return "auto" if value is None else value
