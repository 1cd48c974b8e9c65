"""Pipes that carry a large body from socket to socket without its octets entering user space (splice(2))."""

import os

import cython


class Pipe:
    """Two ends and a count of what lies between them. Its descriptors are closed with it."""

    def __cinit__(self) -> None:
        self.source = -1
        self.sink = -1

    def __init__(self) -> None:
        ends: cython.int[2]
        if pipe2(ends, O_NONBLOCK | O_CLOEXEC) < 0:
            raise OSError(os.strerror(24))
        self.source = ends[0]
        self.sink = ends[1]
        fcntl(self.sink, F_SETPIPE_SZ, cython.cast(cython.int, PIPE_SIZE))
        self.size = fcntl(self.sink, F_GETPIPE_SZ)

    def __dealloc__(self) -> None:
        if self.source >= 0:
            close(self.source)
            close(self.sink)


class PipePool:
    """Empty pipes between two uses. One that still holds octets is never given to another exchange."""

    def take(self) -> Pipe:
        """Return an empty pipe, or None when the system has no more."""
        pipe: Pipe = self.top
        if pipe is None:
            try:
                return Pipe()
            except OSError:
                return None
        self.top = pipe.below
        pipe.below = None
        self.spare -= 1
        return pipe

    def give(self, pipe: Pipe) -> None:
        """Take a pipe back; it is kept only if it is empty."""
        if pipe.filled == 0 and self.spare < SPARE_PIPES:
            pipe.below = self.top
            self.top = pipe
            self.spare += 1
