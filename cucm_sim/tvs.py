"""TVS, the Trust Verification Service, on 2445: it tells phones which certificates the cluster knows, and what each is trusted for.

A phone opens TLS, asks one question and gets one answer. TVS answers from a copy of the database's certificates, made when it
starts, and from the node's CTL file as it is. Change notification brings some changes of the database to a running TVS
(`NOTIFIED_UNITS`); of the others it learns at its next start. After manual uploads Cisco says to restart TVS on all nodes, which
reads everything again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

import trio

from cisco_data import ServiceName, tls
from cisco_data.trust_store_copies import NOTIFIED_UNITS
from cucm_sim import tvs_events as ev
from cucm_sim.tls_service import TlsService
from cucm_sim.tvs_certificates import TvsCertificates, TvsCertificateSource, TvsLookUp
from cucm_sim.tvs_events import TvsRefusal
from journal import Emitter, Event
from pki import Identity, Unreadable, load_untrusted, read
from wire.certificate_id import CertificateId, certificate_id
from wire.errors import ProtocolError
from wire.net import waiting
from wire.tcp import Tap
from wire.tls import TlsStream, TlsVersion
from wire.tls.context import KeyLog
from wire.tvs import (
    TTL,
    CertVerificationReq,
    CertVerificationRes,
    QueryCertReq,
    QueryCertRes,
    RequestedCertificate,
    TvsDecoder,
    TvsMessage,
    TvsRequest,
    TvsResponse,
    TvsStatus,
    push_message,
)

REQUEST_TIMEOUT: Final = 10.0
"""Seconds from the end of the handshake until the phone has taken the whole answer. Assumed."""
_READ_SIZE: Final = 4096
_NO_ID: Final = CertificateId("", "", 0)


class TrustVerificationService(TlsService):
    """One node's TVS."""

    def __init__(
        self,
        source: TvsCertificateSource,
        emitter: Emitter,
        *,
        address: str,
        identity: Callable[[], Identity],
        minimum_tls: Callable[[], TlsVersion],
        maximum_tls: Callable[[], TlsVersion] = lambda: TlsVersion.TLSv1_3,
        port: int | None = None,
        tap: Tap | None = None,
        keylog: KeyLog | None = None,
    ) -> None:
        """`identity`: TVS.pem and its key; the others as of TlsService."""
        super().__init__(
            ServiceName.TVS,
            tls.TVS,
            emitter,
            address=address,
            identity=identity,
            minimum_tls=minimum_tls,
            maximum_tls=maximum_tls,
            port=port,
            tap=tap,
            keylog=keylog,
        )
        self._source = source
        self._certificates: TvsCertificates | None = None
        self._due: dict[str, datetime] = {}
        """When change notification reaches TVS, by unit."""
        self._connections = 0

    @property
    def certificates(self) -> TvsCertificates | None:
        """Those that it answers with; None while it is stopped."""
        return self._certificates

    @property
    def due(self) -> Mapping[str, datetime]:
        """When change notification reaches TVS, by unit; what is over by now it reads with the next question."""
        return MappingProxyType(self._due)

    def notify(self, unit: str, after: timedelta = timedelta()) -> bool:
        """Change notification: the database has other certificates of this unit now. Whether TVS reads them again.

        It does so with the first question at which `after` has passed.
        """
        if self._certificates is None or unit not in NOTIFIED_UNITS:
            return False
        self._due.setdefault(unit, self._emitter.clock.now() + after)
        self._read_due()
        return True

    def _read_due(self) -> None:
        certificates, now = self._certificates, self._emitter.clock.now()
        assert certificates is not None, "what is due is so in a run"
        for unit in [unit for unit, due in self._due.items() if due <= now]:
            del self._due[unit]
            certificates.read_unit(unit)
            self._emitter.emit(ev.TvsDatabaseCacheRead(unit=unit, certificates=len(certificates)))

    def _note_started(self, port: int, identity: Identity, minimum: TlsVersion) -> None:
        self._certificates = TvsCertificates(self._source)
        self._due.clear()
        self._connections = 0
        self._emitter.emit(
            ev.TvsStarted(
                address=self.address,
                port=port,
                minimum_tls_version=str(minimum),
                serial_number=f"{read(identity.certificate).serial_number:x}",
                certificates=len(self._certificates),
            )
        )

    def _stopped_event(self) -> Event:
        self._certificates = None
        return ev.TvsStopped()

    def _note_refused(self, stream: TlsStream) -> None:
        emitter = self._emitter.on(stream.connection)
        emitter.emit(ev.TvsRequestRefused(reason=TvsRefusal.TLS_REFUSED), cause=stream.ended)

    async def _converse(self, stream: TlsStream) -> None:
        emitter = self._emitter.on(stream.connection)
        self._connections += 1
        number, fault = self._connections, ""
        try:
            with trio.fail_after(REQUEST_TIMEOUT):
                with waiting():
                    request = await _receive_untrusted(stream)
                if isinstance(request, TvsRefusal):
                    reason = request
                elif isinstance(request, CertVerificationReq | QueryCertReq):
                    await stream.send_all(push_message(self._answer(request, number, emitter)))
                    return
                else:
                    reason = TvsRefusal.NO_QUESTION
        except trio.TooSlowError:
            reason = TvsRefusal.TOO_SLOW
        except trio.BrokenResourceError:
            reason = TvsRefusal.PEER_LOST
        except ProtocolError as error:
            reason, fault = TvsRefusal.MALFORMED, str(error)
        emitter.emit(ev.TvsRequestRefused(reason=reason, fault=fault))

    def _answer(self, request: TvsRequest, number: int, emitter: Emitter) -> TvsResponse:
        certificates = self._certificates
        assert certificates is not None, "a run that serves has read them"
        self._read_due()
        if isinstance(request, QueryCertReq):
            kind, wanted = "QUERY_CERT", request.certificate_id
        else:
            kind, wanted = "CERT_VERIFICATION", _id_untrusted(request.certificate)
        requested = RequestedCertificate.of(wanted)
        received = emitter.emit(
            ev.TvsRequestReceived(
                number=number,
                request=kind,
                session_id=request.session_id,
                device_name=request.device_name,
                requested=requested,
            )
        )
        recached = certificates.read_changed_ctl_file()
        if recached is not None:
            self._emitter.emit(ev.TvsCtlCacheRead(certificates=recached))
        if isinstance(request, QueryCertReq):
            result = certificates.query(wanted)
        else:
            result = certificates.verify(wanted, request.certificate)
        answer = _response(request, result)
        emitter.emit(
            ev.TvsCertificateLookedUp(
                number=number,
                request=kind,
                requested=requested,
                cache=result.cache,
                status=answer.status,
                roles=tuple(map(int, answer.roles)),
            ),
            cause=received,
        )
        return answer


def _response(request: TvsRequest, result: TvsLookUp) -> TvsResponse:
    session_id, found = request.session_id, result.found
    if isinstance(request, QueryCertReq):
        if found is None:
            return QueryCertRes(session_id, TvsStatus.INVALID)
        return QueryCertRes(session_id, TvsStatus.VALID, found.certificate, found.roles, TTL)
    if found is None:
        return CertVerificationRes(session_id, TvsStatus.INVALID)
    return CertVerificationRes(session_id, TvsStatus.VALID, found.roles, TTL)


def _id_untrusted(certificate: bytes) -> CertificateId:
    """Assumed: a certificate that cannot be read is one that TVS does not know."""
    try:
        return certificate_id(load_untrusted(certificate))
    except Unreadable:
        return _NO_ID


async def _receive_untrusted(stream: TlsStream) -> TvsMessage | TvsRefusal:
    """The first message; what comes behind it is not looked at, since a connection carries one question. Raises ProtocolError."""
    decoder = TvsDecoder()
    while (message := decoder.next()) is None:
        octets = await stream.receive_some(_READ_SIZE)
        if not octets:
            return TvsRefusal.CUT_SHORT if decoder.inside_message else TvsRefusal.NO_REQUEST
        decoder.feed(octets)
    return message
