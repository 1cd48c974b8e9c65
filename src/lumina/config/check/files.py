"""Files that a configuration names must be there and be what they are taken for."""

import os
import ssl
import stat
from dataclasses import dataclass
from pathlib import Path

from lumina.config.model.values import quoted
from lumina.config.nodes import Path as Steps
from lumina.config.source import unreadable
from lumina.config.validate import Draft

# What OpenSSL finds wrong with two files that each are what they say, and which of them must change.
PAIR_REASONS = {
    "KEY_VALUES_MISMATCH": ("key", "is the key of another certificate"),
    "EE_KEY_TOO_SMALL": ("certificate", "has a key that is too short to be safe"),
    "CA_KEY_TOO_SMALL": ("certificate", "has an authority whose key is too short to be safe"),
    "CA_MD_TOO_WEAK": ("certificate", "is signed with a digest that is no longer safe"),
}


def check_files(draft: Draft) -> None:
    """Note certificates, keys and authorities that cannot be used, and a log that has no folder."""
    for index, pair in enumerate(draft.config.server.tls):
        path = ("server", "tls", index)
        certificate = _File(draft, (*path, "certificate"), pair.certificate)
        key = _File(draft, (*path, "key"), pair.key)
        # Both, so that what is wrong with either is told.
        if all([certificate.is_certificate(), key.is_key()]):
            _check_pair(certificate, key)
    for name, upstream in draft.config.upstreams.items():
        if upstream.tls is not None and upstream.tls.ca is not None:
            _File(draft, ("upstreams", name, "tls", "ca"), upstream.tls.ca).is_certificate()
    if draft.config.access_log.path is not None:
        _File(draft, ("access_log", "path"), draft.config.access_log.path).may_be_written()


@dataclass(frozen=True, slots=True)
class _File:
    """A file, and the value that names it. Each check notes what is wrong and says whether nothing is."""

    draft: Draft
    steps: Steps
    name: str

    @property
    def path(self) -> Path:
        return self.draft.source.folder / self.name

    def refuse(self, message: str) -> bool:
        """Note a mistake, with the file as its subject."""
        self.draft.source.problem(self.draft.place(self.steps), f"{quoted(self.name)} {message}")
        return False

    def holds(self, label: str) -> bool:
        """Hold that there is such a section of PEM (RFC 7468) in the file."""
        try:
            lines = self.path.read_bytes().splitlines()
        except (OSError, ValueError) as error:
            return self.refuse(unreadable(error))
        end = f"{label}-----".encode()
        if any(line.startswith(b"-----BEGIN ") and line.rstrip().endswith(end) for line in lines):
            return True
        return self.refuse(f"holds no {label.lower()} in PEM")

    def is_certificate(self) -> bool:
        if not self.holds("CERTIFICATE"):
            return False
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(self.path)
        except ssl.SSLError:
            return self.refuse("holds a certificate that cannot be read")
        return True

    def is_key(self) -> bool:
        return self.holds("PRIVATE KEY")

    def may_be_written(self) -> bool:
        try:
            mode = self._mode(self.path)
            folder = self._mode(self.path.parent)
        except (OSError, ValueError) as error:
            return self.refuse(unreadable(error))
        if stat.S_ISDIR(mode):
            return self.refuse("is a directory, not a file")
        if not stat.S_ISDIR(folder):
            return self.refuse("would lie in a directory that does not exist")
        place = self.path if mode else self.path.parent
        return os.access(place, os.W_OK) or self.refuse("may not be written by this user")

    @staticmethod
    def _mode(path: Path) -> int:
        """Return what kind of file it is, 0 if there is none."""
        try:
            return path.stat().st_mode
        except (FileNotFoundError, NotADirectoryError):
            return 0


def _check_pair(certificate: _File, key: _File) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(certificate.path, key.path, password=_refuse_password)
    except _LockedError:
        key.refuse("is locked by a password")
    except ssl.SSLError as error:
        at_fault, message = PAIR_REASONS.get(error.reason or "", ("key", "holds a key that cannot be read"))
        (certificate if at_fault == "certificate" else key).refuse(message)


class _LockedError(Exception):
    """A key asks for a password, and nobody is there to give one."""


def _refuse_password() -> str:
    raise _LockedError
