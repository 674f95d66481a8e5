"""One phone's connection to CallManager: the octets, the timers and the end of it; what it means is in `station`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import trio

from cisco_data.registration import ResetType
from cucm_sim import events as ev
from cucm_sim.causes import CcmDevUnregCauseCode
from cucm_sim.events import ConnectionEnd
from cucm_sim.parameters import ServiceParameters
from cucm_sim.session import DeviceSession
from cucm_sim.station import Registrar, Station, Step
from cucm_sim.table import State
from journal import Emitter, Event
from wire.errors import ProtocolError
from wire.sccp import MAX_LENGTH, RESET_NUMBERS, Decoder, Message, Reset, encode, header_version
from wire.streams import Stream

LAST_READ_TIMEOUT = 0.5
"""Seconds that a peer has to read the last message before the connection is closed. Assumed."""
_FIRST_OCTETS = 16

_RESET_CAUSES = {
    ResetType.RESET: CcmDevUnregCauseCode.callManagerReset,
    ResetType.RESTART: CcmDevUnregCauseCode.callManagerRestart,
    ResetType.APPLY_CONFIG: CcmDevUnregCauseCode.callManagerApplyConfig,
}
_UNREGISTER_CAUSES = {
    ConnectionEnd.PEER_CLOSED: CcmDevUnregCauseCode.connectivityError,
    ConnectionEnd.PEER_LOST: CcmDevUnregCauseCode.connectivityError,
    ConnectionEnd.MALFORMED: CcmDevUnregCauseCode.connectivityError,
    ConnectionEnd.OUT_OF_SEQUENCE: CcmDevUnregCauseCode.registrationSequenceError,
    ConnectionEnd.KEEP_ALIVE_TIMEOUT: CcmDevUnregCauseCode.keepAliveTimeout,
    ConnectionEnd.UNREGISTERED: CcmDevUnregCauseCode.deviceUnregistered,
    ConnectionEnd.DUPLICATE: CcmDevUnregCauseCode.duplicateRegistration,
    # No published code says that the service itself went away; this one is our choice.
    ConnectionEnd.SERVICE_STOPPED: CcmDevUnregCauseCode.callManagerReset,
    ConnectionEnd.LAB_FAULT: CcmDevUnregCauseCode.unknown,
}


class Service(Registrar, Protocol):
    """What a connection needs of its service besides."""

    parameters: ServiceParameters

    def now_registered(self, session: DeviceSession) -> None: ...

    def no_longer_registered(self, session: DeviceSession) -> None: ...


class StationConnection:
    """A connection on which a phone may register. `run` is its whole life."""

    def __init__(self, stream: Stream, service: Service, emitter: Emitter, station: Station, *, tls: bool) -> None:
        """`emitter` and `station` are this connection's."""
        self.station = station
        self.tls = tls
        self._stream = stream
        self._service = service
        self._emitter = emitter
        self._decoder = Decoder()
        self._first = b""
        self._last_heard = trio.current_time()
        self._sending = trio.Lock()
        self._scope = trio.CancelScope()
        self._on_cancel = ConnectionEnd.NO_REGISTRATION
        self._reset_cause: CcmDevUnregCauseCode | None = None
        self._why: Event | None = None
        self._is_registered = False

    @property
    def registered(self) -> ev.DeviceRegistered | None:
        return self.station.registered

    async def run(self) -> None:
        """Serve the phone until either side has enough, then close. Whatever the peer does, this returns."""
        reason = ConnectionEnd.SERVICE_STOPPED
        self._scope.deadline = trio.current_time() + self._service.parameters.registration_timeout
        try:
            with self._scope:
                reason = await self._converse()
            if self._scope.cancelled_caught:
                reason = self._on_cancel
        except Exception:
            reason = ConnectionEnd.LAB_FAULT
            raise
        finally:
            self._leave(reason)
            await self._close(reason)
            self._emitter.emit(ev.ConnectionClosed(reason=reason), cause=self._why)

    async def reset(self, reset_type: ResetType) -> None:
        """Tell a registered phone to go and come back; it has some seconds to do so."""
        assert self.registered is not None
        name = self.registered.device_name
        self._why = self._emitter.emit(ev.DeviceResetSent(device_name=name, reset_type=reset_type.name))
        self.station.state = State.LEAVING
        self._reset_cause = _RESET_CAUSES[reset_type]
        self._on_cancel = ConnectionEnd.RESET
        self._scope.deadline = trio.current_time() + self._service.parameters.reset_grace
        try:
            sent = await self._send(Reset(RESET_NUMBERS[reset_type]))
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            sent = False
        if not sent:
            self._scope.cancel()

    def end(self, reason: ConnectionEnd, why: Event | None = None) -> None:
        """End it from outside: a registration is over at once, the connection as soon as its task runs."""
        self._why = self._why or why
        self._on_cancel = reason
        self._leave(reason)
        self._scope.cancel()

    async def _converse(self) -> ConnectionEnd:
        try:
            while True:
                data = await self._stream.receive_some(MAX_LENGTH)
                if not data:
                    return ConnectionEnd.PEER_CLOSED
                self._first += data[: _FIRST_OCTETS - len(self._first)]
                for step in self._steps(bytes(data)):
                    if not await self._send(*step.answers):
                        return ConnectionEnd.PEER_LOST
                    if step.end is not None:
                        self._why = self._why or step.why
                        return step.end
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            return ConnectionEnd.PEER_LOST

    def _steps(self, data: bytes) -> Iterator[Step]:
        decoder, station = self._decoder, self.station
        try:
            decoder.feed(data)
            while (message := decoder.next_untrusted()) is not None:
                yield self._heard(station.receive(message))
        except ProtocolError as error:
            yield station.malformed(error, decoder.message_id, self._first)

    def _heard(self, step: Step) -> Step:
        self._last_heard = trio.current_time()
        if self.station.state is State.REGISTERED:
            self._scope.deadline = self._last_heard + self._service.parameters.keep_alive_timeout
            if not self._is_registered:
                self._is_registered = True
                self._on_cancel = ConnectionEnd.KEEP_ALIVE_TIMEOUT
                self._service.now_registered(self)
        return step

    async def _send(self, *messages: Message) -> bool:
        """False where the peer leaves it unread for too long."""
        if not messages:
            await trio.lowlevel.checkpoint()
            return True
        version = self.station.protocol_version
        octets = b"".join(encode(message, header_version(version, message)) for message in messages)
        with trio.move_on_after(self._service.parameters.send_timeout):
            async with self._sending:
                await self._stream.send_all(octets)
            return True
        return False

    def _leave(self, reason: ConnectionEnd) -> None:
        """Take the registration, if there is one, out of the table and say why."""
        if not self._is_registered or self.registered is None:
            return
        self._is_registered = False
        self._service.no_longer_registered(self)
        name = self.registered.device_name
        if reason is ConnectionEnd.KEEP_ALIVE_TIMEOUT:
            silence = trio.current_time() - self._last_heard
            self._why = self._emitter.emit(ev.KeepAliveTimedOut(device_name=name, silent_for=silence), cause=self._why)
        cause = self._reset_cause or _UNREGISTER_CAUSES[reason]
        self._emitter.emit(
            ev.DeviceUnregistered(device_name=name, cause_code=cause, cause_name=cause.name), cause=self._why
        )

    async def _close(self, reason: ConnectionEnd) -> None:
        """Close so that the peer can still read the last message, if there was one; then close in any case."""
        with trio.move_on_after(2 * LAST_READ_TIMEOUT, shield=True):
            try:
                if not self.tls and reason in (ConnectionEnd.REJECTED, ConnectionEnd.UNREGISTERED):
                    # To close TCP with unread octets is a reset, which overtakes the message; TLS streams see to that.
                    with trio.move_on_after(LAST_READ_TIMEOUT):
                        while await self._stream.receive_some(MAX_LENGTH):
                            pass
                await self._stream.aclose()
                return
            except (trio.BrokenResourceError, trio.ClosedResourceError, trio.BusyResourceError):
                pass
        with trio.CancelScope(shield=True):
            await trio.aclose_forcefully(self._stream)
