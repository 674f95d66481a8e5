"""The Cisco Certificate Authority Proxy Function of a cluster: started and stopped, and which LSCs it knows of."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from capf_sim.events import CapfStarted, CapfStopped
from capf_sim.issuer import CapfIssuer, IssuerFactory
from capf_sim.offer import capf_tls
from capf_sim.operations import PendingOperations
from capf_sim.service import CapfService
from cisco_data import ServiceName
from journal import Emitter
from pki import Authority, Certificate, TrustStore, names_of, read
from wire.net import Listener
from wire.service import InUse, Run, Service
from wire.tcp import Tap
from wire.tls import ServerContext, TlsVersion
from wire.tls.context import KeyLog


class CapfConfiguration(NamedTuple):
    """What CAPF reads when it starts."""

    authority: Authority
    """CAPF.pem and its key."""
    trust: TrustStore
    """CAPF-trust."""
    minimum_tls: TlsVersion
    maximum_tls: TlsVersion = TlsVersion.TLSv1_3
    """Of the release."""


class Capf(Service):
    """CAPF on a cluster's publisher."""

    def __init__(
        self,
        configuration: Callable[[], CapfConfiguration],
        operations: PendingOperations,
        emitter: Emitter,
        *,
        address: str,
        port: int,
        make_issuer: IssuerFactory = CapfIssuer,
        tap: Tap | None = None,
        keylog: KeyLog | None = None,
    ) -> None:
        """`configuration` and `make_issuer` are called at each start; `tap` sees the octets, `keylog` the TLS secrets."""
        super().__init__(ServiceName.CAPF)
        self._configuration = configuration
        self._operations = operations
        self._emitter = emitter
        self.address = address
        self.port = port
        self.lscs: dict[str, Certificate] = {}
        """The LSC that each device is known to hold, by device name, from CAPF's own sessions."""
        self.mics: dict[str, Certificate] = {}
        """Likewise the MIC that each has shown there, to prove who it is or for Troubleshoot."""
        self._make_issuer = make_issuer
        self._tap = tap
        self._keylog = keylog

    def _begin(self) -> Run:
        authority, trust, minimum_tls, maximum_tls = self._configuration()
        service = CapfService(
            context=ServerContext(authority.identity, capf_tls(minimum_tls, maximum_tls), keylog=self._keylog),
            trust=trust,
            operations=self._operations,
            issuer=self._make_issuer(authority, self._emitter.clock),
            emitter=self._emitter,
            lscs=self.lscs,
            mics=self.mics,
        )
        listener = Listener(self.address, self.port, tap=self._tap)
        self._emitter.emit(
            CapfStarted(
                address=self.address,
                port=listener.port,
                trusted=tuple(names_of(certificate).subject for certificate in trust.certificates),
                subject=names_of(authority.certificate).subject,
                serial_number=f"{read(authority.certificate).serial_number:x}",
                minimum_tls_version=str(minimum_tls),
            )
        )
        return Run(InUse(trust, authority.identity, minimum_tls), lambda: service.serve(listener), listener.close)

    def _stopped(self) -> None:
        self._emitter.emit(CapfStopped())
