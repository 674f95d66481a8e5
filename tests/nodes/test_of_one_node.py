"""What an administrator sets on one node: where it counts, in a running lab and in what-if, as the release says."""

from __future__ import annotations

import pytest

from cisco_data import ServiceName, StoreName
from cisco_data.tls import TlsVersion
from cucm_sim.events import ServiceParameterChanged
from lab.fleet.model import Fleet
from lab.operations import steps as st
from lab.operations.cast import NoSuch
from lab.operations.certificates import DeleteCertificate, UploadCertificate
from lab.operations.services import SetMinimumTls
from lab.play.building import make_keys
from lab.running import snapshot
from lab.running.lab import key_pool
from lab.scenario.file import parse
from lab.testing import LabUnderTest
from lab.whatif.fleet_names import FleetNames
from lab.whatif.initial_fleet import initial_fleet
from phone_sim.boot import BootState

PUB, SUB = "hq-pub", "hq-sub"
NODES = (PUB, SUB)
V1_0, V1_2 = TlsVersion.TLSv1, TlsVersion.TLSv1_2
STORY = """
title = "x"
[clusters.hq]
{release}
[clusters.hq.nodes.hq-pub]
[clusters.hq.nodes.hq-sub]
[phones.p]
model = "8861"
cluster = "hq"
[[steps]]
do = "boot"
"""
BEFORE_15SU2, CLUSTER_WIDE = "12.5SU3", "15SU2"


def fleet_of(release: str) -> Fleet:
    """Of two nodes, as what-if has it; a cluster that names no release where it is empty."""
    named = f'release = "{release}"\nminimum-tls = "TLSv1"' if release else ""
    story = parse(STORY.format(release=named), "x.toml", "x")
    return initial_fleet(story, make_keys(story, key_pool()))


@pytest.mark.trio
@pytest.mark.parametrize(("release", "minimum_of_pub"), [(BEFORE_15SU2, V1_0), (CLUSTER_WIDE, V1_2)])
async def test_the_minimum_tls_version_counts_on_the_node_or_in_the_cluster(
    autojump_clock: object, release: str, minimum_of_pub: TlsVersion
) -> None:
    async with LabUnderTest() as lab:
        hq = lab.cluster(nodes=NODES, release=release, minimum_tls="1.0")
        await lab.set_minimum_tls(version="1.2", node=SUB)
        changed = next(each for each in lab.events if isinstance(each, ServiceParameterChanged))
        assert changed.actor.node == (SUB if release == BEFORE_15SU2 else "")
        assert [node.minimum_tls_version for node in hq.nodes.values()] == [minimum_of_pub, V1_2]
        await lab.restart_service(cluster="hq", service=ServiceName.CALLMANAGER)
        await lab.restart_service(cluster="hq", service=ServiceName.CAPF)
        in_use = [node.callmanager.in_use for node in hq.nodes.values()]
        assert [each.minimum_tls for each in in_use if each is not None] == [minimum_of_pub, V1_2]
        assert hq.capf.in_use is not None
        assert hq.capf.in_use.minimum_tls == minimum_of_pub
        seen = {server.name: server.configured.minimum_tls for server in snapshot.fleet_of(lab).servers.values()}
        assert seen == {
            "CallManager of hq/hq-pub": minimum_of_pub,
            "CallManager of hq/hq-sub": V1_2,
            "CAPF of hq": minimum_of_pub,
        }
        await lab.set_minimum_tls(version="1.1")
        assert {node.minimum_tls_version for node in hq.nodes.values()} == {TlsVersion.TLSv1_1}


