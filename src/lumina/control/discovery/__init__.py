"""What the names of endpoints stand for, asked once for all workers."""
