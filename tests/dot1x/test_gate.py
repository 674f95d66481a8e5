"""A network behind a switch port: closed, nothing goes; opened again, what waited goes on; and nobody is told in between."""

from __future__ import annotations

import errno
from collections.abc import AsyncIterator

import pytest
import trio
import trio.testing

from edge_sim.authenticator.gate import MAX_BUFFERED, GatedNetwork
from wire.net import Listener, connect
from wire.streams import Transport
from wire.tcp import TcpStream

pytestmark = pytest.mark.trio
HERE = "127.77.66.2"


class Port:
    """A door in the test's own hands."""

    def __init__(self) -> None:
        self.authorized = True


class Behind:
    async def connect(self, address: str, port: int, source: str = "") -> TcpStream:
        return await connect(address, port, local_address=source or HERE)


class Both:
    """The phone's end of a connection through a gate, and the server's."""

    def __init__(self, port: Port, gate: GatedNetwork, phone: Transport, server: TcpStream) -> None:
        self.port, self.gate, self.phone, self.server = port, gate, phone, server

    def turn(self, authorized: bool) -> None:
        self.port.authorized = authorized
        self.gate.moved()


@pytest.fixture
async def both(nursery: trio.Nursery) -> AsyncIterator[Both]:
    accepted, take = trio.open_memory_channel[TcpStream](1)

    async def keep(stream: TcpStream) -> None:
        await accepted.send(stream)
        await trio.sleep_forever()

    listener = Listener(HERE, 0)
    nursery.start_soon(listener.serve, keep)
    port = Port()
    gate = GatedNetwork(Behind(), port)
    phone = await gate.connect(HERE, listener.port)
    yield Both(port, gate, phone, await take.receive())
    phone.close_now()
    gate.end()
    nursery.cancel_scope.cancel()


async def blocked(receiving: Transport) -> bool:
    """Whether nothing comes."""
    with trio.move_on_after(60) as scope:
        await receiving.receive_now()
    return scope.cancelled_caught


async def test_an_open_port_lets_everything_through(autojump_clock: object, both: Both) -> None:
    await both.phone.send_all(b"hello")
    assert await both.server.receive_some() == b"hello"
    await both.server.send_all(b"well met")
    assert await both.phone.receive_some() == b"well met"
    assert both.phone.connection == both.server.connection
    await both.phone.send_eof()
    assert await both.server.receive_some() == b""


async def test_a_closed_port_lets_no_connection_begin(autojump_clock: object, both: Both) -> None:
    both.turn(False)
    with pytest.raises(OSError) as refused:
        await both.gate.connect(HERE, 1)
    assert refused.value.errno == errno.ENETUNREACH


async def test_nothing_passes_a_closed_port_and_nobody_is_told(autojump_clock: object, both: Both) -> None:
    both.turn(False)
    await both.phone.send_all(b"from the phone")
    await both.server.send_all(b"from the server")
    assert await blocked(both.phone)
    assert await blocked(both.server)


async def test_what_waited_goes_on_when_the_port_opens_again(autojump_clock: object, both: Both) -> None:
    both.turn(False)
    await both.phone.send_all(b"one, ")
    await both.phone.send_all(b"two")
    await both.phone.send_eof()
    await both.server.send_all(b"three")
    both.turn(True)
    assert await both.phone.receive_some() == b"three"
    assert await both.server.receive_some() == b"one, two"
    assert await both.server.receive_some() == b""


async def test_a_reader_that_was_waiting_notices_that_the_port_closed_and_opened(
    autojump_clock: object, both: Both, nursery: trio.Nursery
) -> None:
    got: list[bytes] = []

    async def read() -> None:
        got.append(await both.phone.receive_now())

    nursery.start_soon(read)
    await trio.testing.wait_all_tasks_blocked()
    both.turn(False)
    await both.server.send_all(b"late")
    await trio.sleep(100)
    assert got == []
    both.turn(True)
    await trio.sleep(1)
    assert got == [b"late"]


async def test_order_is_kept_whoever_sends_first_after_the_port_opened(autojump_clock: object, both: Both) -> None:
    both.turn(False)
    await both.phone.send_all(b"before ")
    both.turn(True)
    await both.phone.send_all(b"after")
    with trio.fail_after(1):
        said = b""
        while len(said) < 12:
            said += await both.server.receive_some()
    assert said == b"before after"


async def test_a_phone_that_gives_up_behind_a_closed_port_leaves_its_server_waiting(
    autojump_clock: object, both: Both
) -> None:
    both.turn(False)
    both.phone.close_now()
    assert await blocked(both.server)
    with pytest.raises(trio.ClosedResourceError):
        await both.phone.receive_now()
    both.turn(True)
    assert await both.server.receive_some() == b""


async def test_a_phone_that_closes_while_it_reads_is_woken(
    autojump_clock: object, both: Both, nursery: trio.Nursery
) -> None:
    woken = trio.Event()

    async def read() -> None:
        with pytest.raises(trio.ClosedResourceError):
            await both.phone.receive_now()
        woken.set()

    nursery.start_soon(read)
    await trio.testing.wait_all_tasks_blocked()
    both.turn(False)
    await trio.testing.wait_all_tasks_blocked()
    both.phone.close_now()
    with trio.fail_after(1):
        await woken.wait()


async def test_who_sends_too_much_into_a_closed_port_waits(autojump_clock: object, both: Both) -> None:
    both.turn(False)
    await both.phone.send_all(bytes(MAX_BUFFERED))
    with trio.move_on_after(60) as scope:
        await both.phone.send_all(b"one more")
    assert scope.cancelled_caught


@pytest.mark.parametrize("first", ["the phone", "the switch"])
async def test_when_the_switch_is_no_more_nothing_is_left_open(autojump_clock: object, both: Both, first: str) -> None:
    both.turn(False)
    for end in [both.phone.close_now, both.gate.leave][:: 1 if first == "the phone" else -1]:
        end()
    with trio.fail_after(1):
        assert await both.server.receive_some() == b""


async def test_a_connection_that_breaks_behind_a_closed_port_breaks_for_the_phone_only(
    autojump_clock: object, both: Both
) -> None:
    both.turn(False)
    both.phone.break_now()
    with pytest.raises(trio.BrokenResourceError):
        await both.phone.receive_some()
    with pytest.raises(trio.BrokenResourceError):
        await both.phone.send_all(b"x")
    both.phone.close_now()
    assert await blocked(both.server)


async def test_a_connection_that_breaks_behind_an_open_port_ends_for_both(autojump_clock: object, both: Both) -> None:
    both.phone.break_now()
    with pytest.raises(trio.BrokenResourceError):
        await both.phone.receive_some()
    assert await both.server.receive_some() == b""
