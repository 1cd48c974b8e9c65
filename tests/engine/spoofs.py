"""What clients and proxies may say of who a client is, and what an upstream is then told. The peer is 127.0.0.1."""

from typing import NamedTuple

PROXY = ("127.0.0.0/8", "10.0.0.0/8", "fd00::/8")  # who is trusted, where somebody is
ID = "*"  # stands for an identifier of the gateway's own
FAMILY = ("x-forwarded-", "x_forwarded", "x-real", "x_real", "forwarded", "x-request", "x_request", "x-forwarded")


class Spoof(NamedTuple):
    """One request: its field lines, and what of the family reaches the upstream beside what a stranger's would."""

    name: str
    sent: str
    told: dict[str, str] = {}  # noqa: RUF012
    client: str = "127.0.0.1"
    trusted: tuple[str, ...] = PROXY
    ways: str = "x-forwarded"


def plain(ways: str) -> dict[str, str]:
    """Return what an upstream is told of a stranger's request without any such fields."""
    told = {"x-request-id": ID}
    if ways != "rfc7239":
        told |= {
            "x-forwarded-for": "127.0.0.1",
            "x-real-ip": "127.0.0.1",
            "x-forwarded-proto": "http",
            "x-forwarded-host": "a.example",
            "x-forwarded-port": "80",
            "x-forwarded-prefix": "/api/payments",
        }
    if ways != "x-forwarded":
        told |= {"forwarded": "for=127.0.0.1;host=a.example;proto=http"}
    return told


def chain(*nodes: str, client: str) -> dict[str, str]:
    """Return what is told where these nodes were before the peer."""
    return {"x-forwarded-for": ", ".join((*nodes, "127.0.0.1")), "x-real-ip": client}


def through(name: str, sent: str, *nodes: str, client: str) -> Spoof:
    """Return one that came through proxies: those nodes are passed on, and this one of them is the client."""
    return Spoof(name, sent, chain(*nodes, client=client), client)


NOBODY: tuple[str, ...] = ()
OTHERS = ("10.0.0.0/8", "::/0")
EVERY_FIELD = (
    "X-Forwarded-For: 6.6.6.6\r\nX-Real-IP: 6.6.6.6\r\nForwarded: for=6.6.6.6\r\nX-Forwarded-Proto: https\r\n"
    "X-Forwarded-Host: evil.example\r\nX-Forwarded-Port: 666\r\nX-Forwarded-Prefix: /evil\r\nX-Request-ID: evil\r\n"
)

FROM_STRANGERS = [
    Spoof(f"a stranger's {name}", f"{name}: {value}\r\n", trusted=trusted)
    for trusted in (NOBODY, OTHERS)
    for name, value in [
        ("X-Forwarded-For", "6.6.6.6"),
        ("x-forwarded-for", "10.0.0.1"),
        ("X-FORWARDED-FOR", "127.0.0.1, 6.6.6.6"),
        ("X-Forwarded-Proto", "https"),
        ("X-Forwarded-Host", "evil.example"),
        ("X-Forwarded-Port", "443"),
        ("X-Forwarded-Prefix", "/evil"),
        ("X-Forwarded-Ssl", "on"),
        ("X-Forwarded-Protocol", "https"),
        ("X-Forwarded-Scheme", "https"),
        ("X-Forwarded-Server", "evil.example"),
        ("X-Forwarded-By", "6.6.6.6"),
        ("X-Forwarded-User", "admin"),
        ("X-Forwarded-Client-Cert", "By=spiffe://evil"),
        ("X-Forwarded", "for=6.6.6.6"),
        ("X-Real-IP", "6.6.6.6"),
        ("Forwarded", "for=6.6.6.6;proto=https"),
        ("X-Request-ID", "evil"),
        ("X_Forwarded_For", "6.6.6.6"),
        ("x_forwarded_proto", "https"),
        ("X_FORWARDED_HOST", "evil.example"),
        ("X-Forwarded_For", "6.6.6.6"),
        ("X_Forwarded_Ssl", "on"),
        ("X_Real_IP", "6.6.6.6"),
        ("X_Request_ID", "evil"),
    ]
]

