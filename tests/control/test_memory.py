"""How much memory there is for us, as control groups tell it."""

from pathlib import Path

import pytest

from lumina.control.memory import limit_of_group, share_of_worker


def machine(root: Path, groups: str, **files: str) -> Path:
    """Return a root with these groups and files."""
    files["proc/self/cgroup"] = groups
    for name, text in files.items():
        place = root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    return root


TWO = "sys/fs/cgroup"
ONE = "sys/fs/cgroup/memory"


@pytest.mark.parametrize(
    ("groups", "files", "limit"),
    [
        pytest.param("0::/\n", {f"{TWO}/memory.max": "1000\n"}, 1000, id="a container"),
        pytest.param("0::/a/b\n", {f"{TWO}/a/b/memory.max": "2000\n"}, 2000, id="a service"),
        pytest.param(
            "0::/a/b\n",
            {f"{TWO}/a/b/memory.max": "2000\n", f"{TWO}/a/memory.max": "1500\n"},
            1500,
            id="a group around it has less",
        ),
        pytest.param("0::/a\n", {f"{TWO}/a/memory.max": "max\n"}, None, id="unbounded"),
        pytest.param("0::/gone\n", {}, None, id="nothing is there"),
        pytest.param("4:memory:/a\n0::/\n", {f"{ONE}/a/memory.limit_in_bytes": "3000\n"}, 3000, id="the first version"),
        pytest.param(
            "4:cpu,memory:/a\n", {f"{ONE}/memory.limit_in_bytes": "4000\n"}, 4000, id="its root, in a container"
        ),
        pytest.param(
            "4:memory:/\n", {f"{ONE}/memory.limit_in_bytes": "9223372036854771712\n"}, None, id="its word for none"
        ),
        pytest.param("3:cpu:/a\n", {f"{ONE}/a/memory.limit_in_bytes": "5000\n"}, None, id="not ours"),
    ],
)
def test_the_smallest_limit_counts(groups: str, files: dict[str, str], limit: int | None, tmp_path: Path) -> None:
    assert limit_of_group(machine(tmp_path, groups, **files)) == limit


def test_workers_share_most_of_it(tmp_path: Path) -> None:
    root = machine(tmp_path, "0::/\n", **{f"{TWO}/memory.max": "1000\n"})
    assert share_of_worker(4, root) == 200


def test_without_a_limit_there_is_no_bound(tmp_path: Path) -> None:
    assert share_of_worker(4, tmp_path) == 0


def test_this_machine_says_something() -> None:
    assert share_of_worker(1) >= 0
