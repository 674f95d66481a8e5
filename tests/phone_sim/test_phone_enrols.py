"""A phone at CAPF: by itself where its file says so, by a typed string where a user types it, and never otherwise."""

from __future__ import annotations

from typing import Any

import pytest
import trio
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from trio.testing import wait_all_tasks_blocked

from capf_sim.events import CapfSessionEnded, CapfSessionStarted
from cisco_data import (
    AuthenticationMode,
    CertificateOperation,
    CertificateUnit,
    DeviceSecurityMode,
    KeyOrder,
    ServiceName,
)
from cisco_data.registration import ResetType
from cucm_sim import administration, certificate_management
from cucm_sim.profiles import secure_profile, standard_profile
from phone_sim.boot import CAPF_RETRY_SECONDS, CAPF_TRIES, BootState
from phone_sim.capf_events import CapfFinished, CapfKeyNotMade, LscErased, LscInstalled
from phone_sim.enrolment import capf_servers
from phone_sim.events import (
    AuthenticationStringNotTaken,
    AuthenticationStringTyped,
    CapfTriesExhausted,
    CapfWaitsForString,
    PhoneRegistered,
    PhoneStarted,
    SecureConnectionRefused,
    ServerUnreachable,
    UserActionObstacle,
)
from phone_sim.trust.events import ServerNotTrusted
from phone_sim.trust.tvs_answer import TrustRefusal
from pki import common_name
from wire.phone_file import CapfServer, Member, PhoneFile

Lab = Any
NON_SECURE, AUTHENTICATED, ENCRYPTED = DeviceSecurityMode
STRING = AuthenticationMode.BY_AUTHENTICATION_STRING
EXISTING_LSC = AuthenticationMode.BY_EXISTING_CERTIFICATE_LSC
INSTALL, DELETE = CertificateOperation.INSTALL_UPGRADE, CertificateOperation.DELETE


def order(lab: Lab, phone: Any, operation: CertificateOperation = INSTALL, cluster: str = "hq", **how: Any) -> None:
    administration.set_capf(lab.clusters[cluster].cluster, phone.device_name, certificate_operation=operation, **how)


def issuer(phone: Any) -> str:
    return common_name(phone.flash.lsc.identity.certificate.issuer)


async def settled(lab: Lab, phone: Any, registrations: int) -> None:
    await lab.until(lambda: len(lab.of(phone, PhoneRegistered)) == registrations)
    await lab.registered(phone)


@pytest.mark.trio
async def test_a_secure_phone_gets_its_lsc_first_and_registers_with_it(autojump_clock: object, lab: Lab) -> None:
    cluster = lab.cluster()
    phone = lab.phone(on=False)
    order(lab, phone)
    phone.power_on(lab.power)
    await lab.registered(phone, within=5)
    assert lab.one(phone, PhoneRegistered).kind == "LSC"
    assert issuer(phone) == common_name(cluster.authority.certificate.subject)
    assert lab.status(phone) == "Upgrade Success"
    assert lab.path(phone) == [
        "power on",
        "started",
        "file: go to CAPF first",
        "LSC installed or deleted by CAPF",
        "file: register",
        "CallManager accepted",
    ]


@pytest.mark.trio
async def test_an_lsc_is_installed_and_deleted_on_a_registered_phone_at_its_next_reset(
    autojump_clock: object, lab: Lab
) -> None:
    cluster = lab.cluster()
    phone = lab.phone(mode=NON_SECURE)
    await lab.registered(phone)
    order(lab, phone)
    await trio.sleep(1000)
    assert not lab.of("hq/capf", CapfSessionStarted)
    await administration.reset(cluster.cluster, phone.device_name)
    await settled(lab, phone, 2)
    assert lab.of(phone, LscInstalled)
    order(lab, phone, DELETE)
    await administration.reset(cluster.cluster, phone.device_name, ResetType.RESTART)
    await settled(lab, phone, 3)
    assert lab.of(phone, LscErased)
    assert phone.flash.lsc is None
    changed = ["file: go to CAPF first", "LSC installed or deleted by CAPF", "file: register", "CallManager accepted"]
    assert lab.path(phone)[4:] == ["reset", "started", *changed, "restart", *changed]
    assert lab.status(phone) == "Delete Success"


