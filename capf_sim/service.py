"""CAPF as a service on TCP 3804: accepts, speaks TLS without asking for a certificate, and pumps each `CapfSession`."""

from __future__ import annotations

from dataclasses import dataclass

import trio

from capf_sim.authentication import Authenticator
from capf_sim.events import CapfSessionEnded, CapfSessionStarted
from capf_sim.issuer import CaRejected, CaUnreachable, Issuer, LscRequest
from capf_sim.operations import Conclusion, PendingOperations
from capf_sim.session import CapfSession, CapfStep
from capf_sim.statuses import Failure
from capf_sim.table import CapfState
from journal import Emitter, Event
from pki import Certificate, TrustStore
from wire.capf import CapfDecoder, Message, push_message
from wire.errors import ProtocolError
from wire.net import Listener, waiting
from wire.streams import Stream
from wire.tcp import TcpStream
from wire.tls import ServerContext, TlsStream

READ_SIZE = 4096
"""Octets taken from the stream at a time."""


@dataclass(frozen=True, slots=True)
class CapfSettings:
    version: int = 3
    """Announced to phones; 3 is what CUCM sends. Assumed: 4 lets a phone that knows 4 meet the Key Order EC Only."""
    answer_timeout: float = 30.0
    """Seconds for a phone's whole answer, however it trickles in. Assumed."""
    key_generation_timeout: float = 15 * 60.0
    """Seconds for a key. CAPF's keepalive, of which 15 minutes is the default, is the nearest figure of Cisco's."""
    issuer_timeout: float = 60.0
    """Seconds for the authority's answer. Assumed."""


