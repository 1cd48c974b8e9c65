"""An asyncio loop that waits in the engine: what asyncio asks of a selector, and what it then offers."""

import asyncio
import os
import selectors
import signal
import socket
import threading
from collections.abc import Coroutine, Iterator
from typing import Any, TypeVar

import pytest

from lumina.control.loop import EngineSelector, engine_loop
from lumina.engine.arena import Arena
from lumina.engine.engine import Engine

T = TypeVar("T")


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run in a loop that waits in an engine of its own."""
    engine = Engine(Arena.create(1), 0)
    with asyncio.Runner(loop_factory=lambda: engine_loop(engine)) as runner:
        return runner.run(asyncio.wait_for(coroutine, 30))


@pytest.fixture
def selector() -> EngineSelector:
    """A selector of an engine that nobody else uses."""
    return EngineSelector(Engine(Arena.create(1), 0))


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Two sockets that are connected."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def test_what_is_ready_is_told_for_what_it_was_asked_for(
    selector: EngineSelector, pair: tuple[socket.socket, socket.socket]
) -> None:
    ours, theirs = pair
    key = selector.register(ours, selectors.EVENT_READ, "data")
    assert selector.select(0) == []
    theirs.send(b"x")
    assert selector.select(1) == [(key, selectors.EVENT_READ)]
    assert selector.select(1) == [(key, selectors.EVENT_READ)]  # as long as it is not read
    ours.recv(1)
    assert selector.select(0) == []
    both = selector.modify(ours, selectors.EVENT_READ | selectors.EVENT_WRITE)
    assert selector.select(1) == [(both, selectors.EVENT_WRITE)]


def test_what_is_watched_no_longer_is_not_told(
    selector: EngineSelector, pair: tuple[socket.socket, socket.socket]
) -> None:
    ours, theirs = pair
    selector.register(ours, selectors.EVENT_READ)
    theirs.send(b"x")
    selector.unregister(ours)
    assert (selector.select(0), dict(selector.get_map())) == ([], {})


def test_a_peer_that_is_gone_is_something_to_read(
    selector: EngineSelector, pair: tuple[socket.socket, socket.socket]
) -> None:
    ours, theirs = pair
    key = selector.register(ours.fileno(), selectors.EVENT_READ)
    theirs.close()
    assert selector.select(1) == [(key, selectors.EVENT_READ)]


def test_a_descriptor_is_watched_once_and_found_by_number_or_object(
    selector: EngineSelector, pair: tuple[socket.socket, socket.socket]
) -> None:
    ours, theirs = pair
    key = selector.register(ours, selectors.EVENT_READ)
    assert (selector.get_key(ours), selector.get_key(ours.fileno())) == (key, key)
    with pytest.raises(KeyError):
        selector.register(ours.fileno(), selectors.EVENT_WRITE)
    for ask in (selector.get_key, selector.unregister):
        with pytest.raises(KeyError):
            ask(theirs)


def test_streams_talk_over_sockets() -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.read())
        await writer.drain()
        writer.close()

    async def talk() -> int:
        async with await asyncio.start_server(echo, "127.0.0.1", 0) as server:
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            writer.write(b"x" * 1_000_000)  # more than sockets hold, so that writing has to wait
            writer.write_eof()
            got = await reader.read()
            writer.close()
            return len(got)

    assert run(talk()) == 1_000_000


def test_time_passes_while_nothing_happens() -> None:
    async def wait() -> float:
        loop = asyncio.get_running_loop()
        before = loop.time()
        await asyncio.sleep(0.05)
        return loop.time() - before

    assert run(wait()) >= 0.05


def test_threads_and_signals_wake_it() -> None:
    async def wait() -> list[str]:
        loop = asyncio.get_running_loop()
        seen: list[str] = []
        both = asyncio.Event()

        def see(what: str) -> None:
            seen.append(what)
            if len(seen) == 2:
                both.set()

        loop.add_signal_handler(signal.SIGUSR2, see, "signal")
        thread = threading.Thread(target=loop.call_soon_threadsafe, args=(see, "thread"))
        thread.start()
        os.kill(os.getpid(), signal.SIGUSR2)
        await both.wait()
        thread.join()
        return sorted(seen)

    assert run(wait()) == ["signal", "thread"]


def test_names_are_looked_up_by_a_thread_while_it_waits() -> None:
    async def look() -> list[Any]:
        return await asyncio.get_running_loop().getaddrinfo("127.0.0.1", 80, type=socket.SOCK_STREAM)

    assert run(look())[0][4] == ("127.0.0.1", 80)
