"""A changed configuration: what it changes, what it leaves alone, and what is refused."""

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.control.name_server import NameServer
from tests.system.conftest import Launch
from tests.system.gateway import Gateway
from tests.system.load import Load
from tests.system.program import eventually
from tests.system.serving import ServingOrigin
from tests.system.test_endpoints import Patient
from tests.system.wire import Message, Origin, Peer

RELOADS = 5
BROKEN = b"broken"


def route(path: str, upstream: str) -> dict[str, str]:
    return {"path": path, "upstream": upstream}


def at(*ports: int) -> dict[str, Any]:
    return {"endpoints": [f"http://127.0.0.1:{port}" for port in ports]}


@pytest.fixture
def patients() -> Iterator[tuple[Patient, Patient]]:
    with ExitStack() as stack:
        yield stack.enter_context(Patient(b"first")), stack.enter_context(Patient(b"second"))


def states(gateway: Gateway, name: str) -> dict[str, str]:
    (upstream,) = [each for each in gateway.health()["upstreams"] if each["name"] == name]
    return {endpoint["address"]: endpoint["state"] for endpoint in upstream["endpoints"]}


def refusal(gateway: Gateway) -> str:
    """Return what the log says of a configuration that was refused."""

    def said() -> list[str]:
        return [line for line in gateway.program.err if "configuration refused" in line]

    eventually(lambda: bool(said()))
    return said()[0]


def test_what_the_file_says_is_served_and_nobody_is_turned_away(launch: Launch) -> None:
    with ServingOrigin() as serving:
        url = f"http://127.0.0.1:{serving.port}"
        server = {"workers": 2}
        running = launch({"server": server, "routes": [route("/", url)]})
        assert running.ask("/new/x").status == 200
        load = Load(running.port)
        for number in range(RELOADS):
            workers = set(running.workers())
            routes = [route("/", url), {**route("/new", url), "body_bytes": number}]
            running.reload({"server": server, "routes": routes})
            assert not workers & {each["pid"] for each in running.health()["workers"]["list"]}
            assert running.ask("/new/x", "POST", body=b"x" * (number + 1)).status == 413
            load.reach(200)
        load.stop()
        assert (load.broken, load.refused) == ([], [])
        assert load.answered > 0
        assert running.metric("lumina_requests_total", route="/", code="200") >= load.answered  # over all generations
        assert running.metric("lumina_config_reloads_total", result="success") == RELOADS
        eventually(lambda: len(running.workers()) == 2)


def test_what_is_under_way_ends_as_it_began(launch: Launch, origin: Origin) -> None:
    config = {"routes": [route("/", f"http://127.0.0.1:{origin.port}")]}
    running = launch(config)
    client = running.connect()
    client.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
    upstream = origin.accept()
    upstream.read_request()
    running.reload({"routes": [route("/", "http://127.0.0.1:1")]})
    upstream.answer(b"as it began")
    answer = client.read_response("GET")
    assert (answer.status, answer.body) == (200, b"as it began")
    assert client.read_to_end() == b""
    assert running.ask("/slow").status == 502


def test_who_is_down_stays_down_and_gets_nothing(launch: Launch, patients: tuple[Patient, Patient]) -> None:
    check = {"path": "/up", "interval": "50ms", "timeout": "5s", "healthy": 2, "unhealthy": 2}
    both = {**at(*(each.port for each in patients)), "health": check, "outliers": False, "hedge": False}
    running = launch({"upstreams": {"both": both}, "routes": [route("/", "both")]})
    patients[0].well = False
    down = f"127.0.0.1:{patients[0].port}"
    eventually(lambda: states(running, "both")[down] == "down")
    both["endpoints"].reverse()
    for number in range(3):  # where it stands, and what stands before it, is not who it is
        others = {f"other{number}": at(1)}
        routes = [route(f"/other{number}", f"other{number}"), route("/", "both")]
        running.reload({"upstreams": {**others, "both": both}, "routes": routes})
        assert {running.ask("/").body for _ in range(10)} == {b"second"}
        assert states(running, "both")[down] == "down"
    del both["health"]
    running.reload({"upstreams": {"both": both}, "routes": [route("/", "both")]})
    eventually(lambda: running.ask("/").body == b"first")  # nobody asks any more, so nobody is down
    said = [line for line in running.program.err if "endpoint is down" in line]
    assert len(said) == 1


def break_down(peer: Peer, _: Message) -> bool:
    peer.answer(BROKEN, status="503 Broken")
    return True


