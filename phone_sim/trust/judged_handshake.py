"""TLS to a server that the phone judges by its lists, or asks TVS about: one way for CallManager, CAPF, TFTP and HTTPS.

OpenSSL calls back inside the handshake and cannot wait there for another server's answer. So there are two ways:

- Where no TVS can be asked, OpenSSL judges by exactly the certificates that are listed for this use, and the phone writes the
  alert itself (unknown_ca).
- Where TVS can be asked, the handshake is completed whatever OpenSSL finds. The certificate is then looked for in the lists, and
  TVS is asked about one that is not there, before the phone sends any octet of its own protocol. If TVS does not vouch for it,
  the phone closes the connection without an alert.

Assumed: both; how a real phone closes in the second case is not published. In the first case the certificate is compared once
more after the handshake, since OpenSSL also takes one that a listed certificate has issued.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import NamedTuple, TypedDict

from journal import Emitter, Event
from phone_sim.contexts import ClientContexts
from phone_sim.trust.events import ServerNotTrusted, ServerVouchedFor
from phone_sim.trust.held_lists import HeldLists
from phone_sim.trust.servers import ServerUse, ServerVerdict, decide_server, listed_servers_untrusted
from phone_sim.trust.tvs_answer import TrustRefusal, TvsAnswer
from pki import NO_NAME, Certificate, DistinguishedName, names_of, read
from wire.tls import ClientContext, TlsProfile, TlsStream

AskTvs = Callable[[Certificate, str, str, Event | None], Awaitable[TvsAnswer]]
"""Asks the TVS servers of the configuration about a certificate that a service showed at an `address:port`, because of an event.
Raises nothing for what they do."""


class ServerJudge(NamedTuple):
    """How the phone judges servers of one use."""

    held: HeldLists
    use: ServerUse
    tvs: AskTvs | TrustRefusal
    """How it asks TVS, or why it cannot."""

    def context(self, contexts: ClientContexts, offer: TlsProfile) -> ClientContext:
        """For the handshake, one for all phones that trust the same servers. Raises TlsUnavailable."""
        asks = not isinstance(self.tvs, TrustRefusal) and self.use is not ServerUse.TVS
        return contexts.get(offer, listed_servers_untrusted(self.held, self.use), refuses=not asks)


async def handshake_judged(
    stream: TlsStream, judge: ServerJudge, service: str, emitter: Emitter, cause: Event | None
) -> Event | None:
    """The handshake of a stream on `judge.context`. None where TLS is up with a server that the phone trusts; else the event
    that says why not, and only `aclose` is left to do.
    """
    if await stream.handshake():
        judged = await judge_certificate(stream, judge, service, emitter, cause)
        return judged if isinstance(judged, ServerNotTrusted) else None
    return note_refused(stream, judge, service, emitter) or stream.ended


def note_refused(stream: TlsStream, judge: ServerJudge, service: str, emitter: Emitter) -> ServerNotTrusted | None:
    """Of a handshake that has failed: the phone refused the server inside it. None where something else ended it."""
    failure = stream.engine.verify_failure
    if failure is None:
        return None
    shown = failure if failure.depth == 0 else None
    not_trusted = ServerNotTrusted(
        service=service,
        server=_server(stream),
        refusal=judge.tvs if isinstance(judge.tvs, TrustRefusal) else TrustRefusal.NOT_LISTED,
        subject=shown.subject if shown is not None else NO_NAME,
        issuer=shown.issuer if shown is not None else NO_NAME,
        serial_number=shown.serial_number if shown is not None else "",
    )
    return emitter.on(stream.connection).emit(not_trusted, cause=stream.ended)


async def judge_certificate(
    stream: TlsStream, judge: ServerJudge, service: str, emitter: Emitter, cause: Event | None
) -> ServerVerdict | ServerNotTrusted:
    """What the phone makes of the server once TLS is up; of one that it does not trust it has closed the connection."""
    emitter, server = emitter.on(stream.connection), _server(stream)
    certificate, tvs = stream.peer_certificate, judge.tvs
    decision = decide_server(judge.held, judge.use, certificate, tvs if isinstance(tvs, TrustRefusal) else None)
    if decision.verdict is ServerVerdict.ASK_TVS:
        assert certificate is not None
        assert not isinstance(tvs, TrustRefusal)
        decision = decide_server(judge.held, judge.use, certificate, await tvs(certificate, service, server, cause))
        if decision.refusal is None:
            emitter.emit(ServerVouchedFor(service=service, server=server), cause=cause)
    if decision.refusal is None:
        return decision.verdict
    await stream.close_without_alert()
    refused = ServerNotTrusted(service=service, server=server, refusal=decision.refusal, **_names(certificate))
    return emitter.emit(refused, cause=cause)


def _server(stream: TlsStream) -> str:
    return stream.connection.partition(">")[2]


class _Names(TypedDict):
    subject: DistinguishedName
    issuer: DistinguishedName
    serial_number: str


def _names(certificate: Certificate | None) -> _Names:
    if certificate is None:
        return _Names(subject=NO_NAME, issuer=NO_NAME, serial_number="")
    subject, issuer = names_of(certificate)
    return _Names(subject=subject, issuer=issuer, serial_number=f"{read(certificate).serial_number:x}")
