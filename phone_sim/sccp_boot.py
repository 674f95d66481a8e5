"""What a phone asks after RegisterAck, in order, and what it waits for; the order is that of a 79xx in a capture."""

from __future__ import annotations

from collections.abc import Generator
from typing import NamedTuple

from wire.sccp import (
    ButtonTemplate,
    ButtonTemplateReq,
    CapabilitiesRes,
    ConfigStat,
    ConfigStatReq,
    DefineTimeDate,
    ForwardStat,
    ForwardStatReq,
    HeadsetStatus,
    LineStat,
    LineStatDynamic,
    LineStatReq,
    MediaCapability,
    MediaPayload,
    Message,
    RegisterAvailableLines,
    SoftKeySetReq,
    SoftKeySetRes,
    SoftKeyTemplateReq,
    SoftKeyTemplateRes,
    SpeedDialStat,
    SpeedDialStatDynamic,
    SpeedDialStatReq,
    TimeDateReq,
)

HEADSET_OFF = 2
MAX_LINES = 6
"""Of a 7965; also the most lines and speed dials asked for, whatever CallManager says. Assumed for other models."""
CAPABILITIES = CapabilitiesRes(
    (
        MediaCapability(MediaPayload.G711_ULAW_64K, 40),
        MediaCapability(MediaPayload.G711_ALAW_64K, 40),
        MediaCapability(MediaPayload.G729, 60),
    )
)


class Exchange(NamedTuple):
    request: Message
    awaits: tuple[type[Message], ...] = ()
    """Any of these answers it; empty for a statement."""


TEMPLATES = (
    Exchange(HeadsetStatus(HEADSET_OFF)),
    Exchange(ButtonTemplateReq(), (ButtonTemplate,)),
    Exchange(SoftKeyTemplateReq(), (SoftKeyTemplateRes,)),
    Exchange(SoftKeySetReq(), (SoftKeySetRes,)),
    Exchange(ConfigStatReq(), (ConfigStat,)),
)
LAST = (
    Exchange(RegisterAvailableLines(MAX_LINES)),
    Exchange(TimeDateReq(), (DefineTimeDate,)),
)


def boot_exchanges() -> Generator[Exchange, Message | None, None]:
    """Every exchange in order; `send` each its answer. ConfigStat's says how many lines are asked for."""
    config: ConfigStat | None = None
    for exchange in TEMPLATES:
        answer = yield exchange
        if isinstance(answer, ConfigStat):
            config = answer
    lines, speed_dials = (config.lines, config.speed_dials) if config else (0, 0)
    for line in range(1, min(lines, MAX_LINES) + 1):
        yield Exchange(LineStatReq(line), (LineStat, LineStatDynamic))
        yield Exchange(ForwardStatReq(line), (ForwardStat,))
    for number in range(1, min(speed_dials, MAX_LINES) + 1):
        yield Exchange(SpeedDialStatReq(number), (SpeedDialStat, SpeedDialStatDynamic))
    for exchange in LAST:
        yield exchange  # not `yield from`: answers are sent in, and a tuple takes none
