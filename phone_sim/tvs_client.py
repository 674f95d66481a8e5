"""A phone's TVS client: its cache, then each TVS server of its configuration in turn, one question on a connection.

The phone asks QUERY_CERT for the signer of a list or file, of which it knows the names and the serial number only, and
CERT_VERIFICATION for a server's certificate, which it has. What an answer is good for is not decided here: the roles in it say so.

Assumed: the time limit; that a server which does not answer, or not with what it was asked for, makes the phone try the next
one, and that a server which says no ends the search.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

import trio
from cryptography.hazmat.primitives.serialization import Encoding

from cisco_data.models import PhoneModel
from journal import Emitter, Event
from phone_sim import tvs_events as ev
from phone_sim.tvs_cache import TvsCache
from phone_sim.tvs_events import TvsFailure
from phone_sim.tvs_servers import TvsDial, TvsFailed
from pki import Certificate, Unreadable, load_untrusted
from wire.certificate_id import CertificateId, certificate_id
from wire.errors import ProtocolError
from wire.phone_file import TvsServer
from wire.streams import Stream
from wire.tvs import (
    CertVerificationReq,
    CertVerificationRes,
    QueryCertReq,
    QueryCertRes,
    RequestedCertificate,
    TvsDecoder,
    TvsRequest,
    TvsResponse,
    TvsStatus,
    push_message,
)

ANSWER_TIMEOUT: Final = 10.0
"""Seconds for the whole exchange on a connection that is up. Assumed."""
_FIRST_SESSION_ID: Final = {"88xx": 0x3E9, "79xx": 0x3EA}
"""By the generation of the console, as consoles of both show it."""
_MAX_SESSION_ID: Final = 0xFFFFFFFF
_READ_SIZE: Final = 4096


@dataclass(frozen=True, slots=True)
class TvsFound:
    """TVS knows the certificate."""

    certificate: bytes
    """DER."""
    roles: tuple[int, ...]
    """TrustRole where the number is one."""
    ttl: int
    """Seconds from now for which the phone may keep this."""
    event: Event

    def has_role(self, roles: Collection[int]) -> bool:
        """Whether it is trusted for one of these."""
        return not set(self.roles).isdisjoint(roles)


@dataclass(frozen=True, slots=True)
class TvsNotFound:
    """TVS knows no such certificate."""

    event: Event


TvsResult = TvsFound | TvsNotFound | TvsFailed


def tvs_device_name(model: PhoneModel, device_name: str) -> str:
    """`CP-8861-SEP001122334455`: how a phone introduces itself to TVS."""
    return f"CP-{model.number}-{device_name}"


def first_session_id(model: PhoneModel) -> int:
    """Of the first question after the phone has started."""
    return _FIRST_SESSION_ID[model.log]


@dataclass(frozen=True, slots=True)
class _Question:
    wanted: CertificateId
    certificate: bytes = b""
    """DER of the one to verify; empty where it is asked for."""

    @property
    def request(self) -> str:
        return "CERT_VERIFICATION" if self.certificate else "QUERY_CERT"

    @property
    def requested(self) -> RequestedCertificate:
        return RequestedCertificate.of(self.wanted)

    def message(self, session_id: int, device_name: str) -> TvsRequest:
        if self.certificate:
            return CertVerificationReq(session_id, device_name, self.certificate)
        return QueryCertReq(session_id, device_name, self.wanted)


class _NoAnswer(Exception):
    """What a server sent, or did not send."""

    def __init__(self, failure: TvsFailure, fault: str = "") -> None:
        super().__init__(failure, fault)
        self.failure = failure
        self.fault = fault


class TvsClient:
    """One power cycle's client. The cache is the phone's flash and outlives it."""

    def __init__(self, emitter: Emitter, cache: TvsCache, *, device_name: str, session_id: int) -> None:
        """`device_name` of `tvs_device_name`, `session_id` of `first_session_id`; each question takes the next one."""
        self._emitter = emitter
        self._cache = cache
        self._device_name = device_name
        self._session_id = session_id

    async def query(
        self,
        wanted: CertificateId,
        servers: Iterable[TvsServer],
        connect: TvsDial,
        *,
        service: str,
        cause: Event | None = None,
    ) -> TvsResult:
        """The certificate of a signer. `service`: the file that it signed. Whatever servers do is a result, never an exception."""
        return await self._ask(_Question(wanted), servers, connect, service, "", cause)

    async def verify(
        self,
        certificate: Certificate,
        servers: Iterable[TvsServer],
        connect: TvsDial,
        *,
        service: str,
        peer: str,
        cause: Event | None = None,
    ) -> TvsResult:
        """Whether TVS knows the certificate of a server. `service`: what the phone wants there; `peer`: `address:port`."""
        question = _Question(certificate_id(certificate), certificate.public_bytes(Encoding.DER))
        return await self._ask(question, servers, connect, service, peer, cause)

    def flush(self, cause: Event | None = None) -> None:
        """Forget TVS's answers, because the phone takes another list."""
        self._emitter.emit(ev.TvsCacheFlushed(answers=self._cache.flush()), cause=cause)

    async def _ask(
        self,
        question: _Question,
        servers: Iterable[TvsServer],
        connect: TvsDial,
        service: str,
        peer: str,
        cause: Event | None,
    ) -> TvsResult:
        emitter, request, requested = self._emitter, question.request, question.requested
        consulted = emitter.emit(
            ev.TvsConsulted(request=request, service=service, peer=peer, requested=requested), cause=cause
        )
        now = emitter.clock.now()
        kept = self._cache.get(question.wanted, now, question.certificate)
        if kept is not None:
            used = ev.TvsCacheUsed(request=request, requested=requested, roles=_numbers(kept.roles))
            left = int((kept.expires - now).total_seconds())
            await trio.lowlevel.checkpoint()
            return TvsFound(kept.certificate, kept.roles, left, emitter.emit(used, cause=consulted))
        missed = emitter.emit(ev.TvsCacheMissed(request=request, requested=requested), cause=consulted)
        failed, tried = TvsFailed(TvsFailure.NO_SERVER, missed), 0
        for server in sorted(servers, key=lambda one: one.priority):
            result = await self._ask_server(server, question, connect, missed)
            if not isinstance(result, TvsFailed):
                return result
            failed, tried = result, tried + 1
        unavailable = emitter.emit(ev.TvsUnavailable(failure=failed.failure, tried=tried), cause=failed.event)
        return TvsFailed(failed.failure, unavailable)

    async def _ask_server(self, server: TvsServer, question: _Question, connect: TvsDial, cause: Event) -> TvsResult:
        address, port = server.address, server.port
        tried = self._emitter.emit(ev.TvsServerTried(address=address, port=port), cause=cause)
        stream = await connect(server, tried)
        if isinstance(stream, TvsFailed):
            failed = ev.TvsServerFailed(address=address, port=port, failure=stream.failure)
            return TvsFailed(stream.failure, self._emitter.emit(failed, cause=stream.event or tried))
        emitter = self._emitter.on(stream.connection)
        connected = ev.TvsServerConnected(
            address=address, port=port, tls_version=stream.tls_version, cipher=stream.cipher
        )
        last: Event = emitter.emit(connected, cause=tried)
        session_id, self._session_id = self._session_id, self._session_id % _MAX_SESSION_ID + 1
        try:
            async with stream:
                with trio.fail_after(ANSWER_TIMEOUT):
                    octets = push_message(question.message(session_id, self._device_name))
                    await stream.send_all(octets)
                    sent = ev.TvsRequestSent(
                        request=question.request,
                        session_id=session_id,
                        octets=len(octets),
                        requested=question.requested,
                    )
                    last = emitter.emit(sent, cause=last)
                    response, length = await _receive_untrusted(stream)
                _check_untrusted(response, question, session_id)
        except trio.TooSlowError:
            no_answer = _NoAnswer(TvsFailure.TIMED_OUT)
        except trio.BrokenResourceError:
            no_answer = _NoAnswer(TvsFailure.CLOSED)
        except (ProtocolError, ValueError) as error:  # the second: a certificate too long for a request
            no_answer = _NoAnswer(TvsFailure.UNREADABLE, str(error))
        except _NoAnswer as error:
            no_answer = error
        else:
            return self._take(response, length, question, emitter, last)
        failed = ev.TvsServerFailed(address=address, port=port, failure=no_answer.failure, fault=no_answer.fault)
        return TvsFailed(no_answer.failure, emitter.emit(failed, cause=last))

    def _take(
        self, response: TvsResponse, length: int, question: _Question, emitter: Emitter, cause: Event
    ) -> TvsFound | TvsNotFound:
        received = emitter.emit(
            ev.TvsResponseReceived(
                request=question.request,
                session_id=response.session_id,
                octets=length,
                status=response.status,
                roles=_numbers(response.roles),
                ttl=response.ttl,
            ),
            cause=cause,
        )
        if response.status is not TvsStatus.VALID:
            return TvsNotFound(received)
        certificate = response.certificate if isinstance(response, QueryCertRes) else question.certificate
        if self._cache.add(question.wanted, certificate, response.roles, emitter.clock.now(), response.ttl):
            emitter.emit(ev.TvsAnswerCached(requested=question.requested, seconds=response.ttl), cause=received)
        return TvsFound(certificate, response.roles, response.ttl, received)


