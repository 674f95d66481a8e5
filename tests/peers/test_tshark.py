"""tshark judges a whole story: the octets of every connection, wrapped as a capture, mean to it what our events say.

Nothing is sniffed: the phones' tap gives the octets, the contexts' key log the secrets, and the frames around them are made up.
"""

from __future__ import annotations

import re
import struct
import subprocess
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest

from cucm_sim.events import DeviceRegistered
from cucm_sim.tftp import FileServed, TrustListServed
from journal import Event
from lab.play import runner
from lab.play.runner import StoryResult, play
from lab.running.lab import Lab
from lab.scenario.file import load
from tests.tshark import write_pcap
from wire.sccp import MessageId, SccpDecoder
from wire.tls import (
    AlertDescription,
    AlertLevel,
    AlertSeen,
    CertificateVerified,
    ClientHelloSeen,
    HandshakeCompleted,
    TlsVersion,
)

pytestmark = pytest.mark.peer("tshark")

E = TypeVar("E", bound=Event)
VERSIONS = {"v10": "TLSv1", "v12": "TLSv1.2", "v13": "TLSv1.3", "authenticated": "TLSv1"}
REFUSED = {"old10": "TLSv1", "old12": "TLSv1.2", "old13": "TLSv1.3"}
MODELS = {"v12": "8861", "v13": "8861", "old12": "8861", "old13": "8861"}


def scenario() -> str:
    """Every kind of connection that a phone opens: TLS 1.0, 1.2, 1.3, NULL-SHA, refused on each, plain, CAPF, HTTP."""
    text = 'title = "Every kind of connection"\nlesson = "For a dissector."\n[clusters.old]\n[clusters.new]\n'
    for phone in (*VERSIONS, *REFUSED, "plain"):
        profile = {"plain": "Non Secure", "authenticated": "Authenticated"}.get(phone, "Encrypted")
        text += f'[phones.{phone}]\nmodel = "{MODELS.get(phone, "7965")}"\ncluster = "new"\nprofile = "{profile}"\n'
        text += "" if phone == "plain" else f'lsc = "{"old" if phone in REFUSED else "new"}"\n'
        text += 'tls = "1.3"\n' if phone in ("v13", "old13") else ""
    steps = ['do = "boot"']
    steps += [
        f'expect = "registered"\nphone = "{phone}"\ncertificate = "LSC"\ntls = "{VERSIONS[phone]}"'
        for phone in VERSIONS
    ]
    refused = 'certificate = "LSC"\nissuer = "CAPF of old"\nverify-code = 20\nalert = "unknown CA"'
    steps += [f'expect = "refused"\nphone = "{phone}"\n{refused}' for phone in REFUSED]
    steps += ['expect = "registered"\nphone = "plain"\ncertificate = "none"']
    steps += ['do = "certificate-operation"\nphone = "plain"\noperation = "Install/Upgrade"']
    steps += ['do = "reset"\nphones = ["plain"]']
    steps += ['expect = "certificate-operation-status"\nphone = "plain"\nstatus = "Upgrade Success"']
    steps += ['do = "wait"\nseconds = 65']
    return text + "".join(f"[[steps]]\n{step}\n" for step in steps)


# --- Octets become a capture


@dataclass
class Recorder:
    """Sees what phones send and receive, and the secrets of their TLS."""

    pieces: list[tuple[str, bool, bytes]] = field(default_factory=list)
    secrets: list[bytes] = field(default_factory=list)

    def octets(self, connection: str, client: bool, outgoing: bool, data: bytes) -> None:
        if client:
            self.pieces.append((connection, outgoing, data))

    def opened(self, connection: str, client: bool) -> None: ...
    def refused(self, connection: str) -> None: ...
    def finished(self, connection: str, client: bool, outgoing: bool) -> None: ...
    def reset(self, connection: str, client: bool, outgoing: bool) -> None: ...
    def closed(self, connection: str, client: bool) -> None: ...

    def of(self, connection: str, outgoing: bool) -> bytes:
        return b"".join(data for name, way, data in self.pieces if (name, way) == (connection, outgoing))


