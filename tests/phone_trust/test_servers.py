"""Which servers a phone trusts, as a table and over real TLS."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import trio

from cisco_data.models import TLS_1_2, TLS_1_3
from cisco_data.trust_roles import TrustRole
from journal import Event
from lab.testing import KeptEvents
from phone_sim.contexts import ClientContexts
from phone_sim.dialing import PhoneTlsStream
from phone_sim.trust.events import ServerNotTrusted, ServerVouchedFor
from phone_sim.trust.held_lists import HeldList, HeldLists
from phone_sim.trust.judged_handshake import ServerJudge, handshake_judged
from phone_sim.trust.servers import ServerUse, ServerVerdict, decide_server, is_listed, listed_servers_untrusted
from phone_sim.trust.tvs_answer import TrustRefusal, TvsAnswer, TvsVouch
from pki import Certificate
from tests.phone_trust.made_lists import CTL, ITL, encoded, header, identity, made_list, record
from tests.wire_tls.test_stream import tcp_pair
from wire.certificate_id import certificate_id
from wire.signed_files import TrustListFile
from wire.tls import AlertDescription, HandshakeFailed, ServerContext, TlsClosed, TlsProfile, TlsStream

R, T, U = TrustRole, TrustRefusal, ServerUse
BOTH = HeldLists(CTL, ITL)


def vouch(name: str, *roles: int) -> TvsVouch:
    return TvsVouch(identity(name).certificate, frozenset(roles))


@pytest.mark.parametrize(
    ("held", "use", "name", "tvs", "trust", "refusal"),
    [
        (HeldLists(), U.CALL_MANAGER, "other", None, ServerVerdict.NO_LIST, None),
        (BOTH, U.CALL_MANAGER, "callmanager", None, ServerVerdict.LISTED, None),
        (BOTH, U.CAPF, "capf", None, ServerVerdict.LISTED, None),
        (BOTH, U.TVS, "tvs", None, ServerVerdict.LISTED, None),
        (BOTH, U.CALL_MANAGER, "tvs", None, ServerVerdict.ASK_TVS, None),  # listed for something else
        (BOTH, U.CALL_MANAGER, "renewed", None, ServerVerdict.ASK_TVS, None),
        (BOTH, U.HTTPS, "tomcat", None, ServerVerdict.ASK_TVS, None),
        (BOTH, U.HTTPS, "tomcat", vouch("tomcat", 7), ServerVerdict.BY_TVS, None),
        (BOTH, U.HTTPS, "tomcat", vouch("tomcat", 2), ServerVerdict.REFUSED, T.TVS_OTHER_ROLE),
        (BOTH, U.HTTPS, "tomcat", T.TVS_UNKNOWN, ServerVerdict.REFUSED, T.TVS_UNKNOWN),
        (BOTH, U.TVS, "other", None, ServerVerdict.REFUSED, T.NOT_LISTED),
        (BOTH, U.TVS, "other", vouch("other", 21), ServerVerdict.REFUSED, T.NOT_LISTED),
        (BOTH, U.CAPF, None, None, ServerVerdict.REFUSED, T.UNREADABLE),
    ],
)
def test_a_server_is_trusted_by_its_role_in_the_lists_then_by_tvs(held, use, name, tvs, trust, refusal) -> None:  # type: ignore[no-untyped-def]
    shown = identity(name).certificate if name else None
    decision = decide_server(held, use, shown, tvs)
    assert (decision.verdict, decision.refusal) == (trust, refusal)


def test_name_serial_number_and_key_all_count() -> None:
    certificate = identity("callmanager").certificate
    other_key = encoded(identity("other").key.public_key())
    assert is_listed(certificate, (record(certificate, R.CCM),))
    assert not is_listed(certificate, (record(certificate, R.CCM, public_key=other_key),))
    of_another = certificate_id(identity("other").certificate)
    assert not is_listed(certificate, (replace(record(certificate, R.CCM), certificate_id=of_another),))


def test_two_certificates_of_one_name_are_both_trusted() -> None:
    new = made_list("itlrecovery", ("renewed", R.CCM_TFTP))
    listed = listed_servers_untrusted(HeldLists(CTL, new), U.CALL_MANAGER)
    assert listed is not None
    assert set(listed.certificates) == {identity(name).certificate for name in ("callmanager", "renewed")}


@pytest.mark.parametrize("der", [None, b"no certificate"])
def test_records_without_a_certificate_leave_the_decision_to_name_and_key(der) -> None:  # type: ignore[no-untyped-def]
    certificate = identity("callmanager").certificate
    records = (record(certificate, R.CCM, certificate=der),)
    held = HeldLists(ctl=HeldList(b"bare", TrustListFile(header(certificate_id(certificate)), records)))
    assert listed_servers_untrusted(held, U.CALL_MANAGER) is None
    assert decide_server(held, U.CALL_MANAGER, certificate, T.TVS_NOT_LISTED).trusted
    assert not decide_server(held, U.CALL_MANAGER, identity("renewed").certificate, T.TVS_NOT_LISTED).trusted


class Meeting:
    """A phone's handshake with a server of one certificate."""

    def __init__(
        self, held: HeldLists, use: ServerUse, *, obstacle: TrustRefusal | None = None, answer: TvsAnswer | None = None
    ) -> None:
        """`obstacle`: why TVS cannot be asked; else it gives the answer."""
        self.events = KeptEvents()
        self.asked: list[Certificate] = []
        self._answer = answer
        self.judge = ServerJudge(held, use, self._ask if obstacle is None else obstacle)

    async def _ask(self, certificate: Certificate, service: str, server: str, cause: Event | None) -> TvsAnswer:
        self.asked.append(certificate)
        assert self._answer is not None
        return self._answer

    @asynccontextmanager
    async def at(self, name: str, offer: TlsProfile = TLS_1_2) -> AsyncIterator[Event | None]:
        """What came of it; the server then waits for octets until the end of the block."""
        near, far = await tcp_pair()
        server = TlsStream(far, ServerContext(identity(name), offer), self.events.emitter("server"))
        emitter = self.events.emitter("phone")
        phone = PhoneTlsStream(near, self.judge.context(ClientContexts(), offer), emitter)

        async def serve() -> None:
            if await server.handshake():
                try:
                    await server.receive_some()
                except trio.BrokenResourceError:
                    pass
            await server.aclose()

        async with trio.open_nursery() as nursery:
            nursery.start_soon(serve)
            yield await handshake_judged(phone, self.judge, "SCCP", emitter, None)
            await phone.aclose()


