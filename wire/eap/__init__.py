"""EAP and EAP-TLS: packets, fragments, both ends of the method over the one TLS engine, and the keys it leaves."""

from wire.eap.fragments import FRAGMENT_SIZE, FragmentReassembler, FragmentSender
from wire.eap.keys import EapTlsKeys, derive_keys
from wire.eap.packet import (
    Eap,
    EapCode,
    EapType,
    identity_request,
    identity_response,
    nak,
    pull_eap_untrusted,
    push_eap,
)
from wire.eap.tls_method import EapTlsOutcome, EapTlsPeer, EapTlsServer


def eap_connection(calling_station_id: str) -> str:
    """The name of a phone's EAP conversations, the same on both ends: its MAC as in Calling-Station-Id, `00-11-22-33-44-55`.

    Assumed: the form. A conversation has no ports to be named by, and both ends know only what the switch tells of the phone.
    """
    return f"{calling_station_id}>802.1X"


__all__ = [
    "FRAGMENT_SIZE",
    "Eap",
    "EapCode",
    "EapTlsKeys",
    "EapTlsOutcome",
    "EapTlsPeer",
    "EapTlsServer",
    "EapType",
    "FragmentReassembler",
    "FragmentSender",
    "derive_keys",
    "eap_connection",
    "identity_request",
    "identity_response",
    "nak",
    "pull_eap_untrusted",
    "push_eap",
]
