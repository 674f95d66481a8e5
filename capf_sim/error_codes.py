"""The error codes with which CAPF's log names the end of an operation, by Cisco's names and numbers."""

from __future__ import annotations

from enum import IntEnum


class CapfErrorCode(IntEnum):
    """Cisco's, its spelling of credentials included; 9 and 10 are not published. Source: facts/cucm.md 4."""

    CAPF_OP_SUCCESS = 0
    CAPF_FETCH_SUCCESS_BUT_NO_CERT = 1
    CAPF_OP_FAIL = 2
    CAPF_OP_FAIL_INVALID_AUTH_STR = 3
    CAPF_OP_FAIL_INVALID_LSC = 4
    CAPF_OP_FAIL_INVALID_MIC = 5
    CAPF_OP_FAIL_INVALID_CRENDENTIALS = 6
    CAPF_OP_FAIL_PHONE_COMM_ERROR = 7
    CAPF_OP_FAIL_OP_TIMED_OUT = 8
    CAPF_OP_FAIL_LATE_REQUEST = 11
