"""What `serve` and `demo` have in common: refuse what cannot start, in one line and a hint, before anything runs."""

import contextlib
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from lumina.control.compiled import missing
from lumina.control.sink import wants_colour
from lumina.errors import LuminaError

Plan = dict[str, Any]
Run = Callable[[Plan, Callable[[], Plan]], int]

FAILED = 1
WRONG_CONFIG = 2
STDERR = 2


def complain(text: str, hint: str = "") -> None:
    """Tell a person why we stop, on standard error."""
    print(f"lumina: {text}", file=sys.stderr)
    if hint:
        print(f"hint: {hint}", file=sys.stderr)


def start(path: Path, run: Run) -> int:
    """Load the configuration at `path` and hand its plan to `run`, and what loads it anew; return the exit code."""
    with _ending_on_sigterm():
        return _start(path, run)


@contextlib.contextmanager
def _ending_on_sigterm() -> Iterator[None]:
    """Let a SIGTERM end us until the gateway has a use of its own for it.

    The kernel keeps from process 1, as which we run in a container, every signal that it has no handler for: whoever
    stopped us while the configuration is read would wait in vain, and then kill.
    """
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _start(path: Path, run: Run) -> int:
    uncompiled = missing()
    if uncompiled:
        complain(
            f"this installation is not compiled ({len(uncompiled)} modules, such as {uncompiled[0]})",
            "in a checkout, `make run` builds it; otherwise install the wheel, or have a C compiler and install again",
        )
        return FAILED
    from lumina.config import InvalidConfigError, load_plan  # noqa: PLC0415 (its models take a while to import)
    from lumina.config.problems import Problem, render  # noqa: PLC0415

    colour = wants_colour(STDERR)
    warnings: list[Problem] = []
    try:
        plan = load_plan(path, warnings.append)
    except InvalidConfigError as error:
        print(render(error.problems, colour=colour), file=sys.stderr)
        return WRONG_CONFIG
    if warnings:
        print(render(warnings, colour=colour), file=sys.stderr)
    try:
        return run(plan, lambda: load_plan(path))
    except LuminaError as error:
        complain(str(error), getattr(error, "hint", ""))
        return FAILED
