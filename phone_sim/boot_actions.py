"""What a phone does in each state of its boot table; what comes of it is the table's next trigger."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import trio

from cisco_data import AuthenticationMode
from cisco_data.registration import LastOutOfService
from phone_sim.boot import (
    AfterBackOff,
    AfterCapf,
    AfterDownload,
    AfterGateway,
    AfterPort,
    AfterRegister,
    AfterRegistration,
    AfterStart,
    BootState,
    BootTrigger,
    backoff,
)
from phone_sim.boot_configuration import BootConfiguration
from phone_sim.boot_lists import BootLists
from phone_sim.enrolment import capf_servers, enrol
from phone_sim.events import (
    AuthenticationStringNotTaken,
    BackedOff,
    CapfWaitsForString,
    PhoneStarted,
    RegistrationLost,
    ServerUnreachable,
    UserActionObstacle,
)
from phone_sim.failback import BetterCallManager, stay_registered
from phone_sim.file_source import FileSource
from phone_sim.hardware import Hardware
from phone_sim.out_of_service import AFTER_ATTEMPT, AFTER_SESSION
from phone_sim.ram import Ram
from phone_sim.registration import RegistrationAttempt, is_secure, protocol_of
from phone_sim.registration_events import BetterCallManagerAnswered, RegistrationEnd
from phone_sim.session import RegisteredSession
from phone_sim.supplicant.supplicant import Supplicant
from phone_sim.trust.listed_servers import listed
from phone_sim.trust.phone_trust import PhoneTrust
from phone_sim.vpn.client import VpnClient
from pki import NO_NAME, DistinguishedName, iso, names_of, read
from wire.phone_file import PhoneFile
from wire.tls import Credential

_ENDED: dict[RegistrationEnd, AfterRegistration] = {
    RegistrationEnd.RESET: BootTrigger.RESET,
    RegistrationEnd.RESTART: BootTrigger.RESTART,
    RegistrationEnd.APPLY_CONFIG: BootTrigger.APPLY_CONFIG,
}


class BootActions:
    """The actions of one power cycle, on its RAM."""

    def __init__(
        self,
        hardware: Hardware,
        ram: Ram,
        supplicant: Supplicant | None,
        vpn: VpnClient,
        apply_config: Callable[[PhoneFile], None],
    ) -> None:
        """`supplicant` is None for a phone that no cable joins to a switch port; `apply_config` is given what each file says."""
        self._hardware = hardware
        self._emitter = hardware.emitter
        self._ram = ram
        self._supplicant = supplicant
        self._vpn = vpn
        self._apply_config = apply_config
        self.trust = PhoneTrust(hardware)
        files = FileSource(hardware)
        self._lists = BootLists(hardware, self.trust, files)
        self._configuration = BootConfiguration(hardware, self.trust, files)
        self.by_state: dict[BootState, Callable[[], Awaitable[BootTrigger]]] = {
            BootState.STARTING: self._start,
            BootState.AT_PORT: self._authenticate,
            BootState.DOWNLOADING: self._download,
            BootState.AT_GATEWAY: self._build_tunnel,
            BootState.AT_CAPF: self._visit_capf,
            BootState.REGISTERING: self._register,
            BootState.REGISTERED: self._stay_registered,
            BootState.BACKING_OFF: self._back_off,
        }

    async def _start(self) -> AfterStart:
        hardware, ram = self._hardware, self._ram
        await self._vpn.restart()
        ram.attempt, ram.typed, ram.just_enrolled = 0, "", False
        ram.last = self._emitter.emit(
            PhoneStarted(
                device_name=hardware.flash.device_name,
                model=hardware.model.number,
                load=hardware.model.load,
                mic_issuer=_issuer(hardware.flash.mic),
                lsc_issuer=_issuer(hardware.flash.lsc),
                mic_not_after=_end_of(hardware.flash.mic),
                lsc_not_after=_end_of(hardware.flash.lsc),
                newest_tls_version=str(hardware.model.tls.maximum),
                trust_list=listed(hardware.flash.lists),
            )
        )
        await trio.lowlevel.checkpoint()
        if self._supplicant is not None and self._supplicant.restart(ram.last):
            return BootTrigger.STARTED_WITH_DOT1X
        return BootTrigger.STARTED

    async def _authenticate(self) -> AfterPort:
        assert self._supplicant is not None
        self._ram.last = await self._supplicant.wait_authorised()
        return BootTrigger.PORT_AUTHORISED

    async def _download(self) -> AfterDownload:
        ram = self._ram
        ram.drop_better()
        if not await self._vpn.ready():
            return BootTrigger.VPN_NEEDED
        just_enrolled, ram.just_enrolled = ram.just_enrolled, False
        stopped = await self._lists.update(ram.last)
        if isinstance(stopped, ServerUnreachable):
            return self._without_tftp(stopped)
        if stopped is not None:
            ram.last = stopped
            return BootTrigger.NO_FILE
        found = await self._configuration.update(ram.last)
        if isinstance(found, ServerUnreachable):
            return self._without_tftp(found)
        ram.last = found.event
        ram.file = file = found.file
        if file is None:
            return BootTrigger.NO_FILE
        self._apply_config(file)
        self._vpn.apply_config(file, ram.last)
        if file.capf_auth_mode is None or not capf_servers(file):
            return BootTrigger.FILE
        if file.capf_auth_mode is AuthenticationMode.BY_AUTHENTICATION_STRING:
            ram.last = self._emitter.emit(CapfWaitsForString(), cause=ram.last)
            return BootTrigger.FILE_WANTS_STRING
        if just_enrolled:  # a file that lags behind must not send the phone round and round
            return BootTrigger.FILE
        return BootTrigger.FILE_SENDS_TO_CAPF

    def _without_tftp(self, unreachable: ServerUnreachable) -> AfterDownload:
        away = self._vpn.detects(unreachable)
        self._ram.last = away or unreachable
        return BootTrigger.NO_FILE if away is None else BootTrigger.VPN_NEEDED

    async def _build_tunnel(self) -> AfterGateway:
        up, self._ram.last = await self._vpn.build(self._ram.last)
        return BootTrigger.TUNNEL_UP if up else BootTrigger.NO_TUNNEL

    async def _visit_capf(self) -> AfterCapf:
        ram = self._ram
        assert ram.file is not None
        typed, ram.typed = ram.typed, ""
        trigger, ram.last = await enrol(self._hardware, self.trust, ram.file, typed, ram.last)
        ram.just_enrolled = trigger is BootTrigger.LSC_CHANGED
        return trigger

    async def _register(self) -> AfterRegister:
        ram = self._ram
        assert ram.file is not None
        better, ram.better = ram.better, None
        attempt = RegistrationAttempt(self._hardware, self.trust, ram.file, ram.last_out_of_service, better)
        outcome = await attempt.run(ram.last)
        if isinstance(outcome, RegisteredSession):
            ram.session, ram.last, ram.attempt = outcome, outcome.event, 0
            return BootTrigger.ACCEPTED
        ram.last, ram.last_out_of_service = outcome, AFTER_ATTEMPT[outcome.reason]
        return BootTrigger.REFUSED

    async def _stay_registered(self) -> AfterRegistration:
        ram = self._ram
        assert ram.session is not None
        assert ram.file is not None
        file, session = ram.file, ram.session
        ended = await stay_registered(
            session, self._hardware, file, lambda member: protocol_of(file).port(member, is_secure(file))
        )
        if isinstance(ended, BetterCallManager):
            ram.better, ram.last_out_of_service = ended, LastOutOfService.FALLBACK
            answered = BetterCallManagerAnswered(call_manager=ended.member.process_node_name)
            ram.last = self._emitter.on(ended.tcp.connection).emit(answered, cause=session.event)
            return BootTrigger.FELL_BACK
        ram.last, ram.last_out_of_service = ended, AFTER_SESSION[ended.reason]
        if ended.reason in _ENDED:
            return _ENDED[ended.reason]
        lost_tunnel = await self._vpn.loss()
        if lost_tunnel is not None:
            ram.last, ram.last_out_of_service = lost_tunnel, LastOutOfService.VPN_CONNECTION_LOST
        emitter = self._emitter.on(ram.session.stream.connection)
        ram.last = emitter.emit(RegistrationLost(reason=ended.reason.value), cause=ram.last)
        if lost_tunnel is None and len(file.members) > 1:
            return BootTrigger.FAILED_OVER
        return BootTrigger.LOST

    async def leave(self, session: RegisteredSession, trigger: BootTrigger) -> BootTrigger:
        """A registration ends: the phone unregisters, unless it cannot reach CallManager. Gives what it follows then."""
        ram = self._ram
        if trigger is BootTrigger.PORT_LOST:
            session.client.abort()
            ram.session = None
            emitter = self._emitter.on(session.stream.connection)
            ram.last = emitter.emit(RegistrationLost(reason=trigger.value), cause=ram.last)
            return trigger
        if trigger not in (BootTrigger.LOST, BootTrigger.FAILED_OVER):
            await session.client.unregister()
        await session.stream.aclose()
        ram.session = None
        crossing = session.client.crossing_reset
        # Whatever else a phone leaves for, it reads its file anew; at CAPF with the old one it would miss the change.
        if crossing is None or trigger is not BootTrigger.STRING_TYPED:
            return trigger
        ram.typed = ""
        self._emitter.emit(AuthenticationStringNotTaken(obstacle=UserActionObstacle.BUSY), cause=ram.last)
        reason, ram.last = crossing
        ram.last_out_of_service = AFTER_SESSION[reason]
        return _ENDED[reason]

    async def _back_off(self) -> AfterBackOff:
        ram = self._ram
        ram.attempt += 1
        seconds = backoff(ram.attempt)
        self._emitter.emit(BackedOff(seconds=seconds, attempt=ram.attempt), cause=ram.last)
        await trio.sleep(seconds)
        return BootTrigger.WAITED


def _issuer(credential: Credential | None) -> DistinguishedName:
    return names_of(credential.identity.certificate).issuer if credential is not None else NO_NAME


def _end_of(credential: Credential | None) -> str:
    return iso(read(credential.identity.certificate).not_after) if credential is not None else ""
