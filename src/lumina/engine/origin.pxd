# An upstream as one worker works with it.
cimport cython

from lumina.engine.pool cimport Pool
from lumina.engine.reactor cimport Reactor
from lumina.http1.response cimport ResponseHead
from lumina.snapshot cimport Upstream


@cython.final
cdef class Origin:
    cdef readonly Upstream upstream
    cdef readonly tuple pools               # one Pool for each endpoint, in the upstream's order
    cdef unsigned int cursor                # the endpoint whose turn it is
    cdef object context                     # an ssl.SSLContext, or None
    cdef Reactor reactor
    cdef ResponseHead head                  # where heads are parsed; one for the whole worker
    cdef long most_open, most_idle          # connections to one endpoint
    cdef long most_uploads

    cdef Pool pool(self, unsigned int place)
