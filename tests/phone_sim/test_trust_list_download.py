"""A phone fetches its trust list from its TFTP server before its configuration file, and goes on without one."""

from __future__ import annotations

from typing import Any

import pytest

from cisco_data import CertificateUnit
from cucm_sim import certificate_management
from cucm_sim.database import DeviceSecurityMode
from cucm_sim.tftp import FileNotFound, FileServed, TrustListServed
from phone_sim.download_events import DownloadFailure
from phone_sim.events import TrustListUpdated
from phone_sim.trust.held_lists import HeldLists
from phone_sim.trust_list_offer import TrustListRefused
from wire.http.messages import Response
from wire.trust_list import trust_list_names

NON_SECURE = DeviceSecurityMode.NON_SECURE


def files(lab: Any) -> list[str]:
    """Names of the files that were asked for, those that there are not in brackets."""
    asked = FileNotFound | FileServed | TrustListServed
    found = [event for event in lab.events if isinstance(event, asked)]
    return [f"({event.file})" if isinstance(event, FileNotFound) else event.file for event in found]


@pytest.mark.trio
async def test_in_mixed_mode_a_phone_gets_its_ctl_and_then_its_configuration(autojump_clock: object, lab: Any) -> None:
    lab.cluster()
    phone = lab.phone()
    await lab.registered(phone)
    name = phone.device_name
    assert files(lab) == [f"CTL{name}.tlv", f"{name}.cnf.xml"]


@pytest.mark.trio
async def test_in_a_non_secure_cluster_a_phone_finds_no_ctl_and_gets_its_itl(autojump_clock: object, lab: Any) -> None:
    lab.cluster(mixed=False)
    phone = lab.phone(mode=NON_SECURE)
    await lab.registered(phone)
    name = phone.device_name
    assert files(lab) == [f"(CTL{name}.tlv)", f"ITL{name}.tlv", f"{name}.cnf.xml"]


@pytest.mark.trio
async def test_a_phone_without_any_list_asks_for_none(autojump_clock: object, lab: Any) -> None:
    lab.cluster()
    phone = lab.phone(on=False)
    phone.flash.lists = HeldLists()
    phone.power_on(lab.power)
    await lab.registered(phone)
    assert files(lab) == [f"{phone.device_name}.cnf.xml"]


@pytest.mark.trio
async def test_a_new_list_is_taken_from_the_file(autojump_clock: object, lab: Any) -> None:
    hq = lab.cluster()
    phone = lab.phone(on=False)
    held = phone.flash.trusted_servers
    certificate_management.regenerate(hq.cluster, CertificateUnit.CALLMANAGER, lab.keys)
    certificate_management.update_ctl_file(hq.cluster)
    phone.power_on(lab.power)
    await lab.until(lambda: lab.of(phone, TrustListUpdated))
    assert phone.flash.trusted_servers == hq.trust_list() != held


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (Response(200, b"\x04\x00"), DownloadFailure.UNREADABLE),
        (Response(503), DownloadFailure.REFUSED),
        (Response(200, bytes(70_000)), DownloadFailure.UNREADABLE),
    ],
    ids=["no list", "refused", "too long"],
)
@pytest.mark.trio
async def test_a_list_that_cannot_be_had_leaves_the_old_one_and_the_phone_goes_on(
    answer: Response, failure: DownloadFailure, monkeypatch: pytest.MonkeyPatch, autojump_clock: object, lab: Any
) -> None:
    hq = lab.cluster(start=False)
    real = hq.tftp._answer

    def planted(request: Any, emitter: Any) -> Response:
        return answer if request.target.endswith(".tlv") else real(request, emitter)

    monkeypatch.setattr(hq.tftp, "_answer", planted)
    lab.start("hq")
    phone = lab.phone()
    held = phone.flash.trusted_servers
    await lab.registered(phone)
    assert lab.one(phone, TrustListRefused).failure == failure
    assert phone.flash.trusted_servers is held
    assert trust_list_names(phone.device_name)[1] not in files(lab)
