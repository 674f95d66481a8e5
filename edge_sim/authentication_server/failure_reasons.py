"""Why an authentication failed, in the numbers of ISE's failure reasons, each decided by a verify code or an alert.

The numbers are those of ISE's public list of messages. Which X509_V_ERR leads to which is assumed where ISE's text does not name
the fault: ISE has no reason for a missing CRL, say, and what counts then is the alert that OpenSSL chose.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from types import MappingProxyType

from wire.tls import AlertDescription, HandshakeFailed, TlsClosed, VerifyCode


class FailureReason(IntEnum):
    """ISE's numbers; their sentences are for whoever shows them."""

    EAP_TLS_AUTHENTICATION_FAILED = 12507
    """Here: the phone wants another EAP method, or its certificate bears another name than it goes by."""
    EAP_TLS_HANDSHAKE_FAILED = 12508
    """What no other number fits: no client certificate, a CertificateVerify that does not hold."""
    UNEXPECTED_ALERT = 12511
    """An alert when the handshake was over: taken for a rejection by the client."""
    NO_SSL_SESSION = 12513
    """Here: the octets were no EAP-TLS or no TLS."""
    UNKNOWN_CA = 12514
    EXPIRED_CRL = 12515
    EXPIRED_CERTIFICATE = 12516
    REVOKED_CERTIFICATE = 12517
    BAD_CERTIFICATE = 12518
    UNSUPPORTED_CERTIFICATE = 12519
    CLIENT_REJECTED_LOCAL_CERTIFICATE = 12520
    CLIENT_ALERT = 12521
    NOT_YET_VALID = 12530
    SUPPLICANT_STOPPED_RESPONDING = 12935
    NO_SUITABLE_CIPHERS = 12968
    TLS_VERSION_NOT_ALLOWED = 12986
    SUBJECT_NOT_FOUND = 22056
    """The certificate is good, and its subject is in no identity store."""


BY_VERIFY_CODE: Mapping[int, FailureReason] = MappingProxyType(
    {
        VerifyCode.UNABLE_TO_GET_ISSUER_CERT: FailureReason.UNKNOWN_CA,
        VerifyCode.UNABLE_TO_GET_CRL: FailureReason.UNKNOWN_CA,
        VerifyCode.CERT_SIGNATURE_FAILURE: FailureReason.BAD_CERTIFICATE,
        VerifyCode.CRL_SIGNATURE_FAILURE: FailureReason.BAD_CERTIFICATE,
        VerifyCode.CERT_NOT_YET_VALID: FailureReason.NOT_YET_VALID,
        VerifyCode.CERT_HAS_EXPIRED: FailureReason.EXPIRED_CERTIFICATE,
        VerifyCode.CRL_NOT_YET_VALID: FailureReason.EXPIRED_CRL,
        VerifyCode.CRL_HAS_EXPIRED: FailureReason.EXPIRED_CRL,
        VerifyCode.DEPTH_ZERO_SELF_SIGNED_CERT: FailureReason.UNKNOWN_CA,
        VerifyCode.SELF_SIGNED_CERT_IN_CHAIN: FailureReason.UNKNOWN_CA,
        VerifyCode.UNABLE_TO_GET_ISSUER_CERT_LOCALLY: FailureReason.UNKNOWN_CA,
        VerifyCode.UNABLE_TO_VERIFY_LEAF_SIGNATURE: FailureReason.UNKNOWN_CA,
        VerifyCode.CERT_CHAIN_TOO_LONG: FailureReason.UNKNOWN_CA,
        VerifyCode.CERT_REVOKED: FailureReason.REVOKED_CERTIFICATE,
        VerifyCode.NO_ISSUER_PUBLIC_KEY: FailureReason.UNKNOWN_CA,
        VerifyCode.PATH_LENGTH_EXCEEDED: FailureReason.UNKNOWN_CA,
        VerifyCode.INVALID_PURPOSE: FailureReason.UNSUPPORTED_CERTIFICATE,
        VerifyCode.CERT_UNTRUSTED: FailureReason.UNKNOWN_CA,
        VerifyCode.CERT_REJECTED: FailureReason.BAD_CERTIFICATE,
        VerifyCode.KEYUSAGE_NO_CERTSIGN: FailureReason.UNKNOWN_CA,
        VerifyCode.KEYUSAGE_NO_CRL_SIGN: FailureReason.BAD_CERTIFICATE,
        VerifyCode.EE_KEY_TOO_SMALL: FailureReason.BAD_CERTIFICATE,
        VerifyCode.CA_KEY_TOO_SMALL: FailureReason.BAD_CERTIFICATE,
        VerifyCode.CA_MD_TOO_WEAK: FailureReason.BAD_CERTIFICATE,
        VerifyCode.INVALID_CA: FailureReason.UNKNOWN_CA,
    }
)
"""By X509_V_ERR; a code that is not here is judged by the alert that OpenSSL wrote for it."""

