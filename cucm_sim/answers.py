"""What a registered phone asks, and what it is told: one function for each request, without any I/O."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cucm_sim.database import Device
from wire.sccp import (
    DYNAMIC_PROTOCOL_VERSION,
    WIDE_NUMBER_PROTOCOL_VERSION,
    Button,
    ButtonDefinition,
    ButtonTemplate,
    ButtonTemplateReq,
    ConfigStat,
    ConfigStatReq,
    DefineTimeDate,
    DisplayDynamicPromptStatus,
    DisplayPromptStatus,
    FeatureStat,
    FeatureStatDynamic,
    FeatureStatReq,
    ForwardStat,
    ForwardStatReq,
    KeepAlive,
    KeepAliveAck,
    LineStat,
    LineStatDynamic,
    LineStatReq,
    Message,
    RegisterAvailableLines,
    SelectSoftKeys,
    Server,
    ServerReq,
    ServerRes,
    ServiceUrlStat,
    ServiceUrlStatReq,
    SoftKey,
    SoftKeyEvent,
    SoftKeySet,
    SoftKeySetIndex,
    SoftKeySetReq,
    SoftKeySetRes,
    SoftKeyTemplateReq,
    SoftKeyTemplateRes,
    SpeedDialStat,
    SpeedDialStatDynamic,
    SpeedDialStatReq,
    TimeDateReq,
    Version,
    VersionReq,
    clip,
)

LINES = 1
ALL_NAMES_OF_A_CALL = 0xF
PROMPT = "Your current options"
"""Assumed: a real phone gets the number of this text in its own dictionary."""

# Assumed: as few as a phone needs to show something: Cisco's standard templates are not public.
_KEYS = (
    SoftKey("Redial", SoftKeyEvent.REDIAL),
    SoftKey("NewCall", SoftKeyEvent.NEW_CALL),
    SoftKey("EndCall", SoftKeyEvent.END_CALL),
    SoftKey("Answer", SoftKeyEvent.ANSWER),
    SoftKey("Hold", SoftKeyEvent.HOLD),
    SoftKey("Resume", SoftKeyEvent.RESUME),
)
_INFO_BASE = 300
"""The dissector's info index of the first key is 301."""
_SETS = {
    SoftKeySetIndex.ON_HOOK: (1, 2),
    SoftKeySetIndex.CONNECTED: (5, 3),
    SoftKeySetIndex.ON_HOLD: (6, 2),
    SoftKeySetIndex.RING_IN: (4,),
    SoftKeySetIndex.OFF_HOOK: (1, 3),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, of whom, and when."""

    device: Device
    protocol_version: int
    server: Server
    now: datetime
    load_name: str

    @property
    def label(self) -> str:
        return clip(self.device.description or self.device.name, 40)

    @property
    def dynamic(self) -> bool:
        return self.protocol_version >= DYNAMIC_PROTOCOL_VERSION


def _server(asked: Asked, _: ServerReq) -> tuple[Message, ...]:
    return (ServerRes((asked.server,), address_unions=asked.dynamic),)


def _version(asked: Asked, _: VersionReq) -> tuple[Message, ...]:
    return (Version(clip(asked.load_name, 16)),)


def _button_template(asked: Asked, _: ButtonTemplateReq) -> tuple[Message, ...]:
    buttons = tuple(Button(line, ButtonDefinition.LINE) for line in range(1, LINES + 1))
    return (ButtonTemplate(buttons, total=len(buttons)),)


def _soft_key_template(asked: Asked, _: SoftKeyTemplateReq) -> tuple[Message, ...]:
    return (SoftKeyTemplateRes(_KEYS, total=len(_KEYS)),)


def _soft_key_set(asked: Asked, _: SoftKeySetReq) -> tuple[Message, ...]:
    sets = []
    for index in SoftKeySetIndex:
        keys = _SETS[index]
        unused = (0,) * (16 - len(keys))
        sets.append(SoftKeySet(keys + unused, tuple(_INFO_BASE + key for key in keys) + unused))
    return SoftKeySetRes(tuple(sets), total=len(sets)), SelectSoftKeys(SoftKeySetIndex.ON_HOOK)


def _config_stat(asked: Asked, _: ConfigStatReq) -> tuple[Message, ...]:
    return (ConfigStat(asked.device.name, server_name=clip(asked.server.name, 40), lines=LINES),)


def _line_stat(asked: Asked, request: LineStatReq) -> tuple[Message, ...]:
    label = asked.label if request.line in range(1, LINES + 1) else ""
    if asked.dynamic:
        return (LineStatDynamic(request.line, ALL_NAMES_OF_A_CALL, "", label, label),)
    return (LineStat(request.line, "", label, label, ALL_NAMES_OF_A_CALL),)


def _speed_dial_stat(asked: Asked, request: SpeedDialStatReq) -> tuple[Message, ...]:
    return (SpeedDialStatDynamic(request.number) if asked.dynamic else SpeedDialStat(request.number),)


def _forward_stat(asked: Asked, request: ForwardStatReq) -> tuple[Message, ...]:
    return (ForwardStat(request.line, wide_numbers=asked.protocol_version >= WIDE_NUMBER_PROTOCOL_VERSION),)


def _feature_stat(asked: Asked, request: FeatureStatReq) -> tuple[Message, ...]:
    return (FeatureStatDynamic(request.index) if asked.dynamic else FeatureStat(request.index),)


def _service_url_stat(asked: Asked, request: ServiceUrlStatReq) -> tuple[Message, ...]:
    return (ServiceUrlStat(request.index),)


def _time_date(asked: Asked, _: TimeDateReq) -> tuple[Message, ...]:
    return (DefineTimeDate.of(asked.now),)


def _available_lines(asked: Asked, _: RegisterAvailableLines) -> tuple[Message, ...]:
    return (DisplayDynamicPromptStatus(PROMPT) if asked.dynamic else DisplayPromptStatus(PROMPT),)


def _keep_alive(asked: Asked, _: KeepAlive) -> tuple[Message, ...]:
    return (KeepAliveAck(),)


ANSWERS: Mapping[type[Message], Callable[[Asked, Any], tuple[Message, ...]]] = {
    ServerReq: _server,
    VersionReq: _version,
    ButtonTemplateReq: _button_template,
    SoftKeyTemplateReq: _soft_key_template,
    SoftKeySetReq: _soft_key_set,
    ConfigStatReq: _config_stat,
    LineStatReq: _line_stat,
    SpeedDialStatReq: _speed_dial_stat,
    ForwardStatReq: _forward_stat,
    FeatureStatReq: _feature_stat,
    ServiceUrlStatReq: _service_url_stat,
    TimeDateReq: _time_date,
    RegisterAvailableLines: _available_lines,
    KeepAlive: _keep_alive,
}
