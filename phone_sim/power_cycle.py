"""A phone between power on and power off: what is in its RAM, and the boot table carried out step by step.

Each power cycle has its own RAM and its own tasks, and begins when the one before it has ended; what they share is the
`Hardware`. Every step runs in a cancel scope of its own: somebody's hand on the phone interrupts the step where the table
has a way out for it, pulling the plug ends the whole cycle.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import trio

from journal import Event
from phone_sim.boot import (
    TRANSITIONS,
    AfterBackOff,
    AfterCapf,
    AfterDownload,
    AfterRegister,
    AfterRegistration,
    AfterStart,
    Hand,
    State,
    Trigger,
    backoff,
    next_state,
    still_counts,
)
from phone_sim.dialing import dial
from phone_sim.download import download_phone_file
from phone_sim.enrolment import capf_servers, enrol
from phone_sim.events import (
    AuthenticationStringNotTaken,
    AuthenticationStringTyped,
    BackedOff,
    CapfWaitsForString,
    LscDeletedOnPhone,
    Obstacle,
    PhoneRegistered,
    PhoneStarted,
    PhoneStopped,
    RegistrationLost,
    ResetOnPhone,
    ServerUnreachable,
    StateChanged,
)
from phone_sim.hardware import Hardware
from phone_sim.out_of_service import AFTER_HAND, AFTER_ROUND, AFTER_SESSION
from phone_sim.registration import Round, Taken
from phone_sim.sccp_events import SccpEnd
from phone_sim.trust_list import look_at_trust_list, miss_trust_list
from phone_sim.trust_list_offer import take_trust_list
from pki import common_name
from wire.phone_file import CapfAuthMode, DeviceSecurityMode, PhoneFile
from wire.sccp import LastOutOfService
from wire.tls import Credential

_ENDED: dict[SccpEnd, AfterRegistration] = {
    SccpEnd.RESET: Trigger.RESET,
    SccpEnd.RESTART: Trigger.RESTART,
    SccpEnd.APPLY_CONFIG: Trigger.APPLY_CONFIG,
}


@dataclass(frozen=True, slots=True)
class _Touch:
    """A hand on the phone that its task has not seen yet."""

    hand: Hand
    event: Event


class PowerCycle:
    """One phone's life on one plug. `run` is all of it; it returns when the plug is pulled."""

    def __init__(self, hardware: Hardware, obey: Callable[[PhoneFile], None] = lambda file: None) -> None:
        """`obey` hears what each file says, for what of the phone does not wait for its boot."""
        self.state = State.OFF
        self.ended = trio.Event()
        self._hardware = hardware
        self._emitter = hardware.emitter
        self._obey = obey
        self._power = trio.CancelScope()
        self._step = trio.CancelScope()
        self._touch: _Touch | None = None
        self._file: PhoneFile | None = None
        self._taken: Taken | None = None
        self._attempt = 0
        self._last_out_of_service = LastOutOfService.INITIALIZED
        self._typed = ""
        self._just_enrolled = False
        self._last: Event | None = None
        self.actions: dict[State, Callable[[], Awaitable[Trigger]]] = {
            State.STARTING: self._start,
            State.DOWNLOADING: self._download,
            State.AT_CAPF: self._visit_capf,
            State.REGISTERING: self._register,
            State.REGISTERED: self._stay_registered,
            State.BACKING_OFF: self._back_off,
        }
        self._move(Trigger.POWER_ON)

    async def run(self, before: PowerCycle | None) -> None:
        """Carry out the table, once the cycle before this one has let go of everything."""
        try:
            with self._power:
                if before is not None:
                    await before.ended.wait()
                await trio.lowlevel.checkpoint_if_cancelled()  # unplugged before its task first ran
                while True:
                    trigger = await self._next()
                    if self._taken is not None and self.state is State.REGISTERED:
                        trigger = await self._leave(self._taken, trigger)
                    await trio.lowlevel.checkpoint_if_cancelled()
                    self._move(trigger)
        finally:
            if self._taken is not None:  # no goodbye, the socket just dies
                self._taken.client.abort()
                self._taken = None
            self.ended.set()

    # What the phone shows

    @property
    def file(self) -> PhoneFile | None:
        """What it goes by; None before it has one."""
        return self._file

    @property
    def registration(self) -> PhoneRegistered | None:
        """None while no CallManager has it."""
        event = self._taken.event if self._taken is not None else None
        return event if isinstance(event, PhoneRegistered) else None

    # Somebody's hand on the phone

    def cut(self) -> None:
        """Pull the plug."""
        self._power.cancel()
        self._move(Trigger.POWER_OFF)
        self._emitter.emit(PhoneStopped())

    def delete_lsc(self) -> None:
        """Delete the LSC in the phone's settings; if there was one, the phone starts afresh without it."""
        found = self._hardware.flash.delete_lsc() is not None
        event = self._emitter.emit(LscDeletedOnPhone(found=found))
        if found and (self.state, Trigger.LSC_DELETED) in TRANSITIONS:
            self._interrupt(_Touch(Trigger.LSC_DELETED, event))

    def type_authentication_string(self, text: str) -> bool:
        """Take the string to CAPF; False, and an event, where a phone does not offer to do so."""
        obstacle = self._obstacle()
        if obstacle is not None:
            self._emitter.emit(AuthenticationStringNotTaken(obstacle=obstacle))
            return False
        self._typed = text
        self._interrupt(_Touch(Trigger.STRING_TYPED, self._emitter.emit(AuthenticationStringTyped())))
        return True

    def _obstacle(self) -> Obstacle | None:
        """What keeps a string from being typed; the rules are those of Cisco's Troubleshooting Guide."""
        if (self.state, Trigger.STRING_TYPED) not in TRANSITIONS or self._file is None:
            return Obstacle.NOT_REGISTERED
        if self._file.device_security_mode is not DeviceSecurityMode.NON_SECURE:
            return Obstacle.SECURE
        if self._file.capf_auth_mode is not CapfAuthMode.AUTHENTICATION_STRING or not capf_servers(self._file):
            return Obstacle.NOT_ASKED
        return Obstacle.BUSY if self._touch is not None else None

    def reset(self) -> None:
        """Reset from the keypad: RAM is lost, and the phone starts anew. One that is starting just goes on with it."""
        event = self._emitter.emit(ResetOnPhone())
        if (self.state, Trigger.KEYPAD_RESET) not in TRANSITIONS:
            return
        if self._touch is not None:  # whatever it was, it ends here
            late, self._touch = self._touch, None
            self._drop(late, Obstacle.BUSY)
        self._interrupt(_Touch(Trigger.KEYPAD_RESET, event))

    def _interrupt(self, touch: _Touch) -> None:
        """The first hand wins: where it leads, a second one has nothing left to ask for. Only a reset asks for more."""
        if self._touch is None:
            self._touch = touch
            self._step.cancel()

    def _drop(self, late: _Touch, obstacle: Obstacle) -> None:
        """A hand that nothing comes of."""
        if late.hand is Trigger.STRING_TYPED:
            self._typed = ""
            self._emitter.emit(AuthenticationStringNotTaken(obstacle=obstacle), cause=late.event)

    # The table at work

    async def _next(self) -> Trigger:
        """What ends the present state: its action, or a hand."""
        if self._touch is None:
            with trio.CancelScope() as self._step:
                return await self.actions[self.state]()
        touch, self._touch = self._touch, None
        assert touch is not None
        self._last, self._last_out_of_service = touch.event, AFTER_HAND
        return touch.hand

    def _move(self, trigger: Trigger) -> None:
        before, self.state = self.state, next_state(self.state, trigger)
        self._emitter.emit(
            StateChanged(state=before.value, trigger=trigger.value, next_state=self.state.value), cause=self._last
        )
        late = self._touch
        if late is not None and not still_counts(self.state, late.hand):
            self._touch = None
            self._drop(late, Obstacle.NO_POWER if self.state is State.OFF else Obstacle.BUSY)

    async def _start(self) -> AfterStart:
        hardware = self._hardware
        self._attempt, self._typed, self._just_enrolled = 0, "", False
        self._last = self._emitter.emit(
            PhoneStarted(
                device_name=hardware.flash.device_name,
                model=hardware.model.number,
                load=hardware.model.load,
                mic_issuer=_issuer_name(hardware.flash.mic),
                lsc_issuer=_issuer_name(hardware.flash.lsc),
            )
        )
        miss_trust_list(hardware.flash, self._emitter, self._last)
        await trio.lowlevel.checkpoint()
        return Trigger.STARTED

    async def _download(self) -> AfterDownload:
        hardware = self._hardware
        just_enrolled, self._just_enrolled = self._just_enrolled, False
        look_at_trust_list(hardware.flash, self._emitter, self._last)
        tcp = await dial(hardware.network, "TFTP", hardware.tftp.address, hardware.tftp.port, self._emitter, self._last)
        if isinstance(tcp, ServerUnreachable):
            self._last = tcp
            return Trigger.NO_FILE
        download = await download_phone_file(tcp, hardware.flash.device_name, self._emitter, cause=self._last)
        self._last = download.event
        self._file = file = download.phone_file
        if file is None:
            return Trigger.NO_FILE
        take_trust_list(hardware.flash, hardware.trust_list(hardware.tftp), self._emitter, self._last)
        self._obey(file)
        if file.capf_auth_mode is CapfAuthMode.NONE or not capf_servers(file):
            return Trigger.FILE
        if file.capf_auth_mode is CapfAuthMode.AUTHENTICATION_STRING:
            self._last = self._emitter.emit(CapfWaitsForString(), cause=self._last)
            return Trigger.FILE_WANTS_STRING
        if just_enrolled:  # a file that lags behind must not send the phone round and round
            return Trigger.FILE
        return Trigger.FILE_SENDS_TO_CAPF

    async def _visit_capf(self) -> AfterCapf:
        assert self._file is not None
        typed, self._typed = self._typed, ""
        trigger, self._last = await enrol(self._hardware, self._file, typed, self._last)
        self._just_enrolled = trigger is Trigger.LSC_CHANGED
        return trigger

    async def _register(self) -> AfterRegister:
        assert self._file is not None
        outcome = await Round(self._hardware, self._file, self._last_out_of_service).run(self._last)
        if isinstance(outcome, Taken):
            self._taken, self._last, self._attempt = outcome, outcome.event, 0
            return Trigger.ACCEPTED
        self._last, self._last_out_of_service = outcome, AFTER_ROUND[outcome.reason]
        return Trigger.REFUSED

    async def _stay_registered(self) -> AfterRegistration:
        assert self._taken is not None
        ended = await self._taken.client.run_until_ended()
        self._last, self._last_out_of_service = ended.event, AFTER_SESSION[ended.reason]
        if ended.reason in _ENDED:
            return _ENDED[ended.reason]
        pen = self._emitter.on(self._taken.stream.connection)
        self._last = pen.emit(RegistrationLost(reason=ended.reason.value), cause=ended.event)
        return Trigger.LOST

    async def _leave(self, taken: Taken, trigger: Trigger) -> Trigger:
        """A registration ends: with a goodbye, unless there is nobody to say it to. Gives what the phone follows then."""
        if trigger is not Trigger.LOST:
            await taken.client.unregister()
        await taken.stream.aclose()
        self._taken = None
        crossing = taken.client.crossing_reset
        # Whatever else a phone leaves for, it reads its file anew; at CAPF with the old one it would miss the change.
        if crossing is None or trigger is not Trigger.STRING_TYPED:
            return trigger
        self._typed = ""
        self._emitter.emit(AuthenticationStringNotTaken(obstacle=Obstacle.BUSY), cause=self._last)
        reason, self._last = crossing
        self._last_out_of_service = AFTER_SESSION[reason]
        return _ENDED[reason]

    async def _back_off(self) -> AfterBackOff:
        self._attempt += 1
        seconds = backoff(self._attempt)
        self._emitter.emit(BackedOff(seconds=seconds, attempt=self._attempt), cause=self._last)
        await trio.sleep(seconds)
        return Trigger.WAITED


def _issuer_name(credential: Credential | None) -> str:
    return common_name(credential.identity.certificate.issuer) if credential is not None else ""
