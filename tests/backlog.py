"""An address that answers nothing."""

import contextlib
import socket
from collections.abc import Iterator


@contextlib.contextmanager
def full_backlog() -> Iterator[tuple[str, int]]:
    """An address where connections are neither taken nor refused: its listener's queue is full and nobody accepts."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield listener.getsockname()
