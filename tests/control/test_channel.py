"""Messages between supervisor and worker, whole, cut and broken."""

import asyncio
import socket
import threading
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumina.control.channel import LENGTH, MAX_MESSAGE, ChannelError, Message, encode, receive, receive_now

VALUES = (
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.lists(st.floats(allow_nan=False), max_size=3)
)
MESSAGES = st.dictionaries(st.text(max_size=5), VALUES, max_size=4).map(lambda facts: {**facts, "type": "told"})


def read_at_once(wire: bytes) -> Message | None:
    """Return the first message of `wire`, read by one who has no loop."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(wire)  # little enough for the socket to hold
        theirs.shutdown(socket.SHUT_WR)
        return receive_now(ours)


def read_all(*pieces: bytes) -> list[Message]:
    """Return what arrives when `pieces` come one after the other and then the end."""

    async def read() -> list[Message]:
        reader = asyncio.StreamReader()
        for piece in pieces:
            reader.feed_data(piece)
        reader.feed_eof()
        found = []
        while (message := await receive(reader)) is not None:
            found.append(message)
        return found

    return asyncio.run(read())


@given(st.lists(MESSAGES, max_size=4), st.data())
def test_messages_arrive_as_sent_however_they_are_cut(messages: list[Message], data: st.DataObject) -> None:
    wire = b"".join(map(encode, messages))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(wire)), max_size=5)))
    assert read_all(*(wire[a:b] for a, b in zip([0, *cuts], [*cuts, len(wire)], strict=True))) == messages


@pytest.mark.parametrize("kept", [0, 1, 4, 10], ids=["nothing", "half a length", "a length", "half a message"])
def test_an_end_in_the_middle_is_an_end(kept: int) -> None:
    first, second = encode({"type": "ready"}), encode({"type": "drain", "filler": "x" * 20})
    assert read_all(first + second[:kept]) == [{"type": "ready"}]
    assert read_at_once(second[:kept]) is None


@pytest.mark.parametrize(
    ("body", "why"),
    [
        pytest.param(b"{", "not JSON", id="not JSON"),
        pytest.param(b"\xff\xff", "not JSON", id="not UTF-8"),
        pytest.param(b"[]", "without a type", id="no object"),
        pytest.param(b"{}", "without a type", id="no type"),
        pytest.param(b'{"type":1}', "without a type", id="type is a number"),
    ],
)
def test_what_is_no_message_is_refused(body: bytes, why: str) -> None:
    with pytest.raises(ChannelError, match=why):
        read_all(LENGTH.pack(len(body)) + body)
    with pytest.raises(ChannelError, match=why):
        read_at_once(LENGTH.pack(len(body)) + body)


def test_a_length_beyond_the_limit_is_refused_before_it_is_read() -> None:
    with pytest.raises(ChannelError, match=str(MAX_MESSAGE + 1)):
        read_all(LENGTH.pack(MAX_MESSAGE + 1))
    with pytest.raises(ChannelError, match=str(MAX_MESSAGE + 1)):
        read_at_once(LENGTH.pack(MAX_MESSAGE + 1))


def test_a_plan_of_many_routes_fits() -> None:
    routes: list[dict[str, Any]] = [{"name": f"route-{number}", "prefix": f"/api/{number}"} for number in range(5000)]
    assert read_all(encode({"type": "hello", "routes": routes})) == [{"type": "hello", "routes": routes}]


def test_a_message_read_without_a_loop_takes_nothing_of_the_next() -> None:
    routes = [f"/api/{number}" for number in range(50_000)]  # more than a socket holds
    first = {"type": "hello", "routes": routes}
    ours, theirs = socket.socketpair()
    with ours, theirs:
        writer = threading.Thread(target=theirs.sendall, args=(encode(first) + encode({"type": "drain"}),))
        writer.start()
        assert [receive_now(ours), receive_now(ours)] == [first, {"type": "drain"}]
        writer.join()
