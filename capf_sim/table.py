"""CAPF's side of a session as a table: in this state, when this happens, send that and go there.

Everything that decides the order of a session is in this file. States are named as Cisco's CME prints them in
`debug capf-server`; the three for fetching and deleting are assumed, and AWAIT ENCRYPT MSG RESP is missing, as no source
says what an encrypt message carries.
"""

from __future__ import annotations

from enum import Enum
from typing import Final, NamedTuple

from wire.capf import Reason


class CapfState(Enum):
    IDLE = "IDLE"
    AWAIT_AUTH_RES = "AWAIT AUTH RES"
    AWAIT_KEYGEN_RESP = "AWAIT KEYGEN RESP"
    AWAIT_CA_RESP = "AWAIT CA RESP"
    AWAIT_STORE_CERT_RESP = "AWAIT STORE CERT RESP"
    AWAIT_FETCH_LSC_RESP = "AWAIT FETCH LSC RESP"
    AWAIT_FETCH_MIC_RESP = "AWAIT FETCH MIC RESP"
    AWAIT_DELETE_CERT_RESP = "AWAIT DELETE CERT RESP"
    ENDED = "ENDED"


class CapfTrigger(Enum):
    """What can happen; the code that judges a message's content turns it into one of these."""

    CONNECTED = "connected"
    UNKNOWN_DEVICE = "unknown device"
    NOTHING_PENDING = "nothing pending"
    REFUSED = "refused"
    INSTALL = "believed, Install/Upgrade"
    DELETE = "believed, Delete"
    TROUBLESHOOT = "believed, Troubleshoot"
    IN_PROGRESS = "in progress"
    KEY_RECEIVED = "key received"
    NEXT_KEY = "no key, another kind may be asked for"
    NO_KEY = "no key"
    ISSUED = "LSC issued"
    NOT_ISSUED = "LSC not issued"
    STORED = "stored"
    NOT_STORED = "not stored"
    FETCHED = "certificate, or there is none"
    FETCHED_LAST = "certificate, or there is none, and no other kind can be asked for"
    NOT_FETCHED = "not shown"
    DELETED = "deleted, or there was none"
    NOT_DELETED = "not deleted"
    MALFORMED = "malformed message"
    OUT_OF_ORDER = "message out of order"
    SILENT = "no answer in time"
    TIMED_OUT = "Operation Completes By has passed"
    LOST = "connection lost"


class CapfRequest(Enum):
    NOTHING = "-"
    AUTH_REQUEST = "AUTH_REQUEST"
    KEY_GENERATE_REQUEST = "KEY_GENERATE_REQUEST"
    STORE_CERTIFICATE_REQUEST = "STORE_CERTIFICATE_REQUEST"
    FETCH_LSC = "FETCH_CERTIFICATE_REQUEST"
    FETCH_MIC = "FETCH_CERTIFICATE_REQUEST, type MIC"
    DELETE_CERTIFICATE_REQUEST = "DELETE_CERTIFICATE_REQUEST"
    END_NO_ACTION = "END_SESSION 0"
    END_OK = "END_SESSION 1"
    END_DECLINED = "END_SESSION 7"
    END_UNKNOWN_DEVICE = "END_SESSION 9"


END_REASONS: Final = {
    CapfRequest.END_NO_ACTION: Reason.NO_ACTION,
    CapfRequest.END_OK: Reason.OK,
    CapfRequest.END_DECLINED: Reason.DECLINED,
    CapfRequest.END_UNKNOWN_DEVICE: Reason.UNKNOWN_DEVICE,
}


class OperationVerdict(Enum):
    """What a transition means for the operation."""

    OPEN = "-"
    SUCCESS = "success"
    FAILURE = "failure"


class CapfTransition(NamedTuple):
    reply: CapfRequest
    state: CapfState
    verdict: OperationVerdict = OperationVerdict.OPEN


_S, _T, _R = CapfState, CapfTrigger, CapfRequest
_FAILED: Final = CapfTransition(CapfRequest.END_DECLINED, CapfState.ENDED, OperationVerdict.FAILURE)
_CUT_OFF: Final = CapfTransition(CapfRequest.NOTHING, CapfState.ENDED, OperationVerdict.FAILURE)
_WAITING: Final = tuple(
    state for state in CapfState if state.value.startswith("AWAIT") and state is not CapfState.AWAIT_CA_RESP
)

