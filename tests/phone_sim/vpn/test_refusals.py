"""Gateways that refuse the phone, that the phone refuses, and that talk nonsense: an event, and the phone backs off."""

from __future__ import annotations

import random
from typing import Any

import pytest
import trio
from trio.testing import MockClock

from cisco_data.models import MODELS, TLS_1_3
from journal import Journal
from phone_sim.boot import State
from phone_sim.events import BackedOff, SecureConnectionRefused, SecureConnectionUp
from phone_sim.vpn.events import (
    HostIdFault,
    HostIdRefused,
    VpnConnected,
    VpnEnded,
    VpnFailed,
    VpnFailure,
    VpnGatewayFailed,
)
from pki import TrustStore, callmanager_identity
from wire.net import Listener
from wire.tcp import TcpStream
from wire.tls import (
    AlertDescription,
    AlertSeen,
    ClientContext,
    HandshakeFailed,
    ServerContext,
    TlsEngine,
    TlsProfile,
    TlsRefused,
    TlsVersion,
)
from wire.tunnel import TunnelEnd

Lab = Any
Fixture = Any


async def refused(lab: Lab, phone: Any) -> VpnGatewayFailed:
    """Its first failure, once the phone has backed off because of it."""
    await lab.reaches(phone, State.BACKING_OFF)
    failed = lab.of(phone, VpnGatewayFailed)[0]
    (whole,) = lab.of(phone, VpnFailed)
    assert whole.cause == failed.seq
    assert lab.one(phone, BackedOff).cause == whole.seq
    assert not lab.of(phone, VpnConnected)
    return failed


@pytest.mark.trio
@pytest.mark.parametrize("version", [TlsVersion.TLSv1, TlsVersion.TLSv1_2, TlsVersion.TLSv1_3], ids=str)
async def test_a_gateway_that_does_not_know_the_phones_issuer_says_so_by_an_alert(
    lab: Lab, gateway_of: Fixture, phone_behind: Fixture, version: TlsVersion, autojump_clock: MockClock
) -> None:
    hq, _ = lab.cluster(), lab.cluster("old")
    trust = TrustStore("trustpoints", [hq.authority.certificate])
    gateway = gateway_of(trust=trust, profile=TlsProfile(version, version))
    model = MODELS["8861"].with_tls(TLS_1_3) if version is TlsVersion.TLSv1_3 else MODELS["8861"]
    phone = phone_behind(gateway, model=model, on=False)
    phone.flash.install_lsc(lab.lsc_for(phone, "old"))
    phone.power_on(lab.power)
    failed = await refused(lab, phone)
    assert (failed.failure, failed.kind) == (VpnFailure.TLS_REFUSED, "LSC")
    assert (failed.alert, failed.alert_direction) == (AlertDescription.UNKNOWN_CA, "read")
    alert = next(event for event in lab.of(phone, AlertSeen) if event.direction == "read")
    assert alert.seq < lab.of(phone, SecureConnectionRefused)[0].seq < failed.seq
    assert bool(lab.of(phone, SecureConnectionUp)) is (version is TlsVersion.TLSv1_3)
    assert not gateway.requests


@pytest.mark.trio
async def test_the_same_gateway_takes_a_phone_whose_issuer_it_knows(
    lab: Lab, gateway_of: Fixture, phone_behind: Fixture, autojump_clock: MockClock
) -> None:
    hq = lab.cluster()
    phone = phone_behind(gateway_of(trust=TrustStore("trustpoints", [hq.authority.certificate])), on=False)
    phone.flash.install_lsc(lab.lsc_for(phone))
    phone.power_on(lab.power)
    await lab.registered(phone)
    assert lab.one(phone, VpnConnected).issuer.cn.startswith("CAPF-")


@pytest.mark.trio
async def test_a_phone_without_a_certificate_meets_a_gateway_that_wants_one(
    lab: Lab, gateway_of: Fixture, phone_behind: Fixture, autojump_clock: MockClock
) -> None:
    hq = lab.cluster()
    gateway = gateway_of(trust=TrustStore("trustpoints", [hq.authority.certificate]))
    phone = phone_behind(gateway, mic=False)
    failed = await refused(lab, phone)
    assert (failed.failure, failed.kind, failed.alert) == (
        VpnFailure.TLS_REFUSED,
        "",
        AlertDescription.HANDSHAKE_FAILURE,
    )


