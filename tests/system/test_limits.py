"""The limits as they are by themselves, each at its edge: what is at it passes, what is above it does not."""

import re
from collections.abc import Iterator

import pytest

from lumina.config.compile import compile_plan
from lumina.engine.limit import WORDS
from tests.config.written import drafted
from tests.house.tree import ROOT
from tests.system.gateway import Gateway
from tests.system.serving import ServingOrigin
from tests.system.wire import Message, Peer

KIB = 1024
LINE = "GET /api/shop/ HTTP/1.1"
HOST = "Host: localhost\r\n"
TABLE = re.compile(
    r"^\| (?P<what>[^|]+) \| (?P<default>[^|]+) \| (?P<by>[^|]+) \| [^|]+ \| (?P<word>[^|]+) \|$", re.MULTILINE
)
SETTING = re.compile(r"`(?:upstreams\.NAME\.)?([a-z_.]+)`")
NUMBER = re.compile(r"([\d,]+)(?: (KiB|s|B/s))?")


def tell_much(peer: Peer, request: Message) -> bool:
    """Answer with as many octets of fields as the target says."""
    size = request.head.line.split(" ")[1].partition("?")[0].rpartition("/")[2]
    peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n")
    if size:
        peer.send(b"A: " + b"x" * (int(size) - 5) + b"\r\n")
    peer.send(b"\r\nok")
    return True


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    with ServingOrigin(tell_much) as origin:
        config = {"routes": [{"path": "shop", "upstream": f"http://127.0.0.1:{origin.port}"}]}
        with Gateway(config, tmp_path_factory.mktemp("limits")) as gateway:
            yield gateway


def met(gateway: Gateway, word: str) -> float:
    return gateway.metric("lumina_limits_met_total", limit=word)


def field(size: int) -> str:
    """Return a field of so many octets, with its end."""
    return f"A: {'x' * (size - 5)}\r\n"


@pytest.mark.parametrize(
    ("line", "fields", "status", "word"),
    [
        pytest.param(f"GET /api/shop/?{'x' * (8 * KIB - 24)} HTTP/1.1", HOST, 200, "request_line", id="line"),
        pytest.param(f"GET /api/shop/?{'x' * (8 * KIB)} HTTP/1.1", HOST, 414, "request_line", id="longer line"),
        pytest.param(LINE, HOST + field(32 * KIB - len(HOST) - len(LINE) - 4), 200, "header_bytes", id="head"),
        pytest.param(LINE, HOST + field(32 * KIB - len(HOST) - len(LINE) - 3), 431, "header_bytes", id="larger head"),
        pytest.param(LINE, HOST + "A: b\r\n" * 99, 200, "header_count", id="many fields"),
        pytest.param(LINE, HOST + "A: b\r\n" * 100, 431, "header_count", id="more fields"),
        pytest.param(LINE.replace("/ ", "/60000 "), HOST, 200, "response_header_bytes", id="answer"),
        pytest.param(LINE.replace("/ ", "/65536 "), HOST, 502, "response_header_bytes", id="larger answer"),
    ],
)
def test_a_head_at_its_limit_passes(gateway: Gateway, line: str, fields: str, status: int, word: str) -> None:
    before = met(gateway, word)
    with gateway.connect() as client:
        client.send(f"{line}\r\n{fields}\r\n")
        assert client.read_response().status == status
    assert met(gateway, word) - before == (status != 200)


def test_a_hundred_requests_may_have_come_behind_one(gateway: Gateway) -> None:
    before = met(gateway, "pipelined_requests")
    with gateway.connect() as client:
        client.send(f"GET /nowhere HTTP/1.1\r\n{HOST}\r\n" * 103)
        answers = client.read_to_end().split(b"HTTP/1.1 404 ")[1:]
    assert [b"\r\nConnection: close\r\n" in one for one in answers] == [False] * 100 + [True]
    assert met(gateway, "pipelined_requests") - before == 1


def test_a_body_has_none(gateway: Gateway) -> None:
    with gateway.connect() as client:
        client.send(f"POST /api/shop/ HTTP/1.1\r\n{HOST}Content-Length: {1 << 40}\r\n\r\n")
        client.send(b"x" * (1 << 20))
        assert client.silent(0.2)


def documented() -> list[tuple[str, str, str]]:
    """Return setting, default and word of each row of the table of limits."""
    text = (ROOT / "docs/operating.md").read_text()
    table = text.partition("## How much a client may take")[2].partition("\n## ")[0]
    rows = [(row["by"], row["default"], row["word"].strip("` ")) for row in TABLE.finditer(table)]
    return rows[1:]


def test_the_table_of_limits_has_every_word() -> None:
    words = {word for _, _, word in documented()}
    assert words - {word for word in words if word.startswith("none")} == set(WORDS) - {""}


@pytest.mark.parametrize(("by", "default", "word"), documented())
def test_the_table_of_limits_is_right(by: str, default: str, word: str) -> None:
    plan = compile_plan(drafted('routes: [{path: a, upstream: "http://a"}]\n'))
    values = {
        **plan["limits"],
        **{f"timeouts.{name}": value for name, value in plan["timeouts"].items()},
        "caps.queue": plan["upstreams"][0]["caps"]["queue"],
        "body_bytes": plan["routes"][0]["body_bytes"],
    }
    if by == "fixed":
        constant = re.search(r"\bMESSAGES = (\d+)", (ROOT / "src/lumina/engine/tls.pxd").read_text())
        assert (word, constant and constant[1]) == ("tls_messages", default)
        return
    settings = SETTING.findall(by)
    assert settings
    if default == "none":
        assert values[settings[0]] is None
        return
    if word == "upstream_uploads":
        assert values[settings[0]] == plan["upstreams"][0]["caps"]["connections"] // 2
        return
    told = [int(number.replace(",", "")) * (KIB if unit == "KiB" else 1) for number, unit in NUMBER.findall(default)]
    assert told == [values[setting] for setting in settings]
