"""Clients that ask one thing after the other, and tell what became of it."""

import threading

from tests.system.program import PATIENCE, eventually
from tests.system.wire import ClosedError, Peer, connect

CLIENTS = 16


class Load:
    """Clients that each ask one thing after the other on a connection they keep, until told to stop."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.answered = 0
        self.broken: list[str] = []  # connections that ended with a request unanswered
        self.refused: list[str] = []  # connections that could not be made
        self._enough = threading.Event()
        self._count = threading.Lock()
        self._threads = [threading.Thread(target=self._ask, daemon=True) for _ in range(CLIENTS)]
        for thread in self._threads:
            thread.start()

    def _ask(self) -> None:
        while not self._enough.is_set():
            try:
                client = connect(self.port)
            except OSError as error:
                self.refused.append(repr(error))
                return
            with client:
                self._ask_on(client)

    def _ask_on(self, client: Peer) -> None:
        while not self._enough.is_set():
            try:
                client.send("GET /x HTTP/1.1\r\nHost: a\r\n\r\n")
                answer = client.read_response()
                assert answer.body == b"/x"
            except (ClosedError, OSError) as error:
                self.broken.append(repr(error))
                return
            with self._count:
                self.answered += 1
            if answer.head.get("connection") == "close":
                return

    def reach(self, more: int) -> None:
        """Wait until `more` further requests have been answered."""
        goal = self.answered + more
        eventually(lambda: self.answered >= goal, 60)

    def stop(self) -> None:
        self._enough.set()
        for thread in self._threads:
            thread.join(PATIENCE)
