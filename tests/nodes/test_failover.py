"""A cluster of several nodes: where phones register, fail over to, and come back to; and what each node has of its own."""

from __future__ import annotations

import pytest

from cisco_data import DeviceSecurityMode, ServiceName, StoreName
from cisco_data.registration import LastOutOfService
from cucm_sim.events import TrustChanged
from lab.operations.running import OperationFailed
from lab.running.lab import LabCluster
from lab.testing import LabUnderTest
from phone_sim.boot import BootState
from phone_sim.events import PhoneRegistered, RegistrationFailed
from phone_sim.failback import CHECK_SECONDS
from phone_sim.phone import Phone
from phone_sim.registration_events import BetterCallManagerAnswered, RegisterSent

pytestmark = pytest.mark.trio
NODES = ("hq-pub", "hq-sub")
CALLMANAGER, CAPF, TFTP = ServiceName.CALLMANAGER, ServiceName.CAPF, ServiceName.TFTP
MODES = (DeviceSecurityMode.NON_SECURE, DeviceSecurityMode.ENCRYPTED)


def node_of(hq: LabCluster, phone: Phone) -> str:
    """Where both ends say that it is registered; empty for nowhere."""
    node = hq.cluster.registered_at(phone.device_name)
    if node is None or phone.state is not BootState.REGISTERED or phone.registration is None:
        return ""
    assert phone.registration.call_manager == node.address
    return node.name


@pytest.mark.parametrize("mode", MODES)
async def test_a_phone_fails_over_at_once_and_returns_when_the_better_callmanager_is_back(
    autojump_clock: object, mode: DeviceSecurityMode
) -> None:
    async with LabUnderTest() as lab:
        hq = lab.cluster(nodes=NODES)
        phone = lab.phone(mode=mode, lsc="hq")
        await lab.until(lambda: node_of(hq, phone) == "hq-pub")
        await lab.stop_service(cluster="hq", service=CALLMANAGER, node="hq-pub")
        await lab.until(lambda: node_of(hq, phone) == "hq-sub", within=1)
        await lab.start_service(cluster="hq", service=CALLMANAGER, node="hq-pub")
        await lab.until(lambda: node_of(hq, phone) == "hq-pub", within=CHECK_SECONDS + 1)
        assert not hq.nodes["hq-sub"].callmanager.registrations
        assert len(lab.of(phone, BetterCallManagerAnswered)) == 1
        assert [sent.last_out_of_service for sent in lab.of(phone, RegisterSent)][1:] == [
            LastOutOfService.CM_CLOSED_TCP,
            LastOutOfService.FALLBACK,
        ]
        assert not lab.of(phone, RegistrationFailed)
        assert not lab.explain() or all(not found.still for found in lab.explain())


async def test_a_phone_stays_at_its_standby_while_the_better_callmanager_is_away(autojump_clock: object) -> None:
    async with LabUnderTest() as lab:
        hq = lab.cluster(nodes=NODES)
        await lab.stop_service(cluster="hq", service=CALLMANAGER, node="hq-pub")
        phone = lab.phone(lsc="hq")
        await lab.until(lambda: node_of(hq, phone) == "hq-sub")
        await lab.wait(seconds=5 * CHECK_SECONDS)
        assert node_of(hq, phone) == "hq-sub"
        assert len(lab.of(phone, PhoneRegistered)) == 1


async def test_a_phone_does_not_fail_over_outside_its_callmanager_group(autojump_clock: object) -> None:
    async with LabUnderTest() as lab:
        hq = lab.cluster(nodes=NODES, call_manager_group=["hq-sub"])
        phone = lab.phone(lsc="hq")
        await lab.until(lambda: node_of(hq, phone) == "hq-sub")
        await lab.stop_service(cluster="hq", service=CALLMANAGER, node="hq-sub")
        await lab.reaches(phone, BootState.BACKING_OFF)
        await lab.wait(seconds=300)
        assert node_of(hq, phone) == ""
        await lab.start_service(cluster="hq", service=CALLMANAGER)
        await lab.until(lambda: node_of(hq, phone) == "hq-sub")


async def test_a_phone_whose_power_goes_while_it_comes_back_leaves_no_connection(autojump_clock: object) -> None:
    async with LabUnderTest() as lab:
        hq = lab.cluster(nodes=NODES)
        await lab.stop_service(cluster="hq", service=CALLMANAGER, node="hq-pub")
        phone = lab.phone(lsc="hq")
        await lab.until(lambda: node_of(hq, phone) == "hq-sub")
        lab.journal.subscribe(lambda event: phone.power_off() if isinstance(event, BetterCallManagerAnswered) else None)
        await lab.start_service(cluster="hq", service=CALLMANAGER, node="hq-pub")
        await lab.wait(seconds=2 * CHECK_SECONDS)
        assert phone.state is BootState.OFF
        assert not any(node.callmanager._open for node in hq.nodes.values())


# Each service of each node in turn