SYN, ACK, PUSH = 0x02, 0x10, 0x08
SEGMENT = 1400


def frames(pieces: Sequence[tuple[str, bool, bytes]]) -> Iterator[bytes]:
    """Ethernet, IP and TCP around each piece; addresses and ports are the connection's own."""
    sent: dict[tuple[str, bool], int] = {}

    def frame(connection: str, outgoing: bool, flags: int, data: bytes = b"") -> bytes:
        ends = [end.rsplit(":", 1) for end in connection.split(">")]
        (source, from_port), (target, to_port) = ends if outgoing else reversed(ends)
        numbers = sent[connection, outgoing], sent[connection, not outgoing]
        tcp = struct.pack(">HHIIBBHHH", int(from_port), int(to_port), *numbers, 0x50, flags, 65535, 0, 0) + data
        addresses = bytes(map(int, f"{source}.{target}".split(".")))
        ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(tcp), 0, 0, 64, 6, 0) + addresses + tcp
        sent[connection, outgoing] += len(data) + bool(flags & SYN)
        return bytes(12) + b"\x08\x00" + ip

    for connection, outgoing, data in pieces:
        if (connection, True) not in sent:
            sent[connection, True] = sent[connection, False] = 0
            yield frame(connection, True, SYN)
            yield frame(connection, False, SYN | ACK)
            yield frame(connection, True, ACK)
        for at in range(0, len(data), SEGMENT):
            yield frame(connection, outgoing, PUSH | ACK, data[at : at + SEGMENT])


def dissect(recorder: Recorder, folder: Path) -> Element:
    """tshark's reading, in its own XML."""
    path, keys = folder / "story.pcap", folder / "keys.log"
    keys.write_bytes(b"".join(line + b"\n" for line in recorder.secrets))
    write_pcap(path, list(frames(recorder.pieces)))
    # Only CAPF's port means nothing to tshark; it knows 2000, 2443 and HTTP by itself.
    command = ["tshark", "-r", str(path), "-o", f"tls.keylog_file:{keys}", "-d", "tcp.port==3804,tls", "-T", "pdml"]
    return ElementTree.fromstring(subprocess.run(command, capture_output=True, check=True).stdout)


# --- tshark's reading becomes something to compare


@dataclass
class Heard:
    """What tshark read in one packet's TLS or SCCP, one message each."""

    to_server: bool
    kind: str
    """`skinny`, `tls 1` and so on for handshake types, `alert`, `http`."""
    element: Element

    def numbers(self, name: str) -> list[int]:
        return [_number(found) for found in self.element.iter("field") if found.get("name") == name]

    def names(self, whose: str) -> list[str]:
        """The common names of the issuers or subjects of the certificates in it."""
        found, wanted = [], False
        for part in self.element.iter("field"):
            name = str(part.get("name"))
            if name in ("x509af.issuer", "x509af.subject"):
                wanted = name.endswith(whose)
            elif wanted and name.endswith(".rdnSequence"):
                found += re.findall(r"id-at-commonName=([^,)]*)", str(part.get("showname")))
        return found


def _number(element: Element) -> int:
    shown = str(element.get("show"))
    return int(shown, 16 if shown.startswith("0x") else 10)


def _field(packet: Element, name: str) -> str:
    return next(str(found.get("show")) for found in packet.iter("field") if found.get("name") == name)


SERVICES = ("2000", "2443", "3804", "6970")


