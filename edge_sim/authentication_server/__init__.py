"""The 802.1X authentication server: RADIUS on one side, EAP-TLS with a phone on the other, and a log in ISE's numbers."""

from edge_sim.authentication_server.events import (
    AuthenticationFailed,
    AuthenticationPassed,
    AuthenticationServerStarted,
    AuthenticationServerStopped,
    AuthenticationStarted,
    DropReason,
    RequestsUnanswered,
)
from edge_sim.authentication_server.failure_reasons import FailureReason
from edge_sim.authentication_server.service import AuthenticationServer
from edge_sim.authentication_server.settings import ANY_TLS, Limits, NetworkDevice, ServerSettings, eap_tls

__all__ = [
    "ANY_TLS",
    "AuthenticationFailed",
    "AuthenticationPassed",
    "AuthenticationServer",
    "AuthenticationServerStarted",
    "AuthenticationServerStopped",
    "AuthenticationStarted",
    "DropReason",
    "FailureReason",
    "Limits",
    "NetworkDevice",
    "RequestsUnanswered",
    "ServerSettings",
    "eap_tls",
]
