"""What CTL and ITL files hold and who signs them, by release; when they change, and that equal content is signed once."""

from __future__ import annotations

from functools import cache

import pytest

from cisco_data import RELEASES, CertificateUnit, ClusterSecurityMode, ServiceName, StoreName
from cisco_data.release_table import release_named
from cisco_data.trust_roles import TrustRole
from cucm_sim.administration import AdministrationError, set_enterprise_parameter, upload_trust
from cucm_sim.cluster import Cluster
from cucm_sim.node import NodeSettings
from cucm_sim.trust_lists import ctl_content, itl_content
from journal import Journal
from lab.testing import AUTHORITY_SUBJECT, SINCE, cluster_certificates
from pki import Certificate, Identity, KeyPool, KeyRing, node_identity, read
from wire.service import Service
from wire.signed_files import (
    SignatureDigest,
    TrustListFile,
    read_trust_list_untrusted,
    verifies_itself_untrusted,
    verify_untrusted,
)

SAST, CCM_TFTP, TVS, CAPF = TrustRole.SAST, TrustRole.CCM_TFTP, TrustRole.TVS, TrustRole.CAPF


@cache
def keys() -> KeyRing:
    return KeyPool().ring()


@cache
def identity(host_name: str, unit: str) -> Identity:
    return node_identity(unit, keys=keys(), subject=AUTHORITY_SUBJECT, host_name=host_name, not_before=SINCE)


def own(host_name: str, *units: str) -> dict[str, Identity]:
    return {unit: identity(host_name, unit) for unit in units}


def a_cluster(release: str = "14SU3", *, recovery: bool = True) -> Cluster:
    """Mixed, of two nodes; the publisher has ITLRecovery."""
    units = (CertificateUnit.TVS, *((CertificateUnit.ITL_RECOVERY,) if recovery else ()))
    cluster = Cluster(
        "hq",
        Journal(),
        address="127.0.0.1",
        node_name="pub",
        callmanager_identity=identity("pub", "CallManager"),
        other_identities=own("pub", *units),
        subscribers=[NodeSettings("sub", "127.0.0.2", identity("sub", "CallManager"), own("sub", "TVS"))],
        capf_authority=cluster_certificates().capf,
        cluster_security_mode=ClusterSecurityMode.MIXED,
        release=release_named(release),
    )
    for node in cluster.nodes.values():
        node.services[ServiceName.TFTP] = Service(ServiceName.TFTP)
    cluster.install_trust_lists()
    return cluster


def listed(octets: bytes | None) -> list[tuple[TrustRole, str]]:
    """Roles and CNs of the records."""
    return [
        (one.role, one.certificate_id.subject.partition(";")[0].removeprefix("CN=")) for one in parsed(octets).records
    ]


def parsed(octets: bytes | None) -> TrustListFile:
    assert octets is not None
    return read_trust_list_untrusted(octets)


CAPF_NAME = read(cluster_certificates().capf.certificate).subject.cn


@pytest.mark.parametrize("node", ["pub", "sub"])
def test_a_node_s_itl_file_has_its_own_callmanager_twice_and_every_tvs(node: str) -> None:
    assert listed(a_cluster().nodes[node].itl_file) == [
        (SAST, "ITLRECOVERY_pub"),
        (SAST, node),
        (CCM_TFTP, node),
        (TVS, "pub"),
        (TVS, "sub"),
        (CAPF, CAPF_NAME),
    ]


def test_records_name_host_and_address_of_their_node() -> None:
    records = parsed(a_cluster().nodes["sub"].itl_file).records
    places = [(one.dns_name, one.address) for one in records]
    assert places == [(name, f"127.0.0.{2 if name == 'sub' else 1}") for name, _ in places]
    assert [name for name, _ in places] == ["pub", "sub", "sub", "pub", "sub", "pub"]


@pytest.mark.parametrize(
    ("release", "itl_signer", "ctl_sast"),
    [
        ("9.1", "sub", ["pub"]),
        ("10.0", "sub", ["pub"]),
        ("11.5SU3", "sub", ["pub", "ITLRECOVERY_pub"]),
        ("12.0", "ITLRECOVERY_pub", ["ITLRECOVERY_pub", "pub"]),
        ("15SU2", "ITLRECOVERY_pub", ["ITLRECOVERY_pub", "pub"]),
    ],
)
def test_the_release_says_who_signs(release: str, itl_signer: str, ctl_sast: list[str]) -> None:
    cluster = a_cluster(release)
    assert f"CN={itl_signer};" in parsed(cluster.nodes["sub"].itl_file).header.signer.subject
    assert f"CN={ctl_sast[0]};" in parsed(cluster.ctl_file).header.signer.subject
    assert ((SAST, "ITLRECOVERY_pub") in listed(cluster.itl_file)) is (release != "9.1")
    rest = [(CCM_TFTP, "pub"), (CCM_TFTP, "sub"), (CAPF, CAPF_NAME)]
    assert listed(cluster.ctl_file) == [*((SAST, name) for name in ctl_sast), *rest]


