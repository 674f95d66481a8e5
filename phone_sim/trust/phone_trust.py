"""How a phone goes by its lists from one power on to the next power off, and asks the TVS servers of its configuration."""

from __future__ import annotations

from journal import Event
from phone_sim.hardware import Hardware
from phone_sim.preference import prefer
from phone_sim.trust.events import ServerNotTrusted
from phone_sim.trust.held_lists import HeldList, ListKind
from phone_sim.trust.judged_handshake import ServerJudge, judge_certificate
from phone_sim.trust.servers import ServerUse
from phone_sim.trust.tvs_answer import TrustRefusal, TvsAnswer, TvsVouch, tvs_obstacle
from phone_sim.tvs_client import TvsClient, TvsFound, TvsNotFound, TvsResult, first_session_id, tvs_device_name
from phone_sim.tvs_events import TvsFailure
from phone_sim.tvs_servers import SERVICE as TVS
from phone_sim.tvs_servers import TvsDial, TvsFailed, tvs_dial
from pki import Certificate, Unreadable, load_untrusted
from wire.certificate_id import CertificateId
from wire.phone_file import TvsServer
from wire.streams import Stream

_REFUSALS = {
    TvsFailure.NO_SERVER: TrustRefusal.TVS_NOT_CONFIGURED,
    TvsFailure.UNREACHABLE: TrustRefusal.TVS_UNREACHABLE,
    TvsFailure.TIMED_OUT: TrustRefusal.TVS_UNREACHABLE,
}
"""All others: TVS_FAILED."""


class PhoneTrust:
    """Reads flash at each question: lists and configuration may have changed since the last one."""

    def __init__(self, hardware: Hardware) -> None:
        self._hardware = hardware
        flash, model = hardware.flash, hardware.model
        self._client = TvsClient(
            hardware.emitter,
            flash.tvs_cache,
            device_name=tvs_device_name(model, flash.device_name),
            session_id=first_session_id(model),
        )

    def judge(self, use: ServerUse) -> ServerJudge:
        """How servers of this use are judged now."""
        return ServerJudge(self._hardware.flash.lists, use, self.obstacle() or self._ask_about_server)

    def obstacle(self) -> TrustRefusal | None:
        """Why TVS cannot be asked now; None where it can."""
        hardware = self._hardware
        return tvs_obstacle(
            hardware.flash.lists, has_tvs=hardware.model.security_by_default, servers=bool(self._servers())
        )

    def take_list(self, kind: ListKind, new: HeldList, cause: Event) -> None:
        """Go by another list from now on. What TVS said beside the old one is forgotten."""
        flash = self._hardware.flash
        flash.lists = flash.lists.replaced(kind, new)
        if len(flash.tvs_cache):
            self._client.flush(cause)

    async def ask_about_signer(self, signer: CertificateId, file: str, cause: Event | None) -> TvsAnswer:
        """Of a list or a file."""
        return _answer(await self._client.query(signer, self._servers(), self._dial(), service=file, cause=cause))

    async def _ask_about_server(
        self, certificate: Certificate, service: str, server: str, cause: Event | None
    ) -> TvsAnswer:
        return _answer(
            await self._client.verify(
                certificate, self._servers(), self._dial(), service=service, peer=server, cause=cause
            )
        )

    def _servers(self) -> tuple[TvsServer, ...]:
        """Of the configuration that the phone holds, which after a move is that of the old cluster."""
        configuration = self._hardware.flash.configuration
        return configuration.tvs_members if configuration is not None else ()

    def _dial(self) -> TvsDial:
        """To a TVS whose certificate is in the lists. Assumed: the phone would show its LSC or MIC, and TVS does not ask for it."""
        hardware = self._hardware
        judge = ServerJudge(hardware.flash.lists, ServerUse.TVS, TrustRefusal.NOT_LISTED)
        chosen = prefer(hardware.flash.lsc, hardware.flash.mic)
        context = judge.context(hardware.contexts, hardware.model.tls)
        connect = tvs_dial(hardware.route, hardware.emitter, context, chosen[1] if chosen is not None else None)

        async def connect_judged(server: TvsServer, cause: Event) -> Stream | TvsFailed:
            stream = await connect(server, cause)
            if isinstance(stream, TvsFailed):
                return stream
            judged = await judge_certificate(stream, judge, TVS, hardware.emitter, cause)
            return TvsFailed(TvsFailure.TLS_REFUSED, judged) if isinstance(judged, ServerNotTrusted) else stream

        return connect_judged


def _answer(result: TvsResult) -> TvsAnswer:
    if isinstance(result, TvsNotFound):
        return TrustRefusal.TVS_UNKNOWN
    if isinstance(result, TvsFound):
        try:
            return TvsVouch(load_untrusted(result.certificate), frozenset(result.roles))
        except Unreadable:
            return TrustRefusal.TVS_FAILED
    if result.failure is TvsFailure.TLS_REFUSED:
        return TrustRefusal.TVS_UNTRUSTED
    return _REFUSALS.get(result.failure, TrustRefusal.TVS_FAILED)
