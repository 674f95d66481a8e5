"""A page that a phone opens at an HTTPS URL, on a server that its lists or TVS vouch for."""

from __future__ import annotations

from journal import Event
from phone_sim.hardware import Hardware
from phone_sim.https_services import SERVICE, ServiceNotOpened, ServiceOpened, open_service
from phone_sim.trust.events import ServerNotTrusted
from phone_sim.trust.judged_handshake import judge_certificate, note_refused
from phone_sim.trust.phone_trust import PhoneTrust
from phone_sim.trust.servers import ServerUse, ServerVerdict
from wire.tls import TlsStream


async def open_judged(
    hardware: Hardware, trust: PhoneTrust, url: str, cause: Event | None
) -> ServiceOpened | ServiceNotOpened:
    """Gives the event that says how it went."""
    judge = trust.judge(ServerUse.HTTPS)

    async def vouch(stream: TlsStream) -> ServerVerdict:
        judged = await judge_certificate(stream, judge, SERVICE, hardware.emitter, cause)
        return ServerVerdict.REFUSED if isinstance(judged, ServerNotTrusted) else judged

    def refused(stream: TlsStream) -> Event | None:
        return note_refused(stream, judge, SERVICE, hardware.emitter)

    context = judge.context(hardware.contexts, hardware.model.tls)
    return await open_service(
        url, hardware.route, hardware.resolve, context, vouch, hardware.emitter, refused=refused, cause=cause
    )
