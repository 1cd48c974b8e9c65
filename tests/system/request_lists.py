"""Requests by the section that judges their fields that are lists (RFC 9110, section 5.6.1)."""

from tests.system.cases import Request, get, head, post, sized

REFUSED = [
    # section, name, field lines after Host, rule
    ("9110 10.1.1", "another expectation behind empty members", b"Expect: , ,\tmore\r\n", "expect"),
    ("9110 10.1.1", "another expectation behind an empty field", b"Expect:\r\nExpect: more\r\n", "expect"),
    ("9112 6.1", "empty members before another coding", b"Transfer-Encoding: ,, gzip, chunked\r\n", "coding-unknown"),
    (
        "9110 8.6",
        "a length beside none",
        b"Content-Length:\r\nContent-Length: 0\r\n",
        "content-length-repeated",
    ),
]

TAKEN = [
    # section, name, field lines, what is left of them
    ("9110 10.1.1", "an expectation of nothing", b"Expect:\r\n", ()),
    ("9110 10.1.1", "an expectation of empty members", b"Expect: ,\t, \r\n", ()),
    ("9110 7.6.1", "an empty Connection", b"Connection:\r\nConnection: ,\r\nA: 1\r\n", (("A", "1"),)),
    (
        "9110 7.6.1",
        "two Connection fields",
        b"Connection: , a\r\nConnection: b,,\r\nA: 1\r\nB: 2\r\nC: 3\r\n",
        (("C", "3"),),
    ),
]

REQUESTS = [
    *(Request(section, name, head(lines), rule) for section, name, lines, rule in REFUSED),
    *(get(section, name, head(lines), "/", *left) for section, name, lines, left in TAKEN),
    get("9110 7.6.1", "close between empty members", head(b"Connection: ,, close ,\r\n"), "/"),
    sized(
        "9110 10.1.1",
        "100-continue between empty members",
        post(b"Expect: , 100-continue,,\r\nContent-Length: 1\r\n", b"a"),
        b"a",
        ("Expect", "100-continue"),
    ),
]
