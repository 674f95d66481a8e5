"""A phone's stream in memory, and a CallManager that follows a script."""

from __future__ import annotations

import struct
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from xml.etree import ElementTree

import pytest
import trio
import trio.testing

from journal import Clock, Journal
from lab.testing import KeptEvents
from phone_sim.sccp_client import SccpClient
from wire.sccp import Decoder, Message, UnknownMessage, encode
from wire.streams import Stream

M = TypeVar("M", bound=Message)
CONNECTION = "127.10.1.2:20001>127.10.1.1:2000"


class MemoryStream(Stream):
    """One end of a pair in memory, with a connection's names; it tells `tape` what went where."""

    def __init__(self, inner: trio.StapledStream, who: str, tape: list[tuple[str, bytes]]) -> None:  # type: ignore[type-arg]
        self._inner = inner
        self._who = who
        self._tape = tape
        self.connection = CONNECTION
        self.peer_address = "127.10.1.1"

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        await self._inner.send_all(data)
        self._tape.append((self._who, bytes(data)))

    async def wait_send_all_might_not_block(self) -> None:
        await self._inner.wait_send_all_might_not_block()

    async def receive_some(self, max_bytes: int | None = None) -> bytes | bytearray:
        return await self._inner.receive_some(max_bytes)

    async def aclose(self) -> None:
        await self._inner.aclose()


class FakeCallManager:
    """Speaks SCCP by hand."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self._decoder = Decoder()

    async def say(self, *messages: Message | UnknownMessage) -> None:
        await self.stream.send_all(b"".join(encode(message) for message in messages))

    async def hear(self, kind: type[M]) -> M:
        """The next message of this kind; others before it are passed over."""
        while True:
            message = await self.next()
            assert message is not None, f"the phone left before {kind.__name__}"
            if isinstance(message, kind):
                return message

    async def next(self) -> Message | UnknownMessage | None:
        while (message := self._decoder.next_untrusted()) is None:
            data = await self.stream.receive_some(4096)
            if not data:
                return None
            self._decoder.feed(bytes(data))
        return message


def _kept() -> KeptEvents:
    return KeptEvents(Journal(Clock(tick=lambda: 0.0)))


@pytest.fixture
def notebook() -> KeptEvents:
    return _kept()


@dataclass
class Line:
    """A phone's client and the other end of its stream."""

    client: SccpClient
    callmanager: FakeCallManager
    phone_stream: MemoryStream
    notebook: KeptEvents
    tape: list[tuple[str, bytes]]


def _make_line(protocol_version: int = 20) -> Line:
    notebook = _kept()
    near, far = trio.testing.memory_stream_pair()
    tape: list[tuple[str, bytes]] = []
    stream = MemoryStream(near, "phone", tape)
    client = SccpClient(
        stream,
        notebook.journal.emitter("SEP001122334455"),
        device_name="SEP001122334455",
        model_number=436,
        load="SCCP45.9-4-2SR4-3S",
        station_address="127.10.1.2",
        protocol_version=protocol_version,
    )
    return Line(client, FakeCallManager(MemoryStream(far, "cm", tape)), stream, notebook, tape)


@pytest.fixture(scope="session")
def make_line() -> Callable[..., Line]:
    return _make_line


def _packet(number: int, to_server: bool, sequence: int, acknowledge: int, payload: bytes) -> bytes:
    client, server = bytes([127, 10, 1, 2]), bytes([127, 10, 1, 1])
    source, target = (client, server) if to_server else (server, client)
    ports = (20001, 2000) if to_server else (2000, 20001)
    tcp = struct.pack(">HHIIBBHHH", *ports, sequence, acknowledge, 0x50, 0x18, 65535, 0, 0) + payload
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), number, 0, 64, 6, 0, source, target) + tcp
    frame = bytes(12) + b"\x08\x00" + ip
    return struct.pack("<IIII", number, 0, len(frame), len(frame)) + frame


@pytest.fixture
def skinny_ids(tmp_path: Path) -> Callable[[Sequence[tuple[str, bytes]]], list[int]]:
    """Ask tshark: a session's octets in, the ids of its messages out; a malformed frame fails the test."""

    def judge(tape: Sequence[tuple[str, bytes]]) -> list[int]:
        path = tmp_path / "session.pcap"
        sent = {True: 1, False: 1}
        with path.open("wb") as file:
            file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
            for number, (who, octets) in enumerate(tape):
                to_server = who == "phone"
                file.write(_packet(number, to_server, sent[to_server], sent[not to_server], octets))
                sent[to_server] += len(octets)
        run = subprocess.run(["tshark", "-r", str(path), "-T", "pdml"], capture_output=True, text=True, check=True)
        root = ElementTree.fromstring(run.stdout)
        assert not [proto for proto in root.iter("proto") if proto.get("name") == "_ws.malformed"]
        return [int(str(f.get("show"))) for f in root.iter("field") if f.get("name") == "skinny.messageId"]

    return judge
