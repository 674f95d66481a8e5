"""A phone between power on and power off: the boot table carried out step by step, and what interrupts a step.

Each power cycle has its own RAM and its own tasks, and begins when the one before it has ended; what they share is the
`Hardware`. Every step runs in a cancel scope of its own: somebody's hand on the phone, or the loss of its port, interrupts the
step where the table has a way out for it; pulling the plug ends the whole cycle.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import trio

from cisco_data import AuthenticationMode, DeviceSecurityMode
from journal import Event
from phone_sim.boot import AFTER_FAULT, TRANSITIONS, Interruption, State, Trigger, next_state, still_counts
from phone_sim.boot_actions import BootActions
from phone_sim.enrolment import capf_servers
from phone_sim.events import (
    AuthenticationStringNotTaken,
    AuthenticationStringTyped,
    LscDeletedOnPhone,
    Obstacle,
    PhoneRegistered,
    PhoneStopped,
    ResetOnPhone,
    StateChanged,
)
from phone_sim.hardware import Hardware
from phone_sim.out_of_service import AFTER_INTERRUPTION
from phone_sim.ram import Ram
from phone_sim.supplicant.supplicant import Supplicant
from phone_sim.vpn.client import VpnClient
from phone_sim.vpn.events import VpnConnected
from wire.faults import contained
from wire.phone_file import PhoneFile


@dataclass(frozen=True, slots=True)
class _Touch:
    """A hand on the phone, or the loss of its port, that its task has not seen yet."""

    trigger: Interruption
    event: Event


class PowerCycle:
    """One phone's life on one plug. `run` is all of it; it returns when the plug is pulled."""

    def __init__(self, hardware: Hardware, obey: Callable[[PhoneFile], None] = lambda file: None) -> None:
        """`obey` hears what each file says, for what of the phone does not wait for its boot."""
        self.state = State.OFF
        self.ended = trio.Event()
        self._hardware = hardware
        self._emitter = hardware.emitter
        self._power = trio.CancelScope()
        self._step = trio.CancelScope()
        self._touch: _Touch | None = None
        self._ram = Ram()
        self._supplicant = Supplicant(hardware, self._lose_port) if hardware.dot1x is not None else None
        self._vpn = VpnClient(hardware)
        self._boot = BootActions(hardware, self._ram, self._supplicant, self._vpn, obey)
        self.actions = self._boot.by_state
        self._move(Trigger.POWER_ON)

    async def run(self, before: PowerCycle | None) -> None:
        """Carry out the table, once the cycle before this one has let go of everything."""
        try:
            with self._power:
                if before is not None:
                    await before.ended.wait()
                await trio.lowlevel.checkpoint_if_cancelled()  # unplugged before its task first ran
                with contained(self._emitter):  # the last wall: what the steps below did not hold ends this phone only
                    async with trio.open_nursery() as nursery:
                        self._vpn.nursery = nursery
                        if self._supplicant is not None:
                            nursery.start_soon(self._supplicant.run)
                        await self._carry_out()
        finally:
            if self._ram.session is not None:  # no message, the socket just closes
                self._ram.session.client.abort()
                self._ram.session = None
            if self._supplicant is not None:
                self._supplicant.power_off()
            self.ended.set()

    async def _carry_out(self) -> None:
        while True:
            trigger = await self._next()
            if self._ram.session is not None and self.state is State.REGISTERED:
                session = self._ram.session
                with contained(self._emitter, session.stream.connection, cause=self._ram.last) as held:
                    trigger = await self._boot.leave(session, trigger)
                if held.failed is not None:
                    session.client.abort()
                    self._ram.session = None
            await trio.lowlevel.checkpoint_if_cancelled()
            self._move(trigger)

    # What the phone shows

    @property
    def file(self) -> PhoneFile | None:
        """What it goes by; None before it has one."""
        return self._ram.file

    @property
    def registration(self) -> PhoneRegistered | None:
        """None while no CallManager has it."""
        return self._ram.session.event if self._ram.session is not None else None

    @property
    def tunnel(self) -> VpnConnected | None:
        """None while it has no VPN tunnel."""
        return self._vpn.connected

    @property
    def supplicant(self) -> Supplicant | None:
        """None without a cable to a switch port."""
        return self._supplicant

    # Somebody's hand on the phone

    def cut(self) -> None:
        """Pull the plug."""
        self._power.cancel()
        if self._supplicant is not None:
            self._supplicant.power_off()
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
        self._ram.typed = text
        self._interrupt(_Touch(Trigger.STRING_TYPED, self._emitter.emit(AuthenticationStringTyped())))
        return True

    def _obstacle(self) -> Obstacle | None:
        """What keeps a string from being typed; the rules are those of Cisco's Troubleshooting Guide."""
        file = self._ram.file
        if (self.state, Trigger.STRING_TYPED) not in TRANSITIONS or file is None:
            return Obstacle.NOT_REGISTERED
        if file.device_security_mode is not DeviceSecurityMode.NON_SECURE:
            return Obstacle.SECURE
        if file.capf_auth_mode is not AuthenticationMode.BY_AUTHENTICATION_STRING or not capf_servers(file):
            return Obstacle.NOT_ASKED
        return Obstacle.BUSY if self._touch is not None else None

    def reset(self) -> None:
        """Reset from the keypad: RAM is lost, and the phone starts anew. One that is starting just goes on with it."""
        event = self._emitter.emit(ResetOnPhone())
        if (self.state, Trigger.KEYPAD_RESET) not in TRANSITIONS:
            return
        self._override(_Touch(Trigger.KEYPAD_RESET, event))

    # What else interrupts a step

    def _lose_port(self, event: Event) -> None:
        """The supplicant says that the port is authorised no more. Nothing goes through it, whatever somebody wants of the
        phone; only a reset, which authenticates anew in any case, goes first."""
        self._vpn.abort()
        if self._touch is not None and self._touch.trigger is Trigger.KEYPAD_RESET:
            return
        if (self.state, Trigger.PORT_LOST) in TRANSITIONS:
            self._override(_Touch(Trigger.PORT_LOST, event))

    def _override(self, touch: _Touch) -> None:
        if self._touch is not None:  # whatever it was, it ends here
            late, self._touch = self._touch, None
            self._drop(late, Obstacle.BUSY)
        self._interrupt(touch)

    def _interrupt(self, touch: _Touch) -> None:
        """The first hand wins: where it leads, a second one has nothing left to ask for. Only what overrides asks for more."""
        if self._touch is None:
            self._touch = touch
            self._step.cancel()

    def _drop(self, late: _Touch, obstacle: Obstacle) -> None:
        """A hand that nothing comes of."""
        if late.trigger is Trigger.STRING_TYPED:
            self._ram.typed = ""
            self._emitter.emit(AuthenticationStringNotTaken(obstacle=obstacle), cause=late.event)

    # The table at work

    async def _next(self) -> Trigger:
        """What ends the present state: its action, or what interrupts it."""
        if self._touch is None:
            with trio.CancelScope() as self._step:
                with contained(self._emitter, cause=self._ram.last) as held:
                    trigger = await self.actions[self.state]()
                if held.failed is None:
                    return trigger
                self._ram.last = held.failed
                if self.state in AFTER_FAULT:
                    return AFTER_FAULT[self.state]
                await trio.sleep_forever()  # it hangs, as firmware does: a reset or the plug gets it out
        touch, self._touch = self._touch, None
        assert touch is not None
        self._ram.last, self._ram.last_out_of_service = touch.event, AFTER_INTERRUPTION[touch.trigger]
        return touch.trigger

    def _move(self, trigger: Trigger) -> None:
        before, self.state = self.state, next_state(self.state, trigger)
        self._emitter.emit(
            StateChanged(state=before.value, trigger=trigger.value, next_state=self.state.value), cause=self._ram.last
        )
        late = self._touch
        if late is not None and not still_counts(self.state, late.trigger):
            self._touch = None
            self._drop(late, Obstacle.NO_POWER if self.state is State.OFF else Obstacle.BUSY)