@pytest.mark.trio
@pytest.mark.parametrize(
    "mode", [mode for mode in AuthenticationMode if mode is not STRING], ids=lambda mode: mode.name.lower()
)
@pytest.mark.parametrize("held", ["MIC", "LSC"])
async def test_a_secure_phone_renews_its_lsc_in_every_mode_that_needs_nobody(
    autojump_clock: object, lab: Lab, mode: AuthenticationMode, held: str
) -> None:
    cluster = lab.cluster()
    phone = lab.phone(lsc="hq" if held == "LSC" else "")
    await lab.registered(phone)
    order(lab, phone, authentication_mode=mode)
    await administration.reset(cluster.cluster, phone.device_name)
    await settled(lab, phone, 2)
    assert [event.kind for event in lab.of(phone, PhoneRegistered)] == [held, "LSC"]
    assert lab.status(phone) == "Upgrade Success"


@pytest.mark.trio
@pytest.mark.parametrize("size", [256, 384, 521])
async def test_an_8861_gets_an_ec_lsc_and_registers_with_it(autojump_clock: object, lab: Lab, size: int) -> None:
    lab.cluster()
    phone = lab.phone("8861", on=False)
    order(lab, phone, key_order=KeyOrder.EC_PREFERRED, ec_key_size=size)
    phone.power_on(lab.power)
    await lab.registered(phone, within=5)
    key = phone.flash.lsc.identity.key
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    assert key.key_size == size
    assert lab.one(phone, PhoneRegistered).kind == "LSC"


@pytest.mark.trio
async def test_a_7965_asked_for_ec_with_rsa_as_backup_makes_rsa(autojump_clock: object, lab: Lab) -> None:
    lab.cluster()
    phone = lab.phone(on=False)
    order(lab, phone, key_order=KeyOrder.EC_PREFERRED)
    phone.power_on(lab.power)
    await lab.registered(phone)
    assert lab.of(phone, CapfKeyNotMade)
    assert isinstance(phone.flash.lsc.identity.key, rsa.RSAPrivateKey)


@pytest.mark.trio
async def test_a_model_that_cannot_make_the_key_fails_with_key_generation_and_goes_on(
    autojump_clock: object, lab: Lab
) -> None:
    lab.cluster()
    old, new = lab.phone("7965", on=False), lab.phone("8861", on=False)
    for phone in (old, new):
        order(lab, phone, rsa_key_size=1024 if phone is new else 4096)
        phone.power_on(lab.power)
    await lab.registered(old, new)
    assert lab.status(old) == "Upgrade Failed: Key Generation Failed/Timeout"
    assert lab.one(old, CapfKeyNotMade).key == "RSA 4096"
    assert lab.one(old, PhoneRegistered).kind == "MIC"
    assert lab.status(new) == "Upgrade Success"


@pytest.mark.trio
async def test_a_dead_capf_is_tried_three_times_half_a_minute_apart_and_then_passed_over(
    autojump_clock: object, lab: Lab
) -> None:
    cluster = lab.cluster(start=False)
    cluster.cluster.callmanager.start(lab.nursery)
    cluster.tftp.start(lab.nursery)
    phone = lab.phone(on=False)
    order(lab, phone)
    phone.power_on(lab.power)
    await lab.registered(phone)
    tries = lab.of(phone, ServerUnreachable)
    assert [event.service for event in tries] == ["CAPF"] * CAPF_TRIES
    apart = (tries[-1].at - tries[0].at).total_seconds()
    assert apart == pytest.approx((CAPF_TRIES - 1) * CAPF_RETRY_SECONDS)
    assert lab.one(phone, CapfTriesExhausted).cause == tries[-1].seq
    assert lab.one(phone, PhoneRegistered).kind == "MIC"
    cluster.capf.start(lab.nursery)
    await administration.reset(cluster.cluster, phone.device_name)
    await settled(lab, phone, 2)
    assert lab.of(phone, PhoneRegistered)[-1].kind == "LSC"


