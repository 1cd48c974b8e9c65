"""A small payments service to put a gateway in front of: `python -m lumina.control.demo_service --host H --port P`.

It keeps charges in memory, streams events as they happen and can be slow on request; `lumina demo` runs it beside the
gateway, docker-compose as a container of its own.
"""

import argparse
import asyncio
import json
import signal
import sys
import time
import uuid
from collections.abc import AsyncIterator, Callable
from http import HTTPStatus
from typing import Any

from lumina.control.http_service import Request, Response, conversations

HOST = "127.0.0.1"
PORT = 8082
KEPT = 100  # charges remembered
SLOWEST = 60.0  # seconds that /slow may be asked to take
EVENT_PERIOD = 1.0  # seconds between two events when no charge is made
EVENTS = 5  # events that /events sends unless asked for another number


class Payments:
    """The service: what it knows, and an answer for each path."""

    def __init__(self) -> None:
        self._since = time.monotonic()
        self._charges: dict[str, dict[str, Any]] = {}
        self._charged = asyncio.Condition()
        self._pages: dict[tuple[str, str], Callable[[Request], Any]] = {
            ("GET", "/"): self._index,
            ("GET", "/status"): self._status,
            ("GET", "/health"): self._health,
            ("GET", "/events"): self._events,
            ("GET", "/slow"): self._slow,
            ("GET", "/charges"): self._list,
            ("POST", "/charge"): self._charge,
        }

    async def answer(self, request: Request) -> Response:
        """Answer one request."""
        method = "GET" if request.method == "HEAD" else request.method
        page = self._pages.get((method, request.path))
        if page is not None:
            response: Response = await page(request)
            return response
        known = sorted(verb for verb, path in self._pages if path == request.path)
        if known:
            refusal = {"error": f"{request.path} takes {', '.join(known)}"}
            return _json(refusal, HTTPStatus.METHOD_NOT_ALLOWED, [("Allow", ", ".join(known))])
        return _json({"error": f"nothing at {request.path}"}, HTTPStatus.NOT_FOUND)

    async def _index(self, _: Request) -> Response:
        return _json({"service": "payments", "paths": [f"{method} {path}" for method, path in self._pages]})

    async def _status(self, request: Request) -> Response:
        uptime = round(time.monotonic() - self._since, 3)
        return _json(
            {
                "service": "payments",
                "status": "ok",
                "uptime": uptime,
                "charges": len(self._charges),
                "query": request.query,
                "seen_by_the_service": {
                    name: request.headers[name]
                    for name in (
                        "host",
                        "x-forwarded-for",
                        "x-forwarded-proto",
                        "x-forwarded-host",
                        "via",
                        "x-request-id",
                    )
                    if name in request.headers
                },
            }
        )

    async def _health(self, _: Request) -> Response:
        return _json({"status": "ok"})

    async def _list(self, _: Request) -> Response:
        return _json({"charges": list(self._charges.values())})

    async def _charge(self, request: Request) -> Response:
        try:
            wanted = json.loads(request.body)
        except ValueError as error:
            return _json({"error": f"the body is not JSON: {error}"}, HTTPStatus.BAD_REQUEST)
        charge = {"id": str(uuid.uuid4()), "state": "charged", "request": wanted}
        if len(self._charges) == KEPT:
            del self._charges[next(iter(self._charges))]
        self._charges[charge["id"]] = charge
        async with self._charged:
            self._charged.notify_all()
        return _json(charge, HTTPStatus.CREATED)

    async def _slow(self, request: Request) -> Response:
        try:
            seconds = float(request.query.get("seconds", "1"))
        except ValueError:
            return _json({"error": "seconds is not a number"}, HTTPStatus.BAD_REQUEST)
        if not 0 <= seconds <= SLOWEST:
            return _json({"error": f"seconds is from 0 to {SLOWEST:g}"}, HTTPStatus.BAD_REQUEST)
        await asyncio.sleep(seconds)
        return _json({"waited": seconds})

    async def _events(self, request: Request) -> Response:
        count = request.query.get("count", str(EVENTS))
        if not count.isascii() or not count.isdigit():
            return _json({"error": "count is not a number"}, HTTPStatus.BAD_REQUEST)
        headers = [("Content-Type", "text/event-stream"), ("Cache-Control", "no-store")]
        return Response(HTTPStatus.OK, headers, self._stream(int(count)))

    async def _stream(self, count: int) -> AsyncIterator[bytes]:
        """Yield an event now, and then at each charge or when the period is over."""
        for number in range(count):
            data = json.dumps({"charges": len(self._charges)})
            yield f"id: {number}\nevent: tick\ndata: {data}\n\n".encode()
            if number + 1 < count:
                async with self._charged:
                    try:
                        await asyncio.wait_for(self._charged.wait(), EVENT_PERIOD)
                    except TimeoutError:
                        continue


def _json(
    value: dict[str, Any], status: HTTPStatus = HTTPStatus.OK, headers: list[tuple[str, str]] | None = None
) -> Response:
    body = json.dumps(value, indent=2).encode() + b"\n"
    return Response(status, [("Content-Type", "application/json"), *(headers or [])], body)


async def serve(host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    server = await asyncio.start_server(conversations(Payments().answer), host, port)
    address = server.sockets[0].getsockname()
    sys.stdout.write(f"payments listens on {address[0]}:{address[1]}\n")
    sys.stdout.flush()
    await stop.wait()
    server.close()


def main() -> None:
    """Run alone."""
    parser = argparse.ArgumentParser(
        prog="python -m lumina.control.demo_service", description="a small payments service"
    )
    parser.add_argument("--host", default=HOST)
    parser.add_argument("--port", type=int, default=PORT)
    arguments = parser.parse_args()
    asyncio.run(serve(arguments.host, arguments.port))


if __name__ == "__main__":
    main()