def heard(document: Element) -> dict[str, list[Heard]]:
    """By connection, under our own names for them."""
    by_connection: dict[str, list[Heard]] = {}
    for packet in document.iter("packet"):
        source = f"{_field(packet, 'ip.src')}:{_field(packet, 'tcp.srcport')}"
        target = f"{_field(packet, 'ip.dst')}:{_field(packet, 'tcp.dstport')}"
        to_server = _field(packet, "tcp.dstport") in SERVICES
        here = by_connection.setdefault(f"{source}>{target}" if to_server else f"{target}>{source}", [])
        for proto in packet.iter("proto"):
            if proto.get("name") in ("skinny", "http"):
                here.append(Heard(to_server, str(proto.get("name")), proto))
            elif proto.get("name") == "tls":
                for part in proto.iter("field"):
                    if part.get("name") == "tls.handshake":
                        kinds = [
                            str(f.get("show")) for f in part.iter("field") if f.get("name") == "tls.handshake.type"
                        ]
                        here += [Heard(to_server, f"tls {kinds[0]}", part)] if kinds else []
                    elif part.find("field[@name='tls.alert_message.desc']") is not None:
                        here.append(Heard(to_server, "alert", part))
    return by_connection


@dataclass
class Story:
    result: StoryResult
    recorder: Recorder
    document: Element
    heard: dict[str, list[Heard]]

    def of(self, kind: type[E], connection: str = "", actor: str = "") -> list[E]:
        return [
            event
            for event in self.result.events
            if isinstance(event, kind) and event.connection.endswith(connection) and event.actor.endswith(actor)
        ]

    def on(self, port: int) -> list[str]:
        return [connection for connection in self.heard if connection.endswith(f":{port}")]

    def kinds(self, connection: str, kind: str) -> list[Heard]:
        return [message for message in self.heard[connection] if message.kind == kind]

    def connection_of(self, phone: str) -> str:
        """On which the phone registered first."""
        device = self.result.devices[phone]
        return next(event.connection for event in self.of(DeviceRegistered) if event.device_name == device)

    def refused_of(self, phone: str) -> str:
        """On which the phone was refused first."""
        device = self.result.devices[phone]
        return next(
            event.connection
            for event in self.of(AlertSeen, actor=device)
            if event.level == AlertLevel.FATAL and event.direction == "read"
        )


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Played once, and read by tshark once."""
    folder = tmp_path_factory.mktemp("story")
    file = folder / "every-kind.toml"
    file.write_text(scenario())
    recorder = Recorder()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runner, "Lab", lambda **how: Lab(**{**how, "tap": recorder, "keylog": recorder.secrets.append}))
        result = play(load(file))
    assert result.passed, [step.observed for step in result.steps if not step.passed]
    document = dissect(recorder, folder)
    return Story(result, recorder, document, heard(document))


# --- The judgement


APPLICATION_DATA = 23
CHAT = 0x00200000
"""Wireshark's severity for what is no complaint: a SYN was seen, a GET was asked."""


def test_tshark_has_nothing_to_complain_about(story: Story) -> None:
    assert [proto.get("name") for proto in story.document.iter("proto") if proto.get("name") == "_ws.malformed"] == []
    assert [
        found.get("showname")
        for expert in story.document.iter("field")
        if expert.get("name") == "_ws.expert"
        for found in expert.iter("field")
        if found.get("name") == "_ws.expert.severity" and _number(found) > CHAT
    ] == []


def test_tshark_would_have_seen_an_altered_octet(story: Story, tmp_path: Path) -> None:
    """In the last KeepAliveAck the lowest octet of the message id, encrypted as it is, has one bit turned over."""
    connection = story.connection_of("v12")
    pieces = [piece for piece in story.recorder.pieces if piece[0] == connection]
    last = max(at for at, (_, outgoing, data) in enumerate(pieces) if not outgoing and data[0] == APPLICATION_DATA)
    record = bytearray(pieces[last][2])
    record[5 + 8 + 8] ^= 1  # behind the record's header, the nonce of AES-GCM, and two fields of SCCP's header
    pieces[last] = connection, False, bytes(record)
    spoilt = heard(dissect(Recorder(pieces, story.recorder.secrets), tmp_path))[connection]
    before, after = (
        [message.numbers("skinny.messageId")[0] for message in messages if message.kind == "skinny"]
        for messages in (story.heard[connection], spoilt)
    )
    assert before[-1] == MessageId.KEEP_ALIVE_ACK
    assert after == before[:-1]  # there is no such message


