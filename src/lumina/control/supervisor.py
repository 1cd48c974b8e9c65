"""The parent of the workers: it owns listening sockets, arena, health, metrics and logs, and never the data path.

The sockets stay open here while workers come and go, so that no connection is refused while one is replaced.
"""

import asyncio
import contextlib
import gc
import os
import shutil
import signal
import socket
import sys
import tempfile
import time
import traceback
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from lumina import __version__
from lumina.control import health, tickets
from lumina.control.access_log import AccessLog
from lumina.control.gatekeeper import Gatekeeper
from lumina.control.generation import Generation
from lumina.control.ledger import Ledger, room_for
from lumina.control.listening import BACKLOG, ListenError, open_listeners, raise_open_files, show
from lumina.control.reload import Reloads, WorkersError, hold_to, told
from lumina.control.sink import Sink
from lumina.control.slot import Launch
from lumina.engine.arena import Arena
from lumina.errors import LuminaError

# -P: a json.py in the directory that we are started from must not become ours.
WORKER = (sys.executable, "-P", "-m", "lumina.control.worker")
COMING_UP = 90.0  # seconds that those who follow may take, names and health checks included
DIRECTORIES = (None, "/dev/shm")  # noqa: S108 (mkdtemp makes it ours alone; None is TMPDIR or the system's)

Plan = dict[str, Any]
Beside = Callable[[], Awaitable[object]]


class StartError(LuminaError):
    """The gateway cannot start on this machine as it is."""


class Listener(NamedTuple):
    """A socket we accept on."""

    socket: socket.socket
    admin_only: bool
    secure: bool

    @property
    def url(self) -> str:
        """Where a client finds it."""
        return f"{'https' if self.secure else 'http'}://{show(self.socket.getsockname())}"


class Resources(NamedTuple):
    """What outlives every worker."""

    listeners: list[Listener]
    admin: socket.socket
    arena: Any
    sink: Sink


