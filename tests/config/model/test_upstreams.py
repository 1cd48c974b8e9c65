"""Named sets of endpoints."""

import pytest
from pydantic import ValidationError

from lumina.config.address import Address
from lumina.config.model import Upstream


def test_an_upstream_needs_no_more_than_its_endpoints() -> None:
    upstream = Upstream.model_validate({"endpoints": ["http://a", "http://b:81"]})
    urls = [Address("http", "a", 80, None, ""), Address("http", "b", 81, None, "")]
    assert [endpoint.url for endpoint in upstream.endpoints] == urls
    assert {(endpoint.weight, endpoint.priority) for endpoint in upstream.endpoints} == {(1, 0)}
    assert (upstream.tls, set(upstream.timeouts.model_dump().values())) == (None, {None})


def test_an_upstream_has_an_endpoint() -> None:
    with pytest.raises(ValidationError, match="at least one URL"):
        Upstream.model_validate({"endpoints": []})


def test_certificates_are_verified_unless_told() -> None:
    upstream = Upstream.model_validate({"endpoints": ["https://a"], "tls": {"ca": "a.pem"}})
    assert upstream.tls is not None
    assert (upstream.tls.verify, upstream.tls.ca, upstream.tls.server_name) == (True, "a.pem", None)


def test_what_is_on_and_what_is_off_by_default() -> None:
    upstream = Upstream.model_validate({"endpoints": ["http://a"]})
    assert None not in {upstream.outliers, upstream.adaptive}
    assert (upstream.hedge, upstream.breaker, upstream.health, upstream.sticky) == (None, None, None, None)


def test_an_endpoint_may_weigh_more_or_wait_for_others_to_fail() -> None:
    upstream = Upstream.model_validate({"endpoints": ["http://a", {"url": "http://b", "weight": 3, "priority": 1}]})
    assert [(str(one.url), one.weight, one.priority) for one in upstream.endpoints] == [
        ("http://a", 1, 0),
        ("http://b", 3, 1),
    ]


def test_each_policy_can_be_turned_off() -> None:
    off = dict.fromkeys(("outliers", "hedge", "adaptive", "retries"), False)
    upstream = Upstream.model_validate({"endpoints": ["http://a"], **off})
    assert (upstream.outliers, upstream.hedge, upstream.adaptive) == (None, None, None)
    assert upstream.retries.attempts == 1
