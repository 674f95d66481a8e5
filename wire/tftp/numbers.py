"""TFTP's numbers: operation codes, error codes, transfer modes and limits (RFC 1350, 2347, 2348, 2349)."""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import Final

PORT: Final = 69
BLOCK_SIZE: Final = 512
"""Octets of a block where no other size was negotiated (RFC 1350 section 2)."""
MIN_BLOCK_SIZE: Final = 8
MAX_BLOCK_SIZE: Final = 65464
"""Octets; both limits are of RFC 2348."""
MAX_TIMEOUT: Final = 255
"""Seconds (RFC 2349)."""
MAX_REQUEST: Final = 512
"""Octets of a request with its options (RFC 2347)."""
BLOCK_NUMBERS: Final = 0x10000
"""Assumed: after block 65535 comes block 0, as in curl and atftp; no RFC tells."""


class TftpOpcode(IntEnum):
    """RFC 1350 section 5; OACK is of RFC 2347."""

    RRQ = 1
    WRQ = 2
    DATA = 3
    ACK = 4
    ERROR = 5
    OACK = 6


class TftpErrorCode(IntEnum):
    """RFC 1350, appendix; the last is of RFC 2347."""

    NOT_DEFINED = 0
    FILE_NOT_FOUND = 1
    ACCESS_VIOLATION = 2
    DISK_FULL = 3
    ILLEGAL_OPERATION = 4
    UNKNOWN_TRANSFER_ID = 5
    FILE_ALREADY_EXISTS = 6
    NO_SUCH_USER = 7
    OPTION_REFUSED = 8


class TftpMode(StrEnum):
    """How a file's octets travel (RFC 1350 section 1). Mail is obsolete, and refused."""

    OCTET = "octet"
    NETASCII = "netascii"
