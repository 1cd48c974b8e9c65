"""Response heads: the same however they arrive, and never with more content than h11 sees."""

import h11

from fuzz import _run
from lumina.http1.response import ResponseHead

LIMITS = (400, 12)
GET, HEAD = 1, 2
WHOLE, PART = ResponseHead(*LIMITS), ResponseHead(*LIMITS)


def check(data: bytes) -> None:
    """Raise where a promise is broken. The first octet says which method was asked."""
    method = HEAD if data[:1] == b"H" else GET
    wire = data[1:]
    found = WHOLE.parse_bytes(wire, method)
    for end in {len(wire) // 2, max(0, len(wire) - 1), min(7, len(wire))}:
        part = PART.parse_bytes(wire, method, end=end)
        assert part in (-1, found)
        assert part != -2 or PART.refusal == WHOLE.refusal
    assert PART.parse_bytes(wire + b"\r\n\r\n\x00x:", method, end=len(wire)) == found
    if found < 0 or WHOLE.status == 101:  # which h11 takes from nobody who was not asked
        return
    assert 100 <= WHOLE.status <= 599
    assert not any(octet in name + value for name, value in WHOLE.pairs(wire) for octet in b"\r\n\x00")
    compare(wire[:found], method)


def unframed(pairs: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Leave out the fields that h11 writes in its own way."""
    return [pair for pair in pairs if pair[0].lower() not in (b"content-length", b"transfer-encoding")]


def compare(head: bytes, method: int) -> None:
    """Ask h11 what it reads."""
    connection = h11.Connection(h11.CLIENT)
    connection.send(h11.Request(method="HEAD" if method == HEAD else "GET", target="/", headers=[("Host", "a")]))
    connection.send(h11.EndOfMessage())
    connection.receive_data(head)
    try:
        event = connection.next_event()
    except h11.RemoteProtocolError as error:
        assert "Content-Length" in str(error), (head, error)  # noqa: PT017
        return
    if isinstance(event, h11.Response | h11.InformationalResponse):
        assert (event.status_code, bytes(event.reason)) == (WHOLE.status, WHOLE.reason(head))
        theirs = event.headers.raw_items()
        assert unframed(theirs) == unframed(WHOLE.pairs(head))
        if WHOLE.status >= 200 and WHOLE.body == 0:
            assert isinstance(connection.next_event(), h11.EndOfMessage)


if __name__ == "__main__":
    _run.main(check)