@pytest.mark.trio
async def test_a_capf_that_comes_up_meanwhile_is_met_at_the_next_try(autojump_clock: object, lab: Lab) -> None:
    cluster = lab.cluster(start=False)
    cluster.cluster.callmanager.start(lab.nursery)
    cluster.tftp.start(lab.nursery)
    phone = lab.phone(on=False)
    order(lab, phone)
    phone.power_on(lab.power)
    await lab.until(lambda: lab.of(phone, ServerUnreachable))
    cluster.capf.start(lab.nursery)
    await lab.registered(phone, within=CAPF_RETRY_SECONDS + 1)
    assert lab.one(phone, PhoneRegistered).kind == "LSC"
    assert not lab.of(phone, CapfTriesExhausted)


@pytest.mark.trio
async def test_a_phone_that_distrusts_capf_does_not_enrol_and_says_why(autojump_clock: object, lab: Lab) -> None:
    home = lab.cluster()
    tvs = home.services[ServiceName.TVS]
    phone = lab.phone(mode=NON_SECURE)
    await lab.registered(phone)
    certificate_management.regenerate(home.cluster, CertificateUnit.CAPF, lab.keys)
    await home.capf.restart(lab.nursery)
    await tvs.stop()
    order(lab, phone)
    await administration.reset(home.cluster, phone.device_name)
    await settled(lab, phone, 2)
    assert [event.service for event in lab.of(phone, SecureConnectionRefused)] == ["CAPF"] * CAPF_TRIES
    assert {event.refusal for event in lab.of(phone, ServerNotTrusted)} == {TrustRefusal.TVS_UNREACHABLE}
    assert phone.flash.lsc is None
    tvs.start(lab.nursery)
    await administration.reset(home.cluster, phone.device_name)
    await settled(lab, phone, 3)
    assert phone.flash.lsc is not None


@pytest.mark.trio
async def test_a_refused_operation_is_not_tried_again_in_this_boot(autojump_clock: object, lab: Lab) -> None:
    lab.cluster()
    lab.cluster("old", start=False)
    phone = lab.phone(mode=NON_SECURE, lsc="old", on=False)
    order(lab, phone, authentication_mode=EXISTING_LSC)
    phone.power_on(lab.power)
    await lab.registered(phone)
    await trio.sleep(1000)
    assert lab.status(phone) == "Upgrade Failed: Invalid LSC"
    assert len(lab.of("hq/capf", CapfSessionStarted)) == 1


@pytest.mark.trio
async def test_a_file_that_goes_on_asking_does_not_send_the_phone_round_and_round(
    autojump_clock: object, lab: Lab
) -> None:
    """A cluster whose operation stays pending after it was done: one visit a boot, and then the phone registers."""
    cluster = lab.cluster()
    phone = lab.phone(on=False)
    order(lab, phone)
    device = cluster.cluster.database.device(phone.device_name)
    assert device is not None

    def still_pending(event: object) -> None:
        cluster.cluster.database.save(device)

    lab.journal.subscribe(still_pending)
    phone.power_on(lab.power)
    await lab.registered(phone, within=5)
    assert len(lab.of(phone, LscInstalled)) == 1
    await administration.reset(cluster.cluster, phone.device_name)
    await settled(lab, phone, 2)
    assert len(lab.of(phone, LscInstalled)) == 2
    assert cluster.cluster.database.device(phone.device_name) == device


# By Authentication String


