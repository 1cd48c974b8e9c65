"""Golden files: a configuration, and to the letter what a user is told about it.

A case begins with `#### its name`; what is told follows `---->`. `python -m tests.config.golden_cases` writes all of
them anew, and the difference is for a person to read.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from lumina.config import InvalidConfigError, Problem, load_plan
from lumina.config.problems import render

FOLDER = Path(__file__).parent / "golden"
PEM = Path(__file__).parent / "pem"
NAME, TOLD = "#### ", "---->\n"
FILE = "lumina.yaml"
SECRET = "Hunter2 is the word"  # noqa: S105 (it guards nothing)
ENVIRONMENT = {"SECRET": SECRET, "EMPTY": ""}


class Case(NamedTuple):
    """One configuration and what is told about it."""

    topic: str
    name: str
    text: str
    told: str


def cases() -> Iterator[Case]:
    """Yield every case of every golden file."""
    for path in sorted(FOLDER.glob("*.golden")):
        for part in path.read_text().split("\n" + NAME)[1:]:
            name, _, rest = part.partition("\n")
            text, _, told = rest.partition(TOLD)
            yield Case(path.stem, name, text, told.rstrip("\n"))


def furnish(folder: Path) -> None:
    """Put the files in a folder that the cases name."""
    for path in PEM.iterdir():
        shutil.copy(path, folder)
    (folder / "folder").mkdir()
    (folder / "text.txt").write_text("just text\n")
    (folder / "bytes.bin").write_bytes(b"\xff\xfe")
    certificate = (PEM / "a.pem").read_text()
    (folder / "broken.pem").write_text(certificate.replace("MIIB", "AAAA"))


def told(text: str) -> str:
    """Return what a user is told about a configuration in the current folder."""
    Path(FILE).write_text(text)
    warnings: list[Problem] = []
    try:
        load_plan(FILE, warn=warnings.append)
    except InvalidConfigError as error:
        return str(error)
    return render(warnings)


def rewrite() -> None:
    """Write every golden file anew from what is told now."""
    os.environ |= ENVIRONMENT
    with tempfile.TemporaryDirectory() as folder:
        furnish(Path(folder))
        os.chdir(folder)
        for path in FOLDER.glob("*.golden"):
            head = path.read_text().split("\n" + NAME)[0]
            parts = [
                f"{NAME}{case.name}\n{case.text.rstrip()}\n{TOLD}{told(case.text)}\n"
                for case in cases()
                if case.topic == path.stem
            ]
            path.write_text("\n".join([head, *parts]))


if __name__ == "__main__":
    rewrite()
