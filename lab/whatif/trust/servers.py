"""Whether a phone of a fleet accepts a server of its cluster by its lists, and by TVS where they do not hold the certificate."""

from __future__ import annotations

from typing import NamedTuple

from cisco_data import ServiceKind
from lab.fleet.model import Fleet, FleetPhone, FleetServer
from lab.whatif.impact_report import ServerTrust
from lab.whatif.trust.held import NotTold, held_lists
from lab.whatif.trust.tvs import TvsAnswers, obstacle
from phone_sim.trust.servers import (
    ListedServers,
    ServerDecision,
    ServerUse,
    ServerVerdict,
    decide_server,
    listed_servers_untrusted,
)
from pki import Certificate, read

USE_OF = {ServiceKind.CALLMANAGER: ServerUse.CALL_MANAGER, ServiceKind.CAPF: ServerUse.CAPF}
"""At the others no list decides: whom a phone accepts for 802.1X and VPN is in its settings."""


class ServerJudged(NamedTuple):
    """The phone's word on one server."""

    decision: ServerDecision
    listed: ListedServers | None
    """With which OpenSSL decides inside the handshake; None where every server is taken there."""
    in_tls: bool
    """Whether the phone refuses in the handshake, as no TVS can be asked. Else it asks after it, and closes without an alert."""
    trust: ServerTrust
    certificate: Certificate | None = None
    """What the server shows; None where that is not known."""


def judged(fleet: Fleet, phone: FleetPhone, server: FleetServer, answers: TvsAnswers) -> ServerJudged | None:
    """By the lists and the configuration that the phone has. None where no list decides, or where its lists are not known.

    Raises NotTold.
    """
    use = USE_OF.get(server.kind)
    if use is None or phone.lists is None or server.in_use is None:
        return None
    lists, cannot_ask = held_lists(phone), obstacle(fleet, phone)
    certificate = server.in_use.certificate
    if certificate is None and lists.any_held:
        raise NotTold("presented", server.name)
    decision = decide_server(lists, use, certificate, cannot_ask)
    if decision.verdict is ServerVerdict.ASK_TVS:
        assert certificate is not None
        decision = decide_server(lists, use, certificate, answers.about_server(fleet, phone, certificate))
    name = read(certificate).subject.cn if certificate is not None else ""
    trust = ServerTrust(decision.trusted, decision.verdict, decision.refusal or "", certificate=name)
    return ServerJudged(decision, listed_servers_untrusted(lists, use), cannot_ask is not None, trust, certificate)
