"""A small real name server on loopback, which answers from a table that a test may change at any time."""

import contextlib
import socket
import threading
from types import TracebackType
from typing import Self

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

WAIT = 0.05  # seconds between two looks at whether to go on

Zone = dict[tuple[str, str], list[str]]


class NameServer:
    """Answers over UDP, and over TCP where an answer is to be cut short. What was asked is kept in `asked`."""

    def __init__(self, zone: Zone | None = None, ttl: int = 1) -> None:
        self.zone: Zone = zone or {}  # (name, type): values; a name without any entry is NXDOMAIN
        self.ttl = ttl
        self.failing = False  # SERVFAIL for everything
        self.silent: set[str] = set()  # types that are not answered
        self.cut_short = False  # answers over UDP say that they are too long
        self.asked: list[tuple[str, str]] = []
        self._changed = threading.Condition()
        self._socket, self._listener = _twins()
        self.address: tuple[str, int] = self._socket.getsockname()
        self._closing = False
        self._threads = [threading.Thread(target=each) for each in (self._datagrams, self._streams)]
        for thread in self._threads:
            thread.start()

    @property
    def where(self) -> str:
        """Its address, as a configuration writes it."""
        return f"{self.address[0]}:{self.address[1]}"

    def wait_for(self, count: int, kind: str = "A", timeout: float = 30.0) -> None:
        """Wait until it was asked so many times for records of that type."""
        with self._changed:
            assert self._changed.wait_for(lambda: len([one for one in self.asked if one[1] == kind]) >= count, timeout)

    def _datagrams(self) -> None:
        while not self._closing:
            with contextlib.suppress(TimeoutError):
                data, peer = self._socket.recvfrom(4096)
                answer = self._answer(data, cut_short=self.cut_short)
                if answer is not None:
                    self._socket.sendto(answer, peer)

    def _streams(self) -> None:
        while not self._closing:
            with contextlib.suppress(TimeoutError):
                client, _ = self._listener.accept()
                with client, contextlib.suppress(OSError):
                    client.settimeout(5)
                    data = client.recv(4096)
                    answer = self._answer(data[2:], cut_short=False)
                    if answer is not None:
                        client.sendall(len(answer).to_bytes(2, "big") + answer)

    def _answer(self, data: bytes, *, cut_short: bool) -> bytes | None:
        try:
            query = dns.message.from_wire(data)
        except dns.exception.DNSException:
            return None
        (question,) = query.question
        name, kind = question.name.to_text().rstrip(".").lower(), dns.rdatatype.to_text(question.rdtype)
        with self._changed:
            self.asked.append((name, kind))
            self._changed.notify_all()
        if kind in self.silent:
            return None
        answer = dns.message.make_response(query)
        values = self.zone.get((name, kind), [])
        if self.failing:
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif cut_short:
            answer.flags |= dns.flags.TC
        elif values:
            answer.answer.append(dns.rrset.from_text(question.name, self.ttl, "IN", kind, *values))
        elif not any(known == name for known, _ in self.zone):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        return answer.to_wire()

    def close(self) -> None:
        """Answer no more."""
        self._closing = True
        for thread in self._threads:
            thread.join()
        self._socket.close()
        self._listener.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _twins() -> tuple[socket.socket, socket.socket]:
    """Return a datagram socket and a listener with the same port."""
    while True:
        datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        datagrams.bind(("127.0.0.1", 0))
        streams = socket.socket()
        try:
            streams.bind(datagrams.getsockname())
        except OSError:
            datagrams.close()
            streams.close()
            continue
        streams.listen()
        datagrams.settimeout(WAIT)
        streams.settimeout(WAIT)
        return datagrams, streams
