"""A judge asks once about a phone at settings of one content, whatever objects hold it, and anew about any other content."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509

from cisco_data import ServiceKind
from lab.fleet.model import Settings
from lab.whatif.credential_factory import CredentialFactory
from lab.whatif.judge import Judge
from pki import TrustStore, names_of
from tests.whatif.conftest import NOW, Network
from wire.tls import TlsVersion


def again(settings: Settings) -> Settings:
    """Other objects of the same content."""
    trust = TrustStore(settings.trust.name, settings.trust.certificates, settings.trust.crls)
    identity = replace(settings.identity) if settings.identity is not None else None
    return replace(settings, trust=trust, identity=identity)


def asked_about(network: Network, *settings: Settings) -> tuple[int, list[bool]]:
    """How many handshakes one phone with an LSC took at these in turn, and whether each accepted it."""
    phone = network.phone(lsc=network.lsc())
    servers = [network.server(ServiceKind.CALLMANAGER, each) for each in settings]
    fleet = network.fleet(phone)
    judge = Judge(CredentialFactory(fleet, network.keys))
    accepted = [judge.access(fleet, phone, server).accepted for server in servers]
    return judge.handshakes, accepted


def test_settings_of_the_same_content_are_asked_about_once(network: Network) -> None:
    settings = network.settings()
    assert asked_about(network, settings, again(settings), again(settings)) == (1, [True, True, True])


def others(network: Network) -> dict[str, Any]:
    """Another value of each field."""
    store = network.settings().trust
    return {
        "trust": TrustStore(store.name, network.roots),
        "identity": network.radius,
        "minimum_tls": TlsVersion.TLSv1_2,
        "ciphers": ("AES256-SHA",),
        "check_crl": True,
        "checks_names": True,
        "security_level": 1,
        "maximum_tls": TlsVersion.TLSv1_2,
        "presents": network.radius.certificate,
    }


@pytest.mark.parametrize("name", [each.name for each in fields(Settings)])
def test_any_other_content_is_asked_about_by_itself(name: str, network: Network) -> None:
    settings = network.settings()
    other = replace(settings, **{name: others(network)[name]})
    handshakes, accepted = asked_about(network, settings, other, again(settings), again(other))
    assert handshakes == 2
    assert accepted[:2] == accepted[2:]
    assert accepted[0]
    assert asked_about(network, other) == (1, [accepted[1]])


def test_a_revocation_list_is_part_of_the_content(network: Network) -> None:
    mic = network.mic()
    assert isinstance(mic.certificate, x509.Certificate)
    issuer = network.manufacturing[names_of(mic.certificate).issuer.cn]
    year = {"this_update": NOW - timedelta(days=1), "next_update": NOW + timedelta(days=365)}
    lists = [issuer.crl(revoked, **year) for revoked in ([], [mic.certificate.serial_number])]
    phone = network.phone(mic=mic)
    fleet = network.fleet(phone)
    judge = Judge(CredentialFactory(fleet, network.keys))
    trusts = [TrustStore("CallManager-trust", network.roots, [each]) for each in lists]
    made = [network.settings(check_crl=True, trust=trust) for trust in trusts]
    servers = [network.server(ServiceKind.CALLMANAGER, each) for each in (*made, *map(again, made))]
    assert [judge.access(fleet, phone, server).accepted for server in servers] == [True, False, True, False]
    assert judge.handshakes == 2
