"""TVS by numbers: commands, elements, states of a certificate, and how long each part may be.

Cisco publishes one exchange in hex and the names in its traces; elements 3 to 6 and the order of the elements are inferred from it.
"""

from __future__ import annotations

from enum import IntEnum

PROTOCOL_ID = 0x57
VERSION = 1
HEADER_SIZE = 10
"""Octets: protocol, version, command, one that has no meaning, session id (4), length of the elements (2)."""
TTL = 86400
"""Seconds for which a phone may keep an answer."""

MAX_PAYLOAD = 16 * 1024
MAX_MESSAGE = HEADER_SIZE + MAX_PAYLOAD
MAX_CERTIFICATE = 8 * 1024
MAX_NAME = 4 * 1024
"""Octets of a subject or an issuer, with its NUL."""
MAX_SERIAL = 64
MAX_DEVICE_NAME = 128
MAX_ROLES = 64
"""Trust roles of one certificate. Assumed, as are the limits above."""


class TvsCommand(IntEnum):
    """Names are those of TVS's traces after `TVS_MSG_`."""

    CERT_VERIFICATION_REQ = 1
    """Is this certificate good? For the servers that a phone meets."""
    CERT_VERIFICATION_RES = 2
    QUERY_CERT_REQ = 3
    """Which certificate has these names and this serial number? For the signers of CTL, ITL and signed files."""
    QUERY_CERT_RES = 4


class TvsTag(IntEnum):
    """Elements: tag (1), length (2), value. Element 6 is not known."""

    DEVICE_NAME = 1
    CERTIFICATE = 2
    SUBJECT = 3
    ISSUER = 4
    SERIAL_NUMBER = 5
    STATUS = 7
    ROLES = 8
    TTL = 9


class TvsStatus(IntEnum):
    """Element 7."""

    VALID = 0
    INVALID = 1
    """TVS knows no such certificate."""
