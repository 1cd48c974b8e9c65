"""The scripts that fuzzing keeps, played by the engine at hand; and what the judges see when they have reason to."""

from pathlib import Path
from typing import Any

import h11
import pytest

from fuzz import _judge
from fuzz.connection import check
from tests.house.tree import ROOT, name_of

SCRIPTS = sorted((ROOT / "fuzz" / "corpus" / "connection").iterdir())
LINE: dict[str, Any] = {
    "request_id": "1",
    "client": "192.0.2.1",
    "sealed": True,
    "trusted": False,
    "method": "POST",
    "path": "/small/%2e%2e/small/a",
    "route": "small",
    "status": 200,
    "reason": "ok",
    "attempts": 1,
    "bytes_in": 3,
    "bytes_out": 2,
    "first_byte": 0.1,
}
TOLD = b"X-Forwarded-For: 192.0.2.1\r\nX-Real-IP: 192.0.2.1\r\nX-Forwarded-Proto: https\r\n"
SENT = b"POST /a HTTP/1.1\r\nHost: b\r\nContent-Length: 3\r\nX-Request-ID: 1\r\n" + TOLD + b"\r\nabc"
GOT = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@pytest.mark.heavy  # under the sanitizers fuzzing itself begins with them
@pytest.mark.parametrize("path", SCRIPTS, ids=name_of)
def test_a_script_breaks_no_promise(path: Path) -> None:
    check(path.read_bytes())


def test_what_was_said_to_be_forwarded_may_be_received() -> None:
    _judge.forwarded(SENT, [dict(LINE)])
    _judge.forwarded(SENT, [dict(LINE)], "192.0.2.1")
    _judge.forwarded(SENT + SENT, [dict(LINE), dict(LINE)])


@pytest.mark.parametrize(
    "octets",
    [
        pytest.param(SENT.replace(b"POST", b"PUT"), id="another method"),
        pytest.param(SENT.replace(b"/a", b"/b"), id="another path"),
        pytest.param(SENT.replace(b"3\r\n", b"2\r\n"), id="a part of the body"),
        pytest.param(SENT + SENT, id="twice"),
        pytest.param(SENT + b"GET / HTTP/1.1\r\nHost: b\r\nX-Request-ID: 2\r\n\r\n", id="a request of nobody"),
        pytest.param(SENT.replace(b"For: 192.0.2.1", b"For: 192.0.2.2"), id="another client"),
        pytest.param(SENT.replace(b"For: ", b"For: 192.0.2.2, "), id="the word of a client that nobody trusts"),
        pytest.param(SENT.replace(b"IP: 192.0.2.1", b"IP: 192.0.2.2"), id="two clients"),
        pytest.param(SENT.replace(b"https", b"http"), id="another scheme"),
        pytest.param(SENT.replace(b"Host: b", b"Host: b\r\nX_Forwarded_Host: c"), id="a twin with underscores"),
        pytest.param(SENT.replace(b"Host: b", b"Host: b\r\nX-Forwarded-User: c"), id="more of the family"),
        pytest.param(SENT.replace(b"Host: b", b"Host: b\r\nForwarded: for=192.0.2.1"), id="two families"),
        pytest.param(SENT + b"\0\r\n\r\n", id="octets that are no request"),
    ],
)
def test_nothing_else_may_be_received(octets: bytes) -> None:
    with pytest.raises((AssertionError, KeyError, h11.RemoteProtocolError)):
        _judge.forwarded(octets, [dict(LINE)])


def test_a_connection_is_of_the_client_that_its_header_names() -> None:
    with pytest.raises(AssertionError):
        _judge.forwarded(SENT, [dict(LINE)], "192.0.2.2")


@pytest.mark.parametrize(
    ("fields", "client"),
    [
        pytest.param(b"X-Forwarded-For: 1.1.1.1\r\n", "1.1.1.1", id="a client"),
        pytest.param(b"X-Forwarded-For: 2.2.2.2, 1.1.1.1, 10.0.0.1\r\n", "1.1.1.1", id="before another proxy"),
        pytest.param(b"", "127.0.2.1", id="nobody"),
    ],
)
def test_a_trusted_proxy_is_believed(fields: bytes, client: str) -> None:
    line = {**LINE, "trusted": True, "client": client, "peer": "127.0.2.1", "ways": 1}
    octets = b"POST /a HTTP/1.1\r\nHost: b\r\n" + fields + b"\r\n"
    _judge.asked(octets, [line])
    with pytest.raises(AssertionError):
        _judge.asked(octets, [{**line, "client": "3.3.3.3"}])


def judged(octets: bytes, line: dict[str, Any], **changes: bool) -> None:
    _judge.answered(octets, [line], **{"ended": True, "reset": False, "all_read": True, **changes})


def test_an_answer_may_be_got() -> None:
    judged(GOT, LINE)
    judged(GOT[:-1], {**LINE, "reason": "response_incomplete"})
    judged(b"", {**LINE, "status": 499})


@pytest.mark.parametrize(
    ("octets", "changes"),
    [
        pytest.param(GOT + b"more", {}, id="octets behind it"),
        pytest.param(GOT + GOT, {}, id="two answers"),
        pytest.param(GOT, {"status": 204}, id="another status"),
        pytest.param(GOT[:-1], {}, id="a part of the body"),
        pytest.param(b"", {}, id="nothing"),
        pytest.param(GOT, {"reason": "response_incomplete"}, id="whole, though it was not"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\n\r\nok", {"reason": "response_incomplete"}, id="whole, as far as it can tell"
        ),
    ],
)
def test_no_other_answer_may_be_got(octets: bytes, changes: dict[str, Any]) -> None:
    with pytest.raises(AssertionError):
        judged(octets, {**LINE, **changes})


@pytest.mark.parametrize(
    "octets",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(SENT.replace(b"POST", b"GET"), id="another method"),
        pytest.param(b"A" + SENT, id="other octets before it"),
    ],
)
def test_no_request_is_taken_that_was_not_sent(octets: bytes) -> None:
    with pytest.raises(AssertionError):
        _judge.asked(octets, [LINE])
