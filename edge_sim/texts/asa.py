"""An ASA's syslog, rendered from what the VPN gateway and its TLS noted: one table, event to lines.

The message numbers and the words around the values are Cisco's, as far as they were published; the reasons in them, the severities
of the 722xxx and 113xxx lines, and every line whose number is `LAB` are assumed. Names of certificates are those of the journal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

from edge_sim.vpn_gateway import events as ev
from journal import Event
from wire.plain_text import plain
from wire.tls import AlertDescription, VerifyCode, alert_text
from wire.tls import events as tls
from wire.tunnel import TunnelEnd

MAX_LETTERS = 4096
"""Of one line; assumed."""
LAB = "LAB"


class Line(NamedTuple):
    severity: int
    number: str
    """Cisco's message number, or LAB."""
    text: str

    def __str__(self) -> str:
        text = f"%ASA-{self.severity}-{self.number}: {self.text}"
        return plain(text[:MAX_LETTERS])


def asa_syslog(event: Event) -> tuple[str, ...]:
    """The lines of one event of a gateway, none for what an ASA would not tell."""
    rule = LINES.get(type(event))
    return tuple(str(line) for line in rule(event)) if rule is not None else ()


VERIFY_REASONS: Final[dict[int, str]] = {
    VerifyCode.UNABLE_TO_GET_ISSUER_CERT: "issuer certificate not found",
    VerifyCode.UNABLE_TO_GET_CRL: "no CRL to check it against",
    VerifyCode.CERT_SIGNATURE_FAILURE: "signature is not valid",
    VerifyCode.CRL_SIGNATURE_FAILURE: "signature of the CRL is not valid",
    VerifyCode.CERT_NOT_YET_VALID: "certificate is not yet valid",
    VerifyCode.CERT_HAS_EXPIRED: "certificate has expired",
    VerifyCode.CRL_NOT_YET_VALID: "CRL is not yet valid",
    VerifyCode.CRL_HAS_EXPIRED: "CRL has expired",
    VerifyCode.DEPTH_ZERO_SELF_SIGNED_CERT: "certificate is self-signed and not trusted",
    VerifyCode.SELF_SIGNED_CERT_IN_CHAIN: "root of the chain is not trusted",
    VerifyCode.UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "no trustpoint holds its issuer",
    VerifyCode.UNABLE_TO_VERIFY_LEAF_SIGNATURE: "no trustpoint holds its issuer",
    VerifyCode.CERT_CHAIN_TOO_LONG: "chain is too long",
    VerifyCode.CERT_REVOKED: "certificate is revoked",
    VerifyCode.NO_ISSUER_PUBLIC_KEY: "issuer's key cannot be read",
    VerifyCode.PATH_LENGTH_EXCEEDED: "path length constraint exceeded",
    VerifyCode.INVALID_PURPOSE: "certificate is not for client authentication",
    VerifyCode.CERT_UNTRUSTED: "certificate is not trusted",
    VerifyCode.CERT_REJECTED: "certificate is rejected",
    VerifyCode.KEYUSAGE_NO_CERTSIGN: "issuer may not sign certificates",
    VerifyCode.KEYUSAGE_NO_CRL_SIGN: "issuer may not sign CRLs",
    VerifyCode.EE_KEY_TOO_SMALL: "key is too small",
    VerifyCode.CA_KEY_TOO_SMALL: "issuer's key is too small",
    VerifyCode.CA_MD_TOO_WEAK: "issuer's signature algorithm is too weak",
    VerifyCode.INVALID_CA: "issuer is not a CA",
}
"""Assumed, each from the code that OpenSSL gave."""

NO_TRUSTPOINT: Final = frozenset(
    {
        VerifyCode.UNABLE_TO_GET_ISSUER_CERT,
        VerifyCode.DEPTH_ZERO_SELF_SIGNED_CERT,
        VerifyCode.SELF_SIGNED_CERT_IN_CHAIN,
        VerifyCode.UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
        VerifyCode.UNABLE_TO_VERIFY_LEAF_SIGNATURE,
    }
)
"""The codes that say: whoever signed this, no trustpoint knows it."""

