"""What else than a bad chain a phone can fail by: names, versions, suites, lists, keys, each at every profile that looks at it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from cisco_data import JUDGES, AuthenticationMode, DeviceSecurityMode, ServiceKind
from cisco_data.models import TLS_1_0, TLS_1_2, TLS_1_3
from lab.fleet.model import FleetPhone, Settings
from pki import Identity, KeySpec, TrustStore, device_common_name, name, profiles
from tests.whatif.conftest import DEVICE, NOW, SINCE, Network
from tests.whatif.made_trust import held
from tests.whatif_parity.conftest import Case, facts, foretold, own_network, ring_apart
from tests.whatif_parity.real_services import really
from wire.phone_file import VpnGroup, certificate_hash
from wire.tls import TlsVersion

Made = tuple[FleetPhone, dict[str, Any]]
"""A phone, and what is different in the settings of the service."""
OTHER = "SEPFFEEDDCCBBAA"
OFFERS = {"1.0": TLS_1_0, "1.2": TLS_1_2, "1.3": TLS_1_3}


def bearing(network: Network, subject: Any, key: KeySpec = KeySpec("RSA", 2048), **how: Any) -> Identity:  # noqa: B008
    """A certificate of the cluster's CAPF with any subject."""
    private = network.keys.take(key)
    end = NOW + timedelta(days=100)
    made = network.capf.issue(
        profiles.LSC, subject=subject, public_key=private.public_key(), not_before=SINCE, not_after=end, **how
    )
    return Identity(private, made)


def gateway_hash(network: Network, *, right: bool, host: str = "asa.example.com") -> VpnGroup:
    der = network.gateway.certificate.public_bytes(Encoding.DER)
    return VpnGroup((f"https://{host}/phones",), (certificate_hash(der if right else b"another"),))


def lists(network: Network, *servers: Identity) -> dict[str, Any]:
    store = TrustStore("trust list", [server.certificate for server in servers])
    return {"lists": held(*store), "dot1x_trusted_servers": store}


