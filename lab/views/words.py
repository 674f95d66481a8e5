"""The enums of the actors whose values the catalogues have words for: faults, states, and how things end."""

from __future__ import annotations

from enum import Enum

from capf_sim.bearer import BearerFault
from capf_sim.keys import KeyFault
from edge_sim.authentication_server.events import DropReason
from edge_sim.vpn_gateway.events import LoginRefusal, TunnelRefusal
from phone_sim.boot import State
from phone_sim.capf_requests import StoreFault
from phone_sim.download_events import DownloadFailure
from phone_sim.events import Obstacle, RegistrationFailure
from phone_sim.registration_events import RegistrationEnd
from phone_sim.vpn.events import HostIdFault, VpnFailure
from wire.tunnel import TunnelEnd

FAULTS: tuple[type[Enum], ...] = (
    BearerFault,
    KeyFault,
    StoreFault,
    DownloadFailure,
    Obstacle,
    RegistrationFailure,
    RegistrationEnd,
    State,
    DropReason,
    HostIdFault,
    LoginRefusal,
    TunnelEnd,
    TunnelRefusal,
    VpnFailure,
)
"""Words that no catalogue has are shown as they stand; a test holds the catalogues to all of these."""
