"""The phone's side of SCCP over a stream: register, stay registered, be reset, unregister."""

from __future__ import annotations

from typing import Final, Protocol, runtime_checkable

import trio

from cisco_data.registration import LastOutOfService, ResetType
from journal import Emitter, Event
from phone_sim.hardware import Hardware
from phone_sim.registration_events import (
    MessageIgnored,
    RegisterSent,
    RegistrationAccepted,
    RegistrationEnd,
    RegistrationEnded,
    RegistrationRefused,
    ResetReceived,
)
from phone_sim.sccp_boot import CAPABILITIES, MAX_LINES, boot_exchanges
from phone_sim.session import END_BY_RESET, RegistrationProtocol
from wire.errors import ProtocolError
from wire.phone_file import Member
from wire.plain_text import plain
from wire.sccp import (
    MAX_LENGTH,
    RESET_TYPES,
    Alarm,
    AlarmSeverity,
    CapabilitiesReq,
    Decoder,
    KeepAlive,
    Message,
    PhoneFeature,
    RegisterAck,
    RegisterReject,
    RegisterReq,
    Reset,
    UnknownMessage,
    UnregisterAck,
    UnregisterReason,
    UnregisterReq,
    clip,
    encode,
    header_version,
    name_of,
)
from wire.streams import Stream

PROTOCOL_VERSION = 20
"""What a 7965 with load 9.4 states. Assumed for other models."""
REGISTER_TIMEOUT = 20.0
"""Seconds until everything after Register must be answered. Assumed."""
UNREGISTER_TIMEOUT = 5.0
"""Seconds. Assumed."""
MAX_SILENT_INTERVALS = 3
"""After so many keepalive intervals in which nothing came, CallManager counts as gone. Assumed."""
SHORTEST_INTERVAL = 1.0
"""Seconds: a CallManager that says 0 shall not make the phone spin. Assumed."""
MAX_IGNORED_NOTED = 32
"""Assumed: so many ignored messages of one session enter the journal."""

_LAST_NAMES = {
    LastOutOfService.INITIALIZED: "Initialized",
    LastOutOfService.RESET_RESET: "Reset-Reset",
    LastOutOfService.RESET_RESTART: "Reset-Restart",
    LastOutOfService.KEEPALIVE_TIMEOUT: "CM-keepAliveTimeout",
    LastOutOfService.REGISTRATION_REJECTED: "Phone-Reg-Rej",
}
"""What stands after `Last=`; the first is as seen in captures, the others are assumed."""


@runtime_checkable
class _Abrupt(Protocol):
    """A stream that can be closed at once."""

    def close_now(self) -> None: ...


class _Over(Exception):
    """The session ended while something was awaited."""

    def __init__(self, reason: RegistrationEnd, fault: str = "", cause: Event | None = None) -> None:
        self.reason = reason
        self.fault = fault
        self.cause = cause