def test_tshark_sees_each_connection_that_our_events_name(story: Story) -> None:
    named = {event.connection for event in story.result.events if event.connection}
    assert set(story.heard) <= named
    assert {port: len(story.on(port)) > 0 for port in (2000, 2443, 3804, 6970)} == dict.fromkeys(
        (2000, 2443, 3804, 6970), True
    )


@pytest.mark.parametrize("phone", VERSIONS)
def test_version_and_suites_are_what_tshark_negotiated(phone: str, story: Story) -> None:
    connection = story.connection_of(phone)
    (client_hello,) = story.kinds(connection, "tls 1")
    (server_hello,) = story.kinds(connection, "tls 2")
    (noted,) = story.of(ClientHelloSeen, connection)
    assert list(noted.cipher_suites) == client_hello.numbers("tls.handshake.ciphersuite")
    versions = client_hello.numbers("tls.handshake.extensions.supported_version")
    if versions:
        assert list(noted.versions) == [str(TlsVersion(number)) for number in versions]
    else:
        assert noted.versions[0] == str(TlsVersion(client_hello.numbers("tls.handshake.version")[0]))
    chosen = server_hello.numbers("tls.handshake.extensions.supported_version") or server_hello.numbers(
        "tls.handshake.version"
    )
    assert {str(TlsVersion(number)) for number in chosen} == {VERSIONS[phone]}
    for completed in story.of(HandshakeCompleted, connection):
        assert completed.version == VERSIONS[phone]
        assert SUITES[completed.cipher] == server_hello.numbers("tls.handshake.ciphersuite")[0]
    assert len(story.of(HandshakeCompleted, connection)) == 2


SUITES = {
    "NULL-SHA": 0x0002,
    "AES256-SHA": 0x0035,
    "ECDHE-RSA-AES256-GCM-SHA384": 0xC030,
    "TLS_AES_256_GCM_SHA384": 0x1302,
}


@pytest.mark.parametrize("phone", [*VERSIONS, *REFUSED])
def test_the_certificate_that_the_phone_showed_is_the_one_that_was_judged(phone: str, story: Story) -> None:
    refused = phone in REFUSED
    connection = story.refused_of(phone) if refused else story.connection_of(phone)
    (request,) = story.kinds(connection, "tls 13")
    assert not request.to_server
    (shown,) = [message for message in story.kinds(connection, "tls 11") if message.to_server]
    judged = story.of(CertificateVerified, connection, actor="new/callmanager")[-1]
    assert judged.depth == 0
    (issuer,), (subject,) = shown.names("issuer"), shown.names("subject")
    assert judged.issuer.cn == issuer
    assert judged.subject.cn == subject
    assert story.result.devices[phone] in subject
    assert bool(judged.verify_code) == refused
    (server,) = [message for message in story.kinds(connection, "tls 11") if not message.to_server]
    assert server.names("subject") == ["new-pub"]


@pytest.mark.parametrize("phone", REFUSED)
def test_the_alert_on_the_wire_is_the_one_in_both_journals(phone: str, story: Story) -> None:
    connection = story.refused_of(phone)
    (alert,) = story.kinds(connection, "alert")
    on_the_wire = alert.numbers("tls.alert_message.level"), alert.numbers("tls.alert_message.desc")
    assert on_the_wire == ([AlertLevel.FATAL], [AlertDescription.UNKNOWN_CA])
    assert not alert.to_server
    fatal = [event for event in story.of(AlertSeen, connection) if event.level == AlertLevel.FATAL]
    assert sorted((event.direction, event.description) for event in fatal) == [("read", 48), ("write", 48)]
    # On TLS 1.3 the phone has said its first words before it is judged; CallManager does not answer them.
    said = [message.to_server for message in story.kinds(connection, "skinny")]
    assert said == ([True] * len(said) if REFUSED[phone] == "TLSv1.3" else [])


