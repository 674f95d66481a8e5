"""Each lab has a block of loopback addresses to itself; a block that anybody uses is left alone."""

from __future__ import annotations

import socket
import subprocess
import sys

import pytest

from cucm_sim.events import CallManagerStarted
from lab.base.failures import MachineCannot
from lab.running import addresses
from lab.running.addresses import STANDARD_PORTS, Block, NoAddress
from phone_sim.vpn.events import VpnConnected

STORY = """
title = "t"
[clusters.a]
[clusters.b]
[phones.p]
model = "7965"
cluster = "a"
profile = "Encrypted"
[phones.q]
model = "8861"
cluster = "b"
[[steps]]
do = "boot"
[[steps]]
expect = "registered"
phone = "p"
certificate = "MIC"
[[steps]]
expect = "registered"
phone = "q"
certificate = "none"
"""


@pytest.fixture
def two_blocks(monkeypatch: pytest.MonkeyPatch, blocks: list[tuple[int, int]]) -> list[str]:
    """Two blocks that nobody else looks at, the only ones for this test."""
    monkeypatch.setattr(addresses, "_BLOCKS", blocks[:2])
    return [f"127.{x}.{y}" for x, y in blocks[:2]]


def test_two_labs_have_a_block_each(two_blocks: list[str]) -> None:
    with Block() as first, Block() as second:
        assert [first.prefix, second.prefix] == two_blocks
        with pytest.raises(NoAddress, match="all 2 loopback blocks"):
            Block()
    with Block() as again:
        assert again.prefix == two_blocks[0]


def test_the_lack_of_a_block_is_the_machines() -> None:
    assert issubclass(NoAddress, MachineCannot)


@pytest.mark.parametrize("port", STANDARD_PORTS)
def test_a_block_where_somebody_listens_on_a_port_of_ours_is_passed_over(port: int, two_blocks: list[str]) -> None:
    with socket.socket() as somebody:
        somebody.bind((f"{two_blocks[0]}.2", port))
        somebody.listen()
        with Block() as block:
            assert block.prefix == two_blocks[1]


def test_a_block_that_another_process_holds_is_passed_over(two_blocks: list[str]) -> None:
    hold = (
        f"import lab.running.addresses as a, sys; a._BLOCKS = {addresses._BLOCKS[:1]}; b = a.Block(); "
        "print(b.prefix, flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", hold], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline().strip() == two_blocks[0]
        with Block() as block:
            assert block.prefix == two_blocks[1]
        other.kill()  # even so, it is free at once
    with Block() as block:
        assert block.prefix == two_blocks[0]


def test_servers_and_phones_have_addresses_of_their_own(two_blocks: list[str]) -> None:
    with Block() as block:
        servers = [block.server() for _ in range(99)]
        phones = [block.phone() for _ in range(150)]
        assert len({*servers, *phones}) == 249
        assert all(address.startswith(f"{two_blocks[0]}.") for address in (*servers, *phones))
        assert f"{two_blocks[0]}.254" not in {*servers, *phones}
        assert block.port(2443) == 2443
        assert block.phone() == phones[0]
        with pytest.raises(NoAddress, match="99 servers"):
            block.server()


@pytest.mark.parametrize("name", ["new-cluster-old-lsc", "install-lsc-by-null-string"])
def test_every_connection_of_a_story_goes_to_a_standard_port(name, of_gallery) -> None:  # type: ignore[no-untyped-def]
    connections = {event.connection for event in of_gallery(name).events if ">" in event.connection}
    assert connections
    assert {int(connection.rpartition(":")[2]) for connection in connections} <= {*STANDARD_PORTS, 69, 10069}


def test_where_there_is_only_127_0_0_1_servers_have_ports_of_their_own(  # type: ignore[no-untyped-def]
    monkeypatch, play_text
) -> None:
    monkeypatch.setattr(addresses.sys, "platform", "darwin")
    result = play_text(STORY)
    assert result.passed, result.steps[-1].observed
    started = [event for event in result.events if isinstance(event, CallManagerStarted)]
    assert {event.address for event in started} == {"127.0.0.1"}
    ports = [port for event in started for port in (event.port, event.secure_port)]
    assert len(set(ports)) == 4
    assert all(20000 <= port < 32768 for port in ports)  # the kernel picks ports for clients above


def test_where_there_is_only_127_0_0_1_a_phone_registers_inside_its_tunnel_too(  # type: ignore[no-untyped-def]
    monkeypatch, play_text
) -> None:
    monkeypatch.setattr(addresses.sys, "platform", "darwin")
    vpn = STORY.replace("[phones.p]", '[vpn.asa]\ntrusts = ["Cisco Manufacturing CA"]\n[phones.p]\nvpn = "asa"')
    result = play_text(vpn)
    assert result.passed, result.steps[-1].observed
    (connected,) = [event for event in result.events if isinstance(event, VpnConnected)]
    assert connected.address == "127.0.0.1"


def test_no_port_left_on_127_0_0_1_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses.sys, "platform", "darwin")
    monkeypatch.setattr(addresses, "_is_free", lambda *_: False)
    with Block() as block, pytest.raises(NoAddress, match="no port between 20000 and 32000"):
        block.port(2000)
