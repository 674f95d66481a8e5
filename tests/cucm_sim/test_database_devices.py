"""Phones and their CAPF fields in the database: immutable rows out, explicit changes in."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cisco_data import AuthenticationMode, CertificateOperation, CertificateStatus, DeviceSecurityMode, KeyOrder
from cisco_data.models import TYPEMODEL
from cucm_sim import administration as admin
from cucm_sim.database import (
    CapfInformation,
    Database,
    Device,
    InstalledLsc,
    NotSavedError,
    PhoneSecurityProfile,
    standard_profile,
)

DEVICE = "SEP001122334455"
STRING, NULL = AuthenticationMode.BY_AUTHENTICATION_STRING, AuthenticationMode.BY_NULL_STRING
BY_STRING = PhoneSecurityProfile("By string", DeviceSecurityMode.ENCRYPTED, STRING, KeyOrder.EC_PREFERRED, 4096, 521)
LSC = InstalledLsc(
    "MIIB", "CN=CAPF-1", datetime(2031, 11, 22, 8, 0, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC), 384
)


def phone(name: str = DEVICE, **how: Any) -> Device:
    return Device(name, "7965", how.pop("profile", standard_profile("7965")), **how)


def held(database: Database, name: str = DEVICE) -> Device:
    device = database.device(name)
    assert device is not None
    return device


@pytest.fixture
def database() -> Database:
    return Database()


def test_what_was_added_is_read_back_and_cannot_be_changed_in_place(database: Database) -> None:
    device = phone(description="Réception · 前台", capf=CapfInformation(authentication_string="0123"))
    database.add(device)
    assert held(database) == device
    with pytest.raises(FrozenInstanceError):
        held(database).description = "x"  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        held(database).capf.authentication_string = "x"  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        held(database).profile.name = "x"  # type: ignore[misc]


def test_a_row_in_hand_does_not_change_when_the_database_does(database: Database) -> None:
    database.add(phone())
    before = held(database)
    database.save(replace(before, description="moved"))
    assert (before.description, held(database).description) == ("", "moved")


def test_devices_come_in_the_order_in_which_they_were_added_and_may_be_removed_meanwhile(database: Database) -> None:
    names = ["SEP3", "SEP1", "SEP2"]
    for name in names:
        database.add(phone(name))
    seen = []
    for device in database:
        seen.append(device.name)
        for name in set(names) - set(seen):
            if database.device(name) is not None:
                database.remove(name)
    database.remove(names[0])
    assert seen == names
    assert list(database) == []


def test_a_name_is_given_once_and_only_what_is_there_is_saved_or_removed(database: Database) -> None:
    database.add(phone())
    with pytest.raises(NotSavedError, match="already"):
        database.add(phone())
    with pytest.raises(KeyError):
        database.save(phone("SEP000000000000"))
    with pytest.raises(KeyError):
        database.remove("SEP000000000000")
    assert [device.name for device in database] == [DEVICE]


@pytest.mark.parametrize("name", ["", "SEP\0", "\ud800", "nobody", "x' OR '1'='1", "%"])
def test_what_is_no_name_here_is_nobody(database: Database, name: str) -> None:
    database.add(phone())
    assert database.device(name) is None
    assert database.profile(name) is None


@given(st.text())
def test_any_text_for_a_name_is_nobody(name: str) -> None:
    assert Database().device(name) is None


@pytest.mark.parametrize(
    "device",
    [
        phone(""),
        phone("SEP\n"),
        phone(description="two\nlines"),
        phone(description="\ud800"),
        phone(capf=CapfInformation(rsa_key_size=1000)),
        phone(capf=CapfInformation(ec_key_size=2048)),
        phone(capf=CapfInformation(certificate_operation_status="Fine")),
        phone(profile=PhoneSecurityProfile("")),
        phone(profile=PhoneSecurityProfile("x" * 256)),
        phone(profile=PhoneSecurityProfile("x", description="\x1b[2J")),
        phone(profile=replace(standard_profile("7965"), device_security_mode=DeviceSecurityMode.ENCRYPTED)),
        phone(profile=PhoneSecurityProfile("mine", is_standard=True)),
        replace(phone(), model="7999"),
    ],
)
def test_what_no_row_can_hold_is_refused_in_one_sentence_and_leaves_nothing_behind(
    database: Database, device: Device
) -> None:
    before = "\n".join(database.connection.iterdump())
    with pytest.raises(NotSavedError) as error:
        database.add(device)
    assert str(error.value).endswith(".")
    assert "\n" not in str(error.value)
    assert "\n".join(database.connection.iterdump()) == before


def test_what_was_refused_is_good_when_it_is_put_right(database: Database) -> None:
    database.add(phone(description="one line", capf=CapfInformation(rsa_key_size=1024, ec_key_size=521)))
    assert held(database).capf.rsa_key_size == 1024


@pytest.mark.parametrize("model", TYPEMODEL)
def test_every_model_has_its_number_and_its_standard_profile_from_the_start(database: Database, model: str) -> None:
    profile = database.profile(f"Cisco {model} - Standard SCCP Non-Secure Profile")
    assert profile == standard_profile(model)
    assert profile.is_standard
    database.add(Device(DEVICE, model, profile))
    assert held(database).model == model
    row = database.connection.execute("SELECT tkmodel, tkclass, tkdeviceprotocol FROM device").fetchone()
    assert row == (TYPEMODEL[model], 1, 0)


# CAPF fields


@pytest.mark.parametrize("operation", CertificateOperation)
@pytest.mark.parametrize("mode", AuthenticationMode)
@pytest.mark.parametrize("key_order", KeyOrder)
def test_every_choice_of_the_page_is_kept(
    database: Database, operation: CertificateOperation, mode: AuthenticationMode, key_order: KeyOrder
) -> None:
    capf = CapfInformation(operation, mode, "8675309", key_order, 3072, 256)
    database.add(phone(capf=capf))
    assert held(database).capf == capf


def test_the_34_statuses_are_those_that_capf_knows_and_each_is_kept(database: Database) -> None:
    assert len(CertificateStatus) == 34
    database.add(phone())
    for number, status in enumerate(CertificateStatus, 1):
        database.save(replace(held(database), capf=CapfInformation(certificate_operation_status=status)))
        assert held(database).capf.certificate_operation_status == status
        assert database.connection.execute("SELECT tkcertificatestatus FROM device").fetchone() == (number,)


def test_the_columns_of_a_phone_that_never_did_capf_are_as_in_a_real_dump(database: Database) -> None:
    database.add(phone())
    columns = (
        "authenticationstring, tkcertificatestatus, upgradefinishtime, tkcertificateoperation, publickey, tkkeyauthority,"
        " ecpublickeycurve, lscvaliduntil, lscissuername, lscissuervaliduntil"
    )
    row = database.connection.execute(f"SELECT {columns} FROM device").fetchone()
    assert row == ("", 1, "", 1, None, 0, None, 0, None, 0)


def test_an_installed_lsc_shows_in_the_columns_by_which_people_look_for_it_and_goes_again(database: Database) -> None:
    database.add(phone(capf=CapfInformation(lsc=LSC)))
    assert held(database).capf.lsc == LSC
    question = "SELECT name, lscvaliduntil FROM device WHERE lscissuername IS NOT NULL AND publickey IS NOT NULL"
    assert database.connection.execute(question).fetchall() == [(DEVICE, 1953100801)]
    database.save(replace(held(database), capf=CapfInformation()))
    assert database.connection.execute(question).fetchall() == []
    assert held(database).capf.lsc is None


def test_an_lsc_whose_issuer_is_not_known_any_more_is_kept_without_its_date(database: Database) -> None:
    rsa = replace(LSC, issuer_valid_until=None, ec_curve=None)
    database.add(phone(capf=CapfInformation(lsc=rsa)))
    assert held(database).capf.lsc == rsa


def test_operation_completes_by_is_the_minute_in_utc(database: Database) -> None:
    sydney = timezone(timedelta(hours=11))
    by = datetime(2024, 8, 22, 23, 59, 58, 7, tzinfo=sydney)
    database.add(phone(capf=CapfInformation(operation_completes_by=by)))
    assert held(database).capf.operation_completes_by == datetime(2024, 8, 22, 12, 59, tzinfo=UTC)
    assert database.connection.execute("SELECT upgradefinishtime FROM device").fetchone() == ("2024:08:22:12:59",)


def test_a_deadline_without_time_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        CapfInformation(operation_completes_by=datetime(2026, 1, 1))  # noqa: DTZ001


@given(st.datetimes(min_value=datetime(1, 1, 2), max_value=datetime(9999, 12, 30)))  # noqa: DTZ001
def test_every_deadline_is_read_as_it_was_saved(by: datetime) -> None:
    database = Database()
    capf = CapfInformation(operation_completes_by=by.replace(tzinfo=UTC))
    database.add(phone(capf=capf))
    assert held(database).capf == capf


def test_the_administrator_sets_and_clears_the_deadline(cluster: Any) -> None:
    by = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
    admin.set_capf(
        cluster, DEVICE, certificate_operation=CertificateOperation.INSTALL_UPGRADE, operation_completes_by=by
    )
    assert cluster.database.device(DEVICE).capf.operation_completes_by == by
    admin.set_capf(cluster, DEVICE, operation_completes_by=None)
    assert cluster.database.device(DEVICE).capf.operation_completes_by is None


@pytest.mark.parametrize(
    "changes",
    [
        {"operation_completes_by": datetime(2026, 1, 1)},  # noqa: DTZ001
        {"rsa_key_size": 1000},
        {"certificate_operation_status": "Upgrade Success"},
        {"lsc": LSC},
    ],
)
def test_what_the_page_does_not_take_is_one_sentence(cluster: Any, changes: dict[str, Any]) -> None:
    before = cluster.database.device(DEVICE)
    with pytest.raises(admin.AdministrationError) as error:
        admin.set_capf(cluster, DEVICE, **changes)
    assert str(error.value).endswith(".")
    assert cluster.database.device(DEVICE) == before


def test_no_repr_of_a_row_shows_the_authentication_string() -> None:
    assert "8675309" not in repr(phone(capf=CapfInformation(authentication_string="8675309")))


# What the page shows because the profile says so


def test_a_new_phones_page_shows_what_its_profile_says(cluster: Any) -> None:
    admin.add_phone(cluster, "SEPAABBCCDDEEFF", "7965", BY_STRING)
    capf = cluster.database.device("SEPAABBCCDDEEFF").capf
    assert (capf.authentication_mode, capf.key_order, capf.rsa_key_size, capf.ec_key_size) == (
        STRING,
        KeyOrder.EC_PREFERRED,
        4096,
        521,
    )


def test_another_profile_takes_along_only_what_the_page_itself_says(cluster: Any) -> None:
    admin.set_capf(cluster, DEVICE, rsa_key_size=3072)
    admin.assign_profile(cluster, DEVICE, BY_STRING)
    device = cluster.database.device(DEVICE)
    assert device.profile == BY_STRING
    assert (device.capf.authentication_mode, device.capf.rsa_key_size) == (STRING, 3072)
    admin.assign_profile(cluster, DEVICE, standard_profile("7965"))
    assert cluster.database.device(DEVICE).capf.authentication_mode is NULL
