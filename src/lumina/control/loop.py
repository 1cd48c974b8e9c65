"""An asyncio loop that waits in the engine: one epoll set for Python's descriptors and the data path's."""

import asyncio
import selectors
from collections.abc import Mapping
from select import EPOLLIN, EPOLLOUT
from typing import Any

from lumina.engine.engine import Engine

Key = selectors.SelectorKey


class EngineSelector(selectors.BaseSelector):
    """The selector of a worker's loop. While Python has nothing to do, select() stays in the engine."""

    def __init__(self, engine: Engine) -> None:
        self._guests = engine.guests
        self._keys: dict[int, Key] = {}

    def register(self, fileobj: Any, events: int, data: Any = None) -> Key:  # noqa: ANN401 (the base class's types)
        """Watch a descriptor, or an object that has one."""
        fd = _descriptor(fileobj)
        if fd in self._keys:
            raise KeyError(fd)
        key = Key(fileobj, fd, events, data)
        self._attend(key)
        self._keys[fd] = key
        return key

    def unregister(self, fileobj: Any) -> Key:  # noqa: ANN401 (as above)
        """Watch it no longer."""
        key = self.get_key(fileobj)
        del self._keys[key.fd]
        self._guests.ignore(key.fd)
        return key

    def modify(self, fileobj: Any, events: int, data: Any = None) -> Key:  # noqa: ANN401 (as above)
        """Change what it is watched for."""
        key = self.get_key(fileobj)._replace(events=events, data=data)
        self._attend(key)
        self._keys[key.fd] = key
        return key

    def _attend(self, key: Key) -> None:
        self._guests.attend(
            key.fd, read=bool(key.events & selectors.EVENT_READ), write=bool(key.events & selectors.EVENT_WRITE)
        )

    def select(self, timeout: float | None = None) -> list[tuple[Key, int]]:
        """Let the engine turn until a descriptor is ready or the time is over; return what is ready."""
        found = []
        for fd, events in self._guests.wait(-1.0 if timeout is None else max(timeout, 0.0)):
            if key := self._keys.get(fd):
                ready = (selectors.EVENT_READ if events & ~EPOLLOUT else 0) | (
                    selectors.EVENT_WRITE if events & ~EPOLLIN else 0
                )
                found.append((key, ready & key.events))
        return found

    def get_key(self, fileobj: Any) -> Key:  # noqa: ANN401 (as above)
        """Return the key of what is watched, or raise KeyError."""
        return self._keys[_descriptor(fileobj)]

    def get_map(self) -> Mapping[Any, Key]:
        """Return all keys, by descriptor."""
        return self._keys


def _descriptor(fileobj: Any) -> int:  # noqa: ANN401 (as above)
    return fileobj if isinstance(fileobj, int) else int(fileobj.fileno())


def engine_loop(engine: Engine) -> asyncio.AbstractEventLoop:
    """Return a new asyncio loop that waits in `engine`."""
    return asyncio.SelectorEventLoop(EngineSelector(engine))
