"""The client of a TLS connection: what the handshake found out about its certificate, as events and as a user name."""

from __future__ import annotations

from dataclasses import dataclass

from edge_sim.vpn_gateway.events import (
    ClientCertificateMissing,
    ClientCertificateRefused,
    ClientCertificateValidated,
)
from edge_sim.vpn_gateway.trustpoints import Trustpoints
from journal import Emitter, Event
from pki import NO_NAME, Certificate, DistinguishedName, read
from wire.plain_text import plain
from wire.tls import HandshakeFailed, TlsEngine

MAX_TEXT = 253
"""Characters of a client's text that the journal keeps."""


@dataclass(frozen=True, slots=True)
class Client:
    """A client whose handshake succeeded. Without a certificate all but the event is empty."""

    noted: Event
    user: str = ""
    subject: DistinguishedName = NO_NAME
    issuer: DistinguishedName = NO_NAME
    serial_number: str = ""
    has_certificate: bool = False


def identify(engine: TlsEngine, trustpoints: Trustpoints, emitter: Emitter) -> Client:
    """After a handshake that succeeded: the client, and one event."""
    verified = engine.peer_verified
    if verified is None:
        return Client(emitter.emit(ClientCertificateMissing()))
    user = _user_untrusted(engine.peer_certificate)
    validated = ClientCertificateValidated(
        trustpoint=trustpoints.holding(engine.anchor),
        subject=verified.subject,
        issuer=verified.issuer,
        serial_number=verified.serial_number,
        chain_length=max(1, len(engine.peer_chain)),
        user=user,
    )
    noted = emitter.emit(validated, cause=verified)
    return Client(noted, user, verified.subject, verified.issuer, verified.serial_number, has_certificate=True)


def note_refusal(engine: TlsEngine, emitter: Emitter) -> None:
    """After a handshake that failed: an event where a certificate was the reason."""
    failure, ended = engine.verify_failure, engine.ended
    if failure is None or not isinstance(ended, HandshakeFailed):
        return
    emitter.emit(
        ClientCertificateRefused(
            verify_code=failure.verify_code,
            depth=failure.depth,
            subject=failure.subject,
            issuer=failure.issuer,
            serial_number=failure.serial_number,
            alert=ended.alert if ended.alert_direction == "write" else -1,
        ),
        cause=failure,
    )


def printable(text: str) -> str:
    """A client's text, short and without control characters."""
    return plain(text[:MAX_TEXT])


def _user_untrusted(certificate: Certificate | None) -> str:
    """The common name; empty where there is none, or none that can be read."""
    return printable(read(certificate).subject.cn) if certificate is not None else ""