CHAINS = [
    Spoof("all of a stranger's at once", EVERY_FIELD, trusted=NOBODY),
    Spoof("all of a stranger's, twice", EVERY_FIELD * 2, trusted=OTHERS),
    Spoof("a stranger that hides it in Connection", "Connection: X-Forwarded-For\r\n" + EVERY_FIELD, trusted=NOBODY),
    Spoof("a proxy that says nothing", ""),
    through("one client", "X-Forwarded-For: 1.1.1.1\r\n", "1.1.1.1", client="1.1.1.1"),
    through(
        "a client that says it is another",
        "X-Forwarded-For: 6.6.6.6, 1.1.1.1\r\n",
        "6.6.6.6",
        "1.1.1.1",
        client="1.1.1.1",
    ),
    through(
        "a client that says it is a proxy",
        "X-Forwarded-For: 10.0.0.1, 1.1.1.1\r\n",
        "10.0.0.1",
        "1.1.1.1",
        client="1.1.1.1",
    ),
    through(
        "a client that says it is this host",
        "X-Forwarded-For: 127.0.0.1, 1.1.1.1\r\n",
        "127.0.0.1",
        "1.1.1.1",
        client="1.1.1.1",
    ),
    through("two proxies", "X-Forwarded-For: 1.1.1.1, 10.2.2.2\r\n", "1.1.1.1", "10.2.2.2", client="1.1.1.1"),
    through(
        "a proxy that nobody trusts between them",
        "X-Forwarded-For: 1.1.1.1, 2.2.2.2, 10.2.2.2\r\n",
        "1.1.1.1",
        "2.2.2.2",
        "10.2.2.2",
        client="2.2.2.2",
    ),
    through("proxies alone", "X-Forwarded-For: 10.1.1.1, 10.2.2.2\r\n", "10.1.1.1", "10.2.2.2", client="10.1.1.1"),
    through(
        "several lines",
        "X-Forwarded-For: 6.6.6.6\r\nA: b\r\nX-Forwarded-For: 1.1.1.1\r\nx-forwarded-for: 10.2.2.2\r\n",
        "6.6.6.6",
        "1.1.1.1",
        "10.2.2.2",
        client="1.1.1.1",
    ),
    through("empty elements", "X-Forwarded-For: ,, 1.1.1.1,\r\n", "1.1.1.1", client="1.1.1.1"),
    Spoof("an empty list", "X-Forwarded-For:\r\n"),
    Spoof("commas alone", "X-Forwarded-For: ,,,\r\n"),
    through("a port", "X-Forwarded-For: 1.1.1.1:8080\r\n", "1.1.1.1", client="1.1.1.1"),
    through("a port of a proxy", "X-Forwarded-For: 1.1.1.1, 10.2.2.2:1\r\n", "1.1.1.1", "10.2.2.2", client="1.1.1.1"),
    through("IPv6", "X-Forwarded-For: 2001:DB8:0::1\r\n", "2001:db8::1", client="2001:db8::1"),
    through("IPv6 in brackets", "X-Forwarded-For: [2001:db8::1]\r\n", "2001:db8::1", client="2001:db8::1"),
    through(
        "IPv6 in brackets with a port", "X-Forwarded-For: [2001:db8::1]:443\r\n", "2001:db8::1", client="2001:db8::1"
    ),
    through(
        "a proxy by IPv6", "X-Forwarded-For: 2001:db8::1, fd00::5\r\n", "2001:db8::1", "fd00::5", client="2001:db8::1"
    ),
    through("IPv4, mapped", "X-Forwarded-For: ::ffff:1.1.1.1\r\n", "1.1.1.1", client="1.1.1.1"),
    through(
        "a proxy, mapped", "X-Forwarded-For: 1.1.1.1, ::ffff:10.2.2.2\r\n", "1.1.1.1", "10.2.2.2", client="1.1.1.1"
    ),
    through(
        "a proxy, mapped, by its groups",
        "X-Forwarded-For: 1.1.1.1, [::ffff:a02:202]:1\r\n",
        "1.1.1.1",
        "10.2.2.2",
        client="1.1.1.1",
    ),
    Spoof("a garbled entry", "X-Forwarded-For: 6.6.6.6, garbage\r\n"),
    Spoof("an unknown entry", "X-Forwarded-For: 6.6.6.6, unknown\r\n"),
    Spoof("markup", "X-Forwarded-For: <script>alert(1)</script>\r\n"),
    Spoof("what looks like SQL", "X-Forwarded-For: 1.1.1.1' OR '1'='1\r\n"),
    Spoof("a name", "X-Forwarded-For: localhost\r\n"),
    Spoof("a network", "X-Forwarded-For: 10.0.0.0/8\r\n"),
    Spoof("a zone", "X-Forwarded-For: fe80::1%eth0\r\n"),
    Spoof("octal numbers", "X-Forwarded-For: 0177.0.0.1\r\n"),
    Spoof("one number", "X-Forwarded-For: 2130706433\r\n"),
    Spoof("a port that is none", "X-Forwarded-For: 1.1.1.1:port\r\n"),
    Spoof("a space in the middle", "X-Forwarded-For: 1.1.1.1 2.2.2.2\r\n"),
    Spoof("a semicolon for a comma", "X-Forwarded-For: 6.6.6.6; 1.1.1.1\r\n"),
    through("garbage before a client", "X-Forwarded-For: garbage, 1.1.1.1\r\n", "1.1.1.1", client="1.1.1.1"),
    through("garbage before a proxy", "X-Forwarded-For: 6.6.6.6, garbage, 10.2.2.2\r\n", "10.2.2.2", client="10.2.2.2"),
    through(
        "garbage in an earlier line",
        "X-Forwarded-For: 6.6.6.6, garbage\r\nX-Forwarded-For: 1.1.1.1\r\n",
        "1.1.1.1",
        client="1.1.1.1",
    ),
    Spoof(
        "underscores through a proxy", "X_Forwarded_For: 6.6.6.6\r\nX_Forwarded_Proto: https\r\nX_Real_IP: 6.6.6.6\r\n"
    ),
    Spoof("X-Real-IP through a proxy", "X-Real-IP: 6.6.6.6\r\n"),
    Spoof(
        "Forwarded through a proxy that does not write it", "Forwarded: for=6.6.6.6;proto=https;host=evil.example\r\n"
    ),
    through(
        "both, which disagree", "Forwarded: for=6.6.6.6\r\nX-Forwarded-For: 1.1.1.1\r\n", "1.1.1.1", client="1.1.1.1"
    ),
    through(
        "a walk that is too long",
        "X-Forwarded-For: 1.1.1.1" + ", 10.0.0.1" * 100 + "\r\n",
        *["10.0.0.1"] * 63,
        client="10.0.0.1",
    ),
]

