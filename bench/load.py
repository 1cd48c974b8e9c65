"""The load: wrk on its own CPU, and what it says of a run."""

import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0}
GRACE = 30  # seconds that wrk may take beyond its time


class LoadError(Exception):
    """A run that says nothing about speed: nothing was answered, or something went wrong on the way."""


@dataclass(frozen=True)
class Load:
    """What one run of wrk saw."""

    requests: int
    rate: float  # requests a second
    p99: float  # seconds


def parse_wrk(text: str) -> Load:
    """Read the report of `wrk --latency`. Raises LoadError."""
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    if refused:
        raise LoadError(f"{refused[1]} answers were refusals")
    broken = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+)", text)
    if broken and any(int(count) for count in broken.groups()):
        raise LoadError(broken[0].lower())
    requests = re.search(r"(\d+) requests in", text)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", text)
    p99 = re.search(r"99%\s+([\d.]+)(us|ms|s|m)\b", text)
    if not (requests and rate and p99) or int(requests[1]) == 0:
        raise LoadError(f"nothing was answered: {text.strip()[-200:]}")
    return Load(int(requests[1]), float(rate[1]), float(p99[1]) * UNITS[p99[2]])


def script(headers: Mapping[str, str], paths: Sequence[str]) -> str:
    """Return what wrk is to send, in Lua: `headers` always; the paths one after the other when there are many.

    The requests are built before the run, so that choosing among them is not what limits the load.
    """
    lines = [f'wrk.headers["{name}"] = "{value}"' for name, value in headers.items()]
    if len(paths) > 1:
        lines += [
            "local requests, at = {}, 0",
            "init = function()",
            *(f'  requests[{place}] = wrk.format("GET", "{path}")' for place, path in enumerate(paths)),
            "end",
            f"request = function() at = (at + 1) % {len(paths)}; return requests[at] end",
        ]
    return "\n".join(lines) + "\n"


@dataclass(frozen=True)
class Generator:
    """wrk with one thread, held to the CPUs that the proxy does not use."""

    cpus: frozenset[int]
    directory: Path

    def run(self, url: str, *, seconds: int, connections: int, lua: str) -> Load:
        """Load `url` for so many seconds. Raises LoadError."""
        file = self.directory / "requests.lua"
        file.write_text(lua)
        options = ["-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s", "--latency", "-s", str(file)]
        argv = ["taskset", "--cpu-list", ",".join(map(str, sorted(self.cpus))), "wrk", *options, url]
        try:
            done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=seconds + GRACE)
        except subprocess.TimeoutExpired:
            raise LoadError("wrk did not come back") from None
        return parse_wrk(done.stdout + done.stderr)