@pytest.mark.parametrize("release", RELEASES)
def test_what_signs_a_file_is_listed_in_it_and_verifies_it(release: str) -> None:
    cluster = a_cluster(release)
    for content in (ctl_content(cluster), *map(itl_content, cluster.nodes.values())):
        assert content.signer in [one.certificate for one in content.listed if one.role is SAST]


@pytest.mark.parametrize("recovery", [True, False])
def test_every_file_verifies_by_its_own_record(recovery: bool) -> None:
    cluster = a_cluster(recovery=recovery)
    assert cluster.ctl_file is not None
    for octets in (cluster.ctl_file, *(node.itl_file for node in cluster.nodes.values())):
        assert verifies_itself_untrusted(octets)
        assert not verify_untrusted(octets, identity("sub", "TVS").certificate)


def test_a_cluster_without_itlrecovery_signs_with_callmanager() -> None:
    assert "CN=sub;" in parsed(a_cluster(recovery=False).nodes["sub"].itl_file).header.signer.subject


def test_equal_content_keeps_the_file_and_changed_content_makes_another_one() -> None:
    cluster = a_cluster()
    node, before = cluster.publisher, cluster.itl_file
    assert node.make_itl_file()[1] is False
    assert cluster.itl_file is before
    node.identities[CertificateUnit.TVS] = identity("another", "TVS")
    assert cluster.itl_file is before
    assert node.make_itl_file()[1] is True
    assert (TVS, "another") in listed(cluster.itl_file)
    assert (TVS, "pub") not in listed(cluster.itl_file)


def test_certificates_of_another_cluster_come_into_the_ctl_file_as_sast_when_it_is_updated() -> None:
    cluster, other = a_cluster(), identity("of another cluster", "CallManager").certificate
    upload_trust(cluster, StoreName.PHONE_SAST, other)
    assert (SAST, "of another cluster") not in listed(cluster.ctl_file)
    cluster.make_ctl_file()
    assert listed(cluster.ctl_file)[-1] == (SAST, "of another cluster")
    cluster.publisher.make_itl_file()
    assert listed(cluster.itl_file)[-1] == (TrustRole.CERTIFICATE_AUTHORITY, "of another cluster")
    assert (SAST, "of another cluster") not in listed(cluster.itl_file)


def test_a_node_that_runs_one_service_of_the_two_is_listed_for_that_one() -> None:
    cluster = a_cluster()
    del cluster.nodes["pub"].services[ServiceName.TFTP]
    del cluster.nodes["sub"].services[ServiceName.CALLMANAGER]
    cluster.make_ctl_file()
    assert listed(cluster.ctl_file)[2:4] == [(TrustRole.CCM, "pub"), (TrustRole.TFTP, "sub")]
    node = cluster.nodes["sub"]
    node.make_itl_file()
    assert listed(node.itl_file)[1:3] == [(SAST, "sub"), (TrustRole.TFTP, "sub")]
    del node.services[ServiceName.TFTP]
    cluster.make_ctl_file()
    assert listed(cluster.ctl_file)[2:] == [(TrustRole.CCM, "pub"), (CAPF, CAPF_NAME)]


def test_the_signature_algorithm_counts_from_the_next_file_on() -> None:
    cluster = a_cluster()
    set_enterprise_parameter(cluster, "TFTP File Signature Algorithm", "SHA-512")
    assert parsed(cluster.itl_file).header.digest is SignatureDigest.SHA1
    cluster.publisher.make_itl_file()
    assert parsed(cluster.itl_file).header.digest is SignatureDigest.SHA512


@pytest.mark.parametrize(
    ("release", "name", "value", "problem"),
    [
        ("14SU3", "TFTP File Signature Algorithm", "MD5", "SHA-1 or SHA-512"),
        ("9.1", "TFTP File Signature Algorithm", "SHA-512", "it is SHA-1"),
        ("14SU3", "Cluster Security Mode", "1", "no enterprise parameter"),
    ],
)
def test_what_no_enterprise_parameter_can_be_is_refused(release: str, name: str, value: str, problem: str) -> None:
    with pytest.raises(AdministrationError, match=problem):
        set_enterprise_parameter(a_cluster(release), name, value)


def test_tvs_reads_the_certificates_of_all_nodes_and_the_stores_and_the_ctl_file() -> None:
    cluster = a_cluster()
    node = cluster.nodes["sub"]

    def known(unit: str) -> list[Certificate]:
        return list(node.certificates_of_unit(unit))

    assert known("CallManager") == [identity(name, "CallManager").certificate for name in ("pub", "sub")]
    assert known("ITLRecovery") == [identity("pub", "ITLRecovery").certificate]
    assert known("CAPF") == [cluster_certificates().capf.certificate]
    assert known("CallManager-ECDSA") == known("ipsec") == known("Phone-SAST-trust") == []
    assert node.ctl_trust_list == parsed(cluster.ctl_file)
