"""What an upstream is thought of by how it answers: `outliers`, `breaker` and `adaptive`."""

from typing import Annotated

from pydantic import Field

from lumina.config.model.section import Section
from lumina.config.model.values import Duration, Number, Share, Whole

HOUR = 3600.0
WINDOW = Duration(1.0, HOUR)
PAUSE = Duration(0.05, HOUR)
RATE = Share(0.01, 1.0)
COUNT = Whole(1, 1_000_000)
IN_A_ROW = Whole(0, 1_000_000)


class Outliers(Section):
    """When an endpoint that fails is left out for a while, as seen from all workers.

    A try fails when no connection comes about, when it ends or times out before an answer, when what comes is no HTTP,
    and when the answer is 502, 503, 504, or another from 500 on that stands in `retries.statuses`.
    """

    consecutive: Annotated[int, IN_A_ROW] = Field(
        default=5,
        description="Failures in a row after which an endpoint is left out; 0 is never.",
    )
    failure_rate: Annotated[float, RATE] = Field(
        default=0.5,
        description="Share of failures in a window at which it is left out.",
    )
    requests: Annotated[int, COUNT] = Field(
        default=20,
        description="Fewest requests in a window for a share to mean anything.",
    )
    window: Annotated[float, WINDOW] = Field(default=10.0, description="How far back shares look.")
    slow_factor: Annotated[float, Number(0, 1000)] = Field(
        default=5.0,
        description="How many times slower than its peers it may answer before it is left out; 0 is any. "
        "Whoever takes less than 100 ms is not slow.",
    )
    ejection: Annotated[float, PAUSE] = Field(
        default=1.0,
        description="How long it is left out the first time; each further time in a row doubles that.",
    )
    max_ejection: Annotated[float, PAUSE] = Field(default=5.0, description="The longest it is left out at once.")
    max_ejected: Annotated[float, Share(0.0, 1.0)] = Field(
        default=0.7,
        description="Most of an upstream's endpoints that are left out together: never the last one, and one of "
        "several in any case. "
        "Where more fail than that, those that are left out are tried again at once, and then each second.",
    )


class Breaker(Section):
    """When a whole upstream is given a rest: requests are answered at once, until some trials succeed."""

    consecutive: Annotated[int, IN_A_ROW] = Field(
        default=0,
        description="Failures in a row that open the breaker; 0 is never.",
    )
    failure_rate: Annotated[float, RATE] = Field(
        default=0.5,
        description="Share of failures in a window that opens it.",
    )
    slow_rate: Annotated[float, RATE] = Field(default=1.0, description="Share of slow answers that opens it.")
    slow: Annotated[float, Duration(0.0, HOUR)] = Field(
        default=0.0,
        description="From when on an answer counts as slow; `0s` is never.",
    )
    requests: Annotated[int, COUNT] = Field(
        default=20,
        description="Fewest requests in a window for a share to mean anything.",
    )
    window: Annotated[float, WINDOW] = Field(default=10.0, description="How far back shares look.")
    open: Annotated[float, PAUSE] = Field(
        default=5.0, description="How long it stays open before trials; 503 says so in `Retry-After`."
    )
    trials: Annotated[int, Whole(1, 1000)] = Field(default=3, description="Trials that must succeed to close it.")


class Adaptive(Section):
    """How many requests one worker has under way at an upstream, found out from how latency answers to load."""

    tolerance: Annotated[float, Number(1, 100)] = Field(
        default=2.0,
        description="How many times the latency without load is still taken for no overload.",
    )
    minimum: Annotated[int, Whole(1, 65536)] = Field(default=8, description="The fewest that are always let through.")
    maximum: Annotated[int, Whole(1, 65536)] = Field(default=65536, description="The most that are ever let through.")
