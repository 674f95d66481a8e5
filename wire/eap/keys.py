"""The keys that EAP-TLS leaves behind: RFC 5216 section 2.3 up to TLS 1.2, RFC 9190 section 2.3 for TLS 1.3."""

from __future__ import annotations

from dataclasses import dataclass, field

from wire.eap.packet import EapType
from wire.tls import TlsEngine

_OCTETS = 64
_TYPE = bytes([EapType.TLS])


@dataclass(frozen=True, slots=True)
class EapTlsKeys:
    """Both ends have the same ones once TLS is established. Keys are secrets: they do not show in `repr`."""

    msk: bytes = field(repr=False)
    """64 octets; the RADIUS server hands them to the switch as two MPPE keys of 32."""
    emsk: bytes = field(repr=False)
    """64 octets."""
    session_id: bytes
    """65 octets, the first is the EAP type."""


def derive_keys(engine: TlsEngine) -> EapTlsKeys:
    """The keys of an established connection. Raises ValueError before that."""
    if not engine.established:
        raise ValueError("there are no EAP-TLS keys before TLS is established")
    if engine.version == "TLSv1.3":
        both = engine.export(b"EXPORTER_EAP_TLS_Key_Material", 2 * _OCTETS, _TYPE)
        method_id = engine.export(b"EXPORTER_EAP_TLS_Method-Id", _OCTETS, _TYPE)
    else:  # no context at all: an empty one gives other keys
        both = engine.export(b"client EAP encryption", 2 * _OCTETS, None)
        method_id = engine.client_random + engine.server_random
    return EapTlsKeys(both[:_OCTETS], both[_OCTETS:], _TYPE + method_id)
