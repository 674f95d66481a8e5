"""Certificate Operation Status: Cisco's 34 values, and which one an operation ends with."""

from __future__ import annotations

from enum import Enum, StrEnum
from typing import Final

from capf_sim.error_codes import CapfErrorCode
from capf_sim.settings import CertificateOperation


class CertificateStatus(StrEnum):
    """AXL's XCertificateStatus, all of it, verbatim. Source: facts/cisco.md 2.2."""

    NONE = "None"
    OPERATION_PENDING = "Operation Pending"
    UPGRADE_SUCCESS = "Upgrade Success"
    DELETE_SUCCESS = "Delete Success"
    TROUBLESHOOT_SUCCESS = "Troubleshoot Success"
    UPGRADE_FAILED = "Upgrade Failed"
    DELETE_FAILED = "Delete Failed"
    TROUBLESHOOT_FAILED = "Troubleshoot Failed"
    UPGRADE_INVALID_LSC = "Upgrade Failed: Invalid LSC"
    UPGRADE_INVALID_AUTHENTICATION_STRING = "Upgrade Failed: Invalid Authentication String"
    UPGRADE_INVALID_MIC = "Upgrade Failed: Invalid MIC"
    UPGRADE_INVALID_CREDENTIALS = "Upgrade Failed: Invalid Credentials"
    UPGRADE_PHONE_COMMUNICATION_FAILURE = "Upgrade Failed: Phone Communication Failure"
    UPGRADE_KEY_GENERATION_FAILED = "Upgrade Failed: Key Generation Failed/Timeout"
    UPGRADE_CA_COMMUNICATION_FAILURE = "Upgrade Failed: CA Communication Failure"
    UPGRADE_CA_REJECTED_CONNECTION = "Upgrade Failed: CA Rejected Connection"
    UPGRADE_LATE = "Upgrade Failed: User Initiated Request Late/Timedout"
    UPGRADE_NO_EC_ONLY = "Upgrade Failed: No Support for EC only in CAPF version 3"
    DELETE_INVALID_LSC = "Delete Failed: Invalid LSC"
    DELETE_INVALID_AUTHENTICATION_STRING = "Delete Failed: Invalid Authentication String"
    DELETE_INVALID_MIC = "Delete Failed: Invalid MIC"
    DELETE_INVALID_CREDENTIALS = "Delete Failed: Invalid Credentials"
    DELETE_PHONE_COMMUNICATION_FAILURE = "Delete Failed: Phone Communication Failure"
    DELETE_KEY_GENERATION_FAILED = "Delete Failed: Key Generation Failed/Timeout"
    DELETE_CA_COMMUNICATION_FAILURE = "Delete Failed: CA Communication Failure"
    DELETE_CA_REJECTED_CONNECTION = "Delete Failed: CA Rejected Connection"
    DELETE_LATE = "Delete Failed: User Initiated Request Late/Timedout"
    TROUBLESHOOT_INVALID_LSC = "Troubleshoot Failed: Invalid LSC"
    TROUBLESHOOT_INVALID_AUTHENTICATION_STRING = "Troubleshoot Failed: Invalid Authentication String"
    TROUBLESHOOT_INVALID_MIC = "Troubleshoot Failed: Invalid MIC"
    TROUBLESHOOT_INVALID_CREDENTIALS = "Troubleshoot Failed: Invalid Credentials"
    TROUBLESHOOT_PHONE_COMMUNICATION_FAILURE = "Troubleshoot Failed: Phone Communication Failure"
    TROUBLESHOOT_KEY_GENERATION_FAILED = "Troubleshoot Failed: Key Generation Failed/Timeout"
    TROUBLESHOOT_LATE = "Troubleshoot Failed: User Initiated Request Late/Timedout"


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


NOT_REACHABLE: Final = {
    CertificateStatus.DELETE_KEY_GENERATION_FAILED: "a delete generates no key",
    CertificateStatus.DELETE_CA_COMMUNICATION_FAILURE: "a delete asks no CA",
    CertificateStatus.DELETE_CA_REJECTED_CONNECTION: "a delete asks no CA",
    CertificateStatus.TROUBLESHOOT_KEY_GENERATION_FAILED: "a troubleshoot generates no key",
}
"""Cisco lists these four as well, and nothing published says what could lead to them."""

NOT_SET_BY_CAPF: Final = {
    CertificateStatus.NONE: "what a new device has; the administration sets it",
    CertificateStatus.OPERATION_PENDING: "what ordering an operation sets; the administration sets it",
    **NOT_REACHABLE,
}
"""The values that this CAPF never sets, and why."""

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
