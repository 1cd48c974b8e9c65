"""Health and metrics over HTTP, on the supervisor's private socket; workers pass the admin paths on to it."""

import json
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from lumina.control.health import is_ready
from lumina.control.http_service import Headers, Request, Response
from lumina.control.metrics import kind_for
from lumina.control.scrapes import Scrapes

NOT_STORED = ("Cache-Control", "no-store")

Document = Callable[[], dict[str, Any]]


class Admin:
    """Answers the admin paths."""

    def __init__(self, document: Document, scrapes: Scrapes) -> None:
        """document: returns what `/health` tells, now."""
        self._document = document
        self._scrapes = scrapes
        self._paths: dict[str, Callable[[Request], Awaitable[Response]]] = {
            "/health": self._health,
            "/health/live": self._live,
            "/health/ready": self._ready,
            "/metrics": self._metrics,
        }

    async def answer(self, request: Request) -> Response:
        """Answer one request."""
        page = self._paths.get(request.path)
        if page is None:
            return problem(HTTPStatus.NOT_FOUND, f"there is no {request.path}; there are {', '.join(self._paths)}")
        if request.method not in ("GET", "HEAD"):
            return problem(HTTPStatus.METHOD_NOT_ALLOWED, "only GET and HEAD", [("Allow", "GET, HEAD")])
        return await page(request)

    async def _health(self, _: Request) -> Response:
        document = self._document()
        return _json(document, HTTPStatus.OK if is_ready(document["status"]) else HTTPStatus.SERVICE_UNAVAILABLE)

    async def _live(self, _: Request) -> Response:
        return _json({"status": "ok"})

    async def _ready(self, _: Request) -> Response:
        status = self._document()["status"]
        return _json({"status": status}, HTTPStatus.OK if is_ready(status) else HTTPStatus.SERVICE_UNAVAILABLE)

    async def _metrics(self, request: Request) -> Response:
        kind = kind_for(request.headers.get("accept", ""))
        text = (await self._scrapes.take()).page(kind)
        return Response(HTTPStatus.OK, [("Content-Type", kind), ("Vary", "Accept"), NOT_STORED], text)


def _json(value: dict[str, Any], status: HTTPStatus = HTTPStatus.OK) -> Response:
    body = json.dumps(value, indent=2).encode() + b"\n"
    return Response(status, [("Content-Type", "application/json"), NOT_STORED], body)


def problem(status: HTTPStatus, detail: str, headers: Headers | None = None) -> Response:
    """Return a refusal as problem details (RFC 9457)."""
    facts = {"type": "about:blank", "title": status.phrase, "status": status.value, "detail": detail}
    body = json.dumps(facts).encode() + b"\n"
    return Response(status, [("Content-Type", "application/problem+json"), NOT_STORED, *(headers or [])], body)
