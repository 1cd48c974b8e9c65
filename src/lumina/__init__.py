"""Lumina: an API gateway and reverse proxy, declarative in YAML, compiled where it is hot."""

__version__ = "0.1.0"
