"""Where and how Lumina listens."""

import pytest
from pydantic import ValidationError

from lumina.config.model import Certificate, ProxyProtocol, Server

PAIR = {"certificate": "a.pem", "key": "a.key"}


@pytest.mark.parametrize(
    ("tls", "count"),
    [
        pytest.param(PAIR, 1, id="one"),
        pytest.param([PAIR], 1, id="a list of one"),
        pytest.param([PAIR, PAIR], 2, id="a list of two"),
        pytest.param([], 0, id="an empty list"),
        pytest.param(None, 0, id="only the name"),
    ],
)
def test_one_certificate_or_several(tls: object, count: int) -> None:
    assert Server.model_validate({"tls": tls}).tls == (Certificate(certificate="a.pem", key="a.key"),) * count


@pytest.mark.parametrize("tls", ["a.pem", True, 1])
def test_what_is_neither(tls: object) -> None:
    with pytest.raises(ValidationError, match="or a list of them"):
        Server.model_validate({"tls": tls})


@pytest.mark.parametrize(
    ("written", "read"),
    [
        pytest.param({"trusted": ["::1"]}, ProxyProtocol(trusted=("::1",)), id="a mapping"),
        pytest.param(
            {"trusted": ["::1"], "others": "refuse"},
            ProxyProtocol(trusted=("::1",), others="refuse"),
            id="all of it",
        ),
        pytest.param(None, None, id="only the name"),
    ],
)
def test_whose_headers_are_taken(written: object, read: ProxyProtocol | None) -> None:
    found = Server.model_validate({"proxy_protocol": written}).proxy_protocol
    assert found == (read and ProxyProtocol.model_validate(read.model_dump()))


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (True, "valid dictionary"),
        ({"trusted": []}, "at least one network"),
        ({"others": "serve"}, "Field required"),
        ({"trusted": ["10.0.0.1/8"]}, "has bits beyond its prefix"),
        ({"trusted": ["::1"], "others": "drop"}, "must be `serve` or `refuse`"),
    ],
)
def test_that_somebody_is_trusted_is_not_left_to_chance(written: object, told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Server.model_validate({"proxy_protocol": written})
