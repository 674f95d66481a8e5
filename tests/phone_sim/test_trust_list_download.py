"""A phone fetches CTL and ITL from its cluster before its configuration, takes them by their signers, and goes on without."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cisco_data import CertificateUnit, ServiceName
from cucm_sim import certificate_management
from cucm_sim.database import DeviceSecurityMode
from cucm_sim.tftp import FileNotFound, FileServed, TrustListServed
from cucm_sim.tftp_files import TftpFile
from phone_sim.boot import BootState
from phone_sim.events import PhoneRegistered, TrustListUpdated
from phone_sim.trust.events import ConfigurationKept, TrustListRefused, TrustListTaken
from phone_sim.trust.held_lists import HeldList, HeldLists
from phone_sim.trust.signed import Taking
from phone_sim.trust.tvs_answer import TrustRefusal

NON_SECURE = DeviceSecurityMode.NON_SECURE
Lab = Any


def files(lab: Lab) -> list[str]:
    """Names of the files that were asked for, those that there are not in brackets."""
    asked = FileNotFound | FileServed | TrustListServed
    found = [event for event in lab.events if isinstance(event, asked)]
    return [f"({event.file})" if isinstance(event, FileNotFound) else event.file for event in found]


def offered(hq: Any) -> tuple[bytes | None, bytes | None]:
    """Octets of what the cluster gives out now, for comparison."""
    return hq.cluster.ctl_file, hq.cluster.publisher.itl_file


def held(phone: Any) -> tuple[bytes | None, bytes | None]:
    lists = phone.flash.lists
    return lists.ctl.octets if lists.ctl else None, lists.itl.octets if lists.itl else None


@pytest.mark.trio
async def test_in_mixed_mode_a_phone_gets_both_lists_and_its_signed_file(autojump_clock: object, lab: Lab) -> None:
    lab.cluster()
    phone = lab.phone("8865")
    await lab.registered(phone)
    name = phone.device_name
    assert files(lab) == [f"CTL{name}.tlv", f"ITL{name}.tlv", f"{name}.cnf.xml.sgn"]
    assert not lab.of(phone, TrustListUpdated)


@pytest.mark.trio
async def test_in_a_non_secure_cluster_there_is_no_ctl(autojump_clock: object, lab: Lab) -> None:
    lab.cluster(mixed=False)
    phone = lab.phone(mode=NON_SECURE)
    await lab.registered(phone)
    name = phone.device_name
    assert files(lab) == [f"(CTL{name}.tlv)", f"ITL{name}.tlv", f"{name}.cnf.xml.sgn"]


@pytest.mark.trio
async def test_a_new_phone_takes_the_first_lists_unchecked(autojump_clock: object, lab: Lab) -> None:
    hq = lab.cluster()
    phone = lab.phone(on=False)
    phone.flash.lists = HeldLists()
    phone.power_on(lab.power)
    await lab.registered(phone)
    assert [event.taking for event in lab.of(phone, TrustListTaken)] == [Taking.UNCHECKED, Taking.BY_LIST]
    assert held(phone) == offered(hq)
    assert "CTL and ITL installed" in [message.text for message in phone.status_messages]


@pytest.mark.trio
async def test_a_new_list_of_a_known_signer_is_taken(autojump_clock: object, lab: Lab) -> None:
    hq = lab.cluster()
    phone = lab.phone()
    await lab.registered(phone)
    before = held(phone)
    certificate_management.regenerate(hq.cluster, CertificateUnit.CALLMANAGER, lab.keys)
    certificate_management.update_ctl_file(hq.cluster)
    for service in (ServiceName.CALLMANAGER, ServiceName.TFTP):
        await hq.services[service].restart(lab.nursery)
    await lab.until(lambda: lab.of(phone, TrustListUpdated))
    await lab.registered(phone)
    assert held(phone) == offered(hq) != before
    assert "Trust List updated" in [message.text for message in phone.status_messages]


@pytest.mark.trio
async def test_a_phone_of_another_cluster_takes_neither_lists_nor_configuration(
    autojump_clock: object, lab: Lab
) -> None:
    hq = lab.cluster()
    lab.cluster("other", start=False)
    phone = lab.phone(trusts="other")
    before = held(phone)
    await lab.reaches(phone, BootState.BACKING_OFF)
    assert {event.refusal for event in lab.of(phone, TrustListRefused)} == {TrustRefusal.TVS_NOT_CONFIGURED}
    assert held(phone) == before
    assert not lab.of(phone, ConfigurationKept)
    phone.delete_trust_lists()
    await lab.registered(phone)
    assert held(phone) == offered(hq)


@pytest.mark.parametrize(
    ("octets", "registers"), [(b"\x04\x00", True), (bytes(70_000), False)], ids=["no list", "too long"]
)
@pytest.mark.trio
async def test_a_list_that_cannot_be_had_leaves_the_old_one_and_one_that_is_too_long_keeps_the_phone_from_registering(
    octets: bytes, registers: bool, monkeypatch: pytest.MonkeyPatch, autojump_clock: object, lab: Lab
) -> None:
    hq = lab.cluster(start=False)
    real = hq.tftp._files.file_untrusted
    monkeypatch.setattr(
        hq.tftp._files, "file_untrusted", lambda name: TftpFile(octets) if name.endswith(".tlv") else real(name)
    )
    lab.start("hq")
    phone = lab.phone()
    before = phone.flash.lists
    await (lab.registered(phone) if registers else lab.reaches(phone, BootState.BACKING_OFF))
    assert {event.list for event in lab.of(phone, TrustListRefused)} == ({"CTL", "ITL"} if registers else {"CTL"})
    assert phone.flash.lists is before


@pytest.mark.trio
async def test_lists_and_configuration_survive_the_plug(autojump_clock: object, lab: Lab) -> None:
    lab.cluster()
    phone = lab.phone()
    await lab.registered(phone)
    before = held(phone)
    phone.power_off()
    assert phone.flash.configuration is not None
    phone.power_on(lab.power)
    await lab.until(lambda: len(lab.of(phone, PhoneRegistered)) == 2)
    assert held(phone) == before
    assert not lab.of(phone, TrustListUpdated)


@pytest.mark.parametrize("allowed", [True, False])
@pytest.mark.trio
async def test_an_itl_of_signer_version_1_1_makes_the_phone_read_its_configuration_over_https(
    allowed: bool, autojump_clock: object, lab: Lab
) -> None:
    lab.cluster()
    phone = lab.phone("8865", on=False)
    if allowed:
        itl = phone.flash.lists.itl
        header = replace(itl.content.header, signer_version=(1, 1))
        phone.flash.lists = replace(phone.flash.lists, itl=HeldList(itl.octets, replace(itl.content, header=header)))
    phone.power_on(lab.power)
    await lab.registered(phone)
    served = [event for event in lab.events if isinstance(event, FileServed | TrustListServed)]
    assert [event.transport for event in served] == ["HTTP", "HTTP", "HTTPS" if allowed else "HTTP"]
