"""UDP sockets and the RADIUS client on them: datagrams, losses, unknown peers, and what a capture is told."""

from __future__ import annotations

import gc

import pytest
import trio
import trio.testing

from wire.radius import Attribute, RadiusClient, RadiusCode, pull_radius_untrusted, push_reply
from wire.udp import Endpoint, UdpSocket

SECRET = b"a shared secret"


class Tap:
    def __init__(self) -> None:
        self.seen: list[tuple[Endpoint, Endpoint, bytes]] = []

    def udp(self, source: Endpoint, destination: Endpoint, payload: bytes) -> None:
        self.seen.append((source, destination, payload))


def endpoint(sock: UdpSocket) -> Endpoint:
    return sock.address, sock.port


@pytest.mark.trio
async def test_a_datagram_gets_there_and_says_from_where() -> None:
    one, other = UdpSocket("127.0.0.1"), UdpSocket("127.0.0.1")
    assert one.send_now(b"hello", endpoint(other))
    assert await other.receive() == (b"hello", endpoint(one))
    one.close()
    other.close()
    one.close()


@pytest.mark.trio
async def test_a_socket_that_is_closed_wakes_whoever_waits() -> None:
    sock = UdpSocket("127.0.0.1")

    async def wait() -> None:
        with pytest.raises(trio.ClosedResourceError):
            await sock.receive()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(wait)
        await trio.testing.wait_all_tasks_blocked()
        sock.close()
    with pytest.raises(trio.ClosedResourceError):
        sock.send_now(b"x", ("127.0.0.1", 9))
    with pytest.raises(trio.ClosedResourceError):
        await sock.receive()


@pytest.mark.trio
async def test_a_datagram_to_nobody_is_lost_and_the_socket_lives_on() -> None:
    gone = UdpSocket("127.0.0.1")
    closed = endpoint(gone)
    gone.close()
    one, other = UdpSocket("127.0.0.1"), UdpSocket("127.0.0.1")
    one.send_now(b"x", closed)
    one.send_now(b"x", closed)
    other.send_now(b"answer", endpoint(one))
    with trio.fail_after(5):
        assert await one.receive() == (b"answer", endpoint(other))
    assert not one.send_now(bytes(70_000), endpoint(other))
    one.close()
    other.close()


@pytest.mark.trio
async def test_an_address_that_is_taken_is_an_error() -> None:
    sock = UdpSocket("127.0.0.1")
    with pytest.raises(OSError, match="in use"):
        UdpSocket("127.0.0.1", sock.port)
    sock.close()


@pytest.mark.trio
async def test_a_flood_does_not_hold_other_tasks_up() -> None:
    one, other = UdpSocket("127.0.0.1"), UdpSocket("127.0.0.1")
    for _ in range(100):
        one.send_now(b"x", endpoint(other))
    turns = 0

    async def breathe() -> None:
        nonlocal turns
        while True:
            turns += 1
            await trio.lowlevel.checkpoint()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(breathe)
        for _ in range(100):
            await other.receive()
        assert turns >= 4
        nursery.cancel_scope.cancel()
    one.close()
    other.close()


@pytest.mark.trio
async def test_a_capture_sees_each_datagram_once_whoever_tells() -> None:
    tap = Tap()
    one, other = UdpSocket("127.0.0.1", tap=tap), UdpSocket("127.0.0.1", tap=tap)
    other_sender = UdpSocket("127.0.0.1")
    one.send_now(b"first", endpoint(other))
    other_sender.send_now(b"second", endpoint(other))
    await other.receive()
    await other.receive()
    assert tap.seen == [
        (endpoint(one), endpoint(other), b"first"),
        (endpoint(other_sender), endpoint(other), b"second"),
    ]
    for sock in (one, other, other_sender):
        sock.close()


@pytest.mark.trio
async def test_a_tap_is_not_kept_alive() -> None:
    from wire.udp import _own_sockets

    gc.collect()  # what other tests have left
    before = len(_own_sockets)
    UdpSocket("127.0.0.1", tap=Tap()).close()
    gc.collect()
    assert len(_own_sockets) == before


async def answering(sock: UdpSocket, server: UdpSocket, code: int, *, after: int = 0) -> None:
    """Answer the request that comes when `after` ones went unheard."""
    seen = []
    while True:
        data, sender = await server.receive()
        seen.append(data)
        assert data == seen[0], "a request that comes again is the same, octet for octet"
        if len(seen) > after:
            server.send_now(push_reply(code, pull_radius_untrusted(data), [(Attribute.STATE, b"s")], SECRET), sender)
            return


@pytest.mark.trio
@pytest.mark.parametrize("lost", [0, 1, 2])
async def test_a_request_is_sent_again_until_an_answer_comes(autojump_clock: trio.testing.MockClock, lost: int) -> None:
    sock, server = UdpSocket("127.0.0.1"), UdpSocket("127.0.0.1")
    client = RadiusClient(sock, endpoint(server), SECRET)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(lambda: answering(sock, server, RadiusCode.ACCESS_CHALLENGE, after=lost))
        reply = await client.ask(b"\x02\x01\x00\x05\x01", None, [(Attribute.USER_NAME, b"x")])
    assert reply is not None
    assert (reply.code, reply.state) == (RadiusCode.ACCESS_CHALLENGE, b"s")
    assert trio.current_time() == pytest.approx(3.0 * lost)
    sock.close()
    server.close()


@pytest.mark.trio
async def test_a_server_that_never_answers_is_given_up(autojump_clock: trio.testing.MockClock) -> None:
    sock, server = UdpSocket("127.0.0.1"), UdpSocket("127.0.0.1")
    started = trio.current_time()
    assert await RadiusClient(sock, endpoint(server), SECRET).ask(b"\x02\x01\x00\x05\x01", None) is None
    assert trio.current_time() - started == pytest.approx(9.0)
    sock.close()
    server.close()


@pytest.mark.trio
async def test_answers_of_another_server_are_passed_over(autojump_clock: trio.testing.MockClock) -> None:
    sock, server, other_sender = (UdpSocket("127.0.0.1") for _ in range(3))
    client = RadiusClient(sock, endpoint(server), SECRET)

    async def answer() -> None:
        data, sender = await server.receive()
        request = pull_radius_untrusted(data)
        good = push_reply(RadiusCode.ACCESS_REJECT, request, [], SECRET)
        other_sender.send_now(push_reply(RadiusCode.ACCESS_ACCEPT, request, [], SECRET), sender)
        for forged in (b"", b"garbage", push_reply(RadiusCode.ACCESS_ACCEPT, request, [], b"guess"), data):
            server.send_now(forged, sender)
        server.send_now(good, sender)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(answer)
        reply = await client.ask(b"\x02\x01\x00\x05\x01", None)
    assert reply is not None
    assert (reply.code, client.ignored) == (RadiusCode.ACCESS_REJECT, 5)
    for each in (sock, server, other_sender):
        each.close()
