"""What the phone's keys mean: the button template, the softkey template and the softkey sets."""

from __future__ import annotations

import struct
from typing import ClassVar

import msgspec

from wire.buffer import Reader
from wire.sccp.fields import pull_count, pull_text, push_text, push_u32s
from wire.sccp.message import Codec, Message, codec_of_empty, table
from wire.sccp.numbers import ButtonDefinition, MessageId

MAX_BUTTONS = 42
MAX_SOFT_KEYS = 32
MAX_SOFT_KEY_SETS = 16
KEYS_OF_A_SET = 16
SOFT_KEY_LABEL_SIZE = 16

_SOFT_KEY_SET = struct.Struct(f"<{KEYS_OF_A_SET}B{KEYS_OF_A_SET}H")


class Button(msgspec.Struct, frozen=True):
    instance: int
    definition: int
    """A ButtonDefinition."""


class ButtonTemplateReq(Message, frozen=True):
    ID: ClassVar[MessageId] = MessageId.BUTTON_TEMPLATE_REQ


class ButtonTemplate(Message, frozen=True):
    """At most 42 buttons, all in one message; unused places travel as UNDEFINED."""

    ID: ClassVar[MessageId] = MessageId.BUTTON_TEMPLATE
    buttons: tuple[Button, ...] = ()
    offset: int = 0
    total: int = 0


def pull_button_template(reader: Reader) -> ButtonTemplate:
    offset = reader.u32_le()
    count = pull_count(reader, MAX_BUTTONS, "buttons")
    total = reader.u32_le()
    return ButtonTemplate(tuple(Button(reader.u8(), reader.u8()) for _ in range(count)), offset, total)


def push_button_template(message: ButtonTemplate) -> bytes:
    buttons = message.buttons
    if len(buttons) > MAX_BUTTONS:
        raise ValueError(f"a button template holds {MAX_BUTTONS} buttons")
    unused = bytes((0, ButtonDefinition.UNDEFINED)) * (MAX_BUTTONS - len(buttons))
    return b"".join(
        (
            push_u32s(message.offset, len(buttons), message.total),
            *(bytes((button.instance, button.definition)) for button in buttons),
            unused,
        )
    )


class SoftKey(msgspec.Struct, frozen=True):
    label: str
    """At most 16 octets; two octets, 0x80 and a number, name a text of the phone's own dictionary."""
    event: int
    """A SoftKeyEvent."""


class SoftKeyTemplateReq(Message, frozen=True):
    ID: ClassVar[MessageId] = MessageId.SOFT_KEY_TEMPLATE_REQ


class SoftKeyTemplateRes(Message, frozen=True):
    ID: ClassVar[MessageId] = MessageId.SOFT_KEY_TEMPLATE_RES
    soft_keys: tuple[SoftKey, ...] = ()
    """At most 32."""
    offset: int = 0
    total: int = 0


def pull_soft_key_template_res(reader: Reader) -> SoftKeyTemplateRes:
    offset = reader.u32_le()
    count = pull_count(reader, MAX_SOFT_KEYS, "softkeys")
    total = reader.u32_le()
    keys = tuple(SoftKey(pull_text(reader, SOFT_KEY_LABEL_SIZE), reader.u32_le()) for _ in range(count))
    return SoftKeyTemplateRes(keys, offset, total)


def push_soft_key_template_res(message: SoftKeyTemplateRes) -> bytes:
    keys = message.soft_keys
    if len(keys) > MAX_SOFT_KEYS:
        raise ValueError(f"a softkey template holds {MAX_SOFT_KEYS} softkeys")
    return b"".join(
        (
            push_u32s(message.offset, len(keys), message.total),
            *(push_text(key.label, SOFT_KEY_LABEL_SIZE) + push_u32s(key.event) for key in keys),
            bytes((SOFT_KEY_LABEL_SIZE + 4) * (MAX_SOFT_KEYS - len(keys))),
        )
    )


class SoftKeySet(msgspec.Struct, frozen=True):
    template_indexes: tuple[int, ...] = (0,) * KEYS_OF_A_SET
    """Sixteen places, each with the number of a key of the template, from 1; 0 is empty."""
    info_indexes: tuple[int, ...] = (0,) * KEYS_OF_A_SET


class SoftKeySetReq(Message, frozen=True):
    ID: ClassVar[MessageId] = MessageId.SOFT_KEY_SET_REQ


class SoftKeySetRes(Message, frozen=True):
    ID: ClassVar[MessageId] = MessageId.SOFT_KEY_SET_RES
    soft_key_sets: tuple[SoftKeySet, ...] = ()
    """At most 16, in the order of SoftKeySetIndex."""
    offset: int = 0
    total: int = 0


def pull_soft_key_set_res(reader: Reader) -> SoftKeySetRes:
    offset = reader.u32_le()
    count = pull_count(reader, MAX_SOFT_KEY_SETS, "softkey sets")
    total = reader.u32_le()
    rows = tuple(reader.unpack(_SOFT_KEY_SET) for _ in range(count))
    return SoftKeySetRes(
        tuple(SoftKeySet(row[:KEYS_OF_A_SET], row[KEYS_OF_A_SET:]) for row in rows),
        offset,
        total,
    )


def push_soft_key_set_res(message: SoftKeySetRes) -> bytes:
    sets = message.soft_key_sets
    if len(sets) > MAX_SOFT_KEY_SETS or any(len(s.template_indexes) != KEYS_OF_A_SET for s in sets):
        raise ValueError(f"{MAX_SOFT_KEY_SETS} softkey sets of {KEYS_OF_A_SET} keys fit")
    return b"".join(
        (
            push_u32s(message.offset, len(sets), message.total),
            *(_SOFT_KEY_SET.pack(*one.template_indexes, *one.info_indexes) for one in sets),
            bytes(_SOFT_KEY_SET.size * (MAX_SOFT_KEY_SETS - len(sets))),
        )
    )


CODECS = table(
    codec_of_empty(ButtonTemplateReq),
    Codec(ButtonTemplate, pull_button_template, push_button_template),
    codec_of_empty(SoftKeyTemplateReq),
    Codec(SoftKeyTemplateRes, pull_soft_key_template_res, push_soft_key_template_res),
    codec_of_empty(SoftKeySetReq),
    Codec(SoftKeySetRes, pull_soft_key_set_res, push_soft_key_set_res),
)
