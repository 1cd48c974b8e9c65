"""The real programs that some tests drive: found, or said to be missing."""

import os
import shutil

import pytest


def program(name: str) -> str:
    """Return where a program is. A test without it is skipped with its name, and fails under CI, which installs it."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
    if found:
        return found
    if os.environ.get("CI"):
        pytest.fail(f"{name} is not installed: .ci/run has to", pytrace=False)
    pytest.skip(f"{name} is not installed")
