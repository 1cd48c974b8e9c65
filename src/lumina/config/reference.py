"""The reference manual of the configuration file, written from the fields themselves."""

import inspect
from collections.abc import Iterator
from typing import Any, get_args, get_origin

from pydantic.fields import FieldInfo

from lumina.config.model import Config
from lumina.config.model.section import Section
from lumina.config.model.shorthand import Shorthand
from lumina.config.model.values import Kind

INTRODUCTION = """\
# Configuration

<!-- Written by `make docs` from the fields in src/lumina/config/model. Change it there. -->

Lumina reads one YAML file. `lumina check FILE` says where its routes lead, or every mistake in it at once, and starts
nothing. A small file is a whole configuration:

```yaml
server:
  host: "127.0.0.1"
  port: 8080
routes:
  - path: "payments"
    upstream: "http://localhost:8082"
```

## Values

* A **duration** is a number with a unit, `h`, `m`, `s` or `ms`, or several of them from large to small: `250ms`, `30s`,
  `1m30s`. A number alone is seconds.
* A **size** is a number of bytes, or one with a unit: `KiB`, `MiB`, `GiB`, `TiB` (powers of 1024), `KB`, `MB`, `GB`,
  `TB` (powers of 1000).
* A **share** is a percentage or a part of one: `20%` and `0.2` are the same.
* A **path** is matched as requests write it: `.` and `..` segments, `//`, a query or a bad escape in it are mistakes,
  and a slash at its end is dropped.
* **`${NAME}`** in a value is replaced by the environment variable, **`${NAME:-default}`** by the default where the
  variable is unset or empty, **`${file:/run/secrets/name}`** by the file's text without the line feed at its end. The
  result takes the type that its place asks for, and no message ever shows it. `$${` stands for `${`.
* Names of files that do not begin with `/` are looked for from the configuration file's folder.
* YAML is read as version 1.2 has it: only `true` and `false` are flags, and `yes` or `on` are text. A field that is not
  known, or that stands twice, is a mistake. Anchors, aliases and `<<` work.
"""
COLUMNS = "| Field | Value | Default | Meaning |\n|---|---|---|---|\n"


def manual() -> str:
    """Return the whole manual, in Markdown."""
    return "\n".join([INTRODUCTION, *(_section(path, section) for path, section in sections())])


def sections() -> Iterator[tuple[str, type[Section]]]:
    """Yield every section with its path, the whole file's (an empty path) first, each before what is in it."""
    yield from _sections("", Config)


def _sections(path: str, section: type[Section]) -> Iterator[tuple[str, type[Section]]]:
    yield path, section
    for name, field in section.model_fields.items():
        for inner in _inner(field.annotation):
            yield from _sections(_step(path, name, field), inner)


def _step(path: str, name: str, field: FieldInfo) -> str:
    """Return the path of what a field holds: the items of a list, the values of a mapping by name."""
    origin = get_origin(field.annotation)
    several = "[]" if origin is tuple else ".NAME" if origin is dict else ""
    return f"{path}.{name}{several}".lstrip(".")


def _inner(annotation: object) -> Iterator[type[Section]]:
    if isinstance(annotation, type) and issubclass(annotation, Section):
        yield annotation
    for part in get_args(annotation):
        yield from _inner(part)


def _section(path: str, section: type[Section]) -> str:
    title = f"## `{path}`" if path else "## The file"
    rows = "".join(_row(path, name, field) for name, field in section.model_fields.items())
    return f"{title}\n\n{inspect.getdoc(section)}\n\n{COLUMNS}{rows}"


def _row(path: str, name: str, field: FieldInfo) -> str:
    meaning = (field.description or "").replace("|", "\\|")
    return f"| `{name}` | {_value(path, name, field)} | {_default(field)} | {meaning} |\n"


def _value(path: str, name: str, field: FieldInfo) -> str:
    """Return what may stand there: a kind of value, or a link to a section."""
    origin = get_origin(field.annotation)
    if kinds := _kinds(field):
        words = kinds[0].words
        return f"list of {words}s" if origin is tuple else words
    inner = _step(path, name, field)
    anchor = "".join(char for char in inner.lower() if char.isalnum() or char in "_-")
    lead = "list of " if origin is tuple else "mapping of names to " if origin is dict else ""
    short = "".join(f", or {mark.words}" for mark in _marks(field) if isinstance(mark, Shorthand))
    return f"{lead}[`{inner}`](#{anchor}){short}"


def _kinds(field: FieldInfo) -> list[Kind[Any]]:
    """Return the kind of the field, or of the items of its list."""
    return [mark for mark in _marks(field) if isinstance(mark, Kind)]


def _marks(field: FieldInfo) -> list[object]:
    """Return what stands in `Annotated` of the field, or of the items of its list."""
    return [*field.metadata, *(mark for part in get_args(field.annotation) for mark in get_args(part))]


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    if kinds := _kinds(field):
        several = get_origin(field.annotation) is tuple
        shown = [kinds[0].show(one) for one in field.default] if several else [kinds[0].show(field.default)]
        return f"`[{', '.join(shown)}]`" if several else f"`{shown[0]}`"
    return "none" if field.default in (None, (), {}) else "see there"
