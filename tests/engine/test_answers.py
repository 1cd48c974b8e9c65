"""What the gateway says itself when an exchange fails."""

import json

import pytest

from lumina.engine.answers import fixed, problem
from lumina.http1.rules import RULES
from lumina.reasons import REASONS
from lumina.snapshot import Fallback
from tests.engine.stage import Stage, get, head_of

DATE = b"Sun, 06 Nov 1994 08:49:37 GMT"
ID = "0193f5a0-7c1e-7d52-9f0a-3c7be1a2d4f6"


def told(
    reason: int, rule: int = 0, *, next_hop: str = "", connection: str = "", bodiless: bool = False, form: int = 0
) -> bytes:
    return problem(
        reason,
        rule,
        request_id=ID,
        route="r",
        next_hop=next_hop,
        date=DATE,
        connection=connection,
        bodiless=bodiless,
        form=form,
    )[1]


@pytest.mark.parametrize("reason", range(1, len(REASONS)), ids=lambda reason: REASONS[reason].word)
def test_every_reason_is_told_to_people_and_programs(reason: int) -> None:
    failure = REASONS[reason]
    first, fields, body = head_of(told(reason, next_hop="10.0.0.1:80"))
    members = json.loads(body)
    assert first.startswith(f"HTTP/1.1 {failure.status} ")
    assert (members["status"], members["reason"], members["detail"]) == (failure.status, failure.word, failure.detail)
    assert (members["request_id"], members["route"]) == (ID, "r")
    assert int(fields["content-length"]) == len(body)
    assert ("proxy-status" in fields) == bool(failure.proxy_error)
    assert ("retry-after" in fields) == (failure.status == 503)


@pytest.mark.parametrize("rule", range(1, len(RULES)), ids=lambda rule: RULES[rule].word)
def test_a_broken_rule_is_named(rule: int) -> None:
    _, _, body = head_of(told(4, rule))
    members = json.loads(body)
    assert (members["status"], members["type"]) == (RULES[rule].status, f"urn:lumina:problem:{RULES[rule].word}")


@pytest.mark.parametrize("bodiless", [False, True])
@pytest.mark.parametrize("form", [0, 1, 2])
@pytest.mark.parametrize("size", [1, 32, 36, 128])
def test_an_answer_is_as_long_as_it_says_whatever_its_request_is(size: int, form: int, *, bodiless: bool) -> None:
    """A trusted proxy may call a request what it likes: one octet too few or too many is the next answer's."""
    _, answer = problem(
        25, 0, request_id="i" * size, route="r", next_hop="", date=DATE, connection="", bodiless=bodiless, form=form
    )
    whole = told(25, form=form)
    _, fields, body = head_of(answer)
    assert fields["x-request-id"] == "i" * size
    assert int(fields["content-length"]) == len(head_of(whole)[2]) + size - len(ID)
    assert len(body) == (0 if bodiless else int(fields["content-length"]))


def test_what_is_kept_as_written_tells_each_of_its_own_request_and_time() -> None:
    first, second = (
        problem(25, 0, request_id=ID[:-1] + end, route="r", next_hop="", date=date, connection="", bodiless=False)[1]
        for end, date in (("0", DATE), ("1", b"Mon, 07 Nov 1994 08:49:37 GMT"))
    )
    assert second == first.replace(f"{ID[:-1]}0".encode(), f"{ID[:-1]}1".encode()).replace(b"Sun, 06", b"Mon, 07")
    assert first.count(f"{ID[:-1]}0".encode()) == 2
    assert first != second


def test_an_answer_to_head_has_no_body() -> None:
    _, fields, body = head_of(told(3, bodiless=True))
    assert body == b""
    assert int(fields["content-length"]) > 0


def test_what_becomes_of_the_connection_is_said_where_it_must_be() -> None:
    assert head_of(told(3, connection="close"))[1]["connection"] == "close"
    assert head_of(told(3, connection="keep-alive"))[1]["connection"] == "keep-alive"
    assert "connection" not in head_of(told(3))[1]


@pytest.mark.parametrize(
    ("name", "item"),
    [("10.0.0.1:80", '"10.0.0.1:80"'), ("orders", "orders"), ('unix:/a"\\b\n', '"unix:/a\\"\\\\b?"'), ("1a", '"1a"')],
)
def test_a_next_hop_is_a_token_or_quoted(name: str, item: str) -> None:
    assert head_of(told(8, next_hop=name))[1]["proxy-status"].endswith(f"; next-hop={item}")


@pytest.mark.parametrize(
    ("status", "line", "size"),
    [
        pytest.param(200, "HTTP/1.1 200 OK", "5", id="with a body"),
        pytest.param(299, "HTTP/1.1 299 ", "5", id="of no known phrase"),
        pytest.param(204, "HTTP/1.1 204 No Content", None, id="without a body"),
        pytest.param(205, "HTTP/1.1 205 Reset Content", "0", id="with an empty one"),
    ],
)
def test_what_a_route_falls_back_to_is_framed(status: int, line: str, size: str | None) -> None:
    fallback = Fallback({"answer": {"status": status, "content_type": "text/x", "body": "later"}}, None)
    made = fixed(fallback, 8, request_id="id", next_hop="", date=DATE, connection="close", bodiless=False)
    first, fields, body = head_of(made)
    assert (first, fields.get("content-length"), len(body)) == (line, size, int(size or 0))
    assert (fields["connection"], fields["x-request-id"]) == ("close", "id")
    assert fields["proxy-status"] == "lumina; error=connection_refused"


def test_a_browser_gets_a_page_and_a_person_text() -> None:
    _, fields, body = head_of(told(3, form=1))
    assert fields["content-type"] == "text/html; charset=utf-8"
    assert b"<h1>404 Not Found</h1>" in body
    assert body.count(ID.encode()) == 1
    _, fields, body = head_of(told(3, form=2))
    assert fields["content-type"] == "text/plain; charset=utf-8"
    assert body == f"404 Not Found: No route matches this path.\nReason: no_route. Request: {ID}\n".encode()


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html; charset=utf-8"),
        ("TEXT/plain", "text/plain; charset=utf-8"),
        ("text/html;q=0, application/json", "application/problem+json"),
        ("*/*", "application/problem+json"),
        ("text/html;q=0.5\r\nAccept: text/plain", "text/plain; charset=utf-8"),
    ],
)
def test_the_form_is_the_one_that_the_client_reads(stage: Stage, accept: str, media_type: str) -> None:
    client = stage.client()
    client.send(get("/nowhere", f"Accept: {accept}\r\n"))
    first, fields, body = head_of(client.read())
    assert (first, fields["content-type"]) == ("HTTP/1.1 404 Not Found", media_type)
    assert len(body) == int(fields["content-length"])
    client.send(get("/nowhere"))
    assert head_of(client.read())[1]["content-type"] == "application/problem+json"
