"""One attempt to register: each CallManager of the list in turn, over TCP or over TLS with the phone's certificate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

import trio
from cryptography.hazmat.primitives.serialization import Encoding

from cisco_data import CertificateKind, DeviceSecurityMode
from cisco_data.models import offer_for
from cisco_data.registration import LastOutOfService
from journal import Emitter, Event
from phone_sim.dialing import PhoneTlsStream, dial
from phone_sim.events import (
    CertificateChosen,
    CertificateMissing,
    LscMissing,
    PhoneRegistered,
    RegistrationFailed,
    RegistrationFailure,
    SecureConnectionRefused,
    SecureConnectionUp,
    ServerUnreachable,
)
from phone_sim.failback import BetterCallManager
from phone_sim.hardware import Hardware
from phone_sim.preference import prefer
from phone_sim.registration_events import RegistrationAccepted, RegistrationRefused
from phone_sim.sccp_client import SCCP
from phone_sim.session import RegisteredSession, RegistrationProtocol
from phone_sim.trust.judged_handshake import handshake_judged
from phone_sim.trust.phone_trust import PhoneTrust
from phone_sim.trust.servers import ServerUse
from pki import NO_NAME, iso, names_of, read
from wire.phone_file import DeviceProtocol, Member, PhoneFile
from wire.streams import Transport
from wire.tls import Credential, TlsProfile, TlsStream

PROTOCOLS: Final[dict[DeviceProtocol, RegistrationProtocol]] = {DeviceProtocol.SCCP: SCCP}
"""By what the phone's file says. Assumed: a phone whose file names another protocol registers over SCCP."""


def protocol_of(file: PhoneFile) -> RegistrationProtocol:
    return PROTOCOLS.get(file.device_protocol, SCCP)


def is_secure(file: PhoneFile) -> bool:
    """Whether the phone registers over TLS."""
    return file.device_security_mode is not DeviceSecurityMode.NON_SECURE


@dataclass(frozen=True, slots=True)
class _Failed:
    failure: RegistrationFailed
    why: Event


@dataclass(frozen=True, slots=True)
class Choice:
    """What the phone is about to present, and the event that says so."""

    kind: CertificateKind
    credential: Credential
    event: CertificateChosen


class CertificateStore(Protocol):
    """Who holds certificates: a phone's flash."""

    @property
    def lsc(self) -> Credential | None: ...
    @property
    def mic(self) -> Credential | None: ...


def choose(
    flash: CertificateStore, service: str, offer: TlsProfile, emitter: Emitter, cause: Event | None
) -> Choice | CertificateMissing:
    """Apply the one preference and note it; the event alone where the phone has no certificate at all."""
    if flash.lsc is None:
        cause = emitter.emit(LscMissing(service=service), cause=cause)
    chosen = prefer(flash.lsc, flash.mic)
    if chosen is None:
        return emitter.emit(CertificateMissing(service=service), cause=cause)
    kind, credential = chosen
    certificate = credential.identity.certificate
    subject, issuer = names_of(certificate)
    event = CertificateChosen(
        service=service,
        kind=kind.value,
        tls_version=offer.version_text,
        ciphers=offer.offered,
        subject=subject,
        issuer=issuer,
        serial_number=f"{read(certificate).serial_number:x}",
        octets=len(certificate.public_bytes(Encoding.DER)),
        not_before=iso(read(certificate).not_before),
        not_after=iso(read(certificate).not_after),
    )
    return Choice(kind, credential, emitter.emit(event, cause=cause))


