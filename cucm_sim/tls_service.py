"""A service of a node that speaks TLS and asks its client for no certificate: TVS and Tomcat."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from cisco_data.tls import TlsPort
from cucm_sim.profiles import ENCRYPTED_CIPHERS, TLS13_CIPHERSUITES
from journal import Emitter, Event
from pki import Identity
from wire.net import Listener, waiting
from wire.service import InUse, Run, Service
from wire.tcp import Tap, TcpStream
from wire.tls import ServerContext, TlsProfile, TlsStream, TlsVersion
from wire.tls.context import KeyLog

_ANY: Final = TlsProfile(TlsVersion.TLSv1, TlsVersion.TLSv1_3, ENCRYPTED_CIPHERS, TLS13_CIPHERSUITES)
"""Assumed: the suites of CallManager's encrypted phones."""


class TlsService(Service):
    """It presents the certificate that the node had at the service's start. Assumed of TVS: no source shows that it asks a
    phone for a certificate."""

    def __init__(
        self,
        name: str,
        tls_port: TlsPort,
        emitter: Emitter,
        *,
        address: str,
        identity: Callable[[], Identity],
        minimum_tls: Callable[[], TlsVersion],
        maximum_tls: Callable[[], TlsVersion] = lambda: TlsVersion.TLSv1_3,
        port: int | None = None,
        tap: Tap | None = None,
        keylog: KeyLog | None = None,
    ) -> None:
        """`identity` and both TLS versions are asked at each start; `port` is another one than Cisco's, in a lab that cannot have
        that. `tap` sees the octets on the wire and `keylog` the TLS secrets, for a capture."""
        super().__init__(name)
        self._tls_port = tls_port
        self._emitter = emitter
        self.address = address
        self._identity = identity
        self._minimum_tls = minimum_tls
        self._maximum_tls = maximum_tls
        self.port = tls_port.port if port is None else port
        """Where it listens."""
        self._tap = tap
        self._keylog = keylog

    def _begin(self) -> Run:
        identity, minimum = self._identity(), self._minimum_tls()
        context = ServerContext(identity, self._tls_port.offer(minimum, _ANY, self._maximum_tls()), keylog=self._keylog)
        listener = Listener(self.address, self.port, tap=self._tap)

        async def accept(tcp: TcpStream) -> None:
            async with TlsStream(tcp, context, self._emitter) as stream:
                with waiting() as place:
                    up = await stream.handshake()
                if up:
                    await self._converse(stream)
                elif not place.displaced:
                    self._note_refused(stream)

        self._note_started(listener.port, identity, minimum)
        return Run(InUse(None, identity, minimum), lambda: listener.serve(accept, self._emitter), listener.close)

    def _stopped(self) -> None:
        self._emitter.emit(self._stopped_event())

    def _note_started(self, port: int, identity: Identity, minimum: TlsVersion) -> None:
        """Read what else counts from the start, and note it."""
        raise NotImplementedError

    def _stopped_event(self) -> Event:
        raise NotImplementedError

    def _note_refused(self, stream: TlsStream) -> None:
        """TLS did not come up. The journal has HandshakeFailed already."""

    async def _converse(self, stream: TlsStream) -> None:
        """One connection whose TLS is up. Raises nothing of the peer's making."""
        raise NotImplementedError
