"""What a user may write, section by section. The description of each field is the reference manual's text."""

from lumina.config.model.access_log import AccessLog
from lumina.config.model.config import Config
from lumina.config.model.leniency import Leniency
from lumina.config.model.limits import Limits
from lumina.config.model.paths import Paths, RoutePaths
from lumina.config.model.routes import Route
from lumina.config.model.server import Admin, Certificate, ProxyProtocol, Server
from lumina.config.model.timeouts import Timeouts
from lumina.config.model.upstreams import Endpoint, Upstream, UpstreamTimeouts, UpstreamTls

__all__ = [
    "AccessLog",
    "Admin",
    "Certificate",
    "Config",
    "Endpoint",
    "Leniency",
    "Limits",
    "Paths",
    "ProxyProtocol",
    "Route",
    "RoutePaths",
    "Server",
    "Timeouts",
    "Upstream",
    "UpstreamTimeouts",
    "UpstreamTls",
]
