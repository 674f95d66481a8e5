"""Client Contexts, one for each offer and trust list, shared by all phones that have both in common."""

from __future__ import annotations

from pki import TrustStore
from wire.tls import ClientContext, TlsProfile
from wire.tls.context import KeyLog


class ClientContexts:
    """Makes each Context once: one costs as much as half a handshake, and a thousand phones need two."""

    def __init__(self, keylog: KeyLog | None = None) -> None:
        self._keylog = keylog
        self._made: dict[tuple[TlsProfile, TrustStore | None], ClientContext] = {}

    def get(self, offer: TlsProfile, trusted_servers: TrustStore | None) -> ClientContext:
        """Raises TlsUnavailable where this machine's OpenSSL cannot make the offer."""
        key = (offer, trusted_servers)
        if key not in self._made:
            self._made[key] = ClientContext(offer, trusted_servers, keylog=self._keylog)
        return self._made[key]
