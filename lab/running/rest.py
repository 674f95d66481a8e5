"""Whether what an operation has started has come to rest, so that the next one finds phones in a state to rely on.

A phone is at rest when it is off, registered (also one whose operation waits for an authentication string), backing off after a
refusal, waiting for its next try at CAPF, or kept out by its switch port. Each of these lasts until something else happens or a
timer of the phone ends; every other state ends by itself, except where a fault of the lab has ended the phone's work in it.
"""

from __future__ import annotations

from collections.abc import Sequence

import trio

from journal import Event
from lab.base.trio_testing import all_tasks_wait
from lab.operations.running import OperationFailed
from phone_sim.boot import BootState
from phone_sim.capf_events import CapfFinished
from phone_sim.events import SecureConnectionRefused, SecureConnectionUp, ServerUnreachable, StateChanged
from phone_sim.phone import Phone
from phone_sim.supplicant.pae import PaeState
from wire.faults import ConnectionFailed

PATIENCE = 60.0
"""Lab seconds."""
_AT_REST = frozenset({BootState.OFF, BootState.REGISTERED, BootState.BACKING_OFF})
_KEPT_OUT = frozenset({PaeState.HELD, PaeState.CONNECTING})
"""The port has refused the phone, or nothing behind it answers: the phone asks again when its timer ends."""
_TRY_FAILED = (CapfFinished, SecureConnectionRefused, ServerUnreachable)


class Rest:
    """Follows the phones that operations have started, and wakes who waits for the journal to have more."""

    def __init__(self) -> None:
        self._waiting = trio.lowlevel.ParkingLot()
        self._started: dict[str, Phone] = {}
        self._failed: set[str] = set()
        """Device names whose last try in their present state has failed."""
        self._faulty: set[str] = set()
        """Device names whose work in their present state a fault of the lab has ended."""

    def started(self, phone: Phone) -> None:
        """An operation has set this phone going."""
        self._started[phone.device_name] = phone

    def note(self, event: Event) -> None:
        """Take what the journal has: which tries of phones fail."""
        if isinstance(event, _TRY_FAILED):
            self._failed.add(event.actor)
        elif isinstance(event, ConnectionFailed):
            self._faulty.add(event.actor)
        elif isinstance(event, StateChanged | SecureConnectionUp):
            self._failed.discard(event.actor)
            self._faulty.discard(event.actor)
        if self._waiting:
            self._waiting.unpark_all()

    async def changed(self) -> None:
        """Wait until the journal has more."""
        await self._waiting.park()

    async def wait(self, only: Sequence[Phone] | None = None) -> None:
        """Until all of them are at rest, or until these phones are, started or not.

        Raises OperationFailed after PATIENCE, with a phone that is not and the state that it is in.
        """
        deadline = trio.current_time() + PATIENCE
        restless: Phone | None = None
        while phones := list(self._started.values()) if only is None else only:
            await all_tasks_wait()  # what was sent to a phone has reached it
            if restless is None or self._rests(restless):  # else there is no need to ask the others
                restless = next((phone for phone in phones if not self._rests(phone)), None)
            if restless is not None and trio.current_time() < deadline:
                with trio.move_on_at(deadline):
                    await self.changed()
                continue
            for phone in phones:
                self._started.pop(phone.device_name, None)
            if restless is not None:
                raise OperationFailed(_sentence([phone for phone in phones if not self._rests(phone)]))
            only = ()

    def _rests(self, phone: Phone) -> bool:
        if phone.device_name in self._faulty:
            return True
        if phone.state is BootState.AT_CAPF:
            return phone.device_name in self._failed
        if phone.state is BootState.AT_PORT:
            return phone.supplicant is not None and phone.supplicant.state in _KEPT_OUT
        return phone.state in _AT_REST


def _sentence(restless: list[Phone]) -> str:
    first = restless[0]
    more = f", and {len(restless) - 1} more phones have not come to rest" if len(restless) > 1 else ""
    return (
        f"waited {PATIENCE:.0f} seconds for what the step before has started: "
        f"{first.device_name} is still {first.state.value}{more}"
    )
