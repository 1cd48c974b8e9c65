"""Raw memory that grows, and the pool it comes from: an idle connection owns none."""

import cython


class Buffer:
    """Octets [start, end) of a block that grows as it is appended to."""

    def __cinit__(self, size: cython.Py_ssize_t = BLOCK) -> None:
        self.data = cython.cast(cython.p_uchar, malloc(size))
        if self.data is cython.NULL:
            raise MemoryError
        self.size = size

    def __dealloc__(self) -> None:
        free(self.data)

    def room(self, more: cython.Py_ssize_t) -> cython.bint:  # hot
        kept: cython.Py_ssize_t = self.end - self.start
        size: cython.Py_ssize_t = self.size
        grown: cython.p_uchar
        if self.end + more <= size:
            return True
        if self.start > 0 and kept + more <= size:
            memmove(self.data, self.data + self.start, kept)
            self.start = 0
            self.end = kept
            return True
        while size < self.end + more:
            size *= 2
        grown = cython.cast(cython.p_uchar, realloc(self.data, size))
        if grown is cython.NULL:
            return False
        self.data = grown
        self.size = size
        return True

    def append(self, data: cython.p_const_uchar, size: cython.Py_ssize_t) -> cython.bint:  # hot
        if not self.room(size):
            return False
        memcpy(self.data + self.end, data, size)
        self.end += size
        return True

    def clear(self) -> None:  # hot
        self.start = 0
        self.end = 0


class BufferPool:
    """Buffers between two uses, last in first out, so that the warm one is taken first."""

    def __init__(self, most: cython.int = 1024) -> None:
        self.most = most

    def take(self) -> Buffer:  # hot
        buffer: Buffer = self.top
        if buffer is None:
            return Buffer()  # cold
        self.top = buffer.below
        buffer.below = None
        self.spare -= 1
        return buffer

    def give(self, buffer: Buffer) -> None:  # hot
        if self.spare >= self.most or buffer.size > LARGE:
            return
        buffer.start = 0
        buffer.end = 0
        buffer.below = self.top
        self.top = buffer
        self.spare += 1
