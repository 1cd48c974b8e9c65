# Which endpoint a request belongs to: by a key of its own, or by the cookie that an earlier answer brought.
cimport cython

from lumina.balancing.keys cimport key_of
from lumina.engine.origin cimport Origin, Wish
from lumina.engine.pool cimport Pool
from lumina.engine.recorder cimport Record
from lumina.http.pairs cimport COOKIE_STOP, PARAMETER_STOP, cookie_at, parameter_at, value_end
from lumina.http1.lookup cimport find_field
from lumina.http1.request cimport RequestHead
from lumina.snapshot cimport HASH_CLIENT, HASH_HEADER, HASH_NOTHING, HASH_QUERY, Upstream

cdef enum:
    MARK = 22               # octets of a mark

# Fill in what the request says of where it belongs.
cdef void guide(Origin origin, Wish* wish, RequestHead head, const unsigned char* data, Record* record) noexcept
cdef void _hash(Upstream upstream, Wish* wish, RequestHead head, const unsigned char* data, Record* record) noexcept
cdef int _marked(Origin origin, RequestHead head, const unsigned char* data) noexcept
cdef int _slot_of(Origin origin, const unsigned char* mark) noexcept
