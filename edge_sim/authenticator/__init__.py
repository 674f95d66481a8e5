"""The switch port: EAPOL towards the phone, RADIUS towards the authentication server, and a network that is closed until then."""

from edge_sim.authenticator.gate import GatedNetwork
from edge_sim.authenticator.port import SwitchPort
from edge_sim.authenticator.settings import PortTimers, RadiusServer
from edge_sim.authenticator.table import PortState

__all__ = ["GatedNetwork", "PortState", "PortTimers", "RadiusServer", "SwitchPort"]
