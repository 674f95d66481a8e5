"""What a phone's next alarm says: by what ended its last registration, the number of LastOutOfService."""

from __future__ import annotations

from typing import Final

from phone_sim.boot import Interruption, Trigger
from phone_sim.events import RoundFailure
from phone_sim.sccp_events import SccpEnd
from wire.sccp import LastOutOfService

# The numbers are known (facts in wire.md 4.3); which of the TCP ones a phone picks when is not, so those are our choice.
AFTER_SESSION: Final[dict[SccpEnd, LastOutOfService]] = {
    SccpEnd.RESET: LastOutOfService.RESET_RESET,
    SccpEnd.RESTART: LastOutOfService.RESET_RESTART,
    SccpEnd.APPLY_CONFIG: LastOutOfService.APPLY_CONFIG_RESTART,
    SccpEnd.UNREGISTERED: LastOutOfService.PHONE_KEYPAD_RESET,
    SccpEnd.PEER_CLOSED: LastOutOfService.CM_CLOSED_TCP,
    SccpEnd.CONNECTION_LOST: LastOutOfService.CM_RESET_TCP,
    SccpEnd.SILENCE: LastOutOfService.KEEPALIVE_TIMEOUT,
    SccpEnd.MALFORMED: LastOutOfService.CM_ABORTED_TCP,
}
AFTER_ROUND: Final[dict[RoundFailure, LastOutOfService]] = {
    RoundFailure.UNREACHABLE: LastOutOfService.TCP_TIMEOUT,
    RoundFailure.TLS_REFUSED: LastOutOfService.TLS_ERROR,
    RoundFailure.REJECTED: LastOutOfService.REGISTRATION_REJECTED,
    RoundFailure.CONNECTION_LOST: LastOutOfService.CM_CLOSED_TCP,
}
AFTER_INTERRUPTION: Final[dict[Interruption, LastOutOfService]] = {
    Trigger.LSC_DELETED: LastOutOfService.PHONE_KEYPAD_RESET,
    Trigger.STRING_TYPED: LastOutOfService.PHONE_KEYPAD_RESET,
    Trigger.KEYPAD_RESET: LastOutOfService.PHONE_KEYPAD_RESET,
    Trigger.PORT_LOST: LastOutOfService.KEEPALIVE_TIMEOUT,
}
