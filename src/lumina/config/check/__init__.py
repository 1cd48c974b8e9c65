"""Checks between the parts of a configuration, each with the place that must change."""