@pytest.mark.trio
async def test_a_string_is_waited_for_and_taken_wrong_then_right(autojump_clock: object, lab: Lab) -> None:
    lab.cluster()
    phone = lab.phone(mode=NON_SECURE, on=False)
    order(lab, phone, authentication_mode=STRING, authentication_string="123456")
    phone.power_on(lab.power)
    await lab.registered(phone)
    await trio.sleep(1000)
    assert lab.of(phone, CapfWaitsForString)
    assert not lab.of("hq/capf", CapfSessionStarted)
    assert lab.status(phone) == "Operation Pending"
    assert phone.type_authentication_string("999999")
    await settled(lab, phone, 2)
    assert lab.status(phone) == "Upgrade Failed: Invalid Authentication String"
    assert phone.flash.lsc is None
    assert phone.type_authentication_string("123456")
    await settled(lab, phone, 3)
    assert lab.status(phone) == "Upgrade Success"
    assert phone.flash.lsc is not None
    assert len(lab.of("hq/capf", CapfSessionStarted)) == 2
    assert len(lab.of(phone, PhoneStarted)) == 1
    assert not [event for event in lab.events if "123456" in repr(event) or "999999" in repr(event)]


@pytest.mark.trio
async def test_the_right_string_is_enough(autojump_clock: object, lab: Lab) -> None:
    lab.cluster()
    phone = lab.phone(mode=NON_SECURE, on=False)
    order(lab, phone, authentication_mode=STRING, authentication_string="1234")
    phone.power_on(lab.power)
    await lab.registered(phone)
    phone.type_authentication_string("1234")
    await settled(lab, phone, 2)
    assert lab.status(phone) == "Upgrade Success"
    assert lab.path(phone)[4:] == [
        "authentication string typed",
        "LSC installed or deleted by CAPF",
        "file: register",
        "CallManager accepted",
    ]


@pytest.mark.trio
async def test_a_secure_phone_without_any_certificate_never_enrols_by_string(autojump_clock: object, lab: Lab) -> None:
    """A secure profile, By Authentication String and no LSC: the phone neither registers nor calls CAPF."""
    cluster = lab.cluster()
    phone = lab.phone(mic=False, on=False)
    order(lab, phone, authentication_mode=STRING, authentication_string="1234")
    phone.power_on(lab.power)
    await lab.reaches(phone, BootState.BACKING_OFF)
    assert not phone.type_authentication_string("1234")
    assert lab.one(phone, AuthenticationStringNotTaken).obstacle is UserActionObstacle.NOT_REGISTERED
    await trio.sleep(1000)
    assert not lab.of("hq/capf", CapfSessionStarted)
    assert not lab.of(phone, PhoneRegistered)
    administration.assign_profile(cluster.cluster, phone.device_name, standard_profile("7965"))
    await lab.registered(phone)
    assert phone.type_authentication_string("1234")
    await settled(lab, phone, 2)
    assert lab.status(phone) == "Upgrade Success"


@pytest.mark.trio
async def test_a_string_is_taken_by_a_registered_non_secure_phone_whose_file_asks_and_by_no_other(
    autojump_clock: object, lab: Lab
) -> None:
    lab.cluster()
    off = lab.phone(mode=NON_SECURE, on=False)
    booting = lab.phone(mode=NON_SECURE)
    unasked = lab.phone(mode=NON_SECURE)
    secure = lab.phone(mode=ENCRYPTED, on=False)
    order(lab, secure, authentication_mode=STRING, authentication_string="1234")
    assert not booting.type_authentication_string("1234")
    secure.power_on(lab.power)
    await lab.registered(booting, unasked, secure)
    expected = {
        off: UserActionObstacle.NO_POWER,
        booting: UserActionObstacle.NOT_REGISTERED,
        unasked: UserActionObstacle.NOT_ASKED,
        secure: UserActionObstacle.SECURE,
    }
    for phone in (off, unasked, secure):
        assert not phone.type_authentication_string("1234")
    for phone, obstacle in expected.items():
        assert lab.one(phone, AuthenticationStringNotTaken).obstacle is obstacle
    await trio.sleep(1000)
    assert not lab.of("hq/capf", CapfSessionStarted)
    assert lab.served(booting, unasked, secure)


