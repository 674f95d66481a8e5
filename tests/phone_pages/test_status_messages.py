"""Status Messages: the published words for what happened, thirty of them, and none where Cisco's table has none."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
import trio

from cisco_data.models import MODELS
from cisco_data.registration import ResetType
from cucm_sim import administration
from journal import Event, Journal
from lab.running.lab import PhoneNetwork
from phone_sim import capf_events as capf
from phone_sim import events
from phone_sim.boot import BootState
from phone_sim.contexts import ClientContexts
from phone_sim.download_events import ConfigurationFileMissed, ConfigurationFileReceived, DownloadFailure
from phone_sim.flash import Flash
from phone_sim.https_services import HttpsServiceFailure, ServiceNotOpened
from phone_sim.network import TftpAddress
from phone_sim.pages.render import status_line
from phone_sim.phone import Phone
from phone_sim.registration_events import ResetReceived
from phone_sim.status_messages import MAX_MESSAGES, StatusMessage, StatusMessages, text_of
from phone_sim.supplicant.events import Dot1xFailed
from phone_sim.trust.events import TrustListNotServed, TrustListRefused
from phone_sim.trust.held_lists import HeldLists
from pki import NO_NAME, KeyPool
from tests.made_names import named

Lab = Any
Workstation = Any
FILE = "SEP001122334455.cnf.xml"
RECEIVED = ConfigurationFileReceived(
    file=FILE, octets=1, call_managers=(), device_security_mode=1, capf_auth_mode=0, version_stamp=""
)


def unreachable(service: str) -> events.ServerUnreachable:
    return events.ServerUnreachable(service=service, address="127.0.0.1", port=1, error=111)


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (RECEIVED, FILE),
        (ConfigurationFileMissed(file=FILE, failure=DownloadFailure.FILE_NOT_FOUND), f"File not found {FILE}"),
        (ConfigurationFileMissed(file=FILE, failure=DownloadFailure.TIMED_OUT), "TFTP timeout"),
        (unreachable("TFTP"), "TFTP timeout"),
        (ResetReceived(reset_type="RESET"), "Restart requested by Cisco Unified Communications Manager"),
        (ResetReceived(reset_type="RESTART"), "Restart requested by Cisco Unified Communications Manager"),
        (events.TrustListMissing(), "No Trust List installed"),
        (events.TrustListUpdated(servers=(named(CN="a"),)), "Trust List updated"),
        (events.TrustListUpdated(servers=(), lists=("CTL", "ITL"), first_time=True), "CTL and ITL installed"),
        (events.TrustListUpdated(servers=(), lists=("CTL",), first_time=True), "CTL Installed"),
        (events.TrustListUpdated(servers=(), lists=("ITL",), first_time=True), "ITL installed"),
        (TrustListRefused(list="ITL", file="ITLFile.tlv"), "Trust List update failed"),
        (TrustListRefused(list="CTL", file="CTLFile.tlv"), "CTL update failed"),
        (TrustListNotServed(file="CTLFile.tlv"), "File Not Found <CTLFile.tlv>"),
        (events.TrustListsDeletedOnPhone(by="menu", found=True), "Erasing CTL and ITL files"),
        (ServiceNotOpened(url="https://a:8443/", failure=HttpsServiceFailure.NOT_TRUSTED), "Host Not Found"),
        (Dot1xFailed(kind="LSC", issuer=named(CN="CAPF")), "802.1x Authentication: Failed"),
    ],
)
def test_an_event_with_published_words_has_them(event: Event, text: str) -> None:
    assert text_of(event) == text


@pytest.mark.parametrize(
    "event",
    [
        ConfigurationFileMissed(file=FILE, failure=DownloadFailure.UNREADABLE),
        ConfigurationFileMissed(file=FILE, failure=DownloadFailure.CONNECTION_LOST),
        ConfigurationFileMissed(file=FILE, failure=DownloadFailure.REFUSED, status=500),
        unreachable("SCCP"),
        unreachable("CAPF"),
        ResetReceived(reset_type="APPLY_CONFIG"),
        events.LscDeletedOnPhone(found=True),
        events.LscMissing(service="SCCP"),
        capf.LscInstalled(serial_number="1", subject=NO_NAME, issuer=NO_NAME, not_after=""),
        capf.LscErased(),
        capf.CapfFinished(ending="done", reason=1, lsc_installed=True, lsc_deleted=False),
        events.CapfTriesExhausted(tries=3),
    ],
    ids=lambda event: type(event).__name__,
)
def test_an_event_without_published_words_leaves_no_message(event: Event) -> None:
    kept = StatusMessages()
    kept.note(event)
    assert kept.messages == ()


def test_the_last_thirty_are_kept_oldest_first() -> None:
    kept = StatusMessages()
    for number in range(MAX_MESSAGES + 5):
        kept.note(ConfigurationFileMissed(file=f"{number}", failure=DownloadFailure.FILE_NOT_FOUND))
    assert [message.text for message in kept.messages] == [f"File not found {number}" for number in range(5, 35)]


@pytest.mark.parametrize(
    ("at", "line"),
    [
        (datetime(2018, 10, 9, 11, 39, 3, tzinfo=UTC), "11:39:03am 10/09/18 ITL installed"),
        (datetime(2018, 1, 9, 0, 5, 3, tzinfo=UTC), "12:05:03am 01/09/18 ITL installed"),
        (datetime(2018, 10, 9, 13, 0, 0, tzinfo=UTC), "01:00:00pm 10/09/18 ITL installed"),
    ],
)
def test_a_line_looks_like_a_real_one(at: datetime, line: str) -> None:
    assert status_line(StatusMessage(at, "ITL installed")) == line


@pytest.mark.trio
async def test_a_phones_page_tells_what_happened_to_it_and_forgets_it_with_the_power(
    autojump_clock: object, lab: Lab, workstation: Workstation
) -> None:
    hq = lab.cluster()
    phone = lab.phone()
    other = lab.phone()
    await lab.registered(phone, other)
    await administration.reset(hq.cluster, phone.device_name, ResetType.RESET)
    await lab.until(lambda: len(lab.of(phone, ConfigurationFileReceived)) == 2)
    file = f"{phone.device_name}.cnf.xml.sgn"
    restart = "Restart requested by Cisco Unified Communications Manager"
    assert [message.text for message in phone.status_messages] == [file, restart, file]
    body = await workstation.see(phone, "Status messages")
    assert re.findall(r"<li>\d\d:\d\d:\d\d[ap]m \d\d/\d\d/\d\d (.*)</li>", body) == [file, restart, file]
    assert [message.text for message in other.status_messages] == [f"{other.device_name}.cnf.xml.sgn"]
    phone.power_on(lab.power)
    assert phone.status_messages == ()
    assert "<p>None.</p>" in await workstation.see(phone, "Status messages")


@pytest.mark.trio
async def test_a_phone_that_tftp_does_not_know_and_one_without_tftp(autojump_clock: object, lab: Lab) -> None:
    hq = lab.cluster()
    lab.cluster("off", start=False)
    unknown, alone = lab.phone(), lab.phone(cluster="off")
    hq.cluster.database.remove(unknown.device_name)
    await lab.reaches(alone, BootState.BACKING_OFF)
    await lab.reaches(unknown, BootState.BACKING_OFF)
    assert [message.text for message in alone.status_messages] == ["TFTP timeout"]
    assert [message.text for message in unknown.status_messages[:3]] == [
        *(f"File Not Found <{name}>" for name in (f"CTL{unknown.device_name}.tlv", f"ITL{unknown.device_name}.tlv")),
        f"File not found {unknown.device_name}.cnf.xml.sgn",
    ]


@pytest.mark.trio
async def test_the_first_list_is_news_once(autojump_clock: object, lab: Lab) -> None:
    lab.cluster()
    phone = lab.phone(on=False)
    phone.flash.lists = HeldLists()
    phone.power_on(lab.power)
    await lab.registered(phone)
    for times in (2, 3):
        phone.reset_from_keypad()
        await lab.until(lambda times=times: len(lab.of(phone, events.PhoneRegistered)) == times)
    texts = [message.text for message in phone.status_messages]
    assert texts.count("CTL and ITL installed") == 1
    assert "Trust List updated" not in texts


@pytest.mark.trio
async def test_a_phone_outside_a_lab_has_its_console_and_status_messages(autojump_clock: object) -> None:
    """All that it needs is a journal: its server is away, which both say."""
    name, backed_off = "SEP001122334455", trio.Event()
    emitter = Journal().emitter(name)
    emitter.follow(lambda event: backed_off.set() if isinstance(event, events.BackedOff) else None)
    phone = Phone(
        MODELS["7965"],
        Flash(name, mic=None),
        network=PhoneNetwork("127.0.0.1", None),
        tftp=TftpAddress("127.0.0.1", 1),
        contexts=ClientContexts(),
        make_key=KeyPool().ring().take,
        emitter=emitter,
    )
    async with trio.open_nursery() as nursery:
        phone.power_on(nursery)
        await backed_off.wait()
        phone.power_off()
        nursery.cancel_scope.cancel()
    assert [message.text for message in phone.status_messages] == ["TFTP timeout"]
    assert any("TFTP" in line for line in phone.console_lines)