_HELLO_FAULTS: Final[dict[int, str]] = {
    AlertDescription.HANDSHAKE_FAILURE: "no shared cipher",
    AlertDescription.PROTOCOL_VERSION: "unsupported protocol",
}
_CLOSING: Final[dict[str, str]] = {
    TunnelEnd.CLOSED_HERE: "Closed by the gateway",
    TunnelEnd.DISCONNECT: "User requested",
    TunnelEnd.EOF: "Client left without a word",
    TunnelEnd.BROKEN: "Connection lost",
    TunnelEnd.DEAD_PEER: "DPD failure",
    TunnelEnd.STUCK: "Client takes nothing",
    TunnelEnd.PROTOCOL_ERROR: "Malformed packet",
    TunnelEnd.TERMINATE: "Client terminated",
}


def _client(event: Event) -> str:
    return f"outside:{_slashed(event.connection.partition('>')[0])}"


def _both(event: Event) -> str:
    return f"{_client(event)} to {_slashed(event.connection.partition('>')[2])}"


def _slashed(end: str) -> str:
    address, _, port = end.rpartition(":")
    return f"{address}/{port}"


def _ids(event: Any) -> str:
    return f"serial number: {event.serial_number.upper()}, subject name: {event.subject.oneline}"


def _held(name: ev.HeldName) -> str:
    return f"{name.trustpoint}: {name.subject.oneline}"


def _user(event: Any) -> str:
    return f"Group <{event.group}> User <{event.user}> IP <{event.address}>"


def _hello(event: tls.ClientHelloSeen) -> list[Line]:
    version = event.versions[0] if event.versions else "unknown"
    return [Line(6, "725001", f"Starting SSL handshake with client {_client(event)} for {version} session.")]


def _chosen(event: tls.HandshakeCompleted) -> list[Line]:
    return [Line(7, "725012", f"Device chooses cipher {event.cipher} for the SSL session with client {_client(event)}")]


def _failed(event: tls.HandshakeFailed) -> Iterable[Line]:
    """A certificate's fault has its own event, which comes next and tells of the end too."""
    if event.reason == "verify":
        return
    if event.alert >= 0:
        read = event.alert_direction == "read"
        function = "SSL3_READ_BYTES" if read else "SSL3_GET_CLIENT_HELLO"
        reason = _HELLO_FAULTS.get(event.alert) if not read else None
        yield Line(7, "725014", f"SSL lib error. Function: {function} Reason: {reason or alert_text(event.alert)}")
    yield Line(6, "725006", f"Device failed SSL handshake with client {_both(event)}")


def _validated(event: ev.ClientCertificateValidated) -> list[Line]:
    return [
        Line(7, "717025", f"Validating certificate chain containing {event.chain_length} certificate(s)."),
        Line(7, "717029", f"Identified client certificate within certificate chain. {_ids(event)}."),
        Line(7, "717030", f"Found a suitable trustpoint {event.trustpoint} to validate certificate."),
        Line(6, "717022", f"Certificate was successfully validated. {_ids(event)}."),
        Line(6, "717028", f"Certificate chain was successfully validated with trustpoint {event.trustpoint}."),
        _completed(event),
    ]


def _missing(event: ev.ClientCertificateMissing) -> list[Line]:
    text = f"No certificates received during the handshake with client {_both(event)}"
    return [Line(7, "725017", text), _completed(event)]


def _completed(event: Event) -> Line:
    return Line(6, "725002", f"Device completed SSL handshake with client {_client(event)}")


def _refused(event: ev.ClientCertificateRefused) -> Iterable[Line]:
    reason = VERIFY_REASONS.get(event.verify_code, f"verify code {event.verify_code}")
    if event.depth:
        reason += f" (at depth {event.depth}: {event.subject.oneline})"
    else:
        yield Line(7, "717029", f"Identified client certificate within certificate chain. {_ids(event)}.")
    if event.verify_code in NO_TRUSTPOINT:
        text = f"Failed to find a suitable trustpoint for the issuer: {event.issuer.oneline} Reason: {reason}"
        yield Line(4, "717031", text)
    yield Line(3, "717009", f"Certificate validation failed. {reason}.")
    yield Line(3, "717027", f"Certificate chain failed validation. {reason}.")
    yield Line(7, "725014", "SSL lib error. Function: SSL3_GET_CLIENT_CERTIFICATE Reason: no certificate returned")
    yield Line(6, "725006", f"Device failed SSL handshake with client {_both(event)}")


