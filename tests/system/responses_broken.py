"""More responses that no client receives as they are, by the section that judges them (RFC 9112; RFC 9110)."""

from tests.system.cases import Response

START = b"HTTP/1.1 200 OK\r\n"
POURED = START + b"Transfer-Encoding: chunked\r\n\r\n"

BAD = [
    # section, name, the whole response
    ("9112 2.2", "a line of spaces before the fields", START + b" \r\nContent-Length: 2\r\n\r\nab"),
    ("9112 2.2", "LF alone, everywhere", b"HTTP/1.1 200 OK\nContent-Length: 2\n\nab"),
    ("9112 2.2", "CR alone at the end of the section", START + b"Content-Length: 2\r\n\rX"),
    ("9112 2.3", "HTTP/3.0", b"HTTP/3.0 200 OK\r\nContent-Length: 2\r\n\r\nab"),
    ("9112 4", "a sign before the status", b"HTTP/1.1 -200 OK\r\nContent-Length: 2\r\n\r\nab"),
    ("9112 4", "a status in quotes", b'HTTP/1.1 "200" OK\r\nContent-Length: 2\r\n\r\nab'),
    ("9112 4", "a status of one digit", b"HTTP/1.1 2 OK\r\nContent-Length: 2\r\n\r\nab"),
    ("9112 4", "an escape in a reason", b"HTTP/1.1 200 \x1b[0m\r\nContent-Length: 2\r\n\r\nab"),
    ("9112 5.1", "a space before the colon of any field", START + b"A : b\r\nContent-Length: 2\r\n\r\nab"),
    ("9112 5.1", "a space before a coding's colon", START + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n"),
    ("9112 5.2", "a folded length", START + b"Content-Length:\r\n 2\r\n\r\nab"),
    ("9112 6.1", "a coding and a length", START + b"Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n"),
    (
        "9112 6.1",
        "a coding and an empty length",
        START + b"Transfer-Encoding: chunked\r\nContent-Length:\r\n\r\n0\r\n\r\n",
    ),
    ("9112 6.1", "chunked, then identity", START + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"),
    ("9112 6.1", "xchunked", START + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
    ("9112 6.1", "chunked and a comma", START + b"Transfer-Encoding: chunked,\r\n\r\n0\r\n\r\n"),
    (
        "9112 6.1",
        "chunks in HTTP/1.0 that stays",
        b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ),
    ("9112 6.1", "chunks in 103", b"HTTP/1.1 103 Early Hints\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    (
        "9112 6.1",
        "a coding and a length in 304",
        b"HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n",
    ),
    ("9112 6.3", "a length that is none in 304", b"HTTP/1.1 304 Not Modified\r\nContent-Length: x\r\n\r\n"),
    ("9112 6.3", "two lengths in 304", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n"),
    (
        "9112 6.3",
        "three lengths, one unlike",
        START + b"Content-Length: 2\r\nContent-Length: 2\r\nContent-Length: 1\r\n\r\nab",
    ),
    ("9112 6.3", "a length with a letter behind it", START + b"Content-Length: 2x\r\n\r\nab"),
    ("9112 6.3", "2 ** 60 and one", START + b"Content-Length: 1152921504606846977\r\n\r\nab"),
    ("9112 9.2", "a status line for a field", START + START + b"Content-Length: 2\r\n\r\nab"),
    ("9110 5.5", "CR in a Set-Cookie", START + b"Set-Cookie: a\rSet-Cookie: b\r\nContent-Length: 2\r\n\r\nab"),
    ("9110 5.5", "LF in a Location", START + b"Location: /a\nSet-Cookie: b\r\nContent-Length: 2\r\n\r\nab"),
    (
        "9110 15.2.2",
        "101 that says h2c",
        b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n",
    ),
    ("9110 15.2.2", "101 without a field", b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n\r\n"),
]

CUT = [
    # section, name, what comes after a first chunk
    ("9112 7.1", "a sign", b"+1\r\na\r\n"),
    ("9112 7.1", "a negative size", b"-1\r\na\r\n"),
    ("9112 7.1", "a space before a size", b" 1\r\na\r\n"),
    ("9112 7.1", "a space after a size", b"1 \r\na\r\n"),
    ("9112 7.1", "an underscore", b"1_0\r\n"),
    ("9112 7.1", "a letter", b"g\r\n"),
    ("9112 7.1", "no size", b"\r\na\r\n"),
    ("9112 7.1", "sixteen digits", b"1000000000000000\r\na\r\n"),
    ("9112 7.1", "five thousand zeros", b"0" * 5000 + b"\r\n\r\n"),
    ("9112 7.1", "2 ** 64", b"10000000000000000\r\na\r\n"),
    ("9112 7.1", "LF alone after a size", b"1\na\r\n"),
    ("9112 7.1", "CR alone after a size", b"1\ra\r\n"),
    ("9112 7.1", "LF alone after the last size", b"0\n\r\n"),
    ("9112 7.1", "LF alone at the very end", b"0\r\n\n"),
    ("9112 7.1.1", "an extension without a name", b"1;\r\na\r\n"),
    ("9112 7.1.1", "an open quote", b'1;a="b\r\na\r\n'),
    ("9112 7.1.1", "CR LF in quotes", b'1;a="\r\n"\r\na\r\n'),
    ("9112 7.1.1", "an extension of 5000 octets", b"1;" + b"a" * 5000 + b"\r\na\r\n"),
    ("9112 7.1.2", "a folded trailer", b"0\r\nA: b\r\n c\r\n\r\n"),
    ("9112 7.1.2", "NUL in a trailer", b"0\r\nA: \0\r\n\r\n"),
    ("9112 7.1.2", "a response for a trailer", b"0\r\nHTTP/1.1 200 OK\r\n\r\n"),
    ("9112 7.1.2", "trailers of 9000 octets", b"0\r\nA: " + b"b" * 9000 + b"\r\n\r\n"),
]

RESPONSES = [
    *(Response(section, f"{name}: 502", wire) for section, name, wire in BAD),
    *(
        Response(
            section,
            f"{name}, after a chunk",
            POURED + b"5\r\nhello\r\n" + rest,
            "HTTP/1.1 200 OK",
            body=b"hello",
            kept=False,
            ends=True,
            cut=True,
        )
        for section, name, rest in CUT
    ),
]
