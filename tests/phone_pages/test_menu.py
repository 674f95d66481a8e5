"""The menu on the phone's screen says what is so and has the keys that make sense; each key is a hand on the phone."""

from __future__ import annotations

from typing import Any

import pytest

from cisco_data import AuthenticationMode, CertificateOperation
from cisco_data.registration import ResetType
from cucm_sim import administration
from phone_sim.events import AuthenticationStringNotTaken, LscNotDeletedOnPhone, NotResetOnPhone, Obstacle
from phone_sim.pages.menu import Entry, Key, find, menu, press
from tests.phone_sim.conftest import NON_SECURE

Lab = Any


def way(entry: Entry, label: str) -> list[str]:
    """The labels from the top down to an entry."""
    if entry.label == label:
        return [label]
    below = next((found for inner in entry.entries if (found := way(inner, label))), [])
    return [entry.label, *below] if below else []


@pytest.mark.trio
@pytest.mark.parametrize(
    ("model", "labels"),
    [
        ("7965", ["Settings", "Security Configuration", "LSC"]),
        ("7960", ["Settings", "Security Configuration", "LSC"]),
        ("8861", ["Settings", "Admin Settings", "Security Setup", "LSC"]),
    ],
)
async def test_the_way_to_the_lsc_is_the_generations_own(
    autojump_clock: object, lab: Lab, model: str, labels: list[str]
) -> None:
    lab.cluster(start=False)
    shown = menu(lab.phone(model))
    assert way(shown, "LSC") == labels
    assert find(shown, "no such entry") is None


@pytest.mark.trio
async def test_an_installed_lsc_can_be_erased_and_then_no_more(autojump_clock: object, lab: Lab) -> None:
    lab.cluster()
    phone = lab.phone(lsc="hq")
    await lab.registered(phone)
    entry = find(menu(phone), "LSC")
    assert entry == Entry("LSC", "Installed", keys=(Key.ERASE,))
    assert find(menu(phone), "Security Mode") == Entry("Security Mode", "Encrypted")
    assert press(phone, Key.ERASE)
    assert find(menu(phone), "LSC") == Entry("LSC", "Not Installed")
    assert find(menu(phone), "MIC") == Entry("MIC", "Installed")


@pytest.mark.trio
async def test_a_string_can_be_typed_where_the_file_asks_for_one(autojump_clock: object, lab: Lab) -> None:
    hq = lab.cluster()
    phone = lab.phone(mode=NON_SECURE)
    await lab.registered(phone)
    assert find(menu(phone), "LSC").keys == ()
    assert not press(phone, Key.UPDATE, "1234567890")
    assert lab.one(phone, AuthenticationStringNotTaken).obstacle is Obstacle.NOT_ASKED
    administration.set_capf(
        hq.cluster,
        phone.device_name,
        certificate_operation=CertificateOperation.INSTALL_UPGRADE,
        authentication_mode=AuthenticationMode.BY_AUTHENTICATION_STRING,
        authentication_string="1234567890",
    )
    await administration.reset(hq.cluster, phone.device_name, ResetType.RESET)
    await lab.until(lambda: find(menu(phone), "LSC").keys == (Key.UPDATE,))
    await lab.registered(phone)
    assert press(phone, Key.UPDATE, "1234567890")
    await lab.until(lambda: find(menu(phone), "LSC").value == "Installed")
    await lab.registered(phone)
    assert find(menu(phone), "LSC").keys == (Key.ERASE,)


@pytest.mark.trio
async def test_no_key_does_anything_without_power(autojump_clock: object, lab: Lab) -> None:
    lab.cluster(start=False)
    phone = lab.phone(lsc="hq", on=False)
    assert not any(press(phone, key) for key in Key)
    assert lab.one(phone, NotResetOnPhone).obstacle is Obstacle.NO_POWER
    assert lab.one(phone, LscNotDeletedOnPhone).obstacle is Obstacle.NO_POWER
    assert phone.flash.lsc is not None
