"""Names as name servers know them, asked over real sockets."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lumina.control.discovery.answers import Answer, NoSuchNameError, Question, Target, UnresolvedError
from lumina.control.discovery.name_servers import SOON, NameServers, NoNameServerError
from tests.control.name_server import NameServer

NOWHERE = Path("/nowhere")  # is never read where servers are named
ORDERS = Question("orders.test", 8080)
SERVICE = Question("orders.test", 0, "_http._tcp.orders.test")


@pytest.fixture
def server() -> Iterator[NameServer]:
    """A name server that knows one name of both families."""
    zone = {("orders.test", "A"): ["127.0.0.2", "127.0.0.1"], ("orders.test", "AAAA"): ["::1"]}
    with NameServer(zone, ttl=7) as server:
        yield server


def settings(server: NameServer, timeout: float = 5.0) -> dict[str, Any]:
    return {"nameservers": [list(server.address)], "timeout": timeout}


def ask(server: NameServer, question: Question, before: list[Target] | None = None) -> Answer:
    return asyncio.run(NameServers(settings(server), NOWHERE).look_up(question, before or []))


def test_both_families_are_asked_for_and_paired(server: NameServer) -> None:
    answer = ask(server, ORDERS)
    assert answer == ([Target(("::1", "127.0.0.1"), 8080), Target(("127.0.0.2",), 8080)], 7)
    assert sorted(server.asked) == [("orders.test", "A"), ("orders.test", "AAAA")]


def test_an_answer_that_was_cut_short_is_asked_for_over_tcp(server: NameServer) -> None:
    server.cut_short = True
    assert len(ask(server, ORDERS).targets) == 2


def test_a_name_that_there_is_not_is_told_from_a_server_that_fails(server: NameServer) -> None:
    with pytest.raises(NoSuchNameError, match="no such name"):
        ask(server, Question("other.test", 1))
    server.failing = True
    with pytest.raises(UnresolvedError, match="refused or failed") as caught:
        ask(server, ORDERS)
    assert not isinstance(caught.value, NoSuchNameError)


def test_a_name_without_an_address_is_a_failure(server: NameServer) -> None:
    server.zone[("text.test", "TXT")] = ["x"]
    with pytest.raises(UnresolvedError, match="no address"):
        ask(server, Question("text.test", 1))


def test_a_name_that_is_none_is_a_failure_like_others(server: NameServer) -> None:
    with pytest.raises(UnresolvedError):
        ask(server, Question("a" * 70, 1))


def test_a_family_that_is_not_answered_keeps_what_it_was(server: NameServer) -> None:
    servers = NameServers(settings(server, timeout=0.05), NOWHERE)
    first = asyncio.run(servers.look_up(ORDERS, []))
    server.silent = {"AAAA"}
    second = asyncio.run(servers.look_up(ORDERS, first.targets))
    assert second.targets == first.targets
    assert second.ttl == SOON
    fresh = asyncio.run(NameServers(settings(server, timeout=0.05), NOWHERE).look_up(ORDERS, []))
    assert [target.addresses for target in fresh.targets] == [("127.0.0.1",), ("127.0.0.2",)]


def test_a_server_that_says_nothing_is_told(server: NameServer) -> None:
    server.silent = {"A", "AAAA"}
    with pytest.raises(UnresolvedError, match="in time"):
        asyncio.run(NameServers(settings(server, timeout=0.05), NOWHERE).look_up(ORDERS, []))


def test_a_record_of_a_service_tells_ports_weights_and_tiers(server: NameServer) -> None:
    server.zone |= {
        ("_http._tcp.orders.test", "SRV"): ["0 5 8001 a.test.", "0 0 8002 b.test.", "1 7 8003 a.test."],
        ("a.test", "A"): ["127.0.0.5"],
        ("b.test", "A"): ["127.0.0.6"],
    }
    assert sorted(ask(server, SERVICE).targets) == [
        Target(("127.0.0.5",), 8001, 5, 0),
        Target(("127.0.0.5",), 8003, 7, 1),
        Target(("127.0.0.6",), 8002, 1, 0),
    ]


def test_a_service_of_which_one_host_is_unknown_has_the_others(server: NameServer) -> None:
    server.zone |= {
        ("_http._tcp.orders.test", "SRV"): ["0 5 8001 a.test.", "0 5 8002 gone.test."],
        ("a.test", "A"): ["127.0.0.5"],
    }
    answer = ask(server, SERVICE)
    assert [target.port for target in answer.targets] == [8001]
    assert answer.ttl <= SOON


@pytest.mark.parametrize(
    ("records", "why"),
    [
        pytest.param(["0 0 0 ."], "no SRV record", id="it is said that there is none"),
        pytest.param(["0 5 80 gone.test."], "no such name", id="no host is known"),
        pytest.param([], "no such name", id="no record"),
    ],
)
def test_a_service_that_there_is_not(server: NameServer, records: list[str], why: str) -> None:
    if records:
        server.zone[("_http._tcp.orders.test", "SRV")] = records
    with pytest.raises(UnresolvedError, match=why):
        ask(server, SERVICE)


def test_the_servers_of_the_machine_are_read_again_when_they_change(tmp_path: Path) -> None:
    path = tmp_path / "resolv.conf"
    servers = NameServers({"nameservers": [], "timeout": 1.0}, path)
    with pytest.raises(NoNameServerError, match=r"resolv\.conf"):
        servers.resolver()
    path.write_text("nameserver 127.0.0.1\n")
    first = servers.resolver()
    assert servers.resolver() is first
    path.write_text("nameserver 127.0.0.2\n")
    os.utime(path, ns=(1, 1))
    assert [str(one) for one in servers.resolver().nameservers] == ["127.0.0.2"]
    path.write_text("# nobody\n")
    os.utime(path, ns=(2, 2))
    with pytest.raises(NoNameServerError):
        servers.resolver()
