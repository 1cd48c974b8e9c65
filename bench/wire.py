"""A link that is long and loses packets, for kernels that have no netem.

    python -m bench.wire NEAR FAR [--delay S] [--jitter S] [--loss P] [--seed N] [--seconds S]

It makes two network devices (TUN) of these names and carries IP packets from each to the other, after a delay, in
order, and but for a share that it drops. Whoever started it moves one of the devices into a namespace. The devices are
gone when it ends, which is after so many seconds at the latest.
"""

import argparse
import contextlib
import fcntl
import os
import random
import selectors
import struct
import time
from collections import deque

TUNSETIFF = 0x400454CA
IFF_TUN, IFF_NO_PI = 0x0001, 0x1000
LARGEST = 65536  # octets of a packet
ROOM = 4096  # packets under way in one direction; what is above it is dropped, as by any router


class Way:
    """One direction: packets that are under way, in the order in which they were sent."""

    def __init__(self, chance: random.Random, delay: float, jitter: float, loss: float) -> None:
        self.chance = chance
        self.delay = delay
        self.jitter = jitter
        self.loss = loss
        self.under_way: deque[tuple[float, bytes]] = deque()
        self.latest = 0.0  # when the last of them arrives

    def send(self, now: float, packet: bytes) -> None:
        """Set a packet on its way, or lose it."""
        if self.chance.random() < self.loss or len(self.under_way) >= ROOM:
            return
        arrival = now + max(0.0, self.delay + self.chance.uniform(-self.jitter, self.jitter))
        self.latest = max(self.latest, arrival)  # one that is quicker than the one before waits for it
        self.under_way.append((self.latest, packet))

    def arrived(self, now: float) -> list[bytes]:
        """Take what has arrived."""
        packets = []
        while self.under_way and self.under_way[0][0] <= now:
            packets.append(self.under_way.popleft()[1])
        return packets


def tun(name: str) -> int:
    """Make a device and return its descriptor: a packet is read or written at a time."""
    fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI))
    return fd


def carry(ends: tuple[int, int], ways: tuple[Way, Way], until: float) -> None:
    """Carry packets from each end to the other, until it is late."""
    selector = selectors.DefaultSelector()
    for place, end in enumerate(ends):
        selector.register(end, selectors.EVENT_READ, place)
    while (now := time.monotonic()) < until:
        due = min((way.under_way[0][0] for way in ways if way.under_way), default=until)
        for key, _ in selector.select(max(0.0, min(due, until) - now)):
            with contextlib.suppress(OSError):  # taken all, or not up yet
                while True:
                    ways[key.data].send(time.monotonic(), os.read(key.fd, LARGEST))
        for place, way in enumerate(ways):
            for packet in way.arrived(time.monotonic()):
                with contextlib.suppress(OSError):  # the other end is down
                    os.write(ends[1 - place], packet)


def main() -> None:
    """Make the devices and carry."""
    parser = argparse.ArgumentParser(prog="wire")
    parser.add_argument("near")
    parser.add_argument("far")
    parser.add_argument("--delay", type=float, default=0.05, help="seconds, each way")
    parser.add_argument("--jitter", type=float, default=0.02, help="seconds more or less")
    parser.add_argument("--loss", type=float, default=0.02, help="a share of 1, each way")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=120.0)
    asked = parser.parse_args()
    ends = tun(asked.near), tun(asked.far)
    chance = random.Random(asked.seed)
    ways = tuple(Way(chance, asked.delay, asked.jitter, asked.loss) for _ in ends)
    carry(ends, (ways[0], ways[1]), time.monotonic() + asked.seconds)


if __name__ == "__main__":
    main()
