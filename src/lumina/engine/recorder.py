"""What is remembered of an exchange, and where it goes when the exchange ends.

Always on and part of every figure published: the counters and the line are written into shared memory, with no
Python object, no system call and no wait.
"""

import cython

from lumina.engine.arena import Arena
from lumina.engine.clock import Clock
from lumina.http1.write import Writer
from lumina.reasons import REASONS

WORDS = [failure.word.encode() for failure in REASONS]


class Recorder:
    """The pen of one worker: it writes into that worker's block of the arena and nowhere else."""

    def __init__(self, arena: Arena, slot: int, clock: Clock) -> None:
        self.arena = arena
        self.block = arena.block(slot)
        self.clock = clock
        if self.block.log_written == 0:
            memset(self.block.log, 0, LOG_RING)  # its pages are taken now, not one by one while requests wait
        self.writer = Writer()
        self.lines = True

    def account(self, record: cython.pointer(Record)) -> None:  # hot
        """The exchange has ended: count it and write its line."""
        seconds: cython.double = self.clock.now - record.began
        self._count(record, seconds)
        if self.lines:
            self._write(record, seconds)

    def met(self, limit: cython.int) -> None:
        """Count what a limit of engine/limit.py has refused or cut short."""
        self.block.limits[limit] += 1

    def shed(self, cut: cython.int) -> None:
        """Count a request that was refused so that others are served, by a Cut of engine/arena."""
        self.block.shed[cut] += 1

    def turned_back(self, refusal: cython.int, peer: cython.p_const_uchar, size: cython.Py_ssize_t) -> None:
        """Count a connection that was refused for its PROXY header or the lack of it, and note whose it was."""
        place: cython.p_uchar = self.block.turned_back_from[refusal]
        count: cython.ulonglong = self.block.turned_back[refusal] + 1
        lumina_publish(cython.address(self.block.turning_back[refusal]), count)
        memset(place, 0, PEER)
        memcpy(place, peer, min(size, PEER - 1))
        lumina_publish(cython.address(self.block.turned_back[refusal]), count)

    def retried(self, upstream_series: cython.int, cause: cython.int) -> None:
        self.block.upstreams[upstream_series].retries[cause] += 1

    def fell_back(self, route_series: cython.int, to_upstream: cython.bint) -> None:
        if to_upstream:
            self.block.routes[route_series].to_upstream += 1
        else:
            self.block.routes[route_series].to_answer += 1

    def over_budget(self, upstream_series: cython.int) -> None:
        self.block.upstreams[upstream_series].over_budget += 1

    def _count(self, record: cython.pointer(Record), seconds: cython.double) -> None:  # hot
        route: cython.pointer(RouteStats) = cython.address(self.block.routes[record.series])
        upstream: cython.pointer(UpstreamStats)
        count_code(self.block.codes, record.series, record.method, record.status)
        observe(cython.address(route.duration), seconds)
        route.request_bytes += record.bytes_in
        route.response_bytes += record.bytes_out
        if record.reason != OK:
            self.block.errors[record.reason] += 1
        if record.first_byte == 0.0:
            return
        upstream = cython.address(self.block.upstreams[record.upstream_series])
        observe(cython.address(route.first_byte), record.first_byte - record.began)
        observe(cython.address(route.overhead), record.sent - record.began)
        count_code(self.block.upstream_codes, record.upstream_series, 0, record.status)
        observe(cython.address(upstream.duration), self.clock.now - record.sent)
        if record.connect > 0.0:
            observe(cython.address(upstream.connect), record.connect)

    def _write(self, record: cython.pointer(Record), seconds: cython.double) -> None:  # hot
        out: Writer = self.writer
        out.begin(self.line, 0)
        out.put(b'{"time":"', 0, 9)
        out.put(cython.cast(cython.p_uchar, self.clock.stamp), 0, 19)
        out.put(b".", 0, 1)
        out.padded(self.clock.wall, 3)
        if record.status >= 500:
            out.put(b'Z","level":"error","event":"access"', 0, 35)
        elif record.status >= 400:
            out.put(b'Z","level":"warning","event":"access"', 0, 37)
        else:
            out.put(b'Z","level":"info","event":"access"', 0, 34)
        out.put(b',"request_id":"', 0, 15)
        out.put(record.id, 0, record.id_size)
        out.put(b'"', 0, 1)
        self._word(b',"client":', 10, record.client, record.client_size)
        if record.peer_size > 0:
            self._word(b',"peer":', 8, record.peer, record.peer_size)
        self._word(b',"method":', 10, record.verb, record.verb_size)
        self._word(b',"host":', 8, record.host, record.host_size)
        self._text(b',"path":', 8, record.path, record.path_size)
        if record.minor:
            out.put(b',"protocol":"HTTP/1.1"', 0, 22)
        else:
            out.put(b',"protocol":"HTTP/1.0"', 0, 22)
        out.put(b',"status":', 0, 10)
        out.number(record.status)
        self._word(b',"reason":', 10, WORD[record.reason], WORD_SIZE[record.reason])
        if record.fallback != OK:
            self._word(b',"fallback":', 12, WORD[record.fallback], WORD_SIZE[record.fallback])
        if record.route_size > 0:
            out.put(record.route, 0, record.route_size)
        else:
            out.put(b',"route":null,"upstream":null', 0, 29)
        if record.endpoint_size > 0:
            out.put(record.endpoint, 0, record.endpoint_size)
        else:
            out.put(b',"endpoint":null', 0, 16)
        out.put(b',"attempts":', 0, 12)
        out.number(record.attempts)
        out.put(b',"bytes_in":', 0, 12)
        out.number(record.bytes_in)
        out.put(b',"bytes_out":', 0, 13)
        out.number(record.bytes_out)
        out.put(b',"duration":', 0, 12)
        self._seconds(seconds)
        out.put(b',"connect":', 0, 11)
        self._seconds(record.connect)
        if record.first_byte > 0.0:
            out.put(b',"first_byte":', 0, 14)
            self._seconds(record.first_byte - record.began)
        else:
            out.put(b',"first_byte":null', 0, 18)
        out.put(b"}\n", 0, 2)
        if write_line(self.block, self.line, out.at):
            self.arena.call(self.block)  # cold

    def _word(
        self,
        key: cython.p_const_uchar,
        key_size: cython.Py_ssize_t,
        value: cython.p_const_uchar,
        size: cython.Py_ssize_t,
    ) -> None:  # hot
        """Write a member whose value has nothing to escape: an address, a token, or an authority (RFC 3986, 3.2)."""
        self.writer.put(key, 0, key_size)
        if size == 0:
            self.writer.put(b"null", 0, 4)
            return
        self.writer.put(b'"', 0, 1)
        self.writer.put(value, 0, size)
        self.writer.put(b'"', 0, 1)

    def _text(
        self,
        key: cython.p_const_uchar,
        key_size: cython.Py_ssize_t,
        value: cython.p_const_uchar,
        size: cython.Py_ssize_t,
    ) -> None:  # hot
        self.writer.put(key, 0, key_size)
        if size == 0:
            self.writer.put(b"null", 0, 4)
            return
        self.writer.put(b'"', 0, 1)
        self._escaped(value, size)
        self.writer.put(b'"', 0, 1)

    def _escaped(self, value: cython.p_const_uchar, size: cython.Py_ssize_t) -> None:  # hot
        """Write text as JSON has it (RFC 8259, section 7); octets that are not ASCII are taken for Latin-1."""
        at: cython.Py_ssize_t
        byte: cython.uchar
        out: Writer = self.writer
        plain: cython.Py_ssize_t = plain_end(value, 0, size)
        out.put(value, 0, plain)
        for at in range(plain, size):
            byte = value[at]
            if byte == 34 or byte == 92:
                self.line[out.at] = 92
                self.line[out.at + 1] = byte
                out.at += 2
            elif 32 <= byte < 127:
                self.line[out.at] = byte
                out.at += 1
            else:
                out.put(b"\\u00", 0, 4)
                if byte < 16:
                    out.put(b"0", 0, 1)
                out.hexadecimal(byte)

    def _seconds(self, value: cython.double) -> None:  # hot
        """Write seconds with six places: microseconds."""
        micro: cython.ulonglong = cython.cast(cython.ulonglong, max(value, 0.0) * 1000000 + 0.5)
        whole: cython.ulonglong = micro // 1000000
        self.writer.number(whole)
        self.writer.put(b".", 0, 1)
        self.writer.padded(micro - whole * 1000000, 6)


for place, word in enumerate(WORDS):
    WORD[place] = cython.cast(cython.p_const_uchar, cython.cast(cython.p_char, cython.cast(bytes, word)))
    WORD_SIZE[place] = len(word)
