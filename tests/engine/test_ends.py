"""Both ends of a client's connection."""

import socket

import pytest

from lumina.engine.ends import Ends


@pytest.mark.parametrize(
    ("listening", "calling", "family"),
    [("127.0.0.1", "127.0.0.1", 4), ("::1", "::1", 6), ("::", "127.0.0.1", 4)],
    ids=["ipv4", "ipv6", "ipv4 to a socket of ipv6"],
)
def test_a_socket_is_asked(listening: str, calling: str, family: int) -> None:
    kind = socket.AF_INET6 if ":" in listening else socket.AF_INET
    with (
        socket.create_server((listening, 0), family=kind, dualstack_ipv6=listening == "::") as server,
        socket.create_connection((calling, server.getsockname()[1])) as client,
        server.accept()[0] as accepted,
    ):
        ends = Ends()
        ends.learn(accepted.fileno())
        assert ends.told == (client.getsockname()[:2], client.getpeername()[:2])
        assert ends.family == family


def test_a_unix_socket_has_none_to_say() -> None:
    one, other = socket.socketpair()
    with one, other:
        ends = Ends()
        ends.learn(one.fileno())
        assert ends.told is None


def test_nor_has_one_that_is_not_connected() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        ends = Ends()
        ends.learn(server.fileno())
        assert ends.told is None
