"""What every section of the configuration has in common."""

import pytest
from pydantic import ValidationError

from lumina.config.model import Config, Limits, Server
from lumina.config.model.section import empty_section, wrong


def test_sections_do_not_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Server().port = 1


def test_sections_know_all_their_fields() -> None:
    with pytest.raises(ValidationError, match="extra_forbidden"):
        Limits.model_validate({"colour": "red"})


def test_values_do_not_stand_in_the_librarys_own_text() -> None:
    with pytest.raises(ValidationError) as caught:
        Server.model_validate({"hush": "a secret"})
    assert "a secret" not in str(caught.value)


def test_an_objection_carries_its_hint() -> None:
    error = wrong("must be {odd}", "try {this}")
    assert (error.context, error.message()) == ({"message": "must be {odd}", "hint": "try {this}"}, "must be {odd}")


@pytest.mark.parametrize(("value", "section"), [(None, {}), ({}, {}), ({"a": 1}, {"a": 1}), ([], []), ("", ""), (0, 0)])
def test_a_name_alone_is_a_section_of_defaults(value: object, section: object) -> None:
    assert empty_section(value) == section


def test_every_section_but_the_routes_may_be_empty() -> None:
    empty = dict.fromkeys(name for name in Config.model_fields if name != "routes")
    assert Config.model_validate(empty | {"routes": []}) == Config(routes=())
