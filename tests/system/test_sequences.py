"""Octets on one connection, by the section that judges them: which requests they are, and where the last one ends."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest

from tests.system.cases import HOST, head, line, post
from tests.system.gateway import Gateway
from tests.system.serving import ServingOrigin, tell_target
from tests.system.wire import Peer


class Sequence(NamedTuple):
    """What is sent at once, the statuses of the answers, the targets of what arrives, and whether more is taken."""

    section: str
    name: str
    wire: bytes
    statuses: tuple[int, ...]
    arrive: tuple[str, ...]
    ends: bool = False


A, B, C = (line(b"GET /%s HTTP/1.1" % name) for name in (b"a", b"b", b"c"))
OLD = b"GET /%s HTTP/1.0\r\n" + HOST
BODY = post(b"Content-Length: 1\r\n", b"x", b"POST /a HTTP/1.1")
CHUNKS = post(b"Transfer-Encoding: chunked\r\n", b"1\r\nx\r\n0\r\n\r\n", b"POST /a HTTP/1.1")
CLOSES = head(b"Connection: close\r\n", b"GET /a HTTP/1.1")


def options(fields: bytes, target: bytes = b"/") -> bytes:
    return head(fields, b"OPTIONS " + target + b" HTTP/1.1")


SEQUENCES = [
    Sequence("9112 9.3.2", "three", A + B + C, (200, 200, 200), ("/a", "/b", "/c")),
    Sequence("9112 9.3.2", "a body between", A + BODY + B, (200, 200, 200), ("/a", "/a", "/b")),
    Sequence("9112 9.3.2", "chunks between", A + CHUNKS + B, (200, 200, 200), ("/a", "/a", "/b")),
    Sequence("9112 9.3.2", "a bad version behind", A + line(b"GET /b HTTP/2.0") + C, (200, 505), ("/a",), True),
    Sequence("9112 9.3.2", "a bad field behind", A + head(b"A : b\r\n") + C, (200, 400), ("/a",), True),
    Sequence("9112 9.3.2", "a bad Host behind", A + b"GET /b HTTP/1.1\r\n\r\n" + C, (200, 400), ("/a",), True),
    Sequence(
        "9112 9.3.2",
        "too long a line behind",
        A + line(b"GET /" + b"b" * 9000 + b" HTTP/1.1"),
        (200, 414),
        ("/a",),
        True,
    ),
    Sequence("9112 9.3.2", "too many fields behind", A + head(b"A: b\r\n" * 100), (200, 431), ("/a",), True),
    Sequence("9112 9.3.2", "an expectation behind", A + head(b"Expect: more\r\n") + C, (200, 417), ("/a",), True),
    Sequence(
        "9112 9.3.2",
        "a coding behind",
        A + head(b"Transfer-Encoding: gzip, chunked\r\n") + C,
        (200, 501),
        ("/a",),
        True,
    ),
    Sequence("9112 2.2", "an empty line between", A + b"\r\n" + B, (200, 200), ("/a", "/b")),
    Sequence("9112 2.2", "an empty line behind content", BODY + b"\r\n" + B, (200, 200), ("/a", "/b")),
    Sequence("9112 2.2", "an empty line behind chunks", CHUNKS + b"\r\n" + B, (200, 200), ("/a", "/b")),
    Sequence("9112 2.2", "two empty lines between", A + b"\r\n\r\n" + B, (200, 400), ("/a",), True),
    Sequence("9112 2.2", "LF alone between", A + b"\n" + B, (200, 400), ("/a",), True),
    Sequence("9112 2.2", "CR alone between", A + b"\r" + B, (200, 400), ("/a",), True),
    Sequence("9112 2.2", "a space between", A + b" " + B, (200, 400), ("/a",), True),
    Sequence("9112 2.2", "NUL between", A + b"\0" + B, (200, 400), ("/a",), True),
    Sequence("9112 6.3", "more content than was said", BODY + b"\x00\r\n" + B, (200, 400), ("/a",), True),
    Sequence("9112 6.3", "content of a GET that says nothing of it", A + b"x=1\r\n" + B, (200, 400), ("/a",), True),
    Sequence("9112 7.1", "more behind chunks", CHUNKS + b"0\r\n\r\n" + B, (200, 400), ("/a",), True),
    Sequence("9112 7.1.2", "a request behind trailers", CHUNKS[:-2] + b"A: b\r\n\r\n" + B, (200, 200), ("/a", "/b")),
    Sequence("9112 9.3", "close", CLOSES + B, (200,), ("/a",), True),
    Sequence("9112 9.3", "close, behind another", A + CLOSES + C, (200, 200), ("/a", "/a"), True),
    Sequence(
        "9112 9.3",
        "close and keep-alive",
        head(b"Connection: keep-alive\r\nConnection: close\r\n", b"GET /a HTTP/1.1") + B,
        (200,),
        ("/a",),
        True,
    ),
    Sequence(
        "9112 9.3",
        "close as part of a word",
        head(b"Connection: closed, xclose\r\n", b"GET /a HTTP/1.1") + B,
        (200, 200),
        ("/a", "/b"),
    ),
    Sequence(
        "9112 9.3",
        "close of what is for this hop alone",
        head(b"Proxy-Connection: close\r\n", b"GET /a HTTP/1.1") + B,
        (200, 200),
        ("/a", "/b"),
    ),
    Sequence("9112 9.3", "HTTP/1.0", OLD % b"a" + b"\r\n" + B, (200,), ("/a",), True),
    Sequence(
        "9112 9.3", "HTTP/1.0 that stays", OLD % b"a" + b"Connection: keep-alive\r\n\r\n" + B, (200, 200), ("/a", "/b")
    ),
    Sequence(
        "9112 9.3",
        "HTTP/1.0 that does both",
        OLD % b"a" + b"Connection: keep-alive, close\r\n\r\n" + B,
        (200,),
        ("/a",),
        True,
    ),
    Sequence("9112 9.3", "HTTP/1.0 behind HTTP/1.1", A + OLD % b"b" + b"\r\n" + C, (200, 200), ("/a", "/b"), True),
    Sequence(
        "9110 7.8",
        "an upgrade that is not taken up",
        head(b"Connection: Upgrade\r\nUpgrade: foo\r\n", b"GET /a HTTP/1.1") + B,
        (200, 200),
        ("/a", "/b"),
    ),
    Sequence("9110 7.6.2", "OPTIONS that ends here", options(b"Max-Forwards: 0\r\n") + B, (200, 200), ("/b",)),
    Sequence(
        "9110 7.6.2", "OPTIONS that ends here, with zeros", options(b"Max-Forwards: 00\r\n") + B, (200, 200), ("/b",)
    ),
    Sequence("9110 7.6.2", "no number", options(b"Max-Forwards: a\r\n") + B, (400, 200), ("/b",)),
    Sequence("9110 7.6.2", "nothing", options(b"Max-Forwards:\r\n") + B, (400, 200), ("/b",)),
    Sequence("9110 7.6.2", "a sign", options(b"Max-Forwards: +1\r\n") + B, (400, 200), ("/b",)),
    Sequence("9110 7.6.2", "a list", options(b"Max-Forwards: 1, 1\r\n") + B, (400, 200), ("/b",)),
    Sequence("9110 7.6.2", "two fields", options(b"Max-Forwards: 1\r\nMax-Forwards: 1\r\n") + B, (400, 200), ("/b",)),
    Sequence("9112 3.2.4", "OPTIONS of the server", options(b"", b"*") + B, (200, 200), ("/b",)),
    Sequence("9112 3.2.4", "OPTIONS of a host", options(b"", b"http://h.test") + B, (200, 200), ("/b",)),
    Sequence(
        "9112 3.2.4",
        "OPTIONS of the server, with content",
        post(b"Content-Length: 1\r\n", b"x", b"OPTIONS * HTTP/1.1") + B,
        (200,),
        (),
        True,
    ),
    Sequence("9112 3.2.4", "OPTIONS of another host", options(b"", b"http://other.test") + B, (400,), (), True),
    Sequence("9110 9.3.8", "TRACE", line(b"TRACE /a HTTP/1.1") + B, (405, 200), ("/b",)),
    Sequence(
        "9112 2.3",
        "the preface of HTTP/2, and frames",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(9) + B,
        (505,),
        (),
        True,
    ),
    Sequence("9112 2.3", "HTTP/0.9", b"GET /a\r\n" + B, (400,), (), True),
    Sequence(
        "9112 2.2", "a TLS hello", b"\x16\x03\x01\x00\xc8\x01\x00\x00\xc4\x03\x03" + bytes(189) + B, (400,), (), True
    ),
]
NAMES = [f"{case.section}: {case.name}" for case in SEQUENCES]


@pytest.fixture(scope="module")
def origin() -> Iterator[ServingOrigin]:
    with ServingOrigin(tell_target) as made:
        yield made


@pytest.fixture(scope="module")
def gateway(origin: ServingOrigin, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    routes = [{"path": "/", "upstream": f"http://127.0.0.1:{origin.port}"}]
    with Gateway({"routes": routes}, tmp_path_factory.mktemp("sequences")) as running:
        yield running


@pytest.mark.parametrize("send", [Peer.send, Peer.trickle], ids=["at once", "octet by octet"])
@pytest.mark.parametrize("case", SEQUENCES, ids=NAMES)
def test_which_requests_they_are(
    gateway: Gateway, origin: ServingOrigin, case: Sequence, send: Callable[[Peer, bytes], None]
) -> None:
    origin.requests.clear()
    with gateway.connect() as client:
        send(client, case.wire)
        answers = [client.read_response() for _ in case.statuses]
        assert tuple(answer.status for answer in answers) == case.statuses
        assert [answer.head.get("connection") for answer in answers[:-1]] == [None] * (
            len(answers) - 1
        ) or "1.0" in case.name
        if case.ends:
            assert answers[-1].head.get("connection") == "close"
            assert client.end() == "closed"
        else:
            client.send(line(b"GET /last HTTP/1.1"))
            assert client.read_response().body == b"/last"
    expected = [*case.arrive, *([] if case.ends else ["/last"])]
    assert [request.head.line.split(" ")[1] for request in origin.requests] == expected


def test_no_two_are_the_same() -> None:
    assert len({case.wire for case in SEQUENCES}) == len(set(NAMES)) == len(SEQUENCES)
