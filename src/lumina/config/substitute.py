"""`${NAME}`, `${NAME:-default}` and `${file:PATH}` in the values of a configuration file."""

import os
import re
from collections.abc import Callable
from pathlib import Path

from lumina.config.problems import did_you_mean
from lumina.config.source import unreadable

MAX_SECRET = 64 * 1024  # bytes of a file named in a value; a certificate chain fits

_DOLLAR = re.compile(r"\$\$\{|\$\{([^{}]*)\}|\$\{")
_VARIABLE = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(:-(.*))?", re.DOTALL | re.ASCII)
FORMS = "write `${NAME}`, `${NAME:-default}` or `${file:/path}`; `$${` stands for `${`"

Tell = Callable[[str, str], None]


def has_substitution(text: str) -> bool:
    """Say whether `substitute` would change anything."""
    return "${" in text


def substitute(text: str, folder: Path, tell: Tell) -> str:
    """Return `text` with every substitution made.

    folder: where relative paths of `${file:...}` begin. tell: called with message and hint for each mistake; no
    message holds a value that was put in.
    """

    def replace(match: re.Match[str]) -> str:
        if match[0] == "$${":
            return "${"
        if match[1] is None:
            tell("`${` is not closed by `}`", FORMS)
            return ""
        if match[1].startswith("file:"):
            return _from_file(match[1].removeprefix("file:"), folder, tell)
        return _from_environment(match[1], tell)

    return _DOLLAR.sub(replace, text)


def _from_environment(inside: str, tell: Tell) -> str:
    match = _VARIABLE.fullmatch(inside)
    if match is None:
        tell(f"`${{{inside}}}` is not a substitution", FORMS)
        return ""
    name, default = match[1], match[3]
    value = os.environ.get(name)
    if not value and default is not None:
        return default
    if value is None:
        hint = did_you_mean(name, os.environ) or f"set it, or write `${{{name}:-default}}`"
        tell(f"the environment variable `{name}` is not set", hint)
        return ""
    return value


def _from_file(name: str, folder: Path, tell: Tell) -> str:
    try:
        with (folder / name).open("rb") as file:
            data = file.read(MAX_SECRET + 1)
        text = data.decode()
    except UnicodeDecodeError:
        tell(f"`{name}` is not UTF-8 text", "")
    except (OSError, ValueError) as error:
        tell(f"`{name}` {unreadable(error)}", "")
    else:
        if len(data) <= MAX_SECRET:
            return text.removesuffix("\n").removesuffix("\r")
        tell(f"`{name}` is larger than {MAX_SECRET // 1024} KiB", "")
    return ""
