"""In a capture the pages are ordinary HTTP between the phone's address and the reader's, and tshark finds nothing wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
import trio

from lab.running.lab import Lab
from lab.running.phone_page import fetch_page
from phone_sim.pages.paths import Page, path_of
from tests.phone_sim.conftest import NOW
from tests.tshark import tshark
from wire.http.streams import get
from wire.net import connect

pytestmark = pytest.mark.peer("tshark")
WRONG = "_ws.malformed || tcp.analysis.flags || tcp.checksum.status == 0 || ip.checksum.status == 0"


@pytest.fixture
def captured(tmp_path: Path) -> tuple[Path, str, int]:
    """One page read from the lab's workstation, one from an end that no capture sees; the file, the phone's address and port."""
    path = tmp_path / "pages.pcapng"

    async def main() -> tuple[str, int]:
        async with Lab(starts=NOW) as lab:
            lab.capture(path)
            phone = lab.add_phone(model="8861", cluster=lab.add_cluster("hq"), device="SEP00AABBCCDDEE")
            phone.power_on()
            web = phone.phone.web
            assert web is not None
            await fetch_page(lab, phone.name, "Security configuration")
            async with await connect(web.address, web.port) as stream:
                assert (await get(stream, "/nowhere", host="p", max_body=1000)).status == 404
            await trio.sleep(0.1)
        return web.address, web.port

    address, port = trio.run(main)
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
    of_phone = [row for row in answered if row["ip.src"] == address]
    assert [row["http.response.code"] for row in of_phone] == ["200", "404"]
    assert of_phone[0]["http.content_type"] == "text/html; charset=utf-8"
    assert tshark(path, *as_http, only=WRONG) == []


def test_the_reader_has_an_address_of_the_labs_own(captured: tuple[Path, str, int]) -> None:
    path, address, _ = captured
    (first, *_) = tshark(path, fields=["ip.src"], only=f"http.request && ip.dst == {address}")
    assert first["ip.src"] == f"{address.rpartition('.')[0]}.250"
