"""The admin pages of a running supervisor, put together: what asyncio calls for each connection to the admin socket."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from lumina import __version__
from lumina.control.admin import Admin, Document
from lumina.control.http_service import Converse, conversations
from lumina.control.metrics import GatewayCollector, Labels, State
from lumina.control.overview import Standing
from lumina.control.scrapes import Scrapes
from lumina.control.tls import read_certificate
from lumina.engine.arena import BOUNDS
from lumina.snapshot import route_labels, upstream_labels


def pages(
    plan: dict[str, Any],
    read: Callable[[], dict[str, Any]],
    standings: Callable[[], Iterable[Standing]],
    document: Document,
    lines_lost: Callable[[], int],
) -> Converse:
    """Return the server of health and metrics for `plan`.

    read: tells what the workers counted; standings: how endpoints stand; document: what `/health` tells;
    lines_lost: lines that the sink refused.
    """
    certificates = {
        entry["certificate"]: read_certificate(entry["certificate"]).not_after for entry in plan["server"]["tls"]
    }

    def state() -> State:
        workers = document()["workers"]
        return State(
            version=__version__,
            config_hash=plan["hash"],
            workers=dict(Counter(worker["state"] for worker in workers["list"])),
            restarts=workers["restarts"],
            lines_lost=lines_lost(),
            certificates=certificates,
        )

    labels = Labels(route_labels(plan), upstream_labels(plan), BOUNDS)
    scrapes = Scrapes(GatewayCollector(read, state, standings, labels).collect)
    return conversations(Admin(document, scrapes).answer)
