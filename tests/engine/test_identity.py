"""Request identifiers."""

import uuid

from lumina.engine.identity import Identity


def test_identifiers_are_uuids_of_version_7_in_time_order() -> None:
    identity = Identity()
    made = [uuid.UUID(identity.make(1_700_000_000_000 + at)) for at in range(2000)]
    assert {one.version for one in made} == {7}
    assert {one.variant for one in made} == {uuid.RFC_4122}
    assert made == sorted(made)
    assert [one.int >> 80 for one in made[:3]] == [1_700_000_000_000, 1_700_000_000_001, 1_700_000_000_002]


def test_no_two_are_alike() -> None:
    identity = Identity()
    assert len({identity.make(0) for _ in range(5000)}) == 5000
