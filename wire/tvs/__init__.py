"""TVS, the Trust Verification Service, on TCP 2445: messages to bytes, and untrusted bytes to messages."""

from wire.tvs.frame import TvsDecoder, pull_message_untrusted, push_message
from wire.tvs.messages import (
    CertVerificationReq,
    CertVerificationRes,
    QueryCertReq,
    QueryCertRes,
    RequestedCertificate,
    TvsMessage,
    TvsRequest,
    TvsResponse,
)
from wire.tvs.numbers import MAX_MESSAGE, TTL, TvsCommand, TvsStatus, TvsTag

__all__ = [
    "MAX_MESSAGE",
    "TTL",
    "CertVerificationReq",
    "CertVerificationRes",
    "QueryCertReq",
    "QueryCertRes",
    "RequestedCertificate",
    "TvsCommand",
    "TvsDecoder",
    "TvsMessage",
    "TvsRequest",
    "TvsResponse",
    "TvsStatus",
    "TvsTag",
    "pull_message_untrusted",
    "push_message",
]
