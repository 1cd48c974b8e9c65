"""Request heads: the same however they arrive, the same as h11 reads them, and the same once written anew."""

import h11

from fuzz import _run
from lumina.http1.request import RequestHead

LIMITS = (120, 400, 12)
WHOLE, PART, ANEW = RequestHead(*LIMITS), RequestHead(*LIMITS), RequestHead(4096, 8192, 12)
SAID = ("method", "minor", "body", "content_length", "persistent", "expects_continue", "close", "upgrade")


def check(data: bytes) -> None:
    """Raise where a promise is broken."""
    found = WHOLE.parse_bytes(data)
    assert found == -1 or (found == -2) == (WHOLE.refusal != 0)
    for end in {len(data) // 2, max(0, len(data) - 1), min(7, len(data))}:
        part = PART.parse_bytes(data, end=end)
        assert part in (-1, found), (part, found)
        assert part != -2 or PART.refusal == WHOLE.refusal
    assert PART.parse_bytes(data + b"\r\n\r\n\x00x:", end=len(data)) == found
    if found < 0:
        return
    assert found <= len(data)
    parts = WHOLE.parts(data)
    fields = WHOLE.forwarded(data)
    assert not any(octet in name + value for name, value in fields for octet in b"\r\n\x00")
    expected = [value.lower() for name, value in fields if name.lower() == b"expect"]
    assert expected in ([], [b"100-continue"]), fields
    compare(data[:found], parts, WHOLE.pairs(data))
    again(parts, fields)


def untouched(pairs: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Leave out the fields that h11 writes in its own way, and the one of which we leave but one member."""
    return [pair for pair in pairs if pair[0].lower() not in (b"content-length", b"transfer-encoding", b"expect")]


def compare(head: bytes, parts: dict[str, bytes | None], pairs: list[tuple[bytes, bytes]]) -> None:
    """Ask h11 what it reads. It knows no version but 1.0 and 1.1, and bounds a length by its digits."""
    connection = h11.Connection(h11.SERVER)
    connection.receive_data(head.removeprefix(b"\r\n"))
    try:
        event = connection.next_event()
    except h11.RemoteProtocolError as error:
        assert "Content-Length" in str(error) or "Expect" in str(error), (head, error)  # noqa: PT017
        return
    assert isinstance(event, h11.Request), event
    assert (event.method, event.target) == (parts["method"], parts["target"])
    assert untouched(event.headers.raw_items()) == untouched(pairs)


def again(parts: dict[str, bytes | None], fields: list[tuple[bytes, bytes]]) -> None:
    """Write the request anew, and parse that: it has to say the same, and to be in its normal form."""
    method, path, query = parts["method"], parts["path"], parts["query"]
    assert method is not None
    assert path is not None
    lines = [b"%b %b%b HTTP/1.%d" % (method, path, b"" if query is None else b"?" + query, WHOLE.minor)]
    lines += [name + b": " + value for name, value in fields]
    wire = b"\r\n".join([*lines, b"", b""])
    assert ANEW.parse_bytes(wire) == len(wire), wire
    assert ANEW.forwarded(wire) == fields
    told = ANEW.parts(wire)
    assert (told["method"], told["path"], told["query"]) == (method, path, query)


if __name__ == "__main__":
    _run.main(check)
