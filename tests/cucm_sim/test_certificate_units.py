"""Each certificate of a node is renewed by one table: its key, its name, its copies, and what an administrator has to restart."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from cisco_data import CertificateUnit, ClusterSecurityMode, StoreName
from cisco_data.new_certificates import SERVICE_OF_UNIT
from cisco_data.release_table import release_named
from cisco_data.trust_store_copies import COPIED_TO
from cucm_sim import certificate_management as management
from cucm_sim.administration import AdministrationError, upload_trust
from cucm_sim.certificate_events import CertificateRegenerated, SignedCertificateInstalled
from cucm_sim.certificate_units import UNIT_RULES, lifetime, other_units
from cucm_sim.cluster import Cluster
from cucm_sim.events import TrustChanged
from cucm_sim.node import NodeSettings
from pki import Authority, Certificate, KeyPool, KeyRing, capf_authority, company_authority, node_identity
from tests.cucm_sim.conftest import SINCE

SUBJECT = {"O": "Lab", "OU": "Voice", "C": "AU"}
OTHERS = [unit for unit in UNIT_RULES if unit not in (CertificateUnit.CALLMANAGER, CertificateUnit.CAPF)]


@pytest.fixture
def keys() -> KeyRing:
    return KeyPool().ring()


@pytest.fixture
def company(keys: KeyRing) -> Authority:
    return company_authority(keys=keys, subject={"O": "Company"}, not_before=SINCE)


@pytest.fixture
def cluster(notebook: Any, keys: KeyRing) -> Cluster:
    """Two nodes: ITLRecovery is the publisher's."""

    def own(unit: str, host_name: str) -> Any:
        return node_identity(unit, keys=keys, subject=SUBJECT, host_name=host_name, not_before=SINCE)

    subscriber = [unit for unit in OTHERS if unit != CertificateUnit.ITL_RECOVERY]
    return Cluster(
        "new",
        notebook.journal,
        address="127.0.0.1",
        callmanager_identity=own(CertificateUnit.CALLMANAGER, "cucm-pub"),
        other_identities={unit: own(unit, "cucm-pub") for unit in OTHERS},
        capf_authority=capf_authority(keys=keys, subject=SUBJECT, not_before=SINCE),
        subscribers=[
            NodeSettings(
                "cucm-sub",
                "127.0.0.2",
                own(CertificateUnit.CALLMANAGER, "cucm-sub"),
                {unit: own(unit, "cucm-sub") for unit in subscriber},
            )
        ],
        cluster_security_mode=ClusterSecurityMode.MIXED,
    )


def own_of(cluster: Cluster, unit: str, node: str = "cucm-pub") -> Certificate:
    if unit == CertificateUnit.CAPF:
        return cluster.own_certificates[unit]
    return cluster.nodes[node].identities[unit].certificate


def stores_with(cluster: Cluster, certificate: Certificate) -> set[str]:
    return {store for store, trust in cluster.trust.items() if certificate in trust}


def test_the_copies_of_each_nodes_certificates_are_in_their_stores_from_the_start(cluster: Cluster) -> None:
    for name, node in cluster.nodes.items():
        for unit in node.identities:
            assert stores_with(cluster, own_of(cluster, unit, name)) == set(COPIED_TO.get(unit, ()))


@pytest.mark.parametrize("unit", UNIT_RULES)
def test_a_regenerated_certificate_has_another_key_and_its_copies_take_the_place_of_the_former_ones(
    cluster: Cluster, keys: KeyRing, notebook: Any, unit: str
) -> None:
    former = own_of(cluster, unit)
    of_subscriber = {each: own_of(cluster, each, "cucm-sub") for each in cluster.nodes["cucm-sub"].identities}
    event = management.regenerate(cluster, unit, keys, same_name=True)
    new = own_of(cluster, unit)
    assert new.public_key() != former.public_key()
    assert (new.subject, new.issuer) == (former.subject, new.subject)
    assert cluster.database.certificates.own(unit) == new
    assert stores_with(cluster, new) == set(COPIED_TO.get(unit, ()))
    assert not stores_with(cluster, former)
    assert notebook.one(CertificateRegenerated) == event
    assert (event.unit, event.takes_effect) == (unit, f"restart of {SERVICE_OF_UNIT[CertificateUnit(unit)]}")
    assert [each.cause for each in notebook.of(TrustChanged)] == [event.seq] * len(COPIED_TO.get(unit, ()))
    assert of_subscriber == {each: own_of(cluster, each, "cucm-sub") for each in of_subscriber}


