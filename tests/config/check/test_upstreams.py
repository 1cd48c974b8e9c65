"""Endpoints of one upstream must agree, and its TLS must be for something."""

import pytest

from lumina.config.check.upstreams import check_upstreams
from tests.config.written import drafted, noted


@pytest.mark.parametrize(
    ("upstream", "told"),
    [
        pytest.param('a: {endpoints: ["http://a", "http://b:81", "unix:/a"]}', [], id="three that agree"),
        pytest.param('a: {endpoints: ["https://a/v1", "https://b/v1/"], tls: {}}', [], id="a path in two spellings"),
        pytest.param('A.b-c_1: {endpoints: ["http://a"]}', [], id="every kind of letter in the name"),
        pytest.param(
            '".a": {endpoints: ["http://a"]}',
            ["1:13 the name `.a` must be letters, digits, `.`, `_` and `-`, 128 at most"],
            id="a name that begins with a dot",
        ),
        pytest.param(
            '_admin: {endpoints: ["http://a"]}, _OTHER: {endpoints: ["http://a"]}, _Admin: {endpoints: ["http://a"]}',
            [
                "1:13 the name `_admin` is taken: metrics use it for something else",
                "1:48 the name `_OTHER` is taken: metrics use it for something else",
            ],
            id="names of what is no upstream",
        ),
        pytest.param(
            'a: {endpoints: ["https://a", "unix:/a", "https://b/c", "https://a:443"]}',
            [
                "1:42 endpoints of one upstream must share a scheme, and the first of `a` has `https`",
                "1:53 endpoints of one upstream must share a path, and the first of `a` has none",
                "1:68 upstream `a` has this endpoint twice",
            ],
            id="each that does not agree",
        ),
        pytest.param(
            'a: {endpoints: ["unix:/a"], tls: {}}',
            ["1:41 `tls` is set for upstream `a`, but its endpoints are not `https`"],
            id="tls over a socket",
        ),
        pytest.param(
            'a: {endpoints: ["https://a"], tls: {verify: false}}',
            ["1:49 upstream `a` may be anyone: its certificate is not verified"],
            id="no proof is asked for",
        ),
    ],
)
def test_upstreams(upstream: str, told: list[str]) -> None:
    draft = drafted(f"upstreams: {{{upstream}}}\nroutes: []\n")
    check_upstreams(draft)
    assert noted(draft.source) == told


def test_to_ask_for_no_proof_is_odd_but_no_mistake() -> None:
    draft = drafted('upstreams: {a: {endpoints: ["https://a"], tls: {verify: false}}}\nroutes: []\n')
    check_upstreams(draft)
    assert [problem.warning for problem in draft.source.problems] == [True]
