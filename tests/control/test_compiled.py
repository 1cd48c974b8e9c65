"""Finding modules that should be compiled and are not."""

from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

from lumina.control.compiled import missing


def test_this_installation_is_compiled() -> None:
    assert missing() == []


def test_a_module_with_a_header_and_no_compiled_form_is_missing(tmp_path: Path) -> None:
    engine = tmp_path / "engine"
    engine.mkdir()
    for name in ("a.py", "a.pxd", "b.py", "b.pxd", f"b{EXTENSION_SUFFIXES[0]}", "only_a_header.pxd", "plain.py"):
        (engine / name).touch()
    assert missing(tmp_path) == ["lumina.engine.a"]
