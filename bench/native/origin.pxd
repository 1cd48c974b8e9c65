# What stands behind every proxy: canned answers, sent by the path's first letter.
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

cdef extern from "<errno.h>" nogil:
    int errno
    enum:
        EAGAIN

cdef extern from "<unistd.h>" nogil:
    int close(int fd)

cdef enum:
    ROOM = 512
    BUFFER = 65536                  # the longest request that is read whole by one call
    DESCRIPTORS = 65536
    LETTER = 5                      # where the path's first letter stands: "GET /"

cdef struct Connection:
    int seen                        # octets of the current request, as far as the letter
    int ending                      # octets of the empty line that ends its head
    unsigned char letter
    const char* answer              # what is still to be sent
    Py_ssize_t left

cdef epoll_event ready[512]
cdef char buffer[65536]
cdef Connection connections[65536]
cdef const char* answers[256]       # by the path's first letter
cdef Py_ssize_t sizes[256]

cdef bint turn(int epoll, int listener) noexcept nogil
cdef bint answer(int fd) noexcept nogil
cdef bint read(int fd) noexcept nogil
