"""What TLS events say about packets: whose certificate was accepted, and what an alert means."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

from journal import Actor, Event
from wire.capture.comments import Where
from wire.tls.events import CertificateVerified, HandshakeCompleted, HandshakeFailed, TlsClosed
from wire.tls_numbers import AlertDescription, VerifyCode, alert_text

_CONNECTIONS_KEPT = 1024
"""Handshakes whose verify steps are remembered at a time. Ours."""

Comment = Callable[[str, str, Where], object]
"""`PcapngWriter.comment`."""

_REASONS: dict[int, str] = {
    VerifyCode.UNABLE_TO_GET_ISSUER_CERT: "{issuer} is not in {store}",
    VerifyCode.UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "{issuer} is not in {store}",
    VerifyCode.UNABLE_TO_VERIFY_LEAF_SIGNATURE: "{issuer} is not in {store}",
    VerifyCode.DEPTH_ZERO_SELF_SIGNED_CERT: "{subject} signed its own certificate, which is not in {store}",
    VerifyCode.SELF_SIGNED_CERT_IN_CHAIN: "{subject} at the top of the chain is not in {store}",
    VerifyCode.CERT_SIGNATURE_FAILURE: "the signature on {subject} is not by the key of {issuer} in {store}",
    VerifyCode.CERT_HAS_EXPIRED: "{subject} has expired",
    VerifyCode.CERT_NOT_YET_VALID: "{subject} is not valid yet",
    VerifyCode.CERT_REVOKED: "{subject} is revoked",
    VerifyCode.INVALID_PURPOSE: "{subject} is not for this use (extended key usage)",
    VerifyCode.INVALID_CA: "{subject} is not an authority",
    VerifyCode.EE_KEY_TOO_SMALL: "the key of {subject} is too short",
}
_NO_WORDS = "X509_V_ERR {code} at depth {depth} for {subject}"


class TlsComments:
    """Subscribe it to the journal. `comment` is the writer's; `store_of` names the trust store of an actor."""

    def __init__(
        self, comment: Comment, store_of: Callable[[Actor], str] = lambda actor: f"the trust of {actor}"
    ) -> None:
        self._comment = comment
        self._store_of = store_of
        # By connection and actor: the peer's own certificate, or the step at which verification failed.
        self._verified: OrderedDict[tuple[str, str], CertificateVerified] = OrderedDict()
        self._written: OrderedDict[str, None] = OrderedDict()

    def __call__(self, event: Event) -> None:
        match event:
            case CertificateVerified():
                self._note(event)
            case HandshakeCompleted():
                self._accepted(event)
            case HandshakeFailed() | TlsClosed():
                self._ended(event)

    def _note(self, event: CertificateVerified) -> None:
        key = event.connection, event.actor
        known = self._verified.get(key)
        if known is None or known.verify_code == VerifyCode.OK:
            self._verified[key] = event
            if len(self._verified) > _CONNECTIONS_KEPT:
                self._verified.popitem(last=False)

    def _accepted(self, event: HandshakeCompleted) -> None:
        verified = self._verified.pop((event.connection, event.actor), None)
        if event.side == "server" and verified is not None:
            subject, issuer = verified.subject.label, verified.issuer.label
            text = f"client certificate accepted: {subject}, issued by {issuer}"
            self._comment(event.connection, text, Where.SERVER)

    def _ended(self, event: HandshakeFailed | TlsClosed) -> None:
        verified = self._verified.pop((event.connection, event.actor), None)
        where = Where.CLIENT if event.side == "client" else Where.SERVER
        if isinstance(event, TlsClosed) and event.reason == "eof":  # OpenSSL answers it with the alert decode error
            self._comment(event.connection, "the other end left without close notify", where)
            return
        if event.alert in (-1, AlertDescription.CLOSE_NOTIFY):
            if isinstance(event, HandshakeFailed):
                self._comment(event.connection, f"{event.side}: no handshake, {event.reason}", Where.LATEST)
            return
        alert = f"{alert_text(event.alert)} ({event.alert})"
        if event.alert_direction == "write":
            reason = self._reason(event.actor, verified) if verified is not None else ""
            self._written[event.connection] = None
            if len(self._written) > _CONNECTIONS_KEPT:
                self._written.popitem(last=False)
            self._comment(event.connection, f"alert written: {reason or alert}", where)
        elif event.connection in self._written:  # the comment of the end that wrote it says more
            del self._written[event.connection]
        else:
            self._comment(event.connection, f"alert read: {alert}", Where.LATEST)

    def _reason(self, actor: Actor, verified: CertificateVerified) -> str:
        if verified.verify_code == VerifyCode.OK:
            return ""
        return _REASONS.get(verified.verify_code, _NO_WORDS).format(
            subject=verified.subject.label,
            issuer=verified.issuer.label,
            store=self._store_of(actor),
            code=verified.verify_code,
            depth=verified.depth,
        )
