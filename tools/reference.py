"""Write the pages of docs/reference anew from the code: the configuration's fields, and the reasons of all answers."""

from collections.abc import Callable
from pathlib import Path

from lumina.config.reference import manual
from lumina.http1.rules import RULES
from lumina.reasons import REASONS

FOLDER = Path(__file__).parent.parent / "docs" / "reference"
REASONS_HEAD = """\
# Reasons

<!-- Written by `make docs` from src/lumina/reasons.py and src/lumina/http1/rules.py. Change it there. -->

Why an exchange ended as it did. The **reason** is in its access line, in `lumina_errors_total{reason}` and in the
answer that the gateway gives itself, whose `type` is `urn:lumina:problem:` and the same word. Where no answer could be
sent, the status is that of the access line. The **error** is what `Proxy-Status` says (RFC 9209, section 2.3).

| reason | status | error | meaning |
|---|---|---|---|
"""
RULES_HEAD = """
## Rules of HTTP/1.1

A request with the reason `bad_request` breaks one of these. Then the `type` of the answer names the rule, and the
status is the rule's. An upstream's response that breaks one is answered for with 502 and the reason
`http_protocol_error`, or `http_response_header_section_size` where the rule is `head-too-large` or `field-count`.

| rule | status | meaning |
|---|---|---|
"""


def reasons() -> str:
    """Return the page of reasons and rules, in Markdown."""
    rows = [
        f"| `{reason.word}` | {reason.status} | {f'`{reason.proxy_error}`' if reason.proxy_error else ''} "
        f"| {reason.detail} |\n"
        for reason in REASONS
    ]
    rules = [f"| `{rule.word}` | {rule.status} | {rule.detail} |\n" for rule in RULES if rule.number]
    return REASONS_HEAD + "".join(rows) + RULES_HEAD + "".join(rules)


PAGES: dict[str, Callable[[], str]] = {"configuration.md": manual, "reasons.md": reasons}


def main() -> None:
    """Write the pages and name them."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, write in PAGES.items():
        page = FOLDER / name
        page.write_text(write(), encoding="utf-8")
        print(page.relative_to(Path.cwd()) if page.is_relative_to(Path.cwd()) else page)


if __name__ == "__main__":
    main()
