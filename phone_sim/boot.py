"""A phone's boot as a table: in which state it is, what happened, where that leads.

Everything that decides a phone's way from power to registration stands here; `phone_sim.power_cycle` carries it out. What a
state's action may give is a type (`AfterDownload` and so on): mypy holds the actions to it, a test holds the table to it,
and docs/phone.md is drawn from it.
"""

from __future__ import annotations

from enum import Enum
from typing import Final, Literal


class State(Enum):
    OFF = "off"
    STARTING = "starting"
    DOWNLOADING = "downloading its configuration file"
    AT_CAPF = "talking to CAPF"
    REGISTERING = "registering"
    REGISTERED = "registered"
    BACKING_OFF = "backing off"


class Trigger(Enum):
    POWER_ON = "power on"
    POWER_OFF = "power off"
    STARTED = "started"
    FILE = "file: register"
    FILE_SENDS_TO_CAPF = "file: go to CAPF first"
    FILE_WANTS_STRING = "file: CAPF, once somebody typed the string"
    NO_FILE = "no file"
    CAPF_DONE = "CAPF session over"
    LSC_CHANGED = "LSC installed or deleted by CAPF"
    LSC_DELETED = "LSC deleted in the phone's settings"
    STRING_TYPED = "authentication string typed"
    KEYPAD_RESET = "reset from the keypad"
    ACCEPTED = "RegisterAck"
    REFUSED = "no CallManager took it"
    LOST = "connection lost"
    RESET = "reset"
    RESTART = "restart"
    APPLY_CONFIG = "apply config"
    WAITED = "waited long enough"


AfterStart = Literal[Trigger.STARTED]
AfterDownload = Literal[Trigger.FILE, Trigger.FILE_SENDS_TO_CAPF, Trigger.FILE_WANTS_STRING, Trigger.NO_FILE]
AfterCapf = Literal[Trigger.LSC_CHANGED, Trigger.CAPF_DONE]
AfterRegister = Literal[Trigger.ACCEPTED, Trigger.REFUSED]
AfterRegistration = Literal[Trigger.LOST, Trigger.RESET, Trigger.RESTART, Trigger.APPLY_CONFIG]
AfterBackOff = Literal[Trigger.WAITED]
Hand = Literal[Trigger.LSC_DELETED, Trigger.STRING_TYPED, Trigger.KEYPAD_RESET]
"""What somebody does in the phone's settings. It interrupts the state's action where the table has a step for it."""
Plug = Literal[Trigger.POWER_ON, Trigger.POWER_OFF]

TRANSITIONS: Final[dict[tuple[State, Trigger], State]] = {
    (State.OFF, Trigger.POWER_ON): State.STARTING,
    (State.STARTING, Trigger.STARTED): State.DOWNLOADING,
    (State.DOWNLOADING, Trigger.FILE): State.REGISTERING,
    (State.DOWNLOADING, Trigger.FILE_SENDS_TO_CAPF): State.AT_CAPF,
    (State.DOWNLOADING, Trigger.FILE_WANTS_STRING): State.REGISTERING,
    (State.DOWNLOADING, Trigger.NO_FILE): State.BACKING_OFF,
    # A changed LSC changes what the phone presents everywhere, so it reads its file again and starts from there.
    (State.AT_CAPF, Trigger.LSC_CHANGED): State.DOWNLOADING,
    (State.AT_CAPF, Trigger.CAPF_DONE): State.REGISTERING,
    (State.REGISTERING, Trigger.ACCEPTED): State.REGISTERED,
    (State.REGISTERING, Trigger.REFUSED): State.BACKING_OFF,
    (State.REGISTERED, Trigger.LOST): State.BACKING_OFF,
    (State.REGISTERED, Trigger.RESET): State.STARTING,
    (State.REGISTERED, Trigger.RESTART): State.DOWNLOADING,
    (State.REGISTERED, Trigger.APPLY_CONFIG): State.DOWNLOADING,
    # The file first: what kept the phone out may have been mended there.
    (State.BACKING_OFF, Trigger.WAITED): State.DOWNLOADING,
    # Cisco's Troubleshooting Guide: a string can be entered on a registered phone only, and not on a secure one.
    (State.REGISTERED, Trigger.STRING_TYPED): State.AT_CAPF,
    # Before its file is there a phone has not looked at its LSC yet, so a deletion needs no step of its own.
    (State.AT_CAPF, Trigger.LSC_DELETED): State.DOWNLOADING,
    (State.REGISTERING, Trigger.LSC_DELETED): State.DOWNLOADING,
    (State.REGISTERED, Trigger.LSC_DELETED): State.DOWNLOADING,
    (State.BACKING_OFF, Trigger.LSC_DELETED): State.DOWNLOADING,
    # A phone that is starting has nothing yet that a reset could end.
    (State.DOWNLOADING, Trigger.KEYPAD_RESET): State.STARTING,
    (State.AT_CAPF, Trigger.KEYPAD_RESET): State.STARTING,
    (State.REGISTERING, Trigger.KEYPAD_RESET): State.STARTING,
    (State.REGISTERED, Trigger.KEYPAD_RESET): State.STARTING,
    (State.BACKING_OFF, Trigger.KEYPAD_RESET): State.STARTING,
    **{(state, Trigger.POWER_OFF): State.OFF for state in State if state is not State.OFF},
}

CARRIES_ON: Final = frozenset({State.REGISTERED, State.BACKING_OFF})
"""States that go on with what was chosen before. A hand that came too late for the last state still counts in these; every
other state looks at the flash anew, which is all that a deleted LSC asks for. A reset asks for more, and always counts."""

BACKOFF_SECONDS: Final = (10.0, 20.0, 40.0, 80.0, 120.0)
"""After the first, second, ... round without success; the last one again and again. Ours: Cisco publishes none."""

CAPF_TRIES: Final = 3
"""Per visit, CAPF_RETRY_SECONDS apart, when the communication fails; not configurable, says Cisco's CAPF chapter."""
CAPF_RETRY_SECONDS: Final = 30.0


def next_state(state: State, trigger: Trigger) -> State:
    """Raises KeyError where the table has no such step: that is a bug of the phone."""
    return TRANSITIONS[state, trigger]


def backoff(attempt: int) -> float:
    """Seconds to wait after so many rounds without success, counted from 1."""
    return BACKOFF_SECONDS[min(attempt, len(BACKOFF_SECONDS)) - 1]


def still_counts(state: State, hand: Hand) -> bool:
    """Whether a hand that came too late for the state before counts in this one."""
    return (state, hand) in TRANSITIONS and (state in CARRIES_ON or hand is Trigger.KEYPAD_RESET)
