"""A configuration file to a plan: read, load, validate, check, compile."""

import sys
from collections.abc import Callable
from pathlib import Path

from lumina.config.check.files import check_files
from lumina.config.check.listeners import check_listeners
from lumina.config.check.policies import check_policies
from lumina.config.check.routes import check_routes
from lumina.config.check.trust import check_trust
from lumina.config.check.upstreams import check_upstreams
from lumina.config.compile import Plan, compile_plan
from lumina.config.load import load
from lumina.config.problems import Problem
from lumina.config.source import read
from lumina.config.validate import validate

CHECKS = (check_listeners, check_trust, check_files, check_upstreams, check_policies, check_routes)


def _tell(problem: Problem) -> None:
    sys.stderr.write(problem.render() + "\n\n")


def load_plan(path: str | Path, warn: Callable[[Problem], None] = _tell) -> Plan:
    """Return the plan of a configuration file.

    Raises InvalidConfigError, a ConfigError, with every mistake at once; its text is what a user should read.
    warn: called with each thing that is odd but no mistake; without it they go to standard error.
    """
    source = read(Path(path))
    draft = validate(source, load(source))
    for check in CHECKS:
        check(draft)
    source.raise_problems()
    plan = compile_plan(draft)
    for problem in source.problems:
        warn(problem)
    return plan
