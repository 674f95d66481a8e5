"""CAPF, the Certificate Authority Proxy Function: installs, deletes and fetches phones' LSCs on TCP 3804."""

from capf_sim.issuer import CapfIssuer, CaRejected, CaUnreachable, Issuer, LscRequest
from capf_sim.operations import Conclusion, PendingOperation, PendingOperations
from capf_sim.service import CapfService, CapfSettings
from capf_sim.settings import AuthenticationMode, CertificateOperation, KeyOrder
from capf_sim.statuses import NOT_SET_BY_CAPF, CertificateStatus

__all__ = [
    "NOT_SET_BY_CAPF",
    "AuthenticationMode",
    "CaRejected",
    "CaUnreachable",
    "CapfIssuer",
    "CapfService",
    "CapfSettings",
    "CertificateOperation",
    "CertificateStatus",
    "Conclusion",
    "Issuer",
    "KeyOrder",
    "LscRequest",
    "PendingOperation",
    "PendingOperations",
]
