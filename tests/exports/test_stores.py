"""Folders as trust stores: which folder is whose, and what is said of the certificates in them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from cisco_data import ServiceKind
from lab.base.failures import InvalidInput
from lab.exports.stores import is_authority
from lab.testing import AUTHORITY_SUBJECT
from pki import TrustStore, capf_authority
from tests.exports.conftest import Exports, held, pem
from tests.whatif.conftest import NOW, SINCE, make_network


def kinds(exports: Exports) -> dict[str, ServiceKind]:
    return {name: server.kind for name, server in exports.fleet().servers.items()}


def test_a_cluster_in_a_folder_and_servers_beside_it(exports: Exports) -> None:
    exports.store("hq/CallManager-trust").store("hq/CAPF-trust", [exports.capf]).store("RADIUS").store("VPN")
    fleet = exports.inventory(exports.row()).fleet()
    assert {name: server.kind for name, server in fleet.servers.items()} == {
        "CallManager of hq": ServiceKind.CALLMANAGER,
        "CAPF of hq": ServiceKind.CAPF,
        "RADIUS": ServiceKind.DOT1X,
        "VPN": ServiceKind.VPN,
    }
    assert fleet.clusters == ["hq"]
    callmanager, capf = fleet.servers["CallManager of hq"], fleet.servers["CAPF of hq"]
    assert set(callmanager.configured.trust) == {*exports.network.roots, exports.capf}
    assert capf.configured.trust == TrustStore("CAPF-trust", [exports.capf])
    assert callmanager.configured is callmanager.in_use
    assert callmanager.configured.identity is None
    assert set(fleet.certificates) == set(callmanager.configured.trust)
    assert fleet.identities == ()
    assert fleet.at == NOW


@pytest.mark.parametrize("name", ["callmanager-trust", "CallManager_Trust", "CALLMANAGER TRUST", "CallManagerTrust"])
def test_the_name_of_a_store_is_taken_as_it_comes(exports: Exports, name: str) -> None:
    exports.store(f"hq/{name}").inventory(exports.row())
    assert kinds(exports) == {"CallManager of hq": ServiceKind.CALLMANAGER}


def test_the_folders_of_cucms_own_disk_are_stores(exports: Exports) -> None:
    exports.store("hq/CallManager/trust-certs").store("hq/CAPF/trust-certs").inventory(exports.row())
    exports.write("hq/CAPF/certs/CAPF.pem", pem(exports.capf))
    assert set(kinds(exports)) == {"CallManager of hq", "CAPF of hq"}
    assert exports.fleet().capf == {"hq": exports.capf}


@pytest.mark.parametrize(
    ("folder", "kind"),
    [
        *(("ise-syd", ServiceKind.DOT1X), ("802.1X", ServiceKind.DOT1X), ("dot1x", ServiceKind.DOT1X)),
        *(("FreeRADIUS", ServiceKind.DOT1X), ("asa1", ServiceKind.VPN), ("VPN gateway", ServiceKind.VPN)),
    ],
)
def test_servers_beside_are_known_by_a_word_in_their_names(exports: Exports, folder: str, kind: ServiceKind) -> None:
    exports.cluster().store(folder).inventory(exports.row())
    assert kinds(exports)[folder] is kind


@pytest.mark.parametrize("folder", ["Phone-VPN-trust", "tomcat-trust", "vpn phones", "branch-office"])
def test_what_no_phone_is_judged_by_is_no_store(exports: Exports, folder: str) -> None:
    exports.cluster().store(folder).inventory(exports.row())
    assert set(kinds(exports)) == {"CallManager of hq", "CAPF of hq"}


def test_settings_name_a_server_whose_folder_does_not_say_what_it_is(exports: Exports) -> None:
    exports.cluster().store("gatekeeper").inventory(exports.row())
    exports.write("settings.toml", "[radius.gatekeeper]\n")
    assert kinds(exports)["gatekeeper"] is ServiceKind.DOT1X


def test_a_folder_of_servers_has_one_for_each_folder_in_it(exports: Exports) -> None:
    exports.cluster().store("RADIUS/syd").store("RADIUS/mel").inventory(exports.row())
    assert {"syd", "mel"} < set(kinds(exports))
    exports.write("RADIUS/root.pem", pem(exports.capf))
    assert "RADIUS" in kinds(exports)
    assert "syd" not in kinds(exports)


def test_servers_of_two_clusters_bear_their_names(exports: Exports) -> None:
    exports.cluster("hq").cluster("branch").store("hq/RADIUS").store("branch/RADIUS")
    exports.inventory(exports.row(), exports.row("SEP000000000002", cluster="branch"))
    fleet = exports.fleet()
    assert {"RADIUS of hq", "RADIUS of branch"} < set(fleet.servers)
    assert [phone.uses for phone in fleet.phones] == [("RADIUS of hq",), ("RADIUS of branch",)]


@pytest.mark.parametrize(
    ("settings", "cluster", "name"),
    [
        ("", "sydney", "sydney"),
        ("", "", "cluster"),
        ("[clusters.main]\n", "", "main"),
        ("[clusters.main]\n", "Main", "main"),
    ],
)
def test_a_single_cluster_may_have_its_stores_at_top_level(
    exports: Exports, settings: str, cluster: str, name: str
) -> None:
    exports.store("CallManager-trust").store("CAPF-trust").inventory(exports.row(cluster=cluster))
    exports.write("settings.toml", settings)
    fleet = exports.fleet()
    assert fleet.clusters == [name]
    assert [phone.cluster for phone in fleet.phones] == [name]


def test_stores_at_top_level_are_of_one_cluster(exports: Exports) -> None:
    exports.store("CallManager-trust").inventory(
        exports.row(cluster="hq"), exports.row("SEP000000000002", cluster="branch")
    )
    with pytest.raises(InvalidInput, match=r"several clusters \(hq, branch\)"):
        exports.read()
    exports.inventory(exports.row(), exports.row("SEP000000000002"))
    assert exports.fleet().clusters == ["hq"]


def test_stores_at_top_level_and_in_a_folder_are_one_too_many(exports: Exports) -> None:
    exports.cluster().store("CallManager-trust").inventory(exports.row())
    with pytest.raises(InvalidInput, match="trust stores lie at top level and in hq"):
        exports.read()


@pytest.mark.parametrize(
    ("first", "second"),
    [("hq/CallManager-trust", "hq/callmanager_trust"), ("RADIUS", "radius"), ("a/hq/CAPF-trust", "b/hq/CAPF-trust")],
)
def test_the_same_thing_twice_is_refused(exports: Exports, first: str, second: str) -> None:
    exports.store(first).store(second).inventory(exports.row())
    with pytest.raises(InvalidInput, match="rename one"):
        exports.read()


def test_a_cluster_of_which_a_store_is_missing_is_told(exports: Exports) -> None:
    exports.store("hq/CallManager-trust").inventory(exports.row())
    assert "hq: has no folder CAPF-trust: CAPF is not asked about" in exports.findings()
    exports.store("hq/CAPF-trust")
    assert not any("has no folder" in finding for finding in exports.findings())


# What is said of certificates


def test_expired_duplicate_and_other_odd_certificates_are_named_and_stay(exports: Exports) -> None:
    exports.store("hq/CallManager-trust").store("hq/CAPF-trust", [exports.capf]).inventory(exports.row())
    lsc, _ = held()
    exports.write("hq/CAPF-trust/again.pem", pem(exports.capf))
    exports.write("hq/CAPF-trust/phone.pem", pem(lsc))
    late = capf_authority(
        keys=exports.network.keys, subject=AUTHORITY_SUBJECT, not_before=NOW + timedelta(days=1), name="CAPF-late0000"
    )
    exports.write("hq/CAPF-trust/late.der", late.certificate.public_bytes(Encoding.DER))
    findings = exports.findings()
    assert {
        "hq/CallManager-trust/CAP-RTP-001_01.pem: expired on 2023-02-06",
        f"hq/CAPF-trust/again.pem: is the same certificate as hq/CAPF-trust/{exports.capf_name}.pem",
        "hq/CAPF-trust/phone.pem: is no certificate authority: nothing that it signed is accepted",
        "hq/CAPF-trust/late.der: is not valid before 2026-11-24",
    } <= set(findings)
    trust = exports.fleet().servers["CAPF of hq"].configured.trust
    assert set(trust) == {exports.capf, lsc, late.certificate}
    assert not any(exports.capf_name in finding and "expired" in finding for finding in findings)


def test_unreadable_files_in_a_store_are_left_out_by_name(exports: Exports) -> None:
    exports.cluster().inventory(exports.row())
    exports.write("hq/CAPF-trust/bad.pem", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    exports.write("hq/CAPF-trust/empty.cer", b"")
    exports.write("hq/CAPF-trust/word.docx", b"PK\x03\x04")
    exports.write("hq/CAPF-trust/all.zip", b"PK\x03\x04")
    grave = {(each.where, each.problem) for each in exports.read()[1] if each.grave}
    assert grave == {
        ("hq/CAPF-trust/bad.pem, certificate 1", "cannot be read as a certificate: OpenSSL says: wrong tag"),
        ("hq/CAPF-trust/empty.cer", "is empty"),
        ("hq/CAPF-trust/word.docx", "holds no certificate that can be read"),
        ("hq/CAPF-trust/all.zip", "is an archive, which is not opened"),
    }
    assert set(exports.fleet().servers["CAPF of hq"].configured.trust) == {exports.capf}


def test_links_by_hash_the_same_in_der_and_descriptions_need_no_word(exports: Exports) -> None:
    exports.cluster().inventory(exports.row())
    store = exports.path / "hq/CAPF-trust"
    (store / "1a2b3c4d.0").symlink_to(f"{exports.capf_name}.pem")
    exports.write(f"hq/CAPF-trust/{exports.capf_name}.der", exports.capf.public_bytes(Encoding.DER))
    exports.write(f"hq/CAPF-trust/{exports.capf_name}.description", b"Self-signed")
    assert not any("CAPF-trust" in finding for finding in exports.findings())


def test_a_link_by_hash_without_its_file_is_read(exports: Exports) -> None:
    exports.store("hq/CallManager-trust").inventory(exports.row())
    exports.write("hq/CAPF-trust/1a2b3c4d.0", pem(exports.capf))
    assert set(exports.fleet().servers["CAPF of hq"].configured.trust) == {exports.capf}


def test_of_one_name_the_newer_certificate_stays_as_in_cucm(exports: Exports) -> None:
    newer = capf_authority(
        keys=exports.network.keys,
        subject=AUTHORITY_SUBJECT,
        not_before=SINCE + timedelta(days=9),
        name=exports.capf_name,
    ).certificate
    exports.cluster().inventory(exports.row(issuer="none"))
    exports.write("hq/CAPF-trust/0-newer.pem", pem(newer))
    assert set(exports.fleet().servers["CAPF of hq"].configured.trust) == {newer}
    (found,) = [each for each in exports.read()[1] if "same subject" in each.problem]
    assert (found.where, found.grave) == (f"hq/CAPF-trust/{exports.capf_name}.pem", True)
    assert newer in exports.fleet().certificates
    assert exports.capf in exports.fleet().certificates


def test_revocation_lists_belong_to_their_store(exports: Exports) -> None:
    crl = exports.network.capf.crl([7], this_update=SINCE, next_update=NOW - timedelta(days=1))
    exports.cluster().store("RADIUS").inventory(exports.row()).write("RADIUS/capf.crl", crl.public_bytes(Encoding.DER))
    assert exports.fleet().servers["RADIUS"].configured.trust.crls == (crl,)
    assert "RADIUS/capf.crl: is a revocation list of which a newer one was due 2026-11-22" in exports.findings()


def test_an_authority_is_what_openssl_takes_for_one(exports: Exports) -> None:
    network = exports.network
    assert is_authority(network.capf.certificate)
    assert is_authority(network.callmanager.certificate)  # keyCertSign and no basicConstraints
    assert not is_authority(held()[0])  # CA:FALSE
    assert not is_authority(held(model="7965")[1])  # neither basicConstraints nor keyCertSign
    assert all(map(is_authority, network.roots))


# CAPF's own certificate


def test_capf_pem_says_which_certificate_capf_has(exports: Exports) -> None:
    other = make_network().other_capf.certificate
    exports.store("hq/CallManager-trust", [exports.capf, other]).store("hq/CAPF-trust", [exports.capf, other])
    exports.inventory(exports.row()).write("hq/CAPF.pem", pem(exports.capf))
    assert exports.fleet().capf == {"hq": exports.capf}
    exports.write("hq/CAPF.pem", pem(other))
    assert exports.fleet().capf == {"hq": other}


def test_without_it_the_newest_in_the_stores_is_taken_and_told(exports: Exports) -> None:
    newer = capf_authority(
        keys=exports.network.keys, subject=AUTHORITY_SUBJECT, not_before=NOW, name="CAPF-00000001"
    ).certificate
    exports.store("hq/CallManager-trust", [exports.capf, newer]).store("hq/CAPF-trust", [exports.capf])
    exports.inventory(exports.row())
    assert exports.fleet().capf == {"hq": newer}
    assert "hq: is taken to sign LSCs with CAPF-00000001, the newest of 2 CAPF certificates" in exports.findings()


def test_of_two_that_are_as_new_none_is_taken(exports: Exports) -> None:
    other = make_network().other_capf.certificate
    exports.store("hq/CallManager-trust", [exports.capf, other]).store("hq/CAPF-trust").inventory(exports.row())
    assert exports.fleet().capf == {}
    assert any(finding.startswith("hq: two CAPF certificates as new as each other") for finding in exports.findings())


def test_another_clusters_capf_is_not_taken_for_ones_own(exports: Exports) -> None:
    other = make_network().other_capf.certificate
    exports.store("hq/CallManager-trust", [exports.capf]).store("hq/CAPF-trust", [exports.capf])
    exports.store("branch/CallManager-trust", [exports.capf, other]).store("branch/CAPF-trust", [other])
    exports.inventory(exports.row()).write("hq/CAPF.pem", pem(exports.capf))
    assert exports.fleet().capf == {"hq": exports.capf, "branch": other}


def test_two_capf_pem_of_one_cluster_are_refused(exports: Exports) -> None:
    exports.cluster().inventory(exports.row()).write("hq/CAPF.pem", pem(exports.capf))
    exports.write("hq/CAPF/CAPF.pem", pem(make_network().other_capf.certificate))
    with pytest.raises(InvalidInput, match=r"is not the only CAPF\.pem of hq"):
        exports.read()
    exports.write("hq/CAPF/CAPF.pem", pem(exports.capf))
    assert exports.fleet().capf == {"hq": exports.capf}


def test_the_certificates_of_other_services_are_left_aside(exports: Exports) -> None:
    exports.cluster().inventory(exports.row()).write("hq/CallManager.pem", pem(exports.network.callmanager.certificate))
    fleet, findings = exports.read()
    assert exports.network.callmanager.certificate not in fleet.certificates
    assert not any("CallManager.pem" in each.where for each in findings)
