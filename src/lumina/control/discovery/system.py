"""Names as the machine itself knows them: /etc/hosts, `localhost`, and whatever else getaddrinfo() asks."""

import asyncio
import socket
from pathlib import Path

from lumina.control.discovery.answers import Answer, NoSuchNameError, Question, Target, UnresolvedError
from lumina.control.discovery.pairs import paired, within_reach

TTL = 30.0  # seconds; what is commonly taken where nobody tells a time
HOSTS = Path("/etc/hosts")
LOOPBACK = ("::1", "127.0.0.1")
ABSENT = (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME))


class HostsFile:
    """The names of a hosts file, read again when it has changed."""

    def __init__(self, path: Path = HOSTS) -> None:
        self._path = path
        self._seen: tuple[int, int] | None = None
        self._names: frozenset[str] = frozenset()

    def __contains__(self, host: str) -> bool:
        try:
            found = self._path.stat()
            if (found.st_mtime_ns, found.st_size) != self._seen:
                self._names = _names(self._path.read_text("utf-8", "replace"))
                self._seen = found.st_mtime_ns, found.st_size
        except OSError:
            return False
        return host.lower() in self._names


def _names(text: str) -> frozenset[str]:
    lines = (line.partition("#")[0].split() for line in text.splitlines())
    return frozenset(name.lower() for line in lines for name in line[1:])


def is_of_this_machine(host: str, hosts: HostsFile) -> bool:
    """Say whether a name is none for name servers: it is `localhost`, or stands in the hosts file, or is of mDNS."""
    host = host.rstrip(".")
    return _is_loopback(host) or host.endswith(".local") or host in hosts


def _is_loopback(host: str) -> bool:
    return f".{host.rstrip('.')}".endswith(".localhost")


async def look_up(question: Question, before: list[Target]) -> Answer:
    """Ask getaddrinfo() for every address of a name.

    A server on `localhost` may listen on ::1 alone while the name is 127.0.0.1, or the other way round. That name and
    those below it are loopback whatever else is said (RFC 6761, section 6.3): the family that is not told is added.
    """
    loop = asyncio.get_running_loop()
    found: list[str] = []
    try:
        entries = await loop.getaddrinfo(question.host, question.port, type=socket.SOCK_STREAM)
        found = [str(entry[4][0]) for entry in entries]
    except socket.gaierror as error:
        if not _is_loopback(question.host):
            kind = NoSuchNameError if error.errno in ABSENT else UnresolvedError
            raise kind(str(error.strerror)) from error
    except (OSError, UnicodeError) as error:  # a label over 63 octets fails in the IDNA codec
        raise UnresolvedError(str(error)) from error
    if _is_loopback(question.host):
        families = {":" in address for address in found}
        found += [address for address in LOOPBACK if (":" in address) not in families]
    pairs = paired(within_reach(found), [target.addresses for target in before])
    return Answer([Target(pair, question.port) for pair in pairs], TTL)
