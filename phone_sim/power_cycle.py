"""A phone between power on and power off: the boot table carried out step by step, and what interrupts a step.

Each power cycle has its own RAM and its own tasks, and begins when the one before it has ended; what they share is the
`Hardware`. Every step runs in a cancel scope of its own: a user's action on the phone, or the loss of its port, interrupts the
step where the table has a way out for it; pulling the plug ends the whole cycle.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import trio

from cisco_data import AuthenticationMode, DeviceSecurityMode
from journal import Event
from phone_sim.boot import (
    AFTER_FAULT,
    RESTARTS,
    TRANSITIONS,
    BootState,
    BootTrigger,
    Interruption,
    Restart,
    next_state,
    still_counts,
)
from phone_sim.boot_actions import BootActions
from phone_sim.enrolment import capf_servers
from phone_sim.events import (
    AuthenticationStringNotTaken,
    AuthenticationStringTyped,
    FactoryResetOnPhone,
    LscDeletedOnPhone,
    PhoneRegistered,
    PhoneStopped,
    ResetOnPhone,
    StateChanged,
    TftpServerTyped,
    TrustListsDeletedOnPhone,
    UserActionObstacle,
)
from phone_sim.hardware import Hardware
from phone_sim.network import TftpAddress
from phone_sim.out_of_service import AFTER_INTERRUPTION
from phone_sim.ram import Ram
from phone_sim.service_opening import open_judged
from phone_sim.supplicant.supplicant import Supplicant
from phone_sim.vpn.client import VpnClient
from phone_sim.vpn.events import VpnConnected
from wire.faults import contained
from wire.phone_file import PhoneFile


@dataclass(frozen=True, slots=True)
class _PendingInterruption:
    """What a user did on the phone, or the loss of its port, that its task has not seen yet."""

    trigger: Interruption
    event: Event


class PowerCycle:
    """One phone's life on one plug. `run` is all of it; it returns when the plug is pulled."""

    def __init__(self, hardware: Hardware, apply_config: Callable[[PhoneFile], None] = lambda file: None) -> None:
        """`apply_config` is given what each file says, for what of the phone does not wait for its boot."""
        self.state = BootState.OFF
        self.ended = trio.Event()
        self._hardware = hardware
        self._emitter = hardware.emitter
        self._power = trio.CancelScope()
        self._step = trio.CancelScope()
        self._pending: _PendingInterruption | None = None
        self._nursery: trio.Nursery | None = None
        self._ram = Ram()
        self._supplicant = Supplicant(hardware, self._lose_port) if hardware.dot1x is not None else None
        self._vpn = VpnClient(hardware)
        self._boot = BootActions(hardware, self._ram, self._supplicant, self._vpn, apply_config)
        self.actions = self._boot.by_state
        self._move(BootTrigger.POWER_ON)

    async def run(self, before: PowerCycle | None) -> None:
        """Carry out the table, once the cycle before this one has let go of everything."""
        try:
            with self._power:
                if before is not None:
                    await before.ended.wait()
                await trio.lowlevel.checkpoint_if_cancelled()  # unplugged before its task first ran
                with contained(self._emitter):  # the last wall: what the steps below did not hold ends this phone only
                    async with trio.open_nursery() as nursery:
                        self._nursery = self._vpn.nursery = nursery
                        if self._supplicant is not None:
                            nursery.start_soon(self._supplicant.run)
                        await self._carry_out()
        finally:
            if self._ram.session is not None:  # no message, the socket just closes
                self._ram.session.client.abort()
                self._ram.session = None
            self._ram.drop_better()
            if self._supplicant is not None:
                self._supplicant.power_off()
            self.ended.set()

    async def _carry_out(self) -> None:
        while True:
            trigger = await self._next()
            if self._ram.session is not None and self.state is BootState.REGISTERED:
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

    # What a user does on the phone

    def cut(self) -> None:
        """Pull the plug."""
        self._power.cancel()
        if self._supplicant is not None:
            self._supplicant.power_off()
        self._move(BootTrigger.POWER_OFF)
        self._emitter.emit(PhoneStopped())

    def delete_lsc(self) -> None:
        """Delete the LSC in the phone's settings; if there was one, the phone starts afresh without it."""
        found = self._hardware.flash.delete_lsc() is not None
        event = self._emitter.emit(LscDeletedOnPhone(found=found))
        if found and (self.state, BootTrigger.LSC_DELETED) in TRANSITIONS:
            self._interrupt(_PendingInterruption(BootTrigger.LSC_DELETED, event))

    def type_authentication_string(self, text: str) -> bool:
        """Take the string to CAPF; False, and an event, where a phone does not offer to do so."""
        obstacle = self._obstacle()
        if obstacle is not None:
            self._emitter.emit(AuthenticationStringNotTaken(obstacle=obstacle))
            return False
        self._ram.typed = text
        self._interrupt(_PendingInterruption(BootTrigger.STRING_TYPED, self._emitter.emit(AuthenticationStringTyped())))
        return True

    def _obstacle(self) -> UserActionObstacle | None:
        """What keeps a string from being typed; the rules are those of Cisco's Troubleshooting Guide."""
        file = self._ram.file
        if (self.state, BootTrigger.STRING_TYPED) not in TRANSITIONS or file is None:
            return UserActionObstacle.NOT_REGISTERED
        if file.device_security_mode is not DeviceSecurityMode.NON_SECURE:
            return UserActionObstacle.SECURE
        if file.capf_auth_mode is not AuthenticationMode.BY_AUTHENTICATION_STRING or not capf_servers(file):
            return UserActionObstacle.NOT_ASKED
        return UserActionObstacle.BUSY if self._pending is not None else None

    def reset(self) -> None:
        """Reset from the keypad: RAM is lost, and the phone starts anew. One that is starting just goes on with it."""
        self._restart(BootTrigger.KEYPAD_RESET, self._emitter.emit(ResetOnPhone()))

    def type_tftp_server(self, tftp: TftpAddress) -> None:
        """Ask other TFTP servers from now on; the phone starts anew. Lists that name none of them are deleted where the model does
        so, which its user has allowed by unlocking them (`**#`)."""
        flash = self._hardware.flash
        listed = any(flash.lists.lists_tftp_server(each.address, each.host_name) for each in tftp.servers)
        deletes = not listed and self._hardware.model.typed_tftp_deletes_lists and flash.delete_trust_lists()
        self._hardware.tftp = tftp
        addresses = tuple(each.address for each in tftp.servers)
        event: Event = self._emitter.emit(TftpServerTyped(addresses=addresses, listed=listed))
        if deletes:
            event = self._emitter.emit(TrustListsDeletedOnPhone(by="TFTP server", found=True), cause=event)
        self._restart(BootTrigger.TRUST_LISTS_DELETED if deletes else BootTrigger.KEYPAD_RESET, event)

    def delete_trust_lists(self, by: str) -> None:
        """Delete CTL and ITL; if there was one, the phone starts anew without."""
        found = self._hardware.flash.delete_trust_lists()
        event = self._emitter.emit(TrustListsDeletedOnPhone(by=by, found=found))
        if found:
            self._restart(BootTrigger.TRUST_LISTS_DELETED, event)

    def factory_reset(self) -> None:
        """Delete the LSC, CTL and ITL and the configuration, and start anew."""
        flash = self._hardware.flash
        lsc, lists = flash.delete_lsc() is not None, flash.delete_trust_lists()
        flash.restore_settings()
        event = self._emitter.emit(FactoryResetOnPhone(lsc_found=lsc, trust_lists_found=lists))
        self._restart(BootTrigger.FACTORY_RESET, event)

    def open_service(self, url: str) -> None:
        """Open the page at an HTTPS URL, beside whatever the boot does."""
        if self._nursery is not None:
            self._nursery.start_soon(self._open_service, url)

    async def _open_service(self, url: str) -> None:
        with contained(self._emitter):
            await open_judged(self._hardware, self._boot.trust, url, None)

    def _restart(self, trigger: Restart, event: Event) -> None:
        if (self.state, trigger) in TRANSITIONS:
            self._override(_PendingInterruption(trigger, event))

    # What else interrupts a step

    def _lose_port(self, event: Event) -> None:
        """The supplicant says that the port is authorised no more. Nothing goes through it, whatever a user wants of the
        phone; only a reset, which authenticates anew in any case, goes first."""
        self._vpn.abort()
        if self._pending is not None and self._pending.trigger in RESTARTS:
            return
        if (self.state, BootTrigger.PORT_LOST) in TRANSITIONS:
            self._override(_PendingInterruption(BootTrigger.PORT_LOST, event))

    def _override(self, action: _PendingInterruption) -> None:
        if self._pending is not None:  # whatever it was, it ends here
            late, self._pending = self._pending, None
            self._drop(late, UserActionObstacle.BUSY)
        self._interrupt(action)

    def _interrupt(self, action: _PendingInterruption) -> None:
        """The first action counts: after it a second one has no effect. Only an action that overrides has one."""
        if self._pending is None:
            self._pending = action
            self._step.cancel()

    def _drop(self, late: _PendingInterruption, obstacle: UserActionObstacle) -> None:
        """An action without effect."""
        if late.trigger is BootTrigger.STRING_TYPED:
            self._ram.typed = ""
            self._emitter.emit(AuthenticationStringNotTaken(obstacle=obstacle), cause=late.event)

    # The table at work

    async def _next(self) -> BootTrigger:
        """What ends the present state: its action, or what interrupts it."""
        if self._pending is None:
            with trio.CancelScope() as self._step:
                with contained(self._emitter, cause=self._ram.last) as held:
                    trigger = await self.actions[self.state]()
                if held.failed is None:
                    return trigger
                self._ram.last = held.failed
                if self.state in AFTER_FAULT:
                    return AFTER_FAULT[self.state]
                await trio.sleep_forever()  # it hangs, as firmware does: a reset or the plug gets it out
        action, self._pending = self._pending, None
        assert action is not None
        self._ram.last, self._ram.last_out_of_service = action.event, AFTER_INTERRUPTION[action.trigger]
        return action.trigger

    def _move(self, trigger: BootTrigger) -> None:
        before, self.state = self.state, next_state(self.state, trigger)
        self._emitter.emit(
            StateChanged(state=before.value, trigger=trigger.value, next_state=self.state.value), cause=self._ram.last
        )
        late = self._pending
        if late is not None and not still_counts(self.state, late.trigger):
            self._pending = None
            self._drop(late, UserActionObstacle.NO_POWER if self.state is BootState.OFF else UserActionObstacle.BUSY)
