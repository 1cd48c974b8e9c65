"""Endpoints that say nothing: who is asked beside them, and who is put out of use."""

import pytest

from tests.engine.stage import IN_TURN, Endpoints, Peer, Stage, answer, get, head_of

UNREACHABLE = ("255.255.255.255", 80)  # connect(2) refuses it at once
ALONE = 1.2  # seconds after which also a single request is worth a challenge


def asking(two: Endpoints, count: int = 1) -> tuple[list[Peer], list[list[Peer]]]:
    """Let so many ask at each endpoint, in turns; return the clients and, for each endpoint, the connections."""
    clients = []
    found: list[list[Peer]] = [[] for _ in two.listeners]
    for at in range(count * len(two.listeners)):
        clients.append(two.stage.client())
        clients[-1].send(get())
        place, upstream = two.asked()
        assert place == at % len(two.listeners)
        assert upstream.read()
        found[place].append(upstream)
    return clients, found


def late(stage: Stage, count: int = 2, **changes: object) -> tuple[Endpoints, Peer, Peer]:
    """Return endpoints, a client whose request came to the first, and that connection."""
    return late_again(Endpoints(stage, count, **IN_TURN, **changes))


def late_again(several: Endpoints) -> tuple[Endpoints, Peer, Peer]:
    """The same, of endpoints that there are already."""
    client = several.stage.client()
    client.send(get())
    place, upstream = several.asked()
    assert (place, upstream.read()[:4]) == (0, b"GET ")
    return several, client, upstream


def is_quiet(several: Endpoints) -> bool:
    """Say whether nobody is asked by a new connection."""
    several.stage.settle()
    for listener in several.listeners:
        try:
            listener.accept()
        except BlockingIOError:
            continue
        return False
    return True


@pytest.mark.parametrize("silent", [2, 3])
def test_who_keeps_three_waiting_while_others_answer_is_put_out_of_use(stage: Stage, silent: int) -> None:
    two = Endpoints(stage, **IN_TURN)
    clients, (_, well) = asking(two, silent)
    for upstream in well:
        upstream.send(answer())
    stage.settle()
    for _ in range(5):  # a request is counted once, however often it is looked at
        stage.pass_time(0.1)
    assert [stage.arena.endpoint(at)["ejections"] for at in range(2)] == [silent == 3, 0]
    for client in clients:
        client.close()


def test_whose_requests_were_answered_by_another_keeps_nobody_waiting(stage: Stage) -> None:
    two = Endpoints(stage, **IN_TURN)
    for _ in range(3):  # as many at once would put it out of use
        (client, other), ((late,), (well,)) = asking(two)
        well.send(answer(fields="Connection: close\r\n"))
        assert other.read().endswith(b"ok")
        stage.engine.skip(0.5)
        stage.settle()
        stage.engine.skip(ALONE)
        place, second = two.asked()
        assert place == 1
        second.send(answer(fields="Connection: close\r\n"))
        assert client.read().endswith(b"ok")
        late.read()
        assert late.ended
    assert [stage.arena.endpoint(at)["ejections"] for at in range(2)] == [0, 0]


def test_where_nobody_answers_nobody_is_put_out_of_use(stage: Stage) -> None:
    asking(Endpoints(stage, **IN_TURN), 3)
    stage.pass_time(0.5)
    assert [stage.arena.endpoint(at)["ejections"] for at in range(2)] == [0, 0]


def test_who_answers_others_is_not_put_out_of_use(stage: Stage) -> None:
    two = Endpoints(stage, **IN_TURN)
    _, ((busy, *_), (well, *_)) = asking(two, 4)
    for upstream in (busy, well):
        upstream.send(answer())
    for _ in range(10):
        stage.pass_time(0.1)
        for upstream in (busy, well):  # the connections that wait are used again, in turns
            client = stage.client()
            client.send(get())
            assert upstream.read()
            upstream.send(answer())
            client.read()
    assert [stage.arena.endpoint(at)["ejections"] for at in range(2)] == [0, 0]


