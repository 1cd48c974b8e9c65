# The data path of one worker, as the control plane holds it.
cimport cython

from lumina.engine.arena cimport Arena
from lumina.engine.client cimport DRAIN_GRACE
from lumina.engine.gateway cimport Gateway, Live
from lumina.engine.guest cimport Guests
from lumina.engine.listener cimport Listener
from lumina.engine.pool cimport Pool
from lumina.engine.reactor cimport Reactor
from lumina.engine.recorder cimport Recorder
from lumina.engine.origin cimport Origin
from lumina.snapshot cimport Overload, Snapshot, Upstream


@cython.final
cdef class Engine:
    cdef Reactor reactor
    cdef Recorder recorder
    cdef Gateway gateway
    cdef dict pools                     # Pool by the identity of its endpoint: they outlive snapshots
    cdef dict origins                   # Origin by the name of its upstream: of the snapshot that is live
    cdef list listeners
    cdef long long memory               # octets from which on it has too much; 0: any
    cdef readonly Guests guests         # Python's descriptors, for a loop that waits in the engine

    cdef Origin _origin(self, Upstream upstream)
    cdef Pool _pool(self, Upstream upstream, str key, int slot, double weight, int priority)
