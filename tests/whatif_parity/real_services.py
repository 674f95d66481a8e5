"""One phone at one real service over real loopback sockets: the lab's own client, the lab's own service, and what both noted.

What-if's data (`FleetPhone`, `Settings`) go in and what-if's `Outcome` comes out, so that the two can be laid side by side; between
them there is nothing of what-if's. Outcomes are read from the journal: what the phone saw on its wire, what the service judged.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from unittest.mock import patch

import trio
from cryptography.hazmat.primitives.serialization import Encoding

from capf_sim.issuer import CapfIssuer
from capf_sim.offer import capf_tls
from capf_sim.operations import Conclusion, PendingOperation
from capf_sim.service import CapfService
from cisco_data import CertificateOperation, ClusterSecurityMode, ServiceKind
from cisco_data.models import MODELS
from cisco_data.registration import LastOutOfService
from cisco_data.release_table import UNNAMED_RELEASE, Release
from cucm_sim import callmanager
from cucm_sim.database import Database, Device
from cucm_sim.events import DeviceRegistered
from cucm_sim.parameters import ServiceParameters
from cucm_sim.profiles import secure_profile, server_tls_profile
from edge_sim.authentication_server.events import AuthenticationPassed
from edge_sim.authentication_server.service import AuthenticationServer
from edge_sim.authentication_server.settings import NetworkDevice, ServerSettings, eap_tls
from edge_sim.authenticator import RadiusServer, SwitchPort
from edge_sim.vpn_gateway import GatewaySettings, Trustpoints, TunnelGroup, VpnGateway
from edge_sim.vpn_gateway.settings import gateway_tls
from journal import Event
from lab.fleet.model import FleetPhone, Settings
from lab.play.virtual_time import virtual_time
from lab.testing import KeptEvents
from lab.whatif.impact_report import Outcome
from phone_sim.enrolment import enrol
from phone_sim.events import PhoneStarted
from phone_sim.registration import RegistrationAttempt
from phone_sim.session import RegisteredSession
from phone_sim.supplicant.events import Dot1xFailed, Dot1xSucceeded
from phone_sim.supplicant.settings import Dot1x
from phone_sim.supplicant.supplicant import Supplicant
from phone_sim.trust.phone_trust import PhoneTrust
from phone_sim.vpn.gateway import GatewayAttempt
from pki import Authority, Identity, TrustStore
from tests.whatif_parity.happened import happened
from tests.whatif_parity.real_phone import HERE, SERVICE, hardware_of
from wire.cable import Cable
from wire.net import Listener
from wire.phone_file import CapfServer, Member, PhoneFile, VpnGroup, certificate_hash
from wire.tls import (
    ServerContext,
    TlsProfile,
)
from wire.udp import UdpSocket

HOST = "asa.example.com"
SECRET = b"parity"


# CallManager


@dataclass
class Configuration:
    """What CallManager reads."""

    database: Database
    parameters: ServiceParameters
    callmanager_identity: Identity
    callmanager_trust: TrustStore
    release: Release = UNNAMED_RELEASE


async def at_callmanager(phone: FleetPhone, settings: Settings, record: KeptEvents) -> None:
    assert settings.identity is not None
    database = Database(ClusterSecurityMode.MIXED)
    database.add(Device(phone.device_name, phone.model, secure_profile(phone.model, phone.mode)))
    parameters = ServiceParameters(minimum_tls_version=settings.minimum_tls, port=0, secure_port=0)
    service = callmanager.CallManager(
        Configuration(database, parameters, settings.identity, settings.trust),
        record.journal.emitter(SERVICE),
        node_name="cucm-pub",
        address=HERE,
    )

    # CUCM has no such switch: the test adds what a strict server would have
    def policy(minimum: object, maximum: object) -> TlsProfile:
        return replace(
            server_tls_profile(settings.minimum_tls, settings.maximum_tls), security_level=settings.security_level
        )

    def context(*made_of: object, **how: object) -> ServerContext:
        return ServerContext(*made_of, **how, check_crl=settings.check_crl)  # type: ignore[arg-type]

    with patch.object(callmanager, "server_tls_profile", policy), patch.object(callmanager, "ServerContext", context):
        async with trio.open_nursery() as nursery:
            service.start(nursery)
            file = PhoneFile(
                (Member(HERE, secured_ethernet_phone_port=service.server.port),),
                device_security_mode=phone.mode,
                vendor_config=replace(PhoneFile((Member(HERE),)).vendor_config, tls12_only=phone.tls12_only),
            )
            hardware = hardware_of(phone, record)
            attempt = RegistrationAttempt(hardware, PhoneTrust(hardware), file, LastOutOfService.TCP_TIMEOUT)
            session = await attempt.run(None)
            if isinstance(session, RegisteredSession):
                await session.stream.aclose()
            await service.stop()
            nursery.cancel_scope.cancel()
    assert isinstance(session, RegisteredSession) is bool(record.of(DeviceRegistered))


# CAPF


class OneOperation:
    """A cluster's database with one phone in it."""

    def __init__(self, pending: PendingOperation) -> None:
        self._pending = pending
        self.statuses: list[Conclusion] = []

    def pending(self, device_name: str) -> PendingOperation | None:
        return self._pending if device_name == self._pending.device_name else None

    def conclude(self, conclusion: Conclusion) -> None:
        self.statuses.append(conclusion)