class Supervisor:
    """Keeps the workers of a plan running until it is told to stop. Phases: `starting`, `running`, `draining`."""

    def __init__(
        self, plan: Plan, owned: Resources, command: Sequence[str] = WORKER, load: Callable[[], Plan] | None = None
    ) -> None:
        """load: reads the plan anew, or raises LuminaError; without it a SIGHUP ends us."""
        self._owned = owned
        self._load_plan = load
        self._since = time.monotonic()
        self._phase = "starting"
        self._stop = asyncio.Event()
        self._asked = asyncio.Event()  # to work by what the configuration says now
        self._terminal = has_terminal()
        self._broken = False
        self._log: Any = None
        self._unsaid: list[tuple[str, str, dict[str, Any]]] = []  # reported before there was a log
        self._reloads = Reloads()
        self._ledger = Ledger(owned.arena.endpoints, owned.arena.upstreams, owned.arena.forget, owned.arena.welcome)
        hello = {
            "arena": owned.arena.fd,
            "admin": owned.admin.getsockname(),
            "ticket_keys": tickets.new_keys().hex(),
            "listeners": [
                {"fd": listener.socket.fileno(), "admin_only": listener.admin_only} for listener in owned.listeners
            ],
        }
        inherit = [owned.arena.fd, *(listener.socket.fileno() for listener in owned.listeners)]
        self._launch = Launch(command, inherit, hello)
        workers = plan["server"]["workers"]
        self._now = self._generation(self._ledger.number(plan), range(workers))
        self._spare = range(workers, 2 * workers)  # blocks of the arena, for those who follow
        self._leaving: Generation | None = None

    def _generation(self, plan: Plan, blocks: range, before: Generation | None = None) -> Generation:
        return Generation(
            plan, self._owned.arena, self._ledger.slots, self._launch, self._report, blocks=blocks, before=before
        )

    async def run(self, beside: Beside | None = None, on_ready: Callable[[], None] | None = None) -> int:
        """Run to the end and return the exit code. `beside` is started first; `on_ready` is called once we listen."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)
        loop.add_signal_handler(signal.SIGHUP, self._hang_up)
        loop.add_signal_handler(signal.SIGUSR1, self._owned.sink.reopen)
        self._now.start(self._watch)
        self._log, serve_admin = await asyncio.to_thread(self._load)
        for early in self._unsaid:
            self._report(*early)
        access_log = AccessLog(self._owned.arena, self._owned.arena.slots, self._owned.sink, self._form)
        access_log.start()
        watching = loop.create_task(Gatekeeper(self._owned.arena.turned_back, self._report).run())
        if beside is not None:
            await beside()
        server = await asyncio.start_unix_server(serve_admin, sock=self._owned.admin)
        started = await self._unless_stopped(self._now.came_up())
        if started:
            self._announce()
            if on_ready is not None:
                on_ready()
            await self._obey()
        await self._drain()
        server.close()
        watching.cancel()
        await self._now.upstreams.stop()
        await asyncio.to_thread(access_log.stop)
        return 0 if (started or self._stop.is_set()) and not self._broken else 1

    @property
    def _form(self) -> str:
        return str(self._now.plan["access_log"]["format"])

    def _load(self) -> tuple[Any, Any]:
        """Import what is heavy and make our log and the admin pages, in a thread, while the workers come up."""
        from lumina.control import events  # noqa: PLC0415 (see above)
        from lumina.control.pages import pages  # noqa: PLC0415

        labels = self._ledger.routes.labels, self._ledger.upstreams.labels
        read = self._owned.arena.read
        serve = pages(self._current, read, self.document, self._lines_lost, labels=labels, reloads=self._reloads)
        return events.configure(self._form), serve

    def _current(self) -> Generation:
        return self._now

    def _lines_lost(self) -> int:
        return self._owned.sink.lost

    async def _unless_stopped(self, coming: Coroutine[Any, Any, bool]) -> bool:
        """Return what `coming` does; False when we are told to stop before it has come."""
        loop = asyncio.get_running_loop()
        ready, stop = loop.create_task(coming), loop.create_task(self._stop.wait())
        await asyncio.wait((ready, stop), return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        if not ready.done():
            ready.cancel()
            await asyncio.gather(ready, return_exceptions=True)  # asyncio complains of an end that nobody saw
            return False
        return not self._stop.is_set() and ready.result()

    def _announce(self) -> None:
        self._phase = "running"
        listeners = self._owned.listeners
        admin = [listener.url for listener in listeners if listener.admin_only]
        self._log.info(
            "listening",
            addresses=[listener.url for listener in listeners if not listener.admin_only],
            **({"admin": admin} if admin else {}),
            workers=len(self._now.slots),
            version=__version__,
            config=self._now.plan["hash"],
        )

    def _watch(self, keeper: asyncio.Task[None]) -> None:
        """End all when a slot is kept no longer: a gateway that replaces no worker must not look like one that does."""
        error = None if keeper.cancelled() else keeper.exception()
        if error is not None:
            self._broken = True
            self._report("critical", "supervision failed", {"error": "".join(traceback.format_exception(error))})
            self._stop.set()

    # A changed configuration.

    def _hang_up(self) -> None:
        """SIGHUP asks to reload; but a terminal that is closed sends it, too, and then it means the end."""
        if self._load_plan is None or (self._terminal and not has_terminal()):
            self.stop()
        else:
            self._asked.set()

    async def _obey(self) -> None:
        """Reload as often as we are asked to, until told to stop."""
        while await self._unless_stopped(self._asked.wait()):
            self._asked.clear()
            try:
                await self._reload()
            except Exception as error:  # noqa: BLE001 (whatever is wrong with what is new: what is at work goes on)
                if not self._stop.is_set():
                    self._reloads.refused()
                    self._report("error", "configuration refused", {**told(error), "config": self._now.plan["hash"]})

    async def _reload(self) -> None:
        """Put workers beside ours that work by what the file says now; once they do, ours finish and go."""
        if self._load_plan is None or (self._leaving is not None and not await self._unless_stopped(self._gone())):
            return
        plan = await asyncio.to_thread(self._load_plan)
        hold_to(self._now.plan, plan)
        before = self._now
        await before.upstreams.stop()  # what it found, its successor has
        try:
            after = await self._successor(plan, before)
        except Exception:
            self._ledger.number(before.plan)
            before.resume()
            raise
        self._now, self._leaving = after, before
        self._spare = range(before.slots[0].number, before.slots[0].number + len(before.slots))
        before.drain()
        asyncio.get_running_loop().call_later(plan["timeouts"]["drain"], self._end, before)
        self._reloads.success()
        self._report("info", "configuration reloaded", {"config": plan["hash"], "routes": len(plan["routes"])})

    async def _successor(self, plan: Plan, before: Generation) -> Generation:
        """Return a generation that works by `plan`; where it does not come up, nothing of it is left."""
        after = self._generation(self._ledger.number(plan), self._spare, before)
        after.start(self._watch)
        if await self._unless_stopped(after.came_up(COMING_UP)):
            return after
        after.kill()
        await after.over()
        await after.upstreams.stop()
        raise WorkersError("the workers did not come up")

    def _end(self, generation: Generation) -> None:
        if generation.left:
            self._report("warning", "drain took too long, ending the rest", {"workers": generation.left})
            generation.kill()

    async def _gone(self) -> bool:
        """Wait until those have gone who worked by an earlier plan."""
        if self._leaving is not None:
            await self._leaving.over()
            self._leaving = None
        return True

    # The end.

    def _generations(self) -> list[Generation]:
        return [self._now] if self._leaving is None else [self._now, self._leaving]

    def stop(self) -> None:
        """Begin to drain; asked again, end at once."""
        if self._stop.is_set():
            for generation in self._generations():
                generation.kill()
        self._stop.set()

    async def _drain(self) -> None:
        """Let every worker finish what it has, for as long as `timeouts.drain` says."""
        limit = self._now.plan["timeouts"]["drain"]
        self._phase = "draining"
        self._log.info("draining", limit=limit)
        for listener in self._owned.listeners:
            listener.socket.close()
        for generation in self._generations():
            generation.drain()
        await asyncio.gather(*(generation.over(limit) for generation in self._generations()))
        for generation in self._generations():
            self._end(generation)
            await generation.over()
        self._log.info("stopped")

    def _report(self, level: str, event: str, facts: dict[str, Any]) -> None:
        if self._log is None:
            self._unsaid.append((level, event, facts))
        else:
            getattr(self._log, level)(event, **facts)

    def document(self) -> dict[str, Any]:
        """Return what `/health` tells."""
        workers = [slot.describe() for slot in self._now.slots]
        alive = sum(worker["state"] == "ready" for worker in workers)
        status = health.status_of(self._phase, len(workers), alive)
        uptime = time.monotonic() - self._since
        found = health.document(status, uptime, self._now.plan, workers, self._now.upstreams.document())
        found["config"] |= self._reloads.document()
        return found


def has_terminal() -> bool:
    """Say whether there is a terminal that we belong to."""
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError:
        return False
    return True


def open_all(server: dict[str, Any]) -> list[Listener]:
    """Listen where the plan's `server` says: all of it, or nothing."""
    opened = [Listener(each, False, bool(server["tls"])) for each in open_listeners(server["host"], server["port"])]
    if server["admin"] is not None:
        try:
            admin = open_listeners(server["admin"]["host"], server["admin"]["port"])
        except ListenError:
            for listener in opened:
                listener.socket.close()
            raise
        opened += [Listener(each, True, False) for each in admin]
    return opened