@pytest.mark.trio
async def test_an_operation_that_is_ordered_after_the_boot_needs_a_reset_before_a_string_is_taken(
    autojump_clock: object, lab: Lab
) -> None:
    cluster = lab.cluster()
    phone = lab.phone(mode=NON_SECURE)
    await lab.registered(phone)
    order(lab, phone, authentication_mode=STRING, authentication_string="1234")
    assert not phone.type_authentication_string("1234")
    await administration.reset(cluster.cluster, phone.device_name, ResetType.APPLY_CONFIG)
    await settled(lab, phone, 2)
    assert phone.type_authentication_string("1234")
    await settled(lab, phone, 3)
    assert lab.status(phone) == "Upgrade Success"


@pytest.mark.trio
async def test_two_strings_at_once_make_one_visit_with_the_first(autojump_clock: object, lab: Lab) -> None:
    lab.cluster()
    phone = lab.phone(mode=NON_SECURE, on=False)
    order(lab, phone, authentication_mode=STRING, authentication_string="1234")
    phone.power_on(lab.power)
    await lab.registered(phone)
    assert phone.type_authentication_string("1234")
    assert not phone.type_authentication_string("9999")
    await settled(lab, phone, 2)
    assert lab.one(phone, AuthenticationStringNotTaken).obstacle is UserActionObstacle.BUSY
    assert len(lab.of("hq/capf", CapfSessionStarted)) == 1
    assert lab.status(phone) == "Upgrade Success"


@pytest.mark.trio
async def test_a_string_that_meets_the_end_of_the_registration_is_not_forgotten_in_silence(
    autojump_clock: object, lab: Lab
) -> None:
    """Reset and typed in the same moment: whichever the phone follows, it never goes to CAPF with an empty string."""
    cluster = lab.cluster()
    phone = lab.phone(mode=NON_SECURE, on=False)
    order(lab, phone, authentication_mode=STRING, authentication_string="1234")
    phone.power_on(lab.power)
    await lab.registered(phone)
    await cluster.cluster.callmanager.stop()
    typed = phone.type_authentication_string("1234")
    await wait_all_tasks_blocked()
    await trio.sleep(5)
    accounted = len(lab.of(phone, CapfFinished)) + len(lab.of(phone, AuthenticationStringNotTaken))
    assert (len(lab.of(phone, AuthenticationStringTyped)), accounted) == (int(typed), 1)
    cluster.cluster.callmanager.start(lab.nursery)
    await lab.registered(phone)


def test_an_entry_without_a_name_is_no_capf_server() -> None:
    """A socket that is connected to an empty name reaches this very machine."""
    named, nameless = CapfServer("127.0.0.1"), CapfServer("")
    assert capf_servers(PhoneFile((Member("a"),), capf_list=(nameless, named))) == (named,)
    assert capf_servers(PhoneFile((Member("a"),), capf_list=(nameless,))) == ()


@pytest.mark.trio
async def test_a_secure_profile_and_an_operation_by_null_string_need_one_boot_only(
    autojump_clock: object, lab: Lab
) -> None:
    cluster = lab.cluster()
    phone = lab.phone(mode=NON_SECURE, mic=False)
    await lab.registered(phone)
    administration.assign_profile(cluster.cluster, phone.device_name, secure_profile("7965", ENCRYPTED))
    order(lab, phone)
    await administration.reset(cluster.cluster, phone.device_name)
    await settled(lab, phone, 2)
    assert lab.of(phone, PhoneRegistered)[-1].kind == "LSC"
    assert [event.reason for event in lab.of("hq/capf", CapfSessionEnded)] == [1]
