"""A phone's boot as a table: in which state it is, what happened, where that leads.

Everything that decides a phone's way from power to registration stands here; `phone_sim.power_cycle` carries it out, with
the actions of `phone_sim.boot_actions`. What a state's action may give is a type (`AfterDownload` and so on): mypy holds the
actions to it, a test holds the table to it, and docs/phone.md is drawn from it.
"""

from __future__ import annotations

from enum import Enum
from typing import Final, Literal


class State(Enum):
    OFF = "off"
    STARTING = "starting"
    AT_PORT = "authenticating to its switch port"
    DOWNLOADING = "downloading its configuration file"
    AT_GATEWAY = "building its VPN tunnel"
    AT_CAPF = "talking to CAPF"
    REGISTERING = "registering"
    REGISTERED = "registered"
    BACKING_OFF = "backing off"


class Trigger(Enum):
    POWER_ON = "power on"
    POWER_OFF = "power off"
    STARTED = "started"
    STARTED_WITH_DOT1X = "started: 802.1X is on"
    PORT_AUTHORISED = "802.1X authorised the port"
    PORT_LOST = "the port is authorised no more"
    FILE = "file: register"
    FILE_SENDS_TO_CAPF = "file: go to CAPF first"
    FILE_WANTS_STRING = "file: CAPF, once somebody typed the string"
    NO_FILE = "no file"
    VPN_NEEDED = "the VPN comes first"
    TUNNEL_UP = "tunnel up"
    NO_TUNNEL = "no gateway gave a tunnel"
    CAPF_DONE = "CAPF session over"
    LSC_CHANGED = "LSC installed or deleted by CAPF"
    LSC_DELETED = "LSC deleted in the phone's settings"
    STRING_TYPED = "authentication string typed"
    KEYPAD_RESET = "reset from the keypad"
    ACCEPTED = "CallManager accepted"
    REFUSED = "no CallManager accepted"
    LOST = "connection lost"
    RESET = "reset"
    RESTART = "restart"
    APPLY_CONFIG = "apply config"
    WAITED = "waited long enough"


AfterStart = Literal[Trigger.STARTED, Trigger.STARTED_WITH_DOT1X]
AfterPort = Literal[Trigger.PORT_AUTHORISED]
AfterDownload = Literal[
    Trigger.FILE, Trigger.FILE_SENDS_TO_CAPF, Trigger.FILE_WANTS_STRING, Trigger.NO_FILE, Trigger.VPN_NEEDED
]
AfterGateway = Literal[Trigger.TUNNEL_UP, Trigger.NO_TUNNEL]
AfterCapf = Literal[Trigger.LSC_CHANGED, Trigger.CAPF_DONE]
AfterRegister = Literal[Trigger.ACCEPTED, Trigger.REFUSED]
AfterRegistration = Literal[Trigger.LOST, Trigger.RESET, Trigger.RESTART, Trigger.APPLY_CONFIG]
AfterBackOff = Literal[Trigger.WAITED]
Hand = Literal[Trigger.LSC_DELETED, Trigger.STRING_TYPED, Trigger.KEYPAD_RESET]
"""What somebody does in the phone's settings. It interrupts the state's action where the table has a step for it."""
Port = Literal[Trigger.PORT_LOST]
"""What happens to the phone's port. It interrupts as a hand does."""
Interruption = Hand | Port
Plug = Literal[Trigger.POWER_ON, Trigger.POWER_OFF]

