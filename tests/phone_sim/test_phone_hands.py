"""Somebody deletes the LSC in the phone's settings: in whatever state, nothing is lost and nothing is done twice."""

from __future__ import annotations

from typing import Any

import pytest
import trio
from trio.testing import wait_all_tasks_blocked

from capf_sim.events import CapfSessionStarted
from cisco_data import AuthenticationMode, CertificateOperation, DeviceSecurityMode
from cisco_data.models import MODELS, TLS_1_3
from cisco_data.registration import ResetType
from cucm_sim import administration
from cucm_sim.events import DeviceUnregistered
from journal import Event
from phone_sim.boot import BACKOFF_SECONDS, State
from phone_sim.events import (
    LscDeletedOnPhone,
    LscNotDeletedOnPhone,
    Obstacle,
    PhoneRegistered,
    PhoneStarted,
    SecureConnectionRefused,
    StateChanged,
)
from wire.tcp import TcpStream

Lab = Any
NON_SECURE, AUTHENTICATED, ENCRYPTED = DeviceSecurityMode
INSTALL = CertificateOperation.INSTALL_UPGRADE
DELETED = "LSC deleted in the phone's settings"


async def say_nothing(tcp: TcpStream) -> None:
    await trio.sleep_forever()


def registrations(lab: Lab, phone: Any) -> list[str]:
    return [event.kind for event in lab.of(phone, PhoneRegistered)]


@pytest.mark.trio
@pytest.mark.parametrize("model", [MODELS["7965"], MODELS["8861"].with_tls(TLS_1_3)], ids=["TLS 1.0", "TLS 1.3"])
async def test_a_registered_phone_unregisters_and_comes_back_with_its_mic(
    autojump_clock: object, lab: Lab, model: Any
) -> None:
    lab.cluster()
    phone = lab.phone(model, lsc="hq")
    await lab.registered(phone)
    assert phone.delete_lsc()
    assert phone.flash.lsc is None
    await lab.until(lambda: registrations(lab, phone) == ["LSC", "MIC"], within=1)
    await lab.registered(phone)
    assert lab.one("hq/callmanager", DeviceUnregistered).cause_name == "deviceUnregistered"
    assert lab.path(phone)[4:] == [DELETED, "file: register", "CallManager accepted"]
    deleted = lab.one(phone, LscDeletedOnPhone)
    assert next(e for e in lab.of(phone, StateChanged) if e.trigger == DELETED).cause == deleted.seq
    assert len(lab.cables[phone.device_name].live) == 1


@pytest.mark.trio
async def test_where_there_is_none_nothing_happens(autojump_clock: object, lab: Lab) -> None:
    lab.cluster()
    phone = lab.phone()
    await lab.registered(phone)
    assert phone.delete_lsc()
    await trio.sleep(100)
    assert not lab.one(phone, LscDeletedOnPhone).found
    assert registrations(lab, phone) == ["MIC"]


@pytest.mark.trio
async def test_a_phone_that_backs_off_does_not_wait_any_longer(autojump_clock: object, lab: Lab) -> None:
    lab.cluster()
    lab.cluster("old", start=False)
    phone = lab.phone(lsc="old")
    await lab.until(lambda: len(lab.of(phone, SecureConnectionRefused)) == 3)
    phone.delete_lsc()
    await lab.registered(phone, within=1)
    assert registrations(lab, phone) == ["MIC"]


@pytest.mark.trio
async def test_without_a_deletion_it_waits_its_time(autojump_clock: object, lab: Lab) -> None:
    lab.cluster()
    lab.cluster("old", start=False)
    phone = lab.phone(lsc="old")
    await lab.reaches(phone, State.BACKING_OFF)
    await trio.sleep(BACKOFF_SECONDS[0] - 1)
    assert len(lab.of(phone, SecureConnectionRefused)) == 1
    await trio.sleep(2)
    assert len(lab.of(phone, SecureConnectionRefused)) == 2


@pytest.mark.trio
async def test_a_phone_without_power_has_no_settings_to_open(autojump_clock: object, lab: Lab) -> None:
    lab.cluster()
    phone = lab.phone(lsc="hq", on=False)
    assert not phone.delete_lsc()
    assert phone.flash.lsc is not None
    assert lab.one(phone, LscNotDeletedOnPhone).obstacle is Obstacle.NO_POWER
    phone.power_on(lab.power)
    await lab.registered(phone)
    await trio.sleep(100)
    assert registrations(lab, phone) == ["LSC"]


@pytest.mark.trio
async def test_before_the_file_is_there_it_costs_nothing(autojump_clock: object, lab: Lab) -> None:
    lab.cluster()
    phone = lab.phone(lsc="hq")
    assert phone.state is State.STARTING
    phone.delete_lsc()
    await lab.registered(phone)
    await trio.sleep(100)
    assert registrations(lab, phone) == ["MIC"]
    assert DELETED not in lab.path(phone)