class SccpClient:
    """One session. None of its methods raises for what CallManager does; one of them runs at a time."""

    def __init__(
        self,
        stream: Stream,
        emitter: Emitter,
        *,
        device_name: str,
        model_number: int,
        load: str,
        last_out_of_service: int = LastOutOfService.INITIALIZED,
        station_address: str = "0.0.0.0",
        protocol_version: int = PROTOCOL_VERSION,
        cause: Event | None = None,
    ) -> None:
        """`stream` is up, with TLS where there shall be TLS; the client never closes it but in `abort`.

        `emitter` is the phone's; `model_number` is CUCM's typemodel; `cause` is what made the phone register.
        """
        self._stream = stream
        self._emitter = emitter.on(stream.connection)
        self._device_name = device_name
        self._model_number = model_number
        self._load = load
        self._last_out_of_service = last_out_of_service
        self._station_address = station_address
        self._own_version = protocol_version
        self._cause = cause
        self._version = 0
        self._interval = SHORTEST_INTERVAL
        self._decoder = Decoder()
        self._ignored = 0
        self._ended: RegistrationEnded | None = None
        self.crossing_reset: tuple[RegistrationEnd, Event] | None = None
        """A reset that came while this phone unregistered for a reason of its own."""

    async def register(
        self, within: float = REGISTER_TIMEOUT
    ) -> RegistrationAccepted | RegistrationRefused | RegistrationEnded:
        """Alarm, Register, and everything that a phone asks afterwards, within so many seconds."""
        try:
            with trio.fail_after(within):
                return await self._register()
        except _Over as over:
            return self._end(over)
        except trio.TooSlowError:
            return self._end(_Over(RegistrationEnd.SILENCE))

    async def run_until_ended(self) -> RegistrationEnded:
        """Keep the registration alive until CallManager or the wire ends it. May be cancelled, and called again."""
        last_heard = next_keep_alive = trio.current_time()
        next_keep_alive += self._interval
        try:
            while True:
                with trio.move_on_at(next_keep_alive):
                    self._take(await self._receive())
                    last_heard = trio.current_time()
                    continue
                if trio.current_time() - last_heard >= MAX_SILENT_INTERVALS * self._interval:
                    raise _Over(RegistrationEnd.SILENCE)
                next_keep_alive += self._interval
                await self._send(KeepAlive())
        except _Over as over:
            return self._end(over)

    async def unregister(self, reason: UnregisterReason = UnregisterReason.UNKNOWN) -> bool:
        """Unregister; True when CallManager acknowledged it. The stream is still to be closed."""
        try:
            with trio.move_on_after(UNREGISTER_TIMEOUT):
                await self._send(UnregisterReq(reason))
                while True:
                    message = await self._receive()
                    if isinstance(message, UnregisterAck):
                        self._end(_Over(RegistrationEnd.UNREGISTERED))
                        return True
                    if isinstance(message, Reset) and self.crossing_reset is None and self._ended is None:
                        self.crossing_reset = self._note_reset(message)
        except _Over as over:
            self._end(over)
        return False

    def abort(self) -> None:
        """The phone has no power or no network: close the stream without a message."""
        if isinstance(self._stream, _Abrupt):
            self._stream.close_now()
        else:
            trio.lowlevel.spawn_system_task(trio.aclose_forcefully, self._stream)

    async def _register(self) -> RegistrationAccepted | RegistrationRefused:
        code = self._last_out_of_service
        name = _LAST_NAMES.get(code, str(code))  # type: ignore[call-overload]
        text = f"{code}: Name={self._device_name} Load={self._load} Last={name}"
        await self._send(
            Alarm(AlarmSeverity.INFORMATIONAL, clip(text, 80)),
            RegisterReq(
                device_name=self._device_name,
                device_type=self._model_number,
                station_address=self._station_address,
                protocol_version=self._own_version,
                phone_features=PhoneFeature.RFC2833 | PhoneFeature.UTF8 | PhoneFeature.DYNAMIC_MESSAGES,
                max_streams=5,
                max_conferences=1,
                mac_address=_mac_address(self._device_name),
                ipv4_scope=3,
                max_lines=MAX_LINES,
                load_name=clip(self._load, 32),
            ),
        )
        self._emitter.emit(
            RegisterSent(
                device_name=self._device_name,
                device_type=self._model_number,
                protocol_version=self._own_version,
                last_out_of_service=code,
            ),
            cause=self._cause,
        )
        answer = await self._await_any((RegisterAck, RegisterReject))
        if isinstance(answer, RegisterReject):
            return self._emitter.emit(RegistrationRefused(text=plain(answer.text)), cause=self._cause)
        assert isinstance(answer, RegisterAck)
        self._version = min(answer.max_protocol_version, self._own_version)
        self._interval = max(float(answer.keep_alive_interval), SHORTEST_INTERVAL)
        event = self._emitter.emit(
            RegistrationAccepted(keep_alive_interval=answer.keep_alive_interval, protocol_version=self._version),
            cause=self._cause,
        )
        await self._await_any((CapabilitiesReq,))
        await self._ask_everything()
        return event

    async def _ask_everything(self) -> None:
        exchanges = boot_exchanges()
        exchange = next(exchanges, None)
        while exchange is not None:
            await self._send(exchange.request)
            answer = await self._await_any(exchange.awaits) if exchange.awaits else None
            try:
                exchange = exchanges.send(answer)
            except StopIteration:
                return

    async def _await_any(self, kinds: tuple[type[Message], ...]) -> Message:
        while True:
            message = await self._receive()
            if isinstance(message, kinds):
                return message
            self._take(message)

    def _take(self, message: Message | UnknownMessage) -> None:
        """A message that no exchange awaits. CapabilitiesReq is answered where it is received; only Reset matters here."""
        if isinstance(message, Reset):
            reason, event = self._note_reset(message)
            raise _Over(reason, cause=event)
        if isinstance(message, UnknownMessage):
            self._ignored += 1
            if self._ignored <= MAX_IGNORED_NOTED:
                self._emitter.emit(MessageIgnored(message=name_of(message.id)))

    def _note_reset(self, message: Reset) -> tuple[RegistrationEnd, Event]:
        reset_type = RESET_TYPES.get(message.reset_type, ResetType.RESET)
        return END_BY_RESET[reset_type], self._emitter.emit(
            ResetReceived(reset_type=reset_type.name), cause=self._cause
        )

    async def _receive(self) -> Message | UnknownMessage:
        """The next message. Raises _Over once there will be none."""
        try:
            while (message := self._decoder.next_untrusted()) is None:
                data = await self._stream.receive_some(MAX_LENGTH)
                if not data:
                    raise _Over(RegistrationEnd.PEER_CLOSED)
                self._decoder.feed(bytes(data))
        except ProtocolError as error:
            raise _Over(RegistrationEnd.MALFORMED, str(error)) from None
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            raise _Over(RegistrationEnd.CONNECTION_LOST) from None
        if isinstance(message, CapabilitiesReq):
            await self._send(CAPABILITIES)
        return message

    async def _send(self, *messages: Message) -> None:
        try:
            await self._stream.send_all(
                b"".join(encode(message, header_version(self._version, message)) for message in messages)
            )
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            raise _Over(RegistrationEnd.CONNECTION_LOST) from None

    def _end(self, over: _Over) -> RegistrationEnded:
        """One event a session, however often its end is found."""
        if self._ended is None:
            self._ended = self._emitter.emit(
                RegistrationEnded(reason=over.reason, fault=over.fault), cause=over.cause or self._cause
            )
        return self._ended


def _mac_address(device_name: str) -> bytes:
    """The twelve octets of RegisterReq's MAC field, zero where the name holds no MAC address."""
    try:
        mac = bytes.fromhex(device_name[3:])
    except ValueError:
        mac = b""
    return mac.ljust(12, b"\0") if len(mac) == 6 else bytes(12)


def _port(member: Member, tls: bool) -> int:
    return member.secured_ethernet_phone_port if tls else member.ethernet_phone_port


def _client(stream: Stream, hardware: Hardware, last: LastOutOfService, cause: Event | None) -> SccpClient:
    return SccpClient(
        stream,
        hardware.emitter,
        device_name=hardware.flash.device_name,
        model_number=hardware.model.type_model,
        load=hardware.model.load,
        last_out_of_service=last,
        cause=cause,
    )


SCCP: Final = RegistrationProtocol("SCCP", _port, _client)
