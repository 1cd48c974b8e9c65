"""CRC32c, by the values that others publish."""

import pytest

from lumina.proxy_protocol.checksum import checksum


@pytest.mark.parametrize(
    ("data", "crc"),
    [
        pytest.param(b"", 0, id="nothing"),
        pytest.param(b"123456789", 0xE3069283, id="the digits that every catalogue of checksums has"),
        pytest.param(bytes(32), 0x8A9136AA, id="zeros (RFC 3720, appendix B.4)"),
        pytest.param(b"\xff" * 32, 0x62A8AB43, id="ones"),
        pytest.param(bytes(range(32)), 0x46DD794E, id="rising"),
        pytest.param(bytes(range(31, -1, -1)), 0x113FDB5C, id="falling"),
    ],
)
def test_a_known_checksum(data: bytes, crc: int) -> None:
    assert checksum(data) == crc
