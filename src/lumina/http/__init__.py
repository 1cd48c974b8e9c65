"""What HTTP means in any version (RFC 9110): octets, names, addresses, targets."""
