"""One CAPF session, server side, sans-io: what happens goes in, a `CapfStep` comes out. The order is in `capf_sim.table`."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from capf_sim import events as ev
from capf_sim.admission import admit_untrusted
from capf_sim.authentication import Authenticator
from capf_sim.certificates import certificate_fetched, lsc_issued, lsc_stored
from capf_sim.ending import end
from capf_sim.issuer import LscRequest
from capf_sim.keys import KeyFault, public_key_untrusted
from capf_sim.operations import Conclusion, PendingOperation
from capf_sim.proof_of_possession import certificate_kind, load_certificate_untrusted
from capf_sim.replies import message_of
from capf_sim.statuses import Failure
from capf_sim.table import END_REASONS, TRANSITIONS, CapfRequest, CapfState, CapfTrigger, OperationVerdict
from journal import Event
from pki import Certificate, KeySpec
from wire import capf
from wire.errors import ProtocolError

MAX_IN_PROGRESS = 100
"""REQUEST_IN_PROGRESS messages for one key. CME's sample configuration allows 100 retries."""

_EXPECTED: dict[CapfState, tuple[type[capf.Message], ...]] = {
    CapfState.AWAIT_AUTH_RES: (capf.AuthResponse,),
    CapfState.AWAIT_KEYGEN_RESP: (capf.KeyGenerateResponse, capf.RequestInProgress),
    CapfState.AWAIT_STORE_CERT_RESP: (capf.StoreCertificateResponse,),
    CapfState.AWAIT_FETCH_LSC_RESP: (capf.FetchCertificateResponse,),
    CapfState.AWAIT_FETCH_MIC_RESP: (capf.FetchCertificateResponse,),
    CapfState.AWAIT_DELETE_CERT_RESP: (capf.DeleteCertificateResponse,),
}


@dataclass(frozen=True, slots=True)
class CapfStep:
    """What to do now, in this order: note the events, conclude, send, ask the issuer; then wait, unless `ended`."""

    events: tuple[Event, ...]
    conclusion: Conclusion | None = None
    send: capf.Message | None = None
    ask: LscRequest | None = None
    ended: bool = False


