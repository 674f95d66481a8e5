"""Strings typed on a phone that meet CAPF's patience, a reset in the very same moment, or a deadline."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import trio

from capf_sim.events import AuthenticationStringBlocked, CapfSessionStarted, OperationTimedOut
from cisco_data import AuthenticationMode, CertificateOperation, DeviceSecurityMode
from cisco_data.registration import ResetType
from cucm_sim import administration
from phone_sim.boot import State
from phone_sim.capf_events import LscInstalled
from phone_sim.events import AuthenticationStringNotTaken, Obstacle, PhoneRegistered, StateChanged
from phone_sim.registration_events import ResetReceived

Lab = Any
STRING, NULL = AuthenticationMode.BY_AUTHENTICATION_STRING, AuthenticationMode.BY_NULL_STRING
INSTALL = CertificateOperation.INSTALL_UPGRADE
RIGHT, WRONG = "246810", "135791"
INVALID = "Upgrade Failed: Invalid Authentication String"


async def waiting(lab: Lab, **how: Any) -> Any:
    """A registered phone whose file asks for a string."""
    lab.cluster()
    phone = lab.phone(mode=DeviceSecurityMode.NON_SECURE, on=False)
    order(lab, phone, authentication_mode=STRING, authentication_string=RIGHT, **how)
    phone.power_on(lab.power)
    await lab.registered(phone)
    return phone


def order(lab: Lab, phone: Any, **how: Any) -> None:
    cluster = lab.clusters["hq"].cluster
    administration.set_capf(cluster, phone.device_name, certificate_operation=INSTALL, **how)


async def types(lab: Lab, phone: Any, string: str) -> None:
    """Type it and see the phone back in service."""
    before = len(lab.of(phone, PhoneRegistered))
    assert phone.type_authentication_string(string)
    await lab.until(lambda: len(lab.of(phone, PhoneRegistered)) > before)
    await lab.registered(phone)


@pytest.mark.trio
async def test_after_ten_wrong_strings_the_right_one_waits_ten_minutes(autojump_clock: object, lab: Lab) -> None:
    phone = await waiting(lab)
    for _ in range(10):
        await types(lab, phone, WRONG)
    await types(lab, phone, RIGHT)
    assert lab.one("hq/capf", AuthenticationStringBlocked)
    assert (lab.status(phone), phone.flash.lsc) == (INVALID, None)
    await trio.sleep(600)
    await types(lab, phone, RIGHT)
    assert lab.status(phone) == "Upgrade Success"
    assert phone.flash.lsc is not None


@pytest.mark.trio
async def test_nine_wrong_strings_do_not(autojump_clock: object, lab: Lab) -> None:
    phone = await waiting(lab)
    for string in (*[WRONG] * 9, RIGHT):
        await types(lab, phone, string)
    assert not lab.of("hq/capf", AuthenticationStringBlocked)
    assert lab.status(phone) == "Upgrade Success"


@pytest.mark.trio
async def test_the_way_out_of_the_wait_is_another_mode(autojump_clock: object, lab: Lab) -> None:
    phone = await waiting(lab)
    for _ in range(10):
        await types(lab, phone, WRONG)
    order(lab, phone, authentication_mode=NULL)
    await administration.reset(lab.clusters["hq"].cluster, phone.device_name)
    await lab.until(lambda: lab.status(phone) == "Upgrade Success", within=60)


@pytest.mark.trio
@pytest.mark.parametrize("kind", list(ResetType), ids=lambda kind: kind.name)
async def test_a_reset_in_the_moment_of_typing_is_followed_and_the_string_is_dropped_aloud(
    autojump_clock: object, lab: Lab, kind: ResetType
) -> None:
    """The administrator has ordered something else and resets the phone, while the phone says goodbye for the string."""
    phone = await waiting(lab)
    cluster = lab.clusters["hq"].cluster
    order(lab, phone, authentication_mode=NULL)
    assert phone.type_authentication_string(RIGHT)
    assert await administration.reset(cluster, phone.device_name, kind)
    await lab.until(lambda: len(lab.of(phone, PhoneRegistered)) == 2)
    assert lab.one(phone, AuthenticationStringNotTaken).obstacle is Obstacle.BUSY
    left = [event for event in lab.of(phone, StateChanged) if event.state == State.REGISTERED.value]
    assert [event.cause for event in left] == [lab.one(phone, ResetReceived).seq]
    assert len(lab.of("hq/capf", CapfSessionStarted)) == 1
    assert lab.of(phone, LscInstalled)
    assert lab.status(phone) == "Upgrade Success"


@pytest.mark.trio
async def test_a_string_that_nothing_crosses_is_taken(autojump_clock: object, lab: Lab) -> None:
    phone = await waiting(lab)
    await types(lab, phone, RIGHT)
    assert not lab.of(phone, AuthenticationStringNotTaken)
    assert lab.status(phone) == "Upgrade Success"


@pytest.mark.trio
async def test_a_string_that_is_typed_after_the_deadline_is_late(autojump_clock: object, lab: Lab) -> None:
    by = lab.journal.clock.now() + timedelta(hours=1)
    phone = await waiting(lab, operation_completes_by=by)
    await trio.sleep(3601)
    await types(lab, phone, RIGHT)
    assert lab.status(phone) == "Upgrade Failed: User Initiated Request Late/Timedout"
    order(
        lab,
        phone,
        authentication_mode=STRING,
        authentication_string=RIGHT,
        operation_completes_by=by + timedelta(hours=2),
    )
    await types(lab, phone, RIGHT)
    assert lab.status(phone) == "Upgrade Success"
    assert not lab.of("hq/capf", OperationTimedOut)


@pytest.mark.trio
async def test_status_of_a_new_device_and_of_an_ordered_operation_are_the_administrations(
    autojump_clock: object, lab: Lab
) -> None:
    """The two values that CAPF never sets, as docs/statuses.md says."""
    lab.cluster()
    phone = lab.phone(on=False)
    assert lab.status(phone) == "None"
    order(lab, phone)
    assert lab.status(phone) == "Operation Pending"
