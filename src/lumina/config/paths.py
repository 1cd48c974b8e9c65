"""Paths that a configuration names, in the one form that the data path compares (RFC 3986, section 6.2.2)."""

import re
from urllib.parse import quote

MAX_PATH = 1024  # characters of a configured path; a request line that reached it would rarely fit its own limit

_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})?", re.ASCII)
_UNRESERVED = re.compile(r"[A-Za-z0-9\-._~]", re.ASCII)
_SEGMENTS = re.compile(r"[A-Za-z0-9\-._~!$&'()*+,;=:@%/]*", re.ASCII)
_LEGAL = "!$&'()*+,;=:@%/~"


class PathError(ValueError):
    """The path cannot be matched as it stands. The text says why, with the path as its subject."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


def normalise(path: str) -> str:
    """Return `path`, which begins with `/`, with escapes in their one form and no slash at its end, save for `/`."""
    if len(path) > MAX_PATH:
        message = f"is longer than {MAX_PATH} characters"
        raise PathError(message)
    for mark, part in (("?", "query"), ("#", "fragment")):
        if mark in path:
            message = f"must not hold a {part}"
            raise PathError(message, f"did you mean `{path.partition(mark)[0]}`?")
    path = _ESCAPE.sub(_one_form, path)
    if not _SEGMENTS.fullmatch(path):
        message = "holds a character that a path must escape"
        raise PathError(message, f"did you mean `{quote(path, safe=_LEGAL)}`?")
    segments = path.split("/")[1:]
    if "." in segments or ".." in segments:
        message = "must not hold the segments `.` and `..`"
        raise PathError(message)
    if "" in segments[:-1]:
        message = "must not hold `//`"
        raise PathError(message, f"did you mean `{re.sub('/+', '/', path)}`?")
    return path.rstrip("/") or "/"


def _one_form(match: re.Match[str]) -> str:
    if match[1] is None:
        message = "holds a `%` that begins no escape"
        raise PathError(message, "write `%25` for `%` itself")
    char = chr(int(match[1], 16))
    if char == "\0":
        message = "must not hold `%00`"
        raise PathError(message)
    return char if _UNRESERVED.fullmatch(char) else match[0].upper()


def join(prefix: str, path: str) -> str:
    """Return the path that a request shows: `path` under `prefix`, or as it stands when it begins with `/`."""
    return path if path.startswith("/") else f"{prefix.rstrip('/')}/{path}"


def covers(prefix: str, path: str) -> bool:
    """Say whether the route at `prefix` takes `path`: it is the same, or goes on after a slash."""
    return path == prefix or path.startswith(prefix.rstrip("/") + "/")


ADMIN_PATHS = ("/health", "/health/live", "/health/ready", "/metrics")
