"""What h11 reads on both sides of an engine, held against the access lines: nobody may have got anything else."""

from typing import Any, NamedTuple

import h11

from fuzz.target import by_the_book

ENOUGH = 1 << 20  # octets of a head: the engine is the one that bounds them here
KEPT = 24  # octets of a method that an access line shows
PREFIXES = {"all": b"", "payments": b"/api/payments", "small": b"/small", None: b""}  # that each route strips

Line = dict[str, Any]


class Request(NamedTuple):
    """A request as h11 reads it; `rest` is what follows it, None where it is not complete."""

    method: str
    target: bytes
    fields: dict[bytes, bytes]
    names: list[bytes]
    size: int
    rest: bytes | None


def read_request(octets: bytes, *, body_matters: bool = True) -> Request | None:
    """Read one request; None where its head is not complete."""
    connection = h11.Connection(h11.SERVER, max_incomplete_event_size=ENOUGH)
    if octets:  # to hand over none would mean that there are no more
        connection.receive_data(octets)
    head = connection.next_event()
    if not isinstance(head, h11.Request):
        return None
    size = 0
    try:
        event = connection.next_event()
        while isinstance(event, h11.Data):
            size += len(event.data)
            event = connection.next_event()
    except h11.RemoteProtocolError:
        if body_matters:
            raise
        event = h11.NEED_DATA
    rest = connection.trailing_data[0] if isinstance(event, h11.EndOfMessage) else None
    names = [name for name, _ in head.headers]
    return Request(head.method.decode(), head.target, dict(head.headers), names, size, rest)


def forwarded(octets: bytes, lines: dict[str, Line]) -> None:
    """Read all that an upstream's connection received: requests that we said we forwarded, and nothing else."""
    rest: bytes | None = octets
    while rest:
        request = read_request(rest)
        if request is None:  # given up before its head was out
            return
        line = lines[request.fields[b"x-request-id"].decode()]
        line["seen"] = line.get("seen", 0) + 1
        assert line["seen"] <= line["attempts"], line
        assert request.method[:KEPT] == line["method"], (request, line)
        assert request.target.split(b"?")[0] == stripped(line), (request, line)
        assert request.names.count(b"x-request-id") == request.names.count(b"host") == 1, request
        if line["status"] == 101:  # the tunnel's octets follow
            return
        assert request.rest is None or request.size == line["bytes_in"], (request, line)
        rest = request.rest


def stripped(line: Line) -> bytes | None:
    """Return the path that the upstream has to see."""
    path = by_the_book(line["path"].encode("latin-1"))
    return None if path is None else path.removeprefix(PREFIXES[line["route"]]) or b"/"


def asked(octets: bytes, lines: list[Line]) -> None:
    """Read what a client sent: each request that we took is one that h11 reads there, in the same order."""
    rest: bytes | None = octets
    for line in lines:
        if line["method"] is None or rest is None:
            return
        try:
            request = read_request(rest.removeprefix(b"\r\n"), body_matters=False)
        except h11.RemoteProtocolError as error:  # it knows no expectation but one, and bounds a length by its digits
            assert "Content-Length" in str(error) or "Expect" in str(error), (rest, error)  # noqa: PT017
            return
        assert request is not None, (rest, line)
        assert request.method[:KEPT] == line["method"], (request, line)
        rest = request.rest


def answered(octets: bytes, lines: list[Line], *, ended: bool, reset: bool, all_read: bool) -> None:
    """Read what a client got: one answer for each line, whole exactly if the line says so, and nothing else."""
    for line in lines:
        connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=ENOUGH)
        fields = [("Host", "a"), *([("Connection", "upgrade"), ("Upgrade", "a")] if line["status"] == 101 else [])]
        connection.send(h11.Request(method=line["method"] or "GET", target="/", headers=fields))
        connection.send(h11.EndOfMessage())
        if octets:
            connection.receive_data(octets)
        event = connection.next_event()
        while isinstance(event, h11.InformationalResponse) and event.status_code != 101:
            event = connection.next_event()
        if event is h11.NEED_DATA:  # nothing of it, so there is nothing more
            assert line["status"] == 499 or not all_read, (line, octets)
            return
        assert isinstance(event, h11.Response | h11.InformationalResponse), event
        assert line["status"] in (event.status_code, 499), (line, octets)
        if event.status_code == 101:  # the tunnel's octets follow
            return
        whole, size = read_body(connection, ended=ended and not reset)
        if line["reason"] == "ok" and all_read:
            assert whole, (line, octets)
            assert size == line["bytes_out"] or line["method"] == "HEAD", (line, octets)
        elif line["first_byte"] is not None and line["reason"] != "ok":
            assert not whole, (line, octets)
        if not whole:
            return
        octets = connection.trailing_data[0]
    assert octets == b"", octets


def read_body(connection: h11.Connection, *, ended: bool) -> tuple[bool, int]:
    """Return whether the body is whole, and how much there is of it."""
    size = 0
    event = connection.next_event()
    while isinstance(event, h11.Data):
        size += len(event.data)
        event = connection.next_event()
    if event is h11.NEED_DATA and ended:
        connection.receive_data(b"")
        try:
            event = connection.next_event()
        except h11.RemoteProtocolError:
            return False, size
    return isinstance(event, h11.EndOfMessage), size
