"""The clients that people use, in front of the gateway, with real services behind it."""

import asyncio
import hashlib
import io
import json
import re
import subprocess
from pathlib import Path

import aiohttp
import httpx
import pytest
import requests

from tests.system.gateway import Gateway
from tests.system.program import eventually
from tests.system.services import SIZES, content

BODY = content(3_000_000)
DIGEST = hashlib.sha256(BODY).hexdigest()


def curl(*words: str, data: bytes | None = None) -> str:
    done = subprocess.run(
        ["curl", "--silent", "--show-error", "--noproxy", "*", "--max-time", "60", *words],
        input=data,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode("latin-1")


# ---- curl


def test_curl_sees_status_and_fields(gateway: Gateway) -> None:
    seen = curl("-i", f"{gateway.url}/fastapi/echo/a?b=c", "-H", "X-Mine: 1")
    assert seen.startswith("HTTP/1.1 200 OK\r\n")
    told = json.loads(seen.partition("\r\n\r\n")[2])
    assert (told["path"], told["query"], ["x-mine", "1"] in told["headers"]) == ("a", "b=c", True)


def test_curl_keeps_its_connection(gateway: Gateway) -> None:
    urls = [f"{gateway.url}/fastapi/echo/{number}" for number in range(5)]
    quiet = [word for url in urls for word in ("-o", "/dev/null", url)]
    seen = curl("-w", "%{http_code} %{num_connects}\n", *quiet)
    assert seen.splitlines() == ["200 1"] + ["200 0"] * 4


@pytest.mark.parametrize("framing", [[], ["-H", "Transfer-Encoding: chunked"], ["-H", "Expect: 100-continue"]])
def test_curl_uploads(gateway: Gateway, framing: list[str]) -> None:
    seen = curl("-X", "PUT", "--data-binary", "@-", *framing, f"{gateway.url}/fastapi/digest", data=BODY)
    told = json.loads(seen)
    assert (told["size"], told["sha256"]) == (len(BODY), DIGEST)
    assert told["chunked"] == ("chunked" in "".join(framing))


def test_curl_downloads_ranges_and_resumes(gateway: Gateway, tmp_path: Path) -> None:
    target = tmp_path / "1m"
    target.write_bytes(content(SIZES["1m"])[:300_000])
    curl("-C", "-", "-o", str(target), f"{gateway.url}/nginx/1m")
    assert target.read_bytes() == content(SIZES["1m"])


@pytest.mark.parametrize("how", ["--http1.0", "--http1.1", "--compressed"])
def test_curl_in_its_other_ways(gateway: Gateway, how: str) -> None:
    assert curl(how, f"{gateway.url}/nginx/page.txt") == "a line of text\n" * 500


def test_curl_reads_events(gateway: Gateway) -> None:
    seen = curl("-N", f"{gateway.url}/fastapi/events/50")
    assert re.findall(r"^data: event (\d+)$", seen, re.MULTILINE) == [str(number) for number in range(50)]


# ---- requests


def test_requests_in_a_session(gateway: Gateway) -> None:
    with requests.Session() as session:
        session.trust_env = False
        for number in range(20):
            told = session.post(f"{gateway.url}/fastapi/echo/x", data=f"body {number}", timeout=20).json()
            assert told["body"] == f"body {number}"
        answer = session.get(f"{gateway.url}/fastapi/cookies", timeout=20)
        assert (answer.cookies["a"], answer.cookies["b"]) == ("1", "2")
        redirected = session.get(f"{gateway.url}/redirect/3", timeout=20)
        assert (redirected.status_code, len(redirected.history)) == (200, 3)


def test_requests_streams_an_upload(gateway: Gateway) -> None:
    pieces = (BODY[at : at + 70_001] for at in range(0, len(BODY), 70_001))
    with requests.Session() as session:
        session.trust_env = False
        told = session.put(f"{gateway.url}/fastapi/digest", data=pieces, timeout=60).json()
    assert (told["sha256"], told["chunked"]) == (DIGEST, True)


def test_requests_sends_a_file_in_a_form(gateway: Gateway) -> None:
    with requests.Session() as session:
        session.trust_env = False
        answer = session.post(f"{gateway.url}/post", files={"f": ("a.txt", b"hello")}, data={"a": "1"}, timeout=20)
    assert (answer.json()["files"], answer.json()["form"]) == ({"f": "hello"}, {"a": "1"})


# ---- httpx


def test_httpx(gateway: Gateway) -> None:
    with httpx.Client(base_url=gateway.url, trust_env=False, timeout=20) as client:
        made = client.post("/fastapi/orders", json={"item": "book", "count": 2})
        assert (made.status_code, made.json()) == (201, {"item": "book", "count": 2})
        assert client.post("/fastapi/orders", json={"item": "book"}).status_code == 422
        assert "Order" in client.get("/fastapi/openapi.json").json()["components"]["schemas"]
        with client.stream("GET", "/nginx/1m") as answer:
            assert hashlib.sha256(b"".join(answer.iter_raw())).digest() == hashlib.sha256(content(1 << 20)).digest()


def test_httpx_many_at_once(gateway: Gateway) -> None:
    async def all_of_them() -> list[str]:
        limits = httpx.Limits(max_connections=30)
        async with httpx.AsyncClient(trust_env=False, timeout=60, limits=limits) as client:
            answers = await asyncio.gather(
                *(client.post(f"{gateway.url}/fastapi/echo/x", content=f"body {number}") for number in range(200))
            )
        return [answer.json()["body"] for answer in answers]

    assert asyncio.run(all_of_them()) == [f"body {number}" for number in range(200)]


def test_a_service_learns_that_a_listener_left(gateway: Gateway) -> None:
    with httpx.Client(base_url=gateway.url, trust_env=False, timeout=20) as client:
        with client.stream("GET", "/fastapi/forever") as answer:
            parts = answer.iter_text()  # to let go of it would end the answer
            assert next(parts).startswith("data: still here\n\n")
            assert client.get("/fastapi/notes").json()["left"] == 0
        eventually(lambda: client.get("/fastapi/notes").json()["left"] == 1)
    assert gateway.access_line(path="/fastapi/forever")["status"] == 499


def test_a_service_answers_before_its_work_is_done(gateway: Gateway) -> None:
    with httpx.Client(base_url=gateway.url, trust_env=False, timeout=20) as client:
        assert client.post("/fastapi/later").json() == {"status": "accepted"}
        assert client.get("/fastapi/notes").json()["done"] == 0
        client.post("/fastapi/go-on")
        eventually(lambda: client.get("/fastapi/notes").json()["done"] == 1)


# ---- aiohttp


def test_aiohttp(gateway: Gateway) -> None:
    async def upload_and_download() -> tuple[str, bytes]:
        async with aiohttp.ClientSession() as session:
            async with session.put(f"{gateway.url}/fastapi/digest", data=io.BytesIO(BODY)) as answer:
                told = await answer.json()
            async with session.get(f"{gateway.url}/nginx/1m") as answer:
                return told["sha256"], await answer.read()

    assert asyncio.run(upload_and_download()) == (DIGEST, content(1 << 20))


def test_aiohttp_websocket(gateway: Gateway) -> None:
    async def talk() -> list[str]:
        async with aiohttp.ClientSession() as session, session.ws_connect(f"{gateway.url}/fastapi/ws") as socket:
            for number in range(20):
                await socket.send_str(f"message {number}")
            return [await socket.receive_str() for _ in range(20)]

    assert asyncio.run(talk()) == [f"message {number}" for number in range(20)]


# ---- wrk


@pytest.mark.parametrize("target", ["/nginx/64k", "/nginx/once/64k", "/nginx/seven/page.txt", "/nginx/empty"])
def test_wrk_sees_no_error(gateway: Gateway, target: str) -> None:
    done = subprocess.run(
        ["wrk", "-t", "1", "-c", "32", "-d", "2s", f"{gateway.url}{target}"], capture_output=True, text=True, check=True
    )
    assert "Non-2xx" not in done.stdout
    assert "Socket errors" not in done.stdout
    found = re.search(r"(\d+) requests in", done.stdout)
    assert found is not None
    assert int(found[1]) > 0
