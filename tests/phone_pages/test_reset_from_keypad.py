"""A user resets the phone by its own keys: in whatever state, it starts anew once, and says so when it comes back."""

from __future__ import annotations

from typing import Any

import pytest
import trio

from cisco_data import AuthenticationMode, CertificateOperation
from cisco_data.registration import LastOutOfService, ResetType
from cucm_sim import administration
from cucm_sim.events import DeviceUnregistered
from journal import Event
from phone_sim.boot import BACKOFF_SECONDS, CARRIES_ON, BootState, BootTrigger, still_counts
from phone_sim.events import (
    AuthenticationStringNotTaken,
    BackedOff,
    LscDeletedOnPhone,
    NotResetOnPhone,
    PhoneStarted,
    PhoneStopped,
    ResetOnPhone,
    StateChanged,
    UserActionObstacle,
)
from phone_sim.registration_events import RegisterSent, ResetReceived
from tests.phone_sim.conftest import NON_SECURE
from wire.tcp import TcpStream

Lab = Any
RESET = "reset from the keypad"


async def say_nothing(tcp: TcpStream) -> None:
    await trio.sleep_forever()


@pytest.mark.trio
async def test_a_registered_phone_says_goodbye_and_comes_back_with_alarm_20(autojump_clock: object, lab: Lab) -> None:
    lab.cluster()
    phone = lab.phone()
    await lab.registered(phone)
    assert phone.reset_from_keypad()
    await lab.until(lambda: len(lab.of(phone, RegisterSent)) == 2)
    await lab.registered(phone)
    assert lab.one("hq/callmanager", DeviceUnregistered).cause_name == "deviceUnregistered"
    assert [event.last_out_of_service for event in lab.of(phone, RegisterSent)][1] == 20
    assert LastOutOfService.PHONE_KEYPAD_RESET == 20
    assert len(lab.of(phone, PhoneStarted)) == 2
    reset = lab.one(phone, ResetOnPhone)
    (step,) = (event for event in lab.of(phone, StateChanged) if event.trigger == RESET)
    assert (step.state, step.next_state, step.cause) == ("registered", "starting", reset.seq)
    assert len(lab.cables[phone.device_name].live) == 1


@pytest.mark.trio
@pytest.mark.parametrize(
    ("silent", "state"),
    [("TFTP", BootState.DOWNLOADING), ("CAPF", BootState.AT_CAPF), ("SCCP over TLS", BootState.REGISTERING)],
)
async def test_a_phone_in_the_middle_of_something_drops_it(
    autojump_clock: object, lab: Lab, silent: str, state: BootState
) -> None:
    hq = lab.cluster(start=False)
    if silent != "TFTP":
        hq.tftp.start(lab.nursery)
    if silent == "CAPF":
        phone = lab.phone(on=False)
        administration.set_capf(
            hq.cluster,
            phone.device_name,
            certificate_operation=CertificateOperation.INSTALL_UPGRADE,
            authentication_mode=AuthenticationMode.BY_NULL_STRING,
        )
        phone.power_on(lab.power)
    else:
        phone = lab.phone("8865" if silent == "TFTP" else "7965")
    lab.nursery.start_soon(lab.replace("hq", silent).serve, say_nothing)
    await lab.reaches(phone, state)
    await trio.sleep(1)
    assert len(lab.cables[phone.device_name].live) == 1
    assert phone.reset_from_keypad()
    await lab.until(lambda: len(lab.of(phone, PhoneStarted)) == 2, within=1)
    await lab.reaches(phone, state, within=1)
    assert len(lab.cables[phone.device_name].live) <= 1
    assert lab.path(phone).count(RESET) == 1


@pytest.mark.trio
async def test_a_phone_that_backs_off_starts_at_once_and_counts_its_rounds_anew(
    autojump_clock: object, lab: Lab
) -> None:
    lab.cluster(start=False)
    phone = lab.phone()
    await lab.until(lambda: len(lab.of(phone, BackedOff)) == 3)
    assert lab.of(phone, BackedOff)[-1].seconds == BACKOFF_SECONDS[2]
    phone.reset_from_keypad()
    await lab.until(lambda: len(lab.of(phone, BackedOff)) == 4, within=25)  # TFTP's own patience
    assert lab.of(phone, BackedOff)[-1].seconds == BACKOFF_SECONDS[0]


@pytest.mark.trio
async def test_a_phone_that_is_starting_just_goes_on(autojump_clock: object, lab: Lab) -> None:
    lab.cluster()
    phone = lab.phone()
    assert phone.state is BootState.STARTING
    assert phone.reset_from_keypad()
    await lab.registered(phone)
    await trio.sleep(100)
    assert RESET not in lab.path(phone)
    assert len(lab.of(phone, RegisterSent)) == 1