TRANSITIONS: Final[dict[tuple[State, Trigger], State]] = {
    (State.OFF, Trigger.POWER_ON): State.STARTING,
    (State.STARTING, Trigger.STARTED): State.DOWNLOADING,
    (State.STARTING, Trigger.STARTED_WITH_DOT1X): State.AT_PORT,
    (State.AT_PORT, Trigger.PORT_AUTHORISED): State.DOWNLOADING,
    (State.DOWNLOADING, Trigger.FILE): State.REGISTERING,
    (State.DOWNLOADING, Trigger.FILE_SENDS_TO_CAPF): State.AT_CAPF,
    (State.DOWNLOADING, Trigger.FILE_WANTS_STRING): State.REGISTERING,
    (State.DOWNLOADING, Trigger.NO_FILE): State.BACKING_OFF,
    # Every way to the phone's servers begins with its file, so this is where a missing tunnel shows.
    (State.DOWNLOADING, Trigger.VPN_NEEDED): State.AT_GATEWAY,
    (State.AT_GATEWAY, Trigger.TUNNEL_UP): State.DOWNLOADING,
    (State.AT_GATEWAY, Trigger.NO_TUNNEL): State.BACKING_OFF,
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
    (State.AT_GATEWAY, Trigger.LSC_DELETED): State.DOWNLOADING,
    (State.AT_CAPF, Trigger.LSC_DELETED): State.DOWNLOADING,
    (State.REGISTERING, Trigger.LSC_DELETED): State.DOWNLOADING,
    (State.REGISTERED, Trigger.LSC_DELETED): State.DOWNLOADING,
    (State.BACKING_OFF, Trigger.LSC_DELETED): State.DOWNLOADING,
    # No network any more: what was under way in it is lost, and begins anew once the port is authorised again.
    (State.DOWNLOADING, Trigger.PORT_LOST): State.AT_PORT,
    (State.AT_GATEWAY, Trigger.PORT_LOST): State.AT_PORT,
    (State.AT_CAPF, Trigger.PORT_LOST): State.AT_PORT,
    (State.REGISTERING, Trigger.PORT_LOST): State.AT_PORT,
    (State.REGISTERED, Trigger.PORT_LOST): State.AT_PORT,
    (State.BACKING_OFF, Trigger.PORT_LOST): State.AT_PORT,
    # A phone that is starting has nothing yet that a reset could end.
    (State.AT_PORT, Trigger.KEYPAD_RESET): State.STARTING,
    (State.DOWNLOADING, Trigger.KEYPAD_RESET): State.STARTING,
    (State.AT_GATEWAY, Trigger.KEYPAD_RESET): State.STARTING,
    (State.AT_CAPF, Trigger.KEYPAD_RESET): State.STARTING,
    (State.REGISTERING, Trigger.KEYPAD_RESET): State.STARTING,
    (State.REGISTERED, Trigger.KEYPAD_RESET): State.STARTING,
    (State.BACKING_OFF, Trigger.KEYPAD_RESET): State.STARTING,
    **{(state, Trigger.POWER_OFF): State.OFF for state in State if state is not State.OFF},
}

CARRIES_ON: Final = frozenset({State.REGISTERED, State.BACKING_OFF})
"""States that go on with what was chosen before. A hand that came too late for the last state still counts in these; every
other state looks at the flash anew, which is all that a deleted LSC asks for. What is in ALWAYS_COUNTS asks for more."""
ALWAYS_COUNTS: Final = frozenset({Trigger.KEYPAD_RESET, Trigger.PORT_LOST})

AFTER_FAULT: Final = {
    State.DOWNLOADING: Trigger.NO_FILE,
    State.AT_GATEWAY: Trigger.NO_TUNNEL,
    State.AT_CAPF: Trigger.CAPF_DONE,
    State.REGISTERING: Trigger.REFUSED,
    State.REGISTERED: Trigger.LOST,
}
"""Where a fault of the lab's own code in a state's action leads: the attempt is over, as if it had failed. States that are not
here have no attempt that could fail."""

BACKOFF_SECONDS: Final = (10.0, 20.0, 40.0, 80.0, 120.0)
"""After the first, second, ... attempt without success; the last one again and again. Assumed: Cisco publishes none."""

CAPF_TRIES: Final = 3
"""Per visit, CAPF_RETRY_SECONDS apart, when the communication fails; not configurable, says Cisco's CAPF chapter."""
CAPF_RETRY_SECONDS: Final = 30.0


def next_state(state: State, trigger: Trigger) -> State:
    """Raises KeyError where the table has no such step: that is a bug of the phone."""
    return TRANSITIONS[state, trigger]


def backoff(attempt: int) -> float:
    """Seconds to wait after so many attempts without success, counted from 1."""
    return BACKOFF_SECONDS[min(attempt, len(BACKOFF_SECONDS)) - 1]


def still_counts(state: State, interruption: Interruption) -> bool:
    """Whether what came too late for the state before counts in this one."""
    return (state, interruption) in TRANSITIONS and (state in CARRIES_ON or interruption in ALWAYS_COUNTS)
