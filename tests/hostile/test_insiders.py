"""Peers with a good certificate that misbehave once they are in: they never read, stop half-way, or vanish."""

from __future__ import annotations

from typing import Any

import pytest
import trio
from cryptography.hazmat.primitives.serialization import Encoding

from capf_sim.bearer import load_certificate_untrusted
from capf_sim.events import CapfSessionEnded
from cisco_data import AuthenticationMode, CertificateOperation
from cucm_sim.administration import set_capf
from cucm_sim.events import ConnectionClosed, ConnectionEnd, DeviceRegistered, DeviceUnregistered, MessageNotUnderstood
from cucm_sim.station import MAX_NOTED
from pki import read
from wire import capf
from wire.sccp import KeepAlive, RegisterReq, SoftKeySetReq, UnknownMessage, encode
from wire.tls import TlsClosed

SCCP, SECURE_SCCP, CAPF, TFTP = 2000, 2443, 3804, 6970
DEVICE = "SEP00BADBADBAD1"
PLAIN = "SEP00AAAAAAAA02"
GRACE = 2.0
Lab = Any


def register(device: str = DEVICE, model: int = 436) -> bytes:
    return encode(RegisterReq(device, model, "127.0.0.1", protocol_version=20))


@pytest.mark.trio
@pytest.mark.parametrize("port", [SECURE_SCCP, CAPF])
async def test_silence_after_the_handshake_ends_after_thirty_seconds(
    port: int, hostile_lab: Any, autojump_clock: object
) -> None:
    async with hostile_lab() as lab:
        peer, stream = await lab.call_tls(port)
        began = trio.current_time()
        while await stream.receive_some():
            pass
        assert 29 <= trio.current_time() - began <= 30 + GRACE
        await stream.aclose()
        await trio.sleep(1)
        assert lab.ends_of(peer)


