"""The supplicant's Port Access Entity as a table: in which state it is, what happened, where that leads.

States and timers are those of IEEE 802.1X-2001 section 8.5.10, on which phones of this age are built; the spelling is that of the
one line of it that a phone's console is known to print, `EV_FAILURE, ST_AUTHENTICATING->ST_HELD`. Other events' names are assumed.
"""

from __future__ import annotations

from enum import Enum
from typing import Final


class PaeState(Enum):
    DISCONNECTED = "ST_DISCONNECTED"
    """No link."""
    CONNECTING = "ST_CONNECTING"
    """Asks with EAPOL-Start whether there is an authenticator."""
    ACQUIRED = "ST_ACQUIRED"
    """One asked for the identity, and has it."""
    AUTHENTICATING = "ST_AUTHENTICATING"
    """The authentication server asked for a method."""
    AUTHENTICATED = "ST_AUTHENTICATED"
    HELD = "ST_HELD"
    """Refused; deaf until heldWhile ends."""


class PaeEvent(Enum):
    LINK_UP = "EV_LINK_UP"
    LINK_DOWN = "EV_LINK_DOWN"
    START_WHEN = "EV_START_WHEN"
    """startPeriod went by, and a Start is left."""
    NO_AUTHENTICATOR = "EV_NO_AUTHENTICATOR"
    """startPeriod went by after the last Start."""
    IDENTITY = "EV_REQ_ID"
    """EAP-Request/Identity."""
    REQUEST = "EV_REQUEST"
    """An EAP-Request for a method, or whatever else is not the identity."""
    SUCCESS = "EV_SUCCESS"
    FAILURE = "EV_FAILURE"
    AUTH_WHILE = "EV_AUTH_WHILE"
    """authWhile went by without a word from the authenticator."""
    HELD_WHILE = "EV_HELD_WHILE"


AUTH_WHILE_SECONDS: Final = 30.0
"""After each answer. As a real console prints it, and 802.1X's default; so is the next one."""
HELD_WHILE_SECONDS: Final = 60.0
START_PERIOD_SECONDS: Final = 30.0
"""802.1X's default; what a phone does is not published, nor for the next one."""
MAX_START: Final = 3

_LINKED = tuple(state for state in PaeState if state is not PaeState.DISCONNECTED)

TRANSITIONS: Final[dict[tuple[PaeState, PaeEvent], PaeState]] = {
    (PaeState.DISCONNECTED, PaeEvent.LINK_UP): PaeState.CONNECTING,
    (PaeState.CONNECTING, PaeEvent.START_WHEN): PaeState.CONNECTING,
    # There is no authenticator, so no port is closed to the phone: it carries on as if it were authorised.
    (PaeState.CONNECTING, PaeEvent.NO_AUTHENTICATOR): PaeState.AUTHENTICATED,
    (PaeState.CONNECTING, PaeEvent.IDENTITY): PaeState.ACQUIRED,
    # A port that is forced one way or the other says so at once, without asking who is there.
    (PaeState.CONNECTING, PaeEvent.SUCCESS): PaeState.AUTHENTICATED,
    (PaeState.ACQUIRED, PaeEvent.IDENTITY): PaeState.ACQUIRED,
    (PaeState.ACQUIRED, PaeEvent.REQUEST): PaeState.AUTHENTICATING,
    (PaeState.ACQUIRED, PaeEvent.AUTH_WHILE): PaeState.CONNECTING,
    (PaeState.AUTHENTICATING, PaeEvent.IDENTITY): PaeState.ACQUIRED,
    (PaeState.AUTHENTICATING, PaeEvent.REQUEST): PaeState.AUTHENTICATING,
    (PaeState.AUTHENTICATING, PaeEvent.SUCCESS): PaeState.AUTHENTICATED,
    (PaeState.AUTHENTICATING, PaeEvent.AUTH_WHILE): PaeState.CONNECTING,
    (PaeState.AUTHENTICATED, PaeEvent.IDENTITY): PaeState.ACQUIRED,
    (PaeState.HELD, PaeEvent.HELD_WHILE): PaeState.CONNECTING,
    **{(state, PaeEvent.FAILURE): PaeState.HELD for state in _LINKED if state is not PaeState.HELD},
    **{(state, PaeEvent.LINK_DOWN): PaeState.DISCONNECTED for state in _LINKED},
}
"""What is not in it does not count in that state: a Success in ACQUIRED, before any method ran, or whatever comes in HELD."""

AUTHORISED: Final = {
    PaeState.DISCONNECTED: False,
    PaeState.AUTHENTICATED: True,
    PaeState.HELD: False,
}
"""What entering a state makes of the port on the phone's side. The others leave it as it was: a port stays open while its
phone authenticates again."""


IN_CONVERSATION: Final = frozenset({PaeState.ACQUIRED, PaeState.AUTHENTICATING})
"""Where Success and Failure are the end of something, and have to fit it."""


def next_state(state: PaeState, event: PaeEvent) -> PaeState | None:
    """None where the event does not count in this state."""
    return TRANSITIONS.get((state, event))
