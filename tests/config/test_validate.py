"""A tree to a model, as much of it as is sound."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumina.config.model import Config
from lumina.config.problems import Place
from lumina.config.validate import NOWHERE
from tests.config.written import drafted, noted


def test_a_sound_file_is_whole() -> None:
    draft = drafted('server: {port: 1}\nroutes:\n  - {path: a, upstream: "http://b"}\n')
    assert (draft.source.problems, draft.left_out, draft.route_indexes) == ([], frozenset(), (0,))
    assert draft.config.server.port == 1
    assert (draft.place(("server", "port")), draft.key(("server", "port"))) == (Place(1, 16, 1), Place(1, 10, 4))


def test_only_the_routes_that_cannot_be_read_are_left_out() -> None:
    text = """
routes:
  - {path: a, upstream: "http://a"}
  - {path: "?", upstream: "http://b"}
  - text
  - {path: c, upstream: "ftp://c", strip_prefix: 1, colour: red}
  - {upstream: "http://d"}
  - {path: e}
  - {path: f, upstream: "http://f"}
"""
    draft = drafted(text)
    routes = zip(draft.route_indexes, draft.config.routes, strict=True)
    kept = [(index, route.path, str(route.upstream)) for index, route in routes]
    assert kept == [(0, "a", "http://a"), (3, "c", NOWHERE), (5, "e", NOWHERE), (6, "f", "http://f")]
    assert [line.partition(" ")[0] for line in noted(draft.source)] == [
        "4:12",
        "5:5",
        "6:25",
        "6:50",
        "6:53",
        "7:5",
        "8:5",
    ]


@pytest.mark.parametrize(
    ("text", "sound"),
    [
        pytest.param("server: {api_prefix: 1}", [False, True, True], id="the field itself"),
        pytest.param("server: 5", [False, False, False], id="the section"),
        pytest.param("server: {admin: {port: x}}", [True, False, True], id="what the field needs"),
        pytest.param("server: {admin: {port: 1, x: 1}}", [True, True, True], id="what nobody needs"),
        pytest.param(
            "server: {tls: [{certificate: a, key: b}, {key: c}]}", [True, True, False], id="an item of a list"
        ),
        pytest.param("server: {tls: {key: c}}", [True, True, False], id="a mapping in place of a list"),
        pytest.param("limits: {x: 1}", [True, True, True], id="elsewhere"),
    ],
)
def test_what_is_left_out_is_known(text: str, sound: list[bool]) -> None:
    draft = drafted(text + "\nroutes: []\n")
    assert draft.source.problems
    assert [draft.is_sound("server", name) for name in ("api_prefix", "admin", "tls")] == sound


def test_an_upstream_that_lacks_what_it_needs_is_left_out() -> None:
    text = """
upstreams:
  a: {endpoints: ["http://a"], timeouts: {connect: x}}
  b: {endpoints: ["http://a", "b"]}
  c: {}
  d: []
routes: []
"""
    draft = drafted(text)
    assert list(draft.config.upstreams) == ["a"]
    assert len(draft.source.problems) == 4


def test_a_misspelt_field_is_one_mistake() -> None:
    assert noted(drafted("routes:\n  - {path: a, upstrem: b}\n").source) == [
        "2:15 unknown field `upstrem` in route `a` [did you mean `upstream`?]"
    ]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 70000) | st.sampled_from(["a", "http://a", "/", "auto", "1s", ""]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from([*Config.model_fields, "a", "path", "upstream", "tls", "admin", "endpoints"]), inner
        )
    ),
    max_leaves=10,
)


@given(st.dictionaries(st.sampled_from([*Config.model_fields, "x"]), VALUES))
def test_whatever_a_file_holds_there_is_a_draft(data: dict[str, object]) -> None:
    text = repr(data).replace("None", "null").replace("True", "true").replace("False", "false")
    draft = drafted(text)
    assert bool(draft.source.problems) == bool(draft.left_out)
    assert len(draft.route_indexes) == len(draft.config.routes)
