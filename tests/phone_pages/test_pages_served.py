"""Each phone with power serves its pages, each of them at its generation's paths, and they say what is so at this moment."""

from __future__ import annotations

import socket
from typing import Any
from xml.etree import ElementTree

import pytest
import trio

from phone_sim.boot import BootState
from phone_sim.pages.paths import PATHS, Page, path_of
from phone_sim.pages.web_events import PageNotFound, PageServed, PagesNotServed
from phone_sim.texts.console import Console
from phone_sim.trust.held_lists import HeldLists
from pki import oneline
from tests.phone_pages.conftest import GENERATIONS
from tests.phone_sim.conftest import ENCRYPTED, NON_SECURE, NOW

Lab = Any
Workstation = Any
TYPES = {
    Page.CONSOLE_LOG: "text/plain; charset=utf-8",
    Page.DEVICE_INFORMATION_X: "text/xml; charset=iso-8859-1",
    Page.NETWORK_CONFIGURATION_X: "text/xml; charset=iso-8859-1",
}


@pytest.mark.trio
@pytest.mark.parametrize("web", GENERATIONS)
async def test_every_path_of_a_generation_shows_its_page(
    autojump_clock: object, lab: Lab, workstation: Workstation, web: str
) -> None:
    lab.cluster()
    phone = lab.phone(GENERATIONS[web], NON_SECURE)
    await lab.registered(phone)
    for path, page in PATHS[web].items():
        response = await workstation.get(phone, path)
        assert (response.status, response.content_type) == (200, TYPES.get(page, "text/html; charset=utf-8"))
        assert lab.of(phone, PageServed)[-1].page == page.value
        assert lab.of(phone, PageServed)[-1].octets == len(response.body) > 0
    assert (await workstation.get(phone, "/")).body == (
        await workstation.get(phone, path_of(web, Page.DEVICE_INFORMATION))
    ).body
    assert not lab.of(phone, PageNotFound)


@pytest.mark.trio
@pytest.mark.parametrize("web", GENERATIONS)
async def test_a_path_that_only_other_generations_have_is_404(
    autojump_clock: object, lab: Lab, workstation: Workstation, web: str
) -> None:
    lab.cluster(start=False)
    phone = lab.phone(GENERATIONS[web])
    foreign = {path for paths in PATHS.values() for path in paths} - set(PATHS[web])
    for path in [*sorted(foreign), "/index.html", "/FS", "//", "/%2e%2e/etc/passwd"]:
        assert (await workstation.get(phone, path)).status == 404
        assert lab.of(phone, PageNotFound)[-1].path == path
    assert not lab.of(phone, PageServed)


@pytest.mark.trio
async def test_every_page_leads_to_every_other(autojump_clock: object, lab: Lab, workstation: Workstation) -> None:
    lab.cluster(start=False)
    phone = lab.phone("8861")
    for page in ("Device information", "Console logs", "Status messages"):
        body = await workstation.see(phone, page)
        for linked in ("Device information", "Security configuration", "Console logs"):
            assert f'href="{path_of("88xx", Page(linked))}"' in body


@pytest.mark.trio
async def test_device_information_is_the_phones_own(autojump_clock: object, lab: Lab, workstation: Workstation) -> None:
    lab.cluster(start=False)
    phone = lab.phone("8861", device="SEP00AABBCCDDEE")
    rows = await workstation.rows(phone, "Device information")
    assert rows["MAC address"] == "00AABBCCDDEE"
    assert rows["Host name"] == "SEP00AABBCCDDEE"
    assert rows["App load ID"] == phone.model.load
    assert rows["Model number"] == "CP-8861"
    assert rows["Date"] == f"{NOW:%m/%d/%y}"
    subject = oneline(phone.flash.mic.identity.certificate.subject)
    assert f"SN:{rows['Serial number']}/" in subject


@pytest.mark.trio
async def test_the_lsc_is_shown_and_once_deleted_is_not(
    autojump_clock: object, lab: Lab, workstation: Workstation
) -> None:
    lab.cluster()
    phone = lab.phone(lsc="hq")
    await lab.registered(phone)
    held = phone.flash.lsc.identity.certificate
    rows = await workstation.rows(phone, "Security configuration")
    assert (rows["LSC"], rows["MIC"], rows["Certificate in use"]) == ("Installed", "Installed", "LSC")
    assert rows["LSC issuer"] == oneline(held.issuer)
    assert rows["LSC serial number"] == f"{held.serial_number:x}"
    assert rows["LSC valid from"] == f"{held.not_valid_before_utc:%Y-%m-%d %H:%M:%S} UTC"
    assert rows["LSC valid until"] == f"{held.not_valid_after_utc:%Y-%m-%d %H:%M:%S} UTC"
    phone.delete_lsc()
    rows = await workstation.rows(phone, "Security configuration")
    assert (rows["LSC"], rows["MIC"], rows["Certificate in use"]) == ("Not Installed", "Installed", "MIC")
    assert not [label for label in rows if label.startswith("LSC ")]
    assert rows["MIC issuer"] == oneline(phone.flash.mic.identity.certificate.issuer)


@pytest.mark.trio
async def test_a_phone_without_any_certificate_says_so(
    autojump_clock: object, lab: Lab, workstation: Workstation
) -> None:
    lab.cluster(start=False)
    phone = lab.phone("7960")
    rows = await workstation.rows(phone, "Security configuration")
    assert (rows["LSC"], rows["MIC"], rows["Certificate in use"]) == ("Not Installed", "Not Installed", "none")


