"""The choices on a phone's page under Certification Authority Proxy Function (CAPF) Information, in Cisco's strings."""

from __future__ import annotations

from enum import StrEnum


class CertificateOperation(StrEnum):
    """Certificate Operation."""

    NO_PENDING_OPERATION = "No Pending Operation"
    INSTALL_UPGRADE = "Install/Upgrade"
    DELETE = "Delete"
    TROUBLESHOOT = "Troubleshoot"


class AuthenticationMode(StrEnum):
    """Authentication Mode: how the phone shows CAPF who it is. It means nothing to CallManager."""

    BY_AUTHENTICATION_STRING = "By Authentication String"
    BY_NULL_STRING = "By Null String"
    BY_EXISTING_CERTIFICATE_LSC = "By Existing Certificate (Precedence to LSC)"
    """The LSC, and the MIC where there is none."""
    BY_EXISTING_CERTIFICATE_MIC = "By Existing Certificate (Precedence to MIC)"


CAPF_AUTH_MODES: tuple[AuthenticationMode | None, ...] = (None, *AuthenticationMode)
"""By the numbers of `capfAuthMode` in a phone's file. Source: usecallmanager.nz.

Assumed: 0, which was seen in files, is no visit to CAPF.
"""


class KeyOrder(StrEnum):
    """Key Order."""

    RSA_ONLY = "RSA Only"
    EC_ONLY = "EC Only"
    EC_PREFERRED = "EC Preferred, RSA Backup"


RSA_KEY_SIZES = (512, 1024, 2048, 3072, 4096)
EC_KEY_SIZES = (256, 384, 521)
"""Bits."""


class CertificateStatus(StrEnum):
    """Certificate Operation Status: AXL's XCertificateStatus, all 34, verbatim."""

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
