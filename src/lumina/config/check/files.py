"""Files that a configuration names must be there and be what they are taken for."""

import ssl
from pathlib import Path

from lumina.config.model import Certificate
from lumina.config.nodes import Path as Steps
from lumina.config.source import unreadable
from lumina.config.validate import Draft

_PAIR_REASONS = {
    "KEY_VALUES_MISMATCH": "the key does not belong to the certificate",
    "EE_KEY_TOO_SMALL": "the certificate's key is too short to be safe",
    "CA_KEY_TOO_SMALL": "the key of an authority in the certificate's file is too short to be safe",
    "CA_MD_TOO_WEAK": "the certificate is signed with a digest that is no longer safe",
}


def check_files(draft: Draft) -> None:
    """Note certificates, keys and authorities that cannot be used, and a log that has no folder."""
    for index, certificate in enumerate(draft.config.server.tls):
        _check_certificate(draft, ("server", "tls", index), certificate)
    for name, upstream in draft.config.upstreams.items():
        if upstream.tls is not None and upstream.tls.ca is not None:
            _check_authorities(draft, ("upstreams", name, "tls", "ca"), upstream.tls.ca)
    _check_log(draft)


def _is_readable(draft: Draft, path: Steps, name: str) -> bool:
    try:
        with (draft.source.folder / name).open("rb") as file:
            file.read(1)
    except (OSError, ValueError) as error:
        draft.source.problem(draft.place(path), f"`{path[-1]}`: {unreadable(error)}")
        return False
    return True


def _check_certificate(draft: Draft, path: Steps, pair: Certificate) -> None:
    readable = [
        _is_readable(draft, (*path, "certificate"), pair.certificate),
        _is_readable(draft, (*path, "key"), pair.key),
    ]
    if not all(readable):
        return
    folder = draft.source.folder
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate, key = folder / pair.certificate, folder / pair.key
    for field, label, file in (("certificate", "CERTIFICATE", certificate), ("key", "PRIVATE KEY", key)):
        if not _holds_pem(file, label):
            draft.source.problem(draft.place((*path, field)), f"`{field}`: the file holds no {label.lower()} in PEM")
            return
    try:
        context.load_cert_chain(certificate, key, password=_refuse_password)
    except _LockedError:
        draft.source.problem(draft.place((*path, "key")), "`key`: the key is locked by a password")
    except ssl.SSLError as error:
        words = _PAIR_REASONS.get(error.reason or "", "the certificate and the key cannot be used together")
        draft.source.problem(draft.place((*path, "key")), f"`key`: {words}")


def _holds_pem(path: Path, label: str) -> bool:
    return any(
        line.startswith(b"-----BEGIN ") and line.rstrip().endswith(f"{label}-----".encode())
        for line in path.read_bytes().splitlines()
    )


class _LockedError(Exception):
    """A key asks for a password, and nobody is there to give one."""


def _refuse_password() -> str:
    raise _LockedError


def _check_authorities(draft: Draft, path: Steps, name: str) -> None:
    if not _is_readable(draft, path, name):
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(draft.source.folder / name)
    except ssl.SSLError:
        draft.source.problem(draft.place(path), "`ca`: the file holds no certificate in PEM")


def _check_log(draft: Draft) -> None:
    name = draft.config.access_log.path
    if name is None:
        return
    path = draft.source.folder / name
    place = draft.place(("access_log", "path"))
    if path.is_dir():
        draft.source.problem(place, "`path`: is a directory, not a file")
    elif not path.parent.is_dir():
        draft.source.problem(place, "`path`: the folder it would lie in does not exist")
