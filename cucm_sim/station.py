"""What CallManager does with a phone's messages: messages in, answers and an end out. No I/O; the order is in `table`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple, Protocol

from cisco_data import ClusterSecurityMode
from cucm_sim import events as ev
from cucm_sim.answers import ANSWERS, Asked
from cucm_sim.causes import CcmDevRegFailCauseCode
from cucm_sim.database import Database, Device
from cucm_sim.events import ConnectionEnd
from cucm_sim.parameters import ServiceParameters
from cucm_sim.profiles import effective_mode
from cucm_sim.registration import Attempt, Refusal, is_device_name, judge, reject_text
from cucm_sim.table import Action, State, action
from journal import Emitter, Event
from pki import NO_NAME, Certificate, DistinguishedName, names_of, read
from wire.errors import ProtocolError
from wire.plain_text import plain
from wire.sccp import (
    Alarm,
    CapabilitiesReq,
    KeepAliveAck,
    Message,
    MessageId,
    RegisterAck,
    RegisterReject,
    RegisterReq,
    RegisterTokenAck,
    Server,
    UnknownMessage,
    UnregisterAck,
    name_of,
    negotiated_version,
)

MAX_NOTED = 32
"""Assumed: of a connection's messages that only get noted, so many enter the journal."""
_NUMBER = re.compile(r"\s*(\d{1,3}):")

# What real CallManagers were seen to send in RegisterAck: an octet of unknown use, and their own feature bits.
_ACK_UNKNOWN = 0x20
_ACK_FEATURES_TO_10, _ACK_FEATURES_FROM_11 = 0xFEF1, 0xFFF1


class Registrar(Protocol):
    """What a station needs of its service."""

    database: Database
    parameters: ServiceParameters
    cluster_security_mode: ClusterSecurityMode
    """As read at the start of the service."""
    server: Server

    def is_registered_over_tls(self, device_name: str) -> bool: ...

    def displace(self, device_name: str, because: Event) -> None:
        """The device registers again: what it had on another connection is over."""


class Link(NamedTuple):
    """What TLS, or its absence, says about the other end."""

    tls: bool = False
    tls_version: str = ""
    cipher: str = ""
    certificate: Certificate | None = None


class Step(NamedTuple):
    answers: tuple[Message, ...] = ()
    end: ConnectionEnd | None = None
    """Not None: send the answers and close."""
    why: Event | None = None
    """The event that ended it."""


