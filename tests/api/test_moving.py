"""Phones that go to another cluster, in a running lab: bulk certificate management, and other TFTP servers by DHCP or by hand."""

from __future__ import annotations

import pytest
from trio.testing import MockClock

from cisco_data import ServiceName
from lab import InvalidInput, Lab, OperationFailed
from lab.operations.cast import CastNode
from phone_sim.events import TftpServerNotTyped, TftpServerTyped, TrustListsDeletedOnPhone
from phone_sim.phone import Phone
from phone_sim.trust.events import TrustListRefused, TrustListTaken

TVS = ServiceName.TVS


def lists_of(lab: Lab, phone: Phone) -> set[str]:
    """The clusters whose own certificates are in the ITL that the phone holds."""
    held = phone.flash.lists.itl
    listed = {one.dns_name for one in held.content.records} if held is not None else set[str]()
    return {name for name, cluster in lab.clusters.items() if listed & set(cluster.nodes)}


async def exchanged(lab: Lab) -> None:
    for cluster in ("old", "new"):
        await lab.bulk_export(cluster=cluster)
    await lab.bulk_consolidate(cluster="old")
    for cluster in ("old", "new"):
        await lab.bulk_import(cluster=cluster)


@pytest.mark.parametrize("updated", [True, False])
async def test_from_a_mixed_cluster_a_new_ctl_is_enough_without_tvs(autojump_clock: MockClock, updated: bool) -> None:
    async with Lab() as lab:
        lab.add_cluster("old")
        lab.add_cluster("new")
        phone = lab.add_phone("lobby", model="8861", cluster="old").phone
        await lab.power_on()
        await lab.settled()
        await exchanged(lab)
        if updated:
            await lab.update_ctl(cluster="old")
            await lab.reset()
            await lab.settled()
        await lab.stop_service(cluster="old", service=TVS)
        await lab.move(to="new")
        await lab.reset()
        await lab.settled()
        assert lists_of(lab, phone) == ({"new"} if updated else {"old"})
        refused = [event for event in lab.events if isinstance(event, TrustListRefused)]
        assert bool(refused) is not updated


@pytest.mark.parametrize("restarted", [True, False])
async def test_callmanager_accepts_the_lsc_of_the_other_cluster_from_its_restart_on(
    autojump_clock: MockClock, restarted: bool
) -> None:
    async with Lab() as lab:
        lab.add_cluster("old")
        lab.add_cluster("new")
        phone = lab.add_phone("lobby", model="8861", cluster="old", profile="Encrypted", lsc="old")
        await lab.power_on()
        await lab.settled()
        await exchanged(lab)
        await lab.restart_service(cluster="old", service=TVS)
        if restarted:
            await lab.restart_service(cluster="new", service=ServiceName.CALLMANAGER)
        await lab.move(to="new")
        await lab.reset()
        result = await phone.settled()
        assert lists_of(lab, phone.phone) == {"new"}
        assert (result.registered is not None) is restarted
        assert (result.refused is None) is restarted


async def test_tvs_learns_of_an_import_by_change_notification(autojump_clock: MockClock) -> None:
    async with Lab() as lab:
        lab.add_cluster("old", mixed=False)
        lab.add_cluster("new", mixed=False)
        phone = lab.add_phone("lobby", model="8861", cluster="old").phone
        await lab.power_on()
        await lab.settled()
        await exchanged(lab)
        await lab.move(to="new")
        await lab.reset()
        await lab.settled()
        assert lists_of(lab, phone) == {"old"}
        await lab.wait(seconds=1800)
        await lab.reset()
        await lab.settled()
        assert lists_of(lab, phone) == {"new"}


async def test_what_bulk_certificate_management_cannot_do_is_one_sentence(autojump_clock: MockClock) -> None:
    async with Lab() as lab:
        lab.add_cluster("old", release="9.1")
        lab.add_cluster("new", release="11.5")
        for doing in (lab.bulk_consolidate, lab.bulk_import):
            with pytest.raises(OperationFailed, match="exported"):
                await doing(cluster="new")
        with pytest.raises(InvalidInput, match=r"^type: release 11.5 has no type"):
            await lab.bulk_export(cluster="new", type="itl-recovery")  # type: ignore[arg-type]
        await lab.bulk_export(cluster="old")
        await lab.bulk_consolidate(cluster="new")
        with pytest.raises(OperationFailed, match="CSCuy43181"):
            await lab.bulk_import(cluster="new")
        await lab.bulk_import(cluster="old")


