"""A configuration file as lines of text."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lumina.config.problems import InvalidConfigError, Place
from lumina.config.source import MAX_BYTES, Source, read, unreadable


def refusal(path: Path) -> str:
    with pytest.raises(InvalidConfigError) as caught:
        read(path)
    return str(caught.value)


def test_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes("\ufeffa: é\r\nb: c\n".encode())
    source = read(path)
    assert source.text == "a: é\r\nb: c\n"
    assert [source.line(number) for number in range(5)] == ["", "a: é", "b: c", "", ""]
    assert source.folder == tmp_path
    assert source.end() == Place(2, 4)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "none.yaml"
    assert refusal(path) == f"{path}: does not exist\nhint: `lumina demo` needs none, and prints one to begin with"


def test_a_directory(tmp_path: Path) -> None:
    assert refusal(tmp_path) == f"{tmp_path}: is a directory, not a file"


def test_a_path_through_a_file(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    path = tmp_path / "a" / "b.yaml"
    assert refusal(path) == f"{path}: does not exist"


def test_a_name_with_a_zero_byte() -> None:
    assert refusal(Path("a\0b")) == "a\ufffdb: is not the name of a file"


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    path = tmp_path / "large.yaml"
    with path.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    assert refusal(path) == f"{path}: is larger than 16 MiB, the most that is read"


def test_a_device_without_an_end_is_read_no_further() -> None:
    assert refusal(Path("/dev/zero")) == "/dev/zero: is larger than 16 MiB, the most that is read"


@pytest.mark.parametrize(
    ("data", "told"),
    [
        pytest.param(
            b"a: b\nc: \xe9t\xe9\n",
            "2:4: the byte 0xe9 is not UTF-8\n\nc: \ufffdt\ufffd\n   ^\nhint: save the file as UTF-8 text",
            id="Latin-1",
        ),
        pytest.param(
            b"\xff\xfea\0",
            "1:1: the byte 0xff is not UTF-8\n\n\ufffd\ufffda\ufffd\n^\nhint: save the file as UTF-8 text",
            id="UTF-16",
        ),
        pytest.param(b"a: b\0c\n", "1:5: the character U+0000 may not stand in YAML\n\na: b\ufffdc\n    ^", id="zero"),
        pytest.param(
            b"a: \x1b[1m", "1:4: the character U+001B may not stand in YAML\n\na: \ufffd[1m\n   ^", id="escape"
        ),
    ],
)
def test_bytes_that_are_no_text(tmp_path: Path, data: bytes, told: str) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(data)
    assert refusal(path) == f"{path}:{told}"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (FileNotFoundError(), "does not exist"),
        (PermissionError(), "may not be read by this user"),
        (OSError(), "cannot be read"),
    ],
)
def test_why_a_file_cannot_be_read(error: OSError, words: str) -> None:
    assert unreadable(error) == words


def test_only_mistakes_are_raised() -> None:
    source = Source(Path("a.yaml"), "a: b")
    source.problem(Place(1, 1), "odd", warning=True)
    source.raise_problems()
    source.problem(Place(1, 1), "wrong")
    with pytest.raises(InvalidConfigError, match="wrong"):
        source.raise_problems()


@given(st.text(alphabet="ab \n\r\t\x85\u2028"))
def test_the_end_is_the_last_character_that_says_something(text: str) -> None:
    source = Source(Path("a.yaml"), text)
    end = source.end()
    rest = source.lines[end.line - 1][end.column :] + "".join(source.lines[end.line :])
    assert rest.strip() == ""
