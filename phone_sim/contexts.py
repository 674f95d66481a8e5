"""Client Contexts, one for each offer and trust list, shared by all phones that have both in common."""

from __future__ import annotations

from phone_sim.trust.servers import ListedServers
from pki import TrustStore
from wire.tls import ClientContext, TlsProfile
from wire.tls.context import KeyLog


class ClientContexts:
    """Makes each Context once: one costs as much as half a handshake, and a thousand phones need two."""

    def __init__(self, keylog: KeyLog | None = None) -> None:
        self._keylog = keylog
        self._made: dict[tuple[TlsProfile, TrustStore | ListedServers | None, bool], ClientContext] = {}

    def get(
        self, offer: TlsProfile, trusted_servers: TrustStore | ListedServers | None, *, refuses: bool = True
    ) -> ClientContext:
        """Of `ListedServers` no dates are checked. Without `refuses` the handshake goes on with any other server, too.

        Raises TlsUnavailable where this machine's OpenSSL cannot make the offer.
        """
        key = (offer, trusted_servers, refuses)
        if key not in self._made:
            self._made[key] = ClientContext(
                offer,
                trusted_servers,
                check_dates=not isinstance(trusted_servers, ListedServers),
                refuses=refuses,
                keylog=self._keylog,
            )
        return self._made[key]
