"""All that runs during a benchmark: the origin, the floor, and each peer once for every kind of listener."""

import contextlib
import os
import ssl
import subprocess
import time
import urllib.request
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from bench.native.build import compile_native, native
from bench.peers import HOST, PREFIX, Peer, Site, route_name
from bench.process import Program, StartError, free_port
from bench.works import BODIES, FEW_ROUTES, IDLE, MANY_ROUTES, ROUTES, TLS, Work

FLOOR = "floor"
PATIENCE = 10.0  # seconds for a proxy that listens to answer rightly
PAUSE = 0.1
ROUTES_TAKEN = 1000  # routes that the load goes through, when there are more


@dataclass(frozen=True)
class Contender:
    """One program that a work is measured on."""

    name: str
    program: Program
    port: int
    prefix: str = PREFIX
    secure: bool = False
    routes: int = 0

    def url(self, path: str) -> str:
        return f"{'https' if self.secure else 'http'}://{HOST}:{self.port}{path}"

    def paths(self, work: Work) -> list[str]:
        """Return the paths that the load asks for, evenly taken from its routes when it has many."""
        step = max(1, self.routes // ROUTES_TAKEN)
        names = [route_name(number) for number in range(0, self.routes, step)]
        return [f"/api/{name}/{work.path}" for name in names] or [f"{self.prefix}/{work.path}"]


class Fleet:
    """Starts everything on entering, and ends everything on leaving."""

    def __init__(self, directory: Path, peers: Iterable[Peer], works: Iterable[Work]) -> None:
        self.directory = directory
        self.peers = list(peers)
        self.works = list(works)
        cpus = sorted(os.sched_getaffinity(0))
        self.proxy_cpus = frozenset(cpus[:1])
        self.load_cpus = frozenset(cpus[1:] or cpus)
        self.refused: dict[str, str] = {}  # contenders that did not start or answer, and why
        self._contenders: list[Contender] = []
        self._running = contextlib.ExitStack()

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as starting:
            compile_native()
            self._origin = self._start_native("origin", f"{{port}}, {self._bodies()!r}", self.load_cpus, starting)
            self._certificate = make_certificate(self.directory) if TLS in self.works else None
            if any(work not in (TLS, ROUTES, IDLE) for work in self.works):
                port = self._start_native("relay", f"{{port}}, {self._origin}", self.proxy_cpus, starting)
                self._contenders.append(Contender(FLOOR, self._native, port, prefix=""))
            for peer in self.peers:
                for name, site in self._sites(peer):
                    self._start(peer, name, site, starting)
            self._running = starting.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._running.close()

    def of(self, work: Work) -> list[Contender]:
        """Return what this work is measured on."""
        if work == ROUTES:
            return [contender for contender in self._contenders if contender.routes]
        fitting = [c for c in self._contenders if not c.routes and c.secure == work.secure]
        return [c for c in fitting if not (c.name == FLOOR and work == IDLE)]

    def _start_native(self, module: str, arguments: str, cpus: frozenset[int], stack: contextlib.ExitStack) -> int:
        port = free_port()
        argv = native(f"{module}.serve({arguments.replace('{port}', str(port))})")
        self._native = stack.enter_context(Program(argv, log=self.directory / f"{module}.log", cpus=cpus))
        self._native.wait_until_listening(port)
        return port

    def _bodies(self) -> dict[str, str]:
        """Write what the origin answers with, and return where."""
        files = {letter: self.directory / f"body-{letter or 'small'}" for letter in BODIES}
        for letter, file in files.items():
            file.write_bytes(BODIES[letter])
        return {letter: str(file) for letter, file in files.items()}

    def _sites(self, peer: Peer) -> Iterator[tuple[str, Site]]:
        """Yield the name and the site of each program of this peer that the works need."""

        def site(kind: str, certificate: Path | None = None, routes: int = 0) -> Site:
            directory = self.directory / f"{peer.name}-{kind}"
            directory.mkdir()
            return Site(directory, free_port(), self._origin, certificate, routes)

        if any(not work.secure and work != ROUTES for work in self.works):
            yield peer.name, site("plain")
        if self._certificate:
            yield peer.name, site("tls", self._certificate)
        if ROUTES in self.works and peer.name == "lumina":
            for routes in (FEW_ROUTES, MANY_ROUTES):
                yield str(routes), site(f"{routes}-routes", routes=routes)

    def _start(self, peer: Peer, name: str, site: Site, stack: contextlib.ExitStack) -> None:
        launch = peer.launch(peer.program() or peer.name, site)
        log = site.directory / "output.log"
        program = Program(launch.argv, log=log, cpus=self.proxy_cpus, environment=launch.environment)
        stack.enter_context(program)
        secure = site.certificate is not None
        contender = Contender(name, program, site.port, secure=secure, routes=site.routes)
        try:
            program.wait_until_listening(site.port)
            for work in self.works:
                if work.secure == secure and (work == ROUTES) == bool(site.routes):
                    self._try(contender, work, site)
        except StartError as error:
            self.refused[site.directory.name] = str(error)
            program.stop()
        else:
            self._contenders.append(contender)

    def _try(self, contender: Contender, work: Work, site: Site) -> None:
        """Ask until it answers rightly, so that no figure is of an error page. Raises StartError.

        Some peers listen before they have read their routes.
        """
        url, expected = contender.url(contender.paths(work)[-1]), BODIES.get(work.path[0], BODIES[""])
        trust = ssl.create_default_context(cafile=site.certificate) if site.certificate else None
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                with urllib.request.urlopen(url, timeout=PATIENCE, context=trust) as answer:
                    if answer.read() == expected:
                        return
                    why = "answers with another body"
            except OSError as error:
                why = f"does not answer: {error}; {contender.program.last_words()}"
            if time.monotonic() > deadline:
                raise StartError(why)
            time.sleep(PAUSE)


def make_certificate(directory: Path) -> Path:
    """Make a certificate for the loopback, signed by itself, with its key in the same file."""
    file = directory / "loopback.pem"
    key, chain = directory / "key.pem", directory / "chain.pem"
    made = ["-x509", "-nodes", "-days", "2", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
    names = ["-subj", "/CN=localhost", "-addext", f"subjectAltName=DNS:localhost,IP:{HOST}"]
    files = ["-keyout", str(key), "-out", str(chain)]
    subprocess.run(["openssl", "req", *made, *names, *files], check=True, capture_output=True)
    file.write_bytes(chain.read_bytes() + key.read_bytes())
    return file
