"""A node with another IP address: where its services listen, what names the address, and whether certificates are made again."""

from __future__ import annotations

import socket

import pytest

from cisco_data import CertificateUnit, DeviceSecurityMode
from cucm_sim.host_name_events import AddressChanged
from lab.running.addresses import AddressPlan, NoAddress
from lab.running.lab import LabCluster
from lab.testing import LabUnderTest
from phone_sim.boot import BootState
from phone_sim.phone import Phone
from wire.signed_files import read_trust_list_untrusted

pytestmark = pytest.mark.trio
NON_SECURE, ENCRYPTED = DeviceSecurityMode.NON_SECURE, DeviceSecurityMode.ENCRYPTED
NODES = ("hq-pub", "hq-sub")
PORTS = {"Cisco CallManager": 2000, "Cisco Tftp": 6970, "Cisco Trust Verification Service": 2445, "Cisco Tomcat": 8443}
CAPF_PORT = 3804


def answers(address: str, port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((address, port)) == 0


async def back(lab: LabUnderTest, phone: Phone) -> None:
    await lab.settled()
    await lab.until(lambda: phone.state is BootState.REGISTERED, within=300)


def certificates(hq: LabCluster, node: str) -> dict[str, object]:
    return {unit: identity.certificate for unit, identity in hq.nodes[node].identities.items()}


@pytest.mark.parametrize("node", NODES)
async def test_every_service_listens_at_the_new_address_and_none_at_the_old(autojump_clock: object, node: str) -> None:
    async with LabUnderTest() as lab:
        hq = lab.cluster(nodes=NODES)
        before, former = certificates(hq, node), hq.nodes[node].address
        ports = [*PORTS.values(), *([CAPF_PORT] if node == "hq-pub" else [])]
        assert all(answers(former, port) for port in ports)
        await lab.set_address(node=node)
        now = hq.nodes[node].address
        assert now != former
        assert [answers(now, port) for port in ports] == [True] * len(ports)
        assert [answers(former, port) for port in ports] == [False] * len(ports)
        assert certificates(hq, node) == before  # by the CLI
        (event,) = (each for each in lab.events if isinstance(each, AddressChanged))
        assert (event.former_address, event.address, event.certificates) == (former, now, ())


@pytest.mark.parametrize("node", NODES)
@pytest.mark.parametrize("mode", [NON_SECURE, ENCRYPTED])
async def test_phones_find_the_node_where_it_is_now(
    autojump_clock: object, node: str, mode: DeviceSecurityMode
) -> None:
    async with LabUnderTest() as lab:
        hq = lab.cluster(nodes=NODES)
        phone = lab.phone("8861", mode, lsc="hq")
        await back(lab, phone)
        former = hq.nodes[node].address
        await lab.set_address(node=node)
        await back(lab, phone)
        now, file = hq.nodes[node].address, phone.file
        assert file is not None
        members = [member.process_node_name for member in file.members]
        assert members == [each.address for each in hq.nodes.values()]
        assert [tvs.address for tvs in file.tvs_members] == members
        assert [capf.process_node_name for capf in file.capf_list] == [hq.cluster.address]
        option_150 = [phone.tftp.address, phone.tftp.second.address] if phone.tftp.second else []
        assert option_150 == members
        assert phone.registration is not None
        assert phone.registration.call_manager == hq.nodes["hq-pub"].address
        held = phone.flash.lists.itl
        assert held is not None
        assert held.octets == hq.cluster.itl_file
        addresses = {record.address for record in read_trust_list_untrusted(held.octets).records}
        assert now in addresses
        assert former not in addresses
        assert not lab.explain()


async def test_the_pages_of_an_administrator_make_the_certificates_again(autojump_clock: object) -> None:
    async with LabUnderTest() as lab:
        hq = lab.cluster(release="12.5")
        phone = lab.phone("8861", NON_SECURE)
        await back(lab, phone)
        before = certificates(hq, "hq-pub")
        await lab.set_address(by="administration")
        await back(lab, phone)
        after = certificates(hq, "hq-pub")
        same = {unit for unit in before if before[unit] == after[unit]}
        assert same == {CertificateUnit.ITL_RECOVERY}
        held = phone.flash.lists.itl
        assert held is not None
        assert held.octets == hq.cluster.itl_file


async def test_a_machine_with_one_loopback_address_has_no_other_one(
    autojump_clock: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with LabUnderTest() as lab:
        hq = lab.cluster()
        former = hq.cluster.address
        monkeypatch.setattr(AddressPlan, "server", lambda self: former)
        with pytest.raises(NoAddress):
            await lab.set_address()
        assert hq.cluster.address == former
