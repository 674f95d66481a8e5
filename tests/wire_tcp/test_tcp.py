"""TcpStream keeps trio's stream contract, and the listener survives what clients do to it."""

from __future__ import annotations

import resource
import socket
import struct

import pytest
import trio
import trio.testing

from journal import Event, Journal
from wire.net import ConnectionDisplaced, Listener, connect, waiting
from wire.tcp import TcpStream


async def pair() -> tuple[TcpStream, TcpStream]:
    left, right = socket.socketpair()  # AF_UNIX: full is full, where TCP's buffers grow with the hour
    return NamedByHand(left), NamedByHand(right)


class NamedByHand(TcpStream):
    """TcpStream over a socket whose end has no address."""

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        self._sock = sock
        self._tap = None
        self._sending = self._receiving = self._eof_sent = False


async def clogged_pair() -> tuple[TcpStream, TcpStream]:
    left, right = await pair()
    for stream in (left, right):
        for size in (65536, 1):
            try:
                while True:
                    stream._sock.send(b"x" * size)
            except BlockingIOError:
                pass
    return left, right


async def tcp_pair() -> tuple[TcpStream, TcpStream]:
    listener = Listener("127.0.0.1", 0)
    client = await connect("127.0.0.1", listener.port)
    server = await listener._accept()
    listener.close()
    return client, server


@pytest.mark.trio
async def test_tcp_stream_keeps_the_contract_of_a_half_closeable_stream() -> None:
    await trio.testing.check_half_closeable_stream(tcp_pair, None)


@pytest.mark.trio
async def test_a_clogged_connection_keeps_the_contract_too() -> None:
    await trio.testing.check_half_closeable_stream(pair, clogged_pair)


@pytest.mark.trio
async def test_both_ends_give_the_connection_the_same_name() -> None:
    client, server = await tcp_pair()
    assert client.connection == server.connection
    assert client.connection.endswith(f">127.0.0.1:{server._sock.getsockname()[1]}")
    await client.aclose()
    await server.aclose()


@pytest.mark.trio
async def test_connecting_where_nobody_listens_is_an_oserror() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(ConnectionRefusedError):
        await connect("127.0.0.1", port)


@pytest.mark.trio
async def test_a_listener_refuses_an_address_that_is_taken() -> None:
    listener = Listener("127.0.0.1", 0)
    with pytest.raises(OSError):
        Listener("127.0.0.1", listener.port)
    listener.close()


@pytest.mark.trio
async def test_the_listener_goes_on_after_a_client_that_resets() -> None:
    answers: list[bytes] = []

    async def echo(stream: TcpStream) -> None:
        try:
            data = await stream.receive_some()
            await stream.send_all(data)
        except trio.BrokenResourceError:
            answers.append(b"reset")

    listener = Listener("127.0.0.1", 0)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(listener.serve, echo)
        rude = await connect("127.0.0.1", listener.port)
        rude._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        rude.close_now()
        polite = await connect("127.0.0.1", listener.port)
        await polite.send_all(b"hello")
        assert await polite.receive_some() == b"hello"
        await polite.aclose()
        nursery.cancel_scope.cancel()
    with pytest.raises(ConnectionRefusedError):
        await connect("127.0.0.1", listener.port)


@pytest.mark.trio
async def test_connections_over_the_limit_wait_for_room() -> None:
    async def echo(stream: TcpStream) -> None:
        while data := await stream.receive_some():
            await stream.send_all(data)

    listener = Listener("127.0.0.1", 0, at_most=1)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(listener.serve, echo)
        first = await connect("127.0.0.1", listener.port)
        second = await connect("127.0.0.1", listener.port)
        await first.send_all(b"1")
        assert await first.receive_some() == b"1"
        await second.send_all(b"2")
        with trio.move_on_after(0.05) as patience:
            await second.receive_some()
        assert patience.cancelled_caught
        await first.aclose()
        assert await second.receive_some() == b"2"
        await second.aclose()
        nursery.cancel_scope.cancel()


