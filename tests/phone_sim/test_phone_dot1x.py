"""A phone on a switch port with 802.1X: it reaches its file, CAPF and CallManager only once its port is authorised."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
import trio
from trio.testing import wait_all_tasks_blocked

from cisco_data import DeviceSecurityMode, PortMode
from cucm_sim.events import DeviceUnregistered
from edge_sim.authentication_server.service import AuthenticationServer
from edge_sim.authentication_server.settings import NetworkDevice, ServerSettings
from edge_sim.authenticator import PortTimers, RadiusServer, SwitchPort
from edge_sim.authenticator.events import PortAuthorized
from phone_sim.boot import BootState
from phone_sim.download_events import ConfigurationFileReceived
from phone_sim.events import PhoneRegistered, PhoneStarted, RegistrationLost, ServerUnreachable
from phone_sim.phone import Phone
from phone_sim.supplicant.events import DeviceAuthenticationChanged, Dot1xFailed, Dot1xSucceeded
from phone_sim.supplicant.settings import Dot1x
from pki import TrustStore, callmanager_identity
from wire.cable import Cable
from wire.udp import UdpSocket

Lab = Any
Plug = Callable[..., "Access"]
pytestmark = pytest.mark.trio
NON_SECURE, ENCRYPTED = DeviceSecurityMode.NON_SECURE, DeviceSecurityMode.ENCRYPTED
ISE, SECRET = "127.77.66.3", b"secret"


class Access:
    """A switch port with our authentication server behind it, and the phone that is plugged in."""

    def __init__(
        self,
        lab: Lab,
        *,
        mode: PortMode = PortMode.AUTO,
        trust: TrustStore | None = None,
        reauthenticate_after: float | None = None,
    ) -> None:
        self.lab = lab
        lab.cluster()
        world = lab
        capf = world.clusters["hq"].authority.certificate
        identity = callmanager_identity(
            keys=world.keys,
            subject={"O": "Lab"},
            host_name="ise",
            not_before=world.journal.clock.now().replace(microsecond=0),
        )
        settings = ServerSettings(
            identity,
            trust if trust is not None else TrustStore("trusted", (capf, *world.manufacturing.default_ca_list())),
            {ISE: NetworkDevice("switch", SECRET)},
        )
        socket = UdpSocket(ISE)
        server = AuthenticationServer(settings, lab.journal.emitter("ise"))

        async def serve() -> None:
            try:
                await server.serve(socket)
            finally:
                socket.close()

        lab.nursery.start_soon(serve)
        self.cable = Cable()
        self.port = SwitchPort(
            "GigabitEthernet1/0/1",
            self.cable.switch,
            lab.journal.emitter("switch"),
            mac=bytes.fromhex("02000000aa01"),
            address=ISE,
            server=RadiusServer(ISE, SECRET, socket.port),
            mode=mode,
            timers=PortTimers(reauthenticate_after=reauthenticate_after),
        )
        lab.nursery.start_soon(self.port.run)

    def phone(self, model: str = "8841", *, enabled: bool = True, on: bool = True, **how: Any) -> Phone:
        phone: Phone = self.lab.phone(model, on=False, **how)
        phone._hardware.dot1x = Dot1x(self.cable.phone, enabled=enabled)
        self.network = self.port.network(phone._hardware.network)
        phone._hardware.network = self.network
        if on:
            phone.power_on(self.lab.power)
        return phone


@pytest.fixture
async def plug(lab: Lab) -> AsyncIterator[Callable[..., Access]]:
    """Makes a switch port; what its phone left in it when its power went is cleared away at the end."""
    made: list[Access] = []

    def make(**how: Any) -> Access:
        made.append(Access(lab, **how))
        return made[-1]

    yield make
    for phone in lab.phones.values():
        phone.power_off()
    await wait_all_tasks_blocked()
    for access in made:
        access.network.end()


def kinds(lab: Lab, phone: Phone, *wanted: type) -> list[type]:
    return [type(event) for event in lab.events if event.actor == phone.device_name and isinstance(event, wanted)]


@pytest.mark.parametrize("mode", [NON_SECURE, ENCRYPTED], ids=str)
async def test_a_phone_registers_once_its_port_is_authorised(
    autojump_clock: object, lab: Lab, plug: Plug, mode: DeviceSecurityMode
) -> None:
    access = plug()
    phone = access.phone(mode=mode)
    await lab.registered(phone)
    order = kinds(lab, phone, PhoneStarted, Dot1xSucceeded, ConfigurationFileReceived, PhoneRegistered)
    assert order == [PhoneStarted, Dot1xSucceeded, ConfigurationFileReceived, PhoneRegistered]
    assert lab.path(phone)[:4] == [
        "power on",
        "started: 802.1X is on",
        "802.1X authorised the port",
        "file: register",
    ]
    assert access.port.authorized


async def test_a_refused_phone_never_reaches_its_file(autojump_clock: object, lab: Lab, plug: Plug) -> None:
    access = plug(trust=TrustStore("trusted", (lab.cluster("other").authority.certificate,)))
    phone = access.phone()
    await lab.until(lambda: len(lab.of(phone, Dot1xFailed)) >= 3)
    assert phone.state is BootState.AT_PORT
    assert not lab.of(phone, ConfigurationFileReceived)
    assert not lab.of(phone, ServerUnreachable), "it does not even try"


async def test_a_phone_without_802_1x_behind_a_port_that_wants_it_finds_no_network(
    autojump_clock: object, lab: Lab, plug: Plug
) -> None:
    access = plug()
    phone = access.phone(enabled=False)
    await lab.reaches(phone, BootState.BACKING_OFF)
    assert {event.error for event in lab.of(phone, ServerUnreachable)} == {101}  # ENETUNREACH
    access.port.set_mode(PortMode.FORCE_AUTHORIZED)
    await lab.registered(phone)


async def test_802_1x_switched_on_counts_from_the_next_start(autojump_clock: object, lab: Lab, plug: Plug) -> None:
    access = plug()
    phone = access.phone(enabled=False)
    await lab.reaches(phone, BootState.BACKING_OFF)
    phone.set_device_authentication(True)
    phone.set_device_authentication(True)
    assert lab.one(phone, DeviceAuthenticationChanged).enabled
    phone.reset_from_keypad()
    await lab.registered(phone)
    assert lab.of(phone, Dot1xSucceeded)


async def test_a_phone_without_a_switch_port_has_no_802_1x_to_switch(autojump_clock: object, lab: Lab) -> None:
    lab.cluster()
    phone = lab.phone(on=False)
    assert phone.dot1x is None
    with pytest.raises(ValueError, match="not plugged into a switch port"):
        phone.set_device_authentication(True)


async def test_a_port_that_is_lost_ends_the_registration_and_callmanager_learns_by_silence(
    autojump_clock: object, lab: Lab, plug: Plug
) -> None:
    access = plug()
    phone = access.phone()
    await lab.registered(phone)
    access.port.set_mode(PortMode.FORCE_UNAUTHORIZED)
    await lab.reaches(phone, BootState.AT_PORT)
    lost = trio.current_time()
    assert lab.one(phone, RegistrationLost).reason == "the port is authorised no more"
    assert lab.served(phone), "CallManager does not know of it"
    await lab.until(lambda: lab.of("hq/CallManager", DeviceUnregistered) or not lab.served(phone))
    assert trio.current_time() - lost > 30
    access.port.set_mode(PortMode.AUTO)
    await lab.registered(phone)
    assert len(lab.of(phone, PhoneRegistered)) == 2


async def test_the_phone_comes_back_after_its_cable_was_pulled(autojump_clock: object, lab: Lab, plug: Plug) -> None:
    access = plug()
    phone = access.phone()
    await lab.registered(phone)
    access.cable.switch.down()
    await lab.reaches(phone, BootState.AT_PORT)
    await trio.sleep(500)
    assert phone.state is BootState.AT_PORT
    access.cable.switch.up()
    await lab.until(lambda: len(lab.of(phone, PhoneRegistered)) == 2)


async def test_authenticating_again_does_not_disturb_a_registration(
    autojump_clock: object, lab: Lab, plug: Plug
) -> None:
    access = plug(reauthenticate_after=200.0)
    phone = access.phone()
    await lab.registered(phone)
    await lab.until(lambda: len(lab.of("switch", PortAuthorized)) == 2, within=201)
    await trio.sleep(300)
    assert len(lab.of(phone, PhoneRegistered)) == 1
    assert phone.state is BootState.REGISTERED


@pytest.mark.parametrize("mode", [NON_SECURE, ENCRYPTED], ids=str)
async def test_a_reset_authenticates_anew(
    autojump_clock: object, lab: Lab, plug: Plug, mode: DeviceSecurityMode
) -> None:
    access = plug()
    phone = access.phone(mode=mode)
    await lab.registered(phone)
    phone.reset_from_keypad()
    await lab.until(lambda: len(lab.of(phone, PhoneRegistered)) == 2)
    assert len(lab.of(phone, Dot1xSucceeded)) == 2


async def test_a_phone_without_power_shuts_its_port(autojump_clock: object, lab: Lab, plug: Plug) -> None:
    access = plug()
    phone = access.phone()
    await lab.registered(phone)
    phone.power_off()
    await lab.until(lambda: not access.port.authorized)
    phone.power_on(lab.power)
    await lab.until(lambda: len(lab.of(phone, PhoneRegistered)) == 2)


async def test_no_802_1x_on_the_port_costs_the_phone_its_three_starts_and_no_more(
    autojump_clock: object, lab: Lab, plug: Plug
) -> None:
    access = plug(mode=PortMode.NO_DOT1X)
    phone = access.phone()
    began = trio.current_time()
    await lab.registered(phone)
    assert trio.current_time() - began == pytest.approx(90, abs=5)


@pytest.mark.parametrize("hand", ["delete_lsc", "reset_from_keypad"])
async def test_a_hand_while_the_port_is_asked_for_does_no_harm(
    autojump_clock: object, lab: Lab, plug: Plug, hand: str
) -> None:
    access = plug(mode=PortMode.FORCE_UNAUTHORIZED)
    phone = access.phone(lsc="hq")
    await lab.reaches(phone, BootState.AT_PORT)
    await trio.sleep(3)
    getattr(phone, hand)()
    access.port.set_mode(PortMode.AUTO)
    await lab.registered(phone)
    assert lab.of(phone, Dot1xSucceeded)[-1].kind == ("MIC" if hand == "delete_lsc" else "LSC")


@pytest.mark.parametrize("first", ["reset", "port"])
async def test_a_reset_and_a_lost_port_in_one_moment_are_a_reset(
    autojump_clock: object, lab: Lab, plug: Plug, first: str
) -> None:
    phone = plug().phone()
    await lab.registered(phone)
    assert phone._cycle is not None
    event = lab.of(phone, Dot1xSucceeded)[-1]
    both = [phone.reset_from_keypad, lambda: phone._cycle._lose_port(event)]
    for happens in both if first == "reset" else reversed(both):
        happens()
    await lab.until(lambda: len(lab.of(phone, PhoneRegistered)) == 2)
    assert len(lab.of(phone, PhoneStarted)) == 2
    assert "the port is authorised no more" not in lab.path(phone)


async def test_a_lost_port_wins_over_a_hand_that_the_phone_has_not_seen_yet(
    autojump_clock: object, lab: Lab, plug: Plug
) -> None:
    phone = plug().phone(lsc="hq")
    await lab.registered(phone)
    assert phone._cycle is not None
    phone.delete_lsc()
    phone._cycle._lose_port(lab.of(phone, Dot1xSucceeded)[-1])
    await lab.until(lambda: len(lab.of(phone, PhoneRegistered)) == 2)
    assert "the port is authorised no more" in lab.path(phone)
    assert "LSC deleted in the phone's settings" not in lab.path(phone)
    assert phone.flash.lsc is None
