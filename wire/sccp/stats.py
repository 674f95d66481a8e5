"""What is behind the phone's keys: ConfigStat, LineStat, SpeedDialStat, FeatureStat and ServiceURLStat."""

from __future__ import annotations

from typing import ClassVar

from wire.buffer import Reader
from wire.sccp.fields import pull_text, pull_u32s, push_text, push_u32s
from wire.sccp.message import Codec, Message, codec_of_empty, table
from wire.sccp.numbers import MessageId
from wire.sccp.registration import DEVICE_NAME_SIZE

DIRECTORY_NUMBER_SIZE = 24
NAME_SIZE = 40
SERVICE_URL_SIZE = 256


class ConfigStatReq(Message, frozen=True):
    ID: ClassVar[MessageId] = MessageId.CONFIG_STAT_REQ


class ConfigStat(Message, frozen=True):
    ID: ClassVar[MessageId] = MessageId.CONFIG_STAT
    device_name: str
    user_name: str = ""
    server_name: str = ""
    lines: int = 0
    speed_dials: int = 0
    user_id: int = 0
    instance: int = 1


def pull_config_stat(reader: Reader) -> ConfigStat:
    device_name = pull_text(reader, DEVICE_NAME_SIZE)
    user_id, instance = pull_u32s(reader, 2)
    user_name, server_name = pull_text(reader, NAME_SIZE), pull_text(reader, NAME_SIZE)
    lines, speed_dials = pull_u32s(reader, 2)
    return ConfigStat(device_name, user_name, server_name, lines, speed_dials, user_id, instance)


def push_config_stat(message: ConfigStat) -> bytes:
    return b"".join(
        (
            push_text(message.device_name, DEVICE_NAME_SIZE),
            push_u32s(message.user_id, message.instance),
            push_text(message.user_name, NAME_SIZE),
            push_text(message.server_name, NAME_SIZE),
            push_u32s(message.lines, message.speed_dials),
        )
    )


class LineStatReq(Message, frozen=True):
    ID: ClassVar[MessageId] = MessageId.LINE_STAT_REQ
    line: int


def pull_line_stat_req(reader: Reader) -> LineStatReq:
    return LineStatReq(reader.u32_le())


def push_line_stat_req(message: LineStatReq) -> bytes:
    return push_u32s(message.line)


class LineStat(Message, frozen=True):
    ID: ClassVar[MessageId] = MessageId.LINE_STAT
    line: int
    directory_number: str = ""
    display_name: str = ""
    text_label: str = ""
    display_options: int = 0


def pull_line_stat(reader: Reader) -> LineStat:
    return LineStat(
        reader.u32_le(),
        pull_text(reader, DIRECTORY_NUMBER_SIZE),
        pull_text(reader, NAME_SIZE),
        pull_text(reader, NAME_SIZE),
        reader.u32_le() if len(reader) >= 4 else 0,
    )


def push_line_stat(message: LineStat) -> bytes:
    return b"".join(
        (
            push_u32s(message.line),
            push_text(message.directory_number, DIRECTORY_NUMBER_SIZE),
            push_text(message.display_name, NAME_SIZE),
            push_text(message.text_label, NAME_SIZE),
            push_u32s(message.display_options),
        )
    )


class SpeedDialStatReq(Message, frozen=True):
    ID: ClassVar[MessageId] = MessageId.SPEED_DIAL_STAT_REQ
    number: int


def pull_speed_dial_stat_req(reader: Reader) -> SpeedDialStatReq:
    return SpeedDialStatReq(reader.u32_le())


def push_speed_dial_stat_req(message: SpeedDialStatReq) -> bytes:
    return push_u32s(message.number)


class SpeedDialStat(Message, frozen=True):
    ID: ClassVar[MessageId] = MessageId.SPEED_DIAL_STAT
    number: int
    directory_number: str = ""
    display_name: str = ""


def pull_speed_dial_stat(reader: Reader) -> SpeedDialStat:
    return SpeedDialStat(reader.u32_le(), pull_text(reader, DIRECTORY_NUMBER_SIZE), pull_text(reader, NAME_SIZE))


def push_speed_dial_stat(message: SpeedDialStat) -> bytes:
    return b"".join(
        (
            push_u32s(message.number),
            push_text(message.directory_number, DIRECTORY_NUMBER_SIZE),
            push_text(message.display_name, NAME_SIZE),
        )
    )


class FeatureStatReq(Message, frozen=True):
    ID: ClassVar[MessageId] = MessageId.FEATURE_STAT_REQ
    index: int
    capabilities: int = 0


def pull_feature_stat_req(reader: Reader) -> FeatureStatReq:
    return FeatureStatReq(reader.u32_le(), reader.u32_le() if len(reader) >= 4 else 0)


def push_feature_stat_req(message: FeatureStatReq) -> bytes:
    return push_u32s(message.index, message.capabilities)


class FeatureStat(Message, frozen=True):
    ID: ClassVar[MessageId] = MessageId.FEATURE_STAT
    index: int
    feature_id: int = 0
    text_label: str = ""
    status: int = 0


def pull_feature_stat(reader: Reader) -> FeatureStat:
    return FeatureStat(reader.u32_le(), reader.u32_le(), pull_text(reader, NAME_SIZE), reader.u32_le())


def push_feature_stat(message: FeatureStat) -> bytes:
    return b"".join(
        (
            push_u32s(message.index, message.feature_id),
            push_text(message.text_label, NAME_SIZE),
            push_u32s(message.status),
        )
    )


class ServiceUrlStatReq(Message, frozen=True):
    ID: ClassVar[MessageId] = MessageId.SERVICE_URL_STAT_REQ
    index: int


def pull_service_url_stat_req(reader: Reader) -> ServiceUrlStatReq:
    return ServiceUrlStatReq(reader.u32_le())


def push_service_url_stat_req(message: ServiceUrlStatReq) -> bytes:
    return push_u32s(message.index)


class ServiceUrlStat(Message, frozen=True):
    ID: ClassVar[MessageId] = MessageId.SERVICE_URL_STAT
    index: int
    url: str = ""
    display_name: str = ""


def pull_service_url_stat(reader: Reader) -> ServiceUrlStat:
    return ServiceUrlStat(reader.u32_le(), pull_text(reader, SERVICE_URL_SIZE), pull_text(reader, NAME_SIZE))


def push_service_url_stat(message: ServiceUrlStat) -> bytes:
    return b"".join(
        (
            push_u32s(message.index),
            push_text(message.url, SERVICE_URL_SIZE),
            push_text(message.display_name, NAME_SIZE),
        )
    )


CODECS = table(
    codec_of_empty(ConfigStatReq),
    Codec(ConfigStat, pull_config_stat, push_config_stat),
    Codec(LineStatReq, pull_line_stat_req, push_line_stat_req),
    Codec(LineStat, pull_line_stat, push_line_stat),
    Codec(SpeedDialStatReq, pull_speed_dial_stat_req, push_speed_dial_stat_req),
    Codec(SpeedDialStat, pull_speed_dial_stat, push_speed_dial_stat),
    Codec(FeatureStatReq, pull_feature_stat_req, push_feature_stat_req),
    Codec(FeatureStat, pull_feature_stat, push_feature_stat),
    Codec(ServiceUrlStatReq, pull_service_url_stat_req, push_service_url_stat_req),
    Codec(ServiceUrlStat, pull_service_url_stat, push_service_url_stat),
)
