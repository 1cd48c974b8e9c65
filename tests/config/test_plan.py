"""A configuration file to a plan: the whole way, and to the letter what is told when it ends early."""

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumina.config import InvalidConfigError, Problem, load_plan
from tests.config.golden_cases import ENVIRONMENT, SECRET, Case, cases, furnish, told
from tests.plan import ENDPOINT, UPSTREAM

README = """\
server:
  host: "127.0.0.1"
  port: 8080
routes:
  - path: "payments"
    upstream: "http://localhost:8082"
"""
CASES = list(cases())


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Be in a folder with the files that the golden cases name, in the environment that they know."""
    monkeypatch.chdir(tmp_path)
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("HSOT", raising=False)
    monkeypatch.delenv("SECRETT", raising=False)
    furnish(tmp_path)
    return tmp_path


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.topic}: {case.name}")
def test_what_is_told_to_the_letter(case: Case) -> None:
    found = told(case.text)
    assert found == case.told
    assert found != ""


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("case", [case for case in CASES if case.topic == "substitution"], ids=lambda case: case.name)
def test_nothing_that_was_put_in_is_told(case: Case) -> None:
    assert all(word not in told(case.text) for word in (SECRET, SECRET.split()[0], SECRET.lower()))


def test_the_golden_files_are_many() -> None:
    assert len({case.told for case in CASES}) > 150
    assert len({(case.topic, case.name) for case in CASES}) == len(CASES)


SAFE = {
    "encoded_slashes": "keep",
    "double_slashes": "keep",
    "dot_segments": "resolve",
    "parameters": "keep",
    "encoded_nul": "reject",
    "invalid_escapes": "reject",
    "non_ascii": "reject",
}


def test_the_file_of_the_readme(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(README)
    plan = load_plan(path)
    assert plan["server"] | {"workers": 1} == {
        "host": "127.0.0.1",
        "port": 8080,
        "workers": 1,
        "tls": [],
        "trusted_proxies": [],
        "forwarded": "x-forwarded",
        "proxy_protocol": None,
        "trace": False,
        "half_close": False,
        "admin": None,
    }
    assert plan["routes"] == [
        {
            "name": "payments",
            "prefix": "/api/payments",
            "strip": True,
            "upstream": 0,
            "preserve_host": True,
            "body_bytes": None,
            "priority": 1,
            "fallback": None,
            "paths": SAFE,
            "source": "config.yaml:5:5",
        }
    ]
    caps = {"connections": 1024, "idle": 512, "uploads": 512, "requests": 0, "queue": 1024}
    endpoint = {**ENDPOINT, "host": "localhost", "port": 8082, "authority": "localhost:8082"}
    assert plan["upstreams"] == [{**UPSTREAM, "name": "localhost:8082", "endpoints": [endpoint], "caps": caps}]
    assert json.loads(json.dumps(plan)) == plan


def test_a_path_may_be_text(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(README)
    assert load_plan(str(tmp_path / "a.yaml"))["version"] == 1


UNUSED = README + 'upstreams: {orders: {endpoints: ["http://a"]}}\n'


def test_warnings_go_to_standard_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(UNUSED)
    load_plan(path)
    out, err = capsys.readouterr()
    assert (out, err.splitlines()[0]) == ("", f"{path}:7:13: warning: no route leads to upstream `orders`")


def test_warnings_go_where_they_are_wanted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(UNUSED)
    told: list[Problem] = []
    load_plan(path, warn=told.append)
    assert ([problem.warning for problem in told], capsys.readouterr().err) == ([True], "")


def test_every_mistake_of_every_kind_is_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(
        "server: {port: '${LUMINA_NOT_SET_HERE}', tls: {certificate: none, key: none}}\n"
        "routes:\n"
        "  - {path: a, path: b, upstream: c}\n"
        "  - {path: b, upstream: 'http://d', upstrm: e}\n"
    )
    with pytest.raises(InvalidConfigError) as caught:
        load_plan(path)
    assert [problem.message for problem in caught.value.problems] == [
        "the environment variable `LUMINA_NOT_SET_HERE` is not set",
        "`none` does not exist",
        "`none` does not exist",
        "`path` is set twice, first on line 3",
        "there is no upstream with the name `c`",
        "unknown field `upstrm` in route `b`",
    ]


def test_ten_thousand_routes_are_a_plan(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    route = '  - path: "service-{0}"\n    upstream: "http://localhost:{1}"\n'
    path.write_text("routes:\n" + "".join(route.format(number, 1 + number % 100) for number in range(10_000)))
    plan = load_plan(path)
    assert (len(plan["routes"]), len(plan["upstreams"])) == (10_000, 100)
    assert plan["routes"][9_999]["source"] == "a.yaml:20000:5"


PIECES = st.sampled_from(
    ["{", "}", "[", "]", ": ", "- ", "\n", "  ", "'", '"', "${", "&a ", "*a", "<<: ", "/", "..", "%", "é", "0"]
)


@given(st.lists(st.tuples(st.integers(0, len(README)), st.integers(0, 3), PIECES), max_size=5))
def test_a_file_with_slips_of_the_pen_is_a_plan_or_told(slips: list[tuple[int, int, str]]) -> None:
    text = README
    for at, gone, piece in slips:
        text = text[:at] + piece + text[at + gone :]
    with tempfile.NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        try:
            plan = load_plan(file.name, warn=lambda _: None)
        except InvalidConfigError as error:
            assert all(problem.message for problem in error.problems)  # noqa: PT017 (both ends are right)
        else:
            assert plan["hash"]
