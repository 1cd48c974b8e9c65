"""Requests that belong to one endpoint: by a key, or by the cookie that an answer brought."""

import random

import pytest

from tests.engine.stage import Endpoints, Stage, answer, get, head_of

STICKY = {"cookie": "place", "secret": "a secret of many octets", "max_age": 0.0}


class Several(Endpoints):
    """As many endpoints of one upstream as wanted; they close each connection with its answer."""

    def ask(self, fields: str = "", target: str = "/api/payments/x", status: str = "200 OK") -> tuple[int, bytes]:
        """Let a client of its own ask; return who answered and the answer."""
        client = self.stage.client()
        client.send(get(target, fields))
        place, upstream = self.asked()
        upstream.read()
        upstream.send(answer(fields="Connection: close\r\n", status=status))
        found = client.read()
        client.close()
        return place, found


def hashed(by: str, name: str | None = None) -> dict[str, object]:
    """Return the changes of a plan that hash by this, and let a key stay where it is."""
    return {"upstreams__0__balance": {"policy": "hash", "by": by, "name": name, "load": 10.0}}


def cookie_of(message: bytes) -> str:
    """Return the cookie that an answer sets, as a client sends it back."""
    return head_of(message)[1]["set-cookie"].partition(";")[0]


@pytest.mark.parametrize(
    ("key", "fields", "target"),
    [
        pytest.param(("header", "X-User"), "x-user: {}\r\n", "/api/payments/x", id="header"),
        pytest.param(("cookie", "user"), "Cookie: a=b\r\nCookie: c=d; user={}\r\n", "/api/payments/x", id="cookie"),
        pytest.param(("query", "user"), "", "/api/payments/x?a=b&user={}", id="query"),
    ],
)
def test_one_key_goes_to_one_endpoint_and_keys_to_all(
    stage: Stage, key: tuple[str, str], fields: str, target: str
) -> None:
    several = Several(stage, 3, **hashed(*key))
    seen = {user: {several.ask(fields.format(user), target.format(user))[0] for _ in range(2)} for user in range(40)}
    assert {len(places) for places in seen.values()} == {1}
    assert set().union(*seen.values()) == {0, 1, 2}


def test_the_client_s_address_is_a_key(stage: Stage) -> None:
    several = Several(stage, 3, **hashed("client"))
    assert len({several.ask()[0] for _ in range(8)}) == 1


@pytest.mark.parametrize(
    ("key", "fields", "target"),
    [
        pytest.param(("header", "X-User"), "", "/api/payments/x", id="no field"),
        pytest.param(("header", "X-User"), "X-User:\r\n", "/api/payments/x", id="an empty field"),
        pytest.param(("cookie", "user"), "", "/api/payments/x", id="no cookie field"),
        pytest.param(("cookie", "user"), "Cookie: users=1\r\n", "/api/payments/x", id="another cookie"),
        pytest.param(("cookie", "user"), "Cookie: user=\r\n", "/api/payments/x", id="an empty cookie"),
        pytest.param(("query", "user"), "", "/api/payments/x", id="no query"),
        pytest.param(("query", "user"), "", "/api/payments/x?users=1", id="another parameter"),
    ],
)
def test_a_request_without_a_key_goes_by_chance(stage: Stage, key: tuple[str, str], fields: str, target: str) -> None:
    several = Several(stage, 2, **hashed(*key))
    assert {several.ask(fields, target)[0] for _ in range(32)} == {0, 1}


def test_a_key_moves_only_to_an_endpoint_that_is_new(stage: Stage) -> None:
    several = Several(stage, 3, **hashed("header", "X-User"))
    several.use(0, 1)
    before = [several.ask(f"X-User: {user}\r\n")[0] for user in range(30)]
    several.use(2, 0, 1)
    after = [several.ask(f"X-User: {user}\r\n")[0] for user in range(30)]
    assert {new for old, new in zip(before, after, strict=True) if old != new} == {2}
    assert after.count(2) < 20


def test_a_cookie_brings_the_client_back(stage: Stage) -> None:
    several = Several(stage, 3, upstreams__0__sticky=STICKY)
    place, first = several.ask()
    value = head_of(first)[1]["set-cookie"]
    name, _, rest = value.partition("=")
    assert (name, rest[22:]) == ("place", "; Path=/; HttpOnly; SameSite=Lax")
    for _ in range(12):
        again, answered = several.ask(f"Cookie: a=b; {cookie_of(first)}\r\n")
        assert again == place
        assert "set-cookie" not in head_of(answered)[1]


def test_it_is_kept_as_long_as_was_asked(stage: Stage) -> None:
    several = Several(stage, 1, upstreams__0__sticky={**STICKY, "max_age": 3600.0})
    assert head_of(several.ask()[1])[1]["set-cookie"].endswith("; SameSite=Lax; Max-Age=3600")


