"""The PROXY protocol, versions 1 and 2: what goes before the octets of a connection to say whose it is."""