def test_no_phone_that_was_accepted_saw_a_fatal_alert(story: Story) -> None:
    for phone in VERSIONS:
        for alert in story.kinds(story.connection_of(phone), "alert"):
            assert alert.numbers("tls.alert_message.level") != [AlertLevel.FATAL]


@pytest.mark.parametrize("phone", VERSIONS)
def test_every_sccp_message_inside_tls_is_the_one_that_a_plain_phone_exchanges(phone: str, story: Story) -> None:
    """The plain phone's messages our own decoder reads from the octets; a TLS phone's only tshark can."""
    plain = story.connection_of("plain")
    for to_server in (True, False):
        inside = [
            message.numbers("skinny.messageId")[0]
            for message in story.kinds(story.connection_of(phone), "skinny")
            if message.to_server == to_server
        ]
        boot = [number for number in inside if number not in (MessageId.KEEP_ALIVE, MessageId.KEEP_ALIVE_ACK)]
        asked = [number for number in read(story, plain, to_server) if number not in END]
        assert boot == asked
        keep_alive = MessageId.KEEP_ALIVE if to_server else MessageId.KEEP_ALIVE_ACK
        assert Counter(inside)[keep_alive] >= 2


END = (
    MessageId.KEEP_ALIVE,
    MessageId.KEEP_ALIVE_ACK,
    MessageId.RESET,
    MessageId.UNREGISTER_REQ,
    MessageId.UNREGISTER_ACK,
)


def read(story: Story, connection: str, outgoing: bool) -> list[int]:
    """The ids of the messages of a plain connection, by our own decoder."""
    octets, decoder, ids = story.recorder.of(connection, outgoing), SccpDecoder(), []
    for at in range(0, len(octets), 4096):
        decoder.feed(octets[at : at + 4096])
        while decoder.next_untrusted() is not None:
            ids.append(decoder.message_id)
    return ids


def test_the_plain_session_reads_the_same_to_tshark_and_to_us(story: Story) -> None:
    for connection in story.on(2000):
        for to_server in (True, False):
            seen = [
                m.numbers("skinny.messageId")[0] for m in story.kinds(connection, "skinny") if m.to_server == to_server
            ]
            assert seen == read(story, connection, to_server)
            assert seen
    assert MessageId.RESET in read(story, story.connection_of("plain"), False)


def test_capf_asks_for_no_certificate_and_shows_its_own(story: Story) -> None:
    (connection,) = story.on(3804)
    assert story.kinds(connection, "tls 13") == []
    (shown,) = story.kinds(connection, "tls 11")
    assert not shown.to_server
    assert shown.names("issuer") == shown.names("subject")
    (step,) = story.of(CertificateVerified, connection)
    assert step.actor == story.result.devices["plain"]
    assert shown.names("subject")[0] == step.subject.cn


def test_files_are_asked_for_and_served_over_http(story: Story) -> None:
    asked, served = [], []
    for connection in story.on(6970):
        for message in story.kinds(connection, "http"):
            texts = {str(f.get("name")): str(f.get("show")) for f in message.element.iter("field")}
            if message.to_server:
                asked.append((connection, texts["http.request.uri"].removeprefix("/")))
            else:
                assert texts["http.response.code"] == "200"
                served.append((connection, int(texts["http.content_length"])))
    lists = story.of(TrustListServed)
    assert len({event.file for event in lists}) == 2 * len(story.result.devices)  # a CTL and an ITL each
    given = [event for event in (*story.of(FileServed), *lists) if event.transport == "HTTP"]
    assert sorted(asked) == sorted((event.connection, event.file) for event in given)
    assert sorted(served) == sorted((event.connection, event.octets) for event in given)
