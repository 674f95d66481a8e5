"""A phone at home: it builds its tunnel before it asks for its file, and everything it does then goes through the tunnel."""

from __future__ import annotations

import errno
from typing import Any

import pytest
import trio
from trio.testing import MockClock

from cisco_data import AuthenticationMode, CertificateOperation, DeviceSecurityMode
from cisco_data.registration import LastOutOfService
from cucm_sim.administration import set_capf
from cucm_sim.events import AlarmReceived, ConnectionClosed
from cucm_sim.vpn_management import VpnGroupAssigned, assign_vpn_group, save_vpn_group
from phone_sim.boot import BootState
from phone_sim.capf_events import LscInstalled
from phone_sim.events import CertificateChosen, LscMissing, PhoneRegistered, RegistrationLost
from phone_sim.vpn.events import (
    DpdSent,
    NetworkDetected,
    VpnAttempted,
    VpnConnected,
    VpnEnded,
    VpnFailed,
    VpnFailure,
    VpnGatewayFailed,
    VpnGroupStored,
    VpnNotAttempted,
    VpnObstacle,
    VpnSwitched,
)
from wire.cstp import CstpPacket, DisconnectReason, PacketType, push_disconnect
from wire.phone_file import VpnAuthMethod
from wire.tls import TlsClosed
from wire.tunnel import TunnelEnd

Lab = Any
Fixture = Any
NON_SECURE, AUTHENTICATED, ENCRYPTED = DeviceSecurityMode
LOGIN = ["GET", "POST", "CONNECT"]
INNER = "127.126.0.12"
"""The address that the test's gateway assigns."""


@pytest.mark.trio
@pytest.mark.parametrize("mode", [NON_SECURE, ENCRYPTED], ids=str)
async def test_a_phone_registers_through_its_tunnel(
    lab: Lab, gateway_of: Fixture, phone_behind: Fixture, mode: DeviceSecurityMode, autojump_clock: MockClock
) -> None:
    hq = lab.cluster()
    gateway = gateway_of()
    phone = phone_behind(gateway, mode=mode)
    await lab.registered(phone)

    assert lab.path(phone)[:5] == ["power on", "started", "the VPN comes first", "tunnel up", "file: register"]
    assert gateway.methods == LOGIN
    secure = hq.cluster.parameters.secure_port if mode is ENCRYPTED else hq.cluster.parameters.port
    cable = lab.cables[phone.device_name]
    tftp = (hq.cluster.address, hq.tftp_address.port)
    inside = [tftp, tftp, tftp, (hq.cluster.address, secure)]  # CTL, ITL, the configuration file, CallManager
    assert cable.opened_from(INNER) == inside
    assert [stream.peer_address for stream in cable.opened] == [gateway.address, *(address for address, _ in inside)]
    connected = lab.one(phone, VpnConnected)
    assert (connected.kind, connected.address, connected.mtu) == ("MIC", INNER, 1280)
    assert (connected.dpd, connected.keepalive, connected.resumed) == (30, 20, False)
    assert phone.tunnel == connected
    registered = lab.one(phone, PhoneRegistered)
    assert registered.connection.startswith(INNER)
    assert registered.connection.partition(">")[2] == f"{hq.cluster.address}:{secure}"
    assert "s3cr3t" not in str(lab.events), "a cookie is a secret"


@pytest.mark.trio
async def test_a_phone_whose_vpn_is_off_never_turns_to_its_gateway(
    lab: Lab, gateway_of: Fixture, phone_behind: Fixture, autojump_clock: MockClock
) -> None:
    lab.cluster()
    gateway = gateway_of()
    phone = phone_behind(gateway, enabled=False, auto_net_detect=True)
    await lab.registered(phone)
    assert not lab.of(phone, VpnAttempted)
    assert not lab.of(phone, NetworkDetected)
    assert phone.tunnel is None
    assert not gateway.requests


@pytest.mark.trio
@pytest.mark.parametrize("held", ["LSC", "MIC"])
async def test_the_gateway_sees_the_lsc_and_the_mic_only_where_there_is_none(
    lab: Lab, gateway_of: Fixture, phone_behind: Fixture, held: str, autojump_clock: MockClock
) -> None:
    lab.cluster()
    phone = phone_behind(gateway_of(), on=False)
    if held == "LSC":
        phone.flash.install_lsc(lab.lsc_for(phone))
    phone.power_on(lab.power)
    await lab.registered(phone)
    assert [event.kind for event in lab.of(phone, CertificateChosen) if event.service == "VPN"] == [held]
    assert [event.service for event in lab.of(phone, LscMissing)].count("VPN") == (held == "MIC")
    assert lab.one(phone, VpnConnected).kind == held