CLAIMS = [
    Spoof("https", "X-Forwarded-Proto: https\r\n", {"x-forwarded-proto": "https", "x-forwarded-port": "443"}),
    Spoof(
        "https in capitals", "X-Forwarded-Proto: HTTPS\r\n", {"x-forwarded-proto": "https", "x-forwarded-port": "443"}
    ),
    Spoof("http", "X-Forwarded-Proto: http\r\n"),
    Spoof(
        "a WebSocket's scheme", "X-Forwarded-Proto: wss\r\n", {"x-forwarded-proto": "https", "x-forwarded-port": "443"}
    ),
    Spoof("another scheme", "X-Forwarded-Proto: ftp\r\n"),
    Spoof("two schemes", "X-Forwarded-Proto: https, http\r\n"),
    Spoof("a scheme twice", "X-Forwarded-Proto: https\r\nX-Forwarded-Proto: https\r\n"),
    Spoof("a host", "X-Forwarded-Host: b.example\r\n", {"x-forwarded-host": "b.example"}),
    Spoof(
        "a host with a port",
        "X-Forwarded-Host: b.example:8443\r\n",
        {"x-forwarded-host": "b.example:8443", "x-forwarded-port": "8443"},
    ),
    Spoof("a host by IPv6", "X-Forwarded-Host: [::1]\r\n", {"x-forwarded-host": "[::1]"}),
    Spoof("a list of hosts", "X-Forwarded-Host: b.example, c.example\r\n"),
    Spoof("two hosts", "X-Forwarded-Host: b.example\r\nX-Forwarded-Host: c.example\r\n"),
    Spoof("a host that is a URL", "X-Forwarded-Host: https://b.example/\r\n"),
    Spoof("a host with a user", "X-Forwarded-Host: a@b.example\r\n"),
    Spoof("no host", "X-Forwarded-Host:\r\n"),
    Spoof("a port by itself", "X-Forwarded-Port: 8443\r\n", {"x-forwarded-port": "8443"}),
    Spoof("a port beyond all", "X-Forwarded-Port: 65536\r\n"),
    Spoof("a port of nothing", "X-Forwarded-Port: 0\r\n"),
    Spoof("a port with letters", "X-Forwarded-Port: 80a\r\n"),
    Spoof("a prefix", "X-Forwarded-Prefix: /shop/\r\n", {"x-forwarded-prefix": "/shop/api/payments"}),
    Spoof("a prefix that is a host", "X-Forwarded-Prefix: //evil.example\r\n"),
    Spoof("a prefix that climbs", "X-Forwarded-Prefix: /../x\r\n"),
    Spoof("an identifier", "X-Request-ID: Root=1-5e1b\r\n", {"x-request-id": "Root=1-5e1b"}),
    Spoof("an identifier with a quote", 'X-Request-ID: a"b\r\n'),
    Spoof("an identifier that is too long", f"X-Request-ID: {'a' * 129}\r\n"),
    Spoof("two identifiers", "X-Request-ID: a\r\nX-Request-ID: b\r\n"),
    Spoof("no identifier", "X-Request-ID:\r\n"),
    Spoof("what else a proxy tells", "X-Forwarded-User: alice\r\n", {"x-forwarded-user": "alice"}),
    Spoof(
        "and in other words", "X-Forwarded-User: alice\r\nX_Forwarded_User: admin\r\n", {"x-forwarded-user": "alice"}
    ),
]

