"""The pages of docs/reference are what the code says."""

import re

import pytest

from lumina.http1.rules import RULES
from lumina.reasons import REASONS
from tools.reference import FOLDER, PAGES, reasons

ROW = re.compile(r"^\| `([\w-]+)` \| (\d{3}) \|.* (\S[^|]*) \|$", re.MULTILINE)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_what_the_code_says(name: str) -> None:
    assert (FOLDER / name).read_text() == PAGES[name]()  # if not: make docs


def test_every_reason_and_every_rule_has_its_row() -> None:
    words = [(word, int(status)) for word, status, _ in ROW.findall(reasons())]
    assert words == [
        *((reason.word, reason.status) for reason in REASONS),
        *((rule.word, rule.status) for rule in RULES[1:]),
    ]
