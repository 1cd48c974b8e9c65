"""What h11 reads on both sides of an engine, held against the access lines: nobody may have got anything else."""

from typing import Any, NamedTuple

import h11

from fuzz import proxy
from fuzz._ends import SIGNATURE, End, canonical
from fuzz.forwarded import NODES, RFC_7239, X_FORWARDED, client_of, model
from fuzz.target import by_the_book

ENOUGH = 1 << 20  # octets of a head: the engine is the one that bounds them here
KEPT = 24  # octets of a method that an access line shows
PREFIXES = {  # that each route strips
    "all": b"",
    "payments": b"/api/payments",
    "small": b"/small",
    "told": b"/told",
    "sealed": b"/sealed",
    None: b"",
}
FAMILIES = {X_FORWARDED: "x-forwarded", RFC_7239: "rfc7239"}
CHAINS = {X_FORWARDED: b"x-forwarded-for", RFC_7239: b"forwarded"}
CLAIMS = {
    X_FORWARDED: {b"x-forwarded-" + name for name in (b"for", b"host", b"port", b"prefix", b"proto")} | {b"x-real-ip"},
    RFC_7239: {b"forwarded"},
}

Line = dict[str, Any]


class Request(NamedTuple):
    """A request as h11 reads it; `rest` is what follows it, None where it is not complete."""

    method: str
    target: bytes
    pairs: list[tuple[bytes, bytes]]
    size: int
    rest: bytes | None

    @property
    def names(self) -> list[bytes]:
        return [name for name, _ in self.pairs]

    def values(self, name: bytes) -> list[bytes]:
        """Return the values of the fields with this name."""
        return [value for known, value in self.pairs if known == name]


class Whose(NamedTuple):
    """Whose a client's connection is."""

    name: str
    size: int = 0  # octets of the header that said so
    refused: bool = False


def whose(client: End, *, listed: bool) -> Whose:
    """Read what a client said of itself before all else, where it could."""
    if not client.listens:
        return Whose(client.address)
    octets = bytes(client.sent)
    if not listed:
        return Whose(client.address, refused=octets.startswith((b"PROXY ", SIGNATURE)))
    end, _, said = proxy.by_the_book(octets)
    if end < 0:
        return Whose(client.address, refused=True)
    return Whose(canonical(str(said[0][0])) if said else client.address, end)


def peer(line: Line) -> str:
    """Return whose the connection was."""
    return canonical(line.get("peer") or line["client"])


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
    return Request(head.method.decode(), head.target, list(head.headers), size, rest)


def forwarded(octets: bytes, lines: list[Line], told: str = "") -> None:
    """Read all that an upstream's connection received: requests that we said we forwarded, and nothing else.

    told: whose the connection is, as a PROXY header said.
    """
    rest: bytes | None = octets
    while rest:
        request = read_request(rest)
        if request is None:  # given up before its head was out
            return
        assert request.names.count(b"x-request-id") == request.names.count(b"host") == 1, request
        identifier = request.values(b"x-request-id")[0].decode()
        named = [line for line in lines if line["request_id"] == identifier]
        fitting = [line for line in named if fits(request, line)]
        assert fitting, (request, named)
        line = fitting[0]
        line["seen"] = line.get("seen", 0) + 1
        assert told in ("", peer(line)), (told, line)
        informed(request, line)
        if line["status"] == 101:  # the tunnel's octets follow
            return
        rest = request.rest


def fits(request: Request, line: Line) -> bool:
    """Say whether this can be a request that the line tells of, and that was not seen yet."""
    whole = request.rest is not None and line["status"] != 101
    return (
        line.get("seen", 0) < line["attempts"]
        and request.method[:KEPT] == line["method"]
        and request.target.split(b"?")[0] == stripped(line)
        and (not whole or request.size == line["bytes_in"])
    )


def informed(request: Request, line: Line) -> None:
    """Look at who the upstream was told that the client is: in one family of fields, of which we wrote each."""
    ways = X_FORWARDED if CHAINS[X_FORWARDED] in request.names else RFC_7239
    line["ways"] = ways
    claims = [name for name in request.names if is_claim(name)]
    ours = [spelt for name in claims if (spelt := name.replace(b"_", b"-")) in CLAIMS[ways]]
    assert len(set(ours)) == len(ours), request
    assert line["trusted"] or set(claims) <= CLAIMS[ways], request  # a trusted proxy may tell more, and that twice
    nodes = [str(node) for node in model(request.values(CHAINS[ways]), ways) or []][1:]
    assert nodes[:1] == [peer(line)], (request, line)
    assert line["client"] in nodes or len(nodes) == NODES - 1, (request, line)
    assert ways == RFC_7239 or request.values(b"x-real-ip") == [line["client"].encode()], (request, line)
    if not line["trusted"]:
        assert nodes == [line["client"]], (request, line)
        said = request.values(b"x-forwarded-proto" if ways == X_FORWARDED else b"forwarded")[0]
        assert said.endswith(b"https") == line["sealed"], (request, line)


def is_claim(name: bytes) -> bool:
    """Say whether a field tells of the client, or some server takes it for one that does."""
    spelt = name.replace(b"_", b"-")
    return spelt in (b"forwarded", b"x-real-ip", b"x-forwarded") or spelt.startswith(b"x-forwarded-")


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
        if "ways" in line:
            assert believed(request, line) in (line["client"], None), (request, line)
        rest = request.rest


def believed(request: Request, line: Line) -> str | None:
    """Return who the client is, by what its connection says and by whose that is; None where nobody can tell."""
    if not line["trusted"]:
        return peer(line)
    nodes = model(request.values(CHAINS[line["ways"]]), line["ways"])
    if nodes is None:
        return None
    return str(client_of(nodes)) if len(nodes) > 1 else peer(line)


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
        if event is h11.NEED_DATA:  # nothing of it, nor of more; a reset may take what came before it along
            assert line["status"] == 499 or not all_read or (reset and line["reason"] != "ok"), (line, octets)
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
