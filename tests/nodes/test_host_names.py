"""A node with another host name or domain: what is made again, what names it, and what phones make of that."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
import trio

from cisco_data import CertificateUnit, DeviceSecurityMode, StoreName
from cucm_sim.certificate_events import CertificateRegenerated
from cucm_sim.events import CallManagerStarted
from cucm_sim.host_name_events import DomainChanged, HostNameChanged, NodeRestarted
from cucm_sim.tomcat import Tomcat
from lab.base.acts import ActKind
from lab.base.failures import InvalidInput
from lab.running.lab import LabCluster
from lab.testing import LabUnderTest
from lab.views import phones as view
from lab.views.facts import Facts
from phone_sim.boot import BootState
from phone_sim.phone import Phone
from phone_sim.trust.events import TrustListRefused
from pki import Certificate, read
from wire.signed_files import read_trust_list_untrusted

pytestmark = pytest.mark.trio
NON_SECURE = DeviceSecurityMode.NON_SECURE
CAPF, CALLMANAGER, TVS, RECOVERY = (
    CertificateUnit.CAPF,
    CertificateUnit.CALLMANAGER,
    CertificateUnit.TVS,
    CertificateUnit.ITL_RECOVERY,
)
NODES = ("hq-pub", "hq-sub")


def own(hq: LabCluster, node: str) -> dict[str, Certificate]:
    """CAPF is the publisher's."""
    at = hq.nodes[node]
    found = {unit: identity.certificate for unit, identity in at.identities.items()}
    return found | ({CAPF: hq.authority.certificate} if at.is_publisher else {})


def cn(certificate: Certificate) -> str:
    return read(certificate).subject.cn


def changed(before: Mapping[str, Certificate], after: Mapping[str, Certificate]) -> set[str]:
    assert before.keys() == after.keys()
    return {unit for unit in before if before[unit] != after[unit]}


def hosts(octets: bytes) -> set[tuple[str, str]]:
    return {(record.dns_name, record.address) for record in read_trust_list_untrusted(octets).records}


def holds_newest(hq: LabCluster, phone: Phone) -> bool:
    held = phone.flash.lists.itl
    return held is not None and held.octets == hq.nodes[hq.tftp_nodes[0]].itl_file


async def back(lab: LabUnderTest, phone: Phone) -> None:
    """The phone has been reset and is registered again."""
    await lab.settled()
    await lab.until(lambda: phone.state is BootState.REGISTERED, within=60)


async def test_everything_but_itlrecovery_is_made_again_under_the_new_name(autojump_clock: object) -> None:
    async with LabUnderTest() as lab:
        hq = lab.cluster(nodes=NODES, release="12.5")
        before, other = own(hq, "hq-pub"), own(hq, "hq-sub")
        await lab.set_host_name(node="hq-pub", name="cucm-one")
        assert list(hq.nodes) == ["cucm-one", "hq-sub"]
        after = own(hq, "cucm-one")
        assert changed(before, after) == set(before) - {RECOVERY}
        assert {RECOVERY, CAPF, TVS, CALLMANAGER} <= set(before)
        assert {cn(after[unit]) for unit in (CALLMANAGER, TVS, CertificateUnit.TOMCAT)} == {"cucm-one"}
        assert cn(after[CertificateUnit.CALLMANAGER_ECDSA]) == "cucm-one-EC"
        assert cn(after[RECOVERY]) == "ITLRECOVERY_hq-pub"
        assert not changed(other, own(hq, "hq-sub"))
        (event,) = (each for each in lab.events if isinstance(each, HostNameChanged))
        made = [each for each in lab.events if isinstance(each, CertificateRegenerated)]
        assert {each.unit for each in made} == set(event.certificates)
        assert {each.cause for each in made} == {event.seq}


async def test_a_subscribers_new_name_leaves_capf_and_the_publisher_alone(autojump_clock: object) -> None:
    async with LabUnderTest() as lab:
        hq = lab.cluster(nodes=NODES, release="12.5")
        publisher, subscriber = own(hq, "hq-pub"), own(hq, "hq-sub")
        await lab.set_host_name(node="hq-sub", name="cucm-two")
        assert not changed(publisher, own(hq, "hq-pub"))
        assert changed(subscriber, own(hq, "cucm-two")) == set(subscriber)


