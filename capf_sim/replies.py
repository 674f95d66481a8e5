"""The message that a reply of the table stands for."""

from __future__ import annotations

from capf_sim.certificates import der
from capf_sim.keys import key_request
from capf_sim.table import END_REASONS, CapfRequest
from pki import Certificate, KeySpec
from wire import capf


def message_of(
    reply: CapfRequest, session_id: int, version: int, key: KeySpec | None, lsc: Certificate | None
) -> capf.Message | None:
    """`version`: the protocol's. `key`: to be asked for. `lsc`: to be stored. None where nothing is sent."""
    if (reason := END_REASONS.get(reply)) is not None:
        return capf.EndSession(session_id, reason)
    match reply:
        case CapfRequest.AUTH_REQUEST:
            return capf.AuthRequest(session_id, version)
        case CapfRequest.KEY_GENERATE_REQUEST:
            assert key is not None
            return key_request(session_id, key, version)
        case CapfRequest.STORE_CERTIFICATE_REQUEST:
            assert lsc is not None
            return capf.StoreCertificateRequest(session_id, der(lsc), capf.CertificateType.LSC)
        case CapfRequest.FETCH_LSC:
            return capf.FetchCertificateRequest(session_id)
        case CapfRequest.FETCH_MIC:
            return capf.FetchCertificateRequest(session_id, capf.CertificateType.MIC)
        case CapfRequest.DELETE_CERTIFICATE_REQUEST:
            return capf.DeleteCertificateRequest(session_id)
        case _:
            return None