@pytest.mark.trio
async def test_while_registering_the_choice_is_made_again(autojump_clock: object, lab: Lab) -> None:
    cluster = lab.cluster(start=False)
    cluster.tftp.start(lab.nursery)
    listener = lab.replace("hq", "SCCP over TLS")
    async with trio.open_nursery() as silent:
        silent.start_soon(listener.serve, say_nothing)
        phone = lab.phone(lsc="hq")
        await lab.reaches(phone, State.REGISTERING)
        await trio.sleep(1)
        phone.delete_lsc()
        await lab.until(lambda: lab.path(phone).count("file: register") == 2, within=1)
        silent.cancel_scope.cancel()
    cluster.cluster.callmanager.start(lab.nursery)
    await lab.registered(phone)
    assert registrations(lab, phone) == ["MIC"]
    assert lab.path(phone).count(DELETED) == 1


@pytest.mark.trio
async def test_in_front_of_capf_the_phone_begins_again_and_gets_a_new_one(autojump_clock: object, lab: Lab) -> None:
    cluster = lab.cluster(start=False)
    cluster.tftp.start(lab.nursery)
    cluster.cluster.callmanager.start(lab.nursery)
    listener = lab.replace("hq", "CAPF")
    async with trio.open_nursery() as silent:
        silent.start_soon(listener.serve, say_nothing)
        phone = lab.phone(lsc="hq", on=False)
        administration.set_capf(
            cluster.cluster,
            phone.device_name,
            certificate_operation=INSTALL,
            authentication_mode=AuthenticationMode.BY_EXISTING_CERTIFICATE_LSC,
        )
        phone.power_on(lab.power)
        await lab.reaches(phone, State.AT_CAPF)
        await trio.sleep(1)
        silent.cancel_scope.cancel()
        phone.delete_lsc()
    cluster.capf.start(lab.nursery)
    await lab.registered(phone)
    assert lab.path(phone)[3:6] == [DELETED, "file: go to CAPF first", "LSC installed or deleted by CAPF"]
    assert registrations(lab, phone) == ["LSC"]
    assert lab.status(phone) == "Upgrade Success"


@pytest.mark.trio
async def test_a_phone_at_capf_is_not_registered_and_hears_no_reset(autojump_clock: object, lab: Lab) -> None:
    cluster = lab.cluster()
    await cluster.capf.stop()
    phone = lab.phone(lsc="hq")
    await lab.registered(phone)
    administration.set_capf(cluster.cluster, phone.device_name, certificate_operation=INSTALL)
    assert await administration.reset(cluster.cluster, phone.device_name)
    await lab.reaches(phone, State.AT_CAPF)
    assert not await administration.reset(cluster.cluster, phone.device_name)
    await lab.registered(phone)
    assert lab.path(phone).count("reset") == 1


@pytest.mark.trio
async def test_deleted_and_reset_in_one_moment_is_one_new_start(autojump_clock: object, lab: Lab) -> None:
    cluster = lab.cluster()
    phone = lab.phone(lsc="hq")
    await lab.registered(phone)
    assert await administration.reset(cluster.cluster, phone.device_name, ResetType.RESET)
    phone.delete_lsc()
    await lab.until(lambda: len(registrations(lab, phone)) == 2)
    await trio.sleep(1000)
    assert registrations(lab, phone) == ["LSC", "MIC"]
    assert lab.served(phone)


@pytest.mark.trio
async def test_deleted_twice_in_one_moment_is_one_new_start(autojump_clock: object, lab: Lab) -> None:
    lab.cluster()
    phone = lab.phone(lsc="hq")
    await lab.registered(phone)
    phone.delete_lsc()
    phone.delete_lsc()
    await lab.until(lambda: registrations(lab, phone) == ["LSC", "MIC"])
    await trio.sleep(100)
    assert [event.found for event in lab.of(phone, LscDeletedOnPhone)] == [True, False]
    assert registrations(lab, phone) == ["LSC", "MIC"]


@pytest.mark.trio
@pytest.mark.parametrize("typed_first", [True, False])
async def test_a_string_and_a_deletion_in_one_moment(autojump_clock: object, lab: Lab, typed_first: bool) -> None:
    """The first hand leads the way: CAPF looks at the flash anyway, and a phone that starts afresh takes no string."""
    cluster = lab.cluster()
    phone = lab.phone(mode=NON_SECURE, lsc="hq", on=False)
    administration.set_capf(
        cluster.cluster,
        phone.device_name,
        certificate_operation=INSTALL,
        authentication_mode=AuthenticationMode.BY_AUTHENTICATION_STRING,
        authentication_string="1234",
    )
    phone.power_on(lab.power)
    await lab.registered(phone)
    if typed_first:
        assert phone.type_authentication_string("1234")
        phone.delete_lsc()
    else:
        phone.delete_lsc()
        assert not phone.type_authentication_string("1234")
    await lab.until(lambda: len(registrations(lab, phone)) == 2)
    await lab.registered(phone)
    assert (phone.flash.lsc is not None) is typed_first
    assert len(lab.of("hq/capf", CapfSessionStarted)) == int(typed_first)