class CapfService:
    """One run of the service, from its start to its stop: trust and TLS are read when it is made, and not again."""

    def __init__(
        self,
        *,
        context: ServerContext | None,
        trust: TrustStore,
        operations: PendingOperations,
        issuer: Issuer,
        emitter: Emitter,
        settings: CapfSettings | None = None,
        lscs: dict[str, Certificate] | None = None,
        mics: dict[str, Certificate] | None = None,
    ) -> None:
        """`context`: with CAPF's own identity and no trust, so that no client certificate is asked for; None where
        streams come with their TLS done. `trust`: CAPF-trust. `lscs`: the LSC that each device is known to hold, kept up to
        date by the sessions. `mics`: likewise the MIC that each has shown."""
        self._context = context
        self._authenticator = Authenticator(trust)
        self._operations = operations
        self._issuer = issuer
        self._emitter = emitter
        self._settings = settings or CapfSettings()
        self._lscs = {} if lscs is None else lscs
        self._mics = {} if mics is None else mics
        self._session_id = 0

    async def serve(self, listener: Listener) -> None:
        """Answer phones until cancelled."""
        await listener.serve(self.accept, self._emitter)

    async def accept(self, tcp: TcpStream) -> None:
        """One connection, from its first octet to its close. A peer that does not manage TLS is in the journal already."""
        assert self._context is not None
        async with TlsStream(tcp, self._context, self._emitter) as stream:
            with waiting():
                up = await stream.handshake()
            if up:
                await self.converse(stream)

    async def converse(self, stream: Stream, cause: Event | int | None = None) -> None:
        """One session over a stream that is up. Returns when it is over, whatever the phone did; does not close it."""
        self._session_id = self._session_id % 0xFFFFFFFF + 1
        session = CapfSession(
            self._session_id,
            self._operations.pending,
            self._authenticator,
            self._emitter.clock.now,
            self._settings.version,
        )
        notes = _Notes(self._emitter.on(stream.connection), cause)
        notes.add(
            CapfSessionStarted(
                session=session.session_id,
                peer=stream.peer_address,
                tls_version=stream.tls_version,
                cipher=stream.cipher,
            )
        )
        try:
            await self._run(session, _Line(stream), notes)
        finally:
            if session.mic is not None:
                self._mics[session.device] = session.mic
            notes.add(CapfSessionEnded(session=session.session_id, device=session.device, reason=session.end_reason))

    async def _run(self, session: CapfSession, line: _Line, notes: _Notes) -> None:
        step, deadline = session.connected(), 0.0
        while True:
            notes.add(*step.events)
            if step.conclusion is not None:
                self._conclude(step.conclusion)
            if step.ended:
                if step.send is not None:
                    with trio.move_on_after(self._settings.answer_timeout):
                        await line.send_last(push_message(step.send))
                return
            if step.ask is not None:
                step = await self._ask(session, step.ask)
                continue
            patience = self._patience(session)
            if step.send is not None:
                deadline = trio.current_time() + patience
            step = await self._exchange(session, line, step, deadline, patience)

    def _conclude(self, conclusion: Conclusion) -> None:
        if conclusion.installed is not None:
            self._lscs[conclusion.device_name] = conclusion.installed
        elif conclusion.deleted:
            self._lscs.pop(conclusion.device_name, None)
        self._operations.conclude(conclusion)

    async def _exchange(
        self, session: CapfSession, line: _Line, step: CapfStep, deadline: float, patience: float
    ) -> CapfStep:
        """Send what is to be sent and hear the answer, all of it by the deadline or by Operation Completes By."""
        completes_by = trio.current_time() + session.seconds_left()
        try:
            with trio.fail_at(min(deadline, completes_by)):
                if step.send is not None:
                    await line.send(push_message(step.send))
                message = await line.receive_untrusted()
        except trio.TooSlowError:
            return session.timed_out() if completes_by <= deadline else session.silent(patience)
        except trio.BrokenResourceError:
            return session.lost(inside_message=line.inside_message)
        except ProtocolError as error:
            return session.malformed(error)
        if message is None:
            return session.lost(inside_message=line.inside_message)
        return session.receive(message)

    async def _ask(self, session: CapfSession, request: LscRequest) -> CapfStep:
        seconds_left = session.seconds_left()
        try:
            with trio.fail_after(min(self._settings.issuer_timeout, max(seconds_left, 0))):
                certificate = await self._issuer.issue(request)
        except trio.TooSlowError:
            if seconds_left <= self._settings.issuer_timeout:
                return session.timed_out()
            return session.not_issued(Failure.CA_COMMUNICATION_FAILURE)
        except CaUnreachable:
            return session.not_issued(Failure.CA_COMMUNICATION_FAILURE)
        except CaRejected:
            return session.not_issued(Failure.CA_REJECTED_CONNECTION)
        return session.issued(certificate)

    def _patience(self, session: CapfSession) -> float:
        if session.state is CapfState.AWAIT_KEYGEN_RESP:
            return self._settings.key_generation_timeout
        return self._settings.answer_timeout


class _Notes:
    """The session's events, each caused by the one before it."""

    def __init__(self, emitter: Emitter, cause: Event | int | None) -> None:
        self._emitter = emitter
        self._last = cause

    def add(self, *events: Event) -> None:
        for event in events:
            self._last = self._emitter.emit(event, cause=self._last)


class _Line:
    """Whole messages over a stream."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._decoder = CapfDecoder()

    @property
    def inside_message(self) -> bool:
        return self._decoder.inside_message

    async def send(self, octets: bytes) -> None:
        """One write for one message: real phones stall on two."""
        await self._stream.send_all(octets)

    async def send_last(self, octets: bytes) -> None:
        """The same, and the other end may be gone: the session is over anyway."""
        try:
            await self._stream.send_all(octets)
        except trio.BrokenResourceError:
            return

    async def receive_untrusted(self) -> Message | None:
        """The next message; None at the end of the stream. Raises ProtocolError."""
        while (message := self._decoder.next()) is None:
            octets = await self._stream.receive_some(READ_SIZE)
            if not octets:
                return None
            self._decoder.feed(bytes(octets))
        return message
