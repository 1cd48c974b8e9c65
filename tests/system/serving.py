"""An origin that answers by itself: one thread a connection, one function that decides."""

import contextlib
import socket
import threading
from collections.abc import Callable
from typing import Self

from tests.system.program import PATIENCE
from tests.system.wire import ClosedError, Message, Origin, Peer

Answer = Callable[[Peer, Message], bool]  # False: the connection is to be closed


def tell_target(peer: Peer, request: Message) -> bool:
    """Answer with the target that was asked for."""
    peer.answer(request.head.line.split(" ")[1].encode("latin-1"))
    return True


class ServingOrigin(Origin):
    """Answers every request until closed. What was asked is kept in `requests`, in order of arrival."""

    def __init__(
        self,
        answer: Answer = tell_target,
        *,
        path: str | None = None,
        address: tuple[str, int] = ("127.0.0.1", 0),
    ) -> None:
        super().__init__(path=path, address=address)
        self.requests: list[Message] = []
        self.connections = 0
        self._answer = answer
        self._threads: list[threading.Thread] = []
        self._closing = False
        self._start(self._accept)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _start(self, target: Callable[[], None]) -> None:
        thread = threading.Thread(target=target, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._closing:
            with contextlib.suppress(TimeoutError):
                try:
                    peer = self.accept(0.2)
                except OSError as error:
                    if isinstance(error, TimeoutError):
                        raise
                    return
                self.connections += 1
                self._start(lambda peer=peer: self._converse(peer))  # type: ignore[misc]

    def _converse(self, peer: Peer) -> None:
        with peer, contextlib.suppress(ClosedError, OSError):
            while not self._closing:
                request = peer.read_request()
                self.requests.append(request)
                if not self._answer(peer, request):
                    return

    def close(self) -> None:
        self._closing = True
        for peer in list(self._peers):  # wake what waits for another request
            with contextlib.suppress(OSError):
                peer.socket.shutdown(socket.SHUT_RDWR)
        super().close()
        for thread in self._threads:
            thread.join(PATIENCE)
