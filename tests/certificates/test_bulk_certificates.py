"""Bulk certificate management: what each type exports, what an import puts where, and what it takes for that."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from cisco_data import CertificateUnit, ServiceName, StoreName
from cisco_data.bulk_certificates import UNIT_OF_TYPE, BulkType, bulk_import_fails, bulk_types
from cisco_data.trust_roles import TrustRole
from cucm_sim import bulk_certificates as bulk
from cucm_sim.administration import AdministrationError
from cucm_sim.bulk_events import BulkCertificatesImported
from cucm_sim.certificate_management import regenerate, update_ctl_file
from cucm_sim.cluster import Cluster
from cucm_sim.events import TrustChanged
from journal import Clock, Journal
from lab import Lab
from lab.operations.cast import CastNode
from lab.operations.values import STARTS
from lab.running.addresses import AddressPlan
from pki import Certificate, read
from pki.pkcs12 import FriendlyCertificate, certificates_of_pkcs12, write_certificates_pkcs12

TYPES = (BulkType.TFTP, BulkType.ITL_RECOVERY, BulkType.CAPF, BulkType.TOMCAT)
STORES = {
    BulkType.TFTP: {"CallManager-trust", "Phone-SAST-trust"},
    BulkType.ITL_RECOVERY: {"CallManager-trust", "Phone-SAST-trust"},
    BulkType.CAPF: {"CallManager-trust"},
    BulkType.TOMCAT: {"tomcat-trust"},
}
"""Where Cisco document 215539 says that an import puts each."""
CALLMANAGER_ONLY = CastNode("new-call", (ServiceName.CALLMANAGER,))


@pytest.fixture
def lab() -> Lab:
    """Never entered: nothing listens."""
    return Lab(journal=Journal(Clock(STARTS, lambda: 0.0)), block=AddressPlan())


@pytest.fixture
def folder() -> bulk.BulkFolder:
    return bulk.BulkFolder()


def clusters(lab: Lab, *, old: str = "", new: str = "", mixed: bool = False) -> tuple[Cluster, Cluster]:
    nodes: list[str | CastNode] = ["new-pub", "new-sub", CALLMANAGER_ONLY]
    made = lab.add_cluster("old", release=old, mixed=mixed), lab.add_cluster("new", release=new, nodes=nodes)
    return made[0].cluster, made[1].cluster


def own(cluster: Cluster, kind: BulkType, *nodes: str) -> set[Certificate]:
    if kind is BulkType.CAPF:
        return {cluster.own_certificates["CAPF"]}
    unit = UNIT_OF_TYPE[kind]
    return {cluster.nodes[node].identities[unit].certificate for node in nodes}


def serials(certificates: set[Certificate]) -> set[str]:
    return {f"{read(one).serial_number:x}" for one in certificates}


def exchanged(folder: bulk.BulkFolder, *of: Cluster, kind: BulkType = BulkType.ALL) -> None:
    for cluster in of:
        bulk.bulk_export(cluster, folder, kind)
    bulk.bulk_consolidate(of[0], folder)


# Export


def test_each_type_exports_its_unit_of_the_nodes_that_have_it(lab: Lab, folder: bulk.BulkFolder) -> None:
    _, new = clusters(lab)
    whole = bulk.bulk_export(new, folder)
    expected = {
        BulkType.TFTP: own(new, BulkType.TFTP, "new-pub", "new-sub"),  # the third runs no Cisco Tftp
        BulkType.ITL_RECOVERY: own(new, BulkType.ITL_RECOVERY, "new-pub"),
        BulkType.CAPF: own(new, BulkType.CAPF),
        BulkType.TOMCAT: own(new, BulkType.TOMCAT, "new-pub", "new-sub", "new-call"),
    }
    assert whole.types == TYPES
    assert {kind: {one.certificate for one in folder.exported["new", kind].certificates} for kind in TYPES} == expected
    assert set(whole.serial_numbers) == serials(set().union(*expected.values()))
    for kind in TYPES:
        single = bulk.BulkFolder()
        event = bulk.bulk_export(new, single, kind)
        assert (event.types, set(event.units)) == ((kind,), {UNIT_OF_TYPE[kind]})
        assert set(event.serial_numbers) == serials(expected[kind])
        assert list(single.exported) == [("new", kind)]


def test_a_release_before_12_has_no_type_for_itlrecovery(lab: Lab, folder: bulk.BulkFolder) -> None:
    old, new = clusters(lab, old="11.5", new="12.0")
    assert BulkType.ITL_RECOVERY not in bulk.bulk_export(old, folder).types
    assert BulkType.ITL_RECOVERY in bulk.bulk_export(new, folder).types
    with pytest.raises(AdministrationError, match="itl-recovery"):
        bulk.bulk_export(old, folder, BulkType.ITL_RECOVERY)
    assert set(bulk_types("12.0")) - set(bulk_types("11.5")) == {BulkType.ITL_RECOVERY}


def test_before_12_5_each_node_has_an_itlrecovery_of_its_own_to_export(lab: Lab, folder: bulk.BulkFolder) -> None:
    _, new = clusters(lab, new="12.0")
    bulk.bulk_export(new, folder, BulkType.ITL_RECOVERY)
    names = [one.friendly_name for one in folder.exported["new", BulkType.ITL_RECOVERY].certificates]
    assert names == ["new/new-pub", "new/new-sub", "new/new-call"]


# Import


def test_an_import_puts_each_type_into_its_stores_and_leaves_the_clusters_own_out(
    lab: Lab, folder: bulk.BulkFolder
) -> None:
    old, new = clusters(lab)
    exchanged(folder, old, new)
    before = {store: set(old.trust[store]) for store in old.trust}
    event = bulk.bulk_import(old, folder)
    added = {store: set(old.trust[store]) - before[store] for store in old.trust}
    foreign = {kind: {one.certificate for one in folder.exported["new", kind].certificates} for kind in TYPES}
    expected = {store: set().union(*(foreign[kind] for kind in TYPES if store in STORES[kind])) for store in old.trust}
    assert added == expected
    assert added[StoreName.PHONE_SAST] >= own(new, BulkType.ITL_RECOVERY, "new-pub")
    assert event.passed_over == ()
    noted = [one for one in lab.events if isinstance(one, TrustChanged)]
    assert {one.cause for one in noted} == {event.seq}
    assert len(noted) == sum(map(len, added.values()))
    assert {one.change for one in noted} == {"imported"}


def test_what_is_there_already_is_not_noted_again(lab: Lab, folder: bulk.BulkFolder) -> None:
    old, new = clusters(lab)
    exchanged(folder, old, new)
    bulk.bulk_import(old, folder)
    known = len([one for one in lab.events if isinstance(one, TrustChanged)])
    bulk.bulk_import(old, folder)
    assert len([one for one in lab.events if isinstance(one, TrustChanged)]) == known


def test_every_link_of_the_chain_is_needed(lab: Lab, folder: bulk.BulkFolder) -> None:
    old, new = clusters(lab)
    with pytest.raises(AdministrationError, match="exported"):
        bulk.bulk_consolidate(old, folder)
    with pytest.raises(AdministrationError, match="bulk-export"):
        bulk.bulk_import(old, folder)
    bulk.bulk_export(new, folder)
    with pytest.raises(AdministrationError, match="bulk-consolidate"):
        bulk.bulk_import(old, folder)
    assert not old.trust[StoreName.PHONE_SAST].certificates
    bulk.bulk_consolidate(new, folder)
    assert bulk.bulk_import(old, folder).serial_numbers
    assert old.trust[StoreName.PHONE_SAST].certificates


def test_an_export_counts_when_it_is_consolidated(lab: Lab, folder: bulk.BulkFolder) -> None:
    old, new = clusters(lab)
    exchanged(folder, old, new)
    former = own(new, BulkType.TFTP, "new-pub")
    regenerate(new, CertificateUnit.CALLMANAGER, lab.keys)
    bulk.bulk_export(new, folder)
    bulk.bulk_import(old, folder)
    assert set(old.trust[StoreName.PHONE_SAST]) >= former
    bulk.bulk_consolidate(old, folder)
    bulk.bulk_import(old, folder)
    assert set(old.trust[StoreName.PHONE_SAST]) >= own(new, BulkType.TFTP, "new-pub")


def test_an_older_release_passes_over_the_type_that_it_does_not_have(lab: Lab, folder: bulk.BulkFolder) -> None:
    old, new = clusters(lab, old="11.5")
    exchanged(folder, old, new)
    event = bulk.bulk_import(old, folder)
    assert event.passed_over == (BulkType.ITL_RECOVERY,)
    assert set(old.trust[StoreName.PHONE_SAST]) == own(new, BulkType.TFTP, "new-pub", "new-sub")
    assert bulk.bulk_import(new, folder).passed_over == ()


@pytest.mark.parametrize(
    ("exporter", "importer", "fails"),
    [
        ("9.1", "10.5(2)", True),
        ("8.6", "12.5SU3", True),
        ("9.1", "10.5(1)", False),
        ("10.0", "10.5(2)", False),
        ("10.5(2)", "9.1", False),
    ],
)
def test_an_import_from_release_8_or_9_fails_by_a_bug(
    lab: Lab, folder: bulk.BulkFolder, exporter: str, importer: str, fails: bool
) -> None:
    old, new = clusters(lab, old=exporter, new=importer)
    exchanged(folder, old, new)
    assert bulk_import_fails(exporter, importer) is fails
    if fails:
        with pytest.raises(AdministrationError, match="CSCuy43181"):
            bulk.bulk_import(new, folder)
        assert not new.trust[StoreName.PHONE_SAST].certificates
        assert not [one for one in lab.events if isinstance(one, BulkCertificatesImported)]
    else:
        bulk.bulk_import(new, folder)
    assert bool(new.trust[StoreName.PHONE_SAST].certificates) is not fails


@pytest.mark.parametrize("mixed", [True, False])
def test_in_mixed_mode_the_next_ctl_file_lists_the_other_clusters_signers(
    lab: Lab, folder: bulk.BulkFolder, mixed: bool
) -> None:
    old, new = clusters(lab, mixed=mixed)
    exchanged(folder, old, new)
    assert ("utils ctl update CTLFile" in bulk.bulk_import(old, folder).takes_effect) is mixed
    if not mixed:
        return
    update_ctl_file(old)
    assert old.ctl_list is not None
    sast = {one.certificate for one in old.ctl_list.content.listed if one.role is TrustRole.SAST}
    assert sast > own(new, BulkType.ITL_RECOVERY, "new-pub") | own(new, BulkType.TFTP, "new-pub", "new-sub")


# Files


@pytest.mark.peer("openssl")
def test_openssl_reads_what_was_consolidated(lab: Lab, folder: bulk.BulkFolder, tmp_path: Path) -> None:
    old, new = clusters(lab)
    exchanged(folder, old, new)
    for file in folder.consolidated:
        (tmp_path / file.name).write_bytes(file.octets)
        command = ["openssl", "pkcs12", "-in", str(tmp_path / file.name), "-passin", "pass:", "-nodes"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert "PRIVATE KEY" not in done.stdout
        assert done.stdout.count("BEGIN CERTIFICATE") == len(file.certificates)
        for one in file.certificates:
            assert f"friendlyName: {one.friendly_name}" in done.stdout
            assert one.certificate.public_bytes(Encoding.PEM).decode().strip() in done.stdout


def test_a_file_gives_back_what_was_written_and_nothing_else_is_one(lab: Lab) -> None:
    old, _ = clusters(lab)
    written = (FriendlyCertificate("old/old-pub", old.own_certificates["CAPF"]),)
    assert certificates_of_pkcs12(write_certificates_pkcs12(written)) == written
    with pytest.raises(ValueError):
        certificates_of_pkcs12(b"\x30\x00")
