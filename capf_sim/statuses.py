"""Which of Cisco's 34 values of Certificate Operation Status an operation ends with."""

from __future__ import annotations

from enum import Enum

from capf_sim.error_codes import CapfErrorCode
from cisco_data import CertificateOperation, CertificateStatus


class Failure(Enum):
    """Why an operation failed: what follows `Failed: ` in its status, empty for the plain `... Failed`, and CAPF's error code.

    Cisco has fewer codes than statuses; that a key, an authority or a Key Order that fails is a plain CAPF_OP_FAIL is assumed.
    So is that the one status for a passed deadline has two codes: one for a phone that came too late, one for an operation
    that was under way.
    """

    UNSPECIFIED = "", CapfErrorCode.CAPF_OP_FAIL
    INVALID_LSC = "Invalid LSC", CapfErrorCode.CAPF_OP_FAIL_INVALID_LSC
    INVALID_AUTHENTICATION_STRING = "Invalid Authentication String", CapfErrorCode.CAPF_OP_FAIL_INVALID_AUTH_STR
    INVALID_MIC = "Invalid MIC", CapfErrorCode.CAPF_OP_FAIL_INVALID_MIC
    INVALID_CREDENTIALS = "Invalid Credentials", CapfErrorCode.CAPF_OP_FAIL_INVALID_CRENDENTIALS
    PHONE_COMMUNICATION_FAILURE = "Phone Communication Failure", CapfErrorCode.CAPF_OP_FAIL_PHONE_COMM_ERROR
    KEY_GENERATION_FAILED = "Key Generation Failed/Timeout", CapfErrorCode.CAPF_OP_FAIL
    CA_COMMUNICATION_FAILURE = "CA Communication Failure", CapfErrorCode.CAPF_OP_FAIL
    CA_REJECTED_CONNECTION = "CA Rejected Connection", CapfErrorCode.CAPF_OP_FAIL
    LATE = "User Initiated Request Late/Timedout", CapfErrorCode.CAPF_OP_FAIL_LATE_REQUEST
    TIMED_OUT = "User Initiated Request Late/Timedout", CapfErrorCode.CAPF_OP_FAIL_OP_TIMED_OUT
    NO_EC_ONLY = "No Support for EC only in CAPF version 3", CapfErrorCode.CAPF_OP_FAIL

    def __init__(self, text: str, error_code: CapfErrorCode) -> None:
        self.text = text
        self.error_code = error_code


_WORDS = {
    CertificateOperation.INSTALL_UPGRADE: "Upgrade",
    CertificateOperation.DELETE: "Delete",
    CertificateOperation.TROUBLESHOOT: "Troubleshoot",
}


def success(operation: CertificateOperation) -> CertificateStatus:
    """Raises KeyError for No Pending Operation, which cannot succeed."""
    return CertificateStatus(f"{_WORDS[operation]} Success")


def failed(operation: CertificateOperation, failure: Failure) -> CertificateStatus:
    """The status for a failure. Raises ValueError where Cisco has no such value."""
    word = _WORDS[operation]
    return CertificateStatus(f"{word} Failed: {failure.text}" if failure.text else f"{word} Failed")
