"""A whole boot against TFTP and TVS servers that send what they should not: the phone keeps what it has, says so, and rests.

The phone holds an ITL and a configuration. No CallManager answers, so that a boot that gets through backs off in the end.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial

import pytest
import trio
from cryptography.hazmat.primitives.serialization import Encoding

import pki
from cisco_data.models import MODELS, TLS_1_2
from lab.testing import KeptEvents, cluster_certificates
from phone_sim.boot import BootState
from phone_sim.boot_configuration import MAX_OCTETS
from phone_sim.contexts import ClientContexts
from phone_sim.download_events import ConfigurationFileMissed, DownloadFailure
from phone_sim.events import BackedOff, ServerUnreachable, TrustListUpdated
from phone_sim.flash import Flash
from phone_sim.network import TftpAddress
from phone_sim.phone import Phone
from phone_sim.trust.events import ConfigurationKept, ConfigurationRefused, TrustListRefused, TrustListTaken
from phone_sim.trust.held_lists import HeldList, HeldLists
from phone_sim.trust.signed import Taking
from tests.phone_trust.made_lists import identity
from tests.phone_trust.test_boot_files import (
    AWAY,
    DEVICE,
    HERE,
    HOME,
    ITL,
    ITL_OF_ANY,
    SGN,
    SHA1,
    Loopback,
    R,
    T,
    home_list,
    signed,
    trust_list,
)
from wire.faults import ConnectionFailed
from wire.http.streams import RequestStream
from wire.net import Listener
from wire.phone_file import Member, PhoneFile, TvsServer
from wire.signed_files import read_trust_list_untrusted, record_of, write_record
from wire.signed_files.elements import RecordTag, element
from wire.signed_files.signing import sign_file
from wire.tcp import TcpStream
from wire.tftp import TftpClient, TftpErrorCode, TftpServer
from wire.tftp.packet import DataPacket, ErrorPacket, TftpPacket, TransferRequest, pull_tftp_untrusted, push_tftp
from wire.tls import ServerContext, TlsStream
from wire.tvs import TTL, QueryCertRes, TvsMessage, TvsStatus, push_message
from wire.udp import UdpSocket

F = DownloadFailure
FIRST = read_trust_list_untrusted(home_list(1)).header.length + 3
"""Where the length of the first record stands."""
NEW_LIST, AWAY_LIST = home_list(1), trust_list("other", *AWAY)
Answers = Callable[[TlsStream], Awaitable[None]]
Octets = bytes | None
"""A server's whole answer; None: it is silent."""


def configuration(stamp: str, tvs_port: int = 2445) -> PhoneFile:
    return PhoneFile(
        members=(Member(HERE, 0, ethernet_phone_port=9),),
        version_stamp=stamp,
        tvs_members=(TvsServer(HERE, port=tvs_port),),
    )


def http(body: bytes, length: int | None = None) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (len(body) if length is None else length) + body


async def says(message: TvsMessage | bytes, stream: TlsStream) -> None:
    await stream.receive_some()
    await stream.send_all(message if isinstance(message, bytes) else push_message(message))


async def is_silent(stream: TlsStream) -> None:
    await trio.sleep_forever()


def knows(name: str, role: int = R.SAST) -> Answers:
    der = identity(name).certificate.public_bytes(Encoding.DER)
    return partial(says, QueryCertRes(1001, TvsStatus.VALID, der, (role,), TTL))


