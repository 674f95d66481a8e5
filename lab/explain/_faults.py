"""What actors call a fault, or a phone's state, in the words of a language."""

from __future__ import annotations

from enum import Enum

from capf_sim.bearer import BearerFault
from capf_sim.keys import KeyFault
from edge_sim.authentication_server.events import DropReason
from edge_sim.vpn_gateway.events import LoginRefusal, TunnelRefusal
from lab.explain._texts import Part, Text
from phone_sim.boot import State
from phone_sim.capf_requests import StoreFault
from phone_sim.download_events import DownloadFailure
from phone_sim.events import Obstacle, RoundFailure
from phone_sim.sccp_events import SccpEnd
from phone_sim.vpn.events import HostIdFault, VpnFailure
from wire.tunnel import TunnelEnd

FAULTS: tuple[type[Enum], ...] = (
    BearerFault,
    KeyFault,
    StoreFault,
    DownloadFailure,
    Obstacle,
    RoundFailure,
    SccpEnd,
    State,
    DropReason,
    HostIdFault,
    LoginRefusal,
    TunnelEnd,
    TunnelRefusal,
    VpnFailure,
)
_KNOWN = {member.value for kind in FAULTS for member in kind}


def key_of(value: str) -> str:
    """`its chain does not end in CAPF-trust` is under `fault.its-chain-does-not-end-in-capf-trust`."""
    return "explain.fault." + value.lower().replace(" ", "-").replace("'", "").replace(",", "")


def fault(value: str) -> Part:
    """As it stands where it is of no kind that is known here, as in a journal of another version."""
    return Text(key_of(value)) if value in _KNOWN else value