@pytest.mark.trio
async def test_explain_finds_the_node_whose_minimum_was_raised(autojump_clock: object) -> None:
    async with LabUnderTest() as lab:
        hq = lab.cluster(nodes=NODES, call_manager_group=[SUB])
        await lab.set_minimum_tls(version="1.2", node=SUB)
        await lab.set_minimum_tls(version="1.1", node=PUB)
        await lab.restart_service(cluster="hq", service=ServiceName.CALLMANAGER)
        phone = lab.phone("7965", lsc="hq")
        await lab.reaches(phone, BootState.BACKING_OFF)
        found = [each for each in lab.explain() if each.rule == "minimum-tls-version"]
        assert len(found) == 1
        raised = next(each for each in lab.events if isinstance(each, ServiceParameterChanged))
        assert raised.seq in [each.seq for each in found[0].evidence]
        assert f"event {raised.seq}" in found[0].why
        assert hq.cluster.registered_at(phone.device_name) is None


ALL = ("CallManager of hq/hq-pub", "CallManager of hq/hq-sub", "CAPF of hq")


@pytest.mark.parametrize(
    ("release", "node", "servers"),
    [
        (BEFORE_15SU2, PUB, (ALL[0], ALL[2])),
        (BEFORE_15SU2, SUB, (ALL[1],)),
        (BEFORE_15SU2, "", ALL),
        ("", SUB, (ALL[1],)),
        (CLUSTER_WIDE, SUB, ALL),
    ],
)
def test_what_if_sets_it_where_the_release_does(release: str, node: str, servers: tuple[str, ...]) -> None:
    steps = list(SetMinimumTls(version="1.2", node=node).steps(FleetNames(fleet_of(release))))
    assert set(steps) == {st.SetMinimumTlsStep(server, V1_2) for server in servers}


def test_a_node_that_there_is_not_and_a_node_of_a_server_are_refused() -> None:
    cast = FleetNames(fleet_of(BEFORE_15SU2)).cast
    with pytest.raises(NoSuch, match="did you mean") as error:
        SetMinimumTls(version="1.2", node="hq-sup").check(cast)
    assert error.value.key == "node"
    SetMinimumTls(version="1.2", node=SUB).check(cast)


# Trust stores


@pytest.mark.trio
@pytest.mark.parametrize(
    ("store", "stays"), [(StoreName.TVS, True), (StoreName.PHONE_VPN, True), (StoreName.PHONE_SAST, False)]
)
async def test_a_store_without_change_notification_stays_on_its_node(
    autojump_clock: object, store: StoreName, stays: bool
) -> None:
    async with LabUnderTest() as lab:
        hq = lab.cluster(nodes=NODES)
        company = lab.certificate("company root")

        def held() -> list[bool]:
            return [company in node.trust[store] for node in hq.nodes.values()]

        named = {"cluster": "hq", "store": store, "certificate": "company root"}
        await lab.upload_certificate(node=SUB, **named)
        assert held() == [not stays, True]
        await lab.upload_certificate(**named)
        assert held() == [True, True]
        await lab.delete_certificate(node=PUB, **named)
        assert held() == [False, stays]


@pytest.mark.trio
async def test_what_cucm_itself_puts_into_such_a_store_is_on_every_node(autojump_clock: object) -> None:
    async with LabUnderTest() as lab:
        hq = lab.cluster(nodes=NODES)
        await lab.regenerate_certificate(certificate="TVS of hq", node=SUB)
        own = {node.identities["TVS"].certificate for node in hq.nodes.values()}
        assert all(own <= set(node.trust[StoreName.TVS]) for node in hq.nodes.values())


@pytest.mark.parametrize(
    ("store", "node"), [(StoreName.TVS, SUB), (StoreName.PHONE_VPN, SUB), (StoreName.PHONE_SAST, "")]
)
def test_what_if_says_on_which_node_such_a_store_is_changed(store: StoreName, node: str) -> None:
    names = FleetNames(fleet_of(BEFORE_15SU2))
    for kind in (UploadCertificate, DeleteCertificate):
        (step,) = kind(store=store, certificate="CAPF of hq", node=SUB).steps(names)
        assert isinstance(step, st.ChangeOtherStoreStep)
        assert step.node == node
