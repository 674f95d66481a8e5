"""The lab's phones and the lab's own VPN gateway: they meet on the wire only, and say the same of what happened there."""

from __future__ import annotations

from typing import Any

import pytest
import trio
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from trio.testing import MockClock

from cisco_data.models import MODELS
from edge_sim.vpn_gateway.events import (
    ClientCertificateMissing,
    ClientCertificateRefused,
    ClientCertificateValidated,
    TunnelEstablished,
    VpnSessionEnded,
)
from edge_sim.vpn_gateway.service import VpnGateway
from edge_sim.vpn_gateway.settings import GatewaySettings, TunnelGroup
from edge_sim.vpn_gateway.trustpoints import Trustpoints
from lab.testing import AUTHORITY_SUBJECT
from phone_sim.boot import BootState
from phone_sim.events import PhoneRegistered
from phone_sim.vpn.events import VpnConnected, VpnEnded, VpnFailed, VpnFailure, VpnGatewayFailed
from phone_sim.vpn.settings import VpnSettings
from pki import Identity, TrustStore, callmanager_identity
from wire.phone_file import VpnGroup, certificate_hash
from wire.tls import AlertDescription, TlsProfile, TlsVersion, VerifyCode
from wire.tunnel import TunnelEnd

Lab = Any
HOST = "vpn.example.com"


class Site:
    """A gateway on an address of its own, and phones at home that have it in their file."""

    def __init__(self, lab: Lab, trusted: dict[str, x509.Certificate], **how: Any) -> None:
        self.lab = lab
        self.address = lab.block.server()
        self.identity: Identity = callmanager_identity(
            keys=lab.keys,
            subject=AUTHORITY_SUBJECT,
            host_name=HOST,
            not_before=lab.journal.clock.now().replace(month=1),
        )
        settings = GatewaySettings(
            self.identity,
            (TunnelGroup("phones", "/phones"),),
            tuple(f"127.126.0.{number}" for number in range(1, 20)),
            **how,
        )
        trustpoints = Trustpoints(TrustStore(name, [certificate]) for name, certificate in trusted.items())
        self.gateway = VpnGateway(settings, trustpoints, lab.journal.emitter("gateway"), address=self.address)
        self.gateway.start(lab.nursery)

    def phone(self, path: str = "/phones", *, lsc: bool = False, lsc_of: str = "hq", **how: Any) -> Any:
        phone = self.lab.phone(how.pop("model", "8861"), on=False, **how)
        digest = certificate_hash(self.identity.certificate.public_bytes(Encoding.DER))
        group = VpnGroup((f"https://{HOST}{path}",), (digest,))
        phone.flash.vpn = VpnSettings(group, enabled=True)
        phone._hardware.resolve = {HOST: self.address}.get
        for there in self.lab.clusters.values():
            there.cluster.vpn_groups["Home office"] = group
            there.cluster.assigned_vpn_groups[phone.device_name] = "Home office"
        if lsc:
            phone.flash.install_lsc(self.lab.lsc_for(phone, lsc_of))
        phone.power_on(self.lab.power)
        return phone


@pytest.mark.trio
@pytest.mark.parametrize("model", ["7965", "8861"])
@pytest.mark.parametrize("kind", ["LSC", "MIC"])
async def test_a_phone_registers_with_callmanager_through_the_gateway(
    lab: Lab, model: str, kind: str, autojump_clock: MockClock
) -> None:
    hq = lab.cluster()
    roots = lab.manufacturing.default_ca_list()
    trusted = {f"Cisco {number}": root for number, root in enumerate(roots)} if kind == "MIC" else {}
    site = Site(lab, trusted or {"CAPF": hq.authority.certificate})
    phone = site.phone(model=model, lsc=kind == "LSC")
    await lab.registered(phone)
    connected, established = lab.one(phone, VpnConnected), lab.one("gateway", TunnelEstablished)
    assert connected.kind == kind
    assert (connected.address, connected.connection) == (established.assigned_address, established.connection)
    assert established.user == f"CP-{MODELS[model].product}-{phone.device_name}"
    assert established.hostname == phone.device_name
    assert lab.one("gateway", ClientCertificateValidated).user == established.user
    registered = lab.one(phone, PhoneRegistered)
    assert registered.connection.startswith(connected.address), "CallManager sees the address in the tunnel"
    outside = [each for each in lab.cables[phone.device_name].opened if each.local_address != connected.address]
    assert [each.peer_address for each in outside] == [site.address]


