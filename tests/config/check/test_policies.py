"""How an upstream's failures are met: its parts must fit each other."""

import pytest

from lumina.config.check.policies import check_policies
from tests.config.written import drafted, noted


def told(fields: str, endpoint: str = "http://a") -> list[str]:
    draft = drafted(f'upstreams:\n  u: {{endpoints: ["{endpoint}"], {fields}}}\nroutes: []\n')
    before = noted(draft.source)
    check_policies(draft)
    return [line.partition(" ")[2] for line in noted(draft.source) if line not in before]


@pytest.mark.parametrize(
    "fields",
    [
        "balance: {policy: hash, by: client}",
        "balance: {policy: hash, by: header, name: X-User}",
        "retries: {backoff: 1s, max_backoff: 1s}",
        "outliers: {ejection: 2s, max_ejection: 2s}",
        "adaptive: {minimum: 9, maximum: 9}",
        "caps: {connections: 5, idle: 5, uploads: 5}",
        "caps: {idle: 600}",
        "health: {kind: tcp, port: 5}",
        "health: {kind: http, method: GET, body: ok, port: 5}",
        "outliers: false, adaptive: false",
    ],
)
def test_what_fits(fields: str) -> None:
    assert told(fields) == []


@pytest.mark.parametrize(
    ("fields", "objection"),
    [
        (
            "balance: hash",
            "`hash` needs a key in upstream `u` [add `by: client`, or `by: header` with the `name` of one]",
        ),
        (
            "balance: {policy: ewma, by: client}",
            "a key has no effect on `ewma` in upstream `u` [say `policy: hash`]",
        ),
        ("balance: {name: x}", "a key has no effect on `random_two` in upstream `u` [say `policy: hash`]"),
        ("balance: {policy: hash, by: cookie}", "`by: cookie` needs the `name` of one in upstream `u`"),
        (
            "balance: {policy: hash, by: client, name: x}",
            "`name` has no effect beside `by: client` in upstream `u`",
        ),
        (
            "retries: {max_backoff: 1ms}",
            "`max_backoff` is shorter than `backoff` in upstream `u` [where it is not set, `backoff` is 25ms]",
        ),
        (
            "retries: {backoff: 1s}",
            "`max_backoff` is shorter than `backoff` in upstream `u` [where it is not set, `max_backoff` is 250ms]",
        ),
        (
            "outliers: {ejection: 40s}",
            "`max_ejection` is shorter than `ejection` in upstream `u` [where it is not set, `max_ejection` is 5s]",
        ),
        (
            "outliers: {max_ejection: 500ms}",
            "`max_ejection` is shorter than `ejection` in upstream `u` [where it is not set, `ejection` is 1s]",
        ),
        (
            "adaptive: {maximum: 5}",
            "`maximum` is less than `minimum` in upstream `u` [where it is not set, `minimum` is 8]",
        ),
        ("outliers: {ejection: 9s, max_ejection: 8s}", "`max_ejection` is shorter than `ejection` in upstream `u`"),
        ("caps: {connections: 5, idle: 6}", "`idle` is more than `connections` in upstream `u`"),
        ("caps: {connections: 5, uploads: 6}", "`uploads` is more than `connections` in upstream `u`"),
        ("health: {kind: tcp, path: /up}", "`path` has no effect beside `kind: tcp` in upstream `u`"),
        (
            "health: {method: HEAD, body: ok}",
            "an answer to `HEAD` has no `body` in upstream `u` [say `method: GET`]",
        ),
    ],
)
def test_what_does_not(fields: str, objection: str) -> None:
    assert told(fields) == [objection]


def test_a_socket_has_no_port_to_ask_at() -> None:
    assert told("health: {port: 5}", "unix:/a") == ["`port` has no effect on a socket of a path in upstream `u`"]


def test_what_could_not_be_read_is_not_held_against_the_rest() -> None:
    assert told("balance: {policy: hash, by: clint}") == []


def test_an_answer_holds_at_most_as_long_as_at_least() -> None:
    draft = drafted("resolver: {min_ttl: 10s, max_ttl: 5s}\nroutes: []\n")
    check_policies(draft)
    assert noted(draft.source) == ["1:26 `max_ttl` is shorter than `min_ttl`"]


def test_the_place_is_that_of_the_field() -> None:
    draft = drafted('upstreams:\n  u:\n    endpoints: ["http://a"]\n    balance:\n      policy: hash\nroutes: []\n')
    check_policies(draft)
    assert [problem.place.line for problem in draft.source.problems] == [4]