TRANSITIONS: Final[dict[tuple[CapfState, CapfTrigger], CapfTransition]] = {
    (_S.IDLE, _T.CONNECTED): CapfTransition(_R.AUTH_REQUEST, _S.AWAIT_AUTH_RES),
    (_S.AWAIT_AUTH_RES, _T.UNKNOWN_DEVICE): CapfTransition(_R.END_UNKNOWN_DEVICE, _S.ENDED),
    (_S.AWAIT_AUTH_RES, _T.NOTHING_PENDING): CapfTransition(_R.END_NO_ACTION, _S.ENDED),
    (_S.AWAIT_AUTH_RES, _T.REFUSED): _FAILED,
    (_S.AWAIT_AUTH_RES, _T.INSTALL): CapfTransition(_R.KEY_GENERATE_REQUEST, _S.AWAIT_KEYGEN_RESP),
    (_S.AWAIT_AUTH_RES, _T.DELETE): CapfTransition(_R.DELETE_CERTIFICATE_REQUEST, _S.AWAIT_DELETE_CERT_RESP),
    (_S.AWAIT_AUTH_RES, _T.TROUBLESHOOT): CapfTransition(_R.FETCH_LSC, _S.AWAIT_FETCH_LSC_RESP),
    (_S.AWAIT_KEYGEN_RESP, _T.IN_PROGRESS): CapfTransition(_R.NOTHING, _S.AWAIT_KEYGEN_RESP),
    (_S.AWAIT_KEYGEN_RESP, _T.KEY_RECEIVED): CapfTransition(_R.NOTHING, _S.AWAIT_CA_RESP),
    (_S.AWAIT_KEYGEN_RESP, _T.NEXT_KEY): CapfTransition(_R.KEY_GENERATE_REQUEST, _S.AWAIT_KEYGEN_RESP),
    (_S.AWAIT_KEYGEN_RESP, _T.NO_KEY): _FAILED,
    (_S.AWAIT_CA_RESP, _T.ISSUED): CapfTransition(_R.STORE_CERTIFICATE_REQUEST, _S.AWAIT_STORE_CERT_RESP),
    (_S.AWAIT_CA_RESP, _T.NOT_ISSUED): _FAILED,
    (_S.AWAIT_STORE_CERT_RESP, _T.STORED): CapfTransition(_R.END_OK, _S.ENDED, OperationVerdict.SUCCESS),
    (_S.AWAIT_STORE_CERT_RESP, _T.NOT_STORED): _FAILED,
    (_S.AWAIT_FETCH_LSC_RESP, _T.FETCHED): CapfTransition(_R.FETCH_MIC, _S.AWAIT_FETCH_MIC_RESP),
    (_S.AWAIT_FETCH_LSC_RESP, _T.FETCHED_LAST): CapfTransition(_R.END_NO_ACTION, _S.ENDED, OperationVerdict.SUCCESS),
    (_S.AWAIT_FETCH_LSC_RESP, _T.NOT_FETCHED): _FAILED,
    (_S.AWAIT_FETCH_MIC_RESP, _T.FETCHED_LAST): CapfTransition(_R.END_NO_ACTION, _S.ENDED, OperationVerdict.SUCCESS),
    (_S.AWAIT_FETCH_MIC_RESP, _T.NOT_FETCHED): _FAILED,
    (_S.AWAIT_DELETE_CERT_RESP, _T.DELETED): CapfTransition(_R.END_OK, _S.ENDED, OperationVerdict.SUCCESS),
    (_S.AWAIT_DELETE_CERT_RESP, _T.NOT_DELETED): _FAILED,
    **{(state, _T.MALFORMED): _FAILED for state in _WAITING},
    **{(state, _T.OUT_OF_ORDER): _FAILED for state in _WAITING},
    # Not while a phone stores or deletes: its flash is changed already, and a status that denies it would be a lie.
    (_S.AWAIT_KEYGEN_RESP, _T.TIMED_OUT): _FAILED,
    (_S.AWAIT_CA_RESP, _T.TIMED_OUT): _FAILED,
    (_S.AWAIT_FETCH_LSC_RESP, _T.TIMED_OUT): _FAILED,
    (_S.AWAIT_FETCH_MIC_RESP, _T.TIMED_OUT): _FAILED,
    **{(state, _T.SILENT): _CUT_OFF for state in _WAITING},
    **{(state, _T.LOST): _CUT_OFF for state in (*_WAITING, _S.AWAIT_CA_RESP)},
}
