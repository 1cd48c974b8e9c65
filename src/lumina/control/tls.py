"""TLS by the standard library: what we offer to clients, and what we ask of upstreams.

Versions and ciphers follow the intermediate recommendation that Mozilla publishes for servers: TLS 1.2 and 1.3, forward
secrecy and authenticated encryption only.
"""

import ssl
from typing import Any, NamedTuple

from lumina.control.tickets import share_tickets
from lumina.errors import LuminaError

ALPN = ["http/1.1"]
CIPHERS = ":".join(
    f"{exchange}-{cipher}"
    for cipher in ("AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305")
    for exchange in ("ECDHE-ECDSA", "ECDHE-RSA")
)


class TlsError(LuminaError):
    """A certificate, a key or a bundle of authorities cannot be used."""


class Certificate(NamedTuple):
    """What the rest of the control plane wants to know of a certificate file."""

    names: tuple[str, ...]  # DNS names, lower case, perhaps with a leading `*.`
    not_after: float  # seconds since the epoch


def read_certificate(path: str) -> Certificate:
    """Return the names and the end of the first certificate in the PEM file `path`."""
    try:
        # The one reader of certificates in the standard library that asks for no handshake.
        facts: dict[str, Any] = ssl._ssl._test_decode_cert(path)  # type: ignore[attr-defined]  # noqa: SLF001
    except (OSError, ssl.SSLError) as error:
        raise TlsError(f"{path}: not a certificate in PEM: {error}") from error
    names = [value.lower() for kind, value in facts.get("subjectAltName", ()) if kind == "DNS"]
    if not names:  # only the subject names it, as in certificates made by hand
        names = [value.lower() for part in facts.get("subject", ()) for kind, value in part if kind == "commonName"]
    return Certificate(tuple(names), float(ssl.cert_time_to_seconds(facts["notAfter"])))


class ByName:
    """The contexts of several certificates, chosen by the name that a client asks for (RFC 6066, section 3)."""

    def __init__(self, first: ssl.SSLContext) -> None:
        self._first = first
        self._contexts: dict[str, ssl.SSLContext] = {}

    def add(self, names: tuple[str, ...], context: ssl.SSLContext) -> None:
        """Answer for `names` with `context`; of two certificates for one name the earlier stays."""
        for name in names:
            self._contexts.setdefault(name, context)

    def find(self, name: str) -> ssl.SSLContext:
        """Return the context for `name`: its own, else its parent's wildcard, else the first certificate's."""
        name = name.lower().rstrip(".")
        wildcard = "*." + name.partition(".")[2]  # stands for one label, the first (RFC 9525, section 6.3)
        return self._contexts.get(name) or self._contexts.get(wildcard) or self._first

    def choose(self, connection: ssl.SSLObject | ssl.SSLSocket, name: str | None, _: ssl.SSLContext) -> None:
        """Switch `connection` to the context for `name`: what `SSLContext.sni_callback` calls."""
        if name is not None:
            connection.context = self.find(name)


def _server_context(entry: dict[str, str], ticket_keys: bytes | None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(CIPHERS)
    context.set_alpn_protocols(ALPN)
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_RENEGOTIATION
    try:
        context.load_cert_chain(entry["certificate"], entry["key"])
    except (OSError, ssl.SSLError) as error:
        raise TlsError(f"{entry['certificate']}, {entry['key']}: {error}") from error
    if ticket_keys is not None:
        share_tickets(context, ticket_keys)
    return context


def server_context(certificates: list[dict[str, str]], ticket_keys: bytes | None = None) -> ssl.SSLContext:
    """Return the context of a TLS listener with `certificates`; the first is for clients that name nothing known.

    ticket_keys: the secret that all workers seal session tickets with, so that each resumes what another began.
    """
    contexts = [_server_context(entry, ticket_keys) for entry in certificates]
    if len(contexts) > 1:
        by_name = ByName(contexts[0])
        for entry, context in zip(certificates, contexts, strict=True):
            by_name.add(read_certificate(entry["certificate"]).names, context)
        contexts[0].sni_callback = by_name.choose
    return contexts[0]


def client_context(settings: dict[str, Any]) -> ssl.SSLContext:
    """Return the context for connections to an upstream with these `tls` settings of the plan."""
    try:
        context = ssl.create_default_context(cafile=settings["ca"])
    except (OSError, ssl.SSLError) as error:
        raise TlsError(f"{settings['ca']}: {error}") from error
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.options |= ssl.OP_NO_RENEGOTIATION
    context.set_alpn_protocols(ALPN)
    if not settings["verify"]:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
