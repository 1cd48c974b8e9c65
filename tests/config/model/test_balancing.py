"""Which endpoint a request goes to."""

import pytest
from pydantic import ValidationError

from lumina.config.model import Upstream
from lumina.config.model.balancing import Sticky


def test_a_policy_may_stand_alone() -> None:
    upstream = Upstream.model_validate({"endpoints": ["http://a"], "balance": "ewma"})
    assert (upstream.balance.policy, upstream.balance.by) == ("ewma", None)


def test_a_policy_that_there_is_not_is_told() -> None:
    with pytest.raises(ValidationError, match="not `round-robin`"):
        Upstream.model_validate({"endpoints": ["http://a"], "balance": "round-robin"})


def test_a_cookie_that_sticks_is_signed() -> None:
    with pytest.raises(ValidationError, match="secret"):
        Sticky.model_validate({"cookie": "c"})
