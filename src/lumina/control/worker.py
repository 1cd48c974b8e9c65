"""A worker process: one loop, one engine as its guest, and a channel to the supervisor.

Started as `python -m lumina.control.worker FD`, where FD is the worker's end of the channel. What is imported here is
paid for in every worker, in memory and in the time that a replacement takes: no configuration models, no log library.
"""

import asyncio
import gc
import signal
import socket
import sys
import traceback
from typing import Any

from lumina.control import memory, tls
from lumina.control.channel import Message, encode, receive, receive_now
from lumina.control.loop import engine_loop
from lumina.engine.arena import Arena
from lumina.engine.engine import Engine
from lumina.snapshot import Snapshot

# After the heap is frozen, what the collector looks at is small; a full collection would still be a pause that grows
# with the number of connections that speak TLS, so it is put off for as good as ever.
YOUNG, MIDDLE, OLD = 10_000, 10, 1_000_000


class Worker:
    """Runs the engine until told to drain."""

    def __init__(self, hello: Message, engine: Engine, writer: asyncio.StreamWriter) -> None:
        self._plan: dict[str, Any] = hello["plan"]
        self._writer = writer
        self._loop = asyncio.get_running_loop()
        self._engine = engine
        self._draining = False
        self._done = asyncio.Event()
        self.failed = False

    def start(self, hello: Message) -> None:
        """Take up the configuration and accept connections."""
        engine = self._engine
        engine.adopt(Snapshot(self._plan, hello["admin"]))
        engine.memory_bound(memory.share_of_worker(self._plan["server"]["workers"]))
        engine.access_log(wanted=self._plan["access_log"]["enabled"])
        for index, upstream in enumerate(self._plan["upstreams"]):
            if upstream["tls"] is not None:
                engine.upstream_tls(index, tls.client_context(upstream["tls"]))
        for message in hello["endpoints"]:
            self._take(message)
        certificates = self._plan["server"]["tls"]
        context = tls.server_context(certificates, bytes.fromhex(hello["ticket_keys"])) if certificates else None
        announced = self._plan["server"]["proxy_protocol"]
        for listener in hello["listeners"]:
            if listener["admin_only"]:
                engine.listen(listener["fd"], admin_only=True)
            else:
                engine.listen(listener["fd"], context, proxy_protocol=announced)
        gc.collect()
        gc.freeze()
        gc.set_threshold(YOUNG, MIDDLE, OLD)
        sys.unraisablehook = self._unraisable
        self._loop.add_signal_handler(signal.SIGTERM, self.drain)
        self._tick(self._loop.time())
        self._writer.write(encode({"type": "ready"}))

    async def run(self, reader: asyncio.StreamReader) -> None:
        """Obey the supervisor until every connection is gone; a supervisor that is gone itself is an order to drain."""
        obeying = self._loop.create_task(self._obey(reader))
        await self._done.wait()
        obeying.cancel()

    async def _obey(self, reader: asyncio.StreamReader) -> None:
        while message := await receive(reader):
            if message["type"] == "drain":
                self.drain()
            elif message["type"] == "endpoints":
                self._take(message)
        self.drain()
        await asyncio.sleep(self._plan["timeouts"]["drain"])  # nobody is left who would end us
        self._done.set()

    def _take(self, message: Message) -> None:
        """Send requests from now on to the endpoints that an upstream has come to have."""
        self._engine.endpoints(message["upstream"], message["endpoints"])

    def drain(self) -> None:
        """Accept nothing more and end with the last connection."""
        if not self._draining:
            self._draining = True
            self._engine.drain()

    def _tick(self, due: float) -> None:
        try:
            self._engine.tick()
        except Exception:  # noqa: BLE001 (whatever it was: the state of the data path is unknown, so it ends here)
            self._fail()
            return
        if self._draining and self._engine.connections == 0:
            self._done.set()
            return
        due = max(due + self._engine.TICK, self._loop.time())  # late ticks are not made up for
        self._loop.call_at(due, self._tick, due)

    def _unraisable(self, what: Any) -> None:  # noqa: ANN401 (the interpreter's own structure)
        """A function of the engine that may not raise did: the state of the data path is unknown."""
        if not self.failed:
            self.failed = True
            self._loop.call_soon(self._fail, "".join(traceback.format_exception(what.exc_value)))

    def _fail(self, error: str = "") -> None:
        self._report("the engine failed", {"error": error or traceback.format_exc()}, level="critical")
        self.failed = True
        self._done.set()

    def _report(self, event: str, facts: dict[str, Any], level: str = "warning") -> None:
        if not self._writer.is_closing():  # nobody is told anything once the supervisor is gone
            self._writer.write(encode({"type": "log", "level": level, "event": event, "facts": facts}))


async def serve(hello: Message, engine: Engine, channel: socket.socket) -> int:
    """Be a worker, in a loop that waits in `engine`; return the exit code."""
    channel.setblocking(False)
    reader, writer = await asyncio.open_connection(sock=channel)
    try:
        worker = Worker(hello, engine, writer)
        worker.start(hello)
    except tls.TlsError as error:
        facts = {"error": str(error)}
        writer.write(encode({"type": "log", "level": "critical", "event": "worker cannot start", "facts": facts}))
        await writer.drain()
        return 1
    await worker.run(reader)
    await writer.drain()
    writer.close()
    return 1 if worker.failed else 0


def main() -> int:
    """Run until drained."""
    channel = socket.socket(fileno=int(sys.argv[1]))
    hello = receive_now(channel)
    if hello is None:
        return 0
    engine = Engine(Arena.attach(hello["arena"]), hello["slot"])
    with asyncio.Runner(loop_factory=lambda: engine_loop(engine)) as runner:
        return runner.run(serve(hello, engine, channel))


if __name__ == "__main__":
    sys.exit(main())
