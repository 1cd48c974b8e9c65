"""From YAML to one resolved plan."""
