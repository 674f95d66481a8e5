"""CAPF's side of a session as a table: in this state, when this happens, send that and go there.

Everything that decides the order of a session is in this file. States are named as Cisco's CME prints them in
`debug capf-server`; the three for fetching and deleting are assumed, and AWAIT ENCRYPT MSG RESP is missing because nobody
knows what an encrypt message carries.
"""

from __future__ import annotations

from enum import Enum
from typing import Final, NamedTuple

from wire.capf import Reason


class State(Enum):
    IDLE = "IDLE"
    AWAIT_AUTH_RES = "AWAIT AUTH RES"
    AWAIT_KEYGEN_RESP = "AWAIT KEYGEN RESP"
    AWAIT_CA_RESP = "AWAIT CA RESP"
    AWAIT_STORE_CERT_RESP = "AWAIT STORE CERT RESP"
    AWAIT_FETCH_LSC_RESP = "AWAIT FETCH LSC RESP"
    AWAIT_FETCH_MIC_RESP = "AWAIT FETCH MIC RESP"
    AWAIT_DELETE_CERT_RESP = "AWAIT DELETE CERT RESP"
    ENDED = "ENDED"


class Trigger(Enum):
    """What can happen; a message is turned into one of these by whoever judges its content."""

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


class Reply(Enum):
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
    Reply.END_NO_ACTION: Reason.NO_ACTION,
    Reply.END_OK: Reason.OK,
    Reply.END_DECLINED: Reason.DECLINED,
    Reply.END_UNKNOWN_DEVICE: Reason.UNKNOWN_DEVICE,
}


class Verdict(Enum):
    """What a transition means for the operation."""

    OPEN = "-"
    SUCCESS = "success"
    FAILURE = "failure"


class Move(NamedTuple):
    reply: Reply
    state: State
    verdict: Verdict = Verdict.OPEN


_S, _T, _R = State, Trigger, Reply
_FAILED: Final = Move(Reply.END_DECLINED, State.ENDED, Verdict.FAILURE)
_CUT_OFF: Final = Move(Reply.NOTHING, State.ENDED, Verdict.FAILURE)
_WAITING: Final = tuple(
    state for state in State if state.value.startswith("AWAIT") and state is not State.AWAIT_CA_RESP
)

TRANSITIONS: Final[dict[tuple[State, Trigger], Move]] = {
    (_S.IDLE, _T.CONNECTED): Move(_R.AUTH_REQUEST, _S.AWAIT_AUTH_RES),
    (_S.AWAIT_AUTH_RES, _T.UNKNOWN_DEVICE): Move(_R.END_UNKNOWN_DEVICE, _S.ENDED),
    (_S.AWAIT_AUTH_RES, _T.NOTHING_PENDING): Move(_R.END_NO_ACTION, _S.ENDED),
    (_S.AWAIT_AUTH_RES, _T.REFUSED): _FAILED,
    (_S.AWAIT_AUTH_RES, _T.INSTALL): Move(_R.KEY_GENERATE_REQUEST, _S.AWAIT_KEYGEN_RESP),
    (_S.AWAIT_AUTH_RES, _T.DELETE): Move(_R.DELETE_CERTIFICATE_REQUEST, _S.AWAIT_DELETE_CERT_RESP),
    (_S.AWAIT_AUTH_RES, _T.TROUBLESHOOT): Move(_R.FETCH_LSC, _S.AWAIT_FETCH_LSC_RESP),
    (_S.AWAIT_KEYGEN_RESP, _T.IN_PROGRESS): Move(_R.NOTHING, _S.AWAIT_KEYGEN_RESP),
    (_S.AWAIT_KEYGEN_RESP, _T.KEY_RECEIVED): Move(_R.NOTHING, _S.AWAIT_CA_RESP),
    (_S.AWAIT_KEYGEN_RESP, _T.NEXT_KEY): Move(_R.KEY_GENERATE_REQUEST, _S.AWAIT_KEYGEN_RESP),
    (_S.AWAIT_KEYGEN_RESP, _T.NO_KEY): _FAILED,
    (_S.AWAIT_CA_RESP, _T.ISSUED): Move(_R.STORE_CERTIFICATE_REQUEST, _S.AWAIT_STORE_CERT_RESP),
    (_S.AWAIT_CA_RESP, _T.NOT_ISSUED): _FAILED,
    (_S.AWAIT_STORE_CERT_RESP, _T.STORED): Move(_R.END_OK, _S.ENDED, Verdict.SUCCESS),
    (_S.AWAIT_STORE_CERT_RESP, _T.NOT_STORED): _FAILED,
    (_S.AWAIT_FETCH_LSC_RESP, _T.FETCHED): Move(_R.FETCH_MIC, _S.AWAIT_FETCH_MIC_RESP),
    (_S.AWAIT_FETCH_LSC_RESP, _T.FETCHED_LAST): Move(_R.END_NO_ACTION, _S.ENDED, Verdict.SUCCESS),
    (_S.AWAIT_FETCH_LSC_RESP, _T.NOT_FETCHED): _FAILED,
    (_S.AWAIT_FETCH_MIC_RESP, _T.FETCHED_LAST): Move(_R.END_NO_ACTION, _S.ENDED, Verdict.SUCCESS),
    (_S.AWAIT_FETCH_MIC_RESP, _T.NOT_FETCHED): _FAILED,
    (_S.AWAIT_DELETE_CERT_RESP, _T.DELETED): Move(_R.END_OK, _S.ENDED, Verdict.SUCCESS),
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
