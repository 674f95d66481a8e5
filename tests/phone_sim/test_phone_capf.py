"""A phone and CAPF: installs in every mode, keys it cannot make, a CAPF that is down, a string that somebody must type."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
import trio

from cucm_sim import administration
from cucm_sim.database import AuthenticationMode, CertificateOperation, DeviceSecurityMode, KeyOrder
from phone_sim.boot import CAPF_RETRY_SECONDS, CAPF_TRIES
from phone_sim.capf_events import CapfCredentialsSent, LscInstalled
from phone_sim.events import (
    AuthenticationStringNotTaken,
    CapfTriesExhausted,
    CapfWaitsForString,
    PhoneRegistered,
    ServerUnreachable,
)
from pki import spec_of
from wire.sccp import ResetType

Lab = Any
NON_SECURE, AUTHENTICATED, ENCRYPTED = DeviceSecurityMode
INSTALL = CertificateOperation.INSTALL_UPGRADE
BY_STRING, BY_NULL = AuthenticationMode.BY_AUTHENTICATION_STRING, AuthenticationMode.BY_NULL_STRING
BY_LSC = AuthenticationMode.BY_EXISTING_CERTIFICATE_LSC


def wants(
    lab: Lab, phone: Any, operation: CertificateOperation = INSTALL, mode: AuthenticationMode = BY_NULL, **more: Any
) -> None:
    cluster = lab.world.clusters["hq"].cluster
    administration.set_capf(
        cluster, phone.device_name, certificate_operation=operation, authentication_mode=mode, **more
    )


async def reset(lab: Lab, phone: Any) -> None:
    assert await administration.reset(lab.world.clusters["hq"].cluster, phone.device_name, ResetType.RESET)


@pytest.mark.trio
@pytest.mark.parametrize(
    "mode", [BY_NULL, BY_LSC, AuthenticationMode.BY_EXISTING_CERTIFICATE_MIC], ids=lambda mode: mode.name
)
async def test_a_registered_phone_gets_an_lsc_at_its_reset_and_shows_it(
    autojump_clock: object, lab: Lab, mode: Any
) -> None:
    lab.cluster()
    phone = lab.phone()
    await lab.registered(phone)
    wants(lab, phone, mode=mode)
    await reset(lab, phone)
    await lab.until(lambda: lab.status(phone) == "Upgrade Success")
    await lab.registered(phone)
    assert [event.kind for event in lab.of(phone, PhoneRegistered)] == ["MIC", "LSC"]


@pytest.mark.trio
@pytest.mark.parametrize("size", [256, 384, 521])
async def test_an_8861_gets_an_lsc_with_an_ec_key(autojump_clock: object, lab: Lab, size: int) -> None:
    lab.cluster()
    phone = lab.phone("8861", on=False)
    wants(lab, phone, key_order=KeyOrder.EC_PREFERRED, ec_key_size=size)
    phone.power_on(lab.power)
    await lab.registered(phone)
    assert lab.status(phone) == "Upgrade Success"
    assert (spec_of(phone.flash.lsc.identity.key).algorithm, spec_of(phone.flash.lsc.identity.key).size) == ("EC", size)
    assert lab.one(phone, PhoneRegistered).kind == "LSC"


@pytest.mark.trio
async def test_a_7965_that_cannot_make_the_key_keeps_its_mic_and_the_status_says_so(
    autojump_clock: object, lab: Lab
) -> None:
    lab.cluster()
    phone = lab.phone(on=False)
    wants(lab, phone, rsa_key_size=4096)
    phone.power_on(lab.power)
    await lab.registered(phone)
    assert lab.status(phone) == "Upgrade Failed: Key Generation Failed/Timeout"
    assert phone.flash.lsc is None
    assert lab.one(phone, PhoneRegistered).kind == "MIC"


@pytest.mark.trio
async def test_a_phone_tries_a_dead_capf_three_times_half_a_minute_apart_and_registers_all_the_same(
    autojump_clock: object, lab: Lab
) -> None:
    cluster = lab.cluster()
    await cluster.capf.stop()
    phone = lab.phone(on=False)
    wants(lab, phone)
    phone.power_on(lab.power)
    await lab.registered(phone)
    tries = [event for event in lab.of(phone, ServerUnreachable) if event.service == "CAPF"]
    assert len(tries) == CAPF_TRIES
    assert {round((later.at - sooner.at).total_seconds()) for sooner, later in pairwise(tries)} == {CAPF_RETRY_SECONDS}
    assert lab.one(phone, CapfTriesExhausted).tries == CAPF_TRIES
    assert lab.status(phone) == "Operation Pending"


@pytest.mark.trio
async def test_a_capf_that_is_back_in_time_is_found_by_the_second_try(autojump_clock: object, lab: Lab) -> None:
    cluster = lab.cluster()
    await cluster.capf.stop()
    phone = lab.phone(on=False)
    wants(lab, phone)
    phone.power_on(lab.power)
    await lab.until(lambda: lab.of(phone, ServerUnreachable))
    cluster.capf.start(lab.nursery)
    await lab.until(lambda: lab.of(phone, LscInstalled))
    await lab.registered(phone)
    assert not lab.of(phone, CapfTriesExhausted)
    assert len(lab.of(phone, ServerUnreachable)) == 1


@pytest.mark.trio
async def test_by_authentication_string_a_phone_waits_until_somebody_types_it_right(
    autojump_clock: object, lab: Lab
) -> None:
    lab.cluster()
    phone = lab.phone(mode=NON_SECURE, on=False)
    wants(lab, phone, mode=BY_STRING, authentication_string="123456")
    phone.power_on(lab.power)
    await lab.registered(phone)
    await trio.sleep(600)
    assert lab.of(phone, CapfWaitsForString)
    assert not lab.of(phone, CapfCredentialsSent)
    assert phone.type_authentication_string("654321")
    await lab.until(lambda: lab.status(phone) == "Upgrade Failed: Invalid Authentication String")
    await lab.registered(phone)
    assert phone.flash.lsc is None
    assert phone.type_authentication_string("123456")
    await lab.until(lambda: lab.status(phone) == "Upgrade Success")
    await lab.registered(phone)
    assert phone.flash.lsc is not None


@pytest.mark.trio
async def test_a_string_is_not_taken_where_the_profile_is_secure_or_nobody_asked(
    autojump_clock: object, lab: Lab
) -> None:
    lab.cluster()
    secure, unasked = lab.phone(on=False), lab.phone(mode=NON_SECURE)
    wants(lab, secure, mode=BY_STRING, authentication_string="123456")
    secure.power_on(lab.power)
    await lab.registered(secure, unasked)
    for phone in (secure, unasked):
        assert not phone.type_authentication_string("123456")
        assert lab.one(phone, AuthenticationStringNotTaken)


@pytest.mark.trio
async def test_a_deleted_lsc_gives_way_to_the_mic(autojump_clock: object, lab: Lab) -> None:
    lab.cluster()
    phone = lab.phone(lsc_of="hq")
    await lab.registered(phone)
    wants(lab, phone, CertificateOperation.DELETE)
    await reset(lab, phone)
    await lab.until(lambda: lab.status(phone) == "Delete Success")
    await lab.registered(phone)
    assert [event.kind for event in lab.of(phone, PhoneRegistered)] == ["LSC", "MIC"]
