"""A phone's boot as a table: in which state it is, what happened, where that leads.

Everything that decides a phone's way from power to registration stands in TRANSITIONS; the actions are in `phone_sim.phone`.
"""

from __future__ import annotations

from enum import Enum


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
    STARTED = "started"
    FILE = "file: register"
    FILE_SENDS_TO_CAPF = "file: go to CAPF first"
    FILE_WANTS_STRING = "file: CAPF, once somebody typed the string"
    NO_FILE = "no file"
    CAPF_DONE = "CAPF session over"
    LSC_CHANGED = "LSC installed or deleted"
    STRING_TYPED = "authentication string typed"
    ACCEPTED = "RegisterAck"
    REFUSED = "no CallManager took it"
    LOST = "connection lost"
    RESET = "reset"
    RESTART = "restart"
    APPLY_CONFIG = "apply config"
    WAITED = "waited long enough"


TRANSITIONS: dict[tuple[State, Trigger], State] = {
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
    (State.REGISTERED, Trigger.STRING_TYPED): State.AT_CAPF,
    (State.BACKING_OFF, Trigger.STRING_TYPED): State.AT_CAPF,
    # The file first: what kept the phone out may have been mended there.
    (State.BACKING_OFF, Trigger.WAITED): State.DOWNLOADING,
}

BACKOFF_SECONDS = (10.0, 20.0, 40.0, 80.0, 120.0)
"""After the first, second, ... round without success; the last one again and again. Ours: Cisco publishes none."""

CAPF_TRIES = 3
"""Per boot, CAPF_RETRY_SECONDS apart, when the communication fails; not configurable, says Cisco's CAPF chapter."""
CAPF_RETRY_SECONDS = 30.0


def next_state(state: State, trigger: Trigger) -> State:
    """Raises KeyError where the table has no such step: that is a bug of the phone."""
    return TRANSITIONS[state, trigger]


def backoff(attempt: int) -> float:
    """Seconds to wait after so many rounds without success, counted from 1."""
    return BACKOFF_SECONDS[min(attempt, len(BACKOFF_SECONDS)) - 1]
