"""Paths that a configuration names, in the one form that the data path compares (RFC 3986, section 6.2.2)."""

import re
from urllib.parse import quote

from lumina.config.problems import ObjectionError
from lumina.http.target import normalised

MAX_PATH = 1024  # characters of a configured path; a request line that reached it would rarely fit its own limit

_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})?", re.ASCII)
_UNRESERVED = re.compile(r"[A-Za-z0-9\-._~]", re.ASCII)
_SEGMENTS = re.compile(r"[A-Za-z0-9\-._~!$&'()*+,;=:@%/]*", re.ASCII)
_LEGAL = "!$&'()*+,;=:@%/~"


def normalise(path: str) -> str:
    """Return `path`, which begins with `/`, with escapes in their one form and no slash at its end, save for `/`."""
    if len(path) > MAX_PATH:
        raise ObjectionError(f"is longer than {MAX_PATH} characters")
    for mark, part in (("?", "query"), ("#", "fragment")):
        if mark in path:
            raise ObjectionError(f"must not hold a {part}", f"did you mean `{path.partition(mark)[0]}`?")
    _refuse_pattern(path)
    path = _ESCAPE.sub(_one_form, path)
    if not _SEGMENTS.fullmatch(path):
        raise ObjectionError("holds a character that a path must escape", f"did you mean `{quote(path, safe=_LEGAL)}`?")
    segments = path.split("/")[1:]
    if "." in segments or ".." in segments or normalised(path.encode("ascii")) != path.encode("ascii"):
        raise ObjectionError("must not hold the segments `.` and `..`")
    if "" in segments[:-1]:
        raise ObjectionError("must not hold `//`", f"did you mean `{re.sub('/+', '/', path)}`?")
    return path.rstrip("/") or "/"


def _refuse_pattern(path: str) -> None:
    """Refuse what stands for any segment in other gateways, and would be taken by the letter here."""
    segments = path.split("/")
    if "*" in segments or "**" in segments:
        bare = "/".join(segment for segment in segments if set(segment) != {"*"}) or "/"
        raise ObjectionError("holds a pattern", f"a path matches all that lies under it: `{bare}`")
    if "{" in path or "}" in path:
        raise ObjectionError("holds a pattern", "a path matches all that lies under it")


def _one_form(match: re.Match[str]) -> str:
    if match[1] is None:
        raise ObjectionError("holds a `%` that begins no escape", "write `%25` for `%` itself")
    char = chr(int(match[1], 16))
    if char == "\0":
        raise ObjectionError("must not hold `%00`")
    return char if _UNRESERVED.fullmatch(char) else match[0].upper()


def join(prefix: str, path: str) -> str:
    """Return the path that a request shows: `path` under `prefix`, or as it stands when it begins with `/`."""
    return path if path.startswith("/") else f"{prefix.rstrip('/')}/{path}"


def covers(prefix: str, path: str) -> bool:
    """Say whether the route at `prefix` takes `path`: it is the same, or goes on after a slash."""
    return path == prefix or path.startswith(prefix.rstrip("/") + "/")
