"""What the phone's keys mean: the button template, the softkey template and the softkey sets."""

from __future__ import annotations

from wire.sccp.fields import Record, Rows, count, numbers, text, u8
from wire.sccp.message import Message
from wire.sccp.numbers import ButtonDefinition, MessageId

MAX_BUTTONS = 42
MAX_SOFT_KEYS = 32
MAX_SOFT_KEY_SETS = 16
KEYS_OF_A_SET = 16


class Button(Record, frozen=True):
    FIELDS = (u8("instance"), u8("definition"))
    instance: int
    definition: int
    """A ButtonDefinition."""


class ButtonTemplateReq(Message, frozen=True):
    ID = MessageId.BUTTON_TEMPLATE_REQ


class ButtonTemplate(Message, frozen=True):
    """At most 42 buttons, all in one message; unused places travel as UNDEFINED."""

    ID = MessageId.BUTTON_TEMPLATE
    FIELDS = (
        "offset",
        count("buttons", MAX_BUTTONS),
        "total",
        Rows("buttons", Button, MAX_BUTTONS, bytes((0, ButtonDefinition.UNDEFINED))),
    )
    buttons: tuple[Button, ...] = ()
    offset: int = 0
    total: int = 0


class SoftKey(Record, frozen=True):
    FIELDS = (text("label", 16), "event")
    label: str
    """At most 16 octets; two octets, 0x80 and a number, name a text of the phone's own dictionary."""
    event: int
    """A SoftKeyEvent."""


class SoftKeyTemplateReq(Message, frozen=True):
    ID = MessageId.SOFT_KEY_TEMPLATE_REQ


class SoftKeyTemplateRes(Message, frozen=True):
    ID = MessageId.SOFT_KEY_TEMPLATE_RES
    FIELDS = ("offset", count("soft_keys", MAX_SOFT_KEYS), "total", Rows("soft_keys", SoftKey, MAX_SOFT_KEYS))
    soft_keys: tuple[SoftKey, ...] = ()
    """At most 32."""
    offset: int = 0
    total: int = 0


class SoftKeySet(Record, frozen=True):
    FIELDS = (numbers("template_indexes", f"{KEYS_OF_A_SET}B"), numbers("info_indexes", f"{KEYS_OF_A_SET}H"))
    template_indexes: tuple[int, ...] = (0,) * KEYS_OF_A_SET
    """Sixteen places, each with the number of a key of the template, from 1; 0 is empty."""
    info_indexes: tuple[int, ...] = (0,) * KEYS_OF_A_SET


class SoftKeySetReq(Message, frozen=True):
    ID = MessageId.SOFT_KEY_SET_REQ


class SoftKeySetRes(Message, frozen=True):
    ID = MessageId.SOFT_KEY_SET_RES
    FIELDS = (
        "offset",
        count("soft_key_sets", MAX_SOFT_KEY_SETS),
        "total",
        Rows("soft_key_sets", SoftKeySet, MAX_SOFT_KEY_SETS),
    )
    soft_key_sets: tuple[SoftKeySet, ...] = ()
    """At most 16, in the order of SoftKeySetIndex."""
    offset: int = 0
    total: int = 0
