"""Where access lines go: standard output, or a file that may be renamed and opened again."""

import os
import select
import stat
import time
from pathlib import Path

LOOK_AGAIN = 1.0  # seconds between two looks at whether the file is still the one of that name
STDOUT = 1


class Sink:
    """A descriptor that lines are written to whole; a writer that blocks is the caller's thread alone."""

    def __init__(self, path: str | None) -> None:
        """path: the file to append to, or None for standard output. Raises OSError when it cannot be opened."""
        self._path = path
        self._file = STDOUT if path is None else _open(path)
        self._looked = time.monotonic()
        self._wanted = False
        self.lost = 0  # lines that could not be written

    def is_terminal(self) -> bool:
        """Say whether a person is likely to read the lines."""
        return os.isatty(self._file)

    def reopen(self) -> None:
        """Open the file of that name again before the next write: it was renamed. May be called from any thread."""
        self._wanted = True

    def write(self, lines: bytes) -> None:
        """Write whole lines; those that cannot be written are counted and forgotten. Blocks while the sink does."""
        self._follow()
        left = memoryview(lines)
        while left:
            try:
                left = left[os.write(self._file, left) :]
            except BlockingIOError:  # standard output may have been made non-blocking by whoever shares it
                select.select([], [self._file], [])
            except OSError:  # the reader is gone, the disk is full
                self.lost += bytes(left).count(b"\n")
                return

    def _follow(self) -> None:
        """Open the file again when asked to, or when its name has come to mean another file."""
        if self._path is None:
            return
        now = time.monotonic()
        if not self._wanted and now - self._looked < LOOK_AGAIN:
            return
        self._looked = now
        if self._wanted or not _is_same(self._path, self._file):
            self._wanted = False
            try:
                fresh = _open(self._path)
            except OSError:
                return  # the directory may be gone for a moment; the old file still takes lines
            os.close(self._file)
            self._file = fresh

    def close(self) -> None:
        """Close the file, if it is ours."""
        if self._path is not None:
            os.close(self._file)


def _open(path: str) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOCTTY, 0o640)


def _is_same(path: str, file: int) -> bool:
    try:
        found, ours = Path(path).stat(), os.fstat(file)
    except FileNotFoundError:
        return False
    return not stat.S_ISREG(ours.st_mode) or (found.st_dev, found.st_ino) == (ours.st_dev, ours.st_ino)


def wants_colour(file: int = STDOUT) -> bool:
    """Say whether colours are welcome on `file` (NO_COLOR: https://no-color.org)."""
    return os.isatty(file) and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
