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
    RegisterReq,
    RegisterTokenReq,
    SccpMessage,
    UnknownMessage,
    UnregisterReq,
    XmlAlarm,
)


class StationState(Enum):
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

TABLE: Final[Mapping[StationState, Mapping[type, Action]]] = {
    # A phone that is registered elsewhere keeps its standby connection alive, so KeepAlive needs no registration.
    StationState.CONNECTED: {
        **_ANY_TIME,
        KeepAlive: Action.KEEP_ALIVE,
        RegisterTokenReq: Action.GRANT_TOKEN,
        RegisterReq: Action.REGISTER,
    },
    StationState.REGISTERED: {**_ASKED, RegisterReq: Action.REGISTER_AGAIN},
    StationState.LEAVING: _ASKED,
}
_OTHERWISE: Final = {
    StationState.CONNECTED: Action.OUT_OF_SEQUENCE,
    StationState.REGISTERED: Action.NOT_UNDERSTOOD,
    StationState.LEAVING: Action.NOT_UNDERSTOOD,
}


def action(state: StationState, message: SccpMessage | UnknownMessage) -> Action:
    return TABLE[state].get(type(message), _OTHERWISE[state])
