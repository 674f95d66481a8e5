"""What the phone's file changes at once: Web Access opens and closes its pages, and they show what the file asks for."""

from __future__ import annotations

from typing import Any

import pytest

from cisco_data import AuthenticationMode
from phone_sim.boot import BootState
from phone_sim.pages.security import security_configuration
from phone_sim.pages.web_events import WebAccessChanged
from phone_sim.trust.held_lists import HeldLists
from wire.http.messages import Response
from wire.http.streams import serve_connection
from wire.phone_file import CapfServer, Member, PhoneFile, VendorConfig, write_phone_file
from wire.tcp import TcpStream

Lab = Any
Workstation = Any


class FileServer:
    """A TFTP service whose files say what the test wants."""

    def __init__(self, lab: Lab) -> None:
        self.web_access = True
        self.capf_auth_mode = None
        self.capf_list: tuple[CapfServer, ...] = ()
        hq = lab.cluster(start=False)
        self._member = Member(hq.cluster.address)
        lab.nursery.start_soon(lab.replace("hq", "TFTP").serve, self.serve)

    async def serve(self, stream: TcpStream) -> None:
        file = PhoneFile(
            members=(self._member,),
            vendor_config=VendorConfig(web_access=self.web_access),
            capf_auth_mode=self.capf_auth_mode,
            capf_list=self.capf_list,
        )
        await serve_connection(stream, lambda request: Response(200, write_phone_file(file), "text/xml"))


@pytest.mark.trio
async def test_a_file_that_forbids_it_closes_the_pages_and_one_that_allows_it_opens_them(
    autojump_clock: object, lab: Lab, workstation: Workstation
) -> None:
    files = FileServer(lab)
    phone = lab.phone("8865", on=False)  # this file server speaks HTTP only
    phone.flash.lists = HeldLists()  # it takes a file without a signature
    phone.power_on(lab.power)
    await lab.reaches(phone, BootState.BACKING_OFF)
    assert (await workstation.rows(phone, "Network configuration"))["Web access"] == "Enabled"
    assert not lab.of(phone, WebAccessChanged)
    files.web_access = False
    held = await workstation.connect(phone)
    phone.reset_from_keypad()
    await lab.until(lambda: lab.of(phone, WebAccessChanged))
    with pytest.raises(OSError):
        await workstation.connect(phone)
    await held.aclose()
    files.web_access = True
    phone.reset_from_keypad()
    await lab.until(lambda: len(lab.of(phone, WebAccessChanged)) == 2)
    assert (await workstation.get(phone, "/")).status == 200
    assert [event.enabled for event in lab.of(phone, WebAccessChanged)] == [False, True]


@pytest.mark.trio
async def test_a_phone_remembers_it_without_power_and_without_a_file(
    autojump_clock: object, lab: Lab, workstation: Workstation
) -> None:
    files = FileServer(lab)
    files.web_access = False
    phone = lab.phone("8865", on=False)  # this file server speaks HTTP only
    phone.flash.lists = HeldLists()  # it takes a file without a signature
    phone.power_on(lab.power)
    await lab.reaches(phone, BootState.BACKING_OFF)
    phone.power_on(lab.power)
    with pytest.raises(OSError):
        await workstation.connect(phone)
    await lab.reaches(phone, BootState.BACKING_OFF)
    with pytest.raises(OSError):
        await workstation.connect(phone)
    assert len(lab.of(phone, WebAccessChanged)) == 1


@pytest.mark.trio
@pytest.mark.parametrize("servers", [(), (CapfServer("127.0.0.1"),)], ids=["no CAPF", "CAPF"])
async def test_a_string_is_asked_for_only_where_there_is_a_capf_to_take_it_to(
    autojump_clock: object, lab: Lab, servers: tuple[CapfServer, ...]
) -> None:
    files = FileServer(lab)
    files.capf_auth_mode, files.capf_list = AuthenticationMode.BY_AUTHENTICATION_STRING, servers
    phone = lab.phone("8865", on=False)  # this file server speaks HTTP only
    phone.flash.lists = HeldLists()  # it takes a file without a signature
    phone.power_on(lab.power)
    await lab.reaches(phone, BootState.BACKING_OFF)
    assert security_configuration(phone).string_wanted is bool(servers)
