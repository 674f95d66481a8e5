"""A phone's supplicant, a cable, a switch port, and the server that answers the port: each test takes of it what it needs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import trio

from cisco_data.models import MODELS, PhoneModel
from edge_sim.authentication_server.service import AuthenticationServer
from edge_sim.authentication_server.settings import NetworkDevice, ServerSettings
from edge_sim.authenticator import RadiusServer, SwitchPort
from journal import Clock, Event, Journal
from lab.testing import AUTHORITY_SUBJECT, DEVICE, NOW, KeptEvents, held_lsc, held_mic
from phone_sim.contexts import ClientContexts
from phone_sim.events import PhoneStarted
from phone_sim.flash import Flash
from phone_sim.hardware import Hardware
from phone_sim.network import TftpAddress
from phone_sim.supplicant.settings import Dot1x
from phone_sim.supplicant.supplicant import Supplicant
from pki import (
    RSA_2048,
    Authority,
    Identity,
    KeyPool,
    KeyRing,
    KeySpec,
    Manufacturing,
    TrustStore,
    callmanager_identity,
    capf_authority,
    company_authority,
)
from wire.cable import Cable, Link
from wire.eap import Eap, EapCode, pull_eap_untrusted, push_eap
from wire.eapol import ETHERTYPE, PAE_GROUP, Eapol, EapolType, pull_eapol_untrusted, push_eapol
from wire.ethernet import Frame, pull_frame_untrusted, push_frame
from wire.tls import TlsProfile, TlsVersion
from wire.udp import UdpSocket

PHONE_MAC = bytes.fromhex("001122334455")
SWITCH_MAC = bytes.fromhex("02000000aa01")
SECRET = b"radius secret"
NOWHERE = "127.77.66.1"
"""Where the port asks from, and where the server of these tests is."""
LEVEL_0 = ("ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-ECDSA-AES256-GCM-SHA384", "AES256-SHA", "AES128-SHA")


class Pki:
    """Every certificate that these tests present or trust."""

    def __init__(self, keys: KeyRing, now: datetime) -> None:
        self.keys, self.now = keys, now.replace(microsecond=0)
        started = self.now - timedelta(days=900)
        self.cisco = Manufacturing(keys)
        self.company = company_authority(keys=keys, subject=AUTHORITY_SUBJECT, not_before=started)
        self.capf = capf_authority(keys=keys, subject=AUTHORITY_SUBJECT, not_before=started)
        self.other_capf = capf_authority(
            keys=keys, subject=AUTHORITY_SUBJECT, not_before=started, name="CAPF-of-another-cluster"
        )
        self.server = callmanager_identity(
            keys=keys,
            subject=AUTHORITY_SUBJECT,
            host_name="ise.example.com",
            not_before=self.now - timedelta(days=100),
            issuer=self.company,
        )

    def mic(self, model: PhoneModel, key: KeySpec = RSA_2048) -> Identity:
        return held_mic(self.cisco, self.keys.take(key), model)

    def lsc(
        self,
        capf: Authority | None = None,
        *,
        device: str = DEVICE,
        key: KeySpec = RSA_2048,
        not_before: datetime | None = None,
        **how: Any,
    ) -> Identity:
        since = not_before or self.now - timedelta(days=200)
        return held_lsc(capf or self.capf, self.keys.take(key), device, not_before=since, **how)

    def trust(self, *more: Any) -> TrustStore:
        """CAPF's and Cisco's, as the FAQ says."""
        return TrustStore("trusted", (self.capf.certificate, *self.cisco.default_ca_list(), *more))


class Bench(KeptEvents):
    """One phone on one cable."""

    def __init__(self, nursery: trio.Nursery, pki: Pki, clock: Clock) -> None:
        super().__init__(Journal(clock))
        self.nursery, self.pki = nursery, pki
        self.frames: list[tuple[bytes, bytes, int, bytes]] = []
        self.cable = Cable(self)
        self.lost: list[Event] = []
        self._news = trio.Event()
        self.journal.subscribe(lambda event: self._news.set())

    def frame(self, source_mac: bytes, destination_mac: bytes, ethertype: int, payload: bytes) -> None:
        self.frames.append((source_mac, destination_mac, ethertype, payload))

    def phone(
        self,
        model: str | PhoneModel = "7965",
        *,
        mic: Identity | None = None,
        lsc: Identity | None = None,
        trusted: TrustStore | None = None,
        on: bool = True,
        **how: Any,
    ) -> Supplicant:
        made = MODELS[model] if isinstance(model, str) else model
        self.hardware = Hardware(
            made,
            Flash(DEVICE, mic=mic or self.pki.mic(made), lsc=lsc),
            None,  # type: ignore[arg-type]
            TftpAddress(NOWHERE),
            ClientContexts(),
            self.pki.keys.take,
            self.emitter(DEVICE),
            dot1x=Dot1x(self.cable.phone, trusted_servers=trusted, **how),
        )
        supplicant = Supplicant(self.hardware, self.lost.append)
        self.nursery.start_soon(supplicant.run)
        if on:
            self.power_on(supplicant)
        return supplicant

    def power_on(self, supplicant: Supplicant) -> None:
        started = PhoneStarted(device_name=DEVICE, model="7965", load="")
        supplicant.restart(self.hardware.emitter.emit(started))

    def port(self, server: RadiusServer | None = None, **how: Any) -> SwitchPort:
        port = SwitchPort(
            "GigabitEthernet1/0/1",
            self.cable.switch,
            self.emitter("switch"),
            mac=SWITCH_MAC,
            address=NOWHERE,
            server=server,
            **how,
        )
        self.nursery.start_soon(port.run)
        return port

    def server(
        self,
        trust: TrustStore | None = None,
        *,
        minimum: TlsVersion = TlsVersion.TLSv1,
        maximum: TlsVersion = TlsVersion.TLSv1_3,
        secret: bytes = SECRET,
        **how: Any,
    ) -> RadiusServer:
        """Our own authentication server, running."""
        settings = ServerSettings(
            self.pki.server,
            trust or self.pki.trust(),
            {NOWHERE: NetworkDevice("switch", SECRET)},
            TlsProfile(minimum, maximum, LEVEL_0),
            **how,
        )
        socket = UdpSocket(NOWHERE)
        server = AuthenticationServer(settings, self.emitter("ise"))

        async def serve() -> None:
            try:
                await server.serve(socket)
            finally:
                socket.close()

        self.nursery.start_soon(serve)
        return RadiusServer(NOWHERE, secret, socket.port, retransmit_after=5.0)

    async def switch(self) -> Link:
        """The switch's end of the cable, in the test's own hands."""
        self.cable.switch.up()
        with trio.fail_after(1):
            return await self.cable.switch.wait_link()

    async def until(self, condition: Callable[[], object], within: float = 3600) -> None:
        with trio.fail_after(within):
            while not condition():
                self._news = trio.Event()
                with trio.move_on_after(1):
                    await self._news.wait()

    def chain(self, event: Event) -> list[Event]:
        """The event and its causes."""
        found = [event]
        while found[-1].cause:
            found.append(self.events[found[-1].cause - 1])
        return found


def say(link: Link, packet: Eap, source: bytes = SWITCH_MAC, destination: bytes = PAE_GROUP) -> None:
    """An EAP packet onto the cable."""
    eapol = Eapol(EapolType.EAP_PACKET, push_eap(packet))
    link.send(push_frame(Frame(destination, source, ETHERTYPE, push_eapol(eapol))))


async def heard(link: Link, within: float = 1.0) -> Eap | EapolType:
    """What came next: an EAP packet, or another kind of EAPOL frame."""
    with trio.fail_after(within):
        frame = pull_frame_untrusted(await link.receive())
    assert frame.ethertype == ETHERTYPE
    eapol = pull_eapol_untrusted(frame.payload)
    return pull_eap_untrusted(eapol.body) if eapol.type == EapolType.EAP_PACKET else EapolType(eapol.type)


def request(identifier: int, kind: int, data: bytes = b"") -> Eap:
    return Eap(EapCode.REQUEST, identifier, kind, data)


OpenBench = Callable[..., AbstractAsyncContextManager[Bench]]


@pytest.fixture(scope="session")
def pool() -> KeyPool:
    pool = KeyPool()
    ring = pool.ring()
    ring.prepare({RSA_2048: 8})
    Manufacturing(ring).prepare()
    return pool


@pytest.fixture
def open_bench(pool: KeyPool) -> OpenBench:
    @asynccontextmanager
    async def open_it(start: datetime | None = NOW) -> AsyncIterator[Bench]:
        """`start` None: the host's own date and time, for tests with an independent program."""
        clock = Clock(tick=trio.current_time) if start is None else Clock(start, trio.current_time)
        async with trio.open_nursery() as nursery:
            yield Bench(nursery, Pki(pool.ring(), clock.now()), clock)
            nursery.cancel_scope.cancel()

    return open_it


@pytest.fixture
async def bench(open_bench: OpenBench) -> AsyncIterator[Bench]:
    async with open_bench() as opened:
        yield opened


def with_tls(model: str, minimum: TlsVersion, maximum: TlsVersion) -> PhoneModel:
    """The model with another range of TLS versions, and with the suites that EC certificates need."""
    made = MODELS[model]
    return made.with_tls(replace(made.tls, minimum=minimum, maximum=maximum, ciphers=LEVEL_0))
