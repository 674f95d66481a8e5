"""A phone's boot as a table: in which state it is, what happened, where that leads.

Everything that decides a phone's way from power to registration stands here; `phone_sim.power_cycle` carries it out, with
the actions of `phone_sim.boot_actions`. What a state's action may give is a type (`AfterDownload` and so on): mypy holds the
actions to it, a test holds the table to it, and docs/phone.md is drawn from it.
"""

from __future__ import annotations

from enum import Enum
from typing import Final, Literal


class BootState(Enum):
    OFF = "off"
    STARTING = "starting"
    AT_PORT = "authenticating to its switch port"
    DOWNLOADING = "downloading its configuration file"
    AT_GATEWAY = "building its VPN tunnel"
    AT_CAPF = "talking to CAPF"
    REGISTERING = "registering"
    REGISTERED = "registered"
    BACKING_OFF = "backing off"


class BootTrigger(Enum):
    POWER_ON = "power on"
    POWER_OFF = "power off"
    STARTED = "started"
    STARTED_WITH_DOT1X = "started: 802.1X is on"
    PORT_AUTHORISED = "802.1X authorised the port"
    PORT_LOST = "the port is authorised no more"
    FILE = "file: register"
    FILE_SENDS_TO_CAPF = "file: go to CAPF first"
    FILE_WANTS_STRING = "file: CAPF, once the user typed the string"
    NO_FILE = "no file"
    VPN_NEEDED = "the VPN comes first"
    TUNNEL_UP = "tunnel up"
    NO_TUNNEL = "no gateway gave a tunnel"
    CAPF_DONE = "CAPF session over"
    LSC_CHANGED = "LSC installed or deleted by CAPF"
    LSC_DELETED = "LSC deleted in the phone's settings"
    STRING_TYPED = "authentication string typed"
    KEYPAD_RESET = "reset from the keypad"
    TRUST_LISTS_DELETED = "CTL and ITL deleted in the phone's settings"
    FACTORY_RESET = "factory reset"
    ACCEPTED = "CallManager accepted"
    REFUSED = "no CallManager accepted"
    LOST = "connection lost"
    FAILED_OVER = "connection lost: the group has another CallManager"
    FELL_BACK = "a better CallManager answers again"
    RESET = "reset"
    RESTART = "restart"
    APPLY_CONFIG = "apply config"
    WAITED = "waited long enough"


AfterStart = Literal[BootTrigger.STARTED, BootTrigger.STARTED_WITH_DOT1X]
AfterPort = Literal[BootTrigger.PORT_AUTHORISED]
AfterDownload = Literal[
    BootTrigger.FILE,
    BootTrigger.FILE_SENDS_TO_CAPF,
    BootTrigger.FILE_WANTS_STRING,
    BootTrigger.NO_FILE,
    BootTrigger.VPN_NEEDED,
]
AfterGateway = Literal[BootTrigger.TUNNEL_UP, BootTrigger.NO_TUNNEL]
AfterCapf = Literal[BootTrigger.LSC_CHANGED, BootTrigger.CAPF_DONE]
AfterRegister = Literal[BootTrigger.ACCEPTED, BootTrigger.REFUSED]
AfterRegistration = Literal[
    BootTrigger.LOST,
    BootTrigger.FAILED_OVER,
    BootTrigger.FELL_BACK,
    BootTrigger.RESET,
    BootTrigger.RESTART,
    BootTrigger.APPLY_CONFIG,
]
AfterBackOff = Literal[BootTrigger.WAITED]
Restart = Literal[BootTrigger.KEYPAD_RESET, BootTrigger.TRUST_LISTS_DELETED, BootTrigger.FACTORY_RESET]
"""User actions after which the phone starts anew, whatever it was doing. Assumed: the second, of menu and security reset alike."""
UserAction = Literal[BootTrigger.LSC_DELETED, BootTrigger.STRING_TYPED, Restart]
"""What a user does in the phone's settings. It interrupts the state's action where the table has a step for it."""
Port = Literal[BootTrigger.PORT_LOST]
"""What happens to the phone's port. It interrupts as a hand does."""
Interruption = UserAction | Port

RESTARTS: Final[tuple[Restart, ...]] = (
    BootTrigger.KEYPAD_RESET,
    BootTrigger.TRUST_LISTS_DELETED,
    BootTrigger.FACTORY_RESET,
)

