"""Access lines."""

import pytest

from tests.engine.stage import Stage, get


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        pytest.param("/a?token=secret", "/a", id="no query"),
        pytest.param("/" + "x" * 5000, "/" + "x" * 1023, id="cut"),
        pytest.param("/%22%5C", "/%22%5C", id="escapes as they came"),
    ],
)
def test_paths(stage: Stage, path: str, shown: str) -> None:
    client = stage.client()
    client.send(get(path))
    client.read()
    assert stage.lines()[0]["path"] == shown


def test_what_a_client_sends_cannot_break_a_line(stage: Stage) -> None:
    client = stage.client()
    client.send(b"X'|^~ /a HTTP/1.1\r\nHost: a\r\n\r\n")
    client.read()
    (line,) = stage.lines()
    assert (line["method"], line["status"]) == ("X'|^~", 404)
    assert set(line) >= {"time", "request_id", "client", "duration", "connect", "first_byte", "bytes_in", "endpoint"}