def _login_refused(event: ev.LoginRefused) -> list[Line]:
    if event.reason is ev.LoginRefusal.UNKNOWN_GROUP and event.subject:
        text = f"Tunnel group search using certificate maps failed for peer certificate: {_ids(event)}"
        return [Line(4, "717037", f"{text}, issuer name: {event.issuer.oneline}.")]
    return [Line(4, LAB, f"Login at {event.path} refused: {event.reason}.")]


def _established(event: ev.TunnelEstablished) -> list[Line]:
    return [
        Line(6, "722055", f"{_user(event)} Client Type: {event.client_type}"),
        Line(6, "722022", f"{_user(event)} TCP SVC connection established without compression"),
        Line(4, "722051", f"{_user(event)} IPv4 Address <{event.assigned_address}> assigned to session"),
    ]


def _tunnel_refused(event: ev.TunnelRefused) -> list[Line]:
    ip = f"IP <{event.address}>"
    match event.reason:
        case ev.TunnelRefusal.NO_ADDRESS:
            return [Line(3, "722020", f"{_user(event)} No address available for SVC connection")]
        case ev.TunnelRefusal.NO_LICENCE:
            return [Line(4, "722047", f"{_user(event)} Tunnel terminated: SVC not enabled: {event.reason}")]
        case ev.TunnelRefusal.NO_COOKIE | ev.TunnelRefusal.WRONG_TARGET:
            return [Line(4, "722001", f"{ip} Error parsing SVC connect request.")]
        case _:
            return [Line(4, "722003", f"{ip} Error authenticating SVC connect request.")]


def _tunnel_closed(event: ev.TunnelClosed) -> list[Line]:
    return [
        Line(4, "722037", f"{_user(event)} SVC closing connection: {_CLOSING.get(event.how, event.how)}."),
        Line(6, "722023", f"{_user(event)} TCP SVC connection terminated without compression"),
    ]


def _session_ended(event: ev.VpnSessionEnded) -> list[Line]:
    minutes, seconds = divmod(int(event.seconds), 60)
    hours, minutes = divmod(minutes, 60)
    text = (
        f"Group = {event.group}, Username = {event.user}, IP = {event.address}, Session disconnected. "
        f"Session Type: AnyConnect-Parent, Duration: {hours}h:{minutes:02}m:{seconds:02}s, "
        f"Bytes xmt: {event.octets_sent}, Bytes rcv: {event.octets_received}, Reason: {event.reason}"
    )
    return [Line(4, "113019", text)]


def _request_refused(event: ev.VpnRequestRefused) -> list[Line]:
    asked = f" {event.method} {event.path}" if event.path else ""
    error = f": {event.error}" if event.error else ""
    return [Line(5, LAB, f"Request{asked} from {_client(event)} refused: {event.reason}{error}.")]


def _started(event: ev.VpnGatewayStarted) -> list[Line]:
    return [
        Line(5, LAB, f"Gateway listens on {event.address} port {event.port}."),
        *(Line(5, LAB, f"Tunnel group {group}") for group in event.tunnel_groups),
        *(Line(5, LAB, f"Trustpoint {_held(name)}") for name in event.trusted),
    ]


LINES: Final[dict[type[Event], Callable[[Any], Iterable[Line]]]] = {
    tls.ClientHelloSeen: _hello,
    tls.HandshakeCompleted: _chosen,
    tls.HandshakeFailed: _failed,
    tls.TlsClosed: lambda e: [Line(6, "725007", f"SSL session with client {_both(e)} terminated")],
    ev.ClientCertificateValidated: _validated,
    ev.ClientCertificateRefused: _refused,
    ev.ClientCertificateMissing: _missing,
    ev.LoginSucceeded: lambda e: [Line(6, "113039", f"{_user(e)} AnyConnect parent session started.")],
    ev.LoginRefused: _login_refused,
    ev.TunnelEstablished: _established,
    ev.TunnelRefused: _tunnel_refused,
    ev.TunnelClosed: _tunnel_closed,
    ev.VpnSessionEnded: _session_ended,
    ev.VpnRequestRefused: _request_refused,
    ev.VpnGatewayStarted: _started,
    ev.VpnGatewayStopped: lambda e: [Line(5, LAB, f"Gateway stopped, {e.sessions} session(s) ended with it.")],
    ev.TrustpointsChanged: lambda e: [
        Line(5, LAB, f"Trustpoints are now: {'; '.join(map(_held, e.trusted)) or 'none'}"),
    ],
}