TRANSITIONS: Final[dict[tuple[BootState, BootTrigger], BootState]] = {
    (BootState.OFF, BootTrigger.POWER_ON): BootState.STARTING,
    (BootState.STARTING, BootTrigger.STARTED): BootState.DOWNLOADING,
    (BootState.STARTING, BootTrigger.STARTED_WITH_DOT1X): BootState.AT_PORT,
    (BootState.AT_PORT, BootTrigger.PORT_AUTHORISED): BootState.DOWNLOADING,
    (BootState.DOWNLOADING, BootTrigger.FILE): BootState.REGISTERING,
    (BootState.DOWNLOADING, BootTrigger.FILE_SENDS_TO_CAPF): BootState.AT_CAPF,
    (BootState.DOWNLOADING, BootTrigger.FILE_WANTS_STRING): BootState.REGISTERING,
    (BootState.DOWNLOADING, BootTrigger.NO_FILE): BootState.BACKING_OFF,
    # Every way to the phone's servers begins with its file, so this is where a missing tunnel shows.
    (BootState.DOWNLOADING, BootTrigger.VPN_NEEDED): BootState.AT_GATEWAY,
    (BootState.AT_GATEWAY, BootTrigger.TUNNEL_UP): BootState.DOWNLOADING,
    (BootState.AT_GATEWAY, BootTrigger.NO_TUNNEL): BootState.BACKING_OFF,
    # A changed LSC changes what the phone presents everywhere, so it reads its file again and starts from there.
    (BootState.AT_CAPF, BootTrigger.LSC_CHANGED): BootState.DOWNLOADING,
    (BootState.AT_CAPF, BootTrigger.CAPF_DONE): BootState.REGISTERING,
    (BootState.REGISTERING, BootTrigger.ACCEPTED): BootState.REGISTERED,
    (BootState.REGISTERING, BootTrigger.REFUSED): BootState.BACKING_OFF,
    (BootState.REGISTERED, BootTrigger.LOST): BootState.BACKING_OFF,
    (BootState.REGISTERED, BootTrigger.FAILED_OVER): BootState.REGISTERING,
    (BootState.REGISTERED, BootTrigger.FELL_BACK): BootState.REGISTERING,
    (BootState.REGISTERED, BootTrigger.RESET): BootState.STARTING,
    (BootState.REGISTERED, BootTrigger.RESTART): BootState.DOWNLOADING,
    (BootState.REGISTERED, BootTrigger.APPLY_CONFIG): BootState.DOWNLOADING,
    # The file first: what kept the phone out may have been mended there.
    (BootState.BACKING_OFF, BootTrigger.WAITED): BootState.DOWNLOADING,
    # Cisco's Troubleshooting Guide: a string can be entered on a registered phone only, and not on a secure one.
    (BootState.REGISTERED, BootTrigger.STRING_TYPED): BootState.AT_CAPF,
    # Before its file is there a phone has not looked at its LSC yet, so a deletion needs no step of its own.
    (BootState.AT_GATEWAY, BootTrigger.LSC_DELETED): BootState.DOWNLOADING,
    (BootState.AT_CAPF, BootTrigger.LSC_DELETED): BootState.DOWNLOADING,
    (BootState.REGISTERING, BootTrigger.LSC_DELETED): BootState.DOWNLOADING,
    (BootState.REGISTERED, BootTrigger.LSC_DELETED): BootState.DOWNLOADING,
    (BootState.BACKING_OFF, BootTrigger.LSC_DELETED): BootState.DOWNLOADING,
    # No network any more: what was under way in it is lost, and begins anew once the port is authorised again.
    (BootState.DOWNLOADING, BootTrigger.PORT_LOST): BootState.AT_PORT,
    (BootState.AT_GATEWAY, BootTrigger.PORT_LOST): BootState.AT_PORT,
    (BootState.AT_CAPF, BootTrigger.PORT_LOST): BootState.AT_PORT,
    (BootState.REGISTERING, BootTrigger.PORT_LOST): BootState.AT_PORT,
    (BootState.REGISTERED, BootTrigger.PORT_LOST): BootState.AT_PORT,
    (BootState.BACKING_OFF, BootTrigger.PORT_LOST): BootState.AT_PORT,
    # A phone that is starting has nothing yet that a reset could end.
    **{
        (state, trigger): BootState.STARTING
        for trigger in RESTARTS
        for state in BootState
        if state not in (BootState.OFF, BootState.STARTING)
    },
    **{(state, BootTrigger.POWER_OFF): BootState.OFF for state in BootState if state is not BootState.OFF},
}

CARRIES_ON: Final = frozenset({BootState.REGISTERED, BootState.BACKING_OFF})
"""States that go on with what was chosen before. A hand that came too late for the last state still counts in these; every
other state looks at the flash anew, which is all that a deleted LSC asks for. What is in ALWAYS_COUNTS asks for more."""
ALWAYS_COUNTS: Final = frozenset({*RESTARTS, BootTrigger.PORT_LOST})

AFTER_FAULT: Final = {
    BootState.DOWNLOADING: BootTrigger.NO_FILE,
    BootState.AT_GATEWAY: BootTrigger.NO_TUNNEL,
    BootState.AT_CAPF: BootTrigger.CAPF_DONE,
    BootState.REGISTERING: BootTrigger.REFUSED,
    BootState.REGISTERED: BootTrigger.LOST,
}
"""Where a fault of the lab's own code in a state's action leads: the attempt is over, as if it had failed. States that are not
here have no attempt that could fail."""

BACKOFF_SECONDS: Final = (10.0, 20.0, 40.0, 80.0, 120.0)
"""After the first, second, ... attempt without success; the last one again and again. Assumed: Cisco publishes none."""

CAPF_TRIES: Final = 3
"""Per visit, CAPF_RETRY_SECONDS apart, when the communication fails; not configurable, says Cisco's CAPF chapter."""
CAPF_RETRY_SECONDS: Final = 30.0


def next_state(state: BootState, trigger: BootTrigger) -> BootState:
    """Raises KeyError where the table has no such step: that is a bug of the phone."""
    return TRANSITIONS[state, trigger]


def backoff(attempt: int) -> float:
    """Seconds to wait after so many attempts without success, counted from 1."""
    return BACKOFF_SECONDS[min(attempt, len(BACKOFF_SECONDS)) - 1]


def still_counts(state: BootState, interruption: Interruption) -> bool:
    """Whether what came too late for the state before counts in this one."""
    return (state, interruption) in TRANSITIONS and (state in CARRIES_ON or interruption in ALWAYS_COUNTS)
