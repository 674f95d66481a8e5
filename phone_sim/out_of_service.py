"""What a phone's next alarm says: by what ended its last registration, the number of LastOutOfService."""

from __future__ import annotations

from typing import Final

from cisco_data.registration import LastOutOfService
from phone_sim.boot import RESTARTS, BootTrigger, Interruption
from phone_sim.events import RegistrationFailure
from phone_sim.registration_events import RegistrationEnd

# The numbers are known (facts in wire.md 4.3); which of the TCP ones a phone picks when is not, so those are our choice.
AFTER_SESSION: Final[dict[RegistrationEnd, LastOutOfService]] = {
    RegistrationEnd.RESET: LastOutOfService.RESET_RESET,
    RegistrationEnd.RESTART: LastOutOfService.RESET_RESTART,
    RegistrationEnd.APPLY_CONFIG: LastOutOfService.APPLY_CONFIG_RESTART,
    RegistrationEnd.UNREGISTERED: LastOutOfService.PHONE_KEYPAD_RESET,
    RegistrationEnd.PEER_CLOSED: LastOutOfService.CM_CLOSED_TCP,
    RegistrationEnd.CONNECTION_LOST: LastOutOfService.CM_RESET_TCP,
    RegistrationEnd.SILENCE: LastOutOfService.KEEPALIVE_TIMEOUT,
    RegistrationEnd.MALFORMED: LastOutOfService.CM_ABORTED_TCP,
}
AFTER_ATTEMPT: Final[dict[RegistrationFailure, LastOutOfService]] = {
    RegistrationFailure.UNREACHABLE: LastOutOfService.TCP_TIMEOUT,
    RegistrationFailure.TLS_REFUSED: LastOutOfService.TLS_ERROR,
    RegistrationFailure.REJECTED: LastOutOfService.REGISTRATION_REJECTED,
    RegistrationFailure.CONNECTION_LOST: LastOutOfService.CM_CLOSED_TCP,
}
AFTER_INTERRUPTION: Final[dict[Interruption, LastOutOfService]] = {
    BootTrigger.LSC_DELETED: LastOutOfService.PHONE_KEYPAD_RESET,
    BootTrigger.STRING_TYPED: LastOutOfService.PHONE_KEYPAD_RESET,
    **dict.fromkeys(RESTARTS, LastOutOfService.PHONE_KEYPAD_RESET),
    BootTrigger.PORT_LOST: LastOutOfService.KEEPALIVE_TIMEOUT,
}