@pytest.mark.trio
async def test_capf_installs_an_lsc_through_the_tunnel(
    lab: Lab, gateway_of: Fixture, phone_behind: Fixture, autojump_clock: MockClock
) -> None:
    hq = lab.cluster()
    gateway = gateway_of()
    phone = phone_behind(gateway, on=False)
    set_capf(
        hq.cluster,
        phone.device_name,
        certificate_operation=CertificateOperation.INSTALL_UPGRADE,
        authentication_mode=AuthenticationMode.BY_EXISTING_CERTIFICATE_MIC,
    )
    phone.power_on(lab.power)
    await lab.registered(phone)
    assert lab.one(phone, LscInstalled)
    assert (hq.cluster.address, hq.capf.port) in lab.cables[phone.device_name].opened_from(INNER)
    assert lab.one(phone, PhoneRegistered).kind == "LSC"
    assert gateway.methods == LOGIN, "the tunnel of the MIC stays up"


@pytest.mark.trio
async def test_the_next_url_is_tried_where_one_gives_no_tunnel(
    lab: Lab, gateway_of: Fixture, phone_behind: Fixture, autojump_clock: MockClock
) -> None:
    lab.cluster()
    gone, full, good = (gateway_of(name, name=name) for name in ("a.example.com", "b.example.com", "c.example.com"))
    gone.close()
    full.answers["CONNECT"] = "HTTP/1.1 503 Service Unavailable\r\nX-Reason: No licence\r\nContent-Length: 0\r\n\r\n"
    phone = phone_behind(gone, full, good)
    await lab.registered(phone)
    assert [event.number for event in lab.of(phone, VpnAttempted)] == [1, 2, 3]
    assert [(event.failure, event.status) for event in lab.of(phone, VpnGatewayFailed)] == [
        (VpnFailure.UNREACHABLE, 0),
        (VpnFailure.UNAVAILABLE, 503),
    ]
    assert lab.one(phone, VpnConnected).url == good.url


@pytest.mark.trio
async def test_a_gateway_has_failconnecttime_for_its_login(
    lab: Lab, gateway_of: Fixture, phone_behind: Fixture, autojump_clock: MockClock
) -> None:
    lab.cluster()
    gateway = gateway_of()

    async def silent(stream: Any) -> None:
        while await stream.receive_some():
            pass

    gateway.speak = silent
    phone = phone_behind(gateway, fail_connect_time=17)
    await lab.until(lambda: lab.of(phone, VpnFailed))
    failed, attempted = lab.of(phone, VpnGatewayFailed)[0], lab.of(phone, VpnAttempted)[0]
    assert failed.failure is VpnFailure.TIMED_OUT
    assert (failed.at - attempted.at).total_seconds() == pytest.approx(17, abs=0.5)
    await lab.reaches(phone, BootState.BACKING_OFF)


@pytest.mark.trio
async def test_a_phone_that_cannot_type_a_password_does_not_try(
    lab: Lab, gateway_of: Fixture, phone_behind: Fixture, autojump_clock: MockClock
) -> None:
    lab.cluster()
    gateway = gateway_of()
    phone = phone_behind(gateway, auth_method=VpnAuthMethod.USER_AND_PASSWORD)
    await lab.reaches(phone, BootState.BACKING_OFF)
    assert lab.of(phone, VpnNotAttempted)[0].obstacle is VpnObstacle.PASSWORD
    assert not lab.cables[phone.device_name].opened


@pytest.mark.trio
async def test_a_name_that_nobody_knows_is_no_gateway(
    lab: Lab, gateway_of: Fixture, phone_behind: Fixture, autojump_clock: MockClock
) -> None:
    lab.cluster()
    phone = phone_behind(gateway_of(), on=False)
    phone._hardware.resolve = lambda host: None
    phone.power_on(lab.power)
    await lab.reaches(phone, BootState.BACKING_OFF)
    assert lab.of(phone, VpnGatewayFailed)[0].failure is VpnFailure.UNRESOLVED


