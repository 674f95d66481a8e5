"""A small network for what-if: one cluster with its CAPF, one authentication server, one gateway, and phones to put into it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import pytest

from cisco_data import JUDGES, CertificateKind, DeviceSecurityMode, ServiceKind
from cisco_data.models import MODELS
from lab.base.failures import InvalidInput
from lab.fleet.model import Fleet, FleetPhone, FleetServer, Known, Settings
from lab.running.lab import key_pool
from lab.testing import AUTHORITY_SUBJECT, DEVICE, NOW, held_lsc, held_mic
from lab.whatif.classes import Gathered, Sorter
from lab.whatif.credential_factory import CredentialFactory
from lab.whatif.impact_report import Outcome
from lab.whatif.in_memory_handshake import HandshakeRunner, PhoneCredentials
from phone_sim.trust.servers import ListedServers
from pki import (
    RSA_2048,
    Authority,
    Identity,
    KeyRing,
    Manufacturing,
    TrustStore,
    callmanager_identity,
    capf_authority,
)
from wire.tls import Credential

SINCE = NOW - timedelta(days=300)


@dataclass
class Network:
    """Everybody's keys are the lab's own."""

    keys: KeyRing
    capf: Authority
    other_capf: Authority
    callmanager: Identity
    radius: Identity
    gateway: Identity
    manufacturing: Manufacturing

    @property
    def roots(self) -> list[Any]:
        return list(self.manufacturing.default_ca_list())

    def settings(self, kind: ServiceKind = ServiceKind.CALLMANAGER, **changes: Any) -> Settings:
        identity = {
            ServiceKind.CALLMANAGER: self.callmanager,
            ServiceKind.CAPF: self.capf.identity,
            ServiceKind.DOT1X: self.radius,
            ServiceKind.VPN: self.gateway,
        }[kind]
        return replace(Settings(TrustStore(f"{kind}", [*self.roots, self.capf.certificate]), identity), **changes)

    def lsc(self, issuer: Authority | None = None, device: str = DEVICE, model: str = "8861", **dates: Any) -> Identity:
        dates = {"not_before": SINCE, **dates}
        return held_lsc(issuer or self.capf, self.keys.take(RSA_2048), device, model=MODELS[model].product, **dates)

    def mic(self, device: str = DEVICE, model: str = "8861", authority: str = "") -> Identity:
        key = self.keys.take(RSA_2048)
        return held_mic(self.manufacturing, key, MODELS[model], device, authority=authority)

    def phone(
        self,
        device: str = DEVICE,
        model: str = "8861",
        *,
        lsc: Identity | None = None,
        mic: Identity | None = None,
        **changes: Any,
    ) -> FleetPhone:
        return replace(
            FleetPhone(
                device,
                model,
                MODELS[model].tls,
                "hq",
                DeviceSecurityMode.ENCRYPTED,
                Known(lsc.certificate, lsc.chain, lsc) if lsc is not None else None,
                Known(mic.certificate, mic.chain, mic) if mic is not None else None,
            ),
            **changes,
        )

    def server(self, kind: ServiceKind, settings: Settings | None = None, **changes: Any) -> FleetServer:
        in_cluster = kind in (ServiceKind.CALLMANAGER, ServiceKind.CAPF)
        name = f"{kind} of hq" if in_cluster else {ServiceKind.DOT1X: "ise", ServiceKind.VPN: "asa"}[kind]
        made = settings or self.settings(kind)
        return replace(FleetServer(kind, name, made, made, "hq" if in_cluster else "", "asa.example.com"), **changes)

    def fleet(self, *phones: FleetPhone, servers: tuple[FleetServer, ...] = ()) -> Fleet:
        here = servers or tuple(self.server(kind) for kind in JUDGES)
        identities = (
            self.capf.identity,
            self.other_capf.identity,
            *(authority.identity for authority in self.manufacturing.made),
        )
        held = [certificate for server in here for certificate in server.configured.trust]
        certificates = tuple(dict.fromkeys([*(identity.certificate for identity in identities), *held]))
        return Fleet(
            NOW,
            {server.name: server for server in here},
            phones,
            certificates,
            identities,
            {"hq": self.capf.certificate},
        )


@cache
def make_network() -> Network:
    keys = key_pool().ring()
    octets = iter(range(1, 1 << 30))

    def counted(size: int) -> bytes:
        return next(octets).to_bytes(size)

    def server(host: str) -> Identity:
        return callmanager_identity(
            keys=keys, subject=AUTHORITY_SUBJECT, host_name=host, not_before=SINCE, octets=counted
        )

    return Network(
        keys,
        capf_authority(keys=keys, subject=AUTHORITY_SUBJECT, not_before=SINCE, octets=counted),
        capf_authority(keys=keys, subject={**AUTHORITY_SUBJECT, "O": "Other"}, not_before=SINCE, octets=counted),
        server("hq-pub"),
        server("ise.example.com"),
        server("asa.example.com"),
        Manufacturing(keys, counted),
    )


@pytest.fixture
def network() -> Network:
    """A fresh ring of keys each time, so that no test takes more than a few."""
    return replace(make_network(), keys=key_pool().ring())


def said_of(ask: Callable[[], object]) -> str | None:
    """What is said of it where it is refused; any other exception is a bug."""
    try:
        ask()
    except InvalidInput as error:
        return str(error)
    return None


Try = Callable[..., Outcome]


@pytest.fixture
def attempt(network: Network) -> Try:
    """One attempt of a phone that holds these."""

    def go(
        kind: ServiceKind,
        *,
        lsc: Identity | None = None,
        mic: Identity | None = None,
        settings: Settings | None = None,
        certificate: CertificateKind | None = None,
        runner: HandshakeRunner | None = None,
        model: str = "8861",
        listed: ListedServers | None = None,
        refuses: bool = True,
        **changes: Any,
    ) -> Outcome:
        phone = network.phone(model=model, lsc=lsc, mic=mic, **changes)
        credentials = PhoneCredentials(
            phone, Credential(lsc) if lsc is not None else None, Credential(mic) if mic is not None else None
        )
        server = network.server(kind)
        return (runner or HandshakeRunner(NOW)).attempt(
            credentials,
            server.name,
            kind,
            settings or network.settings(kind),
            certificate,
            host=server.host,
            listed=listed,
            refuses=refuses,
        )

    return go


def gather(network: Network, fleet: Fleet, moments: Sequence[datetime] = (NOW,), *, apart: Any = ()) -> Gathered:
    """All phones of a fleet in classes."""
    sorter = Sorter(fleet, moments, CredentialFactory(fleet, network.keys).rekeyed, apart=apart)
    for phone in fleet.phones:
        sorter.add(phone)
    return sorter.gathered()
