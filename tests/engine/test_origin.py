"""What is learned of endpoints, and what follows from it, on real connections."""

import json
from collections import Counter
from contextlib import closing

import pytest

from tests.engine.stage import IN_TURN, Endpoints, Stage, answer, get, head_of


def ask(several: Endpoints, seconds: float = 0.0, status: str = "200 OK") -> int:
    """Let a client of its own ask, and be answered after so long; return who was asked."""
    stage = several.stage
    client = stage.client()
    client.send(get())
    place, upstream = several.asked()
    upstream.read()
    if seconds:
        stage.engine.skip(0.6 * seconds)
        stage.engine.skip(0.4 * seconds)
    upstream.send(answer(fields="Connection: close\r\n", status=status))
    assert head_of(client.read())[0] == f"HTTP/1.1 {status}"
    client.close()
    return place


@pytest.mark.parametrize(("factor", "seconds", "ejections"), [(5.0, 0.5, 1), (0.0, 0.5, 0), (5.0, 0.08, 0)])
def test_who_is_much_slower_than_its_peers_is_put_out_of_use(
    stage: Stage, factor: float, seconds: float, ejections: int
) -> None:
    rules = {"upstreams__0__outliers__slow_factor": factor, "upstreams__0__outliers__requests": 1}
    two = Endpoints(stage, **IN_TURN, **rules)
    for _ in range(12):
        for place in range(2):
            assert ask(two, seconds=seconds if place == 0 else 0.0) == place
        stage.engine.skip(0.1)  # 0.3 seconds after the last look, and both have answered just now: they are compared
        if stage.arena.endpoint(0)["ejections"]:
            break
    assert [stage.arena.endpoint(place)["ejections"] for place in range(2)] == [ejections, 0]
    assert {ask(two) for _ in range(4)} == ({1} if ejections else {0, 1})


@pytest.mark.parametrize(("slow_start", "least", "most"), [(60.0, 1, 4), (0.0, 10, 12)])
def test_who_is_taken_back_gets_little_at_first_where_that_is_asked_for(
    stage: Stage, slow_start: float, least: int, most: int
) -> None:
    rules = {"upstreams__0__outliers__consecutive": 1, "upstreams__0__retries__statuses": []}
    two = Endpoints(stage, **IN_TURN, **rules, upstreams__0__slow_start=slow_start)
    assert ask(two, status="503 Busy") == 0
    assert stage.arena.endpoint(0)["state"] == "open"
    assert ask(two) == 1
    stage.engine.skip(1.5)
    assert ask(two) == 0  # it is on trial
    assert stage.arena.endpoint(0)["state"] == "closed"
    assert least <= Counter(ask(two) for _ in range(22))[0] <= most


@pytest.mark.parametrize("how", ["new", "down before"])
def test_who_has_just_come_gets_little_at_first_where_that_is_asked_for(stage: Stage, how: str) -> None:
    two = Endpoints(stage, **IN_TURN, upstreams__0__slow_start=60.0)
    if how == "new":
        stage.arena.welcome(0)
    else:
        stage.arena.probe(0, up=False)
        assert ask(two) == 1
        stage.arena.probe(0, up=True)
    assert 1 <= Counter(ask(two) for _ in range(22))[0] <= 4


def test_who_is_found_up_and_was_not_down_keeps_its_share(stage: Stage) -> None:
    two = Endpoints(stage, **IN_TURN, upstreams__0__slow_start=60.0)
    stage.arena.probe(0, up=None)
    stage.arena.probe(0, up=True)
    assert 10 <= Counter(ask(two) for _ in range(22))[0] <= 12


@pytest.mark.parametrize(("seconds", "state"), [(0.3, "open"), (0.0, "closed")])
def test_a_breaker_opens_where_too_many_answers_are_slow(stage: Stage, seconds: float, state: str) -> None:
    rules = {"consecutive": 0, "failure_rate": 1.0, "slow": 0.2, "slow_rate": 0.5, "requests": 4, "trials": 1}
    one = Endpoints(stage, 1, upstreams__0__breaker={**rules, "window": 10.0, "open": 5.0}, upstreams__0__adaptive=None)
    for _ in range(4):
        ask(one, seconds)
    assert stage.arena.upstream(0)["state"] == state
    if state == "open":
        client = stage.client()
        client.send(get())
        assert json.loads(head_of(client.read())[2])["reason"] == "breaker_open"
        stage.engine.skip(5.1)
        ask(one)  # one that goes well closes it
    assert stage.arena.upstream(0)["state"] == "closed"
    ask(one)


def test_a_breaker_opens_where_too_many_tries_fail(stage: Stage) -> None:
    rules = {"consecutive": 3, "failure_rate": 1.0, "slow": 0.0, "slow_rate": 1.0, "requests": 100, "trials": 1}
    changes = {"upstreams__0__retries__statuses": [], "upstreams__0__retries__attempts": 1}
    one = Endpoints(stage, 1, upstreams__0__breaker={**rules, "window": 10.0, "open": 5.0}, **changes)
    for _ in range(2):
        ask(one, status="503 Busy")
    assert stage.arena.upstream(0)["state"] == "closed"
    client = stage.client()
    client.send(get())
    one.asked()[1].close()  # without a word
    assert json.loads(head_of(client.read())[2])["reason"] == "connection_terminated"
    for left in ("5", "3"):
        client.send(get())
        _, fields, body = head_of(client.read())
        assert (json.loads(body)["reason"], fields["retry-after"]) == ("breaker_open", left)
        stage.engine.skip(2.1)


