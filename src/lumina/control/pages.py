"""The admin pages of a running supervisor, put together: what asyncio calls for each connection to the admin socket."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from lumina import __version__
from lumina.control.admin import Admin, Document
from lumina.control.generation import Generation
from lumina.control.http_service import Converse, conversations
from lumina.control.metrics import GatewayCollector, Labels, State
from lumina.control.overview import Standing
from lumina.control.reload import Reloads
from lumina.control.scrapes import Scrapes
from lumina.engine.arena import BOUNDS


def pages(
    generation: Callable[[], Generation],
    read: Callable[[], dict[str, Any]],
    document: Document,
    lines_lost: Callable[[], int],
    *,
    labels: tuple[dict[int, str], dict[int, str]],
    reloads: Reloads,
) -> Converse:
    """Return the server of health and metrics.

    generation: who works now; read: tells what the workers counted; document: what `/health` tells; lines_lost: lines
    that the sink refused; labels: what the series of routes and of upstreams are called, which may grow.
    """

    def state() -> State:
        workers = document()["workers"]
        return State(
            version=__version__,
            config_hash=generation().plan["hash"],
            workers=dict(Counter(worker["state"] for worker in workers["list"])),
            restarts=workers["restarts"],
            lines_lost=lines_lost(),
            certificates=generation().certificates,
            reloads=reloads,
        )

    def standings() -> Iterator[Standing]:
        return generation().upstreams.standings()

    scrapes = Scrapes(GatewayCollector(read, state, standings, Labels(*labels, BOUNDS)).collect)
    return conversations(Admin(document, scrapes).answer)