class OutOfOffice:
    """A network outside the office: from the phone's own address it leads to the gateway and nowhere else."""

    def __init__(self, cable: Any, *reachable: str) -> None:
        self._cable = cable
        self.reachable = set(reachable)

    async def connect(self, address: str, port: int, source: str = "") -> Any:
        if not source and address not in self.reachable:
            raise OSError(113, "no route")
        return await self._cable.connect(address, port, source)


@pytest.mark.trio
async def test_a_phone_that_does_not_reach_its_tftp_starts_its_vpn_by_itself(
    lab: Lab, gateway_of: Fixture, phone_behind: Fixture, autojump_clock: MockClock
) -> None:
    lab.cluster()
    gateway = gateway_of()
    phone = phone_behind(gateway, enabled=False, auto_net_detect=True, on=False)
    phone._hardware.network = OutOfOffice(phone._hardware.network, gateway.address)
    phone._hardware.tftp_client = None  # datagrams would not go through that network
    phone.power_on(lab.power)
    await lab.registered(phone)
    detected = lab.one(phone, NetworkDetected)
    assert lab.one(phone, VpnAttempted).cause == detected.seq
    assert lab.path(phone)[:4] == ["power on", "started", "the VPN comes first", "tunnel up"]


@pytest.mark.trio
async def test_auto_network_detect_looks_for_home_again_before_each_round(
    lab: Lab, gateway_of: Fixture, phone_behind: Fixture, autojump_clock: MockClock
) -> None:
    hq = lab.cluster()
    gateway = gateway_of()
    gateway.close()
    phone = phone_behind(gateway, enabled=False, auto_net_detect=True, on=False)
    cable = phone._hardware.network = OutOfOffice(phone._hardware.network)
    phone._hardware.tftp_client = None  # datagrams would not go through that network
    phone.power_on(lab.power)
    await lab.until(lambda: len(lab.of(phone, VpnFailed)) == 2)
    cable.reachable.add(hq.cluster.address)
    await lab.registered(phone)
    assert phone.tunnel is None


@pytest.mark.trio
async def test_without_auto_network_detect_a_missing_tftp_is_just_missing(
    lab: Lab, gateway_of: Fixture, phone_behind: Fixture, autojump_clock: MockClock
) -> None:
    lab.cluster()
    gateway = gateway_of()
    phone = phone_behind(gateway, enabled=False, on=False)
    phone._hardware.network = OutOfOffice(phone._hardware.network, gateway.address)
    phone._hardware.tftp_client = None  # datagrams would not go through that network
    phone.power_on(lab.power)
    await lab.reaches(phone, BootState.BACKING_OFF)
    assert not lab.of(phone, VpnAttempted)


@pytest.mark.trio
async def test_a_broken_tunnel_goes_on_with_its_cookie_and_the_alarm_says_that_the_vpn_was_lost(
    lab: Lab, gateway_of: Fixture, phone_behind: Fixture, autojump_clock: MockClock
) -> None:
    lab.cluster()
    gateway = gateway_of()
    phone = phone_behind(gateway)
    await lab.registered(phone)
    lab.cables[phone.device_name].opened[0]._sock.shutdown(2)
    await lab.until(lambda: len(lab.of(phone, VpnConnected)) == 2)
    await lab.registered(phone)
    ended, lost = lab.one(phone, VpnEnded), lab.one(phone, RegistrationLost)
    assert ended.how in (TunnelEnd.EOF, TunnelEnd.BROKEN)
    assert lost.cause == ended.seq
    assert gateway.methods == [*LOGIN, "CONNECT"]
    assert lab.of(phone, VpnConnected)[1].resumed
    alarms = [event.last_out_of_service for event in lab.events if isinstance(event, AlarmReceived)]
    assert alarms == [LastOutOfService.INITIALIZED, LastOutOfService.VPN_CONNECTION_LOST]


