"""SCCP's numbers, named once; sources are Wireshark's skinny dissector and chan-sccp's protocol header."""

from __future__ import annotations

from enum import IntEnum, IntFlag
from typing import Final

from cisco_data.registration import ResetType

SCCP_PORT = 2000
SECURE_SCCP_PORT = 2443

OLDEST_NAMED_HEADER_VERSION = 10
"""Below this protocol version the header version field stays 0 ("Basic")."""
HIGHEST_PROTOCOL_VERSION = 22
DYNAMIC_PROTOCOL_VERSION = 17
"""From here on addresses are unions of IPv4 and IPv6, and texts may travel in their dynamic messages."""
WIDE_NUMBER_PROTOCOL_VERSION = 18
"""From here on the numbers of a ForwardStat have 25 octets."""


class MessageId(IntEnum):
    """What a phone and CallManager say around a registration, and the ids near it, to name what is not decoded."""

    # phone to CallManager
    KEEP_ALIVE = 0x00
    REGISTER_REQ = 0x01
    IP_PORT = 0x02
    KEYPAD_BUTTON = 0x03
    ENBLOC_CALL = 0x04
    STIMULUS = 0x05
    OFF_HOOK = 0x06
    ON_HOOK = 0x07
    HOOK_FLASH = 0x08
    FORWARD_STAT_REQ = 0x09
    SPEED_DIAL_STAT_REQ = 0x0A
    LINE_STAT_REQ = 0x0B
    CONFIG_STAT_REQ = 0x0C
    TIME_DATE_REQ = 0x0D
    BUTTON_TEMPLATE_REQ = 0x0E
    VERSION_REQ = 0x0F
    CAPABILITIES_RES = 0x10
    SERVER_REQ = 0x12
    ALARM = 0x20
    SOFT_KEY_SET_REQ = 0x25
    SOFT_KEY_EVENT = 0x26
    UNREGISTER_REQ = 0x27
    SOFT_KEY_TEMPLATE_REQ = 0x28
    REGISTER_TOKEN_REQ = 0x29
    HEADSET_STATUS = 0x2B
    REGISTER_AVAILABLE_LINES = 0x2D
    UPDATE_CAPABILITIES = 0x30
    SERVICE_URL_STAT_REQ = 0x33
    FEATURE_STAT_REQ = 0x34
    UPDATE_CAPABILITIES_V2 = 0x43
    UPDATE_CAPABILITIES_V3 = 0x44
    SUBSCRIPTION_STAT_REQ = 0x48
    MEDIA_PATH_EVENT = 0x49
    MEDIA_PATH_CAPABILITY = 0x4A
    XML_ALARM = 0x15A
    # CallManager to phone
    REGISTER_ACK = 0x81
    START_TONE = 0x82
    STOP_TONE = 0x83
    SET_RINGER = 0x85
    SET_LAMP = 0x86
    SET_SPEAKER_MODE = 0x88
    CALL_INFO = 0x8F
    FORWARD_STAT = 0x90
    SPEED_DIAL_STAT = 0x91
    LINE_STAT = 0x92
    CONFIG_STAT = 0x93
    DEFINE_TIME_DATE = 0x94
    BUTTON_TEMPLATE = 0x97
    VERSION = 0x98
    DISPLAY_TEXT = 0x99
    CLEAR_DISPLAY = 0x9A
    CAPABILITIES_REQ = 0x9B
    REGISTER_REJECT = 0x9D
    SERVER_RES = 0x9E
    RESET = 0x9F
    KEEP_ALIVE_ACK = 0x100
    SOFT_KEY_TEMPLATE_RES = 0x108
    SOFT_KEY_SET_RES = 0x109
    SELECT_SOFT_KEYS = 0x110
    CALL_STATE = 0x111
    DISPLAY_PROMPT_STATUS = 0x112
    CLEAR_PROMPT_STATUS = 0x113
    DISPLAY_NOTIFY = 0x114
    CLEAR_NOTIFY = 0x115
    UNREGISTER_ACK = 0x118
    REGISTER_TOKEN_ACK = 0x11A
    REGISTER_TOKEN_REJECT = 0x11B
    FEATURE_STAT = 0x11F
    SERVICE_URL_STAT = 0x12F
    DISPLAY_DYNAMIC_PROMPT_STATUS = 0x145
    FEATURE_STAT_DYNAMIC = 0x146
    LINE_STAT_DYNAMIC = 0x147
    SERVICE_URL_STAT_DYNAMIC = 0x148
    SPEED_DIAL_STAT_DYNAMIC = 0x149


class AlarmSeverity(IntEnum):
    CRITICAL = 0
    WARNING = 1
    INFORMATIONAL = 2
    UNKNOWN = 4
    MAJOR = 7
    MINOR = 8
    MARGINAL = 10
    TRACE_INFO = 20


RESET_TYPES: Final = {1: ResetType.RESET, 2: ResetType.RESTART, 3: ResetType.APPLY_CONFIG}
RESET_NUMBERS: Final = {reset_type: number for number, reset_type in RESET_TYPES.items()}


class UnregisterReason(IntEnum):
    UNKNOWN = 0
    POWER_SAVE_MODE = 1


class UnregisterStatus(IntEnum):
    OK = 0
    ERROR = 1
    NAK = 2
    """A call is active."""


class PhoneFeature(IntFlag):
    """The feature bits a phone states in its register message."""

    UTF8 = 0x0010
    DYNAMIC_MESSAGES = 0x0080
    RFC2833 = 0x0200
    ABBREVIATED_DIAL = 0x8000


class MediaPayload(IntEnum):
    """Codecs of a capabilities response."""

    G711_ALAW_64K = 2
    G711_ULAW_64K = 4
    G722_64K = 6
    G729 = 11
    G729_ANNEX_A = 12


class ButtonDefinition(IntEnum):
    UNUSED = 0x00
    REDIAL = 0x01
    SPEED_DIAL = 0x02
    LINE = 0x09
    FEATURE = 0x15
    UNDEFINED = 0xFF


class SoftKeyEvent(IntEnum):
    REDIAL = 1
    NEW_CALL = 2
    HOLD = 3
    TRANSFER = 4
    CALL_FORWARD_ALL = 5
    CALL_FORWARD_BUSY = 6
    CALL_FORWARD_NO_ANSWER = 7
    BACKSPACE = 8
    END_CALL = 9
    RESUME = 10
    ANSWER = 11


class SoftKeySetIndex(IntEnum):
    ON_HOOK = 0
    CONNECTED = 1
    ON_HOLD = 2
    RING_IN = 3
    OFF_HOOK = 4


def name_of(message_id: int) -> str:
    """The id's name in this lab, or its number in hexadecimal."""
    try:
        return MessageId(message_id).name
    except ValueError:
        return f"{message_id:#06x}"
