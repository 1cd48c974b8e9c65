"""A FastAPI service of the kinds that people put behind a gateway."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from typing import Any

from fastapi import BackgroundTasks, FastAPI, Request, WebSocket, WebSocketDisconnect
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel

app = FastAPI()
notes = {"listening": 0, "left": 0, "done": 0}
go_on = asyncio.Event()
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


class Order(BaseModel):
    """What an order is, for the generated documentation and for validation."""

    item: str
    count: int


@app.api_route("/echo/{rest:path}", methods=METHODS)
async def echo(request: Request, rest: str) -> dict[str, Any]:
    """Tell what arrived."""
    return {
        "method": request.method,
        "path": rest,
        "query": request.url.query,
        "headers": request.headers.items(),
        "body": (await request.body()).decode("latin-1"),
    }


@app.post("/orders", status_code=201)
async def order(wanted: Order) -> Order:
    return wanted


@app.api_route("/digest", methods=["POST", "PUT"])
async def digest(request: Request) -> dict[str, Any]:
    """Read a body as it comes and tell its size and SHA-256."""
    seen = hashlib.sha256()
    size = pieces = 0
    async for piece in request.stream():
        seen.update(piece)
        size += len(piece)
        pieces += bool(piece)
    return {"size": size, "sha256": seen.hexdigest(), "chunked": "transfer-encoding" in request.headers}


@app.get("/events/{count}")
async def events(count: int) -> StreamingResponse:
    """Send server-sent events, one at a time."""

    async def stream() -> AsyncIterator[str]:
        for number in range(count):
            yield f"id: {number}\ndata: event {number}\n\n"
            await asyncio.sleep(0)

    return StreamingResponse(stream(), media_type="text/event-stream")


@app.get("/forever")
async def forever() -> StreamingResponse:
    """Send events until the client has left."""
    notes["listening"] += 1

    async def stream() -> AsyncIterator[str]:
        try:
            while True:
                yield "data: still here\n\n"
                await asyncio.sleep(0.01)
        finally:
            notes["left"] += 1

    return StreamingResponse(stream(), media_type="text/event-stream")


@app.post("/later", status_code=202)
async def later(tasks: BackgroundTasks) -> dict[str, str]:
    """Answer, and go on working."""

    async def work() -> None:
        await go_on.wait()
        notes["done"] += 1

    tasks.add_task(work)
    return {"status": "accepted"}


@app.post("/go-on")
async def let_go_on() -> None:
    go_on.set()


@app.get("/notes")
async def tell_notes() -> dict[str, int]:
    return notes


@app.get("/cookies")
async def cookies() -> JSONResponse:
    """Set two cookies: a field that must never be joined."""
    response = JSONResponse({})
    response.set_cookie("a", "1")
    response.set_cookie("b", "2")
    return response


@app.websocket("/ws")
async def talk(socket: WebSocket) -> None:
    """Send back each message as the kind it came as."""
    await socket.accept(subprotocol="echo" if "echo" in socket.scope["subprotocols"] else None)
    try:
        while True:
            message = await socket.receive()
            if message["type"] == "websocket.disconnect":
                return
            if message.get("text") is not None:
                await socket.send_text(message["text"])
            else:
                await socket.send_bytes(message["bytes"])
    except WebSocketDisconnect:
        return