@pytest.mark.trio
async def test_a_connection_that_is_broken_here_wakes_its_reader_and_ends_for_the_peer() -> None:
    client, server = await tcp_pair()

    async def read_until_it_breaks() -> None:
        with pytest.raises(trio.BrokenResourceError):
            await client.receive_now()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(read_until_it_breaks)
        await trio.testing.wait_all_tasks_blocked(0.01)
        client.break_now()
    with pytest.raises(trio.BrokenResourceError):
        await client.send_now(b"x")
    with pytest.raises(trio.BrokenResourceError):
        await client.send_all(b"x")
    client.break_now()  # no effect
    assert await server.receive_some() == b""
    client.close_now()
    client.break_now()  # no effect
    await server.aclose()


class Places:
    """A listener whose handlers wait for one octet, answer it and go on waiting; who was displaced, and who was answered."""

    def __init__(self, nursery: trio.Nursery, at_most: int) -> None:
        self.displaced: list[str] = []
        journal = Journal()
        journal.subscribe(self._note)
        self.listener = Listener("127.0.0.1", 0, at_most=at_most)
        nursery.start_soon(self.listener.serve, self._serve, journal.emitter("service"))

    def _note(self, event: Event) -> None:
        assert isinstance(event, ConnectionDisplaced)
        self.displaced.append(event.connection)

    async def _serve(self, stream: TcpStream) -> None:
        with waiting():
            await stream.receive_some()
        await stream.send_all(b"busy")
        await stream.receive_some()

    async def connect(self) -> TcpStream:
        return await connect("127.0.0.1", self.listener.port)


@pytest.mark.trio
async def test_without_room_the_oldest_waiting_connection_gives_way_to_a_new_one() -> None:
    async with trio.open_nursery() as nursery:
        places = Places(nursery, 3)
        busy, *silent = [await places.connect() for _ in range(3)]
        await busy.send_all(b"x")
        assert await busy.receive_some() == b"busy"
        new = await places.connect()
        await new.send_all(b"x")
        assert await new.receive_some() == b"busy"
        assert await silent[0].receive_some() == b""
        assert places.displaced == [silent[0].connection]
        for stream in (busy, new, *silent):
            await stream.aclose()
        nursery.cancel_scope.cancel()


@pytest.mark.trio
async def test_without_a_file_descriptor_the_oldest_waiting_connection_gives_way_too() -> None:
    async with trio.open_nursery() as nursery:
        places = Places(nursery, 1000)
        silent = await places.connect()
        await trio.testing.wait_all_tasks_blocked()
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        with socket.socket() as lowest:
            room_for_one = lowest.fileno() + 1
        resource.setrlimit(resource.RLIMIT_NOFILE, (room_for_one, hard))
        try:
            new = await places.connect()
            await new.send_all(b"x")
            assert await new.receive_some() == b"busy"
            assert places.displaced == [silent.connection]
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        await silent.aclose()
        await new.aclose()
        nursery.cancel_scope.cancel()


def test_waiting_outside_a_listener_has_no_effect() -> None:
    with waiting():
        pass


class DrawnOnce(set[tuple[str, int]]):
    """Says of the first port that the kernel draws that a connection has used it."""

    drawn: tuple[str, int] | None = None

    def __contains__(self, name: object) -> bool:
        if self.drawn is None and isinstance(name, tuple):
            self.drawn = name
        return name == self.drawn or super().__contains__(name)


@pytest.mark.trio
async def test_no_connection_has_the_name_of_an_earlier_one() -> None:
    used = DrawnOnce()
    async with trio.open_nursery() as nursery:
        listener = Listener("127.0.0.1", 0)
        nursery.start_soon(listener.serve, lambda stream: stream.aclose(), Journal().emitter("service"))
        stream = await connect("127.0.0.1", listener.port, local_address="127.0.0.1", used=used)
        assert used.drawn is not None
        assert stream.connection != f"127.0.0.1:{used.drawn[1]}>127.0.0.1:{listener.port}"
        assert {f"{address}:{port}" for address, port in used} == {stream.connection.partition(">")[0]}
        stream.close_now()
        nursery.cancel_scope.cancel()


@pytest.mark.trio
async def test_where_each_port_was_used_one_is_used_again() -> None:
    class Everything(set[tuple[str, int]]):
        def __contains__(self, name: object) -> bool:
            return True

    listener = Listener("127.0.0.1", 0)
    stream = await connect("127.0.0.1", listener.port, local_address="127.0.0.1", used=Everything())
    stream.close_now()
    listener.close()
