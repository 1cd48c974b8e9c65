"""The time of a turn, read once, and the same in words."""

import cython

WEEKDAYS = b"SunMonTueWedThuFriSat"
MONTHS = b"JanFebMarAprMayJunJulAugSepOctNovDec"


class Clock:
    """`now` for deadlines, `wall` for people. Both stand still until the next read()."""

    def __init__(self) -> None:
        self.second = -1
        self.pace = 1.0
        self.read()

    def read(self) -> None:  # hot
        """Look at both clocks, and write the words anew when the second has changed."""
        moment: timespec
        clock_gettime(CLOCK_MONOTONIC, cython.address(moment))
        self.now = (moment.tv_sec + moment.tv_nsec * 1e-9) * self.pace + self.ahead
        clock_gettime(CLOCK_REALTIME, cython.address(moment))
        self.wall = moment.tv_sec * 1000 + moment.tv_nsec // 1000000
        if moment.tv_sec != self.second:
            self._words(moment.tv_sec)

    def elapsed(self, since: cython.double) -> cython.double:  # hot
        """Return the seconds since `since`, as the clock stands now and not as it was last read."""
        moment: timespec
        clock_gettime(CLOCK_MONOTONIC, cython.address(moment))
        return (moment.tv_sec + moment.tv_nsec * 1e-9) * self.pace + self.ahead - since

    def skip(self, seconds: cython.double) -> None:
        """Go on as if `seconds` had passed: tests of what takes minutes do not take them."""
        self.ahead += seconds
        self.read()

    def slow(self, pace: cython.double) -> None:
        """Let only `pace` seconds pass in each of the kernel's: what holds a test up is then no delay to it."""
        self.read()
        before: cython.double = self.now
        self.pace = pace
        self.skip(-self.elapsed(before))

    def _words(self, second: cython.longlong) -> None:
        parts: tm
        when: time_t = second
        gmtime_r(cython.address(when), cython.address(parts))
        day = WEEKDAYS[parts.tm_wday * 3 : parts.tm_wday * 3 + 3].decode()
        month = MONTHS[parts.tm_mon * 3 : parts.tm_mon * 3 + 3].decode()
        year = parts.tm_year + 1900
        time = f"{parts.tm_hour:02}:{parts.tm_min:02}:{parts.tm_sec:02}"
        date: bytes = f"{day}, {parts.tm_mday:02} {month} {year:04} {time} GMT".encode()
        stamp: bytes = f"{year:04}-{parts.tm_mon + 1:02}-{parts.tm_mday:02}T{time}".encode()
        memcpy(self.date, cython.cast(cython.p_char, date), 29)
        memcpy(self.stamp, cython.cast(cython.p_char, stamp), 19)
        self.second = second

    @property
    def http_date(self) -> bytes:
        """The second in the words of RFC 9110, section 5.6.7."""
        return self.date[:29]
