"""CallManager's side of an SCCP connection as a table: in this state, on this message, do that."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from typing import Final

from cucm_sim.answers import ANSWERS
from wire.sccp import (
    Alarm,
    CapabilitiesRes,
    HeadsetStatus,
    IpPort,
    KeepAlive,
    MediaPathCapability,
    MediaPathEvent,
    Message,
    RegisterReq,
    RegisterTokenReq,
    UnknownMessage,
    UnregisterReq,
    XmlAlarm,
)


class State(Enum):
    CONNECTED = "connected"
    REGISTERED = "registered"
    LEAVING = "told to reset"


class Action(Enum):
    REGISTER = auto()
    REGISTER_AGAIN = auto()
    UNREGISTER = auto()
    GRANT_TOKEN = auto()
    NOTE_ALARM = auto()
    KEEP_ALIVE = auto()
    ANSWER = auto()
    TAKE_NOTE = auto()
    """A statement that needs no answer."""
    NOT_UNDERSTOOD = auto()
    OUT_OF_SEQUENCE = auto()


_STATEMENTS = (CapabilitiesRes, IpPort, HeadsetStatus, MediaPathEvent, MediaPathCapability)
_ANY_TIME: Final[dict[type, Action]] = {
    Alarm: Action.NOTE_ALARM,
    XmlAlarm: Action.TAKE_NOTE,
    UnknownMessage: Action.NOT_UNDERSTOOD,
    **dict.fromkeys(_STATEMENTS, Action.TAKE_NOTE),
}
_ASKED: Final[dict[type, Action]] = {
    **_ANY_TIME,
    **dict.fromkeys(ANSWERS, Action.ANSWER),
    UnregisterReq: Action.UNREGISTER,
}

TABLE: Final[Mapping[State, Mapping[type, Action]]] = {
    # A phone that is registered elsewhere keeps its standby connection alive, so KeepAlive needs no registration.
    State.CONNECTED: {
        **_ANY_TIME,
        KeepAlive: Action.KEEP_ALIVE,
        RegisterTokenReq: Action.GRANT_TOKEN,
        RegisterReq: Action.REGISTER,
    },
    State.REGISTERED: {**_ASKED, RegisterReq: Action.REGISTER_AGAIN},
    State.LEAVING: _ASKED,
}
_OTHERWISE: Final = {
    State.CONNECTED: Action.OUT_OF_SEQUENCE,
    State.REGISTERED: Action.NOT_UNDERSTOOD,
    State.LEAVING: Action.NOT_UNDERSTOOD,
}


def action(state: State, message: Message | UnknownMessage) -> Action:
    return TABLE[state].get(type(message), _OTHERWISE[state])
