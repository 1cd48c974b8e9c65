"""What a reload cannot change, and what is told of those that were tried."""

from pathlib import Path
from typing import Any

import pytest

from lumina.config import InvalidConfigError, load_plan
from lumina.control.reload import FIXED, FixedError, Reloads, hold_to, told
from lumina.errors import LuminaError


def test_what_takes_a_restart_is_named_and_nothing_else(plan: dict[str, Any]) -> None:
    hold_to(plan, {**plan, "routes": [], "upstreams": [], "limits": {}})
    for part, name in FIXED:
        with pytest.raises(FixedError, match=rf"^{part}\.{name}: "):
            hold_to(plan, {**plan, part: {**plan[part], name: "another"}})


def test_the_last_attempt_is_remembered() -> None:
    reloads = Reloads()
    began = reloads.succeeded
    assert (reloads.counts, reloads.current, reloads.document()) == ({"success": 0, "refused": 0}, True, {})
    reloads.refused()
    assert (reloads.current, reloads.document(), reloads.succeeded) == (False, {"reload": "refused"}, began)
    reloads.success()
    assert (reloads.counts, reloads.current, reloads.document()) == ({"success": 1, "refused": 1}, True, {})
    assert reloads.succeeded >= began


def test_the_log_names_every_mistake_and_shows_no_line_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "config.yaml"
    path.write_text("server: {}\nsecret: hunter2\nroutes:\n  - path: a\n    upstraem: hunter2\n")
    with pytest.raises(InvalidConfigError) as refused:
        load_plan(path)
    problems = told(refused.value)["problems"]
    assert [problem.split(": ")[0] for problem in problems][:2] == [f"{path}:2:1", f"{path}:5:5"]
    assert any("(did you mean `upstream`?)" in problem for problem in problems)
    assert "hunter2" not in str(problems)
    assert told(LuminaError("why")) == {"error": "why"}
    assert told(OSError("why")) == {"error": "OSError('why')"}