@pytest.mark.trio
async def test_connections_inside_end_with_the_tunnel_and_there_are_none_after_it(
    lab: Lab, gateway_of: Fixture, phone_behind: Fixture, autojump_clock: MockClock
) -> None:
    hq = lab.cluster()
    gateway = gateway_of()
    phone = phone_behind(gateway)
    await lab.registered(phone)
    route, server = phone._hardware.tunnel, (hq.cluster.address, hq.tftp_address.port)
    inside = await route.connect(*server)
    assert inside.connection.startswith(f"{INNER}:")
    gateway.answers["GET"] = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"
    gateway.tunnels[0].close(CstpPacket(PacketType.TERMINATE))
    with pytest.raises(trio.BrokenResourceError):
        await inside.receive_some()
    with pytest.raises(trio.BrokenResourceError):
        await inside.send_all(b"x")
    with pytest.raises(OSError) as refused:
        await route.connect(*server)
    assert refused.value.errno == errno.ENETDOWN
    inside.close_now()
    await lab.until(lambda: lab.of("hq/callmanager", ConnectionClosed))
    assert lab.one("hq/callmanager", ConnectionClosed).connection == lab.of(phone, PhoneRegistered)[0].connection


@pytest.mark.trio
async def test_a_phone_reaches_loopback_addresses_only_and_from_one_only(
    lab: Lab, gateway_of: Fixture, phone_behind: Fixture, autojump_clock: MockClock
) -> None:
    hq = lab.cluster()
    near, far = gateway_of(), gateway_of("far.example.com", name="far.example.com")
    far.answers["CONNECT"] = far.answers["CONNECT"].replace(INNER, "192.168.77.12")
    inside, outside = phone_behind(near), phone_behind(far)
    await lab.registered(inside)
    await lab.reaches(outside, BootState.BACKING_OFF)
    assert outside.tunnel is not None, "it has a tunnel, and nothing behind it"
    for phone, server, problem in (
        (inside, "192.0.2.1", errno.EACCES),
        (inside, "cucm-pub", errno.EACCES),
        (outside, hq.cluster.address, errno.ENETUNREACH),
    ):
        with pytest.raises(OSError) as refused:
            await phone._hardware.tunnel.connect(server, 2000)
        assert refused.value.errno == problem


@pytest.mark.trio
async def test_a_cookie_that_the_gateway_forgot_leads_to_another_login(
    lab: Lab, gateway_of: Fixture, phone_behind: Fixture, autojump_clock: MockClock
) -> None:
    lab.cluster()
    gateway = gateway_of()
    phone = phone_behind(gateway)
    await lab.registered(phone)
    gateway.cookies.clear()
    gateway.answers["POST"] = gateway.answers["POST"].replace("s3cr3t", "0ther")
    gateway.cookies.add("0ther==")
    lab.cables[phone.device_name].opened[0]._sock.shutdown(2)
    await lab.until(lambda: len(lab.of(phone, VpnConnected)) == 2)
    assert gateway.methods == [*LOGIN, "CONNECT", *LOGIN]
    assert [event.resumed for event in lab.of(phone, VpnConnected)] == [False, False]
    assert not lab.of(phone, VpnGatewayFailed)


@pytest.mark.trio
async def test_a_cookie_survives_a_gateway_that_is_out_of_reach_for_a_while(
    lab: Lab, gateway_of: Fixture, phone_behind: Fixture, autojump_clock: MockClock
) -> None:
    lab.cluster()
    gateway = gateway_of()
    phone = phone_behind(gateway, on=False)
    home = phone._hardware.network = OutOfOffice(phone._hardware.network, gateway.address)
    phone.power_on(lab.power)
    await lab.registered(phone)
    home.reachable.clear()
    lab.cables[phone.device_name].opened[0]._sock.shutdown(2)
    await lab.until(lambda: len(lab.of(phone, VpnFailed)) == 3)
    home.reachable.add(gateway.address)
    await lab.until(lambda: len(lab.of(phone, VpnConnected)) == 2)
    assert gateway.methods == [*LOGIN, "CONNECT"]


@pytest.mark.trio
@pytest.mark.parametrize(
    ("farewell", "how"),
    [
        (push_disconnect(0, "maintenance", from_gateway=True), TunnelEnd.DISCONNECT),
        (CstpPacket(PacketType.TERMINATE), TunnelEnd.TERMINATE),
    ],
)
async def test_a_tunnel_that_the_gateway_ends_on_purpose_begins_again_with_a_login(
    lab: Lab,
    gateway_of: Fixture,
    phone_behind: Fixture,
    farewell: CstpPacket,
    how: TunnelEnd,
    autojump_clock: MockClock,
) -> None:
    lab.cluster()
    gateway = gateway_of()
    phone = phone_behind(gateway)
    await lab.registered(phone)
    gateway.tunnels[0].close(farewell)
    await lab.until(lambda: len(lab.of(phone, VpnConnected)) == 2)
    await lab.registered(phone)
    ended = lab.of(phone, VpnEnded)[0]
    assert (ended.how, ended.text) == (how, "maintenance" if how is TunnelEnd.DISCONNECT else "")
    assert gateway.methods == [*LOGIN, *LOGIN]


