"""A phone asks TVS: its cache, its servers by priority, and servers that are away, slow, silent, unreadable or lie."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import trio
from cryptography.hazmat.primitives.serialization import Encoding

from cisco_data.models import MODELS
from cisco_data.trust_roles import CALL_MANAGERS, FILE_SIGNERS, LIST_SIGNERS, TrustRole
from cucm_sim import tvs_events as server_events
from journal import Event, events_of_lines, to_jsonl
from lab.testing import KeptEvents
from phone_sim import tvs_events as ev
from phone_sim.texts.tvs import LINES_79XX, LINES_88XX
from phone_sim.tvs_cache import MAX_ANSWERS, TvsCache
from phone_sim.tvs_client import TvsClient, TvsFound, TvsNotFound, TvsResult, first_session_id, tvs_device_name
from phone_sim.tvs_events import TvsFailure
from phone_sim.tvs_servers import TvsFailed, tvs_dial
from pki import Certificate, TrustStore
from tests.tvs.conftest import HERE, Node, identity
from wire.certificate_id import CertificateId, certificate_id
from wire.net import Listener, connect
from wire.phone_file import TvsServer
from wire.streams import Transport
from wire.tcp import TcpStream
from wire.tls import ClientContext, ServerContext, TlsProfile, TlsStream, TlsVersion
from wire.tvs import MAX_MESSAGE, TTL, CertVerificationRes, QueryCertRes, TvsMessage, TvsStatus, push_message

DEVICE = "SEP001122334455"
OFFER = TlsProfile(TlsVersion.TLSv1, TlsVersion.TLSv1_2, ("ECDHE-RSA-AES256-GCM-SHA384", "AES256-SHA"))
FILE = "ITLSEP001122334455.tlv"


class Loopback:
    """A phone's network."""

    async def connect(self, address: str, port: int, source: str = "") -> Transport:
        return await connect(address, port, local_address=source)


@dataclass
class Phone:
    """A client with what it needs; its list has the TVS certificate of these names."""

    kept: KeptEvents
    trusted: tuple[str, ...] = ("TVS",)
    model: str = "8861"
    cache: TvsCache = field(default_factory=TvsCache)

    def __post_init__(self) -> None:
        model = MODELS[self.model]
        emitter = self.kept.emitter(DEVICE)
        name, number = tvs_device_name(model, DEVICE), first_session_id(model)
        self.client = TvsClient(emitter, self.cache, device_name=name, session_id=number)
        servers = TrustStore("TVS", [identity(name).certificate for name in self.trusted])
        self.dial = tvs_dial(Loopback(), emitter, ClientContext(OFFER, servers), None)

    async def query(self, wanted: Certificate | CertificateId, *ports: int) -> TvsResult:
        """Of servers on these ports, the first of which has the highest priority."""
        asked = wanted if isinstance(wanted, CertificateId) else certificate_id(wanted)
        return await self.client.query(asked, servers(ports), self.dial, service=FILE)

    async def verify(self, certificate: Certificate, *ports: int) -> TvsResult:
        return await self.client.verify(certificate, servers(ports), self.dial, service="HTTPS", peer="10.1.1.1:8443")


def servers(ports: Sequence[int]) -> list[TvsServer]:
    """The last one first, as nothing but the priority counts."""
    return [TvsServer(HERE, priority, port) for priority, port in enumerate(ports)][::-1]