@pytest.mark.parametrize(
    ("unit", "step"),
    [
        (CertificateUnit.CALLMANAGER, "utils ctl update CTLFile, then reset of the phones"),
        (CertificateUnit.ITL_RECOVERY, "utils ctl update CTLFile, then reset of the phones"),
        (CertificateUnit.TVS, "restart of Cisco Tftp, then reset of the phones"),
        (CertificateUnit.TOMCAT, ""),
    ],
)
def test_an_event_says_what_makes_phones_trust_the_certificate(
    cluster: Cluster, keys: KeyRing, unit: str, step: str
) -> None:
    assert management.regenerate(cluster, unit, keys).phones_trust_it_after == step


def test_a_subscribers_certificate_is_renewed_alone_and_its_row_is_its_own(cluster: Cluster, keys: KeyRing) -> None:
    subscriber, of_publisher = cluster.nodes["cucm-sub"], own_of(cluster, CertificateUnit.TVS)
    former = own_of(cluster, CertificateUnit.TVS, "cucm-sub")
    event = management.regenerate(cluster, CertificateUnit.TVS, keys, node=subscriber)
    assert own_of(cluster, CertificateUnit.TVS, "cucm-sub") != former
    assert own_of(cluster, CertificateUnit.TVS) == of_publisher == cluster.database.certificates.own("TVS")
    assert set(cluster.trust[StoreName.TVS]) == {of_publisher, own_of(cluster, CertificateUnit.TVS, "cucm-sub")}
    assert event.actor == "new/cucm-sub/administration"


@pytest.mark.parametrize("unit", [CertificateUnit.CAPF, CertificateUnit.ITL_RECOVERY, "ipsec"])
def test_a_certificate_that_a_node_does_not_have_is_not_renewed(
    cluster: Cluster, keys: KeyRing, notebook: Any, unit: str
) -> None:
    before = dict(cluster.nodes["cucm-sub"].identities)
    with pytest.raises(AdministrationError, match=unit):
        management.regenerate(cluster, unit, keys, node=cluster.nodes["cucm-sub"])
    assert dict(cluster.nodes["cucm-sub"].identities) == before
    assert not notebook.of(CertificateRegenerated)


@pytest.mark.peer("openssl")
@pytest.mark.parametrize("unit", UNIT_RULES)
def test_a_company_signs_each_where_the_units_store_holds_the_company(
    cluster: Cluster, keys: KeyRing, company: Authority, notebook: Any, unit: str, tmp_path: Path
) -> None:
    former = own_of(cluster, unit)
    with pytest.raises(AdministrationError, match="upload that there first"):
        management.install_signed(cluster, unit, company, keys)
    assert own_of(cluster, unit) == former
    upload_trust(cluster, UNIT_RULES[unit].issuer_store, company.certificate)
    event = management.install_signed(cluster, unit, company, keys, same_name=True)
    new = own_of(cluster, unit)
    assert (new.subject, new.issuer) == (former.subject, company.subject)
    assert stores_with(cluster, new) == set(COPIED_TO.get(unit, ()))
    assert notebook.one(SignedCertificateInstalled) == event
    for name, certificate in (("root", company.certificate), ("leaf", new)):
        (tmp_path / name).write_bytes(certificate.public_bytes(Encoding.PEM))
    command = ["openssl", "verify", "-no_check_time", "-CAfile", str(tmp_path / "root"), str(tmp_path / "leaf")]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    management.regenerate(cluster, unit, keys)
    assert own_of(cluster, unit).issuer == own_of(cluster, unit).subject


@pytest.mark.parametrize(
    ("release", "publisher", "subscriber", "years"),
    [
        ("9.1", [], [], 0),
        ("10.5(2)", ["ITLRecovery"], ["ITLRecovery"], 20),
        ("12.5SU3", ["CallManager-ECDSA", "ITLRecovery"], ["CallManager-ECDSA"], 20),
        ("15SU4", ["CallManager-ECDSA", "ITLRecovery"], ["CallManager-ECDSA"], 5),
    ],
)
def test_which_certificates_a_node_has_follows_its_release(
    release: str, publisher: list[str], subscriber: list[str], years: int
) -> None:
    named = release_named(release)
    always = ["TVS", "tomcat"]
    assert list(other_units(named, is_publisher=True)) == always + publisher
    assert list(other_units(named, is_publisher=False)) == always + subscriber
    assert lifetime(CertificateUnit.TVS, named) is None
    if years:
        life = lifetime(CertificateUnit.ITL_RECOVERY, named)
        assert life is not None
        assert round(life.days / 365.25) == years
