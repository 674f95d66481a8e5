"""A phone as people handle it: its plug, its settings, and what stays in it when the power is gone."""

from __future__ import annotations

import trio

from journal import Emitter
from phone_sim.boot import State
from phone_sim.contexts import ClientContexts
from phone_sim.events import AuthenticationStringNotTaken, LscNotDeletedOnPhone, Obstacle
from phone_sim.flash import Flash
from phone_sim.hardware import Hardware, KeyMaker
from phone_sim.models import PhoneModel
from phone_sim.network import Network, Tftp
from phone_sim.power_cycle import PowerCycle


class Phone:
    """One phone. Everything here is somebody's hand on the device; it lives by itself in its `PowerCycle`."""

    def __init__(
        self,
        model: PhoneModel,
        flash: Flash,
        *,
        network: Network,
        tftp: Tftp,
        contexts: ClientContexts,
        make_key: KeyMaker,
        emitter: Emitter,
    ) -> None:
        """`contexts` is shared by the phones of a lab; `make_key` gives a key that nobody else has."""
        self._hardware = Hardware(model, flash, network, tftp, contexts, make_key, emitter)
        self._cycle: PowerCycle | None = None
        self._before: PowerCycle | None = None

    @property
    def device_name(self) -> str:
        return self._hardware.flash.device_name

    @property
    def model(self) -> PhoneModel:
        return self._hardware.model

    @property
    def flash(self) -> Flash:
        return self._hardware.flash

    @property
    def state(self) -> State:
        return self._cycle.state if self._cycle is not None else State.OFF

    @property
    def tftp(self) -> Tftp:
        """Where it asks for its file; a new one counts from the next download on."""
        return self._hardware.tftp

    @tftp.setter
    def tftp(self, tftp: Tftp) -> None:
        self._hardware.tftp = tftp

    def power_on(self, nursery: trio.Nursery) -> None:
        """Plug it in; a phone that has power is unplugged first."""
        self.power_off()
        cycle = self._cycle = PowerCycle(self._hardware)
        nursery.start_soon(cycle.run, self._before)
        self._before = cycle

    def power_off(self) -> None:
        """Pull the plug. What is in flash stays; connections end as they do when a phone dies."""
        cycle, self._cycle = self._cycle, None
        if cycle is not None:
            cycle.cut()

    def delete_lsc(self) -> bool:
        """Delete the LSC in the phone's own settings; the phone then starts afresh with its MIC.

        False, and an event, where the phone has no power: nobody can open its settings.
        """
        if self._cycle is None:
            self._hardware.emitter.emit(LscNotDeletedOnPhone(obstacle=Obstacle.NO_POWER))
            return False
        self._cycle.delete_lsc()
        return True

    def type_authentication_string(self, text: str) -> bool:
        """Settings, Security Configuration, LSC, Update, and the digits that the administrator gave out.

        Only a registered phone in Non Secure mode, whose file asks for a string, takes one. False, and an event, for others.
        """
        if self._cycle is None:
            self._hardware.emitter.emit(AuthenticationStringNotTaken(obstacle=Obstacle.NO_POWER))
            return False
        return self._cycle.type_authentication_string(text)
