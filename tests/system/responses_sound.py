"""More responses that a client receives, by the section that judges them (RFC 9112, 4 to 9; RFC 9110, 6 to 15)."""

from tests.system.cases import Pairs, Response

OK = "HTTP/1.1 200 OK"
START = b"HTTP/1.1 200 OK\r\n"
LENGTH = (("Content-Length", "2"),)
CHUNKED = (("Transfer-Encoding", "chunked"),)
POURED = START + b"Transfer-Encoding: chunked\r\n\r\n"

KEPT: list[tuple[str, str, bytes, Pairs]] = [
    # section, name, field lines before a length of two, what is left of them
    ("9110 5.3", "Location twice", b"Location: /a\r\nLocation: /b\r\n", (("Location", "/a"), ("Location", "/b"))),
    (
        "9110 5.3",
        "Content-Type twice",
        b"Content-Type: a/b\r\nContent-Type: c/d\r\n",
        (("Content-Type", "a/b"), ("Content-Type", "c/d")),
    ),
    ("9110 5.3", "ETag twice", b'ETag: "a"\r\netag: "b"\r\n', (("ETag", '"a"'), ("etag", '"b"'))),
    ("9110 5.5", "octets beyond ASCII", b"A: \xe9\xff\xa0\r\n", (("A", "\xe9\xff\xa0"),)),
    ("9110 5.5", "an empty value", b"A:\r\n", (("A", ""),)),
    ("9110 5.6.1", "empty members of a list that is not ours", b"Vary: ,a,,b\r\n", (("Vary", ",a,,b"),)),
    ("9110 7.6.1", "what Connection names in two lines", b"Connection: a\r\nA: 1\r\nB: 2\r\nConnection: ,b\r\n", ()),
    ("9110 7.6.1", "an entity tag", b'Connection: etag\r\nETag: "a"\r\n', ()),
    (
        "9110 7.6.1",
        "what is for all stays",
        b"Connection: set-cookie, Content-Type\r\nSet-Cookie: a\r\nContent-Type: b\r\n",
        (("Set-Cookie", "a"), ("Content-Type", "b")),
    ),
    ("9110 7.6.1", "a length", b"Connection: content-length\r\n", ()),
    ("9110 7.6.1", "Proxy-Connection and TE", b"Proxy-Connection: keep-alive\r\nTE: trailers\r\n", ()),
    ("9110 7.6.1", "a twin of a coding", b"Transfer_Encoding: chunked\r\n", ()),
    ("9110 7.8", "an offer in 200", b"Connection: Upgrade\r\nUpgrade: h2c, foo\r\n", ()),
    (
        "9110 8.7",
        "where it is from",
        b"Content-Location: /a\r\nContent-Language: de\r\n",
        (("Content-Location", "/a"), ("Content-Language", "de")),
    ),
    (
        "9110 8.8",
        "validators",
        b'Last-Modified: never\r\nETag: W/"a"\r\n',
        (("Last-Modified", "never"), ("ETag", 'W/"a"')),
    ),
    ("9110 10.2", "Server and Allow", b"Server: a/1 (b)\r\nAllow:\r\n", (("Server", "a/1 (b)"), ("Allow", ""))),
    (
        "9110 11.6.1",
        "two challenges",
        b'WWW-Authenticate: A b="c"\r\nWWW-Authenticate: D\r\n',
        (("WWW-Authenticate", 'A b="c"'), ("WWW-Authenticate", "D")),
    ),
    ("9110 11.7.1", "a challenge of a proxy", b"Proxy-Authenticate: A\r\n", ()),
    (
        "9111 5",
        "what caches read",
        b"Age: 5\r\nCache-Control: no-store\r\nWarning: 110 a b\r\n",
        (("Age", "5"), ("Cache-Control", "no-store"), ("Warning", "110 a b")),
    ),
]


def two(status: str, fields: str = "", left: Pairs = ()) -> tuple[bytes, str, Pairs, bytes]:
    """Return a response with this status and two octets, and what becomes of it."""
    wire = f"HTTP/1.1 {status}\r\n{fields}Content-Length: 2\r\n\r\nab".encode("latin-1")
    return wire, f"HTTP/1.1 {status}", (*left, *LENGTH), b"ab"


def bare(status: str, fields: bytes = b"", left: Pairs = ()) -> tuple[bytes, str, Pairs]:
    """Return a response with this status and no content, and what becomes of it."""
    wire = f"HTTP/1.1 {status}\r\n".encode() + fields + b"\r\n"
    return wire, f"HTTP/1.1 {status}", left


def early(*statuses: int) -> bytes:
    """Return interim answers, and an answer."""
    return b"".join(b"HTTP/1.1 %d Wait\r\n\r\n" % status for status in statuses) + two("200 OK")[0]


