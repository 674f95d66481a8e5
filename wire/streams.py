"""What every service and client sees of a connection, be it plain TCP or TLS."""

from __future__ import annotations

import trio
from cryptography import x509


class Stream(trio.abc.Stream):
    """A connection with its names. Reads and writes raise trio.BrokenResourceError once the peer or TLS ended it."""

    connection: str
    """`client:port>server:port`, the same on both ends."""
    peer_address: str
    """The other end's IP address."""

    @property
    def tls_version(self) -> str:
        """As OpenSSL spells it: `TLSv1`, `TLSv1.2`, `TLSv1.3`; empty for plain TCP."""
        return ""

    @property
    def cipher(self) -> str:
        """The negotiated suite in OpenSSL's spelling, `AES256-SHA`; empty for plain TCP."""
        return ""

    @property
    def peer_certificate(self) -> x509.Certificate | None:
        """What the peer presented; None for plain TCP and for a peer that presented nothing."""
        return None