@pytest.mark.trio
async def test_a_gateway_that_falls_silent_is_dead_after_twice_its_dpd(
    lab: Lab, gateway_of: Fixture, phone_behind: Fixture, autojump_clock: MockClock
) -> None:
    lab.cluster()
    gateway = gateway_of()

    async def deaf(stream: Any, first: bytes = b"") -> None:
        while await stream.receive_some():
            pass

    gateway.carry = deaf
    phone = phone_behind(gateway)
    await lab.until(lambda: lab.of(phone, VpnEnded))
    ended, connected = lab.one(phone, VpnEnded), lab.one(phone, VpnConnected)
    assert ended.how is TunnelEnd.DEAD_PEER
    assert (ended.at - connected.at).total_seconds() == pytest.approx(60, abs=0.5)
    assert ended.keepalives_sent >= 1
    assert ended.cause == lab.of(phone, DpdSent)[-1].seq


@pytest.mark.trio
async def test_reset_from_the_keypad_says_goodbye_and_begins_with_a_login(
    lab: Lab, gateway_of: Fixture, phone_behind: Fixture, autojump_clock: MockClock
) -> None:
    lab.cluster()
    gateway = gateway_of()
    phone = phone_behind(gateway)
    await lab.registered(phone)
    phone.reset_from_keypad()
    await lab.until(lambda: len(lab.of(phone, VpnConnected)) == 2)
    await lab.registered(phone)
    ended = gateway.tunnels[0].ended
    assert (ended.how, ended.reason) == (TunnelEnd.DISCONNECT, DisconnectReason.USER_LEFT)
    assert lab.of(phone, VpnEnded)[0].how is TunnelEnd.CLOSED_HERE
    assert not lab.of(phone, RegistrationLost), "it unregistered first"
    assert gateway.methods == [*LOGIN, *LOGIN]


@pytest.mark.trio
async def test_a_phone_that_loses_its_power_says_no_goodbye(
    lab: Lab, gateway_of: Fixture, phone_behind: Fixture, autojump_clock: MockClock
) -> None:
    lab.cluster()
    gateway = gateway_of()
    phone = phone_behind(gateway)
    await lab.registered(phone)
    phone.power_off()
    await lab.until(lambda: gateway.tunnels[0].ended)
    assert gateway.tunnels[0].ended.how in (TunnelEnd.EOF, TunnelEnd.BROKEN)
    assert not lab.of(phone, VpnEnded)
    closed = lab.of("gateway", TlsClosed)
    assert [event.reason for event in closed] != ["close notify"]
    phone.power_on(lab.power)
    await lab.registered(phone)
    assert gateway.methods == [*LOGIN, *LOGIN], "a cookie is in RAM"


@pytest.mark.trio
async def test_a_vpn_that_is_switched_off_ends_at_the_next_file_and_the_phone_goes_straight_to_its_servers(
    lab: Lab, gateway_of: Fixture, phone_behind: Fixture, autojump_clock: MockClock
) -> None:
    lab.cluster()
    gateway = gateway_of()
    phone = phone_behind(gateway)
    await lab.registered(phone)
    phone.enable_vpn(False)
    assert lab.one(phone, VpnSwitched).enabled is False
    assert phone.tunnel is not None
    phone.delete_lsc()  # there is none: nothing happens
    phone.reset_from_keypad()
    await lab.until(lambda: len(lab.of(phone, PhoneRegistered)) == 2)
    assert phone.tunnel is None
    assert gateway.methods == LOGIN


