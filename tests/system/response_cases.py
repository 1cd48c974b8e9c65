"""Responses of an upstream by the section that judges them (RFC 9112, sections 4 to 7; RFC 9110, sections 6 and 15)."""

from tests.system.cases import Response

OK = "HTTP/1.1 200 OK"
LENGTH = (("Content-Length", "2"),)
CHUNKED = (("Transfer-Encoding", "chunked"),)

BAD_LINES = [
    # section, name, status line
    ("9112 4", "no version", b"200 OK"),
    ("9112 4", "HTTP/2.0", b"HTTP/2.0 200 OK"),
    ("9112 4", "HTTP/0.9", b"HTTP/0.9 200 OK"),
    ("9112 4", "in lower case", b"http/1.1 200 OK"),
    ("9112 4", "ICY", b"ICY 200 OK"),
    ("9112 4", "HTTP/1.10", b"HTTP/1.10 200 OK"),
    ("9112 4", "two spaces before the status", b"HTTP/1.1  200 OK"),
    ("9112 4", "a tab before the status", b"HTTP/1.1\t200 OK"),
    ("9112 4", "no status", b"HTTP/1.1 OK"),
    ("9112 4", "two digits", b"HTTP/1.1 20 OK"),
    ("9112 4", "four digits", b"HTTP/1.1 2000 OK"),
    ("9112 4", "a sign", b"HTTP/1.1 +20 OK"),
    ("9112 4", "letters", b"HTTP/1.1 2xx OK"),
    ("9110 15", "status 0", b"HTTP/1.1 000 OK"),
    ("9110 15", "status 99", b"HTTP/1.1 099 OK"),
    ("9110 15", "status 600", b"HTTP/1.1 600 OK"),
    ("9110 15", "status 999", b"HTTP/1.1 999 OK"),
    ("9112 4", "NUL in a reason", b"HTTP/1.1 200 O\0K"),
    ("9112 4", "a control in a reason", b"HTTP/1.1 200 O\x01K"),
    ("9112 4", "CR alone in a reason", b"HTTP/1.1 200 O\rK"),
    ("9112 2.2", "LF alone after the line", b"HTTP/1.1 200 OK\nContent-Length: 0"),
    ("9112 2.2", "an empty line before", b"\r\nHTTP/1.1 200 OK"),
    ("9112 2.2", "a space before", b" HTTP/1.1 200 OK"),
    ("9112 2.2", "a request line", b"GET / HTTP/1.1"),
]