class Station:
    """One phone, as far as one connection knows it."""

    def __init__(self, link: Link, registrar: Registrar, emitter: Emitter) -> None:
        """`emitter` is the connection's."""
        self.state = State.CONNECTED
        self.protocol_version = 0
        self.registered: ev.DeviceRegistered | None = None
        """Not None from the registration on."""
        self._device: Device | None = None
        self._link = link
        self._registrar = registrar
        self._emitter = emitter
        self._alarm: Event | None = None
        self._messages = self._noted = 0
        self._actions: dict[Action, Callable[..., Step]] = {
            Action.REGISTER: self._register,
            Action.REGISTER_AGAIN: self._register_again,
            Action.UNREGISTER: lambda _: Step((UnregisterAck(),), ConnectionEnd.UNREGISTERED),
            Action.GRANT_TOKEN: lambda _: Step((RegisterTokenAck(),)),
            Action.NOTE_ALARM: self._note_alarm,
            Action.KEEP_ALIVE: lambda _: Step((KeepAliveAck(),)),
            Action.ANSWER: self._answer,
            Action.TAKE_NOTE: lambda _: Step(),
            Action.NOT_UNDERSTOOD: self._not_understand,
            Action.OUT_OF_SEQUENCE: self._out_of_sequence,
        }

    def receive(self, message: Message | UnknownMessage) -> Step:
        self._messages += 1
        limit = self._registrar.parameters.messages_before_registration
        if self.state is State.CONNECTED and self._messages > limit:
            return Step(end=ConnectionEnd.TOO_MANY_MESSAGES)
        return self._actions[action(self.state, message)](message)

    def malformed(self, error: ProtocolError, message_id: int, first_octets: bytes) -> Step:
        """The stream is lost. `message_id` is the one under way, -1 where not even a header was read."""
        event = self._emitter.emit(
            ev.MalformedMessage(fault=plain(str(error)), looks_like=_looks_like(first_octets, message_id))
        )
        if self.state is State.CONNECTED and message_id == MessageId.REGISTER_REQ:
            return self._reject("", Refusal(CcmDevRegFailCauseCode.malformedRegisterMsg), event)
        return Step(end=ConnectionEnd.MALFORMED, why=event)

    def _register(self, request: RegisterReq) -> Step:
        registrar, link = self._registrar, self._link
        name = request.device_name if is_device_name(request.device_name) else ""
        device = registrar.database.device(name)
        received = self._emitter.emit(
            ev.RegisterReceived(
                device_name=name,
                device_type=request.device_type,
                station_address=request.station_address,
                protocol_version=request.protocol_version,
                load_name=plain(request.load_name),
            ),
            cause=self._alarm,
        )
        refusal = judge(
            Attempt(
                device_name=request.device_name,
                device_type=request.device_type,
                protocol_version=request.protocol_version,
                device=device,
                cluster_security_mode=registrar.cluster_security_mode,
                tls=link.tls,
                cipher=link.cipher,
                certificate=link.certificate,
                lowest_protocol_version=registrar.parameters.lowest_protocol_version,
                registered_over_tls=registrar.is_registered_over_tls(name),
            )
        )
        if refusal is not None:
            return self._reject(name, refusal, received)
        assert device is not None  # or judge would have refused
        self._device = device
        self.protocol_version = negotiated_version(
            request.protocol_version, registrar.parameters.highest_protocol_version
        )
        registrar.displace(name, received)
        subject, issuer, serial_number = _described(link.certificate)
        self.state = State.REGISTERED
        self.registered = self._emitter.emit(
            ev.DeviceRegistered(
                device_name=name,
                model=device.model,
                device_security_mode=str(effective_mode(device, registrar.cluster_security_mode)),
                protocol_version=self.protocol_version,
                load_name=plain(request.load_name),
                tls_version=link.tls_version,
                cipher=link.cipher,
                certificate_subject=subject,
                certificate_issuer=issuer,
                certificate_serial_number=serial_number,
            ),
            cause=received,
        )
        return self._acknowledge()

    def _register_again(self, request: RegisterReq) -> Step:
        assert self.registered is not None
        if request.device_name != self.registered.device_name:
            return Step(end=ConnectionEnd.OUT_OF_SEQUENCE)
        return self._acknowledge()

    def _acknowledge(self) -> Step:
        parameters, version = self._registrar.parameters, self.protocol_version
        features = _ACK_FEATURES_FROM_11 if version > 10 else _ACK_FEATURES_TO_10
        answer = RegisterAck(
            keep_alive_interval=parameters.station_keep_alive_interval,
            secondary_keep_alive_interval=parameters.secondary_keep_alive_interval,
            max_protocol_version=version,
            unknown=_ACK_UNKNOWN if version > 3 else 0,
            phone_features=features if version > 3 else 0,
        )
        return Step((answer, CapabilitiesReq()))

    def _reject(self, device_name: str, refusal: Refusal, because: Event | None) -> Step:
        event = self._emitter.emit(
            ev.RegistrationRejected(
                device_name=device_name,
                cause_code=refusal.cause,
                cause_name=refusal.cause.name,
                expected=plain(refusal.expected),
                received=plain(refusal.received),
            ),
            cause=because,
        )
        return Step((RegisterReject(reject_text(refusal.cause)),), ConnectionEnd.REJECTED, event)

    def _out_of_sequence(self, message: Message) -> Step:
        refusal = Refusal(CcmDevRegFailCauseCode.registrationSequenceError, "REGISTER_REQ", name_of(message.ID))
        return self._reject("", refusal, self._alarm)

    def _answer(self, message: Message) -> Step:
        assert self._device is not None
        assert self.registered is not None
        asked = Asked(
            self._device,
            self.protocol_version,
            self._registrar.server,
            self._emitter.clock.now(),
            self.registered.load_name,
        )
        return Step(ANSWERS[type(message)](asked, message))

    def _note_alarm(self, alarm: Alarm) -> Step:
        if self._may_note():
            number = _NUMBER.match(alarm.text)
            self._alarm = self._emitter.emit(
                ev.AlarmReceived(
                    severity=alarm.severity,
                    last_out_of_service=int(number[1]) if number else -1,
                    text=plain(alarm.text),
                )
            )
        return Step()

    def _not_understand(self, message: Message | UnknownMessage) -> Step:
        if self._may_note():
            number, octets = (
                (message.id, len(message.payload)) if isinstance(message, UnknownMessage) else (message.ID, 0)
            )
            self._emitter.emit(ev.MessageNotUnderstood(message=name_of(number), octets=octets))
        return Step()

    def _may_note(self) -> bool:
        self._noted += 1
        return self._noted <= MAX_NOTED


def _described(certificate: Certificate | None) -> tuple[DistinguishedName, DistinguishedName, str]:
    if certificate is None:
        return NO_NAME, NO_NAME, ""
    return *names_of(certificate), f"{read(certificate).serial_number:x}"


def _looks_like(first_octets: bytes, message_id: int) -> str:
    """`TLS` for a handshake record, `text` for HTTP, SIP and the like, else empty; only asked when nothing was SCCP."""
    if message_id != -1:
        return ""
    if first_octets[:2] == b"\x16\x03":
        return "TLS"
    start = first_octets[:4]
    return "text" if len(start) == 4 and all(0x20 <= octet <= 0x7E for octet in start) else ""
