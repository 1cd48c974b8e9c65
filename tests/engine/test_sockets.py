"""The addresses of sockets."""

import subprocess
import sys

import pytest

from lumina.engine.sockets import there_and_back
from lumina.http.addresses import octets_of


@pytest.mark.parametrize(
    ("family", "text", "port"),
    [
        (4, "192.0.2.1", 1),
        (4, "255.255.255.255", 65535),
        (6, "2001:db8::1", 443),
        (6, "::1", 256),
        (6, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 0),
    ],
)
def test_an_address_is_made_and_read(family: int, text: str, port: int) -> None:
    octets = octets_of(text)
    assert octets is not None
    assert there_and_back(family, octets, port) == (family, octets, port, text)


def test_an_address_of_ipv4_is_one_on_a_socket_of_ipv6_too() -> None:
    octets = octets_of("192.0.2.1")
    assert octets is not None
    assert there_and_back(6, octets, 5) == (4, octets, 5, "192.0.2.1")


MEET_ITSELF = """
import json
from pathlib import Path
from tests.engine.stage import Stage, get, head_of

Path("/proc/sys/net/ipv4/ip_local_port_range").write_text("40000 40009")
stage = Stage()
stage.adopt(("127.0.0.1", 40000), upstreams__0__retries__attempts=1)
client = stage.client()
for _ in range(60):
    client.send(get())
    assert json.loads(head_of(client.read())[2])["reason"] == "connection_refused"
stage.close()
"""


def test_a_connection_that_meets_its_own_end_is_refused() -> None:
    """Where the kernel has few ports to choose from, it soon chooses the one that nobody listens at."""
    alone = ["unshare", "--net", "sh", "-c", 'ip link set lo up && exec "$@"', "sh"]
    if subprocess.run([*alone, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("network namespaces may not be made")
    done = subprocess.run([*alone, sys.executable, "-c", MEET_ITSELF], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