@pytest.mark.trio
async def test_keys_pressed_in_one_breath_reset_it_once(autojump_clock: object, lab: Lab) -> None:
    lab.cluster()
    phone = lab.phone()
    await lab.registered(phone)
    assert all(phone.reset_from_keypad() for _ in range(5))
    await lab.until(lambda: len(lab.of(phone, RegisterSent)) == 2)
    await lab.registered(phone)
    await trio.sleep(100)
    assert len(lab.of(phone, PhoneStarted)) == 2
    assert len(lab.of(phone, ResetOnPhone)) == 5


@pytest.mark.trio
async def test_a_reset_takes_the_place_of_a_string_that_was_just_typed(autojump_clock: object, lab: Lab) -> None:
    hq = lab.cluster()
    phone = lab.phone(mode=NON_SECURE, on=False)
    administration.set_capf(
        hq.cluster,
        phone.device_name,
        certificate_operation=CertificateOperation.INSTALL_UPGRADE,
        authentication_mode=AuthenticationMode.BY_AUTHENTICATION_STRING,
        authentication_string="1234567890",
    )
    phone.power_on(lab.power)
    await lab.registered(phone)
    assert phone.type_authentication_string("1234567890")
    assert phone.reset_from_keypad()
    await lab.until(lambda: len(lab.of(phone, RegisterSent)) == 2)
    await lab.registered(phone)
    assert lab.one(phone, AuthenticationStringNotTaken).obstacle is UserActionObstacle.BUSY
    assert phone.flash.lsc is None
    assert phone.type_authentication_string("1234567890")
    await lab.until(lambda: phone.flash.lsc is not None)


@pytest.mark.trio
async def test_a_deleted_lsc_stays_deleted_whatever_follows(autojump_clock: object, lab: Lab) -> None:
    lab.cluster()
    phone = lab.phone(lsc="hq")
    await lab.registered(phone)
    phone.delete_lsc()
    phone.reset_from_keypad()
    await lab.until(lambda: len(lab.of(phone, RegisterSent)) == 2)
    await lab.registered(phone)
    assert lab.one(phone, LscDeletedOnPhone).found
    assert phone.registration.kind == "MIC"
    assert lab.path(phone).count(RESET) == 1


@pytest.mark.trio
async def test_callmanagers_restart_in_the_same_moment_does_not_swallow_it(autojump_clock: object, lab: Lab) -> None:
    hq = lab.cluster()
    phone = lab.phone()
    await lab.registered(phone)
    await administration.reset(hq.cluster, phone.device_name, ResetType.RESTART)
    phone.reset_from_keypad()
    await lab.until(lambda: len(lab.of(phone, PhoneStarted)) == 2)
    await lab.registered(phone)


@pytest.mark.trio
async def test_without_power_there_are_no_keys(autojump_clock: object, lab: Lab) -> None:
    lab.cluster()
    phone = lab.phone(on=False)
    assert not phone.reset_from_keypad()
    assert lab.one(phone, NotResetOnPhone).obstacle is UserActionObstacle.NO_POWER
    phone.power_on(lab.power)
    await lab.registered(phone)
    phone.reset_from_keypad()
    phone.power_off()  # before the phone saw it
    assert lab.of(phone, PhoneStopped)
    phone.power_on(lab.power)
    await lab.registered(phone)
    assert RESET not in lab.path(phone)


@pytest.mark.trio
async def test_a_reset_in_the_very_moment_of_a_restart_is_not_lost(autojump_clock: object, lab: Lab) -> None:
    """The restart leads to a new file; what was pressed before that still asks for more."""
    hq = lab.cluster()
    phone = lab.phone()
    await lab.registered(phone)

    def press(event: Event) -> None:
        if isinstance(event, ResetReceived) and event.actor == phone.device_name:
            phone.reset_from_keypad()

    lab.journal.subscribe(press)
    await administration.reset(hq.cluster, phone.device_name, ResetType.RESTART)
    await lab.until(lambda: len(lab.of(phone, RegisterSent)) == 2)
    await lab.registered(phone)
    assert lab.path(phone)[-5:] == ["restart", RESET, "started", "file: register", "CallManager accepted"]


@pytest.mark.parametrize("state", BootState)
def test_a_late_reset_counts_wherever_the_table_has_a_step_for_it(state: BootState) -> None:
    assert still_counts(state, BootTrigger.KEYPAD_RESET) is (state not in (BootState.OFF, BootState.STARTING))
    assert still_counts(state, BootTrigger.LSC_DELETED) is (state in CARRIES_ON)
    assert still_counts(state, BootTrigger.STRING_TYPED) is (state is BootState.REGISTERED)
