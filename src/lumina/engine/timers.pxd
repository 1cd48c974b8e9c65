# Deadlines on a coarse wheel: arming and disarming are a store, or a splice of a linked list, and allocate nothing.
cimport cython

cdef enum:
    SLOTS = 1024


cdef class Timed:
    # Seconds on the monotonic clock; 0: none. Set it with Wheel.arm(), forget it by setting 0.
    cdef double deadline
    cdef double due                     # the deadline that its slot was chosen for
    cdef void* earlier                  # neighbours in the slot's list; borrowed
    cdef void* later
    cdef int slot                       # -1: on no slot

    cdef void expired(self, double now) noexcept
    cdef bint waits(self) noexcept


@cython.final
cdef class Wheel:
    cdef void* slots[1024]
    cdef double width                   # seconds a slot stands for
    cdef long turned                    # ticks done so far
    cdef readonly long armed            # how many stand on the wheel

    cdef void arm(self, Timed timed, double deadline) noexcept
    cdef void disarm(self, Timed timed) noexcept
    cdef void forget(self, Timed timed) noexcept
    cdef void hurry(self, double deadline) noexcept
    cdef void turn(self, double now) noexcept
    cdef void _link(self, Timed timed) noexcept
