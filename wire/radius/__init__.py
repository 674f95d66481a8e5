"""RADIUS as 802.1X uses it: packets around EAP, their two authenticators, the keys in an accept, and a client."""

from wire.radius.client import RadiusClient, RadiusReply, pull_reply_untrusted
from wire.radius.mppe import MppeKeys, keys_of, pull_mppe_untrusted, push_mppe
from wire.radius.numbers import (
    ETHERNET,
    FRAMED,
    INVALID_EAP_PACKET_IGNORED,
    PORT,
    Attribute,
    RadiusCode,
)
from wire.radius.packet import (
    RadiusPacket,
    eap_attributes,
    new_authenticator,
    pull_radius_untrusted,
    push_reply,
    push_request,
    reply_holds,
    request_holds,
)

__all__ = [
    "ETHERNET",
    "FRAMED",
    "INVALID_EAP_PACKET_IGNORED",
    "PORT",
    "Attribute",
    "MppeKeys",
    "RadiusClient",
    "RadiusCode",
    "RadiusPacket",
    "RadiusReply",
    "eap_attributes",
    "keys_of",
    "new_authenticator",
    "pull_mppe_untrusted",
    "pull_radius_untrusted",
    "pull_reply_untrusted",
    "push_mppe",
    "push_reply",
    "push_request",
    "reply_holds",
    "request_holds",
]