# TFTP servers

KEEP, DELETE = ("8841", "8865"), ("7965", "7841")


@pytest.mark.parametrize("model", [*KEEP, *DELETE])
async def test_a_tftp_server_typed_by_hand_that_no_list_names_deletes_the_lists_by_model(
    autojump_clock: MockClock, model: str
) -> None:
    async with Lab() as lab:
        lab.add_cluster("old", mixed=False)
        lab.add_cluster("new", mixed=False)
        phone = lab.add_phone("lobby", model=model, cluster="old").phone
        await lab.power_on()
        await lab.settled()
        await lab.set_tftp_server(to="new", by="hand")
        await lab.settled()
        (typed,) = [event for event in lab.events if isinstance(event, TftpServerTyped)]
        assert (typed.addresses, typed.listed) == ((lab.clusters["new"].tftp.address,), False)
        deleted = [event.cause for event in lab.events if isinstance(event, TrustListsDeletedOnPhone)]
        assert deleted == ([typed.seq] if model in DELETE else [])
        assert lists_of(lab, phone) == ({"new"} if model in DELETE else {"old"})


async def test_by_dhcp_no_list_is_deleted_and_the_phone_asks_at_its_next_start(autojump_clock: MockClock) -> None:
    async with Lab() as lab:
        lab.add_cluster("old", mixed=False)
        lab.add_cluster("new", mixed=False)
        phone = lab.add_phone("lobby", model="7965", cluster="old").phone
        await lab.power_on()
        await lab.settled()
        await lab.set_tftp_server(to="new")
        await lab.settled()
        assert not [event for event in lab.events if isinstance(event, TrustListRefused)]
        await lab.reset()
        await lab.settled()
        (refused,) = [event for event in lab.events if isinstance(event, TrustListRefused)]
        assert refused.list == "ITL"
        assert lists_of(lab, phone) == {"old"}
        (told,) = [one for one in lab.explain() if one.rule == "lists-of-another-cluster"]
        assert "new" in told.why
        assert lab.clusters["new"].cluster.database.device(phone.device_name) is None


@pytest.mark.parametrize("mixed", [True, False])
async def test_another_node_of_the_cluster_typed_by_hand_is_listed_in_the_ctl_only(
    autojump_clock: MockClock, mixed: bool
) -> None:
    async with Lab() as lab:
        lab.add_cluster("hq", nodes=["pub", "sub"], tftp_servers=["pub"], mixed=mixed)
        phone = lab.add_phone("lobby", model="7965", cluster="hq").phone
        await lab.power_on()
        await lab.settled()
        await lab.set_tftp_server(to="hq/sub", by="hand")
        await lab.settled()
        (typed,) = [event for event in lab.events if isinstance(event, TftpServerTyped)]
        assert typed.listed is mixed
        assert bool([event for event in lab.events if isinstance(event, TrustListsDeletedOnPhone)]) is not mixed
        assert phone.tftp.address == lab.clusters["hq"].nodes["sub"].address
        assert phone.tftp.second is None
        last = [event.file for event in lab.events if isinstance(event, TrustListTaken) and event.seq > typed.seq]
        assert last  # each node's ITL file has its own CallManager
        assert phone.registration is not None


async def test_a_phone_without_power_takes_a_server_by_dhcp_only(autojump_clock: MockClock) -> None:
    async with Lab() as lab:
        lab.add_cluster("old")
        lab.add_cluster("new")
        phone = lab.add_phone("lobby", model="7965", cluster="old").phone
        with pytest.raises(OperationFailed, match="lobby has no power"):
            await lab.set_tftp_server(to="new", by="hand")
        assert [event for event in lab.events if isinstance(event, TftpServerNotTyped)]
        assert phone.tftp == lab.clusters["old"].tftp_address
        await lab.set_tftp_server(to="new")
        assert phone.tftp == lab.clusters["new"].tftp_address


@pytest.mark.parametrize("to", ["nowhere", "hq/nowhere", "hq/call"])
async def test_a_tftp_server_that_there_is_not_is_invalid_input(autojump_clock: MockClock, to: str) -> None:
    async with Lab() as lab:
        lab.add_cluster("hq", nodes=["pub", CastNode("call", (ServiceName.CALLMANAGER,))])
        lab.add_phone("lobby", model="7965", cluster="hq")
        with pytest.raises(InvalidInput, match=r"^to: "):
            await lab.set_tftp_server(to=to)
        await lab.set_tftp_server(to="hq/pub")
