"""`lumina check`: say what a configuration file means, or every mistake in it."""

import argparse
import sys
from pathlib import Path
from typing import Any

from lumina.cli.command import Commands, add_file
from lumina.cli.starting import STDERR, WRONG_CONFIG
from lumina.control.sink import wants_colour

Plan = dict[str, Any]


def add(commands: Commands) -> None:
    """Add this command to the parser."""
    parser = commands.add_parser(
        "check",
        help="check a configuration file",
        description="Check a configuration file and print where its routes lead. Nothing is started.",
    )
    add_file(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the routes, or the mistakes."""
    from lumina.config import InvalidConfigError, Problem, load_plan  # noqa: PLC0415 (only this command needs it at once)
    from lumina.config.problems import render  # noqa: PLC0415

    colour = wants_colour(STDERR)
    warnings: list[Problem] = []
    try:
        plan = load_plan(Path(arguments.file), warn=warnings.append)
    except InvalidConfigError as error:
        print(render(error.problems, colour=colour), file=sys.stderr)
        return WRONG_CONFIG
    if warnings:
        print(render(warnings, colour=colour), file=sys.stderr)
    print(summary(plan))
    return 0


def summary(plan: Plan) -> str:
    """Return where the gateway listens and where each route leads, a route a line."""
    server = plan["server"]
    scheme = "https" if server["tls"] else "http"
    lines = [f"listens on {scheme}://{_authority(server)} with {_count(server['workers'], 'worker')}"]
    if server["admin"]:
        lines.append(f"health and metrics on http://{_authority(server['admin'])}")
    routes = plan["routes"]
    width = max((len(route["prefix"]) for route in routes), default=0)
    lines += [f"{route['prefix']:<{width}}  ->  {_target(plan, route)}" for route in routes]
    lines.append(f"{_count(len(routes), 'route')}, {_count(len(plan['upstreams']), 'upstream')}, no mistakes")
    return "\n".join(lines)


def _authority(listener: Plan) -> str:
    host = listener["host"]
    return f"[{host}]:{listener['port']}" if ":" in host else f"{host}:{listener['port']}"


def _target(plan: Plan, route: Plan) -> str:
    upstream = plan["upstreams"][route["upstream"]]
    scheme = "https" if upstream["tls"] else "http"
    places = ", ".join(
        f"unix:{endpoint['unix']}{upstream['base']}"
        if endpoint["unix"]
        else f"{scheme}://{endpoint['authority']}{upstream['base']}"
        for endpoint in upstream["endpoints"]
    )
    return f"{places}  ({'prefix stripped' if route['strip'] else 'prefix kept'})"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
