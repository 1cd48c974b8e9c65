"""Who is asked for which name."""

import asyncio
from pathlib import Path
from typing import Any

from lumina.control.discovery import system
from lumina.control.discovery.answers import Answer, NoSuchNameError, Question, Target


class Ways:
    """Asks the machine for what is its own, and name servers for the rest where there are any."""

    def __init__(
        self, settings: dict[str, Any], hosts: Path = system.HOSTS, resolv_conf: Path = Path("/etc/resolv.conf")
    ) -> None:
        """settings: the plan's `resolver`."""
        self._settings = settings
        self._hosts = system.HostsFile(hosts)
        self._resolv_conf = resolv_conf
        self._servers: Any = None

    async def ask(self, question: Question, before: list[Target]) -> Answer:
        """Return what a name stands for, or raise UnresolvedError. before: what it stood for."""
        if question.srv is None and system.is_of_this_machine(question.host, self._hosts):
            return await system.look_up(question, before)
        if self._servers is None:
            self._servers = await asyncio.to_thread(self._load)
        if question.srv is None and not self._may_ask():
            return await system.look_up(question, before)
        try:
            answer: Answer = await self._servers.look_up(question, before)
        except NoSuchNameError:
            if question.srv is not None or self._settings["nameservers"]:
                raise
            return await system.look_up(question, before)  # other sources of the machine may know it
        return answer

    def _load(self) -> Any:  # noqa: ANN401 (its type is imported below)
        """Import the library, which takes a while and which most configurations need not."""
        from lumina.control.discovery.name_servers import NameServers  # noqa: PLC0415 (see above)

        return NameServers(self._settings, self._resolv_conf)

    def _may_ask(self) -> bool:
        from lumina.control.discovery.name_servers import NoNameServerError  # noqa: PLC0415 (loaded by now)

        try:
            self._servers.resolver()
        except NoNameServerError:
            return False
        return True
