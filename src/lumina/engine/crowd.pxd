# How many connections each client's address has open with this worker.
cimport cython


@cython.final
cdef class Crowd:
    cdef dict counts                        # by group

    cpdef long enter(self, bytes group) except -1
    cpdef int leave(self, bytes group) except -1