@pytest.mark.parametrize(("method", "seconds", "place"), [("GET", 1.5, 0), ("POST", 1.5, 1), ("POST", 6.5, 0)])
def test_whether_one_is_well_again_is_found_out_by_who_risks_nothing_if_one_comes(
    stage: Stage, method: str, seconds: float, place: int
) -> None:
    two = Endpoints(stage, **IN_TURN, upstreams__0__outliers__consecutive=1, upstreams__0__retries__statuses=[])
    assert [ask(two, status="503 Busy"), ask(two)] == [0, 1]
    stage.engine.skip(seconds)
    stage.client().send(get().replace(b"GET", method.encode()))
    assert two.asked()[0] == place


def test_who_has_failed_once_is_not_to_find_out_whether_another_is_well_again(stage: Stage) -> None:
    three = Endpoints(stage, 3, **IN_TURN, upstreams__0__outliers__consecutive=1, upstreams__0__retries__statuses=[])
    assert ask(three, status="503 Busy") == 0
    stage.client().send(get().replace(b"GET", b"PUT"))
    place, upstream = three.asked()
    assert place == 1
    upstream.read()
    stage.engine.skip(7.0)  # the first may be tried again, by anybody
    upstream.close()
    assert three.asked()[0] == 2


def test_it_is_told_how_many_wait(stage: Stage) -> None:
    stage.adopt(upstreams__0__caps__requests=1)
    for _ in range(3):
        stage.client().send(get())
        stage.settle()
    stage.engine.tick()
    found = stage.arena.read()
    assert (found["pending"], found["waiting"], found["waited"]) == ({2: 1}, {2: 2}, {2: 2})


def test_an_endpoint_has_no_more_connections_than_it_may(stage: Stage) -> None:
    stage.adopt(upstreams__0__caps__connections=1)
    first, second = stage.client(), stage.client()
    first.send(get("/api/payments/1"))
    upstream = stage.accept()
    upstream.read()
    second.send(get("/api/payments/2"))
    stage.settle()
    with pytest.raises(BlockingIOError):
        stage.accept()
    assert stage.engine.held()["waiting"] == 1
    upstream.send(answer(b"one"))
    assert first.read().endswith(b"one")
    assert upstream.read().startswith(b"GET /2 ")
    upstream.send(answer(b"two"))
    assert second.read().endswith(b"two")


@pytest.mark.parametrize(
    ("status", "statuses", "failures"),
    [("503 Busy", [503], 1), ("503 Busy", [], 1), ("500 Oops", [503], 0), ("500 Oops", [500], 1), ("404 No", [404], 0)],
)
def test_an_answer_that_is_passed_on_is_one_failure_at_most(
    stage: Stage, status: str, statuses: list[int], failures: int
) -> None:
    changes = {"upstreams__0__retries__attempts": 1, "upstreams__0__retries__statuses": statuses}
    two = Endpoints(stage, **IN_TURN, **changes)
    assert ask(two, status=status) == 0
    assert stage.arena.endpoint(0)["failures"] == failures


def test_where_the_last_one_fails_too_those_that_are_out_are_tried_again_at_once(stage: Stage) -> None:
    rules = {"consecutive": 1, "ejection": 60.0, "max_ejection": 60.0}
    changes = {f"upstreams__0__outliers__{name}": value for name, value in rules.items()}
    three = Endpoints(stage, 3, **IN_TURN, **changes, upstreams__0__retries__statuses=[])
    assert [ask(three, status="503 Busy") for _ in range(2)] == [0, 1]
    assert [ask(three) for _ in range(2)] == [2, 2]
    assert ask(three, status="503 Busy") == 2
    assert {ask(three) for _ in range(6)} == {0, 1, 2}


@pytest.mark.parametrize(("most", "out"), [(0.7, 2), (0.3, 1), (1.0, 2)])
def test_not_too_many_are_put_out_of_use_and_the_last_one_never(stage: Stage, most: float, out: int) -> None:
    rules = {"upstreams__0__outliers__consecutive": 1, "upstreams__0__retries__statuses": []}
    three = Endpoints(stage, 3, **IN_TURN, **rules, upstreams__0__outliers__max_ejected=most)
    for _ in range(9):
        ask(three, status="503 Busy")
    assert sum(stage.arena.endpoint(place)["ejections"] for place in range(3)) == out


@pytest.mark.parametrize(("workers", "granted"), [(1, 4), (4, 1)])
def test_what_time_grants_is_shared_by_the_workers(workers: int, granted: int) -> None:
    retries = {"budget_ratio": 0.0, "budget_rate": 0.4}  # of which 10 seconds can gather
    changes = {f"upstreams__0__retries__{name}": value for name, value in retries.items()}
    with closing(Stage(workers)) as stage:
        two = Endpoints(stage, **changes, upstreams__0__outliers=None)
        client = stage.client()
        for _ in range(6):
            client.send(get())
            while not client.read():
                two.asked()[1].send(answer(status="503 Busy", fields="Connection: close\r\n"))
        assert stage.arena.read()["retries"] == {(2, "status"): granted}
