"""Whoever is trusted should be somebody."""

import pytest

from lumina.config.check.trust import check_trust
from tests.config.written import drafted


@pytest.mark.parametrize(
    ("networks", "told"),
    [
        pytest.param("[]", [], id="nobody"),
        pytest.param('[10.0.0.0/8, "::1"]', [], id="somebody"),
        pytest.param('[10.0.0.0/8, "0.0.0.0/0"]', [40], id="all of IPv4"),
        pytest.param('["::/0"]', [28], id="all of IPv6"),
        pytest.param('["0.0.0.0/33", "::/0"]', [], id="a list that could not be read"),
    ],
)
def test_everybody(networks: str, told: list[int]) -> None:
    draft = drafted(f"server: {{trusted_proxies: {networks}}}\nroutes: []\n")
    known = len(draft.source.problems)
    check_trust(draft)
    found = draft.source.problems[known:]
    assert [problem.place.column for problem in found] == told
    assert all(problem.warning for problem in found)
