"""Tables of requests, by the section that judges them: what the upstream receives, and what the client."""

import json
from collections.abc import Callable, Iterator

import pytest

from lumina.http1.rules import RULES
from tests.system.cases import Request
from tests.system.gateway import Gateway
from tests.system.request_fields import REQUESTS as FIELDS
from tests.system.request_lines import REQUESTS as LINES
from tests.system.request_lists import REQUESTS as LISTS
from tests.system.requests_9110 import REQUESTS as MORE_OF_9110
from tests.system.requests_9112 import REQUESTS as MORE_OF_9112
from tests.system.serving import ServingOrigin, tell_target
from tests.system.wire import Message, Peer

REQUESTS = [*LINES, *FIELDS, *LISTS, *MORE_OF_9112, *MORE_OF_9110]
Send = Callable[[Peer, bytes], None]
STATUS = {rule.word: rule.status for rule in RULES}
FAMILY = ("x-forwarded-for", "x-forwarded-proto", "x-forwarded-port", "x-real-ip")
OWN = (*FAMILY, "x-forwarded-host", "x-request-id", "via")
NEXT = b"GET /next HTTP/1.1\r\nHost: h.test\r\n\r\n"


def respond(peer: Peer, request: Message) -> bool:
    """Answer with the target; a HEAD with no more than a head."""
    if request.head.line.startswith("HEAD "):
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n")
        return True
    return tell_target(peer, request)


@pytest.fixture(scope="module")
def origin() -> Iterator[ServingOrigin]:
    with ServingOrigin(respond) as made:
        yield made


@pytest.fixture(scope="module")
def gateway(origin: ServingOrigin, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    routes = [{"path": "/", "upstream": f"http://127.0.0.1:{origin.port}"}]
    with Gateway({"routes": routes}, tmp_path_factory.mktemp("requests")) as running:
        yield running


@pytest.fixture(autouse=True)
def _nothing_came(origin: ServingOrigin) -> None:
    origin.requests.clear()


def names(cases: list[Request]) -> list[str]:
    return [f"{case.section}: {case.name}" for case in cases]


REFUSED = [case for case in REQUESTS if case.rule]
TAKEN = [case for case in REQUESTS if not case.rule]


def test_there_are_many_and_no_two_are_the_same() -> None:
    assert len(REQUESTS) >= 300
    assert len({case.wire for case in REQUESTS}) == len(REQUESTS)
    assert len(set(names(REQUESTS))) == len(REQUESTS)


@pytest.mark.parametrize("send", [Peer.send, Peer.trickle], ids=["at once", "octet by octet"])
@pytest.mark.parametrize("case", REFUSED, ids=names(REFUSED))
def test_refused(gateway: Gateway, origin: ServingOrigin, case: Request, send: Send) -> None:
    """What follows on the connection is no request, whatever it looks like."""
    with gateway.connect() as client:
        send(client, case.wire)
        client.send(NEXT)
        bodiless = case.wire.startswith(b"HEAD ")
        answer = client.read_response("HEAD" if bodiless else "GET")
        assert answer.status == STATUS[case.rule]
        assert bodiless or json.loads(answer.body)["type"] == f"urn:lumina:problem:{case.rule}"
        assert answer.head.get("connection") == "close"
        assert client.end() == "closed"
    assert origin.requests == []


@pytest.mark.parametrize("send", [Peer.send, Peer.trickle], ids=["at once", "octet by octet"])
@pytest.mark.parametrize("case", TAKEN, ids=names(TAKEN))
def test_taken(gateway: Gateway, origin: ServingOrigin, case: Request, send: Send) -> None:
    """The upstream receives this message to the letter; where the connection stays, the next request is the next."""
    with gateway.connect() as client:
        send(client, case.wire)
        client.send(NEXT)
        answer = client.read_response("HEAD" if case.line.startswith("HEAD ") else "GET")
        while answer.status == 100:
            answer = client.read_response()
        assert answer.status == 200
        stays = answer.head.get("connection") != "close"
        if stays:
            assert client.read_response().body == b"/next"
        else:
            assert client.end() == "closed"
    assert [request.head.line for request in origin.requests] == [case.line, "GET /next HTTP/1.1"][: 1 + stays]
    fields = tuple((name, value.replace("@origin", f"127.0.0.1:{origin.port}")) for name, value in case.fields)
    assert arrived(origin.requests[0]) == (fields, case.body, case.trailers)


def arrived(request: Message) -> tuple[object, ...]:
    """Return what the gateway passed on; what it says itself must be there, once each."""
    own = [name.lower() for name, _ in request.head.fields if name.lower() in OWN]
    host = ["x-forwarded-host"] if request.head.get("x-forwarded-host") else []
    assert sorted(own) == sorted([*host, *(name for name in OWN if name != "x-forwarded-host")])
    assert request.head.get("x-forwarded-for") == "127.0.0.1"
    fields = tuple(pair for pair in request.head.fields if pair[0].lower() not in OWN)
    return fields, request.body, tuple(request.trailers)