class CapfSession:
    """Feed it what happens, do what each `CapfStep` says, until one has ended."""

    def __init__(
        self,
        session_id: int,
        look_up: Callable[[str], PendingOperation | None],
        authenticator: Authenticator,
        now: Callable[[], datetime],
        version: int,
    ) -> None:
        """`now`: lab time. `version`: the protocol's, as announced to the phone."""
        self.session_id = session_id
        self.state = CapfState.IDLE
        self.device = ""
        """Empty before the phone has named one that exists."""
        self.end_reason = -1
        """Of END_SESSION; -1 where none was sent."""
        self._look_up = look_up
        self._authenticator = authenticator
        self._now = now
        self._version = version
        self._pending: PendingOperation | None = None
        self._keys: tuple[KeySpec, ...] = ()
        self._in_progress = 0
        self._lsc: Certificate | None = None
        self._stored = self._deleted = False
        self._fetched: Certificate | None = None
        self.mic: Certificate | None = None
        """The MIC that the phone has proven or shown in this session."""

    def connected(self) -> CapfStep:
        return self._go(CapfTrigger.CONNECTED)

    def receive(self, message: capf.Message) -> CapfStep:
        """What the phone sent. A message that does not belong here ends the session."""
        if message.session_id != self.session_id:
            return self._out_of_order(message, "session id")
        if not isinstance(message, _EXPECTED[self.state]):
            return self._out_of_order(message, "command")
        if self.seconds_left() < 0:
            return self.timed_out()
        match message:
            case capf.AuthResponse():
                return self._admit(message)
            case capf.RequestInProgress():
                return self._wait_for_key()
            case capf.KeyGenerateResponse():
                return self._take_key(message)
            case capf.StoreCertificateResponse(reason=reason):
                return self._stored_or_not(reason)
            case capf.FetchCertificateResponse():
                return self._fetched_or_not(message)
            case capf.DeleteCertificateResponse(reason=reason):
                return self._deleted_or_not(reason)
        raise AssertionError(f"{type(message).__name__} is expected in {self.state} and not handled")

    def malformed(self, error: ProtocolError) -> CapfStep:
        """The phone sent something else than CAPF."""
        event = ev.CapfMessageMalformed(device=self.device, state=self.state.value, error=str(error))
        return self._go(CapfTrigger.MALFORMED, event, failure=Failure.PHONE_COMMUNICATION_FAILURE)

    def silent(self, seconds: float) -> CapfStep:
        """The answer was due `seconds` after the request."""
        if self.seconds_left() < 0:
            return self.timed_out()
        generating = self.state is CapfState.AWAIT_KEYGEN_RESP
        failure = Failure.KEY_GENERATION_FAILED if generating else Failure.PHONE_COMMUNICATION_FAILURE
        event = ev.CapfPeerSilent(device=self.device, state=self.state.value, seconds=seconds)
        return self._go(CapfTrigger.SILENT, event, failure=failure)

    def lost(self, *, inside_message: bool) -> CapfStep:
        """The connection is gone, maybe in the middle of a message."""
        event = ev.CapfPeerLost(device=self.device, state=self.state.value, inside_message=inside_message)
        return self._go(CapfTrigger.LOST, event, failure=Failure.PHONE_COMMUNICATION_FAILURE)

    def seconds_left(self) -> float:
        """Until Operation Completes By, in lab time; infinite where none is set, or where it is too late to turn back."""
        completes_by = None if self._pending is None else self._pending.completes_by
        if completes_by is None or (self.state, CapfTrigger.TIMED_OUT) not in TRANSITIONS:
            return math.inf
        return (completes_by - self._now()).total_seconds()

    def timed_out(self) -> CapfStep:
        """Operation Completes By has passed."""
        assert self._pending is not None
        assert self._pending.completes_by is not None
        completes_by = self._pending.completes_by.astimezone(UTC).isoformat()
        event = ev.OperationTimedOut(device=self.device, state=self.state.value, completes_by=completes_by)
        return self._go(CapfTrigger.TIMED_OUT, event, failure=Failure.TIMED_OUT)

    def issued(self, certificate: Certificate) -> CapfStep:
        """The issuer's answer to `CapfStep.ask`."""
        if self.seconds_left() < 0:
            return self.timed_out()
        self._lsc = certificate
        return self._go(CapfTrigger.ISSUED, lsc_issued(self.device, certificate, self._keys[0]))

    def not_issued(self, failure: Failure) -> CapfStep:
        event = ev.LscNotIssued(device=self.device, failure=failure.text)
        return self._go(CapfTrigger.NOT_ISSUED, event, failure=failure)

    def _admit(self, response: capf.AuthResponse) -> CapfStep:
        pending = self._look_up(response.device_name)
        self._version = min(self._version, response.version)
        admission = admit_untrusted(pending, response, self._authenticator, self._now(), self._version)
        if pending is not None:
            self._pending, self.device, self._keys = pending, pending.device_name, admission.keys
        self._note_mic(admission.proven)
        return self._go(admission.trigger, *admission.events, failure=admission.failure)

    def _note_mic(self, certificate: Certificate | None) -> None:
        if certificate is not None and certificate_kind(certificate) == "MIC":
            self.mic = certificate

    def _wait_for_key(self) -> CapfStep:
        self._in_progress += 1
        if self._in_progress > MAX_IN_PROGRESS:
            return self._no_key(KeyFault.NEVER_DONE, -1)
        return self._go(CapfTrigger.IN_PROGRESS)

    def _take_key(self, response: capf.KeyGenerateResponse) -> CapfStep:
        assert self._pending is not None
        if response.public_key is None:
            return self._no_key(KeyFault.DECLINED, -1 if response.reason is None else response.reason)
        key = public_key_untrusted(response.public_key, self._keys[0])
        if isinstance(key, KeyFault):
            return self._no_key(key, -1 if response.reason is None else response.reason)
        event = ev.KeyReceived(device=self.device, key=str(self._keys[0]))
        request = LscRequest(self.device, self._pending.model, key, self._pending.serial_number)
        return self._go(CapfTrigger.KEY_RECEIVED, event, ask=request)

    def _no_key(self, fault: KeyFault, reason: int) -> CapfStep:
        event = ev.KeyNotReceived(device=self.device, key=str(self._keys[0]), fault=fault.value, reason=reason)
        if len(self._keys) > 1:
            self._keys, self._in_progress = self._keys[1:], 0
            return self._go(CapfTrigger.NEXT_KEY, event)
        return self._go(CapfTrigger.NO_KEY, event, failure=Failure.KEY_GENERATION_FAILED)

    def _stored_or_not(self, reason: int) -> CapfStep:
        assert self._lsc is not None
        if reason != capf.Reason.OK:
            return self._go(CapfTrigger.NOT_STORED, ev.LscNotStored(device=self.device, reason=reason))
        self._stored = True
        return self._go(CapfTrigger.STORED, lsc_stored(self.device, self._lsc))

    def _fetched_or_not(self, response: capf.FetchCertificateResponse) -> CapfStep:
        first = self.state is CapfState.AWAIT_FETCH_LSC_RESP
        # Version 2 was seen without certificate types, so it is asked once.
        trigger = CapfTrigger.FETCHED if first and self._version >= 3 else CapfTrigger.FETCHED_LAST
        if response.reason == capf.Reason.OK and response.certificate is not None:
            try:
                certificate, _ = load_certificate_untrusted(response.certificate)
            except ProtocolError as error:
                return self.malformed(error)
            if certificate == self._fetched:  # a phone that does not know types shows its LSC a second time
                return self._go(trigger)
            self._fetched = certificate
            self._note_mic(certificate)
            return self._go(trigger, certificate_fetched(self.device, certificate))
        wanted = "LSC" if first else "MIC"
        event = ev.CertificateNotFetched(device=self.device, certificate_kind=wanted, reason=response.reason)
        return self._go(trigger if response.reason == capf.Reason.DECLINED else CapfTrigger.NOT_FETCHED, event)

    def _deleted_or_not(self, reason: int) -> CapfStep:
        if reason == capf.Reason.OK:
            self._deleted = True
            return self._go(CapfTrigger.DELETED, ev.LscDeleted(device=self.device))
        event = ev.LscNotDeleted(device=self.device, reason=reason)
        return self._go(CapfTrigger.DELETED if reason == capf.Reason.DECLINED else CapfTrigger.NOT_DELETED, event)

    def _out_of_order(self, message: capf.Message, fault: str) -> CapfStep:
        command = capf.command_of(message).name
        event = ev.CapfMessageOutOfOrder(device=self.device, state=self.state.value, command=command, fault=fault)
        return self._go(CapfTrigger.OUT_OF_ORDER, event, failure=Failure.PHONE_COMMUNICATION_FAILURE)

    def _go(
        self,
        trigger: CapfTrigger,
        *events: Event,
        failure: Failure = Failure.UNSPECIFIED,
        ask: LscRequest | None = None,
    ) -> CapfStep:
        """Make the table's move."""
        before, move = self.state, TRANSITIONS[self.state, trigger]
        self.state, key = move.state, self._keys[0] if self._keys else None
        if move.reply is CapfRequest.KEY_GENERATE_REQUEST:
            events = (*events, ev.KeyRequested(device=self.device, key=str(key)))
        conclusion = None
        if move.verdict is not OperationVerdict.OPEN and self._pending is not None:
            conclusion, ended = end(
                self._pending,
                failure if move.verdict is OperationVerdict.FAILURE else None,
                installed=self._lsc if self._stored else None,
                deleted=self._deleted,
                fetched=self._fetched is not None,
            )
            events = (*events, ended)
        moved = ev.CapfStateChanged(
            device=self.device,
            state=before.value,
            trigger=trigger.value,
            reply=move.reply.value,
            next_state=move.state.value,
        )
        if (reason := END_REASONS.get(move.reply)) is not None:
            self.end_reason = int(reason)
        send = message_of(move.reply, self.session_id, self._version, key, self._lsc)
        return CapfStep((*events, moved), conclusion, send, ask, move.state is CapfState.ENDED)