async def _receive_untrusted(stream: Stream) -> tuple[TvsResponse, int]:
    """The answer, and how many octets came. Raises ProtocolError, and _NoAnswer at the end of the stream."""
    decoder, length = TvsDecoder(), 0
    while (message := decoder.next()) is None:
        octets = await stream.receive_some(_READ_SIZE)
        if not octets:
            raise _NoAnswer(TvsFailure.CLOSED)
        length += len(octets)
        decoder.feed(bytes(octets))
    if not isinstance(message, CertVerificationRes | QueryCertRes):
        raise ProtocolError("the TVS server asks instead of answering")
    return message, length


def _check_untrusted(response: TvsResponse, question: _Question, session_id: int) -> None:
    """Raises ProtocolError for an answer to another question, _NoAnswer for another certificate."""
    if isinstance(response, CertVerificationRes) is not bool(question.certificate):
        raise ProtocolError("the TVS server answers the other kind of question")
    if response.session_id != session_id:
        raise ProtocolError(f"the TVS server answers session {response.session_id}, not {session_id}")
    if isinstance(response, QueryCertRes) and response.status is TvsStatus.VALID:
        try:
            answered = certificate_id(load_untrusted(response.certificate))
        except Unreadable as error:
            raise ProtocolError(f"the certificate in TVS's answer cannot be read: {error}") from None
        if answered != question.wanted:
            raise _NoAnswer(TvsFailure.OTHER_CERTIFICATE)


def _numbers(roles: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(map(int, roles))
