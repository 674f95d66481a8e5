"""`utils itl reset`, `utils ctl reset localkey`, a deleted CTL file, and the ITL file of Prepare Cluster for Rollback."""

from __future__ import annotations

from functools import cache

import pytest
import trio

from cisco_data import RELEASES, CertificateUnit, ClusterSecurityMode, ServiceName, StoreName
from cisco_data.enterprise_parameters import OFF, ON, ROLLBACK, values_of
from cisco_data.release_table import ITL_SIGNER, release_named
from cisco_data.trust_roles import TrustRole
from cucm_sim.administration import AdministrationError, set_enterprise_parameter, upload_trust
from cucm_sim.certificate_management import regenerate, update_ctl_file
from cucm_sim.cluster import Cluster
from cucm_sim.list_reset_events import CtlReset, ItlReset, RollbackTakenUp
from cucm_sim.list_resets import delete_ctl_file, reset_ctl, reset_itl
from cucm_sim.node import NodeSettings
from cucm_sim.rollback import take_up_rollback
from cucm_sim.texts.list_commands import command_lines
from cucm_sim.texts.node_trust_lists import show_ctl
from cucm_sim.tftp_events import TrustListMade
from lab.testing import AUTHORITY_SUBJECT, SINCE, KeptEvents, cluster_certificates
from pki import Identity, KeyPool, KeyRing, node_identity
from wire.certificate_id import certificate_id
from wire.service import InUse, Run, Service
from wire.signed_files import TrustListFile, read_trust_list_untrusted, verifies_itself_untrusted, verify_untrusted

RECOVERY, CALLMANAGER = CertificateUnit.ITL_RECOVERY, CertificateUnit.CALLMANAGER


@cache
def keys() -> KeyRing:
    return KeyPool().ring()


@cache
def identity(host_name: str, unit: str) -> Identity:
    return node_identity(unit, keys=keys(), subject=AUTHORITY_SUBJECT, host_name=host_name, not_before=SINCE)


class Running(Service):
    """A Cisco Tftp that makes its ITL file at its start, and does nothing else."""

    def __init__(self, make: object) -> None:
        super().__init__(ServiceName.TFTP)
        self._make = make

    def _begin(self) -> Run:
        assert callable(self._make)
        self._make()
        return Run(InUse(), trio.sleep_forever, lambda: None)


def a_cluster(
    kept: KeptEvents, release: str = "14SU3", mode: ClusterSecurityMode = ClusterSecurityMode.MIXED
) -> Cluster:
    """Two nodes."""
    units = (CertificateUnit.TVS, RECOVERY) if release != "9.1" else (CertificateUnit.TVS,)
    cluster = Cluster(
        "hq",
        kept.journal,
        address="127.0.0.1",
        node_name="pub",
        callmanager_identity=identity("pub", CALLMANAGER),
        other_identities={unit: identity("pub", unit) for unit in units},
        subscribers=[
            NodeSettings("sub", "127.0.0.2", identity("sub", CALLMANAGER), {"TVS": identity("sub", "TVS")}),
        ],
        capf_authority=cluster_certificates().capf,
        cluster_security_mode=mode,
        release=release_named(release),
    )
    for node in cluster.nodes.values():
        node.services[ServiceName.TFTP] = Running(node.make_itl_file)
    cluster.install_trust_lists()
    return cluster


def parsed(octets: bytes | None) -> TrustListFile:
    assert octets is not None
    return read_trust_list_untrusted(octets)


def signed_by(octets: bytes | None, signer: Identity) -> bool:
    assert octets is not None
    named = parsed(octets).header.signer == certificate_id(signer.certificate)
    return named and verify_untrusted(octets, signer.certificate)


def roles(octets: bytes | None) -> set[int]:
    return {record.role for record in parsed(octets).records}


