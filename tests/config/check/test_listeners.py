"""Listeners must not want the same address."""

import pytest

from lumina.config.check.listeners import check_listeners
from tests.config.written import drafted, noted


@pytest.mark.parametrize(
    ("server", "told"),
    [
        pytest.param("{port: 1}", [], id="no admin listener"),
        pytest.param("{port: 1, admin: {port: 2}}", [], id="two ports"),
        pytest.param("{port: 0, admin: {port: 0}}", [], id="whichever ports are free"),
        pytest.param('{host: "127.0.0.2", port: 1, admin: {port: 1}}', [], id="two addresses"),
        pytest.param("{port: 1, admin: {port: 1}}", [33], id="one address"),
        pytest.param('{host: "0.0.0.0", port: 1, admin: {port: 1}}', [50], id="one of every address"),
        pytest.param('{port: 1, admin: {host: "::", port: 1}}', [45], id="every address"),
        pytest.param("{admin: {port: 8080}}", [24], id="the default"),
        pytest.param('{port: "1", admin: {port: 8080}}', [], id="a port that could not be read"),
    ],
)
def test_addresses_of_listeners(server: str, told: list[int]) -> None:
    draft = drafted(f"server: {server}\nroutes: []\n")
    known = len(draft.source.problems)
    check_listeners(draft)
    assert [problem.place.column for problem in draft.source.problems[known:]] == told
    assert len(noted(draft.source)) == known + len(told)


@pytest.mark.parametrize(
    ("networks", "warned"),
    [("[10.0.0.0/8, '::1']", 0), ("[10.0.0.0/8, 0.0.0.0/0]", 1), ("['::/0', 0.0.0.0/0]", 2)],
)
def test_a_network_that_is_everybody(networks: str, warned: int) -> None:
    draft = drafted(f"server: {{proxy_protocol: {{trusted: {networks}}}}}\nroutes: []\n")
    known = len(draft.source.problems)
    check_listeners(draft)
    told = draft.source.problems[known:]
    assert [(problem.warning, problem.place.column) for problem in told] == [(True, 10)] * warned
