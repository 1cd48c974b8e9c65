# TLS over a non-blocking socket, by the standard library's ssl.
cimport cython
from cpython.memoryview cimport PyMemoryView_FromMemory

cdef enum:
    RECORD = 16384      # octets: what one TLS record can carry (RFC 8446, section 5.1)
    WANT_READ = 2       # what SSL_get_error() tells: SSL_ERROR_WANT_READ and so on in openssl/ssl.h
    WANT_WRITE = 3
    ZERO_RETURN = 6
    EXIT = 0x02         # what a watcher is told: SSL_CB_EXIT, the end of a message of the handshake protocol
    OVER = 0x03         # no more is sent, and nothing more is taken: SSL_SENT_SHUTDOWN and SSL_RECEIVED_SHUTDOWN
    MESSAGES = 32       # that may come between two records with content: more than any peer has to say
    REASON = 0x7FFFFF   # the part of an error that says why: ERR_REASON_MASK in openssl/err.h
    KEY_UPDATES = 132   # why OpenSSL gives a session up for what came too often: SSL_R_TOO_MANY_KEY_UPDATES,
    EMPTY_RECORDS = 298  # SSL_R_RECORD_TOO_SMALL, which it says of the 33rd empty record in a row,
    WARNINGS = 409      # SSL_R_TOO_MANY_WARN_ALERTS, in openssl/sslerr.h
    BRIEF = 8192        # octets: so little, alone in its reading, was all that the kernel had

ctypedef int (*Reading)(void* session, void* data, int size) noexcept
ctypedef int (*Writing)(void* session, const void* data, int size) noexcept
ctypedef int (*Judging)(void* session, int result) noexcept
ctypedef int (*Asking)(void* session) noexcept
ctypedef void (*Setting)(void* session, int yes) noexcept
ctypedef void (*Clearing)() noexcept
ctypedef unsigned long (*Peeking)() noexcept
ctypedef void (*Noticing)(void* session, int where, int value) noexcept
ctypedef void (*Watching)(void* session, Noticing notice) noexcept

# OpenSSL's own calls; all NULL where they cannot be had.
cdef struct Direct:
    Reading read
    Writing write
    Judging error
    Asking holds
    Setting read_ahead
    Clearing forget_errors
    Peeking last_error
    Watching watch
    Setting end
    Py_ssize_t session_at       # octets from the beginning of a session's object to the pointer in it

cdef Direct DIRECT

# Whom OpenSSL reads for now, and how much was heard of it since there was content.
cdef struct Heard:
    void* session
    int messages

cdef Heard HEARD


@cython.final
cdef class Tls:
    cdef object session                 # the _ssl object behind an ssl.SSLSocket
    cdef object socket                  # kept so that the session has its descriptor
    cdef object view                    # a memoryview of the reactor's scratch
    cdef void* ssl                      # OpenSSL's session once the handshake is done; NULL: asked through `session`
    cdef int messages                   # that came since there was content
    cdef bint more                      # octets that came lie in the session, opened or not
    cdef readonly bint dry              # the last read has emptied the socket, for sure
    cdef readonly bint ready            # the handshake is done
    cdef readonly str failure           # what the handshake failed of, for people
    cdef readonly bint plain_http       # what came instead of a handshake was a request
    cdef readonly bint untrusted        # it failed because the certificate cannot be trusted

    # 1: done, 0: wants to read or write more, -1: failed
    cdef int shake(self) noexcept
    cdef void _go_direct(self) noexcept
    # Into the reactor's scratch, which is `scratch`.
    cdef Py_ssize_t read(self, unsigned char* scratch, Py_ssize_t size) noexcept
    cdef bint _was_flooded(self) noexcept
    cdef Py_ssize_t _read_by_ssl(self, Py_ssize_t size) noexcept
    cdef Py_ssize_t write(self, const unsigned char* data, Py_ssize_t size) noexcept
    cdef Py_ssize_t _write_by_ssl(self, const unsigned char* data, Py_ssize_t size) noexcept
    cdef bint holds(self) noexcept
    cdef void finish(self) noexcept
    cdef void _listen(self) noexcept
    cdef void forget(self) noexcept


# No Python in it: `ssl` lets go of the interpreter while OpenSSL works.
cdef void notice(void* session, int where, int value) noexcept