@pytest.mark.parametrize("release", [name for name in RELEASES if name not in ("8.6", "9.1")])
@pytest.mark.trio
async def test_a_reset_itl_file_is_signed_by_the_other_key_until_tftp_starts_again(
    release: str, autojump_clock: object
) -> None:
    kept = KeptEvents()
    cluster = a_cluster(kept, release)
    usual = ITL_SIGNER.of(release)
    other = RECOVERY if usual == CALLMANAGER else CALLMANAGER
    async with trio.open_nursery() as nursery:
        for node in cluster.nodes.values():
            node.services[ServiceName.TFTP].start(nursery)
        before = {name: node.itl_file for name, node in cluster.nodes.items()}
        event = reset_itl(cluster)
        assert event.nodes == ("pub", "sub")
        for node in cluster.nodes.values():
            assert signed_by(node.itl_file, identity("pub", other))
            assert verifies_itself_untrusted(node.itl_file)
        assert cluster.nodes["sub"].itl_file == cluster.itl_file  # that of the publisher
        await cluster.nodes["sub"].services[ServiceName.TFTP].restart(nursery)
        assert signed_by(cluster.itl_file, identity("pub", other))
        undone = parsed(cluster.nodes["sub"].itl_file)
        assert undone.records == parsed(before["sub"]).records
        assert undone.header.signer == parsed(before["sub"]).header.signer
        nursery.cancel_scope.cancel()
    assert [made.cause for made in kept.of(TrustListMade)] == [event.seq, event.seq]


@pytest.mark.trio
async def test_a_reset_itl_file_lists_the_certificates_of_now_and_goes_to_nodes_that_run_tftp(
    autojump_clock: object,
) -> None:
    cluster = a_cluster(KeptEvents())
    async with trio.open_nursery() as nursery:
        cluster.publisher.services[ServiceName.TFTP].start(nursery)
        stopped = cluster.nodes["sub"].itl_file
        regenerate(cluster, RECOVERY, keys())
        new = certificate_id(cluster.publisher.identities[RECOVERY].certificate)
        assert new not in {record.certificate_id for record in parsed(cluster.itl_file).records}
        assert reset_itl(cluster).nodes == ("pub",)
        assert new in {record.certificate_id for record in parsed(cluster.itl_file).records}
        assert cluster.nodes["sub"].itl_file == stopped
        nursery.cancel_scope.cancel()


@pytest.mark.trio
async def test_remotekey_signs_with_the_key_that_a_backup_saved(autojump_clock: object) -> None:
    cluster = a_cluster(KeptEvents())
    async with trio.open_nursery() as nursery:
        cluster.publisher.services[ServiceName.TFTP].start(nursery)
        with pytest.raises(AdministrationError, match="a backup saves it"):
            reset_itl(cluster, "remotekey")
        saved = cluster.saved_keys["backup"] = cluster.publisher.identities[RECOVERY]
        regenerate(cluster, RECOVERY, keys())
        reset_itl(cluster, "remotekey")
        assert signed_by(cluster.itl_file, saved)
        assert verifies_itself_untrusted(cluster.itl_file)
        nursery.cancel_scope.cancel()


def test_an_itl_file_that_no_node_takes_and_a_release_without_the_command_are_refused() -> None:
    with pytest.raises(AdministrationError, match="Cisco Tftp runs on no node"):
        reset_itl(a_cluster(KeptEvents()))
    with pytest.raises(AdministrationError, match=r"only releases from 10\.0 on"):
        reset_itl(a_cluster(KeptEvents(), "9.1"))


@pytest.mark.parametrize(
    ("release", "unit"), [("10.5(2)", RECOVERY), ("11.5", RECOVERY), ("12.0", CALLMANAGER), ("15SU4", CALLMANAGER)]
)
def test_a_reset_ctl_file_is_signed_by_the_second_sast_record_until_it_is_updated(
    release: str, unit: CertificateUnit
) -> None:
    kept = KeptEvents()
    cluster = a_cluster(kept, release)
    before = parsed(cluster.ctl_file)
    regenerate(cluster, CertificateUnit.CAPF, keys())
    event = reset_ctl(cluster)
    assert "update CTLFile" in event.due
    for node in cluster.nodes.values():
        assert signed_by(node.ctl_file, identity("pub", unit))
    assert parsed(cluster.ctl_file).records != before.records  # of the certificates of now
    update_ctl_file(cluster)
    assert parsed(cluster.ctl_file).header.signer == before.header.signer


def test_a_ctl_file_without_a_second_signer_and_a_non_secure_cluster_are_refused() -> None:
    with pytest.raises(AdministrationError, match="no second SAST record"):
        reset_ctl(a_cluster(KeptEvents(), "10.0"))
    with pytest.raises(AdministrationError, match="not in mixed mode"):
        reset_ctl(a_cluster(KeptEvents(), mode=ClusterSecurityMode.NON_SECURE))


