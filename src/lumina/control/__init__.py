"""The control plane: processes, health, metrics and logs; it may be slow, the engine may not."""
