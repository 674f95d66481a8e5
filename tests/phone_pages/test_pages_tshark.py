"""In a capture the pages are ordinary HTTP between the phone's address and the reader's, and tshark finds nothing wrong."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import trio

from cisco_data.models import MODELS
from journal import Clock, Journal
from lab.running.addresses import Block
from lab.running.phone_page import fetch_page
from lab.running.world import World
from phone_sim.pages.paths import Page, path_of
from pki import KeyRing
from tests.phone_sim.conftest import NOW
from tests.wire_capture.judge import tshark
from wire.capture import PcapngWriter
from wire.http.streams import get
from wire.net import connect

pytestmark = pytest.mark.peer("tshark")
WRONG = "_ws.malformed || tcp.analysis.flags || tcp.checksum.status == 0 || ip.checksum.status == 0"


@pytest.fixture
def captured(ring_of_keys: Any, tmp_path: Path) -> tuple[Path, str, int]:
    """One page seen from the lab's desk, one by somebody whose end nobody taps; the file, the phone's address and port."""
    path = tmp_path / "pages.pcapng"
    keys: KeyRing = ring_of_keys()

    async def main(block: Block, writer: PcapngWriter) -> tuple[str, int]:
        async with trio.open_nursery() as nursery:
            journal = Journal(Clock(NOW, trio.current_time))
            world = World(journal, nursery, block, keys, tap=writer, named=writer.station)
            world.add_cluster("hq")
            phone = world.add_phone("p", model=MODELS["8861"], cluster="hq", device_name="SEP00AABBCCDDEE")
            phone.power_on(nursery)
            assert phone.web is not None
            await fetch_page(world, "p", "Security configuration")
            async with await connect(phone.web.address, phone.web.port) as stream:
                assert (await get(stream, "/nowhere", host="p", max_body=1000)).status == 404
            await trio.sleep(0.1)
            phone.power_off()
            nursery.cancel_scope.cancel()
        return phone.web.address, phone.web.port

    with path.open("wb", buffering=0) as file, Block() as block:
        writer = PcapngWriter(file, lambda: NOW + timedelta(seconds=trio.current_time()))
        address, port = trio.run(main, block, writer)
        writer.close()
    return path, address, port


def test_tshark_reads_request_and_answer(captured: tuple[Path, str, int]) -> None:
    path, address, port = captured
    as_http = ["-d", f"tcp.port=={port},http"]
    asked = tshark(path, *as_http, fields=["ip.dst", "http.request.uri"], only="http.request")
    seen = [row["http.request.uri"] for row in asked if row["ip.dst"] == address]
    assert seen == [path_of("88xx", Page.SECURITY_CONFIGURATION), "/nowhere"]
    answered = tshark(
        path, *as_http, fields=["ip.src", "http.response.code", "http.content_type"], only="http.response"
    )
    assert [row["http.response.code"] for row in answered if row["ip.src"] == address] == ["200", "404"]
    assert answered[0]["http.content_type"] == "text/html; charset=utf-8"
    assert tshark(path, *as_http, only=WRONG) == []


def test_the_reader_has_an_address_of_the_labs_own(captured: tuple[Path, str, int]) -> None:
    path, address, _ = captured
    (first, *_) = tshark(path, fields=["ip.src"], only=f"http.request && ip.dst == {address}")
    assert first["ip.src"] == f"{address.rpartition('.')[0]}.250"
