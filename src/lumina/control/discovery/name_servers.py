"""Names as name servers know them: A, AAAA and SRV records with the time that each holds (RFC 1035, RFC 2782)."""

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import dns.asyncresolver
import dns.exception
import dns.nameserver
import dns.resolver

from lumina.control.discovery.answers import Answer, NoSuchNameError, Question, Target, UnresolvedError
from lumina.control.discovery.pairs import paired, within_reach

FAMILIES = ("AAAA", "A")
TRIES = 3  # times that a server which says nothing is asked
SOON = 5.0  # seconds; when a family that did not answer is asked for again

Records = tuple[list[Any], float]


class NoNameServerError(UnresolvedError):
    """There is nobody to ask."""


class NameServers:
    """Asks the servers of a plan's `resolver`, or those of a resolv.conf as it stands now."""

    def __init__(self, settings: dict[str, Any], path: Path) -> None:
        self._settings = settings
        self._path = path
        self._seen: tuple[int, int] | None = None
        self._resolver: dns.asyncresolver.Resolver | None = None
        self._known: dict[tuple[str, str], list[str]] = {}  # the last answer for each name and type

    def resolver(self) -> dns.asyncresolver.Resolver:
        """Return who asks, or raise NoNameServerError."""
        if self._settings["nameservers"]:
            if self._resolver is None:
                self._resolver = dns.asyncresolver.Resolver(configure=False)
                servers = [dns.nameserver.Do53Nameserver(host, port) for host, port in self._settings["nameservers"]]
                self._resolver.nameservers = servers
                self._set_times(self._resolver)
            return self._resolver
        try:
            found = self._path.stat()
            if self._resolver is None or (found.st_mtime_ns, found.st_size) != self._seen:
                self._resolver = dns.asyncresolver.Resolver(filename=str(self._path))
                self._set_times(self._resolver)
                self._seen = found.st_mtime_ns, found.st_size
        except (OSError, dns.exception.DNSException) as error:
            raise NoNameServerError(f"{self._path}: {error}") from error
        return self._resolver

    def _set_times(self, resolver: dns.asyncresolver.Resolver) -> None:
        resolver.timeout = self._settings["timeout"]
        resolver.lifetime = TRIES * self._settings["timeout"]

    async def look_up(self, question: Question, before: list[Target]) -> Answer:
        """Return what the name of a question stands for, or raise UnresolvedError."""
        if question.srv is not None:
            return await self._services(question.srv, before)
        addresses, ttl = await self._addresses(question.host)
        pairs = paired(addresses, [target.addresses for target in before])
        return Answer([Target(pair, question.port) for pair in pairs], ttl)

    async def _addresses(self, host: str) -> tuple[list[str], float]:
        """Return the addresses of both families; for one that cannot be told just now, those that it had."""
        results = await asyncio.gather(*(self._ask(host, family) for family in FAMILIES), return_exceptions=True)
        failures = [result for result in results if isinstance(result, BaseException)]
        if len(failures) == len(results) or any(not isinstance(each, UnresolvedError) for each in failures):
            raise failures[0]
        addresses: list[str] = []
        ttl = SOON if failures else float("inf")
        for family, result in zip(FAMILIES, results, strict=True):
            if not isinstance(result, BaseException):
                self._known[host, family] = [record.address for record in result[0]]
                ttl = min(ttl, result[1])
            addresses += self._known.get((host, family), [])
        if not addresses:
            raise UnresolvedError("the name has no address")
        return within_reach(addresses), ttl

    async def _services(self, name: str, before: list[Target]) -> Answer:
        """Return an endpoint for each address of each target; weight and priority are the record's."""
        records, ttl = await self._ask(name, "SRV")
        records = [record for record in records if str(record.target) != "."]  # which says: none here
        if not records:
            raise UnresolvedError("the name has no SRV record")
        results = await asyncio.gather(
            *(self._addresses(record.target.to_text()) for record in records), return_exceptions=True
        )
        targets: list[Target] = []
        failures: list[BaseException] = []
        for record, result in zip(records, results, strict=True):
            if isinstance(result, BaseException):
                failures.append(result)
                continue
            ttl = min(ttl, result[1])
            pairs = paired(result[0], [target.addresses for target in before])
            # A weight of 0 asks for next to nothing, not for nothing (RFC 2782).
            targets += [Target(pair, record.port, max(1, record.weight), record.priority) for pair in pairs]
        if any(not isinstance(each, UnresolvedError) for each in failures) or not targets:
            raise failures[0]
        return Answer(targets, min(ttl, SOON) if failures else ttl)

    async def _ask(self, name: str, kind: str) -> Records:
        """Return the records of a name, perhaps none, and for how long that is so."""
        try:
            answer = await self.resolver().resolve(name, kind, raise_on_no_answer=False, search=True)
        except dns.resolver.NXDOMAIN as error:
            raise NoSuchNameError("there is no such name") from error
        except (dns.exception.DNSException, OSError) as error:
            raise UnresolvedError(_in_short(error)) from error
        found: Iterable[Any] = answer.rrset or ()
        return list(found), float(answer.chaining_result.minimum_ttl)


def _in_short(error: Exception) -> str:
    if isinstance(error, dns.exception.Timeout):
        return "no name server answered in time"
    if isinstance(error, dns.resolver.NoNameservers):
        return "every name server refused or failed"
    return str(error) or type(error).__name__