class Servers:
    """HTTP, TVS, and the phone. What is not in `answers` is not found."""

    def __init__(self) -> None:
        self.answers: dict[str, Octets] = {}
        self.tvs: Answers = knows("other")
        self.kept = KeptEvents()
        self.rests = trio.Event()
        self.kept.journal.subscribe(lambda event: self.rests.set() if isinstance(event, BackedOff) else None)
        self.flash = Flash(DEVICE, mic=None, lsc=cluster_certificates().phone)
        self.lists = self.flash.lists = HeldLists(itl=HeldList(home_list(), read_trust_list_untrusted(home_list())))

    @asynccontextmanager
    async def open(self, model: str = "8865", udp_port: int | None = None) -> AsyncIterator[Phone]:
        web, tvs = Listener(HERE, 0), Listener(HERE, 0)
        context = ServerContext(identity("tvs"), TLS_1_2)

        async def serve(tcp: TcpStream) -> None:
            request = await RequestStream(tcp).next_request_untrusted()
            assert request is not None
            answer = self.answers.get(request.target[1:], b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            if answer is None:
                await trio.sleep_forever()
            else:
                await tcp.send_all(answer)

        async def vouch(tcp: TcpStream) -> None:
            async with TlsStream(tcp, context, self.kept.emitter("cluster/tvs")) as stream:
                if await stream.handshake():
                    await self.tvs(stream)

        self.flash.configuration = configuration("old", tvs.port)
        phone = Phone(
            MODELS[model],
            self.flash,
            network=Loopback(),
            tftp=TftpAddress(HERE, web.port, tftp_port=udp_port),
            contexts=ClientContexts(),
            make_key=pki.KeyPool().ring().take,
            emitter=self.kept.emitter(DEVICE),
            tftp_client=TftpClient(HERE) if udp_port is not None else None,
        )
        async with trio.open_nursery() as nursery:
            nursery.start_soon(web.serve, serve)
            nursery.start_soon(tvs.serve, vouch)
            phone.power_on(nursery)
            yield phone
            phone.power_off()
            nursery.cancel_scope.cancel()

    async def boot(self, model: str = "8865", udp_port: int | None = None) -> str:
        """Until the phone is at rest. Its status messages and its console, as one text."""
        async with self.open(model, udp_port) as phone:
            with trio.fail_after(3600):
                await self.rests.wait()
            assert phone.state is BootState.BACKING_OFF
            assert not self.kept.of(ConnectionFailed)
            return "\n".join([*(message.text for message in phone.status_messages), *phone.console_lines])


@pytest.fixture
def servers() -> Servers:
    made = Servers()
    made.answers = {ITL: http(NEW_LIST), SGN: http(signed("callmanager", configuration("new")))}
    return made


def with_unknown_tags() -> bytes:
    """A list with one more record, which has an element that no phone knows."""
    records = [record_of(identity(name).certificate, role) for name, role in HOME]
    one = write_record(records[0])[5:] + element(77, b"?")
    payload = b"".join(map(write_record, records)) + element(RecordTag.RECORD_LENGTH, (5 + len(one)).to_bytes(2, "big"))
    return sign_file(
        payload + one, identity("itlrecovery"), version=(1, 2), file_name=ITL_OF_ANY, digest=SHA1, timestamp=2
    )


UPDATED, FAILED = "Trust List updated", "Trust List update failed"
LISTS: list[tuple[str, Octets, Answers, str, str]] = [
    ("good", http(NEW_LIST), is_silent, "", UPDATED),
    ("unknown tags", http(with_unknown_tags()), is_silent, "", UPDATED),
    ("wrong length", http(NEW_LIST[:FIRST] + b"\xff\xff" + NEW_LIST[FIRST + 2 :]), is_silent, T.UNREADABLE, FAILED),
    ("cut", http(NEW_LIST[:-9]), is_silent, T.UNREADABLE, FAILED),
    ("garbage", http(b"\x01\x00\x02"), is_silent, T.UNREADABLE, FAILED),
    ("too large", http(bytes(65_537)), is_silent, T.TOO_LARGE, FAILED),
    ("wrong signature", http(NEW_LIST[:-1] + b"\xff"), is_silent, T.SIGNATURE_WRONG, FAILED),
    ("cut on its way", http(NEW_LIST[:900], len(NEW_LIST)), is_silent, F.UNREADABLE, FAILED),
    ("not HTTP", b"\x00" * 99 + b"\r\n\r\n", is_silent, F.UNREADABLE, FAILED),
    ("a server's fault", b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n", is_silent, F.REFUSED, FAILED),
    ("a silent server", None, is_silent, F.TIMED_OUT, FAILED),
    ("TVS vouches", http(AWAY_LIST), knows("other"), "", UPDATED),
    ("TVS knows it not", http(AWAY_LIST), partial(says, QueryCertRes(1001, TvsStatus.INVALID)), T.TVS_UNKNOWN, FAILED),
    ("TVS lies", http(AWAY_LIST), knows("callmanager"), T.TVS_FAILED, FAILED),
    ("TVS knows another role", http(AWAY_LIST), knows("other", R.CAPF), T.TVS_OTHER_ROLE, FAILED),
    ("TVS is silent", http(AWAY_LIST), is_silent, T.TVS_UNREACHABLE, FAILED),
    ("TVS closes", http(AWAY_LIST), partial(says, b""), T.TVS_FAILED, FAILED),
    ("TVS sends garbage", http(AWAY_LIST), partial(says, b"HTTP/1.1 400 No\r\n\r\n"), T.TVS_FAILED, FAILED),
]


@pytest.mark.parametrize(
    ("answer", "tvs", "refusal", "status"), [one[1:] for one in LISTS], ids=[one[0] for one in LISTS]
)
@pytest.mark.trio
async def test_a_list_is_taken_or_the_old_one_kept(
    answer: Octets, tvs: Answers, refusal: str, status: str, autojump_clock: object, servers: Servers
) -> None:
    servers.answers[ITL], servers.tvs = answer, tvs
    said = await servers.boot()
    assert status in said
    assert bool(servers.kept.of(TrustListUpdated)) is not bool(refusal)
    if not refusal:
        assert servers.kept.one(TrustListTaken).taking in (Taking.BY_LIST, Taking.BY_TVS)
        return
    refused = servers.kept.one(TrustListRefused)
    assert (refused.refusal or refused.failure) == refusal
    assert f"LAB {ITL} not taken: {refusal}" in said
    assert servers.flash.lists is servers.lists
    assert servers.flash.configuration is not None
    # A refused list does not keep the phone from going on; one that it cannot load does.
    assert servers.flash.configuration.version_stamp == ("old" if refusal == T.TOO_LARGE else "new")


NEW = signed("callmanager", configuration("new"))
FILES: list[tuple[str, Octets, str, str]] = [
    ("good", http(NEW), "", SGN),
    ("not signed", http(b"<device/>"), T.UNREADABLE, "not taken"),
    ("wrong length", http(NEW[:6] + b"\xff\xff" + NEW[8:]), T.UNREADABLE, "not taken"),
    ("wrong signature", http(NEW[:-1] + b"?"), T.SIGNATURE_WRONG, "not taken"),
    ("signed by another", http(signed("capf", configuration("new"))), T.TVS_FAILED, "No match found in trust list"),
    ("missing", b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", F.FILE_NOT_FOUND, f"File not found {SGN}"),
    ("too large", http(bytes(MAX_OCTETS + 1)), F.UNREADABLE, f"{SGN}: unreadable"),
    ("cut on its way", http(NEW[:-9], len(NEW)), F.UNREADABLE, f"{SGN}: unreadable"),
    ("a silent server", None, F.TIMED_OUT, "TFTP timeout"),
]


@pytest.mark.parametrize(("answer", "why", "told"), [one[1:] for one in FILES], ids=[one[0] for one in FILES])
@pytest.mark.trio
async def test_a_configuration_is_taken_or_the_old_one_kept(
    answer: Octets, why: str, told: str, autojump_clock: object, servers: Servers
) -> None:
    servers.answers[SGN] = answer
    said = await servers.boot()
    assert told in said
    assert servers.flash.configuration is not None
    assert servers.flash.configuration.version_stamp == ("old" if why else "new")
    refused, missed = servers.kept.of(ConfigurationRefused), servers.kept.of(ConfigurationFileMissed)
    assert [event.refusal for event in refused] + [event.failure for event in missed] == ([why] if why else [])
    assert bool(servers.kept.of(ConfigurationKept)) is bool(refused)


@asynccontextmanager
async def udp_server(list_answer: list[TftpPacket]) -> AsyncIterator[int]:
    """Answers a request for the ITL with these packets, and each other one with ERROR 1. Gives its port."""
    socket = UdpSocket(HERE)

    async def serve() -> None:
        while True:
            data, client = await socket.receive()
            packet = pull_tftp_untrusted(data)
            if isinstance(packet, TransferRequest):
                not_found: list[TftpPacket] = [ErrorPacket(TftpErrorCode.FILE_NOT_FOUND, "File not found")]
                for one in list_answer if packet.file == ITL else not_found:
                    socket.send_now(push_tftp(one), client)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(serve)
        yield socket.port
        nursery.cancel_scope.cancel()
        socket.close()


@pytest.mark.parametrize(
    ("packets", "failure", "status"),
    [
        ([ErrorPacket(TftpErrorCode.ACCESS_VIOLATION, "no\x1b[31m")], F.REFUSED, FAILED),
        ([DataPacket(1, bytes(600))], F.UNREADABLE, FAILED),
        ([DataPacket(1, bytes(512))], None, "TFTP timeout"),
        ([], None, "TFTP timeout"),
    ],
    ids=["TFTP error", "longer block", "cut on its way", "silent"],
)
@pytest.mark.trio
async def test_over_udp_the_old_list_is_kept_too(
    packets: list[TftpPacket], failure: DownloadFailure | None, status: str, autojump_clock: object, servers: Servers
) -> None:
    async with udp_server(packets) as port:
        said = await servers.boot("7965", port)
    assert status in said
    assert "\x1b" not in said
    assert servers.flash.lists is servers.lists
    assert [event.failure for event in servers.kept.of(TrustListRefused)] == ([failure] if failure else [])
    assert bool([event for event in servers.kept.of(ServerUnreachable) if event.service == "TFTP"]) is not bool(failure)


@pytest.mark.trio
async def test_over_udp_a_good_list_is_taken(autojump_clock: object, servers: Servers) -> None:
    files = {ITL: NEW_LIST, SGN: NEW}
    server = TftpServer(HERE, 0, lambda name, client: files.get(name), servers.kept.emitter("cluster/tftp"))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(server.serve)
        assert UPDATED in await servers.boot("7965", server.port)
        server.close()
    assert servers.kept.one(TrustListTaken).taking is Taking.BY_LIST