@pytest.mark.trio
async def test_what_the_file_tells_is_unknown_before_it_came(
    autojump_clock: object, lab: Lab, workstation: Workstation
) -> None:
    hq = lab.cluster(start=False)
    phone = lab.phone()
    await lab.reaches(phone, BootState.BACKING_OFF)
    rows = await workstation.rows(phone, "Security configuration")
    assert "file" in rows["Security mode"]
    assert "CAPF server 1" not in rows
    assert "CUCM server1" not in await workstation.rows(phone, "Network configuration")
    lab.start("hq")
    await lab.registered(phone)
    rows = await workstation.rows(phone, "Security configuration")
    assert rows["Security mode"] == "Encrypted"
    assert rows["CAPF server 1"] == f"{hq.cluster.address}:{hq.capf.port}"


@pytest.mark.trio
async def test_active_stands_behind_the_callmanager_that_has_the_phone(
    autojump_clock: object, lab: Lab, workstation: Workstation
) -> None:
    hq = lab.cluster()
    lab.cluster("old", start=False)
    welcome, refused = lab.phone(), lab.phone(lsc="old")
    await lab.registered(welcome)
    await lab.reaches(refused, BootState.BACKING_OFF)
    rows = await workstation.rows(welcome, "Network configuration")
    assert rows["IP address"] == welcome.web.address
    assert rows["CUCM server1"] == f"{hq.cluster.address}  Active"
    assert (await workstation.rows(refused, "Network configuration"))["CUCM server1"] == hq.cluster.address


@pytest.mark.trio
async def test_both_lists_are_shown_with_their_records(
    autojump_clock: object, lab: Lab, workstation: Workstation
) -> None:
    lab.cluster(start=False)
    phone = lab.phone()
    rows = await workstation.rows(phone, "Security configuration")
    assert rows["CTL"] == rows["ITL"] == "Installed"
    assert any(value.endswith("(CAPF)") for name, value in rows.items() if name.startswith("ITL record"))
    phone.flash.lists = HeldLists()
    rows = await workstation.rows(phone, "Security configuration")
    assert rows["CTL"] == rows["ITL"] == "Not Installed"
    assert "ITL record 1" not in rows


@pytest.mark.trio
async def test_the_xml_has_a_real_phones_elements(autojump_clock: object, lab: Lab, workstation: Workstation) -> None:
    hq = lab.cluster()
    phone = lab.phone("7965", device="SEP00AABBCCDDEE")
    await lab.registered(phone)
    device = ElementTree.fromstring((await workstation.get(phone, "/DeviceInformationX")).body)
    assert device.tag == "DeviceInformation"
    assert [element.tag for element in device][:4] == ["MACAddress", "HostName", "phoneDN", "appLoadID"]
    assert device.findtext("HostName") == "SEP00AABBCCDDEE"
    assert device.findtext("modelNumber") == "CP-7965G"
    assert device.findtext("Codec") == ""
    network = ElementTree.fromstring((await workstation.get(phone, "/NetworkConfigurationX")).body)
    assert network.findtext("IPAddress") == phone.web.address
    assert network.findtext("TFTPServer1") == network.findtext("CallManager1") == hq.cluster.address


@pytest.mark.trio
@pytest.mark.parametrize("model", ["7965", "8861"])
async def test_the_console_log_is_what_the_console_printed(
    autojump_clock: object, lab: Lab, workstation: Workstation, model: str
) -> None:
    lab.cluster()
    phone = lab.phone(model, ENCRYPTED)
    await lab.registered(phone)
    live = Console()
    printed = [line for event in lab.events if event.actor == phone.device_name for line in live.lines(event)]
    assert printed
    assert (await workstation.see(phone, "Console log")).splitlines() == printed


@pytest.mark.trio
async def test_the_plug_takes_the_pages_away_and_brings_them_back(
    autojump_clock: object, lab: Lab, workstation: Workstation
) -> None:
    lab.cluster()
    phone = lab.phone(on=False)
    with pytest.raises(OSError):
        await workstation.connect(phone)
    phone.power_on(lab.power)
    assert (await workstation.get(phone, "/")).status == 200
    held = await workstation.connect(phone)
    phone.power_off()
    with pytest.raises(OSError):
        await workstation.connect(phone)
    try:
        assert await held.receive_some() == b""
    except trio.BrokenResourceError:
        pass
    await held.aclose()
    phone.power_on(lab.power)
    phone.power_on(lab.power)  # out and in again in one breath
    assert (await workstation.get(phone, "/")).status == 200
    await lab.registered(phone)


@pytest.mark.trio
async def test_where_the_port_is_taken_the_phone_lives_without_pages(
    autojump_clock: object, lab: Lab, workstation: Workstation
) -> None:
    lab.cluster()
    phone = lab.phone(on=False)
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, True)
        other.bind((phone.web.address, phone.web.port))
        other.listen()
        phone.power_on(lab.power)
        await lab.registered(phone)
    assert lab.one(phone, PagesNotServed).port == phone.web.port
    phone.power_on(lab.power)
    assert (await workstation.get(phone, "/")).status == 200
    assert len(lab.of(phone, PagesNotServed)) == 1