@pytest.mark.trio
async def test_without_tvs_the_phone_refuses_inside_the_handshake(autojump_clock) -> None:  # type: ignore[no-untyped-def]
    meeting = Meeting(BOTH, U.CALL_MANAGER, obstacle=T.TVS_NOT_CONFIGURED)
    async with meeting.at("renewed") as failed:
        assert isinstance(failed, ServerNotTrusted)
        assert failed.refusal is T.TVS_NOT_CONFIGURED
    (seen,) = meeting.events.of(HandshakeFailed, "server")
    assert (seen.alert, seen.alert_direction) == (AlertDescription.UNKNOWN_CA, "read")
    async with meeting.at("callmanager") as failed:
        assert failed is None


@pytest.mark.trio
@pytest.mark.parametrize("offer", [TLS_1_2, TLS_1_3], ids=["1.2", "1.3"])
async def test_where_tvs_can_be_asked_it_decides_before_the_phone_sends_anything(offer, autojump_clock) -> None:  # type: ignore[no-untyped-def]
    meeting = Meeting(BOTH, U.CALL_MANAGER, answer=T.TVS_UNKNOWN)
    async with meeting.at("renewed", offer) as failed:
        assert isinstance(failed, ServerNotTrusted)
        assert failed.refusal is T.TVS_UNKNOWN
    assert meeting.asked == [identity("renewed").certificate]
    assert not meeting.events.of(ServerVouchedFor, "phone")
    (closed,) = meeting.events.of(TlsClosed, "server")
    assert (closed.reason, closed.alert) == ("eof", -1)

    meeting = Meeting(BOTH, U.CALL_MANAGER, answer=vouch("renewed", 0, 2))
    async with meeting.at("renewed", offer) as failed:
        assert failed is None
    assert len(meeting.events.of(ServerVouchedFor, "phone")) == 1


@pytest.mark.trio
async def test_a_listed_server_is_asked_of_no_tvs(autojump_clock) -> None:  # type: ignore[no-untyped-def]
    meeting = Meeting(BOTH, U.CAPF)
    async with meeting.at("capf") as failed:
        assert failed is None
    assert meeting.asked == []


@pytest.mark.trio
async def test_a_phone_without_lists_takes_any_server(autojump_clock) -> None:  # type: ignore[no-untyped-def]
    async with Meeting(HeldLists(), U.CALL_MANAGER, obstacle=T.TVS_NOT_LISTED).at("other") as failed:
        assert failed is None


@pytest.mark.trio
async def test_the_dates_of_a_listed_certificate_do_not_count(autojump_clock) -> None:  # type: ignore[no-untyped-def]
    meeting = Meeting(BOTH, U.CALL_MANAGER, obstacle=T.TVS_NOT_LISTED)
    meeting.events = KeptEvents(now=datetime(2050, 1, 1, tzinfo=UTC))
    async with meeting.at("callmanager") as failed:
        assert failed is None
    async with meeting.at("renewed") as failed:
        assert isinstance(failed, ServerNotTrusted)
