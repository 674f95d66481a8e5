"""What is behind the phone's keys: ConfigStat, LineStat, ForwardStat, SpeedDialStat, FeatureStat and ServiceURLStat.

A message whose name ends in Dynamic is that of protocol version 17 and later.
"""

from __future__ import annotations

from wire.sccp.fields import Field, NulEnded, octets_of, optional, text, text_of
from wire.sccp.message import Message
from wire.sccp.numbers import MessageId
from wire.sccp.registration import DEVICE_NAME_SIZE

NUMBER_SIZE, WIDE_NUMBER_SIZE = 24, 25
NAME_SIZE = 40
SERVICE_URL_SIZE = 256
MAX_DYNAMIC_NUMBER, MAX_DYNAMIC_NAME = 25, 121
"""Octets. Assumed: the dissector reads each text up to its NUL, whatever its length."""


class ConfigStatReq(Message, frozen=True):
    ID = MessageId.CONFIG_STAT_REQ


class ConfigStat(Message, frozen=True):
    ID = MessageId.CONFIG_STAT
    FIELDS = (
        text("device_name", DEVICE_NAME_SIZE),
        "user_id",
        "instance",
        text("user_name", NAME_SIZE),
        text("server_name", NAME_SIZE),
        "lines",
        "speed_dials",
    )
    device_name: str
    user_name: str = ""
    server_name: str = ""
    lines: int = 0
    speed_dials: int = 0
    user_id: int = 0
    instance: int = 1


class LineStatReq(Message, frozen=True):
    ID = MessageId.LINE_STAT_REQ
    line: int


class LineStat(Message, frozen=True):
    ID = MessageId.LINE_STAT
    FIELDS = (
        "line",
        text("directory_number", NUMBER_SIZE),
        text("display_name", NAME_SIZE),
        text("text_label", NAME_SIZE),
        optional("display_options"),
    )
    line: int
    directory_number: str = ""
    display_name: str = ""
    text_label: str = ""
    display_options: int = 0


class LineStatDynamic(Message, frozen=True):
    ID = MessageId.LINE_STAT_DYNAMIC
    FIELDS = (
        "line",
        "line_type",
        NulEnded("directory_number", MAX_DYNAMIC_NUMBER),
        NulEnded("display_name", MAX_DYNAMIC_NAME),
        NulEnded("text_label", MAX_DYNAMIC_NAME),
    )
    line: int
    line_type: int = 0
    """Which names of a call the line shows; the dissector's bits: 1 original, 2 redirected, 4 number, 8 name."""
    directory_number: str = ""
    display_name: str = ""
    text_label: str = ""


class ForwardStatReq(Message, frozen=True):
    ID = MessageId.FORWARD_STAT_REQ
    line: int


def _forwards(size: int) -> tuple[str | Field, ...]:
    """The fields of a ForwardStat whose numbers have `size` octets: each stands behind the word that says if it is used."""

    def load(octets: bytes) -> str:
        return text_of(octets[4:]) if any(octets[:4]) else ""

    def dump(number: str) -> bytes:
        return bytes((bool(number), 0, 0, 0)) + octets_of(number, size)

    numbers = (Field(name, f"{4 + size}s", load, dump) for name in ("all_calls", "busy", "no_answer"))
    return Field("active", "I", load=None), "line", *numbers


class ForwardStat(Message, frozen=True):
    """Where a line's calls go; an empty number means nowhere else."""

    ID = MessageId.FORWARD_STAT
    FIELDS = _forwards(NUMBER_SIZE)
    LATER_FIELDS = _forwards(WIDE_NUMBER_SIZE)
    LATER = "wide_numbers"
    line: int
    all_calls: str = ""
    busy: str = ""
    no_answer: str = ""
    wide_numbers: bool = False
    """The layout of protocol version 18 and later, where a number has 25 octets, as the dissector has it."""

    @property
    def active(self) -> bool:
        return bool(self.all_calls or self.busy or self.no_answer)


class SpeedDialStatReq(Message, frozen=True):
    ID = MessageId.SPEED_DIAL_STAT_REQ
    number: int


class SpeedDialStat(Message, frozen=True):
    ID = MessageId.SPEED_DIAL_STAT
    FIELDS = ("number", text("directory_number", NUMBER_SIZE), text("display_name", NAME_SIZE))
    number: int
    directory_number: str = ""
    display_name: str = ""


class SpeedDialStatDynamic(Message, frozen=True):
    ID = MessageId.SPEED_DIAL_STAT_DYNAMIC
    FIELDS = (
        "number",
        NulEnded("directory_number", MAX_DYNAMIC_NUMBER),
        NulEnded("display_name", MAX_DYNAMIC_NAME),
    )
    number: int
    directory_number: str = ""
    display_name: str = ""


class FeatureStatReq(Message, frozen=True):
    ID = MessageId.FEATURE_STAT_REQ
    FIELDS = ("index", optional("capabilities"))
    index: int
    capabilities: int = 0


class FeatureStat(Message, frozen=True):
    ID = MessageId.FEATURE_STAT
    FIELDS = ("index", "feature_id", text("text_label", NAME_SIZE), "status")
    index: int
    feature_id: int = 0
    text_label: str = ""
    status: int = 0


class FeatureStatDynamic(Message, frozen=True):
    ID = MessageId.FEATURE_STAT_DYNAMIC
    FIELDS = ("index", "feature_id", "status", NulEnded("text_label", MAX_DYNAMIC_NAME))
    index: int
    feature_id: int = 0
    status: int = 0
    text_label: str = ""


class ServiceUrlStatReq(Message, frozen=True):
    ID = MessageId.SERVICE_URL_STAT_REQ
    index: int


class ServiceUrlStat(Message, frozen=True):
    ID = MessageId.SERVICE_URL_STAT
    FIELDS = ("index", text("url", SERVICE_URL_SIZE), text("display_name", NAME_SIZE))
    index: int
    url: str = ""
    display_name: str = ""
