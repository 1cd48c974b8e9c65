"""What supervisor and worker tell each other: JSON messages, each behind its length in four octets.

Every message is an object with a `type`. From the supervisor come `hello` (once, first), `endpoints` (all that an
upstream has now) and `drain`; from a worker come `ready`, `log` and nothing else. The end of the stream is a message
too: the other side is gone.
"""

import asyncio
import json
import socket
import struct
from typing import Any

Message = dict[str, Any]

LENGTH = struct.Struct("!I")
MAX_MESSAGE = 64 * 1024 * 1024  # octets; a plan of 100,000 routes takes about 20 MB


class ChannelError(Exception):
    """The other side sent what is no message."""


def encode(message: Message) -> bytes:
    """Return the octets that carry `message`."""
    body = json.dumps(message, separators=(",", ":")).encode()
    return LENGTH.pack(len(body)) + body


async def receive(reader: asyncio.StreamReader) -> Message | None:
    """Return the next message, or None when the other side is gone, even if in the middle of one."""
    try:
        (size,) = LENGTH.unpack(await reader.readexactly(LENGTH.size))
        if size > MAX_MESSAGE:
            raise ChannelError(f"a message of {size} octets")
        body = await reader.readexactly(size)
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    return _decoded(body)


def receive_now(channel: socket.socket) -> Message | None:
    """As receive(), for one who has no loop yet: wait for the next message on a blocking socket."""
    try:
        head = _exactly(channel, LENGTH.size)
        size = LENGTH.unpack(head)[0] if head else 0
        if size > MAX_MESSAGE:
            raise ChannelError(f"a message of {size} octets")
        body = _exactly(channel, size) if head else b""
    except ConnectionError:
        return None
    return _decoded(body) if body else None


def _exactly(channel: socket.socket, size: int) -> bytes:
    """Return so many octets, none of what follows, and nothing when the stream ends before."""
    got = bytearray()
    while len(got) < size:
        part = channel.recv(size - len(got))
        if not part:
            return b""
        got += part
    return bytes(got)


def _decoded(body: bytes) -> Message:
    try:
        message = json.loads(body)
    except ValueError as error:
        raise ChannelError("a message that is not JSON") from error
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        raise ChannelError("a message without a type")
    return message
