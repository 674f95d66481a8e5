"""A phone: power, flash, and the boot table carried out step by step."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import trio

from journal import Emitter, Event
from phone_sim.boot import State, Trigger, backoff, next_state
from phone_sim.contexts import ClientContexts
from phone_sim.dialing import dial
from phone_sim.download import download_phone_file
from phone_sim.enrolment import KeyMaker, enrol
from phone_sim.events import (
    BackedOff,
    CapfWaitsForString,
    LscDeletedOnPhone,
    PhoneStarted,
    PhoneStopped,
    RegistrationLost,
    ServerUnreachable,
    StateChanged,
)
from phone_sim.flash import Flash
from phone_sim.models import PhoneModel
from phone_sim.network import Network, Tftp
from phone_sim.registration import Round, Taken
from phone_sim.sccp_client import Ended
from phone_sim.sccp_events import SccpEnd
from pki import common_name
from wire.phone_file import CapfAuthMode, PhoneFile
from wire.sccp import LastOutOfService
from wire.tls import Credential

_LAST_OUT_OF_SERVICE = {
    Trigger.RESET: LastOutOfService.RESET_RESET,
    Trigger.RESTART: LastOutOfService.RESET_RESTART,
    Trigger.APPLY_CONFIG: LastOutOfService.APPLY_CONFIG_RESTART,
    Trigger.LOST: LastOutOfService.KEEPALIVE_TIMEOUT,
    Trigger.REFUSED: LastOutOfService.REGISTRATION_REJECTED,
}
"""What the next alarm tells, by what ended the registration before."""

_ENDED = {
    SccpEnd.RESET: Trigger.RESET,
    SccpEnd.RESTART: Trigger.RESTART,
    SccpEnd.APPLY_CONFIG: Trigger.APPLY_CONFIG,
}


class Phone:
    """One phone. `run` lives as long as it has power; everything else here is somebody's hand on the device."""

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
        self.model = model
        self.flash = flash
        self.tftp = tftp
        self.state = State.OFF
        self._network = network
        self._contexts = contexts
        self._make_key = make_key
        self._emitter = emitter
        self._power: trio.CancelScope | None = None
        self._file: PhoneFile | None = None
        self._taken: Taken | None = None
        self._attempt = 0
        self._last_out_of_service = LastOutOfService.INITIALIZED
        self._typed = ""
        self._hand: Trigger | None = None
        self._touched = trio.Event()
        self._last: Event | None = None
        self._actions: dict[State, Callable[[], Awaitable[Trigger]]] = {
            State.STARTING: self._start,
            State.DOWNLOADING: self._download,
            State.AT_CAPF: self._visit_capf,
            State.REGISTERING: self._register,
            State.REGISTERED: self._stay_registered,
            State.BACKING_OFF: self._back_off,
        }

    @property
    def device_name(self) -> str:
        return self.flash.device_name

    # Somebody's hand on the device

    def power_on(self, nursery: trio.Nursery) -> None:
        """Plug it in; a phone that has power is unplugged first."""
        self.power_off()
        scope = self._power = trio.CancelScope()
        nursery.start_soon(self._run, scope)

    def power_off(self) -> None:
        """Pull the plug. What is in flash stays; connections end as they do when a phone dies."""
        if self._power is not None:
            self._power.cancel()
            self._power = None
            self._emitter.emit(PhoneStopped())
        self.state = State.OFF

    def delete_lsc(self) -> None:
        """Delete the LSC in the phone's own settings; the phone then starts afresh with its MIC."""
        found = self.flash.delete_lsc() is not None
        self._last = self._emitter.emit(LscDeletedOnPhone(found=found))
        if found:
            self._touch(Trigger.RESTART)

    def type_authentication_string(self, text: str) -> None:
        """Settings, Security Configuration, LSC, Update, and the digits that the administrator gave out."""
        self._typed = text
        self._touch(Trigger.STRING_TYPED)

    def _touch(self, trigger: Trigger) -> None:
        self._hand = trigger
        self._touched.set()

    async def _touching(self) -> Trigger:
        await self._touched.wait()
        self._touched = trio.Event()
        assert self._hand is not None
        hand, self._hand = self._hand, None
        return hand

    # The table at work

    async def _run(self, power: trio.CancelScope) -> None:
        with power:
            self._attempt = 0
            self._last_out_of_service = LastOutOfService.INITIALIZED
            self._move(Trigger.POWER_ON)
            try:
                while True:
                    trigger = await self._actions[self.state]()
                    self._last_out_of_service = _LAST_OUT_OF_SERVICE.get(trigger, self._last_out_of_service)
                    self._move(trigger)
            finally:
                self._hang_up()

    def _move(self, trigger: Trigger) -> None:
        before = self.state if trigger is not Trigger.POWER_ON else State.OFF
        self.state = next_state(before, trigger)
        self._emitter.emit(
            StateChanged(state=before.value, trigger=trigger.value, next_state=self.state.value), cause=self._last
        )

    async def _start(self) -> Trigger:
        self._last = self._emitter.emit(
            PhoneStarted(
                device_name=self.device_name,
                model=self.model.number,
                load=self.model.load,
                mic_issuer=_issuer_name(self.flash.mic),
                lsc_issuer=_issuer_name(self.flash.lsc),
            )
        )
        await trio.lowlevel.checkpoint()
        return Trigger.STARTED

    async def _download(self) -> Trigger:
        tcp = await dial(self._network, "TFTP", self.tftp.address, self.tftp.port, self._emitter, self._last)
        if isinstance(tcp, ServerUnreachable):
            self._last = tcp
            return Trigger.NO_FILE
        download = await download_phone_file(tcp, self.device_name, self._emitter, cause=self._last)
        self._last = download.event
        self._file = file = download.phone_file
        if file is None:
            return Trigger.NO_FILE
        if file.capf_auth_mode is CapfAuthMode.NONE or not file.capf_list:
            return Trigger.FILE
        if file.capf_auth_mode is CapfAuthMode.AUTHENTICATION_STRING:
            self._last = self._emitter.emit(CapfWaitsForString(), cause=self._last)
            return Trigger.FILE_WANTS_STRING
        return Trigger.FILE_SENDS_TO_CAPF

    async def _visit_capf(self) -> Trigger:
        assert self._file is not None
        typed, self._typed = self._typed, ""
        trigger, self._last = await enrol(
            model=self.model,
            flash=self.flash,
            file=self._file,
            authentication_string=typed,
            network=self._network,
            contexts=self._contexts,
            make_key=self._make_key,
            emitter=self._emitter,
            cause=self._last,
        )
        return trigger

    async def _register(self) -> Trigger:
        assert self._file is not None
        outcome = await Round(
            model=self.model,
            flash=self.flash,
            file=self._file,
            network=self._network,
            contexts=self._contexts,
            emitter=self._emitter,
            last_out_of_service=self._last_out_of_service,
        ).run(self._last)
        if isinstance(outcome, Taken):
            self._taken, self._last = outcome, outcome.event
            self._attempt = 0
            return Trigger.ACCEPTED
        self._last = outcome
        return Trigger.REFUSED

    async def _stay_registered(self) -> Trigger:
        assert self._taken is not None
        client = self._taken.client
        hand: Trigger | None = None
        ended: Ended | None = None

        async with trio.open_nursery() as nursery:

            async def wait_for_a_hand() -> None:
                nonlocal hand
                hand = await self._touching()
                nursery.cancel_scope.cancel()

            nursery.start_soon(wait_for_a_hand)
            ended = await client.run_until_ended()
            nursery.cancel_scope.cancel()
        if hand is not None:
            trigger = hand
        else:
            assert ended is not None
            trigger, self._last = _ENDED.get(ended.reason, Trigger.LOST), ended.event
        if trigger is Trigger.LOST:
            assert ended is not None
            self._last = self._emitter.on(self._taken.stream.connection).emit(
                RegistrationLost(reason=ended.reason.value), cause=ended.event
            )
        else:
            await client.unregister()
        await self._taken.stream.aclose()
        self._taken = None
        return trigger

    async def _back_off(self) -> Trigger:
        self._attempt += 1
        seconds = backoff(self._attempt)
        self._emitter.emit(BackedOff(seconds=seconds, attempt=self._attempt), cause=self._last)
        with trio.move_on_after(seconds):
            if await self._touching() is Trigger.STRING_TYPED and self._file is not None:
                return Trigger.STRING_TYPED
        return Trigger.WAITED

    def _hang_up(self) -> None:
        """Power is gone: no goodbye, the socket just dies."""
        if self._taken is not None:
            self._taken.client.abort()
            self._taken = None


def _issuer_name(credential: Credential | None) -> str:
    return common_name(credential.identity.certificate.issuer) if credential is not None else ""