@contextlib.contextmanager
def private_directory() -> Iterator[Path]:
    """A directory that only this user can enter, gone at the end."""
    for parent in DIRECTORIES:
        try:
            directory = Path(tempfile.mkdtemp(prefix="lumina-", dir=parent))
            break
        except OSError:
            continue
    else:
        raise StartError("no temporary directory can be written; set TMPDIR to one")
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def admin_socket(directory: Path) -> socket.socket:
    admin = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        admin.bind(str(directory / "admin.sock"))
    except OSError as error:
        admin.close()
        raise StartError(f"{directory}/admin.sock: {error}; set TMPDIR to a shorter path") from error
    admin.listen(BACKLOG)
    return admin


def _sink(path: str | None) -> Sink:
    try:
        return Sink(path)
    except OSError as error:
        raise StartError(f"access_log.path: {error}") from error


def run(
    plan: Plan,
    load: Callable[[], Plan] | None = None,
    beside: Beside | None = None,
    on_ready: Callable[[], None] | None = None,
) -> int:
    """Be the gateway of `plan` until told to stop; return the exit code. Raises LuminaError when it cannot start.

    load: reads the plan anew for a reload, or raises LuminaError.
    """
    raise_open_files()
    with contextlib.ExitStack() as stack:
        sink = _sink(plan["access_log"]["path"])
        listeners = open_all(plan["server"])
        for listener in listeners:
            stack.enter_context(listener.socket)
        admin = stack.enter_context(admin_socket(stack.enter_context(private_directory())))
        workers = plan["server"]["workers"]
        arena = Arena.create(2 * workers, *room_for(plan), used=workers)
        owned = Resources(listeners, admin, arena, sink)

        def ready() -> None:
            gc.collect()
            gc.freeze()  # to go through all that was imported takes 50 ms, in which nobody is answered
            if on_ready is not None:
                on_ready()

        async def serve() -> int:
            return await Supervisor(plan, owned, load=load).run(beside, ready)

        return asyncio.run(serve())