BY_WRITTEN_ALERT: Mapping[int, FailureReason] = MappingProxyType(
    {
        AlertDescription.BAD_CERTIFICATE: FailureReason.BAD_CERTIFICATE,
        AlertDescription.UNSUPPORTED_CERTIFICATE: FailureReason.UNSUPPORTED_CERTIFICATE,
        AlertDescription.CERTIFICATE_REVOKED: FailureReason.REVOKED_CERTIFICATE,
        AlertDescription.CERTIFICATE_EXPIRED: FailureReason.EXPIRED_CERTIFICATE,
        AlertDescription.CERTIFICATE_UNKNOWN: FailureReason.BAD_CERTIFICATE,
        AlertDescription.UNKNOWN_CA: FailureReason.UNKNOWN_CA,
        AlertDescription.PROTOCOL_VERSION: FailureReason.TLS_VERSION_NOT_ALLOWED,
    }
)

_NO_COMMON_SUITE = frozenset({AlertDescription.HANDSHAKE_FAILURE, AlertDescription.INSUFFICIENT_SECURITY})
"""Only as the answer to a ClientHello; later the first of them says that no certificate came."""

ABOUT_OUR_CERTIFICATE = frozenset(
    {
        AlertDescription.BAD_CERTIFICATE,
        AlertDescription.UNSUPPORTED_CERTIFICATE,
        AlertDescription.CERTIFICATE_REVOKED,
        AlertDescription.CERTIFICATE_EXPIRED,
        AlertDescription.CERTIFICATE_UNKNOWN,
        AlertDescription.UNKNOWN_CA,
        AlertDescription.DECRYPT_ERROR,
    }
)
"""Alerts by which a phone says that it does not accept the server's certificate."""


def reason_of(ended: HandshakeFailed | TlsClosed | None, *, hello_answered: bool) -> FailureReason:
    """The reason for how TLS ended. `hello_answered`: OpenSSL had answered the ClientHello before."""
    if ended is None or ended.reason in ("not TLS", "closed here"):
        return FailureReason.NO_SSL_SESSION
    if ended.reason == "timeout":
        return FailureReason.SUPPLICANT_STOPPED_RESPONDING
    if ended.alert_direction == "read":
        if isinstance(ended, TlsClosed):
            return FailureReason.UNEXPECTED_ALERT
        if ended.alert in ABOUT_OUR_CERTIFICATE:
            return FailureReason.CLIENT_REJECTED_LOCAL_CERTIFICATE
        return FailureReason.CLIENT_ALERT
    if isinstance(ended, HandshakeFailed) and ended.verify_code in BY_VERIFY_CODE:
        return BY_VERIFY_CODE[ended.verify_code]
    if ended.alert in _NO_COMMON_SUITE and not hello_answered:
        return FailureReason.NO_SUITABLE_CIPHERS
    return BY_WRITTEN_ALERT.get(ended.alert, FailureReason.EAP_TLS_HANDSHAKE_FAILED)
