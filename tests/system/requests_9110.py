"""More requests by the sections of RFC 9110: what of a request goes on, and what ends at this hop."""

from tests.system.cases import HOST, Pairs, Request, get, head, line, post, sized

REFUSED = [
    # section, name, the whole request, rule
    ("5.1", "a space for a name", head(b" : b\r\n"), "obs-fold"),
    ("5.4", "fields of 33000 octets in all", head((b"A: " + b"b" * 990 + b"\r\n") * 33), "head-too-large"),
    ("5.5", "a bell in a value", head(b"A: b\x07\r\n"), "field-value"),
    ("5.5", "CR alone in a value", head(b"A: b\rc\r\n"), "bare-cr"),
    ("5.5", "NUL for a value", head(b"A: \0\r\n"), "field-value"),
    ("9.1", "a method of spaces", line(b"  / HTTP/1.1"), "request-line"),
    ("9.1", "a no-break space in a method", line(b"G\xa0T / HTTP/1.1"), "method"),
    ("9.3.2", "HEAD without a host", b"HEAD / HTTP/1.1\r\n\r\n", "host-missing"),
    (
        "9.3.2",
        "HEAD with two lengths",
        head(b"Content-Length: 0\r\n" * 2, b"HEAD / HTTP/1.1"),
        "content-length-repeated",
    ),
    ("9.3.2", "HEAD of a long target", line(b"HEAD /" + b"a" * 9000 + b" HTTP/1.1"), "line-too-long"),
    ("9.3.8", "content in TRACE of an asterisk", line(b"TRACE * HTTP/1.1"), "target-form"),
    ("10.1.1", "100-continue in quotes", head(b'Expect: "100-continue"\r\n'), "expect"),
    ("10.1.1", "100-continue and a sign", head(b"Expect: 100-continue=\r\n"), "expect"),
    ("10.1.1", "100continue", head(b"Expect: 100continue\r\n"), "expect"),
    ("10.1.1", "two in one member", head(b"Expect: 100-continue 100-continue\r\n"), "expect"),
    ("10.1.1", "another in a second field", head(b"Expect: 100-continue\r\nExpect: more\r\n"), "expect"),
    ("10.1.1", "another before content", post(b"Expect: more\r\nContent-Length: 1\r\n", b"a"), "expect"),
    ("10.1.1", "another in HTTP/1.0", head(b"Expect: 100-continue, more\r\n", b"GET / HTTP/1.0"), "expect"),
]