@pytest.mark.trio
async def test_an_lsc_deleted_at_the_gateway_makes_the_phone_begin_again_with_its_mic(
    lab: Lab, gateway_of: Fixture, phone_behind: Fixture, autojump_clock: MockClock
) -> None:
    lab.cluster()
    gateway = gateway_of()
    speak = gateway.speak

    async def silent(stream: Any) -> None:
        while await stream.receive_some():
            pass

    gateway.speak = silent
    phone = phone_behind(gateway, on=False)
    phone.flash.install_lsc(lab.lsc_for(phone))
    phone.power_on(lab.power)
    await lab.until(lambda: lab.of(phone, CertificateChosen))
    gateway.speak = speak
    phone.delete_lsc()
    await lab.registered(phone)
    assert [event.kind for event in lab.of(phone, CertificateChosen) if event.service == "VPN"] == ["LSC", "MIC"]
    assert "LSC deleted in the phone's settings" in lab.path(phone)


@pytest.mark.trio
async def test_the_group_comes_with_the_phones_file_and_is_there_when_the_phone_goes_home(
    lab: Lab, gateway_of: Fixture, phone_behind: Fixture, autojump_clock: MockClock
) -> None:
    hq = lab.cluster()
    gateway = gateway_of()
    phone = phone_behind(gateway, enabled=False, on=False)
    group, phone.flash.vpn.group = phone.flash.vpn.group, None
    hq.cluster.vpn_groups.clear()
    save_vpn_group(hq.cluster, "Home office", [gateway.url], [gateway.identity.certificate])
    assign_vpn_group(hq.cluster, phone.device_name, "Home office")
    assert lab.one("hq/administration", VpnGroupAssigned).takes_effect == "reset of the phone"
    phone.power_on(lab.power)
    await lab.registered(phone)
    stored = lab.one(phone, VpnGroupStored)
    assert stored.urls == (gateway.url,)
    assert phone.flash.vpn.group == group
    assert phone.tunnel is None

    phone.power_off()
    phone._hardware.network = OutOfOffice(lab.cables[phone.device_name], gateway.address)
    phone._hardware.tftp_client = None  # datagrams would not go through that network
    phone.enable_vpn()
    phone.power_on(lab.power)
    await lab.until(lambda: phone.tunnel is not None)
    await lab.registered(phone)

    assign_vpn_group(hq.cluster, phone.device_name, "")
    phone.reset_from_keypad()
    await lab.until(lambda: len(lab.of(phone, VpnGroupStored)) == 2)
    assert phone.flash.vpn.group is None


@pytest.mark.trio
async def test_a_gateway_that_says_nothing_of_keepalives_gets_cucms_default(
    lab: Lab, gateway_of: Fixture, phone_behind: Fixture, autojump_clock: MockClock
) -> None:
    lab.cluster()
    gateway = gateway_of()
    gateway.answers["CONNECT"] = gateway.answers["CONNECT"].replace("X-CSTP-Keepalive: 20\r\n", "")
    phone = phone_behind(gateway)
    await lab.registered(phone)
    assert lab.one(phone, VpnConnected).keepalive == 60


@pytest.mark.trio
async def test_after_a_broken_tunnel_the_gateway_that_it_led_to_is_asked_first(
    lab: Lab, gateway_of: Fixture, phone_behind: Fixture, autojump_clock: MockClock
) -> None:
    lab.cluster()
    first, second = (gateway_of(name, name=name) for name in ("a.example.com", "b.example.com"))
    first.answers["GET"] = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n"
    phone = phone_behind(first, second)
    await lab.registered(phone)
    with_second = [each for each in lab.cables[phone.device_name].opened if each.peer_address == second.address]
    with_second[0]._sock.shutdown(2)
    await lab.until(lambda: len(lab.of(phone, VpnConnected)) == 2)
    assert [event.number for event in lab.of(phone, VpnAttempted)] == [1, 2, 2]


@pytest.mark.trio
async def test_a_gateway_that_hangs_up_on_an_old_cookie_is_logged_in_to_in_the_same_round(
    lab: Lab, gateway_of: Fixture, phone_behind: Fixture, autojump_clock: MockClock
) -> None:
    lab.cluster()
    gateway = gateway_of()
    phone = phone_behind(gateway)
    await lab.registered(phone)
    speak = gateway.speak

    async def hang_up_once(stream: Any) -> None:
        gateway.speak = speak
        await stream.receive_some()

    gateway.speak = hang_up_once
    lab.cables[phone.device_name].opened[0]._sock.shutdown(2)
    await lab.until(lambda: len(lab.of(phone, VpnConnected)) == 2)
    assert gateway.methods == [*LOGIN, *LOGIN]
    assert not lab.of(phone, VpnGatewayFailed)
    assert not lab.of(phone, VpnConnected)[1].resumed