async def at_capf(phone: FleetPhone, settings: Settings, record: KeptEvents) -> None:
    assert settings.identity is not None
    operations = OneOperation(
        PendingOperation(
            phone.device_name,
            MODELS[phone.model].product,
            CertificateOperation.TROUBLESHOOT,
            phone.mode_at_capf,
        )
    )
    offer = replace(capf_tls(settings.minimum_tls, settings.maximum_tls), security_level=settings.security_level)
    service = CapfService(
        context=ServerContext(settings.identity, offer),
        trust=settings.trust,
        operations=operations,
        issuer=CapfIssuer(Authority(settings.identity), record.journal.clock),
        emitter=record.journal.emitter(SERVICE),
    )
    listener = Listener(HERE, 0)
    file = PhoneFile(
        (Member(HERE),),
        capf_auth_mode=phone.mode_at_capf,
        capf_list=(CapfServer(HERE, listener.port),),
    )
    async with trio.open_nursery() as nursery:
        nursery.start_soon(service.serve, listener)
        hardware = hardware_of(phone, record)
        await enrol(hardware, PhoneTrust(hardware), file, "", None)
        nursery.cancel_scope.cancel()


# 802.1X


async def authenticate(phone: FleetPhone, record: KeptEvents, server: RadiusServer) -> None:
    """The phone on its cable, the switch port, and whoever that asks; returns when the phone knows how it ended."""
    cable, hardware = Cable(), hardware_of(phone, record)
    hardware.dot1x = Dot1x(cable.phone, trusted_servers=phone.dot1x_trusted_servers)
    over = trio.Event()

    def listen(event: Event) -> None:
        if isinstance(event, Dot1xFailed | Dot1xSucceeded):
            over.set()

    record.journal.subscribe(listen)
    async with trio.open_nursery() as nursery:
        port = SwitchPort(
            "GigabitEthernet1/0/1",
            cable.switch,
            record.journal.emitter("switch"),
            mac=bytes.fromhex("02000000aa01"),
            address=HERE,
            server=server,
        )
        nursery.start_soon(port.run)
        supplicant = Supplicant(hardware, lambda event: None)
        nursery.start_soon(supplicant.run)
        started = PhoneStarted(device_name=phone.device_name, model="", load="")
        supplicant.restart(hardware.emitter.emit(started))
        with trio.fail_after(60):
            await over.wait()
        nursery.cancel_scope.cancel()


async def at_authentication_server(phone: FleetPhone, settings: Settings, record: KeptEvents) -> None:
    assert settings.identity is not None
    read = ServerSettings(
        settings.identity,
        settings.trust,
        {HERE: NetworkDevice("switch", SECRET)},
        replace(eap_tls(settings.minimum_tls), security_level=settings.security_level),
        check_crl=settings.check_crl,
        check_identity=settings.checks_names,
    )
    async with trio.open_nursery() as nursery:
        socket = UdpSocket(HERE)
        nursery.start_soon(AuthenticationServer(read, record.journal.emitter(SERVICE)).serve, socket)
        await authenticate(phone, record, RadiusServer(HERE, SECRET, socket.port))
        nursery.cancel_scope.cancel()
        socket.close()
    assert bool(record.of(Dot1xSucceeded)) is bool(record.of(AuthenticationPassed))


# VPN


async def at_gateway(phone: FleetPhone, settings: Settings, record: KeptEvents) -> None:
    assert settings.identity is not None
    gateway = VpnGateway(
        GatewaySettings(
            settings.identity,
            (TunnelGroup("phones", "/phones"),),
            (HERE,),
            replace(gateway_tls(settings.minimum_tls), security_level=settings.security_level),
            check_crl=settings.check_crl,
        ),
        Trustpoints([settings.trust]),
        record.journal.emitter(SERVICE),
        address=HERE,
        port=0,
        host=HOST,
    )
    async with trio.open_nursery() as nursery:
        gateway.start(nursery)
        url = gateway.url
        own = settings.identity.certificate.public_bytes(Encoding.DER)
        group = VpnGroup((url,), phone.vpn_group.cert_hashes if phone.vpn_group else (certificate_hash(own),))
        reached = await GatewayAttempt(hardware_of(phone, record), group, 1, "").run(None)
        if not isinstance(reached, Event):
            await reached.stream.aclose()
        await gateway.stop()
        nursery.cancel_scope.cancel()


AT: dict[ServiceKind, Callable[[FleetPhone, Settings, KeptEvents], Awaitable[None]]] = {
    ServiceKind.CALLMANAGER: at_callmanager,
    ServiceKind.CAPF: at_capf,
    ServiceKind.DOT1X: at_authentication_server,
    ServiceKind.VPN: at_gateway,
}


def really(kind: ServiceKind, phone: FleetPhone, settings: Settings, at: datetime) -> Outcome:
    """What becomes of that phone at that service, over sockets; timers of either end cost nothing."""
    record = KeptEvents(now=at)
    with virtual_time() as clock:
        trio.run(AT[kind], phone, settings, record, clock=clock)
    return happened(kind, record.events, phone.device_name, SERVICE)
