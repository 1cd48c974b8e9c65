"""The time that a client gives its request: read from its fields, and told to the upstream as what is left of it.

The place of what is left has always the same width in the written request, so that each try can say it anew. A field
that is no deadline, or stands twice, says nothing here and is forwarded as it came.
"""

import cython

from lumina.engine.buffer import Buffer
from lumina.http.deadline import Deadline
from lumina.http1.request import RequestHead


def read_deadlines(
    reader: Deadline, name: bytes, head: RequestHead, data: cython.p_const_uchar, told: cython.pointer(Told)
) -> cython.double:  # hot
    """Return the seconds that the client gives its request; 0: as many as it takes."""
    kind: cython.int
    place: cython.int
    shortest: cython.double = 0.0
    told.any = False
    told.at[0] = told.at[1] = 0
    told.place[0] = told.place[1] = -1
    if not _likely(head, len(name)):
        return 0.0
    for kind in range(2):
        place = -1
        if kind == 0:
            place = _single(head, data, b"grpc-timeout")
            if place < 0 or not reader.read_grpc(data, head.value_at[place], head.value_size[place]):
                continue
        else:
            if len(name) > 0:
                place = _single(head, data, name)
            if place < 0 or not reader.read_seconds(data, head.value_at[place], head.value_size[place]):
                continue
        if shortest == 0.0 or reader.seconds < shortest:
            shortest = reader.seconds
        if not head.hop[place]:
            head.hop[place] = True
            told.any = True
            told.place[kind] = place
            told.unit[kind] = reader.unit
    return shortest


def _likely(head: RequestHead, size: cython.Py_ssize_t) -> cython.bint:  # hot
    """Whether a name could be one of the two, by its length: of most requests none is."""
    place: cython.int
    for place in range(head.count):
        if head.name_size[place] == GRPC_SIZE and head.known[place] == NAME_OTHER:
            return True
        if head.name_size[place] == size:
            return True
    return False


def _single(head: RequestHead, data: cython.p_const_uchar, name: bytes) -> cython.int:  # hot
    """Return the place of the field with this name, or -1 where there is none, or more than one."""
    place: cython.int = find_field(head, data, name, 0)
    if place >= 0 and find_field(head, data, name, place + 1) >= 0:
        return -1
    return place


def append_deadlines(
    out: Buffer, head: RequestHead, data: cython.p_const_uchar, told: cython.pointer(Told)
) -> cython.bint:
    """Write the fields anew behind a head that is written, before its empty line."""
    kind: cython.int
    place: cython.int
    out.end -= 2
    for kind in range(2):
        place = told.place[kind]
        if place < 0:
            continue
        if not out.append(data + head.name_at[place], head.name_size[place]) or not out.append(b":", 1):
            return False
        told.at[kind] = out.end
        if not out.append(b"           \r\n", DEADLINE_WIDTH + 2):
            return False
    return out.append(b"\r\n", 2)


def tell_left(out: Buffer, told: cython.pointer(Told), seconds: cython.double) -> None:
    """Tell what is left now, in the place that there is for it."""
    kind: cython.int
    for kind in range(2):
        if told.at[kind] > 0 and told.at[kind] + DEADLINE_WIDTH <= out.end:
            write_left(out.data, told.at[kind], seconds, told.unit[kind])
