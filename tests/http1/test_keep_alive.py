"""How long a server keeps a connection that waits."""

import pytest

from lumina.http1.keep_alive import kept
from lumina.http1.response import ResponseHead


@pytest.mark.parametrize(
    ("field", "seconds"),
    [
        pytest.param("", 60.0, id="no field"),
        pytest.param("Keep-Alive: timeout=5\r\n", 4.5, id="a while"),
        pytest.param("Keep-Alive: max=100,\t TimeOut=5 \r\n", 4.5, id="among others, in any case"),
        pytest.param("Keep-Alive: timeout=1\r\n", 0.5, id="a second"),
        pytest.param("Keep-Alive: timeout=0\r\n", -0.5, id="not at all"),
        pytest.param("Keep-Alive: timeout=3600\r\n", 60.0, id="longer than we keep it"),
        pytest.param("Keep-Alive: timeout=\r\n", 60.0, id="no number"),
        pytest.param("Keep-Alive: timeout=5s\r\n", 60.0, id="no whole number"),
        pytest.param("Keep-Alive: timeout=1234567890\r\n", 60.0, id="too long a number"),
        pytest.param("Keep-Alive: timeouts=5, max=7\r\n", 60.0, id="another name"),
        pytest.param("Keep-Alive: anything\r\n", 60.0, id="no parameter"),
    ],
)
def test_a_server_says_how_long(field: str, seconds: float) -> None:
    data = f"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n{field}\r\n".encode()
    head = ResponseHead()
    assert head.parse_bytes(data, 1) == len(data)
    assert kept(head, data, 60.0) == seconds