@pytest.mark.trio
@pytest.mark.parametrize("port", [SECURE_SCCP, CAPF])
async def test_half_a_record_after_the_handshake_is_silence(
    port: int, hostile_lab: Any, autojump_clock: object
) -> None:
    async with hostile_lab() as lab:
        peer, stream = await lab.call_tls(port)
        stream.engine.write(register() if port == SECURE_SCCP else b"\x55" * 100)
        record = stream.engine.data_to_send()
        await peer.say(record[: len(record) // 2])
        assert await peer.closed_after() <= 30 + GRACE
        await trio.sleep(1)
        assert lab.ends_of(peer)


@pytest.mark.trio
@pytest.mark.parametrize("how", ["octets of no record", "a flipped bit"])
@pytest.mark.parametrize("port", [SECURE_SCCP, CAPF])
async def test_garbage_after_the_handshake_ends_at_once(
    port: int, how: str, hostile_lab: Any, autojump_clock: object
) -> None:
    async with hostile_lab() as lab:
        peer, stream = await lab.call_tls(port)
        stream.engine.write(register())
        record = bytearray(stream.engine.data_to_send())
        record[-1] ^= 1
        await peer.say(bytes(record) if how == "a flipped bit" else b"\xff" * 3000)
        assert await peer.closed_after() <= GRACE
        await trio.sleep(1)
        assert [closed.reason for closed in lab.of(TlsClosed, peer.connection)] == ["alert"]
        assert lab.ends_of(peer)


@pytest.mark.trio
async def test_capf_words_that_are_none_end_the_session_at_once(hostile_lab: Any, autojump_clock: object) -> None:
    words = {
        "garbage": b"\xff" * 100,
        "oversized": b"\x55\x02\x00\x00\x00\x01\xff\xff" + bytes(70000),
        "text": b"GET / HTTP/1.1\r\n\r\n",
        "tls inside tls": b"\x16\x03\x01\x00\x01\x01",
        "out of order": capf.push_message(capf.StoreCertificateResponse(1, 1)),
        "nobody": capf.push_message(capf.AuthResponse(1, 3, "SEPFFFFFFFFFFFF", password=b"")),
    }
    async with hostile_lab() as lab:
        for name, said in words.items():
            peer, stream = await lab.call_tls(CAPF)
            began = trio.current_time()
            try:
                await stream.send_all(said)
                while await stream.receive_some():
                    pass
            except trio.BrokenResourceError:
                pass
            assert trio.current_time() - began <= GRACE, name
            await stream.aclose()
            await trio.sleep(1)
            assert len(lab.of(CapfSessionEnded, peer.connection)) == 1, name


@pytest.mark.trio
@pytest.mark.parametrize("secure", [True, False], ids=["2443", "2000"])
async def test_a_phone_that_asks_and_never_reads_is_closed_after_ten_seconds(
    secure: bool, hostile_lab: Any, autojump_clock: object
) -> None:
    """Its own buffer takes next to nothing; the service's fills; the answers then wait no longer than `send_timeout`."""
    async with hostile_lab() as lab:
        if secure:
            peer, stream = await lab.call_tls(SECURE_SCCP, receive_buffer=1)
        else:
            peer = await lab.call(SCCP, receive_buffer=1)
            stream = peer.tcp
        name, model = (DEVICE, 436) if secure else (PLAIN, 436)
        await stream.send_all(register(name, model))
        await trio.sleep(1)
        assert [event.device_name for event in lab.of(DeviceRegistered, peer.connection)] == [name]
        began = trio.current_time()
        stopped = None
        try:
            with trio.move_on_after(300):
                while True:
                    await stream.send_all(encode(SoftKeySetReq(), 20) * 50)
        except trio.BrokenResourceError:
            stopped = trio.current_time()
        assert stopped is not None
        assert stopped - began <= 10 + 2 * GRACE
        await trio.sleep(3)
        (closed,) = lab.of(ConnectionClosed, peer.connection)
        assert closed.reason == ConnectionEnd.PEER_LOST
        assert len(lab.of(DeviceUnregistered, peer.connection)) == 1


@pytest.mark.trio
async def test_a_caller_of_the_file_server_that_never_reads_is_closed(hostile_lab: Any, autojump_clock: object) -> None:
    async with hostile_lab() as lab:
        peer = await lab.call(TFTP, receive_buffer=1)
        request = f"GET /{PLAIN}.cnf.xml HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        with trio.move_on_after(30):
            await peer.say(request * 5000)
        await trio.sleep(12)
        assert 0 < len(lab.said_of(peer)) <= 101
        began = trio.current_time()
        await peer.closed_after()
        assert trio.current_time() - began <= GRACE


@pytest.mark.trio
@pytest.mark.parametrize("secure", [True, False], ids=["2443", "2000"])
async def test_a_registered_phone_that_dribbles_is_given_up_by_its_keepalives(
    secure: bool, hostile_lab: Any, autojump_clock: object
) -> None:
    """Octets are not messages: the start of one, an octet a second, does not keep a registration alive."""
    async with hostile_lab() as lab:
        if secure:
            peer, stream = await lab.call_tls(SECURE_SCCP)
        else:
            peer = await lab.call(SCCP)
            stream = peer.tcp
        await stream.send_all(register(DEVICE if secure else PLAIN))
        await trio.sleep(1)
        long = encode(UnknownMessage(0x9999, bytes(4000)), 20)

        async def dribble() -> None:
            try:
                for octet in long:
                    await stream.send_all(bytes([octet]))
                    await trio.sleep(1)
            except trio.BrokenResourceError:
                return

        began = trio.current_time()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(dribble)
            try:
                while await stream.receive_some():
                    pass
            except trio.BrokenResourceError:
                pass
            nursery.cancel_scope.cancel()
        assert trio.current_time() - began <= 90 + GRACE
        await trio.sleep(1)
        (closed,) = lab.of(ConnectionClosed, peer.connection)
        assert closed.reason == ConnectionEnd.KEEP_ALIVE_TIMEOUT


@pytest.mark.trio
async def test_a_registered_phone_that_talks_nonsense_fills_no_journal(
    hostile_lab: Any, autojump_clock: object
) -> None:
    async with hostile_lab() as lab:
        peer, stream = await lab.call_tls(SECURE_SCCP)
        await stream.send_all(register())
        for _ in range(40):
            await stream.send_all(encode(UnknownMessage(0x9999, b"?" * 100), 20) * 50)
            await stream.send_all(encode(KeepAlive()))
        await trio.sleep(1)
        assert len(lab.of(MessageNotUnderstood, peer.connection)) == MAX_NOTED
        assert lab.of(ConnectionClosed, peer.connection) == []
        assert len(lab.said_of(peer)) <= MAX_NOTED + 12


@pytest.mark.trio
@pytest.mark.parametrize("moment", ["after tls", "in a message", "registered", "in a keepalive"])
async def test_a_reset_in_the_middle_is_a_lost_peer(moment: str, hostile_lab: Any, autojump_clock: object) -> None:
    async with hostile_lab() as lab:
        peer, stream = await lab.call_tls(SECURE_SCCP)
        if moment == "in a message":
            await stream.send_all(register()[:30])
        elif moment != "after tls":
            await stream.send_all(register())
            await trio.sleep(1)
            if moment == "in a keepalive":
                await stream.send_all(encode(KeepAlive())[:6])
        await trio.sleep(0.01)
        peer.reset()
        await trio.sleep(0.5)
        (closed,) = lab.of(ConnectionClosed, peer.connection)
        assert closed.reason == ConnectionEnd.PEER_LOST
        assert [event.reason for event in lab.of(TlsClosed, peer.connection)] == ["reset"]
        assert len(lab.of(DeviceUnregistered, peer.connection)) == (moment in ("registered", "in a keepalive"))


@pytest.mark.trio
@pytest.mark.parametrize("said", [b"", capf.push_message(capf.AuthResponse(1, 3, PLAIN, password=b""))[:9]])
async def test_a_reset_in_a_capf_session_ends_it(said: bytes, hostile_lab: Any, autojump_clock: object) -> None:
    async with hostile_lab() as lab:
        peer, stream = await lab.call_tls(CAPF)
        if said:
            await stream.send_all(said)
        await trio.sleep(0.01)
        peer.reset()
        await trio.sleep(0.5)
        assert len(lab.of(CapfSessionEnded, peer.connection)) == 1
        assert [event.reason for event in lab.of(TlsClosed, peer.connection)] == ["reset"]


@pytest.mark.trio
async def test_capf_reads_a_negative_serial_number_as_openssl_does(hostile_lab: Any, autojump_clock: object) -> None:
    """cryptography reads it with a warning, which would reach the terminal whenever an event tells the number."""
    async with hostile_lab() as lab:
        der = lab.rogue.certificate.public_bytes(Encoding.DER)
        number = lab.rogue.certificate.serial_number
        octets = number.to_bytes(number.bit_length() // 8 + 1)
        assert der.count(octets) == 1
        negative = der.replace(octets, bytes([octets[0] | 0x80]) + octets[1:])
        assert load_certificate_untrusted(der)[0] == lab.rogue.certificate
        assert read(load_certificate_untrusted(negative)[0]).serial_number < 0
        set_capf(
            lab.clusters["new"].cluster,
            PLAIN,
            certificate_operation=CertificateOperation.TROUBLESHOOT,
            authentication_mode=AuthenticationMode.BY_NULL_STRING,
        )
        peer, stream = await lab.call_tls(CAPF)
        decoder = capf.Decoder()

        async def ask(message: capf.Message) -> capf.Message:
            await stream.send_all(capf.push_message(message))
            while (answer := decoder.next()) is None:
                decoder.feed(await stream.receive_some())
            return answer

        decoder.feed(await stream.receive_some())
        greeting = decoder.next()
        assert isinstance(greeting, capf.AuthRequest)
        session = greeting.session_id
        assert isinstance(await ask(capf.AuthResponse(session, 3, PLAIN, password=b"")), capf.FetchCertificateRequest)
        again = await ask(capf.FetchCertificateResponse(session, reason=1, certificate=negative))
        assert isinstance(again, capf.FetchCertificateRequest)  # it has the LSC and asks for the MIC
        await stream.aclose()
        await trio.sleep(1)
        assert len(lab.of(CapfSessionEnded, peer.connection)) == 1