@pytest.mark.trio
async def test_no_common_version_is_a_refusal(
    lab: Lab, gateway_of: Fixture, phone_behind: Fixture, autojump_clock: MockClock
) -> None:
    lab.cluster()
    gateway = gateway_of(profile=TlsProfile(TlsVersion.TLSv1_2, TlsVersion.TLSv1_2))
    failed = await refused(lab, phone_behind(gateway, model="7965"))
    assert (failed.failure, failed.alert) == (VpnFailure.TLS_REFUSED, AlertDescription.PROTOCOL_VERSION)


@pytest.mark.trio
@pytest.mark.parametrize(
    ("name", "fault"), [("other.example.com", HostIdFault.OTHER_NAME), ("*.example.com", HostIdFault.WILDCARD)]
)
async def test_a_gateway_of_another_name_hears_not_a_word_unless_the_check_is_off(
    lab: Lab, gateway_of: Fixture, phone_behind: Fixture, name: str, fault: HostIdFault, autojump_clock: MockClock
) -> None:
    lab.cluster()
    gateway = gateway_of(name=name)
    phone = phone_behind(gateway)
    failed = await refused(lab, phone)
    verdict = lab.of(phone, HostIdRefused)[0]
    assert (verdict.fault, verdict.names, verdict.host) == (fault, (name,), "vpn.example.com")
    assert (failed.failure, failed.cause) == (VpnFailure.HOST_ID, verdict.seq)
    assert not gateway.requests

    careless = phone_behind(gateway, enable_host_id_check=False)
    await lab.registered(careless)


@pytest.mark.trio
async def test_a_gateway_with_a_new_certificate_is_a_stranger_until_the_file_has_its_hash(
    lab: Lab, gateway_of: Fixture, phone_behind: Fixture, autojump_clock: MockClock
) -> None:
    lab.cluster()
    old, new = gateway_of("a.example.com", name="a.example.com"), gateway_of("a.example.com", name="a.example.com")
    phone = phone_behind(old)  # the name leads to the new one
    failed = await refused(lab, phone)
    assert failed.failure is VpnFailure.HOST_ID
    assert lab.of(phone, HostIdRefused)[0].fault is HostIdFault.UNKNOWN_HASH
    assert not new.requests
    await lab.registered(phone_behind(new))


def test_a_server_that_hangs_up_on_a_client_without_a_trust_list_is_not_blamed_for_its_own_certificate(
    ring_of_keys: Fixture,
) -> None:
    """OpenSSL finds fault with the server's certificate in any case; here that decides nothing."""
    journal = Journal()
    server_identity = callmanager_identity(
        keys=ring_of_keys(),
        subject={"O": "Lab"},
        host_name="vpn",
        not_before=journal.clock.now().replace(microsecond=0),
    )
    profile = TlsProfile(TlsVersion.TLSv1_2, TlsVersion.TLSv1_2)
    client = TlsEngine(ClientContext(profile, None), journal.emitter("phone"))
    server = TlsEngine(ServerContext(server_identity, profile), journal.emitter("gateway"))
    client.handshake()
    server.receive(client.data_to_send())
    server.handshake()
    client.receive(server.data_to_send())
    client.handshake()
    client.receive(b"")
    with pytest.raises(TlsRefused):
        client.handshake()
    ended = client.ended
    assert isinstance(ended, HandshakeFailed)
    assert (ended.reason, ended.verify_code, ended.alert) == ("closed by peer", -1, -1)


