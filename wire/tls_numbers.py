"""The numbers that TLS and OpenSSL decide by: alerts (RFC 8446 section 6, RFC 5246 section 7.2) and X509_V_ERR codes."""

from __future__ import annotations

from enum import IntEnum


class AlertLevel(IntEnum):
    WARNING = 1
    FATAL = 2


class AlertDescription(IntEnum):
    """The IANA registry "TLS Alerts"."""

    CLOSE_NOTIFY = 0
    UNEXPECTED_MESSAGE = 10
    BAD_RECORD_MAC = 20
    DECRYPTION_FAILED = 21
    RECORD_OVERFLOW = 22
    DECOMPRESSION_FAILURE = 30
    HANDSHAKE_FAILURE = 40
    NO_CERTIFICATE = 41
    BAD_CERTIFICATE = 42
    UNSUPPORTED_CERTIFICATE = 43
    CERTIFICATE_REVOKED = 44
    CERTIFICATE_EXPIRED = 45
    CERTIFICATE_UNKNOWN = 46
    ILLEGAL_PARAMETER = 47
    UNKNOWN_CA = 48
    ACCESS_DENIED = 49
    DECODE_ERROR = 50
    DECRYPT_ERROR = 51
    EXPORT_RESTRICTION = 60
    PROTOCOL_VERSION = 70
    INSUFFICIENT_SECURITY = 71
    INTERNAL_ERROR = 80
    INAPPROPRIATE_FALLBACK = 86
    USER_CANCELED = 90
    NO_RENEGOTIATION = 100
    MISSING_EXTENSION = 109
    UNSUPPORTED_EXTENSION = 110
    CERTIFICATE_UNOBTAINABLE = 111
    UNRECOGNIZED_NAME = 112
    BAD_CERTIFICATE_STATUS_RESPONSE = 113
    BAD_CERTIFICATE_HASH_VALUE = 114
    UNKNOWN_PSK_IDENTITY = 115
    CERTIFICATE_REQUIRED = 116
    NO_APPLICATION_PROTOCOL = 120


# Most of OpenSSL's SSL_alert_desc_string_long are the registry's words with spaces; these are the ones that are not.
_SPELLED_OTHERWISE = {
    AlertDescription.UNEXPECTED_MESSAGE: "unexpected_message",
    AlertDescription.UNKNOWN_CA: "unknown CA",
    AlertDescription.UNKNOWN_PSK_IDENTITY: "unknown PSK identity",
}


def alert_text(description: int) -> str:
    """The alert as OpenSSL, and so a phone's console, spells it; `unknown` for a number outside the registry."""
    try:
        alert = AlertDescription(description)
    except ValueError:
        return "unknown"
    return _SPELLED_OTHERWISE.get(alert, alert.name.lower().replace("_", " "))


class VerifyCode(IntEnum):
    """OpenSSL's X509_V_ERR codes, those that this lab's certificates meet (openssl/x509_vfy.h)."""

    OK = 0
    UNABLE_TO_GET_ISSUER_CERT = 2
    UNABLE_TO_GET_CRL = 3
    CERT_SIGNATURE_FAILURE = 7
    CRL_SIGNATURE_FAILURE = 8
    CERT_NOT_YET_VALID = 9
    CERT_HAS_EXPIRED = 10
    CRL_NOT_YET_VALID = 11
    CRL_HAS_EXPIRED = 12
    DEPTH_ZERO_SELF_SIGNED_CERT = 18
    SELF_SIGNED_CERT_IN_CHAIN = 19
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY = 20
    UNABLE_TO_VERIFY_LEAF_SIGNATURE = 21
    CERT_CHAIN_TOO_LONG = 22
    CERT_REVOKED = 23
    NO_ISSUER_PUBLIC_KEY = 24
    PATH_LENGTH_EXCEEDED = 25
    INVALID_PURPOSE = 26
    CERT_UNTRUSTED = 27
    CERT_REJECTED = 28
    KEYUSAGE_NO_CERTSIGN = 32
    KEYUSAGE_NO_CRL_SIGN = 35
    EE_KEY_TOO_SMALL = 66
    CA_KEY_TOO_SMALL = 67
    CA_MD_TOO_WEAK = 68
    INVALID_CA = 79


_VERIFY_TEXTS = {
    VerifyCode.OK: "ok",
    VerifyCode.UNABLE_TO_GET_ISSUER_CERT: "unable to get issuer certificate",
    VerifyCode.UNABLE_TO_GET_CRL: "unable to get certificate CRL",
    VerifyCode.CERT_SIGNATURE_FAILURE: "certificate signature failure",
    VerifyCode.CRL_SIGNATURE_FAILURE: "CRL signature failure",
    VerifyCode.CERT_NOT_YET_VALID: "certificate is not yet valid or the system clock is incorrect",
    VerifyCode.CERT_HAS_EXPIRED: "certificate has expired",
    VerifyCode.CRL_NOT_YET_VALID: "CRL is not yet valid",
    VerifyCode.CRL_HAS_EXPIRED: "CRL has expired",
    VerifyCode.DEPTH_ZERO_SELF_SIGNED_CERT: "self-signed certificate",
    VerifyCode.SELF_SIGNED_CERT_IN_CHAIN: "self-signed certificate in certificate chain",
    VerifyCode.UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "unable to get local issuer certificate",
    VerifyCode.UNABLE_TO_VERIFY_LEAF_SIGNATURE: "unable to verify the first certificate",
    VerifyCode.CERT_CHAIN_TOO_LONG: "certificate chain too long",
    VerifyCode.CERT_REVOKED: "certificate revoked",
    VerifyCode.NO_ISSUER_PUBLIC_KEY: "issuer certificate doesn't have a public key",
    VerifyCode.PATH_LENGTH_EXCEEDED: "path length constraint exceeded",
    VerifyCode.INVALID_PURPOSE: "unsuitable certificate purpose",
    VerifyCode.CERT_UNTRUSTED: "certificate not trusted",
    VerifyCode.CERT_REJECTED: "certificate rejected",
    VerifyCode.KEYUSAGE_NO_CERTSIGN: "key usage does not include certificate signing",
    VerifyCode.KEYUSAGE_NO_CRL_SIGN: "key usage does not include CRL signing",
    VerifyCode.EE_KEY_TOO_SMALL: "EE certificate key too weak",
    VerifyCode.CA_KEY_TOO_SMALL: "CA certificate key too weak",
    VerifyCode.CA_MD_TOO_WEAK: "CA signature digest algorithm too weak",
    VerifyCode.INVALID_CA: "invalid CA certificate",
}


def verify_text(code: int) -> str:
    """OpenSSL's own words for a verify code (X509_verify_cert_error_string); empty for one that is not in the table.

    OpenSSL 3.5's words: releases differ in a hyphen or two, and the codes do not.
    """
    try:
        return _VERIFY_TEXTS[VerifyCode(code)]
    except ValueError:
        return ""
