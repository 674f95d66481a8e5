"""CAPF, the Certificate Authority Proxy Function: installs, deletes and fetches phones' LSCs on TCP 3804."""

from capf_sim.error_codes import CapfErrorCode
from capf_sim.issuer import CapfIssuer, CaRejected, CaUnreachable, Issuer, IssuerFactory, LscRequest
from capf_sim.online_ca import TEMPLATE, TEMPLATE_WITHOUT_KEY_USAGE, OnlineCa, Reach
from capf_sim.operations import Conclusion, PendingOperation, PendingOperations
from capf_sim.service import CapfService, CapfSettings
from cisco_data import AuthenticationMode, CertificateOperation, CertificateStatus, KeyOrder

__all__ = [
    "TEMPLATE",
    "TEMPLATE_WITHOUT_KEY_USAGE",
    "AuthenticationMode",
    "CaRejected",
    "CaUnreachable",
    "CapfErrorCode",
    "CapfIssuer",
    "CapfService",
    "CapfSettings",
    "CertificateOperation",
    "CertificateStatus",
    "Conclusion",
    "Issuer",
    "IssuerFactory",
    "KeyOrder",
    "LscRequest",
    "OnlineCa",
    "PendingOperation",
    "PendingOperations",
    "Reach",
]
