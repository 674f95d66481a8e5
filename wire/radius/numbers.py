"""The numbers of RADIUS that EAP needs: codes and attributes (RFC 2865, 2869, 3579), and Microsoft's attributes for keys."""

from __future__ import annotations

from enum import IntEnum

PORT = 1812
"""RFC 2865 section 3."""


class RadiusCode(IntEnum):
    ACCESS_REQUEST = 1
    ACCESS_ACCEPT = 2
    ACCESS_REJECT = 3
    ACCESS_CHALLENGE = 11


class Attribute(IntEnum):
    USER_NAME = 1
    NAS_IP_ADDRESS = 4
    NAS_PORT = 5
    SERVICE_TYPE = 6
    FRAMED_MTU = 12
    REPLY_MESSAGE = 18
    STATE = 24
    VENDOR_SPECIFIC = 26
    SESSION_TIMEOUT = 27
    TERMINATION_ACTION = 29
    CALLED_STATION_ID = 30
    CALLING_STATION_ID = 31
    """`00-11-22-33-44-55` (RFC 3580 section 3.21)."""
    NAS_IDENTIFIER = 32
    PROXY_STATE = 33
    NAS_PORT_TYPE = 61
    CONNECT_INFO = 77
    EAP_MESSAGE = 79
    MESSAGE_AUTHENTICATOR = 80
    NAS_PORT_ID = 87
    ERROR_CAUSE = 101
    """RFC 5176 section 3.5."""


ETHERNET = 15
"""NAS-Port-Type of a wired phone."""
FRAMED = 2
"""Service-Type."""
INVALID_EAP_PACKET_IGNORED = 202
"""Error-Cause: a challenge that repeats the last request, since the response to it made no sense (RFC 3579 section 2.2)."""

MICROSOFT = 311
MS_MPPE_SEND_KEY = 16
MS_MPPE_RECV_KEY = 17
"""RFC 2548; send and receive as the NAS does."""
