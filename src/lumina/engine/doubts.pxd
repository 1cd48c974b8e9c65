# Paths that servers read in more than one way.
cimport cython
from lumina.http.target cimport PATH_ESCAPE, PATH_NUL, PATH_OCTET, refused_by
from lumina.http1.request cimport RequestHead
from lumina.http1.rules cimport (
    RULE_NONE, RULE_PATH_AMBIGUOUS, RULE_PATH_POLICY, RULE_TARGET, RULE_TARGET_ESCAPE, RULE_TARGET_NUL,
)
from lumina.routing.agreement cimport Agreement
from lumina.routing.table cimport PrefixTable
from lumina.snapshot cimport Route, Snapshot


@cython.final
cdef class Doubts:
    cdef Agreement agreement
    cpdef void reserve(self, Py_ssize_t request_line)
    cdef int judge(
        self, Snapshot snapshot, bint admin_only, Route route, RequestHead head, const unsigned char* data) except -1
    cdef bint _agrees(self, Snapshot snapshot, bint admin_only, Route route, RequestHead head) except -1
