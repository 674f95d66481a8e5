"""CAPF's numbers, each with its name once. Source: facts/wire.md 1.3, 1.4 and 1.6; there is no document of Cisco's."""

from __future__ import annotations

from enum import IntEnum

PORT = 3804
"""TCP; the phone is the client."""
PROTOCOL_ID = 0x55
"""First octet of every message."""
HEADER_SIZE = 8
"""Octets: protocol id, command, session id (4), length of the elements (2)."""

# The field could say 65535. Assumed: these bounds, the largest message a phone has reason to send, two RSA-4096
# certificates and four signatures, has about 7,000 octets.
MAX_PAYLOAD = 16 * 1024
MAX_CERTIFICATE = 6 * 1024
MAX_SIGNATURE = 1024
MAX_PUBLIC_KEY = 2048
MAX_PASSWORD = 128
"""As long as AXL's authenticationString; CUCM's own pages allow 4 to 10 digits."""
MAX_DEVICE_NAME = 128


class CapfCommand(IntEnum):
    """Second octet. What 5 to 8, 16 and 18 to 23 carry is not known publicly."""

    AUTH_REQUEST = 1
    AUTH_RESPONSE = 2
    KEY_GENERATE_REQUEST = 3
    KEY_GENERATE_RESPONSE = 4
    ENCRYPT_RESPONSE = 5
    ENCRYPT_REQUEST = 6
    DECRYPT_REQUEST = 7
    DECRYPT_RESPONSE = 8
    STORE_CERTIFICATE_REQUEST = 9
    STORE_CERTIFICATE_RESPONSE = 10
    FETCH_CERTIFICATE_REQUEST = 11
    FETCH_CERTIFICATE_RESPONSE = 12
    DELETE_CERTIFICATE_REQUEST = 13
    DELETE_CERTIFICATE_RESPONSE = 14
    END_SESSION = 15
    RETRY_LATER = 16
    REQUEST_IN_PROGRESS = 17
    STATUS_REQUEST = 18
    STATUS_RESPONSE = 19
    ABORT_REQUEST = 20
    ABORT_RESPONSE = 21
    SIGN_CERTIFICATE_REQUEST = 22
    SIGN_CERTIFICATE_RESPONSE = 23


class Tag(IntEnum):
    """First octet of an element. 14 and 15 are not assigned; what 5, 12 and 19 hold is not known publicly."""

    REASON = 1
    REASON_INFO = 2
    CERTIFICATE_TYPE = 3
    CERTIFICATE = 4
    CERTIFICATE_ID = 5
    SIGNED_DATA = 6
    VERSION = 7
    AUTH_TYPE = 8
    PUBLIC_KEY = 9
    KEY_SIZE = 10
    PASSWORD = 11
    RETRY_DELAY = 12
    DEVICE_NAME = 13
    SUDI_DATA = 16
    KEY_TYPE = 17
    CURVE = 18
    DIGEST_TYPE = 19
    SHA2_SIGNED_DATA = 20


class Reason(IntEnum):
    """Element 1. 2 to 6, 8 and everything from 10 up are not known publicly; they are read as refusals."""

    NO_ACTION = 0
    OK = 1
    DECLINED = 7
    """Every kind of refusal; also a phone's "there is none" and "I could not"."""
    UNKNOWN_DEVICE = 9


class CertificateType(IntEnum):
    """Element 3."""

    LSC = 1
    MIC = 2


class KeyType(IntEnum):
    """Element 17."""

    RSA = 0
    EC = 1


class Curve(IntEnum):
    """Element 18."""

    P256 = 0
    P384 = 1
    P521 = 2


class Digest(IntEnum):
    """First octet of element 20, and the tags of the signatures in element 16. 2 (SHA-256) was never seen there."""

    SHA1 = 1
    SHA512 = 3


CURVE_BITS = {Curve.P256: 256, Curve.P384: 384, Curve.P521: 521}
