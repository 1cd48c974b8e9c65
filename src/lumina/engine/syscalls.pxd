# The kernel as the engine calls it. No logic: extern declarations, and one-line wrappers where a C macro is in the way.
from libc.stdint cimport int32_t, int64_t, uint8_t, uint16_t, uint32_t, uint64_t

cdef extern from "sys/epoll.h" nogil:
    int EPOLL_CLOEXEC, EPOLL_CTL_ADD, EPOLL_CTL_MOD, EPOLL_CTL_DEL
    uint32_t EPOLLIN, EPOLLOUT, EPOLLERR, EPOLLHUP, EPOLLRDHUP, EPOLLET, EPOLLEXCLUSIVE
    ctypedef union epoll_data_t:
        void* ptr
    cdef struct epoll_event:
        uint32_t events
        epoll_data_t data
    int epoll_create1(int flags)
    int epoll_ctl(int epfd, int op, int fd, epoll_event* event)
    int epoll_wait(int epfd, epoll_event* events, int most, int timeout)

cdef extern from "sys/eventfd.h" nogil:
    int EFD_CLOEXEC, EFD_NONBLOCK
    int eventfd(unsigned int initial, int flags)
    int eventfd_write(int fd, uint64_t value)

cdef extern from "sys/uio.h" nogil:
    cdef struct iovec:
        void* iov_base
        size_t iov_len

cdef extern from "sys/socket.h" nogil:
    ctypedef uint32_t socklen_t
    cdef struct sockaddr:
        uint16_t sa_family
    cdef struct sockaddr_storage:
        uint16_t ss_family
    cdef struct msghdr:
        void* msg_name
        socklen_t msg_namelen
        iovec* msg_iov
        size_t msg_iovlen
        void* msg_control
        size_t msg_controllen
        int msg_flags
    int AF_INET, AF_INET6, AF_UNIX, SOCK_STREAM, SOCK_NONBLOCK, SOCK_CLOEXEC
    int SOL_SOCKET, SO_ERROR, SO_LINGER, MSG_NOSIGNAL, MSG_DONTWAIT, MSG_MORE, MSG_PEEK, SHUT_WR
    int socket(int domain, int kind, int protocol)
    int connect(int fd, const sockaddr* address, socklen_t size)
    int accept4(int fd, sockaddr* address, socklen_t* size, int flags)
    ssize_t recv(int fd, void* into, size_t size, int flags)
    ssize_t send(int fd, const void* data, size_t size, int flags)
    ssize_t sendmsg(int fd, const msghdr* message, int flags)
    int shutdown(int fd, int how)
    int getpeername(int fd, sockaddr* address, socklen_t* size)
    int getsockname(int fd, sockaddr* address, socklen_t* size)
    int setsockopt(int fd, int level, int name, const void* value, socklen_t size)
    int getsockopt(int fd, int level, int name, void* value, socklen_t* size)

cdef extern from "netinet/in.h" nogil:
    int IPPROTO_TCP
    cdef struct in_addr:
        uint32_t s_addr
    cdef struct in6_addr:
        uint8_t s6_addr[16]
    cdef struct sockaddr_in:
        uint16_t sin_family
        uint16_t sin_port
        in_addr sin_addr
    cdef struct sockaddr_in6:
        uint16_t sin6_family
        uint16_t sin6_port
        in6_addr sin6_addr

cdef extern from "sys/un.h" nogil:
    cdef struct sockaddr_un:
        uint16_t sun_family
        char sun_path[108]

cdef extern from "netinet/tcp.h" nogil:
    int TCP_NODELAY, TCP_INFO
    int TCP_CLOSED "TCP_CLOSE"

cdef extern from "arpa/inet.h" nogil:
    const char* inet_ntop(int family, const void* source, char* into, socklen_t size)
    int inet_pton(int family, const char* source, void* into)
    uint16_t htons(uint16_t value)

cdef extern from "unistd.h" nogil:
    int close(int fd)
    int pipe2(int* ends, int flags)

cdef extern from "fcntl.h" nogil:
    int O_NONBLOCK, O_CLOEXEC, F_SETPIPE_SZ, F_GETPIPE_SZ
    unsigned int SPLICE_F_MOVE, SPLICE_F_NONBLOCK, SPLICE_F_MORE
    int fcntl(int fd, int command, ...)
    ssize_t splice(int fd_in, int64_t* off_in, int fd_out, int64_t* off_out, size_t size, unsigned int flags)

cdef extern from "sys/ioctl.h" nogil:
    int FIONREAD
    int ioctl(int fd, unsigned long request, ...)

cdef extern from "linux/sockios.h" nogil:
    int SIOCOUTQ

cdef extern from "sys/mman.h" nogil:
    int PROT_READ, PROT_WRITE, MAP_SHARED, MFD_CLOEXEC
    void* MAP_FAILED
    void* mmap(void* address, size_t size, int protection, int flags, int fd, int64_t offset)
    int munmap(void* address, size_t size)
    int memfd_create(const char* name, unsigned int flags)

cdef extern from "sys/random.h" nogil:
    ssize_t getrandom(void* into, size_t size, unsigned int flags)

cdef extern from "time.h" nogil:
    ctypedef int64_t time_t
    cdef struct timespec:
        time_t tv_sec
        long tv_nsec
    cdef struct tm:
        int tm_sec, tm_min, tm_hour, tm_mday, tm_mon, tm_year, tm_wday
    int CLOCK_MONOTONIC, CLOCK_REALTIME
    int clock_gettime(int clock, timespec* into)
    tm* gmtime_r(const time_t* when, tm* into)
    cdef struct itimerspec:
        timespec it_interval, it_value

cdef extern from "sys/timerfd.h" nogil:
    int TFD_CLOEXEC, TFD_NONBLOCK
    int timerfd_create(int clock, int flags)
    int timerfd_settime(int fd, int flags, const itimerspec* value, itimerspec* before)

cdef extern from *:
    """
    #define lumina_publish(where, value) __atomic_store_n((where), (value), __ATOMIC_RELEASE)
    #define lumina_observe(where) __atomic_load_n((where), __ATOMIC_ACQUIRE)
    """
    void lumina_publish(uint64_t* where, uint64_t value) noexcept nogil
    uint64_t lumina_observe(uint64_t* where) noexcept nogil

# A word in shared memory to wait at, and to wake who waits there.
cdef extern from *:
    """
    #include <limits.h>
    #include <linux/futex.h>
    #include <sys/syscall.h>
    #include <time.h>
    #include <unistd.h>
    static inline void lumina_wait_while(unsigned int *word, unsigned int value, double seconds) {
        struct timespec most = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
        syscall(SYS_futex, word, FUTEX_WAIT, value, &most, NULL, 0);
    }
    static inline void lumina_wake(unsigned int *word) {
        __atomic_add_fetch(word, 1, __ATOMIC_ACQ_REL);
        syscall(SYS_futex, word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
    }
    #define lumina_word(word) __atomic_load_n((word), __ATOMIC_ACQUIRE)
    """
    void wait_while "lumina_wait_while" (uint32_t* word, uint32_t value, double seconds) noexcept nogil
    void wake "lumina_wake" (uint32_t* word) noexcept nogil    # after another value was given to it
    uint32_t word_now "lumina_word" (uint32_t* word) noexcept nogil
