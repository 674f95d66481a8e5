"""Whatever a peer sends to a phone's pages ends in an event and a closed connection; it changes nothing and holds nobody up."""

from __future__ import annotations

from typing import Any

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st

from cisco_data.models import MODELS
from journal import Clock, Journal
from phone_sim.boot import BootState
from phone_sim.flash import Flash
from phone_sim.network import TftpAddress
from phone_sim.pages import server
from phone_sim.pages.paths import PATHS, page_at
from phone_sim.pages.server import PageServer
from phone_sim.pages.view import Web
from phone_sim.pages.web_events import PageRequestRefused, PageServed
from wire.http.messages import MAX_HEAD, HttpRefusal
from wire.http.streams import TIMEOUT
from wire.net import ConnectionDisplaced
from wire.streams import Stream

Lab = Any
Workstation = Any


async def all_of(stream: trio.abc.ReceiveStream) -> bytes:
    data = b""
    while chunk := await stream.receive_some(4096):
        data += chunk
    return data


@pytest.mark.trio
@pytest.mark.parametrize(
    ("sent", "reason", "status"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(500), HttpRefusal.NOT_HTTP, b"400"),
        (b"HELO phone\r\n\r\n", HttpRefusal.NOT_HTTP, b"400"),
        (b"GET /" + b"a" * 1024 + b" HTTP/1.1\r\nHost: h\r\n\r\n", HttpRefusal.NOT_HTTP, b"400"),
        (b"GET / HTTP/1.1\r\nHost: h\r\nX: " + b"a" * (MAX_HEAD + 1), HttpRefusal.TOO_LARGE, b"431"),
        (b"GET / HTTP/1.1\r\n", HttpRefusal.TOO_SLOW, b"408"),
        (b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx", HttpRefusal.NOT_ALLOWED, b"405"),
        (b"DELETE / HTTP/1.1\r\nHost: h\r\n\r\n", HttpRefusal.NOT_ALLOWED, b"405"),
        (b"HEAD / HTTP/1.1\r\nHost: h\r\n\r\n", HttpRefusal.NOT_ALLOWED, b"405"),
    ],
)
async def test_a_bad_request_is_an_event_and_a_closed_connection(
    autojump_clock: object, lab: Lab, workstation: Workstation, sent: bytes, reason: HttpRefusal, status: bytes
) -> None:
    lab.cluster()
    phone = lab.phone(lsc="hq")
    await lab.registered(phone)
    async with await workstation.connect(phone) as stream:
        await stream.send_all(sent)
        with trio.fail_after(30):
            assert (await all_of(stream)).split()[1] == status
    await lab.until(lambda: lab.of(phone, PageRequestRefused), within=5)
    refused = lab.one(phone, PageRequestRefused)
    assert refused.reason is reason
    assert refused.connection == stream.connection
    assert not lab.of(phone, PageServed)
    assert phone.state is BootState.REGISTERED
    assert phone.flash.lsc is not None
    assert (await workstation.get(phone, "/")).status == 200


def silence_is_refused(lab: Lab, phone: Any) -> list[str]:
    refused = lab.of(phone, PageRequestRefused)
    assert {event.reason for event in refused} <= {HttpRefusal.TOO_SLOW}
    return [event.connection for event in refused]


@pytest.mark.trio
@pytest.mark.parametrize("count", [0, 200])
async def test_a_page_is_served_at_once_beside_silent_connections_and_these_end_at_their_deadline(
    autojump_clock: object, lab: Lab, workstation: Workstation, count: int
) -> None:
    lab.cluster(start=False)
    phone = lab.phone()
    began = trio.current_time()
    silent = [await workstation.connect(phone) for _ in range(count)]
    assert (await workstation.get(phone, "/")).status == 200
    assert trio.current_time() - began < 2
    assert not silence_is_refused(lab, phone)
    assert not lab.of(phone, ConnectionDisplaced)
    await trio.sleep(TIMEOUT + 2)
    assert sorted(silence_is_refused(lab, phone)) == sorted(stream.connection for stream in silent)
    for stream in silent:
        assert (await all_of(stream)).startswith(b"HTTP/1.1 408 ")
        await stream.aclose()


