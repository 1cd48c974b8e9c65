"""The prefix table: what a walk over all entries finds."""

from fuzz import _run
from lumina.routing.table import Entry, PrefixTable


def slow(entries: list[Entry], path: bytes) -> int:
    """Match by trying every entry."""
    if not path.startswith(b"/"):
        return -1
    for prefix, value, exact in entries:
        if exact and prefix == path:
            return value
    fits = [
        (len(prefix), value)
        for prefix, value, exact in entries
        if not exact
        and path.startswith(prefix)
        and (len(prefix) == len(path) or prefix[-1:] in (b"/", b"") or path[len(prefix)] == 47)
    ]
    return max(fits, default=(0, -1))[1]


def check(data: bytes) -> None:
    """Raise where a promise is broken. Lines: the path first, then an entry each; "=" before one makes it exact."""
    path, *lines = data.split(b"\n")
    entries: list[Entry] = []
    seen = set()
    for value, line in enumerate(lines):
        exact = line.startswith(b"=")
        prefix = b"/" + line.removeprefix(b"=").removeprefix(b"/")
        if (prefix, exact) not in seen:
            seen.add((prefix, exact))
            entries.append((prefix, value, exact))
    table = PrefixTable(entries)
    for asked in (path, b"/" + path, *[prefix for prefix, _, _ in entries], *[entry[0] + path for entry in entries]):
        assert table.match(asked) == slow(entries, asked), (asked, entries)


if __name__ == "__main__":
    _run.main(check)
