"""`lumina healthcheck`, against a server of the standard library."""

import contextlib
import http.server
import socket
import ssl
import threading
from collections.abc import Iterator

import pytest
import trustme

from lumina.cli.main import main


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers with the status that is the path."""

    def do_GET(self) -> None:
        self.send_response(int(self.path[1:4]))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 (its name)
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[http.server.HTTPServer]:
    """A server on a free port of 127.0.0.1."""
    running = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield running
    running.shutdown()
    thread.join()
    running.server_close()


@pytest.mark.parametrize(("status", "code"), [(200, 0), (503, 1), (404, 1), (301, 1)])
def test_only_200_is_ready(server: http.server.HTTPServer, status: int, code: int) -> None:
    assert main(["healthcheck", "--url", f"http://127.0.0.1:{server.server_port}/{status}?x=1"]) == code


def test_a_certificate_is_not_looked_at(server: http.server.HTTPServer) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("gate.test").configure_cert(context)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    assert main(["healthcheck", "--url", f"https://127.0.0.1:{server.server_port}/200"]) == 0


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_it_may_say_first_that_it_asks_for_itself(scheme: str) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("gate.test").configure_cert(context)
    came: list[bytes] = []

    def answer() -> None:
        made, _ = listener.accept()
        with made:
            came.append(made.recv(16, socket.MSG_WAITALL))
            spoken = made if scheme == "http" else context.wrap_socket(made, server_side=True)
            came.append(spoken.recv(65536))
            spoken.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            spoken.close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=answer)
        thread.start()
        url = f"{scheme}://127.0.0.1:{listener.getsockname()[1]}/x"
        assert main(["healthcheck", "--proxy-protocol", "--url", url]) == 0
        thread.join()
    assert came[0] == b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0"
    assert came[1].startswith(b"GET /x HTTP/1.1\r\n")


def test_nobody_there_is_1_and_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))  # bound, and nobody listens
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}/"
        assert main(["healthcheck", "--url", url]) == 1
    assert f"lumina: {url}: [Errno 111] Connection refused\n" == capsys.readouterr().err


def test_a_server_that_says_nothing_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        assert main(["healthcheck", "--url", url, "--timeout", "0.1"]) == 1


@pytest.mark.parametrize(
    "url",
    ["127.0.0.1:8080", "ftp://127.0.0.1/", "http://", "http://127.0.0.1:99999/", "http://127.0.0.1:0/", "http://[::1/"],
)
def test_what_is_no_url_is_a_mistake_of_the_caller(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["healthcheck", "--url", url]) == 2
    assert "is not an http or https URL" in capsys.readouterr().err


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "inf", "1e30", "soon"])
def test_a_time_that_nobody_can_wait_is_refused(seconds: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["healthcheck", f"--timeout={seconds}"])
    assert ended.value.code == 2
    assert f"{seconds} is not a number above 0" in capsys.readouterr().err


def test_the_answer_is_read_to_its_end() -> None:
    """One that is left before the end counts as a client gone, in a warning at each check."""
    ended: list[bytes] = []

    def answer(listener: socket.socket) -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(4096)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\n")
            connection.settimeout(0.2)
            with contextlib.suppress(TimeoutError):
                ended.append(connection.recv(1))
            connection.settimeout(5)
            connection.sendall(b"well")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=answer, args=(listener,))
        thread.start()
        assert main(["healthcheck", "--url", f"http://127.0.0.1:{listener.getsockname()[1]}/"]) == 0
        thread.join()
    assert ended == []
