"""One worker's place: the process that is in it now, and its successor when that one dies."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple

from lumina.control.channel import ChannelError, Message, encode, receive

QUICK = 1.0  # seconds; a worker that lives shorter than this is not replaced at once
FIRST_PAUSE = 0.1  # seconds
LONGEST_PAUSE = 5.0  # seconds
START_LIMIT = 30.0  # seconds that a worker may take to be ready

Report = Callable[[str, str, dict[str, Any]], None]


class Launch(NamedTuple):
    """How to start a worker."""

    command: Sequence[str]  # the number of the channel's descriptor is added
    inherit: Sequence[int]  # descriptors that the worker is told of in `hello`
    hello: Message  # without the slot
    latest: Callable[[], Awaitable[Message]] | None = None  # waits for what else `hello` has to say, and returns it


class Slot:
    """Keeps one worker alive. States: `starting`, `ready`, `waiting` (between two workers), `draining`, `gone`."""

    def __init__(self, number: int, launch: Launch, report: Report, died: Callable[[int], None]) -> None:
        """report: takes a level, an event and its facts; died: takes the number of a slot whose worker is gone."""
        self.number = number
        self.state = "starting"
        self.restarts = 0
        self.first = asyncio.Event()  # set when the first worker is ready, or has died instead
        self._launch = launch
        self._report = report
        self._died = died
        self._process: subprocess.Popen[bytes] | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._greeted = False
        self._since = 0.0
        self._leaving = asyncio.Event()

    def describe(self) -> dict[str, Any]:
        """Return what `/health` tells of this worker."""
        alive = self._process is not None and self.state in ("starting", "ready", "draining")
        return {
            "slot": self.number,
            "pid": self._process.pid if alive and self._process else None,
            "state": self.state,
            "uptime": round(time.monotonic() - self._since, 3) if alive else 0.0,
            "restarts": self.restarts,
        }

    async def keep(self) -> None:
        """Run workers one after the other until told to drain, or until the very first one does not come up."""
        pause = 0.0
        while True:
            self._since = time.monotonic()
            try:
                code, was_ready = await self._live()
                ended = cause(code)
            except OSError as error:  # no memory, no descriptors, no interpreter any more
                ended, was_ready = {"error": str(error)}, False
            self._died(self.number)
            if self._leaving.is_set():
                break
            uptime = time.monotonic() - self._since
            pause = next_pause(pause, uptime)
            final = not was_ready and not self.first.is_set()
            facts = {**ended, "uptime": round(uptime, 3), "replaced_in": None if final else pause}
            self._report("error", "worker died", {"worker": self.number, **facts})
            if final:
                break
            self.state = "waiting"
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._leaving.wait(), pause)
            if self._leaving.is_set():
                break
            self.restarts += 1
            self.state = "starting"
        self.state = "gone"
        self.first.set()

    async def _live(self) -> tuple[int, bool]:
        """Start a worker and wait for its end; return its code, and whether it was ever ready."""
        ours, theirs = socket.socketpair()
        with theirs, contextlib.ExitStack() as unless_started:
            unless_started.enter_context(ours)
            self._process = subprocess.Popen(  # noqa: S603, ASYNC220 (our own interpreter; it returns once the new process runs)
                [*self._launch.command, str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                pass_fds=[*self._launch.inherit, theirs.fileno()],
                process_group=0,  # an interrupt typed at the terminal is for the supervisor, who then drains
            )
            unless_started.pop_all()
        gone = asyncio.get_running_loop().create_task(_exit_of(self._process))
        ours.setblocking(False)
        reader, self._writer = await asyncio.open_connection(sock=ours)
        heard = asyncio.get_running_loop().create_task(self._listen(reader))
        latest = {} if self._launch.latest is None else await self._launch.latest()
        self._writer.write(encode({"type": "hello", "slot": self.number, **self._launch.hello, **latest}))
        self._greeted = True
        if self._leaving.is_set():
            self.drain()
        limit = asyncio.get_running_loop().call_later(START_LIMIT, self._too_slow)
        code = await gone
        limit.cancel()
        was_ready = await heard  # whatever it said before it died is still in the channel
        self._writer.close()
        self._writer = None
        self._greeted = False
        return code, was_ready

    async def _listen(self, reader: asyncio.StreamReader) -> bool:
        was_ready = False
        try:
            while message := await receive(reader):
                if message["type"] == "ready":
                    was_ready = True
                    if self.state == "starting":
                        self.state = "ready"
                    self.first.set()
                elif message["type"] == "log":
                    self._report(message["level"], message["event"], {"worker": self.number, **message["facts"]})
        except ChannelError as error:
            self._report("error", "worker speaks nonsense", {"worker": self.number, "error": str(error)})
            self.kill()
        return was_ready

    def _too_slow(self) -> None:
        if self.state == "starting":
            self._report("error", "worker is not ready in time", {"worker": self.number, "limit": START_LIMIT})
            self.kill()

    def drain(self) -> None:
        """Ask the worker to finish what it has and go; it is not replaced."""
        self._leaving.set()
        if self._greeted:
            self.state = "draining"
            self.tell({"type": "drain"})

    def tell(self, message: Message) -> None:
        """Tell the worker, if there is one that has been greeted; what is told to none is in the next one's `hello`."""
        if self._greeted and self._writer is not None:
            self._writer.write(encode(message))

    def kill(self) -> None:
        """End the worker at once, if there is one."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()


def next_pause(pause: float, uptime: float) -> float:
    """Return the seconds before a worker is replaced that lived for `uptime`, when the one before it took `pause`."""
    return 0.0 if uptime >= QUICK else min(LONGEST_PAUSE, max(FIRST_PAUSE, pause * 2))


def cause(code: int) -> dict[str, Any]:
    """Return how a process ended, from its return code as `subprocess` tells it."""
    if code >= 0:
        return {"code": code}
    try:
        return {"signal": signal.Signals(-code).name}
    except ValueError:  # a real-time signal between the named ones
        return {"signal": -code}


async def _exit_of(process: subprocess.Popen[bytes]) -> int:
    """Wait for the end of `process` and return its code."""
    loop = asyncio.get_running_loop()
    ended = loop.create_future()
    descriptor = os.pidfd_open(process.pid)

    def woken() -> None:
        loop.remove_reader(descriptor)
        ended.set_result(None)

    loop.add_reader(descriptor, woken)
    try:
        await ended
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)
    return process.wait()