BAD_FIELDS = [
    # section, name, field lines
    ("9112 5.1", "a space before the colon", b"Content-Length : 2\r\n"),
    ("9112 5.1", "no colon", b"A\r\nContent-Length: 2\r\n"),
    ("9112 5.1", "no name", b": a\r\nContent-Length: 2\r\n"),
    ("9112 5.1", "a space before a name", b" A: b\r\nContent-Length: 2\r\n"),
    ("9112 5.2", "a folded line", b"A: b\r\n c\r\nContent-Length: 2\r\n"),
    ("9112 2.2", "LF alone", b"A: b\nContent-Length: 2\r\n"),
    ("9112 2.2", "CR alone", b"A: b\rContent-Length: 2\r\n"),
    ("9110 5.5", "a split response", b"Location: /\r\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n"),
    ("9110 5.5", "NUL in a value", b"A: \0\r\nContent-Length: 2\r\n"),
    ("9110 5.5", "a control in a value", b"A: \x01\r\nContent-Length: 2\r\n"),
    ("9110 5.1", "a bracket in a name", b"A(: b\r\nContent-Length: 2\r\n"),
    ("9110 8.6", "a sign", b"Content-Length: +2\r\n"),
    ("9110 8.6", "a negative length", b"Content-Length: -2\r\n"),
    ("9110 8.6", "a hexadecimal length", b"Content-Length: 0x2\r\n"),
    ("9110 8.6", "no length", b"Content-Length:\r\n"),
    ("9110 8.6", "a word", b"Content-Length: two\r\n"),
    ("9110 8.6", "forty digits", b"Content-Length: " + b"9" * 40 + b"\r\n"),
    ("9110 8.6", "two lengths", b"Content-Length: 2\r\nContent-Length: 1\r\n"),
    ("9110 8.6", "a list of lengths", b"Content-Length: 2, 1\r\n"),
    ("9110 8.6", "a comma after a length", b"Content-Length: 2,\r\n"),
    ("9112 6.3", "a length and a coding", b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n"),
    ("9112 6.1", "gzip", b"Transfer-Encoding: gzip\r\n"),
    ("9112 6.1", "gzip, then chunked", b"Transfer-Encoding: gzip, chunked\r\n"),
    ("9112 6.1", "chunked, then gzip", b"Transfer-Encoding: chunked, gzip\r\n"),
    ("9112 6.1", "chunked twice", b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
    ("9112 6.1", "no coding", b"Transfer-Encoding:\r\n"),
    ("9112 6.1", "identity", b"Transfer-Encoding: identity\r\nContent-Length: 2\r\n"),
    ("9110 5.4", "a head of 70000 octets", b"A: " + b"b" * 70000 + b"\r\nContent-Length: 2\r\n"),
    ("9110 5.4", "300 fields", b"A: b\r\n" * 300 + b"Content-Length: 2\r\n"),
]

BAD = [
    Response("9112 6.1", "chunks in HTTP/1.0", b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    Response("9112 6.1", "chunks in 204", b"HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    Response(
        "9110 15.2",
        "a switch of protocols that nobody asked for",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: a\r\n\r\n",
    ),
    Response("9112 4", "half a line", b"HTTP/1.1 2", ends=True),
    Response("9112 5", "half a head", b"HTTP/1.1 200 OK\r\nContent-Le", ends=True),
    Response("9110 15.2", "nothing after 103", b"HTTP/1.1 103 Early Hints\r\n\r\n", ends=True, interim=(103,)),
    Response("9110 15.2", "rubbish after 103", b"HTTP/1.1 103 Early Hints\r\n\r\nrubbish\r\n\r\n", interim=(103,)),
]

CUT = [
    # section, name, response; the upstream closes after it
    ("9112 8", "a body that is too short", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello"),
    ("9112 8", "chunks without an end", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"),
    ("9112 8", "half a chunk", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhello"),
    (
        "9112 8",
        "half a trailer section",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nA: b\r\n",
    ),
    ("9112 7.1", "a bad chunk size", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0x1\r\n"),
    (
        "9112 7.1",
        "no line end after a chunk",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello0\r\n\r\n",
    ),
    (
        "9112 7.1",
        "LF alone after a chunk",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\n0\r\n\r\n",
    ),
    (
        "9112 7.1.2",
        "a bad trailer",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nA : b\r\n\r\n",
    ),
]

GOOD = [
    Response("9112 6.3", "a length", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab", OK, LENGTH, b"ab"),
    Response(
        "9112 6.3",
        "a length of nothing",
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        OK,
        (("Content-Length", "0"),),
    ),
    Response(
        "9110 8.6", "zeros before a length", b"HTTP/1.1 200 OK\r\nContent-Length: 002\r\n\r\nab", OK, LENGTH, b"ab"
    ),
    Response(
        "9110 8.6",
        "one length twice",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nab",
        OK,
        LENGTH,
        b"ab",
    ),
    Response(
        "9110 8.6", "a list of one length", b"HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nab", OK, LENGTH, b"ab"
    ),
    Response(
        "9112 7.1",
        "chunks",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;x\r\na\r\n01\r\nb\r\n0\r\n\r\n",
        OK,
        CHUNKED,
        b"ab",
    ),
    Response(
        "9112 7.1.2",
        "trailers",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: b\r\nHost: c\r\n\r\n",
        OK,
        CHUNKED,
        trailers=(("A", "b"),),
    ),
    Response("9112 6.3", "until the end", b"HTTP/1.1 200 OK\r\n\r\nab", OK, CHUNKED, b"ab", kept=False, ends=True),
    Response(
        "9112 6.3",
        "until the end, in HTTP/1.0",
        b"HTTP/1.0 200 OK\r\n\r\nab",
        OK,
        CHUNKED,
        b"ab",
        kept=False,
        ends=True,
    ),
    Response(
        "9112 9.3",
        "a length in HTTP/1.0",
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nab",
        OK,
        LENGTH,
        b"ab",
        kept=False,
    ),
    Response(
        "9112 9.3",
        "keep-alive in HTTP/1.0",
        b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nab",
        OK,
        LENGTH,
        b"ab",
    ),
    Response(
        "9112 9.3",
        "close",
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nab",
        OK,
        LENGTH,
        b"ab",
        kept=False,
    ),
    Response(
        "9112 9.2",
        "more than was asked for",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabc",
        OK,
        LENGTH,
        b"ab",
        kept=False,
    ),
    Response(
        "9112 9.2",
        "a second response",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nabHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nX",
        OK,
        LENGTH,
        b"ab",
        kept=False,
    ),
    Response("9112 4", "HTTP/1.2 is read as 1.1", b"HTTP/1.2 200 OK\r\nContent-Length: 2\r\n\r\nab", OK, LENGTH, b"ab"),
    Response("9112 4", "no reason", b"HTTP/1.1 200 \r\nContent-Length: 2\r\n\r\nab", "HTTP/1.1 200 ", LENGTH, b"ab"),
    Response(
        "9112 4",
        "no reason and no space",
        b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nab",
        "HTTP/1.1 200 ",
        LENGTH,
        b"ab",
    ),
    Response(
        "9112 4",
        "a long reason",
        b"HTTP/1.1 200 All is\twell \xe9\r\nContent-Length: 2\r\n\r\nab",
        "HTTP/1.1 200 All is\twell \xe9",
        LENGTH,
        b"ab",
    ),
    Response(
        "9110 15",
        "a status nobody knows",
        b"HTTP/1.1 299 Odd\r\nContent-Length: 2\r\n\r\nab",
        "HTTP/1.1 299 Odd",
        LENGTH,
        b"ab",
    ),
    Response(
        "9110 15", "status 599", b"HTTP/1.1 599 Odd\r\nContent-Length: 2\r\n\r\nab", "HTTP/1.1 599 Odd", LENGTH, b"ab"
    ),
    Response(
        "9110 15.3.5", "204", b"HTTP/1.1 204 No Content\r\nA: b\r\n\r\n", "HTTP/1.1 204 No Content", (("A", "b"),)
    ),
    Response(
        "9110 15.3.5",
        "204 with a length",
        b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 204 No Content",
    ),
    Response(
        "9110 15.4.5",
        "304 with a length",
        b"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n",
        "HTTP/1.1 304 Not Modified",
        (("Content-Length", "9"),),
    ),
    Response(
        "9110 15.2",
        "103 before",
        b"HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab",
        OK,
        LENGTH,
        b"ab",
        interim=(103,),
    ),
    Response(
        "9110 15.2",
        "100 that nobody waits for",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab",
        OK,
        LENGTH,
        b"ab",
    ),
    Response(
        "9110 9.3.2",
        "HEAD with a length",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n",
        OK,
        (("Content-Length", "9"),),
        method="HEAD",
    ),
    Response(
        "9110 9.3.2", "HEAD with chunks", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", OK, method="HEAD"
    ),
    Response(
        "9110 9.3.2",
        "HEAD that has content all the same",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab",
        OK,
        LENGTH,
        kept=False,
        method="HEAD",
    ),
    Response(
        "9110 7.6.1",
        "fields of one hop",
        b"HTTP/1.1 200 OK\r\nConnection: A\r\nA: b\r\nKeep-Alive: a\r\nContent-Length: 2\r\n\r\nab",
        OK,
        LENGTH,
        b"ab",
    ),
    Response(
        "9110 5.5",
        "blanks around a value",
        b"HTTP/1.1 200 OK\r\nA:\t b \r\nContent-Length: 2\r\n\r\nab",
        OK,
        (("A", "b"), *LENGTH),
        b"ab",
    ),
    Response(
        "9110 5.3",
        "one name twice",
        b"HTTP/1.1 200 OK\r\nSet-Cookie: a\r\nContent-Length: 2\r\nSet-Cookie: b\r\n\r\nab",
        OK,
        (("Set-Cookie", "a"), *LENGTH, ("Set-Cookie", "b")),
        b"ab",
    ),
]

RESPONSES = [
    *(Response(section, name, start + b"\r\nContent-Length: 2\r\n\r\nab") for section, name, start in BAD_LINES),
    *(Response(section, name, b"HTTP/1.1 200 OK\r\n" + fields + b"\r\nab") for section, name, fields in BAD_FIELDS),
    *BAD,
    *(Response(section, name, wire, OK, body=b"hello", kept=False, ends=True, cut=True) for section, name, wire in CUT),
    *GOOD,
]