CASES: dict[str, Callable[[Network], Made]] = {
    "LSC": lambda net: (net.phone(lsc=net.lsc()), {}),
    "MIC": lambda net: (net.phone(mic=net.mic()), {}),
    "a MIC signed with SHA-1": lambda net: (net.phone(model="7965", mic=net.mic(model="7965")), {}),
    "both": lambda net: (net.phone(lsc=net.lsc(), mic=net.mic()), {}),
    "another CAPF's LSC beside a MIC": lambda net: (net.phone(lsc=net.lsc(net.other_capf), mic=net.mic()), {}),
    "the same with Precedence to MIC": lambda net: (
        net.phone(lsc=net.lsc(net.other_capf), mic=net.mic(), capf_mode=AuthenticationMode.BY_EXISTING_CERTIFICATE_MIC),
        {},
    ),
    "Precedence to MIC without a MIC": lambda net: (
        net.phone(lsc=net.lsc(), capf_mode=AuthenticationMode.BY_EXISTING_CERTIFICATE_MIC),
        {},
    ),
    "no certificate": lambda net: (net.phone(), {}),
    "another device's LSC": lambda net: (net.phone(lsc=net.lsc(device=OTHER)), {}),
    "another device's LSC where names are checked": lambda net: (
        net.phone(lsc=net.lsc(device=OTHER)),
        {"checks_names": True},
    ),
    "its LSC where names are checked": lambda net: (net.phone(lsc=net.lsc()), {"checks_names": True}),
    "another model in the LSC where names are checked": lambda net: (
        net.phone(lsc=net.lsc(model="7965")),
        {"checks_names": True},
    ),
    "a CN in lower case": lambda net: (
        net.phone(lsc=bearing(net, name(("CN", device_common_name("8861", DEVICE).lower())))),
        {"checks_names": True},
    ),
    "a subject without a CN": lambda net: (net.phone(lsc=bearing(net, name(("O", "Lab")))), {"checks_names": True}),
    "an LSC on P-256": lambda net: (net.phone(lsc=bearing(net, _own(), KeySpec("EC", 256))), {}),
    "an LSC on P-384": lambda net: (net.phone(lsc=bearing(net, _own(), KeySpec("EC", 384))), {}),
    "an LSC on P-521": lambda net: (net.phone(lsc=bearing(net, _own(), KeySpec("EC", 521))), {}),
    "an LSC of 512 bits": lambda net: (net.phone(lsc=bearing(net, _own(), KeySpec("RSA", 512))), {}),
    "an LSC of 4096 bits": lambda net: (net.phone(lsc=bearing(net, _own(), KeySpec("RSA", 4096))), {}),
    "an LSC on P-384 of a TLS 1.0 phone": lambda net: (
        net.phone(model="7965", lsc=bearing(net, _own("7965G"), KeySpec("EC", 384))),
        {},
    ),
    "an Authenticated profile": lambda net: (net.phone(lsc=net.lsc(), mode=DeviceSecurityMode.AUTHENTICATED), {}),
    "an Authenticated profile and a minimum of TLS 1.2": lambda net: (
        net.phone(lsc=net.lsc(), mode=DeviceSecurityMode.AUTHENTICATED),
        {"minimum_tls": TlsVersion.TLSv1_2},
    ),
    "an Authenticated profile and a minimum of TLS 1.3": lambda net: (
        net.phone(lsc=net.lsc(), mode=DeviceSecurityMode.AUTHENTICATED),
        {"minimum_tls": TlsVersion.TLSv1_3},
    ),
    "an Encrypted profile and nothing but NULL-SHA to offer": lambda net: (
        net.phone(lsc=net.lsc(), tls=replace(TLS_1_2, ciphers=("NULL-SHA",))),
        {},
    ),
    "tls12Only": lambda net: (net.phone(lsc=net.lsc(), tls12_only=True), {}),
    "tls12Only and Authenticated": lambda net: (
        net.phone(lsc=net.lsc(), tls12_only=True, mode=DeviceSecurityMode.AUTHENTICATED),
        {},
    ),
    **{
        f"TLS {offer} and a minimum of {minimum}": lambda net, offer=offer, minimum=minimum: (  # type: ignore[misc]
            net.phone(lsc=net.lsc(), tls=OFFERS[offer]),
            {"minimum_tls": minimum},
        )
        for offer in OFFERS
        for minimum in TlsVersion
    },
    "a trust list without the server": lambda net: (
        net.phone(lsc=net.lsc(), **lists(net, net.gateway)),
        {},
    ),
    "a trust list without the server, on TLS 1.3": lambda net: (
        net.phone(lsc=net.lsc(), tls=TLS_1_3, **lists(net, net.gateway)),
        {},
    ),
    "a trust list with the server": lambda net: (
        net.phone(lsc=net.lsc(), **lists(net, net.callmanager, net.capf.identity, net.radius)),
        {},
    ),
    "an empty trust list": lambda net: (net.phone(lsc=net.lsc(), **lists(net)), {}),
    "a distrusted server and a distrusted phone": lambda net: (
        net.phone(lsc=net.lsc(net.other_capf), **lists(net, net.gateway)),
        {},
    ),
    "the gateway's hash": lambda net: (net.phone(lsc=net.lsc(), vpn_group=gateway_hash(net, right=True)), {}),
    "another hash": lambda net: (net.phone(lsc=net.lsc(), vpn_group=gateway_hash(net, right=False)), {}),
    "another hash and no certificate": lambda net: (net.phone(vpn_group=gateway_hash(net, right=False)), {}),
    "an empty store": lambda net: (net.phone(lsc=net.lsc(), mic=net.mic()), {"trust": TrustStore("empty")}),
    "security level 2": lambda net: (net.phone(lsc=net.lsc()), {"security_level": 2}),
}


def _own(product: str = "8861") -> Any:
    return name(("O", "Lab"), ("CN", device_common_name(product, DEVICE)))


def case_of(what: str, kind: ServiceKind) -> Case:
    network = own_network()
    phone, changes = CASES[what](network)
    settings: Settings = replace(network.settings(kind), **changes)
    authorities = (network.capf, network.other_capf, *network.manufacturing.made)
    identities = tuple(authority.identity for authority in authorities)
    return Case(kind, phone, settings, tuple(each.certificate for each in identities), identities)


@pytest.mark.parametrize("kind", JUDGES)
@pytest.mark.parametrize("what", CASES)
def test_what_if_foretells_what_happens_over_sockets(what: str, kind: ServiceKind) -> None:
    case = case_of(what, kind)
    happened = facts(really(kind, case.phone, case.settings, NOW))
    for by_rekeyed in (False, True):
        if by_rekeyed and case.phone.lists is not None:
            continue  # whom phones trust is in no export
        said = foretold(case, ring_apart(), by_rekeyed=by_rekeyed)
        assert said.outcome is not None, said.why_not
        assert facts(said.outcome) == happened
        assert said.as_it_likes == said.outcome
