"""Every mishap at every profile on every TLS version: what-if, with the certificate and re-keyed, says what sockets say."""

from __future__ import annotations

import pytest

from cisco_data import JUDGES, DeviceSecurityMode, ServiceKind
from lab.fleet.model import FleetPhone
from pki import TrustStore
from pki.mishaps import MISHAPS, MishapParties, Presented
from tests.whatif_parity.conftest import (
    DEVICE,
    MODEL,
    NOW,
    Case,
    facts,
    foretold,
    of_lab,
    own_network,
    ring_apart,
)
from tests.whatif_parity.real_services import really
from wire.tls import TlsProfile, TlsVersion

VERSIONS = [TlsVersion.TLSv1, TlsVersion.TLSv1_2, TlsVersion.TLSv1_3]
SUITES = ("ECDHE-RSA-AES256-GCM-SHA384", "AES256-SHA", "AES128-SHA")


def presented_by(name: str) -> tuple[Presented, MishapParties]:
    network = own_network()
    trust = TrustStore("CallManager-trust", [network.capf.certificate])
    cast = MishapParties(keys=network.keys, issuer=network.capf, now=NOW, device_name=DEVICE, model=MODEL, trust=trust)
    return (cast.healthy() if name == "healthy" else MISHAPS[name].build(cast)), cast


def case_of(name: str, kind: ServiceKind, version: TlsVersion) -> Case:
    network, (presented, cast) = own_network(), presented_by(name)
    phone = FleetPhone(
        DEVICE,
        MODEL,
        TlsProfile(version, version, SUITES),
        "hq",
        DeviceSecurityMode.ENCRYPTED,
        of_lab(presented.identity),
    )
    settings = network.settings(
        kind, trust=presented.trust, check_crl=presented.check_crl, security_level=presented.security_level
    )
    return Case(kind, phone, settings, (cast.issuer.certificate,), (cast.issuer.identity,))


@pytest.mark.parametrize("version", VERSIONS, ids=str)
@pytest.mark.parametrize("kind", JUDGES)
@pytest.mark.parametrize("name", ["healthy", *MISHAPS])
def test_what_if_foretells_what_happens_over_sockets(name: str, kind: ServiceKind, version: TlsVersion) -> None:
    case = case_of(name, kind, version)
    happened = facts(really(kind, case.phone, case.settings, NOW))
    for by_rekeyed in (False, True):
        said = foretold(case, ring_apart(), by_rekeyed=by_rekeyed)
        assert said.outcome is not None, said.why_not
        assert facts(said.outcome) == happened
        assert said.rekeyed or not by_rekeyed
