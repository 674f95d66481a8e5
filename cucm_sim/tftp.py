"""The Cisco TFTP service: each phone's configuration file, made from the cluster's rows, over HTTP on 6970."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

from cisco_data import CAPF_AUTH_MODES, CertificateOperation, ClusterSecurityMode, DeviceSecurityMode, ServiceName
from cucm_sim.database import Database, Device
from journal import Emitter, Event
from pki import TrustStore
from wire.http.messages import HttpRefusal, Request, Response
from wire.http.streams import serve_connection
from wire.net import Listener
from wire.phone_file import (
    CapfServer,
    Member,
    PhoneFile,
    TransportLayerProtocol,
    TvsServer,
    VpnGroup,
    phone_file_name,
    write_phone_file,
)
from wire.service import InUse, Run, Service
from wire.streams import Stream
from wire.tcp import Tap
from wire.trust_list import trust_list_names, write_trust_list

PORT = 6970


class TftpStarted(Event, frozen=True, kw_only=True):
    """The Cisco TFTP service listens, and has made a new ITL file."""

    address: str
    port: int


class TftpStopped(Event, frozen=True, kw_only=True):
    """The Cisco TFTP service listens no more."""


class FileServed(Event, frozen=True):
    """A phone got its file."""

    file: str
    octets: int
    device_security_mode: int
    capf_auth_mode: int
    version_stamp: str


class TrustListServed(Event, frozen=True):
    """A phone got a CTL or ITL file."""

    file: str
    octets: int


class FileNotFound(Event, frozen=True):
    """A file was asked for that this cluster does not have: an unknown device, or another kind of file."""

    file: str


class RequestRefused(Event, frozen=True):
    """A connection to the file server ended without an answer to what was asked."""

    reason: HttpRefusal


class TrustLists(Protocol):
    """The lists of trusted servers that the service gives out; a cluster has them."""

    @property
    def ctl_file(self) -> TrustStore: ...

    @property
    def itl_file(self) -> TrustStore: ...

    def make_itl_file(self) -> object:
        """At each start of the service."""


def phone_file(
    device: Device,
    cluster_security_mode: ClusterSecurityMode,
    call_managers: Sequence[Member],
    capf_servers: Sequence[CapfServer],
    certificate: bytes | None,
    vpn_group: VpnGroup | None = None,
    tvs_members: Sequence[TvsServer] = (),
) -> PhoneFile:
    """What the cluster has to say to one phone. `certificate` is the DER that the cluster knows of it, or None.

    In a cluster that is not in mixed mode every phone is told Non Secure, whatever its profile says. Assumed, as no source
    tells Cisco's way: `capfAuthMode` is 0 while no operation is pending, and the version stamp is a digest of the file.
    """
    mode = device.profile.device_security_mode
    if cluster_security_mode is ClusterSecurityMode.NON_SECURE:
        mode = DeviceSecurityMode.NON_SECURE
    pending = device.capf.certificate_operation is not CertificateOperation.NO_PENDING_OPERATION
    file = PhoneFile(
        members=tuple(call_managers),
        device_security_mode=mode,
        transport_layer_protocol=(
            TransportLayerProtocol.TCP if mode is DeviceSecurityMode.NON_SECURE else TransportLayerProtocol.TLS
        ),
        capf_auth_mode=device.capf.authentication_mode if pending else None,
        capf_list=tuple(capf_servers),
        tvs_members=tuple(tvs_members),
        cert_hash="" if certificate is None else hashlib.md5(certificate, usedforsecurity=False).hexdigest(),
        vpn_group=vpn_group,
    )
    return replace(file, version_stamp=hashlib.sha256(write_phone_file(file)).hexdigest()[:32])


class CiscoTftp(Service):
    """One node's Cisco TFTP service. It reads a device's rows at each request, so a file never lags behind a change of them; the
    cluster security mode counts from the service's start."""

    def __init__(
        self,
        database: Database,
        emitter: Emitter,
        *,
        address: str,
        port: int = PORT,
        call_managers: Sequence[Member],
        capf_servers: Sequence[CapfServer] = (),
        tvs_members: Sequence[TvsServer] = (),
        certificate_of: Callable[[str], bytes | None] = lambda device_name: None,
        vpn_group_of: Callable[[str], VpnGroup | None] = lambda device_name: None,
        trust_lists: TrustLists | None = None,
        tap: Tap | None = None,
    ) -> None:
        """`certificate_of` gives the DER that the cluster last saw of a device, None where it knows none, `vpn_group_of` the
        group that a device was assigned; `trust_lists` are None where it has none; `tap` sees the octets, for a capture.

        Raises ValueError where a phone's file cannot hold these servers: 1 to 5 CallManagers, at most 5 CAPF servers and
        5 Trust Verification Services.
        """
        PhoneFile(members=tuple(call_managers), capf_list=tuple(capf_servers), tvs_members=tuple(tvs_members))
        super().__init__(ServiceName.TFTP)
        self.address = address
        self.port = port
        self._database = database
        self._emitter = emitter
        self._call_managers = tuple(call_managers)
        self._capf_servers = tuple(capf_servers)
        self._tvs_members = tuple(tvs_members)
        self._certificate_of = certificate_of
        self._vpn_group_of = vpn_group_of
        self._trust_lists = trust_lists
        self._tap = tap
        self._mode = database.cluster_security_mode

    def _begin(self) -> Run:
        listener = Listener(self.address, self.port, tap=self._tap)
        self._mode = self._database.cluster_security_mode
        if self._trust_lists is not None:
            self._trust_lists.make_itl_file()
        self._emitter.emit(TftpStarted(address=self.address, port=listener.port))
        return Run(InUse(), lambda: listener.serve(self.serve, self._emitter), listener.close)

    def _stopped(self) -> None:
        self._emitter.emit(TftpStopped())

    async def serve(self, stream: Stream) -> None:
        """Answer one connection until it ends."""
        emitter = self._emitter.on(stream.connection)
        refusal = await serve_connection(stream, lambda request: self._answer(request, emitter))
        if refusal is not None:
            emitter.emit(RequestRefused(reason=refusal))

    def _answer(self, request: Request, emitter: Emitter) -> Response:
        name = request.target.removeprefix("/")
        trust = self._trust_list(name)
        if trust is not None:
            data = write_trust_list(trust)
            emitter.emit(TrustListServed(file=name, octets=len(data)))
            return Response(200, data, "application/octet-stream")
        file = self._file(name)
        if file is None:
            emitter.emit(FileNotFound(file=name))
            return Response(404)
        data = write_phone_file(file)
        emitter.emit(
            FileServed(
                file=name,
                octets=len(data),
                device_security_mode=file.device_security_mode.number,
                capf_auth_mode=CAPF_AUTH_MODES.index(file.capf_auth_mode),
                version_stamp=file.version_stamp,
            )
        )
        return Response(200, data, "text/xml")

    def _trust_list(self, name: str) -> TrustStore | None:
        """Assumed: a CTL file is there in mixed mode only, and both files of a device only while the cluster has the device."""
        lists, device_name = self._trust_lists, name[3:].partition(".")[0]
        ctl, itl, itl_of_any = trust_list_names(device_name)
        if lists is None or name not in (ctl, itl, itl_of_any):
            return None
        if name == itl_of_any:
            return lists.itl_file
        if self._database.device(device_name) is None:
            return None
        if name == itl:
            return lists.itl_file
        return lists.ctl_file if self._database.cluster_security_mode is ClusterSecurityMode.MIXED else None

    def _file(self, name: str) -> PhoneFile | None:
        device_name = name.partition(".")[0]
        device = self._database.device(device_name)
        if device is None or name != phone_file_name(device_name):
            return None
        return phone_file(
            device,
            self._mode,
            self._call_managers,
            self._capf_servers,
            self._certificate_of(device_name),
            self._vpn_group_of(device_name),
            self._tvs_members,
        )
