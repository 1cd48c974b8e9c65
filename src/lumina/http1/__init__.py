"""HTTP/1.1 messages on the wire (RFC 9112), without any I/O."""