ASKS = (("Connection", "Upgrade"), ("Upgrade", "foo"))
LEFT: list[tuple[str, str, bytes, Pairs]] = [
    # section, name, field lines after Host, what is left of them
    (
        "5.1",
        "a name of one letter and a long one",
        b"A: b\r\n" + b"C" * 300 + b": d\r\n",
        (("A", "b"), ("C" * 300, "d")),
    ),
    (
        "5.3",
        "Content-Type twice",
        b"Content-Type: a/b\r\nContent-Type: c/d\r\n",
        (("Content-Type", "a/b"), ("Content-Type", "c/d")),
    ),
    (
        "5.3",
        "Authorization twice",
        b"Authorization: a\r\nauthorization: b\r\n",
        (("Authorization", "a"), ("authorization", "b")),
    ),
    ("5.3", "User-Agent twice", b"User-Agent: a\r\nUser-Agent: b\r\n", (("User-Agent", "a"), ("User-Agent", "b"))),
    ("5.3", "Cookie twice", b"Cookie: a=1\r\nCookie: b=2\r\n", (("Cookie", "a=1"), ("Cookie", "b=2"))),
    ("5.3", "Accept in two lines", b"Accept: a/b\r\nAccept: c/d;q=0\r\n", (("Accept", "a/b"), ("Accept", "c/d;q=0"))),
    ("5.4", "as many fields as are taken", b"A: b\r\n" * 99, (("A", "b"),) * 99),
    ("5.5", "a no-break space for a value", b"A: \xa0\r\n", (("A", "\xa0"),)),
    (
        "5.5",
        "every octet of obs-text",
        b"A: " + bytes(range(128, 256)) + b"\r\n",
        (("A", bytes(range(128, 256)).decode("latin-1")),),
    ),
    (
        "5.5",
        "every octet that is seen",
        b"A: " + bytes(range(33, 127)) + b"\r\n",
        (("A", bytes(range(33, 127)).decode()),),
    ),
    ("5.6.1", "empty members of a list that is not ours", b"Accept: ,a/b,,c/d,\r\n", (("Accept", ",a/b,,c/d,"),)),
    ("5.6.4", "an open quote", b'A: "b, c\r\n', (("A", '"b, c'),)),
    ("5.6.5", "a comment", b"User-Agent: a (b (c) \\) d)\r\n", (("User-Agent", "a (b (c) \\) d)"),)),
    ("7.6.1", "authorization", b"Connection: authorization\r\nAuthorization: a\r\n", (("Authorization", "a"),)),
    (
        "7.6.1",
        "content-type and accept",
        b"Connection: Content-Type, accept\r\nContent-Type: a/b\r\nAccept: c\r\n",
        (("Content-Type", "a/b"), ("Accept", "c")),
    ),
    (
        "7.6.1",
        "cache-control",
        b"Connection: cache-control\r\nCache-Control: no-cache\r\n",
        (("Cache-Control", "no-cache"),),
    ),
    ("7.6.1", "x-forwarded-for", b"Connection: X-Forwarded-For, X-Real-IP, Via\r\nA: b\r\n", (("A", "b"),)),
    ("7.6.1", "what is not there", b"Connection: a\r\nB: c\r\n", (("B", "c"),)),
    ("7.6.1", "one name for three fields", b"Connection: a\r\nA: 1\r\na: 2\r\nB: 3\r\nA: 4\r\n", (("B", "3"),)),
    ("7.6.1", "a name with an underscore for a hyphen", b"Connection: a-b\r\nA_B: 1\r\nA-B: 2\r\n", ()),
    ("7.6.1", "a field before Connection", b"A: 1\r\nConnection: a\r\n", ()),
    ("7.6.1", "a field that is called Close", b"Connection: close\r\nClose: 1\r\nA: b\r\n", (("A", "b"),)),
    ("7.6.1", "Trailer", b"Connection: trailer\r\nTrailer: a\r\n", ()),
    ("7.6.1", "TE that is named", b"Connection: TE\r\nTE: trailers, deflate;q=0.5\r\n", ()),
    ("7.6.1", "TE that says chunked", b"TE: chunked\r\n", ()),
    ("7.6.1", "Proxy-Connection: close", b"Proxy-Connection: close\r\n", ()),
    ("7.6.1", "sixty-four options", b"Connection: " + b"a, " * 64 + b"\r\nA: 1\r\n", ()),
    ("7.6.2", "Max-Forwards for GET", b"Max-Forwards: 0\r\n", (("Max-Forwards", "0"),)),
    ("7.8", "nothing but a comma", b"Connection: Upgrade\r\nUpgrade: ,\r\n", ()),
    ("7.8", "nothing", b"Connection: Upgrade\r\nUpgrade:\r\n", ()),
    ("7.8", "nothing in two lines", b"Connection: Upgrade\r\nUpgrade:\r\nUpgrade: , ,\r\n", ()),
    ("7.8", "an option without a field", b"Connection: Upgrade\r\n", ()),
    ("7.8", "one protocol", b"Connection: Upgrade\r\nUpgrade: foo\r\n", ASKS),
    ("7.8", "one protocol between empty members", b"Connection: Upgrade\r\nUpgrade: , foo ,\r\n", ASKS),
    ("7.8", "an option in lower case among others", b"Connection: keep-alive, upgrade\r\nUpgrade: foo\r\n", ASKS),
    ("7.8", "an option in a second line", b"Connection: keep-alive\r\nUpgrade: foo\r\nConnection: UPGRADE\r\n", ASKS),
    ("7.8", "two protocols", b"Connection: Upgrade\r\nUpgrade: foo/2,bar\r\n", (ASKS[0], ("Upgrade", "foo/2, bar"))),
    (
        "7.8",
        "two lines",
        b"Connection: Upgrade\r\nUpgrade: foo\r\nA: b\r\nUpgrade: bar/1\r\n",
        (("A", "b"), ASKS[0], ("Upgrade", "foo, bar/1")),
    ),
    (
        "7.8",
        "three lines, one of nothing",
        b"Connection: Upgrade\r\nUpgrade: foo\r\nUpgrade: ,\r\nupgrade: bar\r\n",
        (ASKS[0], ("Upgrade", "foo, bar")),
    ),
    (
        "7.8",
        "a line of many",
        b"Connection: Upgrade\r\nUpgrade: " + b"a," * 3000 + b"\r\n",
        (ASKS[0], ("Upgrade", "a, " * 2999 + "a")),
    ),
    ("7.8", "h2c in a second line", b"Connection: Upgrade\r\nUpgrade: foo\r\nUpgrade: h2c\r\n", ()),
    ("7.8", "h2", b"Connection: Upgrade\r\nUpgrade: h2\r\n", ()),
    ("7.8", "HTTP/2.0", b"Connection: Upgrade\r\nUpgrade: HTTP/2.0\r\n", ()),
    ("7.8", "TLS", b"Connection: Upgrade\r\nUpgrade: TLS/1.0\r\n", ()),
    ("7.8", "TLS and another", b"Connection: Upgrade\r\nUpgrade: foo, tls/1.2\r\n", ()),
    ("7.8", "two words", b"Connection: Upgrade\r\nUpgrade: foo bar\r\n", ()),
    ("7.8", "a quoted protocol", b'Connection: Upgrade\r\nUpgrade: "foo"\r\n', ()),
    ("7.8", "no version after the slash", b"Connection: Upgrade\r\nUpgrade: foo/\r\n", ()),
    ("7.8", "no name before the slash", b"Connection: Upgrade\r\nUpgrade: /1\r\n", ()),
    ("7.8", "a parameter", b"Connection: Upgrade\r\nUpgrade: foo;a=b\r\n", ()),
    ("7.8", "a field that looks like it", b"Connection: Upgrade\r\nUp_grade: foo\r\n", (("Up_grade", "foo"),)),
    ("10.1.1", "100-continue without content", b"Expect: 100-continue\r\n", (("Expect", "100-continue"),)),
    ("10.1.3", "Referer with user information", b"Referer: http://a@b/\r\n", (("Referer", "http://a@b/"),)),
    ("11.7", "Proxy-Authenticate", b"Proxy-Authenticate: Basic\r\n", ()),
    (
        "12.5",
        "what is negotiated",
        b"Accept-Encoding: gzip;q=0, identity\r\nAccept-Language: de\r\n",
        (("Accept-Encoding", "gzip;q=0, identity"), ("Accept-Language", "de")),
    ),
    (
        "13.1",
        "conditions",
        b'If-Match: "a"\r\nIf-None-Match: W/"b", *\r\nIf-Modified-Since: never\r\n',
        (("If-Match", '"a"'), ("If-None-Match", 'W/"b", *'), ("If-Modified-Since", "never")),
    ),
    ("13.1", "conditions that Connection names", b'Connection: if-none-match\r\nIf-None-Match: "a"\r\n', ()),
    (
        "14.2",
        "a range on a condition",
        b'Range: bytes=0-0,-1\r\nIf-Range: "a"\r\n',
        (("Range", "bytes=0-0,-1"), ("If-Range", '"a"')),
    ),
    ("14.2", "a range that is none", b"Range: lines=a-b\r\n", (("Range", "lines=a-b"),)),
]

