"""Every event that a journal may hold: a reader of journals imports this, so that all of their classes exist."""

from __future__ import annotations

import capf_sim.service
import cucm_sim.cluster
import cucm_sim.vpn_management
import edge_sim.authentication_server
import edge_sim.authenticator
import edge_sim.trust_events
import edge_sim.vpn_gateway
import lab.events.story
import phone_sim.phone

__all__ = ["capf_sim", "cucm_sim", "edge_sim", "lab", "phone_sim"]
