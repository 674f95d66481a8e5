"""Backups of certificates with their keys: what a restore brings back, and which phones trust it."""

from __future__ import annotations

import pytest

from cisco_data import CertificateUnit, DeviceSecurityMode, StoreName
from cucm_sim.certificate_events import CertificateRestored, KeysBackedUp, KeysRestored
from cucm_sim.cluster import Cluster
from lab.operations.running import OperationFailed
from lab.running.lab import LabCluster
from lab.testing import LabUnderTest
from phone_sim.boot import BootState
from phone_sim.phone import Phone
from pki import Identity

pytestmark = pytest.mark.trio
NON_SECURE = DeviceSecurityMode.NON_SECURE
UNITS = tuple(CertificateUnit)


def keys(cluster: Cluster) -> dict[tuple[str, str], Identity]:
    """Of every node, and CAPF's."""
    found = {
        (node.name, unit): identity for node in cluster.nodes.values() for unit, identity in node.identities.items()
    }
    assert cluster.capf_authority is not None
    return found | {("", "CAPF"): cluster.capf_authority.identity}


async def renew(lab: LabUnderTest, *units: str, node: str = "") -> None:
    for unit in units:
        at = {"node": node} if node and unit != CertificateUnit.CAPF else {}
        await lab.regenerate_certificate(certificate=f"{unit} of hq", **at)


async def restart(lab: LabUnderTest) -> None:
    for service in lab.clusters["hq"].services:
        await lab.restart_service(service=service)


async def reset_and_back(lab: LabUnderTest, phone: Phone) -> None:
    await lab.settled()
    await lab.until(lambda: phone.state is BootState.REGISTERED, within=60)
    await lab.reset(phone=phone.device_name)
    await lab.settled()
    await lab.until(lambda: phone.state is BootState.REGISTERED, within=60)


def holds_newest(hq: LabCluster, phone: Phone) -> bool:
    held = phone.flash.lists.itl
    return held is not None and held.octets == hq.cluster.itl_file


async def test_a_restore_brings_every_key_of_the_backup_back(autojump_clock: object) -> None:
    async with LabUnderTest() as lab:
        hq = lab.cluster(nodes=("hq-pub", "hq-sub"), release="12.5").cluster
        before = keys(hq)
        await lab.backup_keys(name="monday")
        for node in hq.nodes:
            await renew(lab, *(unit for unit in UNITS if unit in hq.nodes[node].identities), node=node)
        await renew(lab, "CAPF")
        renewed = keys(hq)
        assert not set(before.values()) & set(renewed.values())
        await lab.restore_keys(name="monday")
        assert keys(hq) == before
        assert hq.database.certificates.own("TVS") == before["hq-pub", "TVS"].certificate
        restored = [each for each in lab.events if isinstance(each, CertificateRestored)]
        assert len(restored) == len(before)
        (event,) = (each for each in lab.events if isinstance(each, KeysRestored))
        assert {each.cause for each in restored} == {event.seq}
        assert hq.former_capf_certificates[-1] == renewed["", "CAPF"].certificate


async def test_cucms_own_copies_in_trust_stores_are_those_of_the_backup(autojump_clock: object) -> None:
    async with LabUnderTest() as lab:
        hq = lab.cluster().cluster
        before = keys(hq)["hq-pub", "TVS"].certificate
        await lab.backup_keys()
        await lab.wait(days=1)
        await renew(lab, "TVS")
        assert before not in hq.trust[StoreName.TVS]
        await lab.restore_keys()
        assert before in hq.trust[StoreName.TVS]


async def test_what_was_not_renewed_since_is_not_restored(autojump_clock: object) -> None:
    async with LabUnderTest() as lab:
        lab.cluster()
        await lab.backup_keys()
        await renew(lab, "TVS")
        await lab.restore_keys()
        assert [each.unit for each in lab.events if isinstance(each, CertificateRestored)] == ["TVS"]