PORTS = ["h.test:0", "h.test:00080", "[::1]:0", "h.test.:80", "127.1", "1.2.3.4.", "-h.test", "h~test", "a!$&'()*+;=b"]


def forwards(said: bytes, left: str) -> Request:
    """Return the case of an OPTIONS that may be passed on so often."""
    wire = head(b"Max-Forwards: " + said + b"\r\n", b"OPTIONS / HTTP/1.1")
    fields = (("Host", "h.test"), ("Max-Forwards", left))
    return Request("9110 7.6.2", f"{said.decode()} more", wire, line="OPTIONS / HTTP/1.1", fields=fields)


def loaded(method: str) -> Request:
    """Return the case of content in a request of this method."""
    wire = post(b"Content-Length: 1\r\n", b"a", f"{method} / HTTP/1.1".encode())
    fields = (("Host", "h.test"), ("Content-Length", "1"))
    return Request("9110 9.3", f"content in {method}", wire, line=f"{method} / HTTP/1.1", fields=fields, body=b"a")


TAKEN = [
    *(get(f"9110 {section}", name, head(lines), "/", *left) for section, name, lines, left in LEFT),
    *(
        get("9110 7.2", host, f"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n".encode(), "/")._replace(
            fields=(("Host", host),)
        )
        for host in PORTS
    ),
    forwards(b"1", "0"),
    forwards(b"010", "9"),
    forwards(b"9999999999", "2147483646"),
    *(loaded(method) for method in ("HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "PROPFIND")),
    get("9110 7.6.1", "an option in HTTP/1.0", head(b"Connection: keep-alive, a\r\nA: 1\r\n", b"GET / HTTP/1.0"), "/"),
    get("9110 7.8", "in HTTP/1.0", head(b"Connection: Upgrade\r\nUpgrade: foo\r\n", b"GET / HTTP/1.0"), "/"),
    sized(
        "9110 7.8", "with content", post(b"Connection: Upgrade\r\nUpgrade: foo\r\nContent-Length: 1\r\n", b"a"), b"a"
    ),
    Request(
        "9110 7.8",
        "with a length of nothing",
        post(b"Connection: Upgrade\r\nUpgrade: foo\r\nContent-Length: 0\r\n"),
        line="POST / HTTP/1.1",
        fields=(("Host", "h.test"), ("Content-Length", "0"), *ASKS),
    ),
    sized(
        "9110 10.1.1",
        "100-continue in HTTP/1.0",
        post(b"Expect: 100-continue\r\nContent-Length: 1\r\n", b"a", b"POST / HTTP/1.0"),
        b"a",
    ),
    sized(
        "9110 10.1.1",
        "100-continue twice",
        post(b"Expect: 100-continue\r\nExpect: 100-CONTINUE\r\nContent-Length: 1\r\n", b"a"),
        b"a",
        ("Expect", "100-continue"),
    ),
    sized(
        "9110 10.1.1",
        "100-continue behind an empty field",
        post(b"Expect: ,\r\nA: b\r\nExpect:, 100-Continue ,100-continue\r\nExpect:\r\nContent-Length: 1\r\n", b"a"),
        b"a",
        ("A", "b"),
        ("Expect", "100-Continue"),
    ),
    get("9110 5.1", "Host in capitals", b"GET / HTTP/1.1\r\nHOST: h.test\r\n\r\n", "/"),
    get(
        "9110 9.3.1",
        "a GET behind blanks at its end",
        b"GET / HTTP/1.1\r\n" + HOST + b"A:\t \t b \r\n\r\n",
        "/",
        ("A", "b"),
    ),
]

REQUESTS = [*(Request(f"9110 {section}", name, wire, rule) for section, name, wire, rule in REFUSED), *TAKEN]
