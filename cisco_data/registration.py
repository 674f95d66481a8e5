"""Words of a phone's registration that SCCP and SIP share."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class ResetType(StrEnum):
    """Device > Phone: Reset, Restart and Apply Config; the values are SIP's, SCCP sends a number."""

    RESET = "reset"
    RESTART = "restart"
    APPLY_CONFIG = "apply-config"


class LastOutOfService(IntEnum):
    """Why a phone lost its last registration: the number of its alarm. Source: SIPCC, chan-sccp."""

    TCP_TIMEOUT = 10
    CM_RESET_TCP = 12
    CM_ABORTED_TCP = 13
    CM_CLOSED_TCP = 14
    ICMP_UNREACHABLE = 15
    CM_REJECTS_TCP = 16
    KEEPALIVE_TIMEOUT = 17
    FALLBACK = 18
    PHONE_KEYPAD_RESET = 20
    IP_CONFIG_CHANGED = 21
    RESET_RESET = 22
    RESET_RESTART = 23
    REGISTRATION_REJECTED = 24
    INITIALIZED = 25
    VOICE_VLAN_CHANGED = 26
    FILE_AUTHORIZATION_FAILED = 31
    POWER_SAVE_PLUS = 32
    VERSION_STAMP_MISMATCH = 100
    CONFIG_VERSION_MISMATCH = 101
    SOFTKEY_VERSION_MISMATCH = 102
    DIALPLAN_VERSION_MISMATCH = 103
    APPLY_CONFIG_RESTART = 104
    CONFIG_RETRY_RESTART = 105
    TLS_ERROR = 106
    RESET_TO_INACTIVE_PARTITION = 107
    VPN_CONNECTION_LOST = 108