def test_a_breaker_stays_open_and_an_ejected_endpoint_out(launch: Launch) -> None:
    with ServingOrigin(break_down) as breaking, ServingOrigin() as serving:
        breaker = {"consecutive": 3, "open": "1h"}
        lone = {**at(breaking.port), "breaker": breaker, "retries": {"attempts": 1}}
        outliers = {"consecutive": 2, "ejection": "1h", "max_ejection": "1h"}
        pair = {**at(breaking.port, serving.port), "outliers": outliers, "hedge": False}
        both = {"upstreams": {"lone": lone, "pair": pair}, "routes": [route("/lone", "lone"), route("/pair", "pair")]}
        running = launch(both)
        eventually(lambda: running.ask("/lone/x").body != BROKEN)
        out = f"127.0.0.1:{breaking.port}"
        eventually(lambda: {running.ask("/pair/x").status} and states(running, "pair")[out] == "ejected")
        opened = running.metric("lumina_circuit_breaker_transitions_total", upstream="lone", to="open")
        upstreams = {"new": at(1), "pair": pair, "lone": lone}
        routes = [route("/new", "new"), route("/pair", "pair"), route("/lone", "lone")]
        running.reload({"upstreams": upstreams, "routes": routes})
        assert states(running, "pair")[out] == "ejected"
        assert {running.ask("/lone/x").body == BROKEN for _ in range(5)} == {False}
        assert {running.ask("/pair/x").status for _ in range(5)} == {200}
        assert running.metric("lumina_circuit_breaker_transitions_total", upstream="lone", to="open") == opened
        assert len([line for line in running.program.err if "circuit breaker open" in line]) <= 1


def test_a_name_that_nobody_resolves_any_more_is_kept(launch: Launch) -> None:
    with ServingOrigin() as serving, NameServer({("a.test", "A"): ["127.0.0.1"]}) as names:
        config: dict[str, Any] = {
            "resolver": {"nameservers": [names.where], "timeout": "1s"},
            "routes": [route("/", f"http://a.test:{serving.port}")],
        }
        running = launch(config)
        assert running.ask("/").status == 200
        names.zone.clear()
        running.reload({**config, "routes": [*config["routes"], route("/more", f"http://a.test:{serving.port}")]})
        assert {running.ask(target).status for target in ("/", "/more/x")} == {200}


def test_a_wrong_file_changes_nothing_and_is_told_without_its_secrets(launch: Launch) -> None:
    with ServingOrigin() as serving:
        config = {"routes": [route("/", f"http://127.0.0.1:{serving.port}")]}
        running = launch(config)
        before = running.health()
        running.reload({"routes": [{**route("/", "http://127.0.0.1:1"), "upstraem": "s3cret"}]})
        assert running.ask("/").status == 200
        after = running.health()
        assert after["config"] == {**before["config"], "reload": "refused"}
        assert [each["pid"] for each in after["workers"]["list"]] == [each["pid"] for each in before["workers"]["list"]]
        assert running.metric("lumina_config_last_reload_successful") == 0
        line = refusal(running)
        assert "did you mean `upstream`?" in line
        assert f"{running.file}:" in line
        assert "s3cret" not in line
        running.reload(config)
        assert running.health()["config"] == before["config"]
        assert running.metric("lumina_config_last_reload_successful") == 1


def test_what_takes_a_restart_is_named(launch: Launch) -> None:
    with ServingOrigin() as serving:
        routes = [route("/", f"http://127.0.0.1:{serving.port}")]
        running = launch({"routes": routes})
        running.reload({"server": {"workers": 3}, "access_log": {"format": "json"}, "routes": routes})
        line = refusal(running)
        assert "server.workers, access_log.format: a change takes a restart" in line
        assert running.ask("/").status == 200


def test_a_worker_that_is_killed_is_replaced_by_one_that_knows_the_new_file(launch: Launch) -> None:
    with ServingOrigin() as serving:
        url = f"http://127.0.0.1:{serving.port}"
        running = launch({"routes": [route("/old", url)]})
        running.reload({"routes": [route("/new", url)]})
        (worker,) = [each["pid"] for each in running.health()["workers"]["list"]]
        os.kill(worker, signal.SIGKILL)
        eventually(lambda: running.health()["workers"]["restarts"] == 1 and running.health()["status"] == "ok")
        assert (running.ask("/new/x").status, running.ask("/old/x").status) == (200, 404)
        running.reload({"routes": [route("/new", url)]})
        assert running.health()["workers"]["restarts"] == 1
