"""The enums of the actors whose values the catalogues have words for: faults, states, and how things end."""

from __future__ import annotations

from enum import Enum

from capf_sim.keys import KeyFault
from capf_sim.proof_of_possession import ProofOfPossessionFault
from edge_sim.authentication_server.events import DropReason
from edge_sim.vpn_gateway.events import LoginRefusal, TunnelRefusal
from phone_sim.boot import BootState
from phone_sim.capf_requests import StoreFault
from phone_sim.download_events import DownloadFailure
from phone_sim.events import RegistrationFailure, UserActionObstacle
from phone_sim.registration_events import RegistrationEnd
from phone_sim.vpn.events import HostIdFault, VpnFailure
from wire.tunnel import TunnelEnd

FAULTS: tuple[type[Enum], ...] = (
    ProofOfPossessionFault,
    KeyFault,
    StoreFault,
    DownloadFailure,
    UserActionObstacle,
    RegistrationFailure,
    RegistrationEnd,
    BootState,
    DropReason,
    HostIdFault,
    LoginRefusal,
    TunnelEnd,
    TunnelRefusal,
    VpnFailure,
)
"""Words that no catalogue has are shown as they stand; a test holds the catalogues to all of these."""