def test_the_ctl_file_is_deleted_on_one_node_and_comes_back_with_the_next_update() -> None:
    cluster = a_cluster(KeptEvents())
    pub, sub = cluster.nodes.values()
    served = pub.ctl_file
    assert delete_ctl_file(cluster, sub).left_on == ("pub",)
    assert (pub.ctl_file, sub.ctl_file, sub.ctl_trust_list) == (served, None, None)
    assert "CTL File not found" in show_ctl(sub)
    assert "CTL File not found" not in show_ctl(pub)
    with pytest.raises(AdministrationError, match="sub has no CTLFile"):
        delete_ctl_file(cluster, sub)
    assert delete_ctl_file(cluster, pub).left_on == ()
    assert cluster.ctl_list is None
    update_ctl_file(cluster)
    assert pub.ctl_file == sub.ctl_file is not None


# Prepare Cluster for Rollback to pre-8.0


@pytest.mark.trio
async def test_the_rollback_parameter_empties_the_itl_file_at_once_and_never_the_ctl_file(
    autojump_clock: object,
) -> None:
    kept = KeptEvents()
    cluster = a_cluster(kept)
    upload_trust(cluster, StoreName.PHONE_SAST, identity("far", CALLMANAGER).certificate)
    cluster.install_trust_lists()
    full, ctl = cluster.itl_file, cluster.ctl_file
    async with trio.open_nursery() as nursery:
        cluster.publisher.services[ServiceName.TFTP].start(nursery)
        await take_up_rollback(cluster, set_enterprise_parameter(cluster, ROLLBACK, ON))
        assert roles(cluster.itl_file) == {TrustRole.SAST, TrustRole.CAPF}
        assert verifies_itself_untrusted(cluster.itl_file)
        assert cluster.ctl_file == ctl
        assert kept.of(RollbackTakenUp)[-1].nodes == ("pub",)  # Cisco Tftp of the other node does not run
        assert roles(cluster.nodes["sub"].itl_file) > {TrustRole.SAST, TrustRole.CAPF}
        cluster.nodes["sub"].services[ServiceName.TFTP].start(nursery)
        assert roles(cluster.nodes["sub"].itl_file) == {TrustRole.SAST, TrustRole.CAPF}
        await take_up_rollback(cluster, set_enterprise_parameter(cluster, ROLLBACK, OFF))
        assert parsed(cluster.itl_file).records == parsed(full).records
        assert kept.of(RollbackTakenUp)[-1].nodes == ("pub", "sub")
        await take_up_rollback(cluster, set_enterprise_parameter(cluster, ROLLBACK, OFF))
        assert kept.of(RollbackTakenUp)[-1].nodes == ()
        nursery.cancel_scope.cancel()


@pytest.mark.parametrize("release", RELEASES)
def test_each_release_has_the_rollback_parameter(release: str) -> None:
    assert values_of(ROLLBACK, release_named(release)) == (OFF, ON)


# What the command line prints


@pytest.mark.trio
async def test_the_command_line_prints_what_cisco_publishes_of_itl_reset(autojump_clock: object) -> None:
    kept = KeptEvents()
    cluster = a_cluster(kept)
    async with trio.open_nursery() as nursery:
        cluster.publisher.services[ServiceName.TFTP].start(nursery)
        reset_itl(cluster)
        nursery.cancel_scope.cancel()
    printed = [line for line in command_lines(kept.one(ItlReset)) if line]
    assert printed == [
        "admin:utils itl reset localkey",
        "Name is None",
        "Generating the reset ITL file.....",
        "The reset ITL file was generated successfully",
        "Locating active Tftp servers in the cluster.....",
        "Following is the list of Active tftp servers in the cluster",
        "====================",
        "pub",
        "=====================",
        "Number of Active TFTP servers in the cluster : 1",
        "Transferring new reset ITL file to the TFTP server nodes in the cluster.........",
        "Successfully transferred reset ITL to node pub",
    ]


def test_only_commands_on_lists_have_lines_and_each_names_itself() -> None:
    kept = KeptEvents()
    cluster = a_cluster(kept)
    regenerate(cluster, CertificateUnit.CAPF, keys())
    reset_ctl(cluster)
    update_ctl_file(cluster)
    delete_ctl_file(cluster, cluster.publisher)
    said = [lines[0] for event in kept.events if (lines := command_lines(event))]
    assert said == [
        "admin:utils ctl reset localkey",
        "admin:utils ctl update CTLFile",
        "admin:file delete tftp CTLFile.tlv",
    ]
    assert command_lines(kept.one(CtlReset))[-1].startswith("Please Restart the TFTP and Cisco CallManager")
