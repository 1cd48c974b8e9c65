"""From YAML to one resolved plan."""

from lumina.config.compile import Plan
from lumina.config.plan import load_plan
from lumina.config.problems import InvalidConfigError, Problem

__all__ = ["InvalidConfigError", "Plan", "Problem", "load_plan"]