@pytest.mark.parametrize("service", ServiceName)
@pytest.mark.parametrize("node", NODES)
async def test_phones_live_with_one_stopped_service_of_one_node(
    autojump_clock: object, node: str, service: ServiceName
) -> None:
    async with LabUnderTest() as lab:
        hq = lab.cluster(nodes=NODES)
        phones = [lab.phone(mode=mode, lsc="hq", on=False) for mode in MODES]
        if service not in hq.nodes[node].services:
            with pytest.raises(Exception, match="runs on the publisher only"):
                await lab.stop_service(cluster="hq", service=service, node=node)
            return
        await lab.stop_service(cluster="hq", service=service, node=node)
        with pytest.raises(OperationFailed, match=f"{service} of hq/{node} is stopped already"):
            await lab.stop_service(cluster="hq", service=service, node=node)
        for phone in phones:
            phone.power_on(lab.nursery)
        expected = "hq-sub" if (service, node) == (CALLMANAGER, "hq-pub") else "hq-pub"
        await lab.until(lambda: all(node_of(hq, phone) == expected for phone in phones), within=300)
        if service is CAPF:
            with pytest.raises(OperationFailed):
                await lab.install_lsc(phone=phones[0].device_name)


async def test_where_no_tftp_answers_no_phone_registers(autojump_clock: object) -> None:
    async with LabUnderTest() as lab:
        hq = lab.cluster(nodes=NODES)
        phone = lab.phone(lsc="hq", on=False)
        await lab.stop_service(cluster="hq", service=TFTP)
        assert not any(node.services[TFTP].started for node in hq.nodes.values())
        phone.power_on(lab.nursery)
        await lab.reaches(phone, BootState.BACKING_OFF)
        await lab.start_service(cluster="hq", service=TFTP, node="hq-sub")
        await lab.until(lambda: node_of(hq, phone) == "hq-pub")


# What a node has of its own


@pytest.mark.parametrize(("release", "everywhere"), [("11.5", False), ("12.5SU3", True)])
async def test_an_upload_to_capf_trust_stays_on_its_node_and_a_deletion_as_the_release_says(
    autojump_clock: object, release: str, everywhere: bool
) -> None:
    async with LabUnderTest() as lab:
        hq = lab.cluster(nodes=NODES, release=release)
        stores = [node.trust[StoreName.CAPF] for node in hq.nodes.values()]
        company = lab.certificate("company root")
        named = {"cluster": "hq", "store": StoreName.CAPF, "certificate": "company root"}
        await lab.upload_certificate(node="hq-sub", **named)
        assert [company in node.trust[StoreName.CAPF] for node in hq.nodes.values()] == [False, True]
        await lab.upload_certificate(**named)
        assert all(company in node.trust[StoreName.CAPF] for node in hq.nodes.values())
        await lab.delete_certificate(node="hq-pub", **named)
        assert [company in node.trust[StoreName.CAPF] for node in hq.nodes.values()] == [False, not everywhere]
        assert stores[0] == hq.nodes["hq-pub"].trust[StoreName.CAPF]


@pytest.mark.parametrize(("release", "returns"), [("10.5(2)", True), ("11.5", False)])
async def test_what_is_deleted_from_callmanager_trust_of_one_node_comes_back_where_the_release_says_so(
    autojump_clock: object, release: str, returns: bool
) -> None:
    async with LabUnderTest() as lab:
        hq = lab.cluster(nodes=NODES, release=release)
        company = lab.certificate("company root")
        named = {"cluster": "hq", "store": StoreName.CALLMANAGER, "certificate": "company root"}
        await lab.upload_certificate(**named)
        await lab.delete_certificate(node="hq-sub", **named)
        assert [company in node.callmanager_trust for node in hq.nodes.values()] == [returns, returns]
        changes = [each.change for each in lab.events if isinstance(each, TrustChanged)]
        assert changes == ["uploaded", "deleted", *(["copied"] if returns else [])]
        await lab.delete_certificate(**named) if returns else None
        assert not any(company in node.callmanager_trust for node in hq.nodes.values())


async def test_what_is_uploaded_to_callmanager_trust_of_one_node_reaches_every_node(autojump_clock: object) -> None:
    async with LabUnderTest() as lab:
        hq = lab.cluster(nodes=NODES)
        await lab.upload_certificate(
            cluster="hq", store=StoreName.CALLMANAGER, certificate="company root", node="hq-sub"
        )
        assert all(lab.certificate("company root") in node.callmanager_trust for node in hq.nodes.values())


async def test_actors_carry_the_node_only_where_there_are_several(autojump_clock: object) -> None:
    async with LabUnderTest() as lab:
        lab.cluster(nodes=NODES)
        lab.cluster("branch")
        actors = {event.actor for event in lab.events if "/" in event.actor}
        assert {"hq/hq-pub/callmanager", "hq/hq-sub/tftp", "hq/hq-pub/capf", "branch/callmanager"} <= actors
        assert "hq/hq-sub/capf" not in actors


async def test_a_nodes_new_certificate_counts_there_only_and_from_its_restart(autojump_clock: object) -> None:
    async with LabUnderTest() as lab:
        hq = lab.cluster(nodes=NODES)
        pub, sub = hq.nodes.values()
        before = pub.callmanager_identity, sub.callmanager_identity
        await lab.regenerate_certificate(certificate="CallManager of hq", node="hq-sub")
        assert (pub.callmanager_identity, sub.callmanager_identity != before[1]) == (before[0], True)
        assert sub.callmanager.in_use is not None
        assert sub.callmanager.in_use.identity == before[1]
        await lab.restart_service(cluster="hq", service=CALLMANAGER, node="hq-sub")
        assert sub.callmanager.in_use is not None
        assert sub.callmanager.in_use.identity == sub.callmanager_identity
