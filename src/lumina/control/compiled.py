"""Whether the modules that must be compiled are: the engine interpreted would be an outage that nobody can explain."""

from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path


def missing(root: Path | None = None) -> list[str]:
    """Return the modules below `root` (the package, by default) that have a C header and no compiled form."""
    root = root or Path(__file__).parents[1]
    return [
        ".".join(("lumina", *header.relative_to(root).with_suffix("").parts))
        for header in sorted(root.rglob("*.pxd"))
        if header.with_suffix(".py").exists()
        and not any(header.with_suffix(suffix).exists() for suffix in EXTENSION_SUFFIXES)
    ]
