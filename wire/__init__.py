"""Bytes on the wire: TLS and its stream, SCCP, CAPF, the configuration file; no roles and no policy."""
