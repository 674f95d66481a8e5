"""One round of registration: each CallManager of the list in turn, over TCP or over TLS with the phone's certificate."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.hazmat.primitives.serialization import Encoding

from journal import Emitter, Event
from phone_sim.contexts import ClientContexts
from phone_sim.dialing import dial
from phone_sim.events import (
    CertificateChosen,
    CertificateMissing,
    LscMissing,
    PhoneRegistered,
    RegistrationFailed,
    SecureConnectionRefused,
    SecureConnectionUp,
    ServerUnreachable,
)
from phone_sim.flash import Flash
from phone_sim.models import PhoneModel, offer_for
from phone_sim.network import Network
from phone_sim.preference import CertificateKind, prefer
from phone_sim.sccp_client import Lost, Registered, Rejected, SccpClient
from pki import common_name, oneline
from wire.phone_file import DeviceSecurityMode, Member, PhoneFile
from wire.streams import Stream
from wire.tls import Credential, TlsProfile, TlsStream

SERVICE = "SCCP"


@dataclass(frozen=True, slots=True)
class Taken:
    """A CallManager took the phone; `client` keeps the registration alive from here."""

    client: SccpClient
    stream: Stream
    event: Event


def choose(
    flash: Flash, service: str, offer: TlsProfile, emitter: Emitter, cause: Event | None
) -> tuple[CertificateKind, Credential, CertificateChosen] | None:
    """Apply the one preference and note it; None where the phone has no certificate at all."""
    if flash.lsc is None:
        cause = emitter.emit(LscMissing(service=service), cause=cause)
    chosen = prefer(flash.lsc, flash.mic)
    if chosen is None:
        emitter.emit(CertificateMissing(service=service), cause=cause)
        return None
    kind, credential = chosen
    certificate = credential.identity.certificate
    return (
        kind,
        credential,
        emitter.emit(
            CertificateChosen(
                service=service,
                kind=kind.value,
                tls_version=offer.version_text,
                ciphers=offer.offered,
                subject=oneline(certificate.subject),
                issuer=oneline(certificate.issuer),
                issuer_name=common_name(certificate.issuer),
                serial_number=f"{certificate.serial_number:x}",
                octets=len(certificate.public_bytes(Encoding.DER)),
            ),
            cause=cause,
        ),
    )


class Round:
    """What one round has to work with."""

    def __init__(
        self,
        *,
        model: PhoneModel,
        flash: Flash,
        file: PhoneFile,
        network: Network,
        contexts: ClientContexts,
        emitter: Emitter,
        last_out_of_service: int,
    ) -> None:
        self._model = model
        self._flash = flash
        self._file = file
        self._network = network
        self._contexts = contexts
        self._emitter = emitter
        self._last_out_of_service = last_out_of_service

    async def run(self, cause: Event | None) -> Taken | RegistrationFailed:
        """Try each CallManager by priority. Whatever they do is an event and a return, never an exception."""
        failure = RegistrationFailed(reason="unreachable", text="")
        last = cause
        for member in sorted(self._file.members, key=lambda member: member.priority):
            outcome = await self._try(member, cause)
            if isinstance(outcome, Taken):
                return outcome
            failure, last = outcome
        return self._emitter.emit(failure, cause=last)

    async def _try(self, member: Member, cause: Event | None) -> Taken | tuple[RegistrationFailed, Event | None]:
        secure = self._file.device_security_mode is not DeviceSecurityMode.NON_SECURE
        port = member.secured_ethernet_phone_port if secure else member.ethernet_phone_port
        tcp = await dial(self._network, SERVICE, member.process_node_name, port, self._emitter, cause)
        if isinstance(tcp, ServerUnreachable):
            return RegistrationFailed(reason="unreachable", text=""), tcp
        if not secure:
            return await self._register(tcp, member, None, "", cause)
        emitter = self._emitter.on(tcp.connection)
        authenticated = self._file.device_security_mode is DeviceSecurityMode.AUTHENTICATED
        offer = offer_for(self._model, authenticated=authenticated)
        choice = choose(self._flash, SERVICE, offer, emitter, cause)
        kind, credential, because = choice if choice is not None else (None, None, cause)
        context = self._contexts.get(offer, self._flash.trusted_servers)
        stream = TlsStream(tcp, context, self._emitter, credential=credential, cause=because)
        if not await stream.handshake():
            await stream.aclose()
            return self._refused(stream, kind, because)
        up = emitter.emit(
            SecureConnectionUp(service=SERVICE, tls_version=stream.tls_version, cipher=stream.cipher), cause=because
        )
        return await self._register(stream, member, kind, common_name_of(credential), up)

    async def _register(
        self, stream: Stream, member: Member, kind: CertificateKind | None, issuer_name: str, cause: Event | None
    ) -> Taken | tuple[RegistrationFailed, Event | None]:
        client = SccpClient(
            stream,
            self._emitter,
            device_name=self._flash.device_name,
            model_number=self._model.type_model,
            load=self._model.load,
            last_out_of_service=self._last_out_of_service,
            cause=cause,
        )
        result = await client.register()
        if isinstance(result, Registered):
            registered = self._emitter.on(stream.connection).emit(
                PhoneRegistered(
                    call_manager=member.process_node_name,
                    secure=bool(stream.tls_version),
                    kind=kind.value if kind is not None else "",
                    issuer_name=issuer_name,
                    tls_version=stream.tls_version,
                    cipher=stream.cipher,
                ),
                cause=result.event,
            )
            return Taken(client, stream, registered)
        await stream.aclose()
        if isinstance(result, Rejected):
            return RegistrationFailed(reason="rejected", text=result.text), result.event
        assert isinstance(result, Lost)
        if isinstance(stream, TlsStream) and stream.alert_read is not None and stream.alert_read.description:
            # TLS 1.3: the server judged the certificate after our side was up
            return self._refused(stream, kind, cause)
        return RegistrationFailed(reason="connection lost", text=""), result.event

    def _refused(
        self, stream: TlsStream, kind: CertificateKind | None, cause: Event | None
    ) -> tuple[RegistrationFailed, Event | None]:
        ended = stream.ended
        refused = self._emitter.on(stream.connection).emit(
            SecureConnectionRefused(
                service=SERVICE,
                kind=kind.value if kind is not None else "",
                alert=ended.alert if ended is not None else -1,
                alert_direction=ended.alert_direction if ended is not None else "",
            ),
            cause=ended or cause,
        )
        return RegistrationFailed(reason="TLS refused", text=""), refused


def common_name_of(credential: Credential | None) -> str:
    """CN of the issuer of what the phone presents."""
    return common_name(credential.identity.certificate.issuer) if credential is not None else ""