def der(certificate: Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def closed_port() -> int:
    listener = Listener(HERE, 0)
    listener.close()
    return listener.port


@pytest.mark.trio
async def test_a_known_signer_comes_with_its_roles_and_is_remembered(node: Node, autojump_clock: object) -> None:
    phone, signer = Phone(node.kept), identity("CallManager").certificate
    async with node.running():
        found = await phone.query(signer, node.tvs_port)
        again, verified = await phone.query(signer), await phone.verify(signer)
        other = await phone.query(identity("CAPF").certificate, node.tvs_port)
    assert isinstance(found, TvsFound)
    assert (found.certificate, found.roles, found.ttl) == (der(signer), (TrustRole.SAST, TrustRole.CCM_TFTP), TTL)
    assert found.has_role(LIST_SIGNERS)
    assert found.has_role(FILE_SIGNERS)
    assert found.has_role(CALL_MANAGERS)
    for kept in (again, verified):
        assert isinstance(kept, TvsFound)
        assert (kept.certificate, kept.roles) == (found.certificate, found.roles)
    assert isinstance(other, TvsFound)
    assert not other.has_role(LIST_SIGNERS)
    assert [event.session_id for event in node.kept.of(ev.TvsRequestSent)] == [1001, 1002]
    received = node.kept.of(server_events.TvsRequestReceived)
    assert [event.session_id for event in received] == [1001, 1002]
    assert {event.device_name for event in received} == {"CP-8861-SEP001122334455"}
    assert len(node.kept.of(ev.TvsCacheUsed)) == 2


@pytest.mark.trio
async def test_a_server_is_verified_by_the_very_certificate(node: Node, autojump_clock: object) -> None:
    phone, tomcat = Phone(node.kept, model="7965"), identity("tomcat").certificate
    async with node.running():
        found = await phone.verify(tomcat, node.tvs_port)
        unknown = await phone.verify(identity("unknown").certificate, node.tvs_port, node.tvs_port)
    assert isinstance(found, TvsFound)
    assert (found.certificate, found.roles) == (der(tomcat), (TrustRole.APPLICATION_SERVER,))
    assert isinstance(unknown, TvsNotFound)
    assert [event.session_id for event in node.kept.of(ev.TvsRequestSent)] == [0x3EA, 0x3EB]  # one server said no
    assert len(phone.cache) == 1


@pytest.mark.trio
async def test_an_answer_is_forgotten_after_a_day_and_with_a_new_list(node: Node, autojump_clock: object) -> None:
    phone, signer = Phone(node.kept), identity("CallManager").certificate
    clock = node.kept.journal.clock
    async with node.running():
        await phone.query(signer, node.tvs_port)
        clock.advance(timedelta(hours=23))
        kept = await phone.query(signer)
        clock.advance(timedelta(hours=1))
        expired = await phone.query(signer)
        await phone.query(signer, node.tvs_port)
    phone.client.flush()
    flushed = await phone.query(signer)
    assert isinstance(kept, TvsFound)
    assert kept.ttl == 3600
    for gone in (expired, flushed):
        assert isinstance(gone, TvsFailed)
        assert gone.failure is TvsFailure.NO_SERVER
    assert node.kept.one(ev.TvsCacheFlushed).answers == 1


@pytest.mark.trio
async def test_the_servers_are_tried_by_priority(node: Node, autojump_clock: object) -> None:
    phone, signer = Phone(node.kept), identity("CallManager").certificate
    away = closed_port()
    async with node.running():
        found = await phone.query(signer, away, node.tvs_port, away)
    lost = await phone.query(identity("CAPF").certificate, away, away)
    assert isinstance(found, TvsFound)
    assert isinstance(lost, TvsFailed)
    assert lost.failure is TvsFailure.UNREACHABLE
    tried = [event.port for event in node.kept.of(ev.TvsServerTried)]
    assert tried == [away, node.tvs_port, away, away]
    assert node.kept.one(ev.TvsUnavailable).tried == 2


@pytest.mark.trio
async def test_a_tvs_that_is_not_in_the_list_is_not_asked(node: Node, autojump_clock: object) -> None:
    phone = Phone(node.kept, trusted=("another TVS",))
    async with node.running():
        result = await phone.query(identity("CallManager").certificate, node.tvs_port)
    assert isinstance(result, TvsFailed)
    assert result.failure is TvsFailure.TLS_REFUSED
    assert node.kept.of(server_events.TvsRequestReceived) == []


Behaviour = Callable[[TlsStream], Awaitable[None]]


async def answers(message: TvsMessage | bytes, stream: TlsStream) -> None:
    await stream.receive_some()
    await stream.send_all(message if isinstance(message, bytes) else push_message(message))


async def is_silent(stream: TlsStream) -> None:
    await trio.sleep(11)


async def trickles(stream: TlsStream) -> None:
    for octet in bytes.fromhex("570104f7 000003e9"):
        await stream.send_all(bytes((octet,)))
        await trio.sleep(2)


async def closes(stream: TlsStream) -> None:
    await stream.receive_some()


def found(name: str, session_id: int = 1001) -> QueryCertRes:
    return QueryCertRes(session_id, TvsStatus.VALID, der(identity(name).certificate), (TrustRole.SAST,), TTL)


BAD: list[tuple[str, Behaviour, TvsFailure]] = [
    ("silent", is_silent, TvsFailure.TIMED_OUT),
    ("slow", trickles, TvsFailure.TIMED_OUT),
    ("closes", closes, TvsFailure.CLOSED),
    ("cut", partial(answers, push_message(found("CallManager"))[:-9]), TvsFailure.CLOSED),
    ("garbage", partial(answers, b"HTTP/1.1 400 Bad Request\r\n"), TvsFailure.UNREADABLE),
    ("other session", partial(answers, found("CallManager", 1002)), TvsFailure.UNREADABLE),
    ("other kind", partial(answers, CertVerificationRes(1001, TvsStatus.VALID)), TvsFailure.UNREADABLE),
    ("no DER", partial(answers, QueryCertRes(1001, TvsStatus.VALID, b"x")), TvsFailure.UNREADABLE),
    ("lies", partial(answers, found("unknown")), TvsFailure.OTHER_CERTIFICATE),
]


@pytest.mark.trio
@pytest.mark.parametrize(("behaviour", "failure"), [one[1:] for one in BAD], ids=[one[0] for one in BAD])
async def test_a_server_that_misbehaves_makes_the_phone_ask_the_next_one(
    node: Node, autojump_clock: object, behaviour: Behaviour, failure: TvsFailure
) -> None:
    phone, signer = Phone(node.kept), identity("CallManager").certificate
    context = ServerContext(identity("TVS"), OFFER)

    async def serve(tcp: TcpStream) -> None:
        async with TlsStream(tcp, context, node.kept.emitter("rogue")) as stream:
            if await stream.handshake():
                await behaviour(stream)

    async with node.running() as nursery:
        listener = Listener(HERE, 0)
        nursery.start_soon(listener.serve, serve, node.kept.emitter("rogue"))
        alone = await phone.query(signer, listener.port)
        assert len(phone.cache) == 0
        phone = Phone(node.kept)
        result = await phone.query(signer, listener.port, node.tvs_port)
        nursery.cancel_scope.cancel()
    assert isinstance(alone, TvsFailed)
    assert alone.failure is failure
    assert isinstance(result, TvsFound)
    assert [event.failure for event in node.kept.of(ev.TvsServerFailed)] == [failure] * 2


@pytest.mark.trio
async def test_session_ids_begin_again_at_one_and_a_name_too_long_to_ask_for_is_no_answer(
    node: Node, autojump_clock: object
) -> None:
    phone, signer = Phone(node.kept), identity("CallManager").certificate
    phone.client = TvsClient(node.kept.emitter(DEVICE), phone.cache, device_name="CP-8861", session_id=0xFFFFFFFF)
    async with node.running():
        too_long = await phone.query(CertificateId("CN=" + "x" * MAX_MESSAGE, "CN=x", 1), node.tvs_port)
        found = await phone.query(signer, node.tvs_port)
    assert isinstance(too_long, TvsFailed)
    assert too_long.failure is TvsFailure.UNREADABLE
    assert isinstance(found, TvsFound)
    assert [event.session_id for event in node.kept.of(ev.TvsRequestSent)] == [1]


@pytest.mark.trio
async def test_what_the_cache_has_of_another_certificate_of_these_names_verifies_none(autojump_clock: object) -> None:
    kept, tomcat = KeptEvents(), identity("tomcat").certificate
    phone = Phone(kept)
    assert phone.cache.add(certificate_id(tomcat), b"another", (TrustRole.APPLICATION_SERVER,), kept.now, TTL)
    assert isinstance(await phone.verify(tomcat), TvsFailed)
    assert isinstance(await phone.query(tomcat), TvsFound)


def test_the_cache_keeps_the_newest_and_no_answer_without_a_life() -> None:
    cache, now = TvsCache(), KeptEvents().now
    names = [CertificateId("", "CN=x", number) for number in range(MAX_ANSWERS + 1)]
    assert not cache.add(names[0], b"x", (), now, 0)
    assert all(cache.add(name, b"x", (), now, 1) for name in names)
    assert (len(cache), cache.get(names[0], now)) == (MAX_ANSWERS, None)
    assert cache.get(names[1], now, b"another") is None
    assert cache.get(names[1], now, b"x") is not None


def texts(events: Sequence[Event], rules: dict[type[Event], Callable[[Any], Any]]) -> list[str]:
    return [
        f"{severity} {text}" for event in events if type(event) in rules for severity, text in rules[type(event)](event)
    ]


@pytest.mark.trio
async def test_both_consoles_have_the_published_lines(node: Node, autojump_clock: object) -> None:
    phone = Phone(node.kept)
    async with node.running():
        await phone.query(identity("CallManager").certificate, node.tvs_port)
        first = len(node.kept.events)
        await phone.verify(identity("tomcat").certificate, node.tvs_port)
    new = [line for line in texts(node.kept.events[:first], LINES_88XX) if "LAB" not in line]
    old = [line for line in texts(node.kept.events[first:], LINES_79XX) if "LAB" not in line]
    sent, received, port = node.kept.of(ev.TvsRequestSent)[1], node.kept.of(ev.TvsResponseReceived)[1], node.tvs_port
    assert received.octets == 25
    assert list(events_of_lines(map(to_jsonl, node.kept.events), "journal")) == node.kept.events
    assert new[:5] == [
        f"INF SECUREAPP-Attempting connect to TVS server addr [{HERE}], mode [IPv4]",
        f"DEB SECUREAPP-BIO created with: addr:{HERE}, port:{port}, mode:IPv4",
        "INF SECUREAPP-Sec SSL Connection - TVS.",
        "NOT SECUREAPP-Sec SSL Connection - Handshake successful.",
        "DEB SECUREAPP-TVS process request - processing TVS Query Certificate request.",
    ]
    assert new[-1] == "INF SECUREAPP-TVS added cert to TVS cache - expires in 24 hours"
    assert old == [
        "ERR SECD: -HTTPS cert not in CTL, <10.1.1.1:8443>",
        "NOT SECD: -TVS service available, can attempt via TVS",
        "NOT SECD: -TVS Certificate Authentication request",
        "NOT SECD: -No matching entry found at cache",
        f"NOT SECD: clpSetupSsl: Trying to connect to IPV4, IP: {HERE}, Port : {port}",
        "NOT SECD: -Successfully obtained a TLS connection to the TVS server",
        f"NOT SECD: -Successfully sent the certificate Authentication request to TVS server, bytes written : {sent.octets}",
        "NOT SECD: -Done sending Certificate Validation request",
        "NOT SECD: -Authenticate Certificate : request sent to TVS server - waiting for response",
        "NOT SECD: -Authentication Response received, status : 0",
    ]


def test_each_console_has_a_line_for_every_event_but_those_that_real_ones_pass_over() -> None:
    kinds = {kind for kind in vars(ev).values() if isinstance(kind, type) and issubclass(kind, Event)} - {Event}
    assert kinds - set(LINES_79XX) == {ev.TvsAnswerCached}
    assert kinds - set(LINES_88XX) == {ev.TvsCacheMissed}