async def test_the_database_and_every_list_name_the_node_anew(autojump_clock: object) -> None:
    async with LabUnderTest() as lab:
        hq = lab.cluster(nodes=NODES, mixed=True)
        await lab.set_host_name(node="hq-sub", name="cucm-two")
        rows = hq.cluster.database.connection.execute("SELECT name FROM processnode ORDER BY rowid").fetchall()
        assert [name for (name,) in rows] == ["hq-pub", "cucm-two"]
        for table in ("certificate", "certificateprocessnodemap"):
            names = {name for (name,) in hq.cluster.database.connection.execute(f"SELECT servername FROM {table}")}
            assert names - {None} == {"hq-pub", "cucm-two"}
        address = {node.name: node.address for node in hq.nodes.values()}
        wanted = {(name, address[name]) for name in ("hq-pub", "cucm-two")}
        for node in hq.nodes.values():
            assert hosts(node.itl_file) == wanted
        assert hq.cluster.ctl_file is not None
        assert ("hq-sub", address["cucm-two"]) in hosts(hq.cluster.ctl_file)  # until utils ctl update CTLFile
        await lab.update_ctl()
        assert hosts(hq.cluster.ctl_file) == wanted


async def test_a_certificate_that_a_company_had_signed_is_self_signed_again(autojump_clock: object) -> None:
    async with LabUnderTest() as lab:
        hq = lab.cluster()
        await lab.upload_certificate(store="CallManager-trust", certificate="company root")
        await lab.sign_certificate(certificate="CallManager of hq")
        signed = hq.cluster.callmanager_identity.certificate
        assert read(signed).issuer != read(signed).subject
        await lab.set_host_name(name="cucm-one")
        again = hq.cluster.callmanager_identity.certificate
        assert read(again).issuer == read(again).subject
        assert cn(again) == "cucm-one"


async def test_a_certificate_that_is_regenerated_later_has_the_new_name(autojump_clock: object) -> None:
    async with LabUnderTest() as lab:
        hq = lab.cluster()
        await lab.set_host_name(name="cucm-one")
        await lab.regenerate_certificate(certificate="ITLRecovery of hq")
        assert cn(hq.cluster.publisher.identities[RECOVERY].certificate) == "ITLRECOVERY_cucm-one"


@pytest.mark.parametrize(("release", "follows"), [("11.5", False), ("12.5", True), ("15", True)])
async def test_phones_of_the_only_node_follow_where_itlrecovery_signs(
    autojump_clock: object, release: str, follows: bool
) -> None:
    async with LabUnderTest() as lab:
        hq = lab.cluster(release=release, mixed=False)
        phone = lab.phone("8861", NON_SECURE)
        await back(lab, phone)
        await lab.set_host_name(name="cucm-one")
        await back(lab, phone)
        assert holds_newest(hq, phone) is follows
        assert bool(lab.of(phone, TrustListRefused)) is not follows
        rules = {found.rule for found in lab.explain()}
        assert rules == (set() if follows else {"node-renamed-and-lists-refused"})


async def test_nodes_changed_one_after_the_other_without_the_phones_lock_them(autojump_clock: object) -> None:
    """The counterpart of the story of host names that are changed one at a time."""
    async with LabUnderTest() as lab:
        hq = lab.cluster(nodes=NODES, release="11.5", mixed=False)
        phone = lab.phone("8861", NON_SECURE)
        await back(lab, phone)
        phone.power_off()
        await lab.set_host_name(node="hq-sub", name="cucm-two")
        await lab.set_host_name(node="hq-pub", name="cucm-one")
        phone.power_on(lab.nursery)
        await back(lab, phone)
        assert not holds_newest(hq, phone)
        assert {found.rule for found in lab.explain()} == {"node-renamed-and-lists-refused"}


async def test_the_journal_names_the_node_anew_and_services_know_their_name(autojump_clock: object) -> None:
    async with LabUnderTest() as lab:
        hq = lab.cluster(nodes=NODES)
        phone = lab.phone("8861", NON_SECURE)
        await back(lab, phone)
        await lab.set_host_name(node="hq-pub", name="cucm-one")
        await back(lab, phone)
        started = [each.actor for each in lab.events if isinstance(each, CallManagerStarted)]
        assert started == ["hq/hq-pub/callmanager", "hq/hq-sub/callmanager", "hq/cucm-one/callmanager"]
        assert hq.cluster.registered_at(phone.device_name) is hq.nodes["cucm-one"]
        assert hq.call_manager_group == ("cucm-one", "hq-sub")
        row = view.row(lab.events, "phone", phone.device_name)
        assert (row.state, row.node) == ("registered", "cucm-one")
        (restarted,) = (each for each in lab.events if isinstance(each, NodeRestarted))
        assert restarted.phones_reset == (phone.device_name,)
        assert hq.nodes["cucm-one"].callmanager.server.name == "cucm-one"
        tomcat = hq.nodes["cucm-one"].services["Cisco Tomcat"]
        assert isinstance(tomcat, Tomcat)
        assert tomcat.host_name == "cucm-one"


