"""From YAML to one resolved plan."""

from lumina.config.compile import Plan
from lumina.config.plan import load_plan
from lumina.config.problems import InvalidConfig, Problem

__all__ = ["InvalidConfig", "Plan", "Problem", "load_plan"]
