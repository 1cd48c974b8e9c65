"""Endpoints are asked how they are, once for all workers."""
