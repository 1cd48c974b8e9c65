"""Where and how Lumina listens."""

import pytest
from pydantic import ValidationError

from lumina.config.model import Certificate, Server

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
