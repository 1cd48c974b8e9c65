"""Who is asked for which name."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from lumina.control.discovery.answers import Answer, NoSuchNameError, Question, UnresolvedError
from lumina.control.discovery.ways import Ways
from tests.control.name_server import NameServer

NOBODY: dict[str, Any] = {"nameservers": [], "timeout": 1.0}


def ask(settings: dict[str, Any], question: Question, *files: Path) -> Answer:
    return asyncio.run(Ways(settings, *files).ask(question, []))


def test_what_is_of_this_machine_is_asked_of_it() -> None:
    with NameServer() as server:
        settings = {"nameservers": [list(server.address)], "timeout": 1.0}
        assert "127.0.0.1" in ask(settings, Question("localhost", 1)).targets[0].addresses
        assert server.asked == []


def test_other_names_are_asked_of_the_name_servers() -> None:
    with NameServer({("a.test", "A"): ["127.0.0.9"]}) as server:
        settings = {"nameservers": [list(server.address)], "timeout": 5.0}
        assert ask(settings, Question("a.test", 1)).targets[0].addresses == ("127.0.0.9",)
        with pytest.raises(NoSuchNameError):
            ask(settings, Question("b.test", 1))


def test_without_name_servers_the_machine_is_asked(tmp_path: Path) -> None:
    files = tmp_path / "no hosts", tmp_path / "no resolv.conf"
    with pytest.raises(UnresolvedError) as caught:
        ask(NOBODY, Question("nowhere.invalid", 1), *files)
    assert "resolv.conf" not in str(caught.value)
    with pytest.raises(UnresolvedError, match=r"resolv\.conf"):  # which getaddrinfo() could not answer
        ask(NOBODY, Question("a.test", 0, "_http._tcp.a.test"), *files)
