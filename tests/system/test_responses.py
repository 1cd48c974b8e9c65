"""Tables of responses, by the section that judges them: what the client receives, and whether the upstream is kept."""

from collections.abc import Iterator

import pytest

from tests.system.cases import Response
from tests.system.gateway import Gateway, is_problem, proxy_error
from tests.system.response_cases import RESPONSES as FIRST
from tests.system.responses_broken import RESPONSES as BROKEN
from tests.system.responses_sound import RESPONSES as SOUND
from tests.system.serving import ServingOrigin, tell_target
from tests.system.wire import ClosedError, Message, Peer

RESPONSES = [*FIRST, *BROKEN, *SOUND]
OWN = ("date", "x-request-id", "via", "connection")
REASONS = {"http_protocol_error", "http_response_header_section_size", "connection_terminated"}


def respond(peer: Peer, request: Message) -> bool:
    """Answer `/case/N` with the octets of that case, and `/case/N?slowly` with one after the other."""
    target, _, slowly = request.head.line.split(" ")[1].partition("?")
    _, _, number = target.rpartition("/case/")
    if not number.isdigit():
        return tell_target(peer, request)
    case = RESPONSES[int(number)]
    peer.trickle(case.wire) if slowly else peer.send(case.wire)
    return not case.ends


@pytest.fixture(scope="module")
def origin() -> Iterator[ServingOrigin]:
    with ServingOrigin(respond) as made:
        yield made


@pytest.fixture(scope="module")
def gateway(origin: ServingOrigin, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    routes = [{"path": "/", "upstream": f"http://127.0.0.1:{origin.port}"}]
    with Gateway({"routes": routes}, tmp_path_factory.mktemp("responses")) as running:
        yield running


NAMES = [f"{case.section}: {case.name}" for case in RESPONSES]
# What comes some time after an answer may as well belong to the next: in HTTP/1.1 nobody can tell.
WAYS = [
    pytest.param(number, query, id=f"{NAMES[number]}-{how}")
    for number, case in enumerate(RESPONSES)
    for query, how in (("", "at once"), ("?slowly", "octet by octet"))
    if not (case.more and query)
]


def test_there_are_many_and_no_two_are_the_same() -> None:
    assert len(RESPONSES) >= 80
    assert len({(case.wire, case.method) for case in RESPONSES}) == len(RESPONSES)
    assert len(set(NAMES)) == len(NAMES)


@pytest.mark.parametrize(("number", "query"), WAYS)
def test_what_becomes_of_it(gateway: Gateway, origin: ServingOrigin, number: int, query: str) -> None:
    case = RESPONSES[number]
    assert gateway.ask("/before").body == b"/before"
    connections, asked = origin.connections, len(origin.requests)
    with gateway.connect() as client:
        client.send(f"{case.method} /case/{number}{query} HTTP/1.1\r\nHost: h.test\r\n\r\n")
        seen = tuple(client.read_response().status for _ in case.interim)
        assert seen == case.interim
        if case.cut:
            broken(client, case)
        elif case.line:
            whole(client.read_response(case.method), case)
        else:
            refused(client.read_response())
        if not case.cut:
            client.send("GET /again HTTP/1.1\r\nHost: h.test\r\n\r\n")
            assert client.read_response().body == b"/again"
    assert gateway.ask("/after").body == b"/after"
    assert [request.head.line.split(" ")[1] for request in origin.requests[asked:]] == [
        f"/case/{number}{query}",
        *([] if case.cut else ["/again"]),
        "/after",
    ]
    assert origin.connections == connections + (0 if case.kept and case.line else 1)


def whole(answer: Message, case: Response) -> None:
    fields = tuple(pair for pair in answer.head.fields if pair[0].lower() not in OWN)
    assert (answer.head.line, fields, answer.body) == (case.line, case.fields, case.body)
    assert tuple(answer.trailers) == case.trailers
    assert all(len(answer.head.all(name)) == 1 for name in ("date", "x-request-id", "via"))


def refused(answer: Message) -> None:
    reason = proxy_error(answer.head)
    assert reason in REASONS
    assert is_problem(answer, 502, reason)


def broken(client: Peer, case: Response) -> None:
    """What came of it is passed on, but nobody can take it for the whole."""
    head = client.read_head()
    assert head.line == case.line
    with pytest.raises(ClosedError) as caught:
        if head.has("content-length"):
            client.read(int(head.get("content-length") or 0))
        else:
            client.read_chunked()
    assert case.body.startswith(caught.value.had) or caught.value.had in b"5\r\nhello\r\n"
