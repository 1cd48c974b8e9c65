# What all exchanges of a worker share.
cimport cython
from cpython.ref cimport Py_DECREF, Py_INCREF

from lumina.engine.chance cimport Chance
from lumina.engine.crowd cimport Crowd
from lumina.engine.doubts cimport Doubts
from lumina.engine.identity cimport Identity
from lumina.engine.reactor cimport Reactor
from lumina.engine.recorder cimport Recorder
from lumina.engine.strain cimport Strain
from lumina.engine.stream cimport Dialogue
from lumina.http.deadline cimport Deadline
from lumina.http1.forwarded cimport Forwarded
from lumina.http1.request cimport RequestHead
from lumina.http1.response cimport ResponseHead
from lumina.http1.write cimport Writer
from lumina.snapshot cimport Snapshot


@cython.final
cdef class Live:
    # A snapshot that a worker works by, with the origins that belong to it.
    cdef readonly Snapshot snapshot
    cdef readonly tuple origins


@cython.final
cdef class Gateway:
    cdef Reactor reactor
    cdef Recorder recorder
    cdef Identity identity
    cdef Writer writer
    cdef RequestHead request                # where request heads are parsed
    cdef ResponseHead response
    cdef Live live
    cdef Crowd crowd
    cdef Doubts doubts
    cdef Deadline deadline                  # where deadlines are read
    cdef Strain strain
    cdef Chance chance
    cdef Forwarded forwarded                # where the word of trusted proxies is read
    cdef bint draining
    cdef Dialogue spare                     # exchanges between two uses

    cdef Dialogue take(self)
    cdef void own(self, Dialogue exchange) noexcept
    cdef void recycle(self, Dialogue exchange) noexcept
