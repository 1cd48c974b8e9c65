"""The kinds of values that HTTP gives names to."""

from typing import Any

import pytest
from pydantic_core import PydanticCustomError

from lumina.config.model.codes import FreeName, Line, Method, Secret, Status, StatusRange, Token
from lumina.config.model.values import Kind
from lumina.config.nodes import Substituted

METHOD, STATUS, RANGE = Method(("GET", "HEAD")), Status(400, 599), StatusRange()
TOKEN, FREE, LINE, SECRET = Token("a name"), FreeName("a name"), Line("a value"), Secret()


@pytest.mark.parametrize(
    ("kind", "value", "result"),
    [
        (METHOD, "GET", "GET"),
        (STATUS, 503, 503),
        (STATUS, Substituted("503"), 503),
        (RANGE, 204, (204, 204)),
        (RANGE, "200-399", (200, 399)),
        (RANGE, "2xx", (200, 299)),
        (RANGE, "5XX", (500, 599)),
        (TOKEN, "X-User", "X-User"),
        (FREE, "X-Request-Timeout", "X-Request-Timeout"),
        (LINE, "text/html; charset=utf-8", "text/html; charset=utf-8"),
        (SECRET, "0123456789abcdef", "0123456789abcdef"),
    ],
)
def test_what_is_read(kind: Kind[Any], value: object, result: object) -> None:
    assert kind.read(value) == result


@pytest.mark.parametrize(
    ("kind", "value", "message", "hint"),
    [
        (METHOD, "get", "must be one of `GET`, `HEAD`, not `get`", "did you mean `GET`?"),
        (METHOD, 5, "must be one of `GET`, `HEAD`, not `5`", ""),
        (METHOD, Substituted("get"), "must be one of `GET`, `HEAD`, not the substituted value", ""),
        (STATUS, 200, "must be a status from 400 to 599, not `200`", ""),
        (STATUS, True, "must be a status from 400 to 599, not `true`", ""),
        (RANGE, "399-200", "must be a status such as `204`, or a range such as `200-399` or `2xx`, not `399-200`", ""),
        (RANGE, 99, "must be a status such as `204`, or a range such as `200-399` or `2xx`, not `99`", ""),
        (TOKEN, "a b", "must be a name without spaces and separators, not `a b`", ""),
        (TOKEN, "a;", "must be a name without spaces and separators, not `a;`", ""),
        (FREE, "a b", "must be a name without spaces and separators, not `a b`", ""),
        (FREE, "Host", "must be a name of its own: the gateway knows `Host` for something else", ""),
        (FREE, "x_real_ip", "must be a name of its own: the gateway knows `x_real_ip` for something else", ""),
        (FREE, "Grpc-Timeout", "must be a name of its own: the gateway knows `Grpc-Timeout` for something else", ""),
        (LINE, "a\r\nb", "must be a value in printable ASCII, not `a\r\nb`", ""),
        (LINE, "é", "must be a value in printable ASCII, not `é`", ""),
    ],
)
def test_what_is_refused(kind: Kind[Any], value: object, message: str, hint: str) -> None:
    with pytest.raises(PydanticCustomError) as caught:
        kind.read(value)
    assert caught.value.context == {"message": message, "hint": hint}


def test_a_secret_that_is_too_short_is_not_repeated() -> None:
    with pytest.raises(PydanticCustomError, match="at least 16 characters") as caught:
        SECRET.read("tooshortsecret")
    assert "tooshort" not in str(caught.value.context)


@pytest.mark.parametrize("text", ["204", "200-399", "200-299"])
def test_a_range_is_shown_as_it_is_read(text: str) -> None:
    assert RANGE.show(RANGE.read(text)) == RANGE.plain(RANGE.read(text)) == text


def test_how_the_manual_names_them() -> None:
    kinds: list[Kind[Any]] = [METHOD, STATUS, RANGE, SECRET]
    assert [kind.words for kind in kinds] == [
        "method",
        "status code",
        "status code or range",
        "text of at least 16 characters",
    ]
