"""HTTP/1.1 for a client and a server: `messages` without a socket, `streams` over any stream, plain TCP or TLS."""