@pytest.mark.trio
async def test_deleted_while_the_goodbye_is_still_on_its_way(autojump_clock: object, lab: Lab) -> None:
    cluster = lab.cluster()
    phone = lab.phone(mode=NON_SECURE, lsc="hq")
    await lab.registered(phone)
    (connection,) = cluster.cluster.callmanager._open
    connection._steps = lambda data: iter(())  # CallManager no longer acknowledges anything
    phone.delete_lsc()
    await trio.sleep(1)
    assert phone.state is State.REGISTERED
    phone.flash.install_lsc(lab.lsc_for(phone))
    phone.delete_lsc()
    await lab.until(lambda: len(registrations(lab, phone)) == 2)
    await trio.sleep(100)
    assert lab.path(phone).count(DELETED) == 1
    assert len(registrations(lab, phone)) == 2


@pytest.mark.trio
async def test_deleted_in_the_very_moment_of_the_acknowledgement(autojump_clock: object, lab: Lab) -> None:
    """Too late to stop this registration, and not forgotten: the phone does not stay registered with what is gone."""
    lab.cluster()
    phone = lab.phone(lsc="hq", on=False)

    def delete(event: Event) -> None:
        if isinstance(event, PhoneRegistered) and event.kind == "LSC":
            phone.delete_lsc()

    lab.journal.subscribe(delete)
    phone.power_on(lab.power)
    await lab.until(lambda: registrations(lab, phone) == ["LSC", "MIC"], within=5)
    await lab.registered(phone)
    assert lab.path(phone)[3:] == ["CallManager accepted", DELETED, "file: register", "CallManager accepted"]


@pytest.mark.trio
async def test_a_string_is_not_forgotten_over_a_deletion_while_the_goodbye_is_on_its_way(
    autojump_clock: object, lab: Lab
) -> None:
    cluster = lab.cluster()
    phone = lab.phone(mode=NON_SECURE, lsc="hq", on=False)
    administration.set_capf(
        cluster.cluster,
        phone.device_name,
        certificate_operation=INSTALL,
        authentication_mode=AuthenticationMode.BY_AUTHENTICATION_STRING,
        authentication_string="1234",
    )
    phone.power_on(lab.power)
    await lab.registered(phone)
    (connection,) = cluster.cluster.callmanager._open
    connection._steps = lambda data: iter(())
    assert phone.type_authentication_string("1234")
    await trio.sleep(1)
    assert phone.state is State.REGISTERED
    phone.delete_lsc()
    await lab.until(lambda: len(registrations(lab, phone)) == 2)
    assert lab.status(phone) == "Upgrade Success"
    assert phone.flash.lsc is not None
    assert DELETED not in lab.path(phone)


@pytest.mark.trio
@pytest.mark.parametrize("install", [False, True], ids=["registers", "over CAPF"])
async def test_the_lsc_may_be_deleted_at_any_event_of_a_boot(autojump_clock: object, lab: Lab, install: bool) -> None:
    """Right after the n-th event, for every n: in the end the phone is registered, with what is in its flash."""
    cluster = lab.cluster()
    phone = lab.phone(on=False)
    countdown = -1
    now = trio.Event()

    def count(event: Event) -> None:
        nonlocal countdown
        if event.actor == phone.device_name:
            countdown -= 1
            if countdown == 0:
                now.set()

    lab.journal.subscribe(count)
    held = lab.lsc_for(phone)
    for number in range(2, 200):
        phone.flash.install_lsc(held)
        if install:
            administration.set_capf(cluster.cluster, phone.device_name, certificate_operation=INSTALL)
        countdown, now = number, trio.Event()
        phone.power_on(lab.power)
        tried = False
        with trio.move_on_after(50):
            await now.wait()
            tried = True
        if not tried:
            break
        before = len(lab.of(phone, PhoneStarted))
        phone.delete_lsc()
        await trio.sleep(300)
        assert phone.state is State.REGISTERED
        assert lab.served(phone)
        kind = registrations(lab, phone)[-1]
        assert kind == ("LSC" if phone.flash.lsc is not None else "MIC")
        assert kind == "MIC" or install
        assert len(lab.of(phone, PhoneStarted)) <= before + 1
        phone.power_off()
        await wait_all_tasks_blocked()
    assert number > 12
