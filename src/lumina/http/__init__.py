"""What HTTP means in any version (RFC 9110): names, methods, targets."""
