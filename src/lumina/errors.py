"""What can go wrong on the control side, by whose fault it is."""


class LuminaError(Exception):
    """Base of every error this package raises on purpose."""


class ConfigError(LuminaError):
    """The configuration cannot be used; the text says every mistake, with its place."""


class EngineError(LuminaError):
    """The engine was asked for something it cannot do, such as watching a descriptor twice."""