def test_a_cookie_outlives_that_endpoints_come_and_go(stage: Stage) -> None:
    several = Several(stage, 4, upstreams__0__sticky=STICKY)
    several.use(0, 1)
    cookies: dict[int, str] = {}
    while len(cookies) < 2:
        place, found = several.ask()
        cookies[place] = cookie_of(found)
    several.use(3, 1, 2, 0)
    for place, cookie in cookies.items():
        assert {several.ask(f"Cookie: {cookie}\r\n")[0] for _ in range(6)} == {place}
    several.use(3, 1)
    place, found = several.ask(f"Cookie: {cookies[0]}\r\n")
    assert place in (1, 3)
    assert cookie_of(found) != cookies[0]


@pytest.mark.parametrize("seed", range(3))
def test_it_follows_the_model(stage: Stage, seed: int) -> None:
    """Whoever comes and goes: a known cookie of who is there decides, and all others get that of who answers."""
    chance = random.Random(seed)
    several = Several(stage, 4, upstreams__0__sticky=STICKY)
    there = [0, 1, 2, 3]
    cookies: dict[int, str] = {}
    for _ in range(50):
        if chance.random() < 0.2:
            there = chance.sample(range(4), chance.randint(1, 4))
            several.use(*there)
        whose = chance.choice([-1, *cookies])
        cookie = cookies.get(whose, chance.choice(["", "place=", "place=AAAAAAAAAAAAAAAAAAAAAA"]))
        status = chance.choice(["200 OK", "404 Not Found", "500 Broken"])
        place, found = several.ask(f"Cookie: {cookie}\r\n" if cookie else "", status=status)
        assert place in there
        if whose in there:
            assert place == whose
        if whose == place or status.startswith("5"):
            assert "set-cookie" not in head_of(found)[1]
        else:
            assert cookie_of(found) == cookies.setdefault(place, cookie_of(found))
    assert len(set(cookies.values())) == len(cookies) > 1


@pytest.mark.parametrize(
    "cookie",
    [
        pytest.param("place=AAAAAAAAAAAAAAAAAAAAAA", id="a guess"),
        pytest.param("place=", id="nothing"),
        pytest.param("place={}A", id="longer"),
        pytest.param("place={:.21}", id="shorter"),
        pytest.param("other={}", id="of another name"),
    ],
)
def test_what_was_not_made_here_chooses_nothing(stage: Stage, cookie: str) -> None:
    several = Several(stage, 2, upstreams__0__sticky=STICKY)
    mark = cookie_of(several.ask()[1]).removeprefix("place=")
    found = [several.ask(f"Cookie: {cookie.format(mark)}\r\n") for _ in range(32)]
    assert {place for place, _ in found} == {0, 1}
    assert all("set-cookie" in head_of(message)[1] for _, message in found)


def test_another_secret_makes_other_cookies(stage: Stage) -> None:
    several = Several(stage, 1, upstreams__0__sticky=STICKY)
    before = cookie_of(several.ask()[1])
    several.changes = {"upstreams__0__sticky": {**STICKY, "secret": "another one"}}
    several.use(0)
    after = cookie_of(several.ask(f"Cookie: {before}\r\n")[1])
    assert after != before


def test_the_same_endpoint_of_another_upstream_has_another_cookie(stage: Stage) -> None:
    several = Several(stage, 1, upstreams__0__sticky=STICKY)
    first = cookie_of(several.ask()[1])
    several.changes["upstreams__0__name"] = "refunds"
    several.use(0)
    assert cookie_of(several.ask()[1]) != first


def test_without_sticky_no_cookie_is_set(stage: Stage) -> None:
    several = Several(stage, 1, upstreams__0__sticky=STICKY)
    assert "set-cookie" in head_of(several.ask()[1])[1]
    several.changes = {}
    several.use(0)
    assert "set-cookie" not in head_of(several.ask()[1])[1]


def test_a_failing_answer_binds_nobody(stage: Stage) -> None:
    several = Several(stage, 1, upstreams__0__sticky=STICKY)
    assert "set-cookie" not in head_of(several.ask(status="503 Service Unavailable")[1])[1]


def test_an_endpoint_that_is_full_is_not_waited_for(stage: Stage) -> None:
    several = Several(stage, 2, upstreams__0__sticky=STICKY, upstreams__0__caps__requests=1)
    place, first = several.ask()
    own = f"Cookie: {cookie_of(first)}\r\n"
    busy, waiting = stage.client(), stage.client()
    busy.send(get(fields=own))
    assert several.asked()[0] == place
    waiting.send(get(fields=own))
    other, upstream = several.asked()
    assert other != place
    upstream.read()
    upstream.send(answer())
    assert cookie_of(waiting.read()) != cookie_of(first)


def test_an_endpoint_that_is_gone_is_not_waited_for(stage: Stage) -> None:
    several = Several(stage, 2, upstreams__0__sticky=STICKY)
    place, first = several.ask()
    several.listeners[place].close()
    other, found = several.ask(f"Cookie: {cookie_of(first)}\r\n")
    assert other != place
    assert cookie_of(found) != cookie_of(first)
