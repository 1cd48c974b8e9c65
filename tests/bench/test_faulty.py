"""The upstream that fails on demand."""

import os
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from bench.process import Program, free_port


def test_it_answers_counts_and_goes_down(tmp_path: Path) -> None:
    port, counts, down = free_port(), tmp_path / "counts", tmp_path / "down"
    words = [sys.executable, "-m", "bench.faulty", str(port), str(counts), "--room", "2", "--down", str(down)]
    with Program(words, log=tmp_path / "log", cpus=frozenset(os.sched_getaffinity(0))) as program:
        program.wait_until_listening(port)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", b"body", timeout=20) as response:
            assert response.read() == b"ok"
        down.touch()
        request = urllib.request.Request(f"http://127.0.0.1:{port}/")
        with pytest.raises(urllib.error.HTTPError, match="503") as refused:
            urllib.request.urlopen(request, timeout=20)
        refused.value.close()
    assert counts.read_bytes() == b".."
