"""The parent of the workers: it owns listening sockets, arena, health, metrics and logs, and never the data path.

The sockets stay open here while workers come and go, so that no connection is refused while one is replaced.
"""

import asyncio
import contextlib
import gc
import shutil
import signal
import socket
import sys
import tempfile
import time
import traceback
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from lumina import __version__
from lumina.control import health, tickets
from lumina.control.access_log import AccessLog
from lumina.control.channel import Message
from lumina.control.gatekeeper import Gatekeeper
from lumina.control.listening import BACKLOG, ListenError, open_listeners, raise_open_files, show
from lumina.control.roster import places_for
from lumina.control.sink import Sink
from lumina.control.slot import Launch, Slot
from lumina.control.upstreams import Upstreams
from lumina.engine.arena import Arena
from lumina.errors import LuminaError

# -P: a json.py in the directory that we are started from must not become ours.
WORKER = (sys.executable, "-P", "-m", "lumina.control.worker")
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
    """Keeps the workers of one plan running until it is told to stop. Phases: `starting`, `running`, `draining`."""

    def __init__(self, plan: Plan, owned: Resources, command: Sequence[str] = WORKER) -> None:
        self._plan = plan
        self._owned = owned
        self._since = time.monotonic()
        self._phase = "starting"
        self._stop = asyncio.Event()
        self._broken = False
        self._log: Any = None
        self._unsaid: list[tuple[str, str, dict[str, Any]]] = []  # reported before there was a log
        hello = {
            "plan": plan,
            "arena": owned.arena.fd,
            "admin": owned.admin.getsockname(),
            "ticket_keys": tickets.new_keys().hex(),
            "listeners": [
                {"fd": listener.socket.fileno(), "admin_only": listener.admin_only} for listener in owned.listeners
            ],
        }
        self._upstreams = Upstreams(plan, owned.arena, self._report, self._tell)
        inherit = [owned.arena.fd, *(listener.socket.fileno() for listener in owned.listeners)]
        launch = Launch(command, inherit, hello, self._upstreams.latest)
        self._slots = [
            Slot(number, launch, self._report, owned.arena.clear_gauges) for number in range(plan["server"]["workers"])
        ]

    async def run(self, beside: Beside | None = None, on_ready: Callable[[], None] | None = None) -> int:
        """Run to the end and return the exit code. `beside` is started first; `on_ready` is called once we listen."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, self.stop)
        loop.add_signal_handler(signal.SIGUSR1, self._owned.sink.reopen)
        self._upstreams.start()
        keepers = [loop.create_task(slot.keep()) for slot in self._slots]
        for keeper in keepers:
            keeper.add_done_callback(self._watch)
        self._log, serve_admin = await asyncio.to_thread(self._load)
        for early in self._unsaid:
            self._report(*early)
        access_log = AccessLog(self._owned.arena, len(self._slots), self._owned.sink, self._form)
        access_log.start()
        watching = loop.create_task(Gatekeeper(self._owned.arena.turned_back, self._report).run())
        if beside is not None:
            await beside()
        server = await asyncio.start_unix_server(serve_admin, sock=self._owned.admin)
        started = await self._started()
        if started:
            self._announce()
            if on_ready is not None:
                on_ready()
            await self._stop.wait()
        await self._drain(keepers)
        server.close()
        watching.cancel()
        await self._upstreams.stop()
        await asyncio.to_thread(access_log.stop)
        return 0 if (started or self._stop.is_set()) and not self._broken else 1

    @property
    def _form(self) -> str:
        return str(self._plan["access_log"]["format"])

    def _load(self) -> tuple[Any, Any]:
        """Import what is heavy and make our log and the admin pages, in a thread, while the workers come up."""
        from lumina.control import events  # noqa: PLC0415 (see above)
        from lumina.control.pages import pages  # noqa: PLC0415

        read, standings = self._owned.arena.read, self._upstreams.standings
        return events.configure(self._form), pages(self._plan, read, standings, self.document, self._lines_lost)

    def _lines_lost(self) -> int:
        return self._owned.sink.lost

    async def _started(self) -> bool:
        """Wait until every worker is ready; False when one did not come up or we are told to stop before."""
        ready = asyncio.gather(*(slot.first.wait() for slot in self._slots))
        stop = asyncio.get_running_loop().create_task(self._stop.wait())
        await asyncio.wait((ready, stop), return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        if not ready.done():
            ready.cancel()
            await asyncio.gather(ready, return_exceptions=True)  # asyncio complains of an end that nobody saw
            return False
        return not self._stop.is_set() and all(slot.state != "gone" for slot in self._slots)

    def _tell(self, message: Message) -> None:
        for slot in self._slots:
            slot.tell(message)

    def _announce(self) -> None:
        self._phase = "running"
        listeners = self._owned.listeners
        admin = [listener.url for listener in listeners if listener.admin_only]
        self._log.info(
            "listening",
            addresses=[listener.url for listener in listeners if not listener.admin_only],
            **({"admin": admin} if admin else {}),
            workers=len(self._slots),
            version=__version__,
            config=self._plan["hash"],
        )

    def _watch(self, keeper: asyncio.Task[None]) -> None:
        """End all when a slot is kept no longer: a gateway that replaces no worker must not look like one that does."""
        error = None if keeper.cancelled() else keeper.exception()
        if error is not None:
            self._broken = True
            self._report("critical", "supervision failed", {"error": "".join(traceback.format_exception(error))})
            self._stop.set()

    def stop(self) -> None:
        """Begin to drain; asked again, end at once."""
        if self._stop.is_set():
            for slot in self._slots:
                slot.kill()
        self._stop.set()

    async def _drain(self, keepers: list[asyncio.Task[None]]) -> None:
        """Let every worker finish what it has, for as long as `timeouts.drain` says."""
        limit = self._plan["timeouts"]["drain"]
        self._phase = "draining"
        self._log.info("draining", limit=limit)
        for listener in self._owned.listeners:
            listener.socket.close()
        for slot in self._slots:
            slot.drain()
        _, late = await asyncio.wait(keepers, timeout=limit)
        if late:
            self._log.warning("drain took too long, ending the rest", workers=len(late))
            for slot in self._slots:
                slot.kill()
            await asyncio.wait(keepers)
        self._log.info("stopped")

    def _report(self, level: str, event: str, facts: dict[str, Any]) -> None:
        if self._log is None:
            self._unsaid.append((level, event, facts))
        else:
            getattr(self._log, level)(event, **facts)

    def document(self) -> dict[str, Any]:
        """Return what `/health` tells."""
        workers = [slot.describe() for slot in self._slots]
        alive = sum(worker["state"] == "ready" for worker in workers)
        status = health.status_of(self._phase, len(workers), alive)
        uptime = time.monotonic() - self._since
        return health.document(status, uptime, self._plan, workers, self._upstreams.document())


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


def run(plan: Plan, beside: Beside | None = None, on_ready: Callable[[], None] | None = None) -> int:
    """Be the gateway of `plan` until told to stop; return the exit code. Raises LuminaError when it cannot start."""
    raise_open_files()
    with contextlib.ExitStack() as stack:
        sink = _sink(plan["access_log"]["path"])
        listeners = open_all(plan["server"])
        for listener in listeners:
            stack.enter_context(listener.socket)
        admin = stack.enter_context(admin_socket(stack.enter_context(private_directory())))
        arena = Arena.create(plan["server"]["workers"], places_for(plan), len(plan["upstreams"]) + 1)
        owned = Resources(listeners, admin, arena, sink)

        def ready() -> None:
            gc.collect()
            gc.freeze()  # to go through all that was imported takes 50 ms, in which nobody is answered
            if on_ready is not None:
                on_ready()

        async def serve() -> int:
            return await Supervisor(plan, owned).run(beside, ready)

        return asyncio.run(serve())