TRAILED = b"2\r\nab\r\n0\r\nA: 1\r\nB: 2\r\n\r\n"
RESPONSES = [
    *(
        Response(section, name, START + lines + b"Content-Length: 2\r\n\r\nab", OK, (*left, *LENGTH), b"ab")
        for section, name, lines, left in KEPT
    ),
    *(
        Response("9110 15", f"status {status}", *two(status))
        for status in ("300 A", "399 B", "418 I'm a teapot", "499 C", "511 D")
    ),
    Response(
        "9110 14.4",
        "206",
        *two("206 Partial Content", "Content-Range: bytes 0-1/9\r\n", (("Content-Range", "bytes 0-1/9"),)),
    ),
    Response(
        "9110 15.5.17",
        "416",
        *two("416 Range Not Satisfiable", "Content-Range: bytes */9\r\n", (("Content-Range", "bytes */9"),)),
    ),
    Response("9110 15.3.6", "205", *bare("205 Reset Content", b"Content-Length: 0\r\n", (("Content-Length", "0"),))),
    Response(
        "9110 15.3.6",
        "205 of chunks",
        b"HTTP/1.1 205 Reset Content\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 205 Reset Content",
        CHUNKED,
    ),
    Response("9110 15.3.6", "205 with content", *two("205 Reset Content")),
    Response("9110 15.3.5", "204 with a length that is none", *bare("204 No Content", b"Content-Length: x\r\n")),
    Response(
        "9110 15.3.5",
        "204 with content",
        b"HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\nab",
        "HTTP/1.1 204 No Content",
        kept=False,
        more=True,
    ),
    Response("9110 15.4.5", "304", *bare("304 Not Modified", b'ETag: "a"\r\n', (("ETag", '"a"'),))),
    Response("9110 15.4.5", "304 of chunks", *bare("304 Not Modified", b"Transfer-Encoding: chunked\r\n")),
    Response(
        "9110 15.4.5",
        "304 with content",
        b"HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\nab",
        "HTTP/1.1 304 Not Modified",
        LENGTH,
        kept=False,
        more=True,
    ),
    Response(
        "9110 15.5.22",
        "426",
        *two("426 Upgrade Required", "Connection: Upgrade\r\nUpgrade: foo/2\r\nUpgrade: ,bar\r\n")[:2],
        (*LENGTH, ("Upgrade", "foo/2, bar")),
        b"ab",
    ),
    Response(
        "9110 15.5.22",
        "426 that wants what leads past us, too",
        *two("426 Upgrade Required", "Connection: Upgrade\r\nUpgrade: h2c, foo, TLS/1.2\r\n")[:2],
        (*LENGTH, ("Upgrade", "foo")),
        b"ab",
    ),
    Response(
        "9110 15.5.22",
        "426 that wants nothing else",
        *two("426 Upgrade Required", "Connection: Upgrade\r\nUpgrade: HTTP/3.0\r\n"),
    ),
    Response("9110 15.5.22", "426 that does not name its field", *two("426 Upgrade Required", "Upgrade: foo\r\n")),
    Response(
        "9110 15.2", "102, 103, 104 and 199", early(102, 103, 104, 199), OK, LENGTH, b"ab", interim=(102, 103, 104, 199)
    ),
    Response("9110 15.2", "100 twice", early(100, 100), OK, LENGTH, b"ab", interim=(100, 100)),
    Response(
        "9110 15.2",
        "103 that says close",
        b"HTTP/1.1 103 Early Hints\r\nConnection: close\r\n\r\n" + two("200 OK")[0],
        OK,
        LENGTH,
        b"ab",
        interim=(103,),
    ),
    Response(
        "9110 15.2",
        "103 with a length",
        b"HTTP/1.1 103 Early Hints\r\nContent-Length: 2\r\n\r\n" + two("200 OK")[0],
        OK,
        LENGTH,
        b"ab",
        interim=(103,),
    ),
    Response("9110 9.3.2", "HEAD without framing", START + b"\r\n", OK, method="HEAD"),
    Response(
        "9110 9.3.2",
        "HEAD with a length of nothing",
        START + b"Content-Length: 0\r\n\r\n",
        OK,
        (("Content-Length", "0"),),
        method="HEAD",
    ),
    Response(
        "9110 9.3.2",
        "HEAD with equal lengths",
        START + b"Content-Length: 7, 7\r\n\r\n",
        OK,
        (("Content-Length", "7"),),
        method="HEAD",
    ),
    Response("9110 9.3.2", "HEAD that closes", START + b"Connection: close\r\n\r\n", OK, method="HEAD", kept=False),
    Response(
        "9110 9.3.2",
        "HEAD in HTTP/1.0",
        b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\n",
        OK,
        (("Content-Length", "5"),),
        method="HEAD",
        kept=False,
    ),
    Response(
        "9110 9.3.2",
        "HEAD of what is not there",
        *bare("404 Not Found", b"Content-Length: 5\r\n", (("Content-Length", "5"),)),
        method="HEAD",
    ),
    Response(
        "9110 9.3.2", "HEAD with chunks all the same", POURED + b"0\r\n\r\n", OK, method="HEAD", kept=False, more=True
    ),
    Response("9112 4", "HTTP/1.9 is read as 1.1", b"HTTP/1.9 200 OK\r\nContent-Length: 2\r\n\r\nab", OK, LENGTH, b"ab"),
    Response("9112 4", "a reason that looks like a field", *two("200 A: b")),
    Response(
        "9112 6.3",
        "content that looks like a response",
        START + b"Content-Length: 19\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
        OK,
        (("Content-Length", "19"),),
        b"HTTP/1.1 200 OK\r\n\r\n",
    ),
    Response(
        "9112 6.3",
        "equal lengths in lists and fields",
        START + b"Content-Length: 2 , 2\r\ncontent-length:\t2\r\n\r\nab",
        OK,
        LENGTH,
        b"ab",
    ),
    Response("9112 6.3", "until the end, of nothing", START + b"\r\n", OK, CHUNKED, kept=False, ends=True),
    Response(
        "9112 6.3",
        "until the end, in HTTP/1.0 that would stay",
        b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\nab",
        OK,
        CHUNKED,
        b"ab",
        kept=False,
        ends=True,
    ),
    Response(
        "9112 7.1",
        "fifteen digits",
        POURED + b"000000000000002\r\nab\r\n" + b"0" * 15 + b"\r\n\r\n",
        OK,
        CHUNKED,
        b"ab",
    ),
    Response(
        "9112 7.1",
        "forty digits",
        POURED + b"0" * 39 + b"2\r\nab\r\n" + b"0" * 40 + b"\r\n\r\n",
        OK,
        CHUNKED,
        b"ab",
    ),
    Response(
        "9112 7.1", "chunks, and more", POURED + b"2\r\nab\r\n0\r\n\r\n\r\n", OK, CHUNKED, b"ab", kept=False, more=True
    ),
    Response("9112 7.1.1", "extensions", POURED + b'2 ; a = "\\"; \xe9" ;b\r\nab\r\n0;c\r\n\r\n', OK, CHUNKED, b"ab"),
    Response(
        "9112 7.1.2",
        "trailers that come too late",
        POURED + b"0\r\nContent-Length: 9\r\nSet-Cookie: a\r\nTransfer-Encoding: x\r\nA: 1\r\n\r\n",
        OK,
        CHUNKED,
        trailers=(("A", "1"),),
    ),
    Response(
        "9110 7.6.1",
        "a trailer that Connection names",
        START + b"Connection: a\r\nTransfer-Encoding: chunked\r\n\r\n" + TRAILED,
        OK,
        CHUNKED,
        b"ab",
        (("B", "2"),),
    ),
    Response(
        "9110 7.6.1",
        "a trailer that the response before named",
        POURED + TRAILED,
        OK,
        CHUNKED,
        b"ab",
        (("A", "1"), ("B", "2")),
    ),
    Response(
        "9112 9.3",
        "keep-alive and close",
        START + b"Connection: keep-alive, close\r\nContent-Length: 2\r\n\r\nab",
        OK,
        LENGTH,
        b"ab",
        kept=False,
    ),
    Response(
        "9110 7.6.1",
        "a field and a trailer that are called Close",
        START + b"Connection: close\r\nClose: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nClose: 1\r\nB: 2\r\n\r\n",
        OK,
        CHUNKED,
        trailers=(("B", "2"),),
        kept=False,
    ),
    Response(
        "9112 9.3",
        "close in a second line",
        START + b"Connection: a\r\nConnection: CLOSE\r\nContent-Length: 2\r\n\r\nab",
        OK,
        LENGTH,
        b"ab",
        kept=False,
    ),
    Response(
        "9112 9.3",
        "keep-alive and close in HTTP/1.0",
        b"HTTP/1.0 200 OK\r\nConnection: keep-alive, close\r\nContent-Length: 2\r\n\r\nab",
        OK,
        LENGTH,
        b"ab",
        kept=False,
    ),
    Response(
        "9112 9.3",
        "close of chunks",
        START + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        OK,
        CHUNKED,
        kept=False,
    ),
    Response(
        "9112 9.3",
        "a wait of nothing",
        START + b"Keep-Alive: timeout=0\r\nContent-Length: 2\r\n\r\nab",
        OK,
        LENGTH,
        b"ab",
        kept=False,
    ),
]
