"""Names as the machine itself knows them."""

import asyncio
import os
from pathlib import Path

import pytest

from lumina.control.discovery.answers import NoSuchNameError, Question, UnresolvedError
from lumina.control.discovery.pairs import within_reach
from lumina.control.discovery.system import TTL, HostsFile, is_of_this_machine, look_up

HOSTS = """
127.0.0.1 localhost
10.0.0.1 Orders orders.internal  # not this one
#10.0.0.2 hidden
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A hosts file."""
    path = tmp_path / "hosts"
    path.write_text(HOSTS)
    return path


@pytest.mark.parametrize(
    ("host", "ours"),
    [
        ("localhost", True),
        ("localhost.", True),
        ("a.localhost", True),
        ("printer.local", True),
        ("orders", True),
        ("ORDERS.internal", True),
        ("hidden", False),
        ("not", False),
        ("example.org", False),
    ],
)
def test_names_that_no_name_server_is_asked_for(file: Path, host: str, ours: bool) -> None:
    assert is_of_this_machine(host, HostsFile(file)) is ours


def test_a_hosts_file_is_read_again_when_it_changes(file: Path) -> None:
    hosts = HostsFile(file)
    assert "hidden" not in hosts
    file.write_text(HOSTS.replace("#10", "10"))
    os.utime(file, ns=(1, 1))
    assert "hidden" in hosts


def test_a_machine_without_a_hosts_file_has_no_names_in_it(tmp_path: Path) -> None:
    assert "localhost" not in HostsFile(tmp_path / "none")


@pytest.mark.parametrize("host", ["localhost", "localhost.", "orders.localhost"])
def test_localhost_is_one_endpoint_of_both_families(host: str) -> None:
    answer = asyncio.run(look_up(Question(host, 80), []))
    assert [target.addresses for target in answer.targets] == [tuple(within_reach(["::1", "127.0.0.1"]))]
    assert (answer.targets[0].port, answer.ttl) == (80, TTL)


def test_a_name_that_nobody_has_is_told_from_one_that_nobody_tells() -> None:
    with pytest.raises(UnresolvedError):
        asyncio.run(look_up(Question("a" * 70, 80), []))
    with pytest.raises((NoSuchNameError, UnresolvedError)):
        asyncio.run(look_up(Question("nowhere.invalid", 80), []))
