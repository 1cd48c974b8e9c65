"""A siege of few, and in a hurry: whoever is slow or greedy is shown out, and what is not as promised is told."""

import socket
from collections import Counter
from pathlib import Path

import pytest

from bench.attack import Honest, Outcome, Seen, report, scenario
from bench.attackers import Attacker, Kind


@pytest.mark.heavy
@pytest.mark.timeout(180)
def test_nobody_stays_and_honest_clients_are_served(tmp_path: Path) -> None:
    outcome = scenario(tmp_path, scale=0.01, hurry=5.0, seconds=300.0)  # it ends as soon as nobody is left
    kinds = {one["kind"]: one for one in outcome.kinds}
    print(report(outcome))
    assert {name: one["opened"] - one["answered"] - one["ended"] for name, one in kinds.items()} == dict.fromkeys(
        kinds, 0
    )
    assert outcome.failed() == Counter()
    assert outcome.too_many() == 0
    assert len(outcome.busy.beside.times) > 10
    assert kinds["one address"]["opened"] > outcome.allowed
    assert {"408"} == set(kinds["slow head"]["answers"])
    assert outcome.limits["header_time"] >= kinds["slow head"]["opened"]
    assert outcome.limits["body_time"] > 0
    assert outcome.limits["write_time"] == kinds["slow read"]["ended"] > 0


def honest(seconds: float, failed: str = "") -> Honest:
    one = Honest(1, "/", 1.0)
    one.times = [seconds] * 200
    one.failed = Counter([failed] if failed else [])
    return one


def seen(beside: float = 0.001, failed: str = "", memory: int = 0, direct: float = 0.0005) -> Seen:
    return Seen(honest(beside, failed), honest(0.001), honest(direct), memory)


def siege(busy: Seen, *, ended: int = 10, longest: float = 5.0, hurry: float = 1.0, refused: int = 2) -> Outcome:
    kind = {
        "kind": "one address",
        "opened": 10,
        "ended": ended,
        "answered": 0,
        "longest": longest,
        "answers": {"-": 10},
    }
    return Outcome([kind], seen(), busy, {"client_connections": refused}, 8, hurry)


@pytest.mark.parametrize(
    ("outcome", "faults"),
    [
        pytest.param(siege(seen()), [], id="as promised"),
        pytest.param(siege(seen(), ended=9), ["1 attackers were still there"], id="one stayed"),
        pytest.param(siege(seen(), longest=61.0), ["an attacker stayed for more than 60 s"], id="for long"),
        pytest.param(
            siege(seen(), longest=6.1, hurry=10.0), ["an attacker stayed for more than 60 s"], id="for long in a hurry"
        ),
        pytest.param(siege(seen(failed="x")), ["honest requests failed"], id="a failure"),
        pytest.param(siege(seen(), refused=1), ["1 connections of one address too many"], id="too many"),
        pytest.param(siege(seen(0.0021)), ["p99 of an honest client grew more than 2 times"], id="slower"),
        pytest.param(siege(seen(0.0071, direct=0.0056)), [], id="slower, as without a gateway"),
        pytest.param(
            siege(seen(0.0071, direct=0.0054)), ["p99 of an honest client grew more than 2 times"], id="more so"
        ),
        pytest.param(siege(seen(memory=129 << 20)), ["it took more than 128 MiB"], id="more memory"),
    ],
)
def test_what_is_not_as_promised_is_told(outcome: Outcome, faults: list[str]) -> None:
    assert outcome.faults() == faults


@pytest.mark.parametrize(
    ("sent", "answered"),
    [
        pytest.param(b"HTTP/1.1 503 No\r\nContent-Length: 3\r\n\r\nabc", True, id="all of it"),
        pytest.param(b"HTTP/1.1 503 No\r\nA: b\r\nContent-Length: 3\r\nC: d\r\n\r\nab", False, id="not yet"),
        pytest.param(b"HTTP/1.1 200 OK\r\nContent-Length: 67108864\r\n\r\nab", False, id="much more"),
    ],
)
def test_who_has_a_whole_answer_is_no_slow_reader(sent: bytes, answered: bool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        attacker = Attacker(Kind("slow read", 1, b"GET", sip=1), 0, server.getsockname()[1])
        peer, _ = server.accept()
        with peer:
            peer.sendall(sent)
            attacker.socket.setblocking(True)  # until it has come
            attacker.socket.recv(len(sent), socket.MSG_PEEK | socket.MSG_WAITALL)
            attacker.act(attacker.began + 1.0)
    assert attacker.answered is answered
    assert (attacker.stayed is not None) is answered
    attacker.socket.close()
