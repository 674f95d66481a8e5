"""TVS on a real socket: exact certificates with their roles, what reaches it while it runs, and peers that break the protocol."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import trio
from cryptography.hazmat.primitives.serialization import Encoding

from cisco_data import tls
from cisco_data.trust_roles import TrustRole
from cucm_sim import tvs_events as ev
from cucm_sim.texts.tvs_trace import tvs_lines
from cucm_sim.tvs_certificates import CTL_CACHE, DATABASE_CACHE, TvsCertificates
from cucm_sim.tvs_events import TvsRefusal
from lab.testing import NOW
from pki import Certificate
from tests.tshark import tshark
from tests.tvs.conftest import HERE, Node, identity
from wire.capture import PcapngWriter
from wire.certificate_id import CertificateId, certificate_id
from wire.faults import ConnectionFailed
from wire.net import connect
from wire.signed_files.model import SignatureDigest, SignedHeader, TrustListFile, TrustListRecord
from wire.tls import ClientContext, TlsProfile, TlsStream, TlsVersion
from wire.tvs import (
    TTL,
    CertVerificationReq,
    CertVerificationRes,
    QueryCertReq,
    QueryCertRes,
    TvsRequest,
    TvsResponse,
    TvsStatus,
    pull_message_untrusted,
    push_message,
)

pytestmark = pytest.mark.trio

DEVICE = "CP-8861-SEP001122334455"
ANY = TlsProfile(TlsVersion.TLSv1, TlsVersion.TLSv1_3, ("ECDHE-RSA-AES256-GCM-SHA384", "AES256-SHA"))
OLD = TlsProfile(TlsVersion.TLSv1, TlsVersion.TLSv1, ("AES256-SHA",))


def der(certificate: Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def query(certificate: Certificate) -> QueryCertReq:
    return QueryCertReq(1001, DEVICE, certificate_id(certificate))


def verify(certificate: Certificate) -> CertVerificationReq:
    return CertVerificationReq(7, DEVICE, der(certificate))


@asynccontextmanager
async def phone(node: Node, profile: TlsProfile = ANY) -> AsyncIterator[TlsStream]:
    """A connection whose TLS is up."""
    tcp = await connect(node.address, node.tvs_port, tap=node.tap)
    stream = TlsStream(tcp, ClientContext(profile), node.kept.emitter("phone"))
    async with stream:
        assert await stream.handshake()
        yield stream


async def ask(node: Node, *requests: TvsRequest, profile: TlsProfile = ANY) -> TvsResponse:
    """The answer to the first, where all of them are sent at once."""
    async with phone(node, profile) as stream:
        await stream.send_all(b"".join(map(push_message, requests)))
        answer = b""
        while octets := await stream.receive_some():
            answer += octets
    message = pull_message_untrusted(answer)
    assert isinstance(message, QueryCertRes | CertVerificationRes)
    return message


@pytest.mark.parametrize(
    ("name", "roles"),
    [
        ("CallManager", (TrustRole.SAST, TrustRole.CCM_TFTP)),
        ("of another cluster", (TrustRole.SAST, TrustRole.TFTP)),
        ("TVS", (TrustRole.TVS,)),
        ("tomcat", (TrustRole.APPLICATION_SERVER,)),
        ("CAPF", (TrustRole.CAPF,)),
    ],
)
async def test_it_knows_each_certificate_by_the_roles_of_its_unit(
    node: Node, autojump_clock: object, name: str, roles: tuple[int, ...]
) -> None:
    certificate = identity(name).certificate
    async with node.running():
        found, good = await ask(node, query(certificate)), await ask(node, verify(certificate))
    assert found == QueryCertRes(1001, TvsStatus.VALID, der(certificate), roles, TTL)
    assert good == CertVerificationRes(7, TvsStatus.VALID, roles, TTL)
    assert [event.cache for event in node.kept.of(ev.TvsCertificateLookedUp)] == [DATABASE_CACHE] * 2


async def test_a_certificate_that_it_does_not_know_is_invalid(node: Node, autojump_clock: object) -> None:
    unknown = identity("unknown").certificate
    same_id = certificate_id(identity("TVS").certificate)
    changed = der(identity("TVS").certificate)[:-1] + b"\0"
    async with node.running():
        assert await ask(node, query(unknown)) == QueryCertRes(1001, TvsStatus.INVALID)
        assert await ask(node, verify(unknown)) == CertVerificationRes(7, TvsStatus.INVALID)
        changed_answer = await ask(node, CertVerificationReq(7, DEVICE, changed))
        garbage = await ask(node, CertVerificationReq(7, DEVICE, b"no certificate"))
        commas = CertificateId("any", same_id.issuer.replace(";", ","), same_id.serial_number)
        assert (await ask(node, QueryCertReq(1001, DEVICE, commas))).status is TvsStatus.VALID
    assert changed_answer == garbage == CertVerificationRes(7, TvsStatus.INVALID)


async def test_it_asks_for_no_certificate_and_speaks_what_the_minimum_allows(
    node: Node, autojump_clock: object
) -> None:
    certificate = identity("TVS").certificate
    async with node.running() as nursery:
        assert (await ask(node, query(certificate), profile=OLD)).status is TvsStatus.VALID
        node.minimum = TlsVersion.TLSv1_2
        assert (await ask(node, query(certificate), profile=OLD)).status is TvsStatus.VALID
        await node.tvs.restart(nursery)
        with pytest.raises(AssertionError):
            await ask(node, query(certificate), profile=OLD)
        assert (await ask(node, query(certificate))).status is TvsStatus.VALID
    assert node.kept.one(ev.TvsRequestRefused).reason is TvsRefusal.TLS_REFUSED


async def test_change_notification_brings_some_units_and_a_restart_all(node: Node, autojump_clock: object) -> None:
    signer, capf = identity("signer").certificate, identity("new CAPF").certificate
    async with node.running() as nursery:
        node.stores["Phone-SAST-trust"].append(signer)
        node.own["CAPF"] = identity("new CAPF")
        assert (await ask(node, query(signer))).status is TvsStatus.INVALID
        assert (node.tvs.notify("Phone-SAST-trust"), node.tvs.notify("CAPF")) == (True, False)
        assert (await ask(node, query(signer))).status is TvsStatus.VALID
        assert (await ask(node, query(capf))).status is TvsStatus.INVALID
        await node.tvs.restart(nursery)
        assert (await ask(node, query(capf))).status is TvsStatus.VALID
        assert (await ask(node, query(identity("CAPF").certificate))).status is TvsStatus.INVALID
    assert not node.tvs.notify("Phone-SAST-trust")
    assert node.kept.one(ev.TvsDatabaseCacheRead).unit == "Phone-SAST-trust"


async def test_what_the_database_lacks_it_finds_in_the_ctl_file_as_it_is(node: Node, autojump_clock: object) -> None:
    token = identity("eToken").certificate
    header = SignedHeader((1, 2), certificate_id(token), SignatureDigest.SHA1, "CTLFile.tlv", 0, b"", 336)
    record = TrustListRecord(certificate_id(token), TrustRole.SAST, b"", certificate=der(token))
    async with node.running():
        assert (await ask(node, query(token))).status is TvsStatus.INVALID
        node.ctl_trust_list = TrustListFile(header, (record,))
        assert (await ask(node, query(token))).roles == (TrustRole.SAST,)
        assert (await ask(node, verify(token))).roles == (TrustRole.SAST,)
        node.ctl_trust_list = None
        assert (await ask(node, query(token))).status is TvsStatus.INVALID
    assert [event.cache for event in node.kept.of(ev.TvsCertificateLookedUp)] == ["", CTL_CACHE, CTL_CACHE, ""]
    assert [event.certificates for event in node.kept.of(ev.TvsCtlCacheRead)] == [1, 0]


async def test_a_connection_carries_one_question(node: Node, autojump_clock: object) -> None:
    first, second = query(identity("TVS").certificate), query(identity("CAPF").certificate)
    async with node.running():
        answer = await ask(node, first, second)
    assert isinstance(answer, QueryCertRes)
    assert answer.certificate == der(identity("TVS").certificate)
    assert len(node.kept.of(ev.TvsRequestReceived)) == 1


async def says(stream: TlsStream, octets: bytes) -> None:
    await stream.send_all(octets)
    with suppress(trio.BrokenResourceError):
        assert await stream.receive_some() == b""


async def leaves(stream: TlsStream, octets: bytes) -> None:
    if octets:
        await stream.send_all(octets)


async def is_cut(stream: TlsStream, octets: bytes) -> None:
    await stream.send_all(octets)
    stream.close_now()


QUERY = push_message(query(identity("TVS").certificate))
BAD: list[tuple[Callable[[TlsStream, bytes], Awaitable[None]], bytes, TvsRefusal]] = [
    (says, b"GET / HTTP/1.1\r\n\r\n", TvsRefusal.MALFORMED),
    (says, b"\x57\x01\x03\x00" + bytes(5) + b"\x04\x01\x00\x09\x01", TvsRefusal.MALFORMED),
    (says, push_message(QueryCertRes(1, TvsStatus.INVALID)), TvsRefusal.NO_QUESTION),
    (says, b"\x57\x01", TvsRefusal.TOO_SLOW),
    (leaves, b"", TvsRefusal.NO_REQUEST),
    (leaves, b"\x57\x01\x03", TvsRefusal.CUT_SHORT),
    (is_cut, b"\x57\x01\x03", TvsRefusal.CUT_SHORT),
]


@pytest.mark.parametrize(("behaviour", "octets", "reason"), BAD, ids=lambda value: getattr(value, "name", None))
async def test_a_peer_that_breaks_the_protocol_is_refused_and_the_next_one_answered(
    node: Node, autojump_clock: object, behaviour: Any, octets: bytes, reason: TvsRefusal
) -> None:
    async with node.running():
        refused = trio.Event()
        node.kept.journal.subscribe(lambda event: refused.set() if isinstance(event, ev.TvsRequestRefused) else None)
        async with phone(node, OLD) as stream:  # no session ticket waits unread, so a cut is EOF and no reset
            await behaviour(stream, octets)
        await refused.wait()
        assert node.kept.one(ev.TvsRequestRefused).reason is reason
        assert (await ask(node, query(identity("TVS").certificate))).status is TvsStatus.VALID


async def test_a_peer_that_speaks_no_tls_is_refused(node: Node, autojump_clock: object) -> None:
    async with node.running():
        tcp = await connect(HERE, node.tvs_port)
        await tcp.send_all(QUERY)
        while await tcp.receive_some():
            pass
        await tcp.aclose()
        assert (await ask(node, query(identity("TVS").certificate))).status is TvsStatus.VALID
    assert node.kept.one(ev.TvsRequestRefused).reason is TvsRefusal.TLS_REFUSED


async def test_a_phone_that_says_its_last_octet_first_gets_its_answer(node: Node, autojump_clock: object) -> None:
    async with node.running():
        tcp = await connect(HERE, node.tvs_port)
        async with TlsStream(tcp, ClientContext(ANY), node.kept.emitter("phone")) as stream:
            assert await stream.handshake()
            await stream.send_all(QUERY)
            await tcp.send_eof()
            assert pull_message_untrusted(await stream.receive_some()).session_id == 1001


async def test_its_log_has_the_published_lines(node: Node, autojump_clock: object) -> None:
    certificate = identity("CallManager").certificate
    async with node.running():
        await ask(node, query(certificate))
        await ask(node, verify(identity("unknown").certificate))
    texts = [line.partition("|   debug ")[2] for event in node.kept.events for line in tvs_lines(event)]
    wanted = certificate_id(certificate)
    key = f"{wanted.serial_number:X}{wanted.issuer}"
    place = "CertificateDBCache::getCertificateInformation"
    expected = [
        "TLS HS Done for ph_conn",
        "MsgType : TVS_MSG_QUERY_CERT_REQ",
        "1:UNKNOWN:TVS CORE: Rcvd Event: TVS_EV_QUERY_CERT_REQ in State: TVS_STATE_AWAIT_REQ",
        f"tvsHandleQueryCertReq : Subject Name is: {wanted.subject}",
        f"tvsHandleQueryCertReq : Issuer Name is: {wanted.issuer}",
        f"tvsHandleQueryCertReq : Serial Number is: {wanted.serial_number:X}",
        f"{place} - Looking up the certificate cache using Unique MAP ID : {key}",
        f"{place} - Found entry {{rolecount : 2}}",
        f"{place} - {{role : 0}}",
        f"{place} - {{role : 2}}",
        "1:UNKNOWN:Sending QUERY_CERT_RES msg",
    ]
    at = texts.index(expected[0])
    assert texts[at : at + len(expected)] == expected
    assert texts[-4:-1] == [
        "ERROR:CertificateCTLCache::getCertificateInformation - Cannot find the certificate in the cache",
        "getCertificateInformation(cert) : certificate not found",
        "2:UNKNOWN:Sending CERT_VERIF_RES msg",
    ]


async def test_a_stop_ends_the_connections_and_the_next_start_answers(node: Node, autojump_clock: object) -> None:
    async with node.running() as nursery:
        async with phone(node) as stream:
            await node.tvs.stop()
            with suppress(trio.BrokenResourceError):
                assert await stream.receive_some() == b""
        node.tvs.start(nursery)
        assert (await ask(node, query(identity("TVS").certificate))).status is TvsStatus.VALID
    assert len(node.kept.of(ev.TvsStopped)) == 2


async def test_a_fault_of_the_lab_ends_one_connection(
    node: Node, autojump_clock: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(TvsCertificates, "query", lambda *_: 1 / 0)
        async with node.running():
            async with phone(node) as stream:
                await stream.send_all(QUERY)
                assert await stream.receive_some() == b""
            patch.undo()
            assert (await ask(node, query(identity("TVS").certificate))).status is TvsStatus.VALID
    assert node.kept.one(ConnectionFailed, "cluster/tvs").exception == "ZeroDivisionError"


@pytest.mark.peer("openssl")
async def test_openssl_carries_the_question_and_gets_the_answer(node: Node) -> None:
    async with node.running():
        command = ["openssl", "s_client", "-quiet", "-connect", f"{HERE}:{node.tvs_port}"]
        done = await trio.run_process(command, capture_stdout=True, capture_stderr=True, stdin=QUERY, check=False)
    answer = pull_message_untrusted(done.stdout)
    assert answer == QueryCertRes(1001, TvsStatus.VALID, der(identity("TVS").certificate), (TrustRole.TVS,), TTL)


@pytest.mark.peer("openssl")
async def test_openssl_reads_the_certificate_and_is_asked_for_none(node: Node) -> None:
    async with node.running():
        command = ["openssl", "s_client", "-connect", f"{HERE}:{node.tvs_port}", "-showcerts"]
        done = await trio.run_process(command, capture_stdout=True, capture_stderr=True, stdin=b"", check=False)
    shown = done.stdout.decode()
    assert identity("TVS").certificate_pem().decode().strip() in shown
    assert "No client certificate CA names sent" in shown
    assert "Acceptable client certificate CA names" not in shown


@pytest.mark.peer("tshark")
async def test_tshark_reads_tls_and_the_certificate_on_2445(tmp_path: Path, autojump_clock: object) -> None:
    path = tmp_path / "tvs.pcapng"
    with path.open("wb") as file:
        writer = PcapngWriter(file, lambda: NOW)
        node = Node("127.66.24.45", tls.TVS.port, tap=writer)
        async with node.running():
            await ask(node, query(identity("TVS").certificate), profile=OLD)
        writer.close()
    (row,) = tshark(path, fields=["tcp.srcport", "tls.handshake.certificate"], only="tls.handshake.type == 11")
    assert row == {"tcp.srcport": "2445", "tls.handshake.certificate": der(identity("TVS").certificate).hex()}
    assert len(tshark(path, only="tls.record.content_type == 23 && tcp.dstport == 2445")) == 1