@pytest.mark.trio
async def test_an_lsc_of_a_capf_that_is_no_trustpoint_is_refused_on_both_ends_for_one_reason(
    lab: Lab, autojump_clock: MockClock
) -> None:
    hq, _ = lab.cluster(), lab.cluster("old")
    site = Site(lab, {"CAPF": hq.authority.certificate})
    phone = site.phone(lsc=True, lsc_of="old")
    await lab.reaches(phone, BootState.BACKING_OFF)
    await lab.until(lambda: lab.of("gateway", ClientCertificateRefused))
    failed, refused = lab.of(phone, VpnGatewayFailed)[0], lab.of("gateway", ClientCertificateRefused)[0]
    assert failed.failure is VpnFailure.TLS_REFUSED
    assert failed.alert == refused.alert == AlertDescription.UNKNOWN_CA
    assert refused.verify_code == VerifyCode.UNABLE_TO_GET_ISSUER_CERT_LOCALLY
    assert failed.kind == "LSC"

    site.gateway.change_trust(lab.clusters["old"].authority.certificate, trusted=True)
    await lab.until(lambda: phone.tunnel is not None)


@pytest.mark.trio
async def test_a_phone_without_a_certificate_is_let_in_by_tls_and_refused_by_http(
    lab: Lab, autojump_clock: MockClock
) -> None:
    hq = lab.cluster()
    site = Site(lab, {"CAPF": hq.authority.certificate})
    phone = site.phone(mic=False)
    await lab.reaches(phone, BootState.BACKING_OFF)
    await lab.until(lambda: lab.of("gateway", ClientCertificateMissing))
    failed = lab.of(phone, VpnGatewayFailed)[0]
    assert (failed.failure, failed.status, failed.kind) == (VpnFailure.LOGIN_REFUSED, 401, "")
    assert lab.of("gateway", ClientCertificateMissing)


@pytest.mark.trio
async def test_a_gateway_without_the_licence_for_phones_says_403(lab: Lab, autojump_clock: MockClock) -> None:
    hq = lab.cluster()
    site = Site(lab, {"CAPF": hq.authority.certificate}, phone_licence=False)
    phone = site.phone(lsc=True)
    await lab.until(lambda: lab.of(phone, VpnFailed))
    assert lab.of(phone, VpnGatewayFailed)[0].failure is VpnFailure.FORBIDDEN


@pytest.mark.trio
async def test_a_path_that_is_no_tunnel_group_is_not_found(lab: Lab, autojump_clock: MockClock) -> None:
    hq = lab.cluster()
    site = Site(lab, {"CAPF": hq.authority.certificate})
    phone = site.phone("/elsewhere", lsc=True)
    await lab.until(lambda: lab.of(phone, VpnFailed))
    assert lab.of(phone, VpnGatewayFailed)[0].status in (401, 404)


@pytest.mark.trio
async def test_a_tls_1_3_phone_learns_of_the_refusal_from_its_first_read(lab: Lab, autojump_clock: MockClock) -> None:
    hq, _ = lab.cluster(), lab.cluster("old")
    tls = TlsProfile(TlsVersion.TLSv1_2, TlsVersion.TLSv1_3)
    site = Site(lab, {"CAPF": hq.authority.certificate}, tls=tls)
    phone = site.phone(model=MODELS["8861"].with_tls(tls), lsc=True, lsc_of="old")
    await lab.reaches(phone, BootState.BACKING_OFF)
    failed = lab.of(phone, VpnGatewayFailed)[0]
    assert (failed.failure, failed.alert) == (VpnFailure.TLS_REFUSED, AlertDescription.UNKNOWN_CA)


@pytest.mark.trio
async def test_a_gateway_that_is_restarted_takes_the_phone_back_after_a_new_login(
    lab: Lab, autojump_clock: MockClock
) -> None:
    hq = lab.cluster()
    site = Site(lab, {"CAPF": hq.authority.certificate})
    phone = site.phone(lsc=True)
    await lab.registered(phone)
    await site.gateway.stop()
    await lab.until(lambda: lab.of(phone, VpnEnded))
    assert lab.of(phone, VpnEnded)[0].how is TunnelEnd.TERMINATE
    site.gateway.start(lab.nursery)
    await lab.until(lambda: len(lab.of(phone, VpnConnected)) == 2)
    await lab.registered(phone)
    assert not lab.of(phone, VpnConnected)[1].resumed


@pytest.mark.trio
async def test_a_broken_line_brings_the_phone_back_with_its_cookie(lab: Lab, autojump_clock: MockClock) -> None:
    hq = lab.cluster()
    site = Site(lab, {"CAPF": hq.authority.certificate})
    phone = site.phone(lsc=True)
    await lab.registered(phone)
    lab.cables[phone.device_name].opened[0]._sock.shutdown(2)
    await lab.until(lambda: len(lab.of(phone, VpnConnected)) == 2)
    await lab.registered(phone)
    assert lab.of(phone, VpnConnected)[1].resumed
    assert lab.of("gateway", TunnelEstablished)[1].reconnected
    assert not lab.of("gateway", VpnSessionEnded)


@pytest.mark.trio
async def test_an_idle_tunnel_stays_up(lab: Lab, autojump_clock: MockClock) -> None:
    hq = lab.cluster()
    site = Site(lab, {"CAPF": hq.authority.certificate})
    phone = site.phone(lsc=True)
    await lab.registered(phone)
    await trio.sleep(2 * 3600)
    assert not lab.of(phone, VpnEnded)
    assert phone.tunnel is not None
    assert lab.served(phone)