class RegistrationAttempt:
    """What one attempt has to work with."""

    def __init__(
        self,
        hardware: Hardware,
        trust: PhoneTrust,
        file: PhoneFile,
        last_out_of_service: LastOutOfService,
        better: BetterCallManager | None = None,
    ) -> None:
        """`better`: the CallManager that the phone returns to; those of higher priority do not answer."""
        self._better = better
        self._hardware = hardware
        self._trust = trust
        self._file = file
        self._protocol = protocol_of(file)
        self._last_out_of_service = last_out_of_service

    async def run(self, cause: Event | None) -> RegisteredSession | RegistrationFailed:
        """Try each CallManager by priority. Whatever they do is an event and a return, never an exception."""
        failure, why = RegistrationFailed(reason=RegistrationFailure.UNREACHABLE, text=""), cause
        first = self._better.member.priority if self._better is not None else 0
        for member in sorted(self._file.members, key=lambda member: member.priority):
            if member.priority < first:
                continue
            outcome = await self._try(member, cause)
            if isinstance(outcome, RegisteredSession):
                return outcome
            failure, why = outcome.failure, outcome.why
        return self._hardware.emitter.emit(failure, cause=why)

    async def _try(self, member: Member, cause: Event | None) -> RegisteredSession | _Failed:
        hardware = self._hardware
        secure = is_secure(self._file)
        service, port = self._protocol.service, self._protocol.port(member, secure)
        better, self._better = self._better, None
        tcp: Transport | ServerUnreachable
        if better is not None:
            tcp = better.tcp
        else:
            tcp = await dial(hardware.route, service, member.process_node_name, port, hardware.emitter, cause)
        if isinstance(tcp, ServerUnreachable):
            return _failed(RegistrationFailure.UNREACHABLE, tcp)
        try:
            if secure:
                outcome = await self._secure(tcp, member, cause)
            else:
                outcome = await self._register(tcp, member, None, cause)
        except BaseException:  # the power went, or a user interrupted the phone
            tcp.close_now()
            raise
        if isinstance(outcome, _Failed):
            await tcp.aclose()
        return outcome

    async def _secure(self, tcp: Transport, member: Member, cause: Event | None) -> RegisteredSession | _Failed:
        hardware, file = self._hardware, self._file
        emitter = hardware.emitter.on(tcp.connection)
        authenticated = file.device_security_mode is DeviceSecurityMode.AUTHENTICATED
        offer = offer_for(hardware.model, authenticated=authenticated, tls12_only=file.vendor_config.tls12_only)
        judge = self._trust.judge(ServerUse.CALL_MANAGER)
        found = choose(hardware.flash, self._protocol.service, offer, emitter, cause)
        choice = found if isinstance(found, Choice) else None
        because = found.event if isinstance(found, Choice) else found
        credential = choice.credential if choice is not None else None
        context = judge.context(hardware.contexts, offer)
        stream = PhoneTlsStream(tcp, context, hardware.emitter, credential=credential, cause=because)
        try:
            failed = await handshake_judged(stream, judge, self._protocol.service, hardware.emitter, because)
            if failed is None:
                up = SecureConnectionUp(
                    service=self._protocol.service, tls_version=stream.tls_version, cipher=stream.cipher
                )
                outcome = await self._register(stream, member, choice, emitter.emit(up, cause=because))
            else:
                outcome = self._refused(stream, choice, failed)
        except BaseException:  # as above
            stream.close_now()
            raise
        if isinstance(outcome, _Failed):
            await stream.aclose()
        return outcome

    async def _register(
        self, stream: Transport | TlsStream, member: Member, choice: Choice | None, cause: Event | None
    ) -> RegisteredSession | _Failed:
        hardware = self._hardware
        client = self._protocol.client(stream, hardware, self._last_out_of_service, cause)
        result = await client.register()
        # An acknowledgement that arrives in the very moment in which the power goes is not read.
        await trio.lowlevel.checkpoint_if_cancelled()
        if isinstance(result, RegistrationAccepted):
            registered = PhoneRegistered(
                call_manager=member.process_node_name,
                secure=bool(stream.tls_version),
                kind=choice.kind.value if choice is not None else "",
                issuer=choice.event.issuer if choice is not None else NO_NAME,
                tls_version=stream.tls_version,
                cipher=stream.cipher,
            )
            emitter = hardware.emitter.on(stream.connection)
            return RegisteredSession(client, stream, emitter.emit(registered, cause=result), member)
        if isinstance(result, RegistrationRefused):
            return _failed(RegistrationFailure.REJECTED, result, result.text)
        if isinstance(stream, TlsStream) and stream.alert_read is not None and stream.alert_read.description:
            # TLS 1.3: the server judged the certificate after our side was up
            return self._refused(stream, choice, stream.ended or cause)
        return _failed(RegistrationFailure.CONNECTION_LOST, result)

    def _refused(self, stream: TlsStream, choice: Choice | None, cause: Event | None) -> _Failed:
        ended = stream.ended
        refused = SecureConnectionRefused(
            service=self._protocol.service,
            kind=choice.kind.value if choice is not None else "",
            alert=ended.alert if ended is not None else -1,
            alert_direction=ended.alert_direction if ended is not None else "",
        )
        emitter = self._hardware.emitter.on(stream.connection)
        return _failed(RegistrationFailure.TLS_REFUSED, emitter.emit(refused, cause=cause))


def _failed(reason: RegistrationFailure, why: Event, text: str = "") -> _Failed:
    return _Failed(RegistrationFailed(reason=reason, text=text), why)
