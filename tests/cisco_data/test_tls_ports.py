"""TLS by port and minimum version as a table, held by real handshakes with what the services offer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from capf_sim.offer import capf_tls
from cisco_data import ServiceKind
from cisco_data.models import MODELS
from cisco_data.tls import CAPF, PORTS, VERSION_NUMBERED, TlsPort
from cucm_sim.profiles import server_tls_profile
from edge_sim.authentication_server import eap_tls
from edge_sim.vpn_gateway import gateway_tls
from journal import Clock, Journal
from lab.fleet.model import Settings
from lab.whatif.service_profiles import SERVICE_PROFILES
from pki import Identity, KeyPool, TrustStore, callmanager_identity
from wire.tls import ClientContext, ServerContext, TlsEngine, TlsProfile, TlsVersion
from wire.tls.in_memory import shake_hands

_SUITES = ("ECDHE-RSA-AES256-GCM-SHA384", "AES256-SHA", "AES128-SHA")
_FROM_1_0 = {"1.0": "1.0 1.1 1.2 1.3", "1.1": "1.1 1.2 1.3", "1.2": "1.2 1.3", "1.3": "1.3"}
_FROM_1_2 = {"1.0": "1.2 1.3", "1.1": "1.2 1.3", "1.2": "1.2 1.3", "1.3": "1.3"}
_UP_TO_1_2 = {"1.0": "1.0 1.1 1.2", "1.1": "1.1 1.2", "1.2": "1.2", "1.3": "1.3"}
PUBLISHED = {
    **dict.fromkeys((2443, 3804, 5061, 5090, 5091, 2445, 8443, 443), _FROM_1_0),
    **dict.fromkeys((6971, 6972, 9443), _FROM_1_2),
}
"""By port and minimum version, as Cisco's Security Guide of release 15 tabulates it."""
OFFERS: dict[str, tuple[ServiceKind, Callable[[TlsVersion], TlsProfile], dict[str, str]]] = {
    "CallManager": (ServiceKind.CALLMANAGER, server_tls_profile, _FROM_1_0),
    "CAPF": (ServiceKind.CAPF, capf_tls, _FROM_1_0),
    "authentication server": (ServiceKind.DOT1X, eap_tls, _FROM_1_0),
    "VPN gateway": (ServiceKind.VPN, gateway_tls, _UP_TO_1_2),
}


@pytest.fixture(scope="module")
def server() -> Identity:
    keys = KeyPool().ring()
    return callmanager_identity(
        keys=keys,
        subject={"C": "AU", "O": "x", "OU": "x", "ST": "x", "L": "x"},
        host_name="x",
        not_before=datetime(2026, 1, 1, tzinfo=UTC),
    )


def test_the_table_is_the_published_one() -> None:
    assert {port.port: {each: spoken(port, each) for each in VERSION_NUMBERED} for port in PORTS} == PUBLISHED


@pytest.mark.parametrize("minimum", VERSION_NUMBERED)
@pytest.mark.parametrize("name", OFFERS)
def test_what_listens_and_what_if_accept_exactly_the_versions_of_the_table(
    name: str, minimum: str, server: Identity
) -> None:
    kind, live, table = OFFERS[name]
    what_if = SERVICE_PROFILES[kind].offers(Settings(TrustStore("x"), server, VERSION_NUMBERED[minimum]))
    assert what_if == live(VERSION_NUMBERED[minimum])
    accepted = [version for version in VERSION_NUMBERED if negotiated(server, what_if, only(version)) == version]
    assert " ".join(accepted) == table[minimum]


@pytest.mark.parametrize("minimum", VERSION_NUMBERED)
@pytest.mark.parametrize(("model", "highest"), [("7965", "1.0"), ("7841", "1.2"), ("8861", "1.2")])
def test_a_phone_reaches_capf_as_long_as_the_minimum_is_not_above_its_own_highest(
    model: str, highest: str, minimum: str, server: Identity
) -> None:
    reached = negotiated(server, capf_tls(VERSION_NUMBERED[minimum]), MODELS[model].tls)
    assert reached == (highest if minimum <= highest else None)


def test_capf_is_in_the_table_by_its_port() -> None:
    assert (CAPF.port, spoken(CAPF, "1.3")) == (3804, "1.3")


def spoken(port: TlsPort, minimum: str) -> str:
    lowest, highest = port.versions(VERSION_NUMBERED[minimum])
    return " ".join(version.number for version in TlsVersion if lowest <= version <= highest)


def only(version: str) -> TlsProfile:
    return TlsProfile(VERSION_NUMBERED[version], VERSION_NUMBERED[version], _SUITES)


def negotiated(server: Identity, offered: TlsProfile, by_client: TlsProfile) -> str | None:
    """The version of a handshake in memory; None where there is none."""
    journal = Journal(Clock(tick=lambda: 0.0))
    client = TlsEngine(ClientContext(by_client), journal.emitter("client"))
    service = TlsEngine(ServerContext(server, offered), journal.emitter("server"))
    done = shake_hands(client, service)
    return next(
        (number for number, version in VERSION_NUMBERED.items() if done and str(version) == service.version), None
    )
