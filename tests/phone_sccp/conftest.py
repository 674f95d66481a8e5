"""A phone's stream in memory, and a CallManager that follows a script."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import trio
import trio.testing

from lab.testing import KeptEvents, MemoryStream
from phone_sim.sccp_client import SccpClient
from tests.sccp_peer import SccpPeer

CONNECTION = "127.10.1.2:20001>127.10.1.1:2000"


class TapedStream(MemoryStream):
    """It tells `tape` what went where."""

    def __init__(self, inner: trio.StapledStream[Any, Any], who: str, tape: list[tuple[str, bytes]]) -> None:
        super().__init__(inner, CONNECTION, "127.10.1.1")
        self._who = who
        self._tape = tape

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        await super().send_all(data)
        self._tape.append((self._who, bytes(data)))


@pytest.fixture
def notebook() -> KeptEvents:
    return KeptEvents()


@dataclass
class Line:
    """A phone's client and the other end of its stream."""

    client: SccpClient
    callmanager: SccpPeer
    phone_stream: TapedStream
    notebook: KeptEvents
    tape: list[tuple[str, bytes]]


def _make_line(protocol_version: int = 20) -> Line:
    notebook = KeptEvents()
    near, far = trio.testing.memory_stream_pair()
    tape: list[tuple[str, bytes]] = []
    stream = TapedStream(near, "phone", tape)
    client = SccpClient(
        stream,
        notebook.journal.emitter("SEP001122334455"),
        device_name="SEP001122334455",
        model_number=436,
        load="SCCP45.9-4-2SR4-3S",
        station_address="127.10.1.2",
        protocol_version=protocol_version,
    )
    return Line(client, SccpPeer(TapedStream(far, "cm", tape)), stream, notebook, tape)


@pytest.fixture(scope="session")
def make_line() -> Callable[..., Line]:
    return _make_line
