"""What the model objects to, in our words. The golden files hold each sentence."""

import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from lumina.config.model import Config
from lumina.config.model.section import Section
from lumina.config.nodes import Path
from lumina.config.reference import sections
from lumina.config.words import meant, owner
from tests.config.written import drafted, noted, tree

TEXT = """
server: {tls: {}}
routes:
  - {name: first, path: a}
  - {path: b}
  - {}
  - text
upstreams:
  orders: {tls: {}}
"""


@pytest.mark.parametrize(
    ("path", "name"),
    [
        (("server",), "`server`"),
        (("server", "tls", 0), "`server.tls`"),
        (("routes", 0), "route `first`"),
        (("routes", 1), "route `b`"),
        (("routes", 2), "route 3"),
        (("routes", 3), "route 4"),
        (("upstreams",), "`upstreams`"),
        (("upstreams", "orders"), "upstream `orders`"),
        (("upstreams", "orders", "tls"), "`tls` of upstream `orders`"),
    ],
)
def test_a_mapping_has_a_name(path: Path, name: str) -> None:
    assert owner(path, tree(TEXT)[1]) == name


@pytest.mark.parametrize(
    ("path", "near"),
    [
        (("sever",), ("server",)),
        (("server", "prot"), ("server", "port")),
        (("server", "tls", 0, "certifcate"), ("server", "tls", 0, "certificate")),
        (("server", "admin", "prot"), ("server", "admin", "port")),
        (("routes", 3, "upsteam"), ("routes", 3, "upstream")),
        (("upstreams", "a", "endpoint"), ("upstreams", "a", "endpoints")),
        (("upstreams", "a", "tls", "servername"), ("upstreams", "a", "tls", "server_name")),
        (("upstreams", "a", "timeouts", "conect"), ("upstreams", "a", "timeouts", "connect")),
        (("upstreams", "timeouts", "endpoint"), ("upstreams", "timeouts", "endpoints")),
        (("upstreams", "tls", "timeouts", "conect"), ("upstreams", "tls", "timeouts", "connect")),
        (("server", "colour"), None),
    ],
)
def test_a_misspelt_field_is_held_against_those_of_its_own_section(path: Path, near: Path | None) -> None:
    assert meant(path) == near


def wrong_values(section: type[Section]) -> Iterator[tuple[str, object]]:
    for name in section.model_fields:
        for value in (None, "", "?", -1, 1.5, True, [], [None], {}, {"x": 1}):
            yield name, value


PLACES = ["{value}", "server: {{{field}: {value}}}", "{field}: {value}"]
# Words of pydantic that must not reach a user.
THEIRS = re.compile(r"Input|valid |validation|pydantic|Field required|Extra inputs|dictionary|tuple|str\b|int\b|None")


def test_no_word_of_the_library_is_told() -> None:
    for path, section in sections():
        for name, value in wrong_values(section):
            told = _told(path, name, value)
            assert not any(THEIRS.search(line) for line in told), told


def _told(path: str, name: str, value: object) -> list[str]:
    """Return what is told of a file with this value in this section."""
    written = {None: "null", True: "true"}.get(value) if isinstance(value, bool | None) else None
    text = f"{{{name}: {written or _flow(value)}}}"
    for step in reversed(path.split(".") if path else []):
        inner = f"[{text}]" if step.endswith("[]") else text
        text = f"{{{step.removesuffix('[]')}: {inner}}}"
    return noted(drafted(text).source)


def _flow(value: object) -> str:
    return repr(value).replace("None", "null").replace("'", '"')


@given(st.sampled_from([path for path, _ in sections()]), st.text("abc_", min_size=1, max_size=12))
def test_an_unknown_field_of_any_section_is_told(path: str, name: str) -> None:
    known = {field for _, section in sections() for field in section.model_fields}
    if name not in known:
        assert any(f"unknown field `{name}`" in line for line in _told(path, name, 1))


def test_the_library_would_have_said_it_otherwise() -> None:
    with pytest.raises(ValidationError, match="Field required"):
        Config.model_validate({})
    assert noted(drafted("server: {}").source) == ["1:1 `routes` is missing"]
