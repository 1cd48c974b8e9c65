# A request's target, in whichever of its forms (RFC 9112, section 3.2; RFC 9110, section 7.1).
from lumina.http.authority cimport AUTHORITY_FINE, AUTHORITY_PORT, AUTHORITY_USERINFO, check_authority
from lumina.http.octets cimport BLANK, HEX, OCTETS
from lumina.http.target cimport PATH_HIDES, normalise, path_end, query_end
from lumina.http1.fields cimport Fields, same_word
from lumina.http1.rules cimport (
    NEED_MORE, RULE_BARE_LF, RULE_HOST, RULE_HOST_PORT, RULE_HOST_USERINFO, RULE_PATH_ABOVE_ROOT,
    RULE_PATH_HIDDEN_DOTS, RULE_REQUEST_LINE, RULE_TARGET, RULE_TARGET_ESCAPE, RULE_TARGET_FORM, RULE_TARGET_FRAGMENT,
    RULE_TARGET_NUL, RULE_TARGET_SCHEME,
)

cdef class Target(Fields):
    cdef Py_ssize_t target_at, target_size        # as received
    # the authority: of an absolute-form target if there was one, else the Host value; size 0: none
    cdef Py_ssize_t authority_at, authority_size
    # the raw path (starts with "/", or is "*" for OPTIONS) and the query after "?" (query_at = -1: no "?")
    cdef Py_ssize_t path_at, path_size
    cdef Py_ssize_t query_at, query_size
    # the normalised path, used for matching AND forwarding: bytes `path_room[0:normal_size]` when `rewritten`, else the raw path itself
    cdef readonly bint rewritten
    cdef readonly bint asks_for_tls               # the target is one of https
    cdef readonly bint doubtful                   # the path has what servers read in more than one way
    cdef unsigned char* path_room
    cdef Py_ssize_t normal_size

    cdef void reserve(self, Py_ssize_t size) except *
    # Set how paths are normalised, and what in them at least one route takes: PathRules of http/target.pxd.
    cpdef void permit(self, int paths, int taken)
    # Write the path to `path_room` as these PathRules say; False where they refuse it, with `refusal` set.
    cdef bint normalise(self, const unsigned char* data, int paths) noexcept

    cdef int _paths, _taken
    cdef bytearray _room                          # owns what path_room points to
    cdef Py_ssize_t _target(self, const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept
    cdef Py_ssize_t _absolute(self, const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept
    cdef Py_ssize_t _path(self, const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept
    cdef Py_ssize_t _no_target_octet(self, const unsigned char* data, Py_ssize_t at, Py_ssize_t end) noexcept
    cdef bint _wrong(self, int rule) noexcept

cdef int authority_rule(int fault) noexcept
