"""An upstream that can be killed, stopped and slowed down, and that counts what it is asked.

    python -m bench.faulty PORT COUNTS [--host ADDRESS] [--seconds S] [--room N] [--closing P] [--down FILE]

It answers every request after S seconds, N at once; the others wait in its line. With --closing P it closes a
connection with that chance, a random moment after an answer. As long as FILE exists, its answers are 503. Every request
it reads adds an octet to the file COUNTS: so they can be counted from outside, whatever becomes of it.
"""

import argparse
import asyncio
import os
import random
import re

DOWN = b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n\r\ndown"
LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class Faulty(asyncio.Protocol):
    """One connection."""

    def __init__(self, asked: argparse.Namespace, counts: int, room: asyncio.Semaphore | None) -> None:
        self.asked = asked
        self.counts = counts
        self.room = room
        self.held = b""
        self.tasks: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.held += data
        while (end := self.held.find(b"\r\n\r\n")) >= 0:
            length = LENGTH.search(self.held, 0, end + 2)
            size = end + 4 + (int(length[1]) if length else 0)
            if len(self.held) < size:
                return
            self.held = self.held[size:]
            os.write(self.counts, b".")
            if self.asked.seconds or self.room:
                task = asyncio.get_running_loop().create_task(self.work())
                self.tasks.add(task)
                task.add_done_callback(self.tasks.discard)
            else:
                self.answer()

    async def work(self) -> None:
        """Take a place, and the time that a request takes."""
        if self.room is None:
            await asyncio.sleep(self.asked.seconds)
        else:
            async with self.room:
                await asyncio.sleep(self.asked.seconds)
        self.answer()

    def answer(self) -> None:
        """Answer, and perhaps close some time later."""
        assert isinstance(self.transport, asyncio.WriteTransport)
        if self.transport.is_closing():
            return
        down = self.asked.down and os.path.exists(self.asked.down)  # noqa: PTH110 (once for each answer)
        self.transport.write(DOWN if down else b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        if self.asked.closing and random.random() < self.asked.closing:
            asyncio.get_running_loop().call_later(random.expovariate(1000.0), self.transport.close)


async def serve(asked: argparse.Namespace) -> None:
    counts = os.open(asked.counts, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    room = asyncio.Semaphore(asked.room) if asked.room else None
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Faulty(asked, counts, room), asked.host, asked.port, backlog=4096)
    await server.serve_forever()


def main() -> None:
    """Serve until ended."""
    parser = argparse.ArgumentParser(prog="faulty")
    parser.add_argument("port", type=int)
    parser.add_argument("counts")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--seconds", type=float, default=0.0)
    parser.add_argument("--room", type=int, default=0)
    parser.add_argument("--down", default="")
    parser.add_argument("--closing", type=float, default=0.0)
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
