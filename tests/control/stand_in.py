"""Stands in for a worker where only the supervisor is under test: says what it is told to, and obeys.

Run as `python stand_in.py SCRIPT FD`; SCRIPT is one of the names below.
"""

import asyncio
import os
import signal
import socket
import sys

from lumina.control.channel import Message, encode, receive


async def main(script: str, descriptor: int) -> int:
    """Be the worker of `script`; return the exit code."""
    channel = socket.socket(fileno=descriptor)
    channel.setblocking(False)
    reader, writer = await asyncio.open_connection(sock=channel)
    hello = await receive(reader)
    assert hello is not None
    if script == "fails":
        return 3
    if script == "nonsense":
        writer.write(b"\0\0\0\2{}")
    if script != "hangs":
        writer.write(encode({"type": "ready"}))
    if script == "reports":
        writer.write(log("hello", slot=hello["slot"], inherited=inherited(hello)))
    if script == "tells":
        writer.write(log("hello", endpoints=hello["endpoints"]))
    if script == "dies":
        await writer.drain()
        os.kill(os.getpid(), signal.SIGABRT)
    while message := await receive(reader):
        if script == "tells" and message["type"] == "endpoints":
            writer.write(log("told", endpoints=message["upstream"]))
        if message["type"] == "drain" and script != "lingers":
            break
    return 0


def log(event: str, **facts: object) -> bytes:
    """Return what reports an event."""
    return encode({"type": "log", "level": "warning", "event": event, "facts": facts})


def inherited(hello: Message) -> list[bool]:
    """Say which of the descriptors that we are told of are open here."""
    found = []
    for descriptor in [hello["arena"], *(listener["fd"] for listener in hello["listeners"])]:
        try:
            os.fstat(descriptor)
        except OSError:
            found.append(False)
        else:
            found.append(True)
    return found


if __name__ == "__main__":
    sys.exit(asyncio.run(main(sys.argv[1], int(sys.argv[2]))))