OWN_ELEMENT = "for=127.0.0.1;host=a.example;proto=http"


def forwarded(*elements: str) -> dict[str, str]:
    """Return what Forwarded says where these elements come before that of the gateway."""
    return {"forwarded": ", ".join((*elements, OWN_ELEMENT))}


def by_rfc(name: str, sent: str, *elements: str, client: str = "127.0.0.1", **more: str) -> Spoof:
    """Return a case for a gateway that goes by RFC 7239 alone."""
    told = {**(forwarded(*elements) if elements else {}), **{key.replace("_", "-"): more[key] for key in more}}
    return Spoof(name, sent, told, client, ways="rfc7239")


BY_THE_RFC = [
    Spoof("all of a stranger's at once, by the RFC", EVERY_FIELD, trusted=NOBODY, ways="rfc7239"),
    Spoof("all of a stranger's twice, by the RFC", EVERY_FIELD * 2, trusted=OTHERS, ways="rfc7239"),
    by_rfc("a proxy that says nothing, by the RFC", ""),
    by_rfc("an element", "Forwarded: for=1.1.1.1\r\n", "for=1.1.1.1;proto=http", client="1.1.1.1"),
    by_rfc(
        "an element with all there is",
        'Forwarded: by=10.9.9.9;for="1.1.1.1:99";host="b.example:8443";proto=https\r\n',
        'for=1.1.1.1;host="b.example:8443";proto=https',
        client="1.1.1.1",
    ),
    by_rfc(
        "an element by IPv6",
        'Forwarded: for="[2001:DB8::0:1]:80";proto=https\r\n',
        'for="[2001:db8::1]";proto=https',
        client="2001:db8::1",
    ),
    by_rfc(
        "a client's own element before",
        "Forwarded: for=6.6.6.6;host=evil.example;proto=https, for=1.1.1.1;proto=http\r\n",
        "for=6.6.6.6",
        "for=1.1.1.1;proto=http",
        client="1.1.1.1",
    ),
    by_rfc(
        "an element of a proxy behind",
        "Forwarded: for=1.1.1.1;host=b.example;proto=https, for=10.2.2.2;host=c.example;proto=http\r\n",
        "for=1.1.1.1;host=b.example;proto=https",
        "for=10.2.2.2",
        client="1.1.1.1",
    ),
    by_rfc(
        "elements in several lines",
        'Forwarded: for=6.6.6.6\r\nForwarded: for=1.1.1.1\r\nA: b\r\nforwarded: for="[fd00::1]"\r\n',
        "for=6.6.6.6",
        "for=1.1.1.1;proto=http",
        'for="[fd00::1]"',
        client="1.1.1.1",
    ),
    by_rfc("an obfuscated element", "Forwarded: for=6.6.6.6, for=_hidden\r\n"),
    by_rfc("an unknown element", "Forwarded: for=unknown\r\n"),
    by_rfc("a quote left open", 'Forwarded: for="6.6.6.6\r\n'),
    by_rfc(
        "a quote left open before",
        'Forwarded: for=6.6.6.6;x=", for=1.1.1.1\r\n',
        "for=1.1.1.1;proto=http",
        client="1.1.1.1",
    ),
    by_rfc("a host that is none", 'Forwarded: for=1.1.1.1;host="a/b"\r\n', "for=1.1.1.1;proto=http", client="1.1.1.1"),
    by_rfc(
        "X-Forwarded-* where the RFC is gone by",
        "X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: evil.example\r\n",
    ),
    by_rfc(
        "both, which disagree, by the RFC",
        "X-Forwarded-For: 6.6.6.6\r\nForwarded: for=1.1.1.1\r\n",
        "for=1.1.1.1;proto=http",
        client="1.1.1.1",
    ),
    by_rfc("an identifier, by the RFC", "X-Request-ID: mine\r\n", x_request_id="mine"),
    Spoof("all of a stranger's at once, both ways", EVERY_FIELD, trusted=NOBODY, ways="both"),
    Spoof(
        "both are written of one that was read",
        "X-Forwarded-For: 6.6.6.6, 1.1.1.1, 10.2.2.2:80\r\nX-Forwarded-Proto: https\r\n"
        "X-Forwarded-Host: b.example:1\r\n",
        {
            **chain("6.6.6.6", "1.1.1.1", "10.2.2.2", client="1.1.1.1"),
            **forwarded("for=6.6.6.6", 'for=1.1.1.1;host="b.example:1";proto=https', "for=10.2.2.2"),
            "x-forwarded-proto": "https",
            "x-forwarded-host": "b.example:1",
            "x-forwarded-port": "1",
        },
        "1.1.1.1",
        ways="both",
    ),
    Spoof(
        "Forwarded where both are written",
        "Forwarded: for=6.6.6.6\r\nX-Forwarded-For: 1.1.1.1\r\n",
        {**chain("1.1.1.1", client="1.1.1.1"), **forwarded("for=1.1.1.1;proto=http")},
        "1.1.1.1",
        ways="both",
    ),
    Spoof(
        "a proxy that asks for itself",
        "X-Forwarded-Proto: https\r\nX-Forwarded-Host: b.example\r\n",
        {
            "forwarded": "for=127.0.0.1;host=b.example;proto=https",
            "x-forwarded-proto": "https",
            "x-forwarded-host": "b.example",
            "x-forwarded-port": "443",
        },
        ways="both",
    ),
]

SPOOFS = [*FROM_STRANGERS, *CHAINS, *CLAIMS, *BY_THE_RFC]