async def test_a_service_that_is_stopped_stays_so(autojump_clock: object) -> None:
    async with LabUnderTest() as lab:
        hq = lab.cluster(nodes=NODES)
        await lab.stop_service(service="Cisco Tftp", node="hq-sub")
        await lab.set_host_name(node="hq-pub", name="cucm-one")
        assert not hq.nodes["hq-sub"].services["Cisco Tftp"].started
        assert hq.nodes["cucm-one"].services["Cisco Tftp"].started


async def test_a_domain_stands_in_the_names_of_certificates(autojump_clock: object) -> None:
    async with LabUnderTest() as lab:
        hq = lab.cluster(nodes=NODES, release="12.5")
        before, other = own(hq, "hq-pub"), own(hq, "hq-sub")
        await lab.set_domain(node="hq-pub", domain="voice.example.com")
        after = own(hq, "hq-pub")
        assert changed(before, after) == set(before) - {RECOVERY}
        assert cn(after[CALLMANAGER]) == "hq-pub.voice.example.com"
        assert not changed(other, own(hq, "hq-sub"))
        assert {name for name, _ in hosts(hq.cluster.itl_file)} == set(NODES)
        (event,) = (each for each in lab.events if isinstance(each, DomainChanged))
        assert (event.former_domain, event.domain) == ("", "voice.example.com")


async def test_copies_in_trust_stores_are_made_and_the_former_ones_stay(autojump_clock: object) -> None:
    async with LabUnderTest() as lab:
        hq = lab.cluster()
        former = own(hq, "hq-pub")
        await lab.set_host_name(name="cucm-one")
        tvs_trust, capf_trust = hq.cluster.trust[StoreName.TVS], hq.cluster.capf_trust
        for each in (former, own(hq, "cucm-one")):
            assert each[TVS] in tvs_trust
            assert each[CAPF] in capf_trust


@pytest.mark.parametrize(
    ("keys", "of"),
    [
        ({"name": "cucm-one"}, "node"),  # of which one?
        ({"name": "cucm-one", "node": "nowhere"}, "node"),
        ({"name": "hq_pub", "node": "hq-pub"}, "name"),
        ({"name": "HQ-sub", "node": "hq-pub"}, "name"),
        ({"name": "hq-pub", "node": "hq-pub"}, "name"),
    ],
)
async def test_what_cannot_be_a_host_name_is_refused_and_changes_nothing(
    autojump_clock: object, keys: dict[str, str], of: str
) -> None:
    async with LabUnderTest() as lab:
        hq = lab.cluster(nodes=NODES)
        before = own(hq, "hq-pub")
        with pytest.raises(InvalidInput, match=of):
            await lab.set_host_name(**keys)
        assert not changed(before, own(hq, "hq-pub"))
        await trio.lowlevel.checkpoint()


async def test_facts_and_history_go_by_the_new_name(autojump_clock: object) -> None:
    async with LabUnderTest() as lab:
        lab.cluster(nodes=NODES)
        await lab.regenerate_certificate(certificate="CallManager of hq", node="hq-sub")
        await lab.set_host_name(node="hq-sub", name="cucm-two")
        facts = Facts()
        renaming = 0
        for event in lab.events:
            facts.take(event)
            renaming = event.seq if isinstance(event, HostNameChanged) else renaming
        made = [act for act in facts.history(renaming) if act.kind is ActKind.CERTIFICATE_REGENERATED]
        assert [act.node for act in made] == ["hq-sub"]
        end = lab.events[-1].seq + 1
        assert {act.node for act in facts.history(end)} == {"", "hq-pub", "cucm-two"}  # empty for the whole cluster
        callmanagers = {
            actor: service for actor, service in facts.moment(end).services.items() if "callmanager" in actor
        }
        assert set(callmanagers) == {"hq/hq-pub/callmanager", "hq/cucm-two/callmanager"}
        assert all(service.in_use is not None for service in callmanagers.values())
