"""CAPF and TFTP as services of a lab cluster: started and stopped, with certificates and trust read at each start."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

import trio

from capf_sim.events import CapfStarted, CapfStopped
from capf_sim.issuer import CapfIssuer, IssuerFactory
from capf_sim.offer import capf_tls
from capf_sim.operations import Conclusion, PendingOperation
from capf_sim.service import CapfService
from cisco_data import CertificateOperation, ServiceName
from cucm_sim import database as cucm
from cucm_sim.tftp import Tftp
from journal import Emitter
from pki import Authority, Certificate, Identity, TrustStore, names_of, read
from wire.net import Listener
from wire.tcp import Tap
from wire.tls import ServerContext, TlsVersion
from wire.tls.context import KeyLog


class Service(Protocol):
    """What Control Center - Feature Services can do with a service."""

    @property
    def started(self) -> bool: ...

    def start(self, nursery: trio.Nursery) -> None:
        """Raises RuntimeError where it runs already, OSError where its address is taken."""

    async def stop(self) -> None:
        """No effect when stopped."""


class DatabaseOperations:
    """CAPF's view of a cluster's database (`capf_sim.operations.PendingOperations`)."""

    def __init__(self, database: cucm.Database, product: Callable[[str], str], serial: Callable[[str], str]) -> None:
        """`product` gives a model's name in certificates, `serial` the chassis number of a device."""
        self._database = database
        self._product = product
        self._serial = serial
        self.certificates: dict[str, Certificate] = {}
        """The LSC that each device is known to hold, from CAPF's own sessions."""

    def pending(self, device_name: str) -> PendingOperation | None:
        device = self._database.device(device_name)
        if device is None:
            return None
        settings = device.capf
        return PendingOperation(
            device_name=device_name,
            model=self._product(device.model),
            operation=settings.certificate_operation,
            authentication_mode=settings.authentication_mode,
            authentication_string=settings.authentication_string,
            key_order=settings.key_order,
            rsa_key_size=settings.rsa_key_size,
            ec_key_size=settings.ec_key_size,
            completes_by=settings.operation_completes_by,
            serial_number=self._serial(device_name),
        )

    def conclude(self, conclusion: Conclusion) -> None:
        device = self._database.device(conclusion.device_name)
        if device is None:  # deleted from the database while its phone was talking to CAPF
            return
        capf = replace(device.capf, certificate_operation_status=conclusion.status.value)
        if conclusion.succeeded and capf.certificate_operation is conclusion.operation:  # and not one ordered since
            capf = replace(capf, certificate_operation=CertificateOperation.NO_PENDING_OPERATION)
        if conclusion.installed is not None:
            self.certificates[conclusion.device_name] = conclusion.installed
            capf = replace(capf, lsc=self._database.certificates.describe_lsc(conclusion.installed))
        elif conclusion.deleted:
            self.certificates.pop(conclusion.device_name, None)
            capf = replace(capf, lsc=None)
        self._database.save(replace(device, capf=capf))


class CapfNode:
    """The Cisco Certificate Authority Proxy Function of a cluster's publisher."""

    NAME = ServiceName.CAPF

    def __init__(
        self,
        *,
        authority: Callable[[], Authority],
        trust: Callable[[], TrustStore],
        minimum_tls: Callable[[], TlsVersion],
        operations: DatabaseOperations,
        emitter: Emitter,
        address: str,
        port: int,
        make_issuer: IssuerFactory = CapfIssuer,
        tap: Tap | None = None,
        keylog: KeyLog | None = None,
    ) -> None:
        """`authority`, `trust`, `minimum_tls` and `make_issuer` are asked at each start."""
        self._authority = authority
        self._trust = trust
        self._minimum_tls = minimum_tls
        self._operations = operations
        self._emitter = emitter
        self.address = address
        self.port = port
        self._make_issuer = make_issuer
        self._tap = tap
        self._keylog = keylog
        self._running: tuple[trio.CancelScope, trio.Event] | None = None
        self._trust_in_use: TrustStore | None = None
        self._identity_in_use: Identity | None = None
        self._minimum_tls_in_use = minimum_tls()

    @property
    def started(self) -> bool:
        return self._running is not None

    @property
    def trust_in_use(self) -> TrustStore | None:
        """CAPF-trust as the running service read it; None while it is stopped."""
        return self._trust_in_use if self.started else None

    @property
    def identity_in_use(self) -> Identity | None:
        """CAPF.pem as the running service read it; None while it is stopped."""
        return self._identity_in_use if self.started else None

    @property
    def minimum_tls_in_use(self) -> TlsVersion:
        """As of its last start."""
        return self._minimum_tls_in_use

    def start(self, nursery: trio.Nursery) -> None:
        """Read CAPF.pem and CAPF-trust and listen from now on.

        Raises OSError where the address is taken, RuntimeError when started.
        """
        if self._running is not None:
            raise RuntimeError(f"{self.NAME} is started already")
        authority, trust, minimum_tls = self._authority(), self._trust(), self._minimum_tls()
        context = ServerContext(authority.identity, capf_tls(minimum_tls), keylog=self._keylog)
        service = CapfService(
            context=context,
            trust=trust,
            operations=self._operations,
            issuer=self._make_issuer(authority, self._emitter.clock),
            emitter=self._emitter,
        )
        listener = Listener(self.address, self.port, tap=self._tap)
        scope, ended = trio.CancelScope(), trio.Event()
        self._running, self._trust_in_use = (scope, ended), trust
        self._identity_in_use, self._minimum_tls_in_use = authority.identity, minimum_tls
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

        async def run() -> None:
            try:
                with scope:
                    await service.serve(listener)
            finally:
                ended.set()

        nursery.start_soon(run)

    async def stop(self) -> None:
        """Close the listener and every session; no effect when stopped."""
        running, self._running = self._running, None
        if running is None:
            return
        scope, ended = running
        scope.cancel()  # which closes the listener too
        await ended.wait()
        self._emitter.emit(CapfStopped())

    async def restart(self, nursery: trio.Nursery) -> None:
        await self.stop()
        self.start(nursery)


class TftpNode:
    """Cisco TFTP at its address."""

    NAME = ServiceName.TFTP

    def __init__(self, service: Tftp, address: str, port: int) -> None:
        self._service = service
        self._address = address
        self._port = port

    @property
    def started(self) -> bool:
        return self._service.started

    def start(self, nursery: trio.Nursery) -> None:
        """As `Service.start`."""
        self._service.start(nursery, self._address, self._port)

    async def stop(self) -> None:
        """As `Service.stop`."""
        self._service.stop()
        await trio.lowlevel.checkpoint()