def test_who_has_answered_another_has_a_while_before_a_challenge(stage: Stage) -> None:
    two, _, _ = late(stage, upstreams__0__outliers=None)
    other, quick = stage.client(), stage.client()
    other.send(get())
    assert two.asked()[0] == 1
    quick.send(get())
    place, upstream = two.asked()
    assert place == 0
    upstream.read()
    stage.engine.skip(0.8)
    upstream.send(answer())
    assert quick.read().endswith(b"ok")
    stage.engine.skip(0.3)
    assert stage.arena.read()["retries"] == {(2, "hedge"): 1}  # that of the other endpoint, which has answered nobody
    stage.engine.skip(ALONE)
    assert stage.arena.read()["retries"] == {(2, "hedge"): 2}


@pytest.mark.parametrize("busy", [False, True], ids=["silent", "with others"])
def test_who_was_overtaken_has_failed_unless_it_answered_others(stage: Stage, busy: bool) -> None:
    two, client, late_one = late(stage)
    quick = [stage.client() for _ in range(1 + busy)]
    for at in quick:
        at.send(get())
        _, upstream = two.asked()
        upstream.read()
        upstream.send(answer(fields="Connection: close\r\n"))
        assert at.read().endswith(b"ok")
    stage.pass_time(ALONE)
    place, second = two.asked()
    assert place == 1
    second.send(answer(b"sooner"))
    assert client.read().endswith(b"sooner")
    late_one.read()
    assert late_one.ended
    assert [stage.arena.endpoint(at)["failures"] for at in range(2)] == [not busy, 0]


@pytest.mark.parametrize("plans", [1, 2])
def test_where_answers_take_long_nobody_is_challenged_early(stage: Stage, plans: int) -> None:
    two = Endpoints(stage, **IN_TURN)
    for _ in range(6):
        clients, found = asking(two)
        stage.engine.skip(0.4)
        for (upstream,) in found:
            upstream.send(answer(fields="Connection: close\r\n"))
        for client in clients:
            assert client.read().endswith(b"ok")
    for _ in range(1, plans):
        two.use(0, 1)
    stage.pass_time(0.3)  # what was seen is looked at
    _, client, _ = late_again(two)
    stage.pass_time(2.0)
    assert is_quiet(two)
    stage.pass_time(3.0)
    place, second = two.asked()
    assert place == 1
    second.send(answer(b"at last"))
    assert client.read().endswith(b"at last")


def test_who_is_out_on_trial_is_challenged_early(stage: Stage) -> None:
    two, client, upstream = late(
        stage, upstreams__0__outliers__consecutive=1, upstreams__0__retries__statuses=[], upstreams__0__hedge=None
    )
    upstream.send(answer(status="503 Busy", fields="Connection: close\r\n"))
    client.read()
    stage.engine.skip(1.1)
    client.send(get())
    place, upstream = two.asked()
    assert (place, upstream.read()[:4]) == (0, b"GET ")
    stage.engine.skip(0.3)
    place, other = two.asked()
    assert place == 1
    other.send(answer(b"other"))
    assert client.read().endswith(b"other")


