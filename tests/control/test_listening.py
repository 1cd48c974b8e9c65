"""Opening the sockets that we accept on."""

import errno
import resource
import socket

import pytest

from lumina.control.listening import INHERITED, ListenError, hint_for, open_listeners, raise_open_files, show


def close(listeners: list[socket.socket]) -> None:
    for listener in listeners:
        listener.close()


def test_listens_and_lets_workers_inherit_a_non_blocking_socket() -> None:
    (listener,) = open_listeners("127.0.0.1", 0)
    with listener, socket.create_connection(listener.getsockname()) as client:
        accepted, address = listener.accept()
        accepted.close()
        assert (address, listener.getblocking()) == (client.getsockname(), False)


def test_connections_inherit_the_options_of_their_listener() -> None:
    (listener,) = open_listeners("127.0.0.1", 0)
    with listener, socket.create_connection(listener.getsockname()):
        accepted, _ = listener.accept()
        with accepted:
            found = [(option, accepted.getsockopt(socket.IPPROTO_TCP, option)) for option, _ in INHERITED]
    assert found == [(socket.TCP_NODELAY, 1), (socket.TCP_NOTSENT_LOWAT, 262144)]


def test_all_addresses_of_a_name_share_the_port() -> None:
    listeners = open_listeners("localhost", 0)
    found = {listener.getsockname()[1] for listener in listeners}
    hosts = {listener.getsockname()[0] for listener in listeners}
    close(listeners)
    assert len(found) == 1
    assert "127.0.0.1" in hosts


def test_a_port_just_left_can_be_taken_again() -> None:
    (first,) = open_listeners("127.0.0.1", 0)
    address = first.getsockname()
    with socket.create_connection(address):
        accepted, _ = first.accept()
        accepted.close()  # we close first, so the connection lingers in TIME_WAIT on our port
    first.close()
    (again,) = open_listeners(*address)
    with again:
        assert again.getsockname() == address


def test_a_taken_port_is_told_with_a_hint(taken_port: int) -> None:
    with pytest.raises(ListenError, match=f"cannot listen on 127.0.0.1:{taken_port}: the port is taken") as caught:
        open_listeners("127.0.0.1", taken_port)
    assert f"sport = :{taken_port}" in caught.value.hint


@pytest.mark.parametrize(
    ("host", "why"),
    [
        pytest.param("192.0.2.1", "does not have that address", id="another machine's"),
        pytest.param("nowhere.invalid", "the name has no address", id="a name without address"),
    ],
)
def test_an_address_that_is_not_ours_is_told(host: str, why: str) -> None:
    with pytest.raises(ListenError, match=why):
        open_listeners(host, 0)


def test_a_low_port_says_what_it_needs() -> None:
    assert "CAP_NET_BIND_SERVICE" in hint_for(PermissionError(errno.EACCES, ""), "0.0.0.0", 80)[1]  # noqa: S104


def test_another_failure_is_told_in_the_systems_words() -> None:
    assert hint_for(OSError(errno.ENOBUFS, "No buffer space available"), "h", 1)[0] == "No buffer space available"


@pytest.mark.parametrize(("address", "shown"), [(("127.0.0.1", 80), "127.0.0.1:80"), (("::1", 80, 0, 0), "[::1]:80")])
def test_addresses_are_shown_as_in_a_url(address: tuple[object, ...], shown: str) -> None:
    assert show(address) == shown


def test_open_files_are_raised_to_the_hard_limit() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert (raise_open_files(), resource.getrlimit(resource.RLIMIT_NOFILE)) == (hard, (hard, hard))