async def test_the_backup_keeps_itlrecovery_under_its_name(autojump_clock: object) -> None:
    async with LabUnderTest() as lab:
        hq = lab.cluster(release="12.5").cluster
        first = hq.publisher.identities[CertificateUnit.ITL_RECOVERY]
        await lab.backup_keys(name="monday")
        await renew(lab, "ITLRecovery")
        second = hq.publisher.identities[CertificateUnit.ITL_RECOVERY]
        await lab.backup_keys(name="tuesday")
        assert hq.saved_keys == {"monday": first, "tuesday": second}
        assert [each.name for each in lab.events if isinstance(each, KeysBackedUp)] == ["monday", "tuesday"]


async def test_a_later_backup_of_the_same_name_takes_the_place_of_the_former(autojump_clock: object) -> None:
    async with LabUnderTest() as lab:
        hq = lab.cluster(release="12.5").cluster
        await lab.backup_keys()
        await renew(lab, "ITLRecovery")
        later = keys(hq)
        await lab.backup_keys()
        await renew(lab, "ITLRecovery")
        await lab.restore_keys()
        assert keys(hq) == later


async def test_phones_whose_signer_and_tvs_were_renewed_together_know_the_restored_keys(autojump_clock: object) -> None:
    async with LabUnderTest() as lab:
        hq = lab.cluster(release="11.5", mixed=False)
        phone = lab.phone("8861", NON_SECURE)
        await reset_and_back(lab, phone)
        await lab.backup_keys()
        await renew(lab, "CallManager", "TVS")
        await restart(lab)
        await reset_and_back(lab, phone)
        assert not holds_newest(hq, phone)
        await lab.restore_keys()
        await restart(lab)
        await reset_and_back(lab, phone)
        assert holds_newest(hq, phone)
        assert not [found for found in lab.explain() if found.still]


async def test_phones_whose_lists_are_newer_than_the_backup_are_locked(autojump_clock: object) -> None:
    async with LabUnderTest() as lab:
        hq = lab.cluster(release="11.5", mixed=False)
        phone = lab.phone("8861", NON_SECURE)
        await reset_and_back(lab, phone)
        await lab.backup_keys()
        for unit in ("CallManager", "TVS"):  # one after the other, as it should be
            await renew(lab, unit)
            await restart(lab)
            await reset_and_back(lab, phone)
            assert holds_newest(hq, phone)
        await lab.restore_keys()
        await restart(lab)
        await reset_and_back(lab, phone)
        assert not holds_newest(hq, phone)
        assert {found.rule for found in lab.explain()} == {"keys-restored-from-older-backup"}
        await lab.delete_trust_list_on_phone(phone=phone.device_name)
        await lab.settled()
        await lab.until(lambda: holds_newest(hq, phone), within=60)


async def test_a_release_whose_backup_holds_no_keys_makes_none(autojump_clock: object) -> None:
    async with LabUnderTest() as lab:
        hq = lab.cluster(release="9.1").cluster
        with pytest.raises(OperationFailed):
            await lab.backup_keys()
        assert not hq.backups


async def test_a_backup_that_there_is_not_is_refused(autojump_clock: object) -> None:
    async with LabUnderTest() as lab:
        hq = lab.cluster().cluster
        before = keys(hq)
        await lab.backup_keys(name="monday")
        with pytest.raises(OperationFailed, match="monday"):
            await lab.restore_keys(name="tuesday")
        assert keys(hq) == before


async def test_a_restore_needs_the_host_names_of_the_backup(autojump_clock: object) -> None:
    async with LabUnderTest() as lab:
        hq = lab.cluster().cluster
        await lab.backup_keys()
        await lab.set_host_name(name="cucm-one")
        now = keys(hq)
        with pytest.raises(OperationFailed, match="cucm-one"):
            await lab.restore_keys()
        assert keys(hq) == now
        await lab.set_host_name(name="hq-pub")
        await lab.restore_keys()
        assert keys(hq).keys() != now.keys()
