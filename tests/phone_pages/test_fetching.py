"""A user of the lab fetches a phone's page over HTTP, by its name or its path, or reads in one sentence why there is none."""

from __future__ import annotations

import errno
import socket
from datetime import timedelta
from typing import Any

import pytest
import trio

from lab.running import phone_page
from lab.running.addresses import Block
from lab.running.phone_page import MAX_PHONES, PageNotFetched, PagePorts, fetch_page, page_lines
from phone_sim.events import BackedOff, PhoneStarted
from phone_sim.pages.console_log import ConsoleLog
from phone_sim.texts.console import Console
from tests.phone_pages.conftest import GENERATIONS
from tests.phone_sim.conftest import NON_SECURE, NOW
from wire.net import Listener
from wire.tcp import TcpStream

Lab = Any


@pytest.mark.trio
@pytest.mark.parametrize("model", GENERATIONS.values())
async def test_a_page_is_found_by_its_name_whatever_the_generation(
    autojump_clock: object, lab: Lab, model: str
) -> None:
    lab.cluster()
    phone = lab.phone(model, device="SEP00AABBCCDDEE")
    assert "Host name: SEP00AABBCCDDEE" in page_lines(await fetch_page(lab, phone.device_name, "/"))
    assert "LSC: Not Installed" in page_lines(await fetch_page(lab, phone.device_name, "security configuration"))
    assert "<HostName>SEP00AABBCCDDEE</HostName>" in await fetch_page(lab, phone.device_name, "DeviceInformation")


@pytest.mark.trio
@pytest.mark.parametrize(
    ("page", "sentence"),
    [
        ("Wallpaper", "a phone has no page 'Wallpaper'; it has Device information"),
        ("/Wallpaper", "answered 404 to /Wallpaper"),
        ("/a page", "a path is a slash"),
    ],
)
async def test_a_page_that_is_not_there_is_a_sentence(
    autojump_clock: object, lab: Lab, page: str, sentence: str
) -> None:
    lab.cluster(start=False)
    phone = lab.phone()
    with pytest.raises(PageNotFetched, match=sentence):
        await fetch_page(lab, phone.device_name, page)


@pytest.mark.trio
async def test_a_phone_without_power_shows_nothing(autojump_clock: object, lab: Lab) -> None:
    lab.cluster(start=False)
    phone = lab.phone(on=False)
    with pytest.raises(PageNotFetched, match="no power"):
        await fetch_page(lab, phone.device_name, "/")


async def nothing(tcp: TcpStream) -> None:
    await trio.sleep_forever()


async def good_bye(tcp: TcpStream) -> None:
    await tcp.aclose()


async def noise(tcp: TcpStream) -> None:
    await tcp.send_all(b"\0" * 100 + b"\r\n\r\n")
    await tcp.aclose()


@pytest.mark.trio
@pytest.mark.parametrize(
    ("handler", "sentence"),
    [(nothing, "did not answer within 10 s"), (good_bye, "closed the connection|cut short"), (noise, "not HTTP")],
)
async def test_a_phone_that_misbehaves_is_a_sentence(
    autojump_clock: object, lab: Lab, handler: Any, sentence: str
) -> None:
    lab.cluster(start=False)
    phone = lab.phone(on=False)
    lab.nursery.start_soon(Listener(phone.web.address, phone.web.port).serve, handler)
    with pytest.raises(PageNotFetched, match=sentence):
        await fetch_page(lab, phone.device_name, "/")


@pytest.mark.trio
async def test_the_151st_phone_has_no_pages_and_everything_else(
    autojump_clock: object, lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phone_page, "MAX_PHONES", 2)
    lab.cluster()
    phones = [lab.phone("7960", NON_SECURE) for _ in range(3)]
    await lab.registered(*phones)
    assert [phone.web is None for phone in phones] == [False, False, True]
    with pytest.raises(PageNotFetched, match="serves no pages"):
        await fetch_page(lab, phones[2].device_name, "/")


def test_ports_are_80_or_low_ones_of_ours_and_never_given_twice() -> None:
    with Block() as block:
        ports, address = PagePorts(), block.phone()
        given = [ports.give(address) for _ in range(MAX_PHONES + 1)]
        assert given.pop() is None
        assert len(set(given)) == MAX_PHONES
        assert all(port is not None and port < 32768 for port in given)
        assert ports.give("127.0.0.1") is None


def test_a_port_that_somebody_has_is_passed_over() -> None:
    with Block() as block, socket.socket() as other:
        address = block.phone()
        free = PagePorts().give(address)
        assert free is not None
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, True)
        other.bind((address, free))
        other.listen()
        assert PagePorts().give(address) not in (None, free)


def test_a_port_that_nobody_may_have_is_tried_once(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []

    class Guarded(socket.socket):
        def bind(self, address: Any) -> None:
            tried.append(address[1])
            if address[1] < 1024:
                raise PermissionError(errno.EACCES, "not allowed")
            super().bind(address)

    with Block() as block:
        addresses = [block.phone(), block.phone()]
        monkeypatch.setattr(phone_page.socket, "socket", Guarded)
        ports = PagePorts()
        given = [ports.give(address) for address in addresses]
    assert given[0] == given[1] != 80
    assert tried.count(80) == 1


def console_lines(events: list[Any]) -> list[str]:
    console = Console()
    return [line for event in events for line in console.lines(event)]


@pytest.mark.parametrize("model", ["7965", "8861"])
def test_a_log_that_has_forgotten_its_beginning_keeps_its_numbers(model: str) -> None:
    started = PhoneStarted(device_name="S", model=model, load="l", at=NOW)
    events = [started, *(BackedOff(seconds=1, attempt=n, at=NOW + timedelta(seconds=n)) for n in range(50))]
    log = ConsoleLog(most=20)
    for event in events:
        log.note(event)
    assert list(log.lines()) == console_lines(events)[-20:]
    assert list(log.lines()) == console_lines(events)[-20:]
