"""Named sets of endpoints."""

import pytest
from pydantic import ValidationError

from lumina.config.address import Address
from lumina.config.model import Upstream


def test_an_upstream_needs_no_more_than_its_endpoints() -> None:
    upstream = Upstream.model_validate({"endpoints": ["http://a", "http://b:81"]})
    assert upstream.endpoints == (Address("http", "a", 80, None, ""), Address("http", "b", 81, None, ""))
    assert (upstream.tls, set(upstream.timeouts.model_dump().values())) == (None, {None})


def test_an_upstream_has_an_endpoint() -> None:
    with pytest.raises(ValidationError, match="at least one URL"):
        Upstream.model_validate({"endpoints": []})


def test_certificates_are_verified_unless_told() -> None:
    upstream = Upstream.model_validate({"endpoints": ["https://a"], "tls": {"ca": "a.pem"}})
    assert upstream.tls is not None
    assert (upstream.tls.verify, upstream.tls.ca, upstream.tls.server_name) == (True, "a.pem", None)
