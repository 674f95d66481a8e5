"""Nodes and their own certificates out of exports: by folder, by CN, by lists; and what each server then presents."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from cisco_data import CertificateUnit, ServiceKind, ServiceName, StoreName
from lab.base.failures import InvalidInput
from lab.exports import read_exports
from lab.fleet.model import Fleet
from lab.fleet.trust import ClusterTrust
from lab.testing import AUTHORITY_SUBJECT
from lab.whatif.trust.lists import ListMaker
from pki import KeyPool, node_identity
from tests.exports.conftest import Exports, pem, told
from tests.exports.two_nodes import PUB, RECOVERY, SUB, TwoNodes, renewed, two_nodes
from tests.whatif.conftest import DEVICE, NOW

CALLMANAGER, TVS, TOMCAT = CertificateUnit.CALLMANAGER, CertificateUnit.TVS, CertificateUnit.TOMCAT


@pytest.fixture
def nodes() -> TwoNodes:
    return two_nodes()


def read(exports: Exports) -> tuple[Fleet, list[str]]:
    """With what CUCM would make where a list is missing, and the grave findings."""
    exports.inventory(exports.row())
    fleet, findings = read_exports(exports.path, NOW, "15", ListMaker())
    return fleet, [told(each) for each in findings if each.grave]


def trust(exports: Exports) -> ClusterTrust:
    return read(exports)[0].trust["hq"]


def own(exports: Exports) -> dict[str, set[CertificateUnit]]:
    return {node.name: set(node.own) for node in trust(exports).nodes}


def test_each_node_has_what_lies_in_its_folder_and_the_publisher_comes_first(exports: Exports, nodes: TwoNodes) -> None:
    fleet, grave = read(nodes.write(exports))
    found = fleet.trust["hq"]
    assert (grave, found.not_told) == ([], "")
    assert fleet.phones[0].device_name == DEVICE
    assert fleet.phones[0].lists is not None
    assert [node.name for node in found.nodes] == [PUB, SUB]
    for node in found.nodes:
        assert node.own == {unit: each.certificate for unit, each in nodes.own[node.name].items()}
        assert node.tvs is not None
        assert node.tvs.presents == nodes.certificate(node.name, TVS)
        assert set(node.tvs.known[CALLMANAGER]) == {nodes.certificate(each, CALLMANAGER) for each in (PUB, SUB)}
        assert node.tvs.known[CertificateUnit.CAPF] == (exports.capf,)
    assert [ServiceName.CAPF in node.runs for node in found.nodes] == [True, False]


def test_each_callmanager_of_several_nodes_is_a_server_that_presents_its_own(exports: Exports, nodes: TwoNodes) -> None:
    fleet, _ = read(nodes.write(exports))
    names = [f"CallManager of hq/{name}" for name in (PUB, SUB)]
    assert [server.name for server in fleet.servers.values() if server.kind is ServiceKind.CALLMANAGER] == names
    for name, node in zip(names, (PUB, SUB), strict=True):
        server = fleet.servers[name]
        assert server.node == node
        assert server.in_use is not None
        assert server.in_use.certificate == server.configured.certificate == nodes.certificate(node, CALLMANAGER)
        assert fleet.origins[name, exports.capf].startswith("hq/CallManager-trust/")
    capf = fleet.servers["CAPF of hq"].in_use
    assert capf is not None
    assert capf.certificate == exports.capf
    assert fleet.call_manager_groups == {"hq": tuple(names)}
    assert fleet.phones[0].call_managers == tuple(names)
    assert fleet.nodes == {"hq": (PUB, SUB)}


def test_the_only_node_keeps_the_name_of_its_cluster(exports: Exports, nodes: TwoNodes) -> None:
    exports.cluster()
    for unit, identity in nodes.own[PUB].items():
        exports.write(f"hq/{unit}.pem", pem(identity.certificate))
    fleet, grave = read(exports)
    assert grave == []
    assert set(fleet.servers) == {"CallManager of hq", "CAPF of hq"}
    assert [node.name for node in fleet.trust["hq"].nodes] == [PUB]
    assert fleet.trust["hq"].not_told == ""
    assert fleet.phones[0].call_managers == ()


@pytest.mark.parametrize(
    "folder", ["hq/own/{}", "hq/nodes/{}/own", "hq/{}", "hq/{}/own", "hq/own/{}/CallManager/certs"]
)
def test_a_nodes_folder_may_lie_in_several_places(exports: Exports, nodes: TwoNodes, folder: str) -> None:
    exports.cluster()
    for name, held in nodes.own.items():
        for unit, identity in held.items():
            exports.write(f"{folder.format(name)}/{unit}.pem", pem(identity.certificate))
    assert own(exports) == {PUB: {*two_nodes().own[PUB]}, SUB: {*two_nodes().own[SUB]}}


def test_the_certificate_that_a_plan_will_bring_is_no_nodes_own(exports: Exports, nodes: TwoNodes) -> None:
    nodes.write(exports)
    exports.write("hq/to upload/CallManager.pem", pem(renewed().certificate))
    assert trust(exports).nodes[0].own[CALLMANAGER] == nodes.certificate(PUB, CALLMANAGER)
    assert len(trust(exports).nodes) == 2


def test_what_no_folder_places_is_its_nodes_whose_name_is_its_cn(exports: Exports, nodes: TwoNodes) -> None:
    exports.cluster()
    for name, held in nodes.own.items():
        for unit, identity in held.items():
            exports.write(f"hq/{'own' if name == PUB else 'certs'}/{unit}.pem", pem(identity.certificate))
    assert own(exports) == {PUB: {*nodes.own[PUB]}, SUB: {*nodes.own[SUB]}}


def test_what_may_be_any_nodes_is_left_out_and_named(exports: Exports, nodes: TwoNodes) -> None:
    nodes.write(exports)
    signed = exports.network.lsc().certificate
    exports.write("hq/own/CallManager.pem", pem(signed))
    fleet, grave = read(exports)
    assert [each.partition(":")[0] for each in grave] == ["hq/own/CallManager.pem"]
    assert [node.own[CALLMANAGER] for node in fleet.trust["hq"].nodes] == [
        nodes.certificate(name, CALLMANAGER) for name in (PUB, SUB)
    ]


def test_two_of_one_unit_of_one_node_are_told_and_the_newer_counts(exports: Exports, nodes: TwoNodes) -> None:
    nodes.write(exports)
    exports.write(f"hq/own/{PUB}/CallManager.der", pem(renewed().certificate))
    fleet, grave = read(exports)
    assert fleet.trust["hq"].nodes[0].own[CALLMANAGER] == renewed().certificate
    assert any(f"own/{PUB}/CallManager.pem" in each for each in grave)


def test_a_certificate_of_a_key_that_no_list_can_have_is_left_out_and_named(exports: Exports, nodes: TwoNodes) -> None:
    nodes.write(exports, lists=False)
    curve = node_identity(
        CertificateUnit.CALLMANAGER_ECDSA,
        keys=KeyPool().ring(),
        subject=AUTHORITY_SUBJECT,
        host_name=PUB,
        not_before=NOW - timedelta(days=9),
    )
    exports.write(f"hq/own/{PUB}/TVS.pem", pem(curve.certificate))
    fleet, grave = read(exports)
    assert [each.partition(":")[0] for each in grave] == [f"hq/own/{PUB}/TVS.pem"]
    assert "TVS" in fleet.trust["hq"].not_told


def test_an_own_certificate_that_is_missing_is_the_one_that_lists_have(exports: Exports, nodes: TwoNodes) -> None:
    nodes.write(exports, own=False)
    fleet, grave = read(exports)
    found = fleet.trust["hq"]
    assert (grave, found.not_told) == ([], "")
    for node in found.nodes:
        assert node.own[CALLMANAGER] == nodes.certificate(node.name, CALLMANAGER)
        assert node.own[TVS] == nodes.certificate(node.name, TVS)
    assert found.nodes[0].own[RECOVERY] == nodes.certificate(PUB, RECOVERY)
    assert sum("is not" in each or "among the exports" in each for each in exports.findings()) >= 5


@pytest.mark.parametrize("unit", [CALLMANAGER, TVS, RECOVERY])
def test_nothing_is_told_where_a_certificate_that_decides_is_not_known(
    exports: Exports, nodes: TwoNodes, unit: CertificateUnit
) -> None:
    nodes.write(exports, lists=False)
    assert trust(exports).not_told == ""
    (exports.path / "hq" / "own" / PUB / f"{unit}.pem").unlink()
    assert unit in trust(exports).not_told
    assert read(exports)[0].phones[0].lists is None


def test_nothing_is_told_of_a_cluster_without_own_certificates_and_lists(exports: Exports) -> None:
    exports.cluster()
    fleet, grave = read(exports)
    assert grave == []
    assert fleet.trust["hq"].nodes == ()
    assert fleet.trust["hq"].not_told
    assert fleet.phones[0].lists is None
    assert fleet.phones[0].lists_not_told == fleet.trust["hq"].not_told
    server = fleet.servers["CallManager of hq"].in_use
    assert server is not None
    assert server.certificate is None


# Settings


def test_settings_name_the_nodes_their_group_and_their_tftp_servers(exports: Exports, nodes: TwoNodes) -> None:
    nodes.write(exports)
    exports.write(
        "settings.toml",
        f'[clusters.hq]\nnodes = ["{SUB}", "{PUB}.example.com"]\ncall-manager-group = ["{PUB}"]\ntftp-nodes = ["{PUB}", "{SUB}"]\n',
    )
    fleet, grave = read(exports)
    assert fleet.nodes == {"hq": (SUB, PUB)}
    assert fleet.call_manager_groups == {"hq": (f"CallManager of hq/{PUB}",)}
    assert [node.name for node in fleet.trust["hq"].asked] == [PUB, SUB]
    assert fleet.phones[0].call_managers == (f"CallManager of hq/{PUB}",)
    assert grave == []


def test_own_certificates_of_a_node_that_settings_do_not_name_are_left_out(exports: Exports, nodes: TwoNodes) -> None:
    nodes.write(exports)
    exports.write("settings.toml", f'[clusters.hq]\nnodes = ["{PUB}"]\n')
    fleet, grave = read(exports)
    assert fleet.nodes == {"hq": (PUB,)}
    assert {each.partition(":")[0] for each in grave} == {f"hq/own/{SUB}/{unit}.pem" for unit in nodes.own[SUB]}


@pytest.mark.parametrize(
    "said",
    ['nodes = ["a b"]', 'nodes = ["hq-pub", "HQ-PUB"]', 'nodes = ["hq-pub"]\ntftp-nodes = ["hq-sub1"]', "nodes = 1"],
)
def test_settings_about_nodes_that_cannot_be_are_refused_with_their_place(exports: Exports, said: str) -> None:
    exports.cluster().inventory(exports.row())
    exports.write("settings.toml", f"[clusters.hq]\n{said}\n")
    with pytest.raises(InvalidInput, match=r"settings\.toml: clusters\.hq\."):
        exports.read()


# Stores


def test_other_stores_are_known_to_tvs_and_judge_no_phone(exports: Exports, nodes: TwoNodes) -> None:
    foreign = exports.network.callmanager.certificate
    nodes.write(exports).store("hq/Phone-SAST-trust", [foreign]).store(
        "hq/tomcat-trust", [nodes.certificate(PUB, TOMCAT)]
    )
    fleet, grave = read(exports)
    found = fleet.trust["hq"]
    assert grave == []
    assert set(found.stores) == {StoreName.PHONE_SAST, StoreName.TOMCAT}
    assert all(node.tvs is not None and node.tvs.known[StoreName.PHONE_SAST] == (foreign,) for node in found.nodes)
    assert all(foreign not in server.configured.trust for server in fleet.servers.values())
    assert not any("no certificate authority" in each for each in exports.findings())


def test_a_private_key_beside_own_certificates_ends_it_all(exports: Exports, nodes: TwoNodes) -> None:
    nodes.write(exports)
    exports.write(f"hq/own/{PUB}/CallManager.key", _key(nodes))
    with pytest.raises(InvalidInput, match="private key"):
        read(exports)


def _key(nodes: TwoNodes) -> bytes:
    key = nodes.own[PUB][CALLMANAGER].key
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