def test_the_second_is_given_up_as_soon_as_the_first_begins_to_answer(stage: Stage) -> None:
    two, client, upstream = late(stage)
    stage.engine.skip(ALONE)
    _, other = two.asked()
    upstream.send(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nto")
    other.read()
    assert other.ended
    upstream.send(b"ok")
    assert client.read().endswith(b"took")


def test_the_second_is_given_up_when_the_first_says_that_an_answer_will_come(stage: Stage) -> None:
    two, client, upstream = late(stage)
    stage.engine.skip(ALONE)
    _, other = two.asked()
    upstream.send(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n")
    other.read()
    assert other.ended
    upstream.send(answer(b"first"))
    assert client.read().endswith(b"first")


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS"])
def test_what_changes_nothing_may_be_asked_of_two(stage: Stage, method: str) -> None:
    two = Endpoints(stage, **IN_TURN)
    client = stage.client()
    client.send(get().replace(b"GET", method.encode()))
    _, first = two.asked()
    first.read()
    stage.engine.skip(ALONE)
    _, second = two.asked()
    assert second.read().startswith(method.encode())
    stage.engine.skip(0.2)
    second.send(b"HTTP/1.1 204 No Content\r\n\r\n")
    assert client.read().startswith(b"HTTP/1.1 204 ")
    assert 0.2 <= stage.arena.endpoint(1)["latency"] < ALONE  # since it was asked


def test_whose_answer_has_begun_is_kept_waiting_no_more(stage: Stage) -> None:
    _, client, upstream = late(stage)
    stage.engine.skip(0.5)
    assert stage.engine.held()["stuck"] == 1
    upstream.send(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nto")
    client.read()
    assert stage.engine.held()["stuck"] == 0


def test_when_the_first_fails_the_second_is_all_there_is(stage: Stage) -> None:
    three, client, upstream = late(stage, 3)
    stage.engine.skip(ALONE)
    _, second = three.asked()
    upstream.send(b"no answer\r\n\r\n")
    stage.settle()
    stage.engine.skip(30.0)
    assert is_quiet(three)
    second.send(answer(b"second"))
    assert client.read().endswith(b"second")
    assert stage.arena.read()["retries"] == {(2, "hedge"): 1}


@pytest.mark.parametrize("attempts", [1, 2, 3])
def test_a_challenge_is_one_of_the_tries(stage: Stage, attempts: int) -> None:
    two, client, upstream = late(stage, upstreams__0__retries__attempts=attempts)
    stage.engine.skip(ALONE)
    if attempts == 1:
        assert is_quiet(two)
        return
    _, second = two.asked()
    second.send(answer(status="503 Busy", fields="Connection: close\r\n"))
    stage.settle()
    assert [stage.arena.endpoint(at)["failures"] for at in range(2)] == [0, 1]
    upstream.send(b"no answer\r\n\r\n")
    stage.settle()
    stage.engine.skip(0.3)
    if attempts == 2:
        assert head_of(client.read())[0] == "HTTP/1.1 502 Bad Gateway"
    else:
        place, third = two.asked()
        assert place == 1  # it was asked beside the first, not after it
        third.send(answer(b"third"))
        assert client.read().endswith(b"third")


def test_who_said_later_is_not_asked_beside_another(stage: Stage) -> None:
    two, client, upstream = late(stage)
    upstream.send(answer(status="503 Busy", fields="Retry-After: 9\r\n"))
    _, second = two.asked()
    assert second.read()
    stage.pass_time(2 * ALONE)  # it is looked at more than once
    assert is_quiet(two)
    assert upstream.read() == b""
    second.send(answer(b"second"))
    assert client.read().endswith(b"second")


def test_an_endpoint_is_not_asked_beside_itself(stage: Stage) -> None:
    two, client, upstream = late(stage)
    stage.arena.probe(1, up=False)
    stage.engine.skip(ALONE)
    assert is_quiet(two)
    upstream.send(answer(b"alone"))
    assert client.read().endswith(b"alone")


@pytest.mark.parametrize("first", ["answers", "leaves"])
def test_a_challenge_that_cannot_be_sent_changes_nothing(stage: Stage, first: str) -> None:
    stage.adopt(stage.upstream.getsockname(), UNREACHABLE, **IN_TURN, upstreams__0__retries__attempts=2)
    client = stage.client()
    client.send(get())
    upstream = stage.accept()
    upstream.read()
    stage.engine.skip(ALONE)
    assert stage.arena.endpoint(1)["failures"] == 1
    if first == "answers":
        upstream.send(answer(b"first"))
        assert client.read().endswith(b"first")
    else:
        upstream.close()
        assert head_of(client.read())[0] == "HTTP/1.1 502 Bad Gateway"
