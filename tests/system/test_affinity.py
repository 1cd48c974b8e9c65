"""Clients that stay with an endpoint, through a configuration file and real workers."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.system.conftest import Launch
from tests.system.gateway import Config, Gateway
from tests.system.serving import ServingOrigin
from tests.system.wire import Message, Peer


def named(name: bytes) -> ServingOrigin:
    """Return an origin that answers with its name."""

    def respond(peer: Peer, _: Message) -> bool:
        peer.answer(name)
        return True

    return ServingOrigin(respond)


@pytest.fixture
def origins() -> Iterator[list[ServingOrigin]]:
    with ExitStack() as stack:
        yield [stack.enter_context(named(name)) for name in (b"first", b"second", b"third", b"fourth")]


def config(origins: list[ServingOrigin], **choice: object) -> Config:
    endpoints = [f"http://127.0.0.1:{origin.port}" for origin in origins]
    return {
        "server": {"workers": 2},
        "upstreams": {"shop": {"endpoints": endpoints, **choice}},
        "routes": [{"path": "/", "upstream": "shop"}],
    }


def places(gateway: Gateway, users: range) -> dict[int, set[bytes]]:
    """Return who answers each user, asked three times on connections of their own."""
    return {user: {gateway.ask("/", fields=f"X-User: {user}\r\n").body for _ in range(3)} for user in users}


def test_a_key_stays_and_one_more_endpoint_moves_only_its_share(launch: Launch, origins: list[ServingOrigin]) -> None:
    balance = {"policy": "hash", "by": "header", "name": "X-User", "load": 10}
    before = places(launch(config(origins[:3], balance=balance)), range(60))
    assert {len(found) for found in before.values()} == {1}
    assert set().union(*before.values()) == {b"first", b"second", b"third"}
    after = places(launch(config(origins, balance=balance)), range(60))
    moved = {user: found for user, found in after.items() if found != before[user]}
    assert set().union(*moved.values()) == {b"fourth"}
    assert len(moved) <= 30


def test_a_cookie_is_good_at_every_worker_and_after_a_start(launch: Launch, origins: list[ServingOrigin]) -> None:
    sticky = {"cookie": "place", "secret": "a secret that nobody knows", "max_age": "1h"}
    first = launch(config(origins[:3], sticky=sticky))
    answer = first.ask("/")
    cookie, _, rest = (answer.head.get("Set-Cookie") or "").partition(";")
    assert rest == " Path=/; HttpOnly; SameSite=Lax; Max-Age=3600"
    second = launch(config(origins, sticky=sticky))
    for gateway in (first, second):
        found = [gateway.ask("/", fields=f"Cookie: {cookie}\r\n") for _ in range(10)]
        assert {message.body for message in found} == {answer.body}
        assert not any(message.head.has("Set-Cookie") for message in found)
    forged = [second.ask("/", fields=f"Cookie: {cookie[:-2]}xx\r\n") for _ in range(40)]
    assert len({message.body for message in forged}) > 1
