"""TLS as OpenSSL really does it: profiles, contexts, a sans-io engine, and its trio stream."""

from cisco_data.tls import TlsProfile, TlsVersion
from wire.tls.context import ClientContext, Credential, ServerContext, TlsUnavailable
from wire.tls.engine import TlsEngine, TlsRefused
from wire.tls.events import (
    AlertSeen,
    CertificateVerified,
    ClientHelloSeen,
    HandshakeCompleted,
    HandshakeFailed,
    TlsClosed,
)
from wire.tls.stream import TlsStream
from wire.tls_numbers import AlertDescription, AlertLevel, VerifyCode, alert_text, verify_text

__all__ = [
    "AlertDescription",
    "AlertLevel",
    "AlertSeen",
    "CertificateVerified",
    "ClientContext",
    "ClientHelloSeen",
    "Credential",
    "HandshakeCompleted",
    "HandshakeFailed",
    "ServerContext",
    "TlsClosed",
    "TlsEngine",
    "TlsProfile",
    "TlsRefused",
    "TlsStream",
    "TlsUnavailable",
    "TlsVersion",
    "VerifyCode",
    "alert_text",
    "verify_text",
]
