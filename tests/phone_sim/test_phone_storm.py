"""Many phones boot at once: all register, at the first try, and share what can be shared."""

from __future__ import annotations

from typing import Any

import pytest

from phone_sim.events import BackedOff, PhoneRegistered, RegistrationLost, ServerUnreachable
from pki import KeyRing, KeySpec, PrivateKey

Lab = Any
PHONES = 60


class FewKeys:
    """A ring that gives the same few keys to everybody, so that nobody waits for thousands."""

    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring
        self._few: dict[KeySpec, list[PrivateKey]] = {}
        self._next = 0

    def take(self, spec: KeySpec) -> PrivateKey:
        few = self._few.setdefault(spec, [])
        if len(few) < 4:
            few.append(self._ring.take(spec))
            return few[-1]
        self._next += 1
        return few[self._next % len(few)]

    def named(self, spec: KeySpec, purpose: str) -> PrivateKey:
        return self._ring.named(spec, purpose)


@pytest.mark.trio
async def test_a_crowd_boots_at_once_and_comes_back_after_a_restart(autojump_clock: object, lab: Lab) -> None:
    lab.keys = FewKeys(lab.keys)
    cluster = lab.cluster()
    models = ["7965", "8861"]
    phones = [lab.phone(models[n % 2], device=f"SEP{n:012X}", on=False) for n in range(PHONES)]
    for phone in phones:
        phone.power_on(lab.power)
    await lab.registered(*phones, within=1)
    assert not [event for event in lab.events if isinstance(event, BackedOff | ServerUnreachable)]
    assert len(lab._contexts._made) == len(models), "a Context costs as much as half a handshake: one an offer"
    await cluster.cluster.callmanager.restart(lab.nursery)
    await lab.until(lambda: all(lab.of(phone, RegistrationLost) for phone in phones), within=5)
    await lab.registered(*phones)
    for phone in phones:
        assert len(lab.of(phone, PhoneRegistered)) == 2
        assert len(lab.of(phone, BackedOff)) == 1
        assert len(lab.cables[phone.device_name].live) == 1
