"""Let the package be imported from its .py sources although compiled modules lie beside them."""

import sys
from importlib.machinery import SOURCE_SUFFIXES, FileFinder, SourceFileLoader
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "src" / "lumina"


def sources_only(folder: str) -> FileFinder:
    """Find the package's modules as .py, blind to the extension modules beside them."""
    if PACKAGE not in (Path(folder), *Path(folder).parents):
        raise ImportError(folder)  # the import system then asks the next hook
    return FileFinder(folder, (SourceFileLoader, SOURCE_SUFFIXES))


def interpret() -> None:
    """From here on, import sources. To be called before anything of the package is imported."""
    sys.path_hooks.insert(0, sources_only)
    sys.path_importer_cache.clear()