@pytest.mark.trio
async def test_without_room_the_oldest_silent_connection_gives_way_and_one_that_is_answered_does_not(
    autojump_clock: object, lab: Lab, workstation: Workstation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "MAX_CONNECTIONS", 3)
    lab.cluster(start=False)
    phone = lab.phone()
    silent = [await workstation.connect(phone) for _ in range(5)]
    assert (await workstation.get(phone, "/")).status == 200
    displaced = [event.connection for event in lab.of(phone, ConnectionDisplaced)]
    assert displaced == [stream.connection for stream in silent[:3]]
    assert not silence_is_refused(lab, phone)
    await trio.sleep(TIMEOUT + 2)
    assert sorted(silence_is_refused(lab, phone)) == sorted(stream.connection for stream in silent[3:])
    for stream in silent:
        await stream.aclose()


@pytest.mark.trio
async def test_power_that_goes_while_somebody_is_served_leaves_nothing_behind(
    autojump_clock: object, lab: Lab, workstation: Workstation
) -> None:
    lab.cluster()
    phone = lab.phone()
    await lab.registered(phone)
    async with await workstation.connect(phone) as stream:
        await stream.send_all(b"GET / HTTP/1.1\r\n")
        await trio.sleep(1)
        phone.power_off()
        with trio.fail_after(1):
            try:
                assert await all_of(stream) == b""
            except trio.BrokenResourceError:
                pass
    # The lab itself finds a task or a socket that is left.


@given(st.sampled_from(sorted(PATHS)), st.text(max_size=300))
def test_any_path_is_a_page_or_none(web: str, path: str) -> None:
    assert page_at(web, path) is PATHS[web].get(path) or path == "/"


class OneStream(Stream):
    """Untrusted octets, then silence; what the phone answers is kept."""

    connection = "127.0.0.1:1>127.0.0.2:80"
    peer_address = "127.0.0.1"

    def __init__(self, octets: bytes) -> None:
        self._left = octets
        self.answered = b""
        self.closed = False

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        await trio.lowlevel.checkpoint()
        taken, self._left = self._left[:max_bytes], self._left[max_bytes or len(self._left) :]
        return taken

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        await trio.lowlevel.checkpoint()
        self.answered += data

    async def wait_send_all_might_not_block(self) -> None:
        await trio.lowlevel.checkpoint()

    async def aclose(self) -> None:
        self.closed = True
        await trio.lowlevel.checkpoint()


class APhone:
    """A phone in a box: no power, no file, no LSC."""

    device_name = "SEP001122334455"
    model = MODELS["8861"]
    flash = Flash("SEP001122334455", mic=None)
    tftp = TftpAddress("127.0.0.1")
    web = Web("127.0.0.2")
    file = None
    registration = None
    console_lines = ()
    status_messages = ()


REQUESTS = st.binary(max_size=200) | st.builds(
    lambda method, path, tail: method + b" " + path + b" HTTP/1.1\r\nHost: h\r\n\r\n" + tail,
    st.sampled_from([b"GET", b"POST", b"get", b"OPTIONS"]),
    st.sampled_from([path.encode() for path in PATHS["88xx"]]) | st.binary(max_size=40),
    st.binary(max_size=40),
)


@given(REQUESTS)
def test_no_octets_of_a_stranger_raise_anything(octets: bytes) -> None:
    events: list[object] = []

    async def main() -> OneStream:
        journal = Journal(Clock(tick=trio.current_time))
        journal.subscribe(events.append)
        phone = APhone()
        stream = OneStream(octets)
        await PageServer(phone, phone.web, journal.emitter(phone.device_name)).serve(stream)  # type: ignore[arg-type]
        return stream

    stream = trio.run(main)
    assert stream.closed
    assert not stream.answered or stream.answered.startswith(b"HTTP/1.1 ")
    assert len([event for event in events if isinstance(event, PageRequestRefused)]) <= 1
