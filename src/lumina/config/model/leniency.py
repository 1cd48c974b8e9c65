"""What is taken beyond the letter of the RFCs: `leniency`."""

from typing import Annotated

from pydantic import Field

from lumina.config.model.section import Section
from lumina.config.model.values import Flag


class Leniency(Section):
    """What is taken beyond the letter of the RFCs. THREAT_MODEL.md has the reason for each."""

    browser_octets: Annotated[bool, Flag()] = Field(
        default=True,
        description="Takes in request targets what browsers leave unescaped: `[ ] |` in paths, and in queries also "
        "`{ } ^` and the backtick. If not, they are answered 400.",
    )
    equal_content_lengths: Annotated[bool, Flag()] = Field(
        default=True,
        description="Takes an upstream's response that repeats its `Content-Length` with one value. "
        "If not, the answer is 502. In requests it is always refused.",
    )
    bare_status_lines: Annotated[bool, Flag()] = Field(
        default=True,
        description="Takes an upstream's status line without reason that lacks the space before it, too. "
        "If not, the answer is 502.",
    )
    odd_connection_options: Annotated[bool, Flag()] = Field(
        default=True,
        description="Passes over what in a `Connection` field is no token. If not, a request is answered 400, "
        "and an upstream's response 502.",
    )