BAD_ANSWERS = {
    "garbage": (b"\x00\xff" * 100 + b"\r\n\r\n", VpnFailure.MALFORMED),
    "endless header": (b"HTTP/1.1 200 OK\r\nX: " + b"0" * 200_000, VpnFailure.MALFORMED),
    "endless headers": (b"HTTP/1.1 200 OK\r\n" + b"X: 0\r\n" * 50_000, VpnFailure.MALFORMED),
    "endless body": (b"HTTP/1.1 200 OK\r\n\r\n" + b"0" * 500_000, VpnFailure.MALFORMED),
    "huge cookie": (
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nSet-Cookie: webvpn=" + b"0" * 9000 + b"; expires=x\r\n\r\n",
        VpnFailure.COOKIE_MISSING,
    ),
    "redirect": (
        b"HTTP/1.1 302 Found\r\nLocation: https://vpn.example.com/+webvpn+/index.html\r\nContent-Length: 0\r\n\r\n",
        VpnFailure.REDIRECTED,
    ),
    "nothing": (b"", VpnFailure.CONNECTION_LOST),
    "half": (b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345", VpnFailure.MALFORMED),
    "no licence": (b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", VpnFailure.FORBIDDEN),
}


@pytest.mark.trio
@pytest.mark.parametrize("kind", BAD_ANSWERS)
async def test_a_bad_answer_is_an_event_and_the_phone_backs_off(
    lab: Lab, gateway_of: Fixture, phone_behind: Fixture, kind: str, autojump_clock: MockClock
) -> None:
    lab.cluster()
    gateway = gateway_of()
    octets, failure = BAD_ANSWERS[kind]

    async def say(stream: Any) -> None:
        await stream.receive_some()
        if octets:
            await stream.send_all(octets)

    gateway.speak = say
    failed = await refused(lab, phone_behind(gateway))
    assert failed.failure is failure
    assert bool(failed.fault) is (failure is VpnFailure.MALFORMED)


@pytest.mark.trio
async def test_a_gateway_that_drips_its_answer_is_given_up_in_time(
    lab: Lab, gateway_of: Fixture, phone_behind: Fixture, autojump_clock: MockClock
) -> None:
    lab.cluster()
    gateway = gateway_of()

    async def drip(stream: Any) -> None:
        while True:
            await stream.send_all(b"HTTP/1.1 100 Continue\r\n\r\n")
            await trio.sleep(1)

    gateway.speak = drip
    assert (await refused(lab, phone_behind(gateway))).failure is VpnFailure.TIMED_OUT


@pytest.mark.trio
async def test_a_gateway_that_wants_a_new_connection_for_ever_is_given_up(
    lab: Lab, gateway_of: Fixture, phone_behind: Fixture, autojump_clock: MockClock
) -> None:
    lab.cluster()
    gateway = gateway_of()
    gateway.answers = {
        method: text.replace("\r\n", "\r\nConnection: close\r\n", 1).replace("Connection: Keep-Alive\r\n", "")
        for method, text in gateway.answers.items()
        if method != "CONNECT"
    } | {"CONNECT": gateway.answers["CONNECT"]}
    phone = phone_behind(gateway)
    await lab.registered(phone)
    assert gateway.methods == ["GET", "POST", "CONNECT"], "three connections are all right"
    assert len(lab.of(phone, SecureConnectionUp)) >= 3


@pytest.mark.trio
@pytest.mark.parametrize(
    "octets",
    [b"GET / HTTP/1.1\r\n\r\n", b"STF\x01\xff\xff\x00\x00", b"STF\x01\x00\x00\x63\x00", b"\x00" * 100],
    ids=["HTTP", "too long", "unknown type", "zeros"],
)
async def test_octets_in_the_tunnel_that_are_no_cstp_end_it(
    lab: Lab, gateway_of: Fixture, phone_behind: Fixture, octets: bytes, autojump_clock: MockClock
) -> None:
    lab.cluster()
    gateway = gateway_of()

    async def babble(stream: Any, first: bytes = b"") -> None:
        await stream.send_all(octets)
        while await stream.receive_some():
            pass

    gateway.carry = babble
    phone = phone_behind(gateway)
    await lab.reaches(phone, State.BACKING_OFF)
    ended = lab.of(phone, VpnEnded)[0]
    assert ended.how is TunnelEnd.PROTOCOL_ERROR
    assert ended.text


@pytest.mark.trio
async def test_ip_packets_that_a_gateway_pushes_are_dropped_and_counted(
    lab: Lab, gateway_of: Fixture, phone_behind: Fixture, autojump_clock: MockClock
) -> None:
    lab.cluster()
    gateway = gateway_of()
    gateway.answers["CONNECT"] += "STF\x01\x00\x04\x00\x00\x45\x00\x00\x00" * 3
    phone = phone_behind(gateway)
    await lab.registered(phone)
    phone.reset_from_keypad()
    await lab.until(lambda: lab.of(phone, VpnEnded))
    assert lab.of(phone, VpnEnded)[0].packets_dropped == 3


@pytest.mark.trio
async def test_strangers_of_every_kind_on_the_gateways_port_leave_the_phone_standing(
    lab: Lab, gateway_of: Fixture, phone_behind: Fixture, autojump_clock: MockClock
) -> None:
    lab.cluster()
    gateway = gateway_of()
    gateway.close()
    dice = random.Random(7)

    async def not_tls(stream: TcpStream) -> None:
        try:
            match dice.randrange(3):
                case 0:
                    await stream.send_all(dice.randbytes(dice.randrange(1, 400)))
                case 1:
                    await stream.receive_some()
                    await stream.send_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        except trio.BrokenResourceError:
            pass

    listener = Listener(gateway.address, 443)
    lab.nursery.start_soon(listener.serve, not_tls)
    phone = phone_behind(gateway)
    await lab.until(lambda: len(lab.of(phone, VpnFailed)) == 12)
    assert {event.failure for event in lab.of(phone, VpnGatewayFailed)} == {VpnFailure.TLS_REFUSED}
    listener.close()
