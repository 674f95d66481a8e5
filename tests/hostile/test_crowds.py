"""Crowds and floods: a thousand callers that say nothing, and one that never stops."""

from __future__ import annotations

import gc
import sys
import tracemalloc
from typing import Any

import pytest
import trio

from cucm_sim.events import ConnectionClosed, DeviceRegistered
from wire.net import ConnectionDisplaced, Listener, connect
from wire.tcp import TcpStream
from wire.tls import HandshakeFailed

SCCP, SECURE_SCCP, CAPF, TFTP = 2000, 2443, 3804, 6970
PORTS = {"2000": SCCP, "2443": SECURE_SCCP, "3804": CAPF, "6970": TFTP}
SILENCE = {SCCP: 30.0, SECURE_SCCP: 10.0, CAPF: 10.0, TFTP: 10.0}
SECURE = "SEP00AAAAAAAA01"
Lab = Any
MOST_PER_CALLER = 64 * 1024
"""Octets that Python holds for one silent connection, both ends; OpenSSL's own come on top."""


@pytest.mark.trio
@pytest.mark.parametrize("port", PORTS.values(), ids=PORTS)
async def test_a_thousand_callers_that_say_nothing(port: int, hostile_lab: Any, autojump_clock: object) -> None:
    """Each costs little, a good phone registers beside them, and each is closed in its time."""
    async with hostile_lab() as lab:
        gc.collect()
        tracemalloc.start()
        try:
            for _ in range(1000):
                await lab.call(port)
            await trio.sleep(0.01)
            gc.collect()
            held, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert held < 1000 * MOST_PER_CALLER
        lab.phones["secure"].power_on(lab.nursery)
        await trio.sleep(5)
        assert [event.device_name for event in lab.of(DeviceRegistered)] == [SECURE]
        late: list[float] = []

        async def wait(peer: Any) -> None:
            late.append(await peer.closed_after())

        async with trio.open_nursery() as nursery:
            for peer in lab.peers:
                nursery.start_soon(wait, peer)
        assert len(late) == 1000
        assert max(late) <= SILENCE[port] + 1.5
        await trio.sleep(1)
        assert [peer.connection for peer in lab.peers if not lab.ends_of(peer)] == []


@pytest.mark.trio
@pytest.mark.parametrize("port", [SECURE_SCCP, CAPF, TFTP], ids=["2443", "3804", "6970"])
async def test_a_service_without_room_closes_its_oldest_silent_connection_and_serves_a_good_phone(
    port: int, hostile_lab: Any, autojump_clock: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    defaults = Listener.__init__.__kwdefaults__
    assert defaults is not None
    monkeypatch.setitem(defaults, "at_most", 3)
    async with hostile_lab() as lab:
        silent = [await lab.call(port) for _ in range(3)]
        await trio.sleep(0.01)
        assert not lab.of(ConnectionDisplaced)
        await lab.call(port)
        assert await silent[0].closed_after() < 1
        await trio.sleep(0.01)
        assert [event.connection for event in lab.of(ConnectionDisplaced)] == [silent[0].connection]
        assert not lab.of(ConnectionClosed)
        lab.phones["secure"].power_on(lab.nursery)
        await trio.sleep(5)
        assert [event.device_name for event in lab.of(DeviceRegistered)] == [SECURE]


@pytest.mark.trio
async def test_two_hundred_refusals_leave_no_memory_behind(hostile_lab: Any, autojump_clock: object) -> None:
    """The journal's own events aside: whoever keeps those, keeps them."""
    async with hostile_lab() as lab:

        async def refuse(count: int) -> None:
            for _ in range(count):
                peer = await lab.call(SECURE_SCCP)
                await peer.say(b"\xff" * 2000)
                peer.tcp.send_eof_now()
                await peer.closed_after()
                peer.hang_up()
                lab.peers.clear()
                lab.events.clear()

        await refuse(20)
        await trio.sleep(3)
        gc.collect()
        tracemalloc.start()
        try:
            before, _ = tracemalloc.get_traced_memory()
            await refuse(200)
            await trio.sleep(3)
            lab.events.clear()
            gc.collect()
            after, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert after - before < 200 * 1024


FLOOD = """
import socket, sys
sock = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
then = bytes.fromhex(sys.argv[3])
then *= 1_000_000 // len(then)
try:
    sock.sendall(bytes.fromhex(sys.argv[2]))
    while True:
        sock.sendall(then)
except OSError:
    pass
"""
"""Sends as fast as it can, from a process of its own, until the other end closes."""


@pytest.mark.trio
@pytest.mark.parametrize("then", [b"\xff", b"\x14\x03\x03\x00\x01\x01"], ids=["garbage", "change cipher specs"])
async def test_a_flood_is_shut_out(then: bytes, flooded_server: Any) -> None:
    """In real time, since the flood is another process. Garbage is refused at once and then read for a moment, lest a reset
    overtake the alert; of ChangeCipherSpecs after a TLS 1.3 hello OpenSSL takes 32. Neither may hold the service up."""
    server, hello, events = flooded_server
    listener = Listener("127.0.0.1", 0)
    first = b"" if then == b"\xff" else hello
    done = trio.Event()

    async def handle(tcp: TcpStream) -> None:
        await server(tcp, 0.5)
        done.set()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(listener.serve, handle)
        command = [sys.executable, "-c", FLOOD, str(listener.port), first.hex(), then.hex()]
        flood = await trio.lowlevel.open_process(command)
        try:
            with trio.fail_after(10):
                await done.wait()
                await flood.wait()
        finally:
            flood.kill()
        nursery.cancel_scope.cancel()
    assert len([event for event in events if isinstance(event, HandshakeFailed)]) == 1


@pytest.mark.trio
async def test_reading_what_is_always_there_makes_checkpoints(monkeypatch: pytest.MonkeyPatch) -> None:
    """However much has arrived, whoever reads without waiting can still be cancelled."""
    listener = Listener("127.0.0.1", 0)
    near = await connect("127.0.0.1", listener.port)
    far = await listener._accept()
    listener.close()
    await far.send_all(bytes(5000))
    await trio.sleep(0.01)
    reads = 0
    with trio.CancelScope() as scope:
        scope.cancel()
        for _ in range(100):
            await near.receive_now(1)
            reads += 1
    assert scope.cancelled_caught
    assert reads <= 10
    await near.aclose()
    await far.aclose()


@pytest.mark.trio
async def test_discarding_ends_though_more_and_more_arrives() -> None:
    listener = Listener("127.0.0.1", 0)
    near = await connect("127.0.0.1", listener.port)
    far = await listener._accept()
    listener.close()

    class Endless:
        calls = 0

        def recv(self, size: int) -> bytes:
            self.calls += 1
            assert self.calls < 1000
            return bytes(size)

    real, near._sock = near._sock, Endless()  # type: ignore[assignment]
    near.discard_arrived()
    near._sock = real
    await near.aclose()
    await far.aclose()
