"""The switch port's state machine as a table: the authenticator of IEEE 802.1X-2001 section 8.5.4, and what administrators order.

The standard's states for EAP between phone and server are one here, AUTHENTICATING; which packet is due then is the port's
bookkeeping. Modes are states, and an order of the administrator is an event that counts in each of them.
"""

from __future__ import annotations

from enum import Enum
from typing import Final


class PortState(Enum):
    DOWN = "no link"
    CONNECTING = "connecting"
    """Asks who is there."""
    AUTHENTICATING = "authenticating"
    AUTHENTICATED = "authenticated"
    HELD = "held"
    """After a refusal; deaf until the quiet period ends."""
    FORCE_AUTHORIZED = "force-authorized"
    FORCE_UNAUTHORIZED = "force-unauthorized"
    NO_DOT1X = "no dot1x"


class PortEvent(Enum):
    LINK_DOWN = "link down"
    AUTO = "auto ordered"
    """The mode, when the link comes up and when an administrator orders it; so are the next three."""
    FORCE_AUTHORIZED = "force-authorized ordered"
    FORCE_UNAUTHORIZED = "force-unauthorized ordered"
    NO_DOT1X = "no dot1x ordered"
    REAUTHENTICATE = "reauthentication due"
    START = "EAPOL-Start"
    LOGOFF = "EAPOL-Logoff"
    IDENTITY = "identity received"
    ACCEPT = "Access-Accept"
    REJECT = "Access-Reject"
    SERVER_DEAD = "no RADIUS server answers"
    PHONE_SILENT = "no answer from the phone"
    ASK_AGAIN = "no identity yet"
    NO_SUPPLICANT = "no supplicant"
    QUIET_OVER = "quiet period over"


MODES: Final = {
    PortEvent.AUTO: PortState.CONNECTING,
    PortEvent.FORCE_AUTHORIZED: PortState.FORCE_AUTHORIZED,
    PortEvent.FORCE_UNAUTHORIZED: PortState.FORCE_UNAUTHORIZED,
    PortEvent.NO_DOT1X: PortState.NO_DOT1X,
}

TRANSITIONS: Final[dict[tuple[PortState, PortEvent], PortState]] = {
    **{(state, event): to for state in PortState for event, to in MODES.items()},
    (PortState.CONNECTING, PortEvent.START): PortState.CONNECTING,
    (PortState.CONNECTING, PortEvent.ASK_AGAIN): PortState.CONNECTING,
    (PortState.CONNECTING, PortEvent.NO_SUPPLICANT): PortState.CONNECTING,
    (PortState.CONNECTING, PortEvent.LOGOFF): PortState.CONNECTING,
    (PortState.CONNECTING, PortEvent.IDENTITY): PortState.AUTHENTICATING,
    (PortState.AUTHENTICATING, PortEvent.ACCEPT): PortState.AUTHENTICATED,
    (PortState.AUTHENTICATING, PortEvent.REJECT): PortState.HELD,
    (PortState.AUTHENTICATING, PortEvent.SERVER_DEAD): PortState.HELD,
    (PortState.AUTHENTICATING, PortEvent.PHONE_SILENT): PortState.CONNECTING,
    (PortState.AUTHENTICATING, PortEvent.START): PortState.CONNECTING,
    (PortState.AUTHENTICATING, PortEvent.LOGOFF): PortState.CONNECTING,
    # The port stays open while its phone authenticates again.
    (PortState.AUTHENTICATED, PortEvent.START): PortState.CONNECTING,
    (PortState.AUTHENTICATED, PortEvent.REAUTHENTICATE): PortState.CONNECTING,
    (PortState.AUTHENTICATED, PortEvent.LOGOFF): PortState.CONNECTING,
    (PortState.HELD, PortEvent.QUIET_OVER): PortState.CONNECTING,
    # A phone that asks a forced port gets the same answer again.
    (PortState.FORCE_AUTHORIZED, PortEvent.START): PortState.FORCE_AUTHORIZED,
    (PortState.FORCE_UNAUTHORIZED, PortEvent.START): PortState.FORCE_UNAUTHORIZED,
    **{(state, PortEvent.LINK_DOWN): PortState.DOWN for state in PortState if state is not PortState.DOWN},
}
"""What is not in it does not count in that state."""

OPENS: Final = frozenset({PortState.AUTHENTICATED, PortState.FORCE_AUTHORIZED, PortState.NO_DOT1X})
"""States that make the port Authorized when they are entered."""
SHUTS: Final = frozenset({PortState.DOWN, PortState.HELD, PortState.FORCE_UNAUTHORIZED})
"""States that make it Unauthorized."""
SHUTTING: Final = frozenset({PortEvent.AUTO, PortEvent.LOGOFF, PortEvent.PHONE_SILENT, PortEvent.NO_SUPPLICANT})
"""Events that make it Unauthorized on their way to a state that would leave it as it was."""


def next_state(state: PortState, event: PortEvent) -> PortState | None:
    """None where the event does not count in this state."""
    return TRANSITIONS.get((state, event))


def authorised_after(event: PortEvent, state: PortState) -> bool | None:
    """What this step makes of the port; None where it stays as it was."""
    if state in OPENS:
        return True
    return False if state in SHUTS or event in SHUTTING else None
