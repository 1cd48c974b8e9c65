"""Values from the environment and from files."""

from pathlib import Path

import pytest

from lumina.config.substitute import MAX_SECRET, has_substitution, substitute

FORMS = "write `${NAME}`, `${NAME:-default}` or `${file:/path}`; `$${` stands for `${`"


def put_in(text: str, folder: Path) -> tuple[str, list[tuple[str, str]]]:
    told: list[tuple[str, str]] = []
    return substitute(text, folder, lambda message, hint: told.append((message, hint))), told


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LUMINA_HOST", "orders")
    monkeypatch.setenv("LUMINA_EMPTY", "")
    (tmp_path / "secret").write_text("hush\n")
    (tmp_path / "windows").write_bytes(b"hush\r\n")
    (tmp_path / "lines").write_text("a\nb\n\n")
    return tmp_path


@pytest.mark.parametrize(
    ("text", "result"),
    [
        pytest.param("plain", "plain", id="nothing to do"),
        pytest.param("$HOME $ {x} $", "$HOME $ {x} $", id="a dollar alone"),
        pytest.param("${LUMINA_HOST}", "orders", id="a variable"),
        pytest.param("http://${LUMINA_HOST}:80/${LUMINA_HOST}", "http://orders:80/orders", id="within text, twice"),
        pytest.param("${LUMINA_HOST:-other}", "orders", id="a default that is not needed"),
        pytest.param("${LUMINA_NONE:-other}", "other", id="a default where it is unset"),
        pytest.param("${LUMINA_EMPTY:-other}", "other", id="a default where it is empty"),
        pytest.param("${LUMINA_NONE:-}", "", id="an empty default"),
        pytest.param("${LUMINA_NONE:-a:-b}", "a:-b", id="a default with its own mark"),
        pytest.param("${LUMINA_EMPTY}", "", id="set but empty"),
        pytest.param("$${LUMINA_HOST}", "${LUMINA_HOST}", id="escaped"),
        pytest.param("${file:secret}", "hush", id="a file, relative"),
        pytest.param("${file:windows}", "hush", id="a file with other line ends"),
        pytest.param("${file:lines}", "a\nb\n", id="only one line feed goes"),
    ],
)
def test_what_is_put_in(folder: Path, text: str, result: str) -> None:
    assert put_in(text, folder) == (result, [])


def test_a_file_by_its_full_path(folder: Path) -> None:
    assert put_in(f"${{file:{folder / 'secret'}}}", Path("/")) == ("hush", [])


def test_what_is_put_in_is_not_read_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LUMINA_HOST", "${LUMINA_EMPTY}")
    assert put_in("${LUMINA_HOST}", folder) == ("${LUMINA_EMPTY}", [])


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        pytest.param("${", "`${` is not closed by `}`", FORMS, id="open"),
        pytest.param("${a${b}", "`${` is not closed by `}`", FORMS, id="nested"),
        pytest.param("${}", "`${}` is not a substitution", FORMS, id="empty"),
        pytest.param("${a b}", "`${a b}` is not a substitution", FORMS, id="a space"),
        pytest.param("${a-b}", "`${a-b}` is not a substitution", FORMS, id="a default without its colon"),
        pytest.param(
            "${NOWHERE_TO_BE_FOUND}",
            "the environment variable `NOWHERE_TO_BE_FOUND` is not set",
            "set it, or write `${NOWHERE_TO_BE_FOUND:-default}`",
            id="unset",
        ),
        pytest.param(
            "${LUMINA_HSOT}",
            "the environment variable `LUMINA_HSOT` is not set",
            "did you mean `LUMINA_HOST`?",
            id="misspelt",
        ),
        pytest.param("${file:none}", "`none` does not exist", "", id="no file"),
        pytest.param("${file:}", "`` is a directory, not a file", "", id="no name"),
        pytest.param("${file:a\0}", "`a\0` is not the name of a file", "", id="a zero byte"),
    ],
)
def test_what_cannot_be_put_in(folder: Path, text: str, message: str, hint: str) -> None:
    _, told = put_in(text, folder)
    assert told[0] == (message, hint)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        pytest.param(b"\xff", "`odd` is not UTF-8 text", id="not text"),
        pytest.param(b"a" * (MAX_SECRET + 1), "`odd` is larger than 64 KiB", id="too large"),
    ],
)
def test_files_that_are_no_secrets(folder: Path, data: bytes, message: str) -> None:
    (folder / "odd").write_bytes(data)
    assert put_in("${file:odd}", folder) == ("", [(message, "")])


def test_what_is_looked_at() -> None:
    assert [has_substitution(text) for text in ("a", "$a", "a${", "$${a}")] == [False, False, True, True]
