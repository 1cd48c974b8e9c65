"""What an exchange and the two sides of it say to each other, whatever their version of HTTP.

Four abstract classes and no behaviour: HTTP/1 connections are streams themselves, so the common case costs no object;
a version with many streams on a connection brings streams of its own, and the exchange does not notice.
"""

from lumina.engine.pool import Pooled
from lumina.engine.timers import Timed
from lumina.engine.transport import Transport


class Dialogue(Timed):
    """One exchange, as its two streams see it."""

    def request_body(self, data, at, size):
        pass

    def request_end(self, trailers):
        pass

    def request_broken(self, reason, rule):
        pass

    def client_drained(self):
        pass

    def client_lost(self, reason):
        pass

    def upstream_ready(self):
        pass

    def upstream_writable(self):
        pass

    def upstream_unreached(self, reason):
        pass

    def upstream_lost(self, reason):
        pass

    def room(self):
        pass

    def displaced(self):
        pass

    def response_head(self, head, data):
        pass

    def response_body(self, data, at, size):
        pass

    def response_end(self, trailers):
        pass

    def settle(self):
        pass

    def account(self):
        pass

    def can_splice(self):
        return False

    def response_pipe(self, source, size, more):
        return 0

    def tunnel_data(self, from_client, data, size):
        return False

    def tunnel_end(self, from_client, clean):
        pass

    def tunnel_drained(self, client_side):
        pass


class Contest(Dialogue):
    """An exchange that may have a second try under way beside the first."""

    def announced(self):
        return None

    def rival_ready(self):
        return False

    def rival_answers(self, head):
        return False

    def rival_lost(self, reason):
        pass


class ServerStream(Transport):
    """The side that a client talks to."""

    def keep(self, wanted):
        return False

    def send_interim(self, head, data):
        pass

    def send_head(self, head, data, keep):
        pass

    def send_body(self, data, at, size):
        pass

    def send_end(self, trailers):
        pass

    def send_whole(self, answer):
        pass

    def uncork(self):
        pass

    def can_splice(self):
        return False

    def splice_from(self, source, size, more):
        return 0

    def resume(self):
        pass

    def done(self):
        pass

    def abort(self):
        pass

    def become_tunnel(self):
        pass


class ClientStream(Pooled):
    """The side that talks to an upstream."""

    def expect(self, exchange, method):
        pass

    def resume(self):
        pass

    def release(self, keep):
        pass

    def become_tunnel(self):
        pass

    def untouched(self, sent, proven):
        return False
