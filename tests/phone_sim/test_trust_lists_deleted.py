"""A user deletes CTL and ITL on the phone, or sets it back to what the factory made."""

from __future__ import annotations

from typing import Any

import pytest

from phone_sim.boot import BootState
from phone_sim.events import (
    FactoryResetOnPhone,
    NotResetOnPhone,
    PhoneRegistered,
    TrustListsDeletedOnPhone,
    TrustListsNotDeletedOnPhone,
)

Lab = Any


@pytest.mark.trio
@pytest.mark.parametrize("by", ["menu", "security reset"])
async def test_without_its_lists_a_phone_starts_anew_and_keeps_its_lsc(
    autojump_clock: object, lab: Lab, by: str
) -> None:
    lab.cluster()
    phone = lab.phone(lsc="hq")
    await lab.registered(phone)
    assert phone.delete_trust_lists(by)
    await lab.until(lambda: len(lab.of(phone, PhoneRegistered)) == 2)
    deleted = lab.one(phone, TrustListsDeletedOnPhone)
    assert (deleted.by, deleted.found) == (by, True)
    assert "CTL and ITL deleted in the phone's settings" in lab.path(phone)
    assert [event.kind for event in lab.of(phone, PhoneRegistered)] == ["LSC", "LSC"]
    assert "Erasing CTL and ITL files" in [message.text for message in phone.status_messages]


@pytest.mark.trio
async def test_where_there_is_no_list_nothing_happens(autojump_clock: object, lab: Lab) -> None:
    lab.cluster()
    phone = lab.phone()
    await lab.registered(phone)
    phone.flash.delete_trust_lists()
    assert phone.delete_trust_lists()
    assert not lab.one(phone, TrustListsDeletedOnPhone).found
    assert phone.state is BootState.REGISTERED


@pytest.mark.trio
async def test_a_factory_reset_deletes_the_lsc_too(autojump_clock: object, lab: Lab) -> None:
    lab.cluster()
    phone = lab.phone(lsc="hq")
    await lab.registered(phone)
    assert phone.factory_reset()
    await lab.until(lambda: len(lab.of(phone, PhoneRegistered)) == 2)
    reset = lab.one(phone, FactoryResetOnPhone)
    assert (reset.lsc_found, reset.trust_lists_found) == (True, True)
    assert lab.of(phone, PhoneRegistered)[-1].kind == "MIC"
    assert phone.flash.lsc is None


@pytest.mark.trio
async def test_a_phone_without_power_has_no_settings_to_open(autojump_clock: object, lab: Lab) -> None:
    lab.cluster()
    phone = lab.phone(on=False)
    assert not phone.delete_trust_lists()
    assert not phone.factory_reset()
    assert lab.of(phone, TrustListsNotDeletedOnPhone)
    assert lab.of(phone, NotResetOnPhone)
