# The four kernel calls that any HTTP/1.1 proxy on epoll makes for a request, and one table.
cdef extern from "<sys/epoll.h>" nogil:
    enum:
        EPOLLIN
    ctypedef union epoll_data_t:
        int fd
    struct epoll_event:
        unsigned int events
        epoll_data_t data
    int epoll_wait(int epoll, epoll_event* events, int room, int timeout)

cdef extern from "<sys/socket.h>" nogil:
    enum:
        MSG_DONTWAIT
        MSG_NOSIGNAL
    Py_ssize_t recv(int fd, void* data, size_t size, int flags)
    Py_ssize_t send(int fd, const void* data, size_t size, int flags)

cdef extern from "<unistd.h>" nogil:
    int close(int fd)

cdef enum:
    ROOM = 512                      # events taken in one turn
    BUFFER = 262144                 # octets moved at once
    DESCRIPTORS = 65536

cdef epoll_event ready[512]
cdef char buffer[262144]
cdef int other_end[65536]           # the socket that a socket's bytes go to, 0 = none

cdef bint turn(int epoll, int listener) noexcept nogil
cdef void pass_on(int fd) noexcept nogil
