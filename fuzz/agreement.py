"""Odd paths among routes: what is let through is of the same route for every server that misreads paths."""

import re

from fuzz import _run
from lumina.http.target import normalised
from lumina.routing.agreement import Agreement
from lumina.routing.table import PrefixTable
from tests.system.test_paths import SERVERS, looked_up

PLAIN = re.compile(rb"(?:/[A-Za-z0-9_~!$&'()*+,=:@-]+)+|/")  # a route whose own path is odd is read oddly


def check(data: bytes) -> None:
    """Raise where a promise is broken. The first two octets are the rules; then lines: the path, and a prefix each."""
    rules = int.from_bytes(data[:2]) & 0xFFF
    asked, *lines = data[2:].split(b"\n")
    prefixes = list(dict.fromkeys(line for line in lines if PLAIN.fullmatch(line)))
    table = PrefixTable([(prefix, value, False) for value, prefix in enumerate(prefixes)])
    path = normalised(b"/" + asked, rules)
    if path is None:
        return
    value = table.match(path)
    if value < 0:
        return
    prefix = prefixes[value].rstrip(b"/")
    for stripped in (True, False):
        if not Agreement().agrees(table, path, len(prefix), bare=stripped or not prefix):
            continue
        kept, sent = (prefix, path[len(prefix) :] or b"/") if stripped else (b"", path)
        for server in SERVERS:
            try:
                found = kept + looked_up(sent, server)
            except ValueError:  # this one takes no such path
                continue
            assert table.match(found) == value, (server, path, found, prefixes)


if __name__ == "__main__":
    _run.main(check)
