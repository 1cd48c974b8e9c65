"""Paths: normalised by the book, once and for all."""

import _run

with _run.sources():
    from lumina.http.target import normalised


def by_the_book(path: bytes) -> bytes | None:
    """Remove dot segments as RFC 3986, section 5.2.4, says; None where that climbs above the root."""
    output: list[bytes] = []
    segments = path.split(b"/")[1:]
    for number, segment in enumerate(segments):
        plain = segment.lower().replace(b"%2e", b".")
        if plain not in (b".", b".."):
            output.append(segment)
            continue
        if plain == b"..":
            if not output:
                return None
            output.pop()
        if number == len(segments) - 1:
            output.append(b"")
    return b"/" + b"/".join(output)


def check(data: bytes) -> None:
    """Raise where a promise is broken."""
    path = b"/" + data
    found = normalised(path)
    if found is None:
        return
    assert found == by_the_book(path)
    assert normalised(found) == found
    plain = found.lower().replace(b"%2e", b".").replace(b"%2f", b"/").replace(b"%5c", b"/")
    segments = [segment.split(b";")[0] for segment in plain.split(b"/")]
    assert b".." not in segments, found


if __name__ == "__main__":
    _run.main(check)
