"""The works: what each one asks of a proxy, and what its figure is."""

from dataclasses import dataclass, field

BODIES = {
    "": b'{"status":"settled","service":"payments","amount":{"value":1999,"currency":"EUR"},"items":[3,5,8]}',
    "6": bytes(range(256)) * 256,  # /64k
    "1": bytes(range(256)) * 4096,  # /1m
}

# What a browser sends along; none of it means anything to the proxies.
BROWSER = {
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "en-GB,en;q=0.8,fr;q=0.5,it;q=0.3",
    "Accept-Encoding": "gzip, deflate, br, zstd",
    "Authorization": "Bearer " + "QmVuY2htYXJr" * 12,
    "Referer": "https://www.example.org/account/payments?page=3&sort=date",
    "Cookie": "sid=4f0d8d5c5c0f4b0f9f7c1f2e6f2f8a77; consent=all; lang=en-GB; _visits=17; _first=1767225600",
    "Cache-Control": "no-cache",
    "DNT": "1",
    "Sec-Fetch-Dest": "document",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Site": "same-origin",
    "Priority": "u=0, i",
}

FEW_ROUTES = 10
MANY_ROUTES = 10_000
IDLE_CONNECTIONS = 3000


@dataclass(frozen=True)
class Work:
    """One kind of load."""

    name: str  # on the command line and in results
    title: str  # in tables and plots
    path: str = "status"  # after the prefix
    connections: int = 64
    headers: dict[str, str] = field(default_factory=dict)
    secure: bool = False
    unit: str = "µs"  # of the figure: CPU time a request, or for `idle` memory a connection


LONE = Work("lone", "Small answer, one connection", connections=1)
SMALL = Work("small", "Small answer, 64 connections")
HEADERS = Work("browser", "Small answer, a browser's headers", headers=BROWSER)
MIDDLE = Work("64k", "64 KiB answer", path="64k", connections=32)
LARGE = Work("1m", "1 MiB answer", path="1m", connections=16)
TLS = Work("tls", "Small answer over TLS", secure=True)
ROUTES = Work("routes", f"Lumina with {FEW_ROUTES} and {MANY_ROUTES:,} routes")
IDLE = Work("idle", "Memory of an idle connection", unit="KB")

WORKS = {work.name: work for work in (LONE, SMALL, HEADERS, MIDDLE, LARGE, TLS, ROUTES, IDLE)}
