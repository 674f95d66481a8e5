"""A comment lands on the packet that it is about, whether it comes before the packet or after it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from journal import Event, Journal
from tests.made_names import named
from tests.wire_capture.conftest import NOON, Memory
from tests.wire_capture.reading import blocks, packets
from wire.capture import PcapngWriter, TlsComments, Where
from wire.capture.comments import MAX_WAITING
from wire.tls import (
    AlertDescription,
    CertificateVerified,
    HandshakeCompleted,
    HandshakeFailed,
    TlsClosed,
    VerifyCode,
)

PHONE = "127.0.0.1:40000>127.0.0.1:2443"
OTHER = "127.0.0.2:40000>127.0.0.1:2443"
HELLO = bytes([22, 3, 1, 0, 4, 1, 0, 0, 0])
SERVER_FLIGHT = bytes([22, 3, 1, 0, 4, 2, 0, 0, 0])
CERTIFICATE = bytes([22, 3, 1]) + (2000).to_bytes(2, "big") + b"\x0b" + bytes(1999)
KEYS = bytes([22, 3, 1]) + (300).to_bytes(2, "big") + b"\x10" + bytes(299)
ALERT = bytes([21, 3, 1, 0, 2, 2, 48])


def commented(data: bytes) -> list[tuple[int, tuple[str, ...]]]:
    """Octets of payload and comments of each packet that has some."""
    return [(len(packet.payload), packet.comments) for packet in packets(data) if packet.comments]


def opened(memory: Memory, *names: str) -> PcapngWriter:
    for name in names or (PHONE,):
        memory.writer.opened(name, True)
    return memory.writer


def test_a_comment_after_the_packet_is_added_to_it(memory: Memory) -> None:
    writer = opened(memory)
    writer.octets(PHONE, True, True, b"x" * 7)
    assert writer.comment(PHONE, "this one")
    assert writer.comment(PHONE, "and again")
    writer.octets(PHONE, True, False, b"y" * 8)
    assert commented(memory.data) == [(7, ("this one", "and again"))]


def test_a_comment_after_several_segments_is_on_the_last_of_them(memory: Memory) -> None:
    writer = opened(memory)
    writer.octets(PHONE, True, True, b"x" * 2000)
    writer.comment(PHONE, "whole")
    assert commented(memory.data) == [(540, ("whole",))]


def test_a_comment_that_comes_too_late_for_its_packet_goes_to_the_next(memory: Memory) -> None:
    writer = opened(memory, PHONE, OTHER)
    writer.octets(PHONE, True, True, b"x" * 7)
    writer.octets(OTHER, True, True, b"z" * 9)
    assert writer.comment(PHONE, "next one")
    writer.octets(OTHER, True, True, b"z" * 9)
    writer.octets(PHONE, True, False, b"y" * 8)
    assert commented(memory.data) == [(8, ("next one",))]


def test_a_comment_waits_for_the_end_that_it_names(memory: Memory) -> None:
    writer = opened(memory)
    writer.comment(PHONE, "from the server", Where.SERVER)
    writer.comment(PHONE, "from the client", Where.CLIENT)
    writer.octets(PHONE, True, True, b"x" * 7)
    writer.octets(PHONE, True, False, b"y" * 8)
    assert commented(memory.data) == [(7, ("from the client",)), (8, ("from the server",))]


def test_a_comment_for_octets_that_never_come_is_on_the_end_of_the_connection(memory: Memory) -> None:
    writer = opened(memory)
    writer.comment(PHONE, "gone", Where.SERVER)
    writer.octets(PHONE, True, True, b"x" * 7)
    writer.reset(PHONE, True, False)
    (packet,) = (packet for packet in packets(memory.data) if packet.comments)
    assert packet.flags == ("RST", "ACK")


@pytest.mark.parametrize("hello_again", [False, True])
def test_the_certificates_comment_is_on_the_segment_that_completes_it(memory: Memory, hello_again: bool) -> None:
    writer = opened(memory)
    assert writer.comment(PHONE, "LSC offered", Where.CERTIFICATE)
    writer.octets(PHONE, True, True, HELLO)
    writer.octets(PHONE, True, False, SERVER_FLIGHT)
    if hello_again:  # after a HelloRetryRequest
        writer.octets(PHONE, True, True, HELLO)
        writer.octets(PHONE, True, False, SERVER_FLIGHT)
    writer.octets(PHONE, True, True, CERTIFICATE + KEYS * 8)  # segments of 1460, 1460, 1460 and the rest
    (where,) = (number for number, packet in enumerate(packets(memory.data)) if packet.comments)
    segments = [number for number, packet in enumerate(packets(memory.data)) if len(packet.payload) == 1460]
    assert where == segments[1]
    assert not writer.comment(PHONE, "too late", Where.CERTIFICATE)


def test_a_comment_on_a_connection_that_is_not_there_is_dropped(memory: Memory) -> None:
    assert not memory.writer.comment(PHONE, "no such connection")
    writer = opened(memory)
    writer.closed(PHONE, True)
    writer.opened(OTHER, True)
    assert not writer.comment(PHONE, "gone")
    assert commented(memory.data) == []


def test_comments_without_end_are_bounded(memory: Memory) -> None:
    writer = opened(memory, PHONE, OTHER)
    kept = [writer.comment(PHONE, f"{number}") for number in range(100)]
    late = [writer.comment(OTHER, f"{number}") for number in range(100)]
    writer.octets(PHONE, True, True, b"x")
    assert sum(kept) == MAX_WAITING
    assert sum(late) == 2 * MAX_WAITING  # on the packet, then for the next
    assert len(packets(memory.data)[-2].comments) == MAX_WAITING


def test_a_secret_is_put_before_the_packet_that_it_opens(memory: Memory) -> None:
    writer = opened(memory)
    writer.octets(PHONE, True, False, SERVER_FLIGHT)
    writer.keylog(b"one")
    writer.keylog(b"two")
    writer.keylog(b"one")
    writer.comment(PHONE, "read this")
    writer.octets(PHONE, True, True, CERTIFICATE)
    kinds = [block.kind for block in blocks(memory.data)]
    assert kinds == [0x0A0D0D0A, 1, 6, 6, 6, 10, 6, 6, 6, 6, 6]
    (secrets,) = (block.body[8:] for block in blocks(memory.data) if block.kind == 10)
    assert secrets == b"one\ntwo\n"
    assert commented(memory.data) == [(9, ("read this",))]


def test_without_secrets_no_key_is_written(memory: Memory) -> None:
    writer = PcapngWriter(memory.file, lambda: NOON, secrets=False)
    writer.opened(PHONE, True)
    writer.keylog(b"CLIENT_RANDOM secret")
    writer.octets(PHONE, True, True, HELLO)
    writer.close()
    assert b"secret" not in memory.data
    assert not [block for block in blocks(memory.data) if block.kind == 10]


def test_into_a_pipe_comments_come_with_the_next_packet_and_secrets_in_time() -> None:
    reader, end = os.pipe()
    with os.fdopen(end, "wb", buffering=0) as pipe, os.fdopen(reader, "rb") as received:
        writer = PcapngWriter(pipe, lambda: NOON)
        writer.opened(PHONE, True)
        writer.octets(PHONE, True, True, b"x" * 7)
        writer.comment(PHONE, "a little late")
        writer.keylog(b"one")
        writer.octets(PHONE, True, False, b"y" * 8)
        writer.close()
        pipe.close()
        data = received.read()
    assert commented(data) == [(8, ("a little late",))]
    assert [block.kind for block in blocks(data)][-3:] == [10, 6, 6]


def test_a_file_opened_for_appending_is_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "appended.pcapng"
    with path.open("ab") as file:
        writer = PcapngWriter(file, lambda: NOON)
        writer.opened(PHONE, True)
        writer.octets(PHONE, True, True, b"x" * 7)
        writer.comment(PHONE, "a little late")
        writer.octets(PHONE, True, False, b"y" * 8)
    assert commented(path.read_bytes()) == [(8, ("a little late",))]


# What the events of wire.tls say

NAMES = {
    "subject": named(O="Lab", CN="SEP001122334455"),
    "issuer": named(C="AU", O="A/B", CN="CAPF-12ab34cd", ST="NSW"),
    "serial_number": "1",
}


def say(*events: tuple[str, Event]) -> list[tuple[str, str, Where]]:
    """What is commented when these actors emit these events on one connection."""
    said: list[tuple[str, str, Where]] = []
    journal = Journal()
    journal.subscribe(TlsComments(lambda *comment: said.append(comment), lambda actor: f"the trust of {actor}"))
    for actor, event in events:
        journal.emitter(actor, PHONE).emit(event)
    return said


def failed(side: str, direction: str, alert: int = 48, code: int = -1) -> HandshakeFailed:
    return HandshakeFailed(side=side, reason="verify", verify_code=code, alert=alert, alert_direction=direction)


def test_an_alert_is_explained_where_it_was_written_and_not_again_where_it_was_read() -> None:
    refused = CertificateVerified(verify_code=20, depth=0, **NAMES)
    assert say(("ccm", refused), ("ccm", failed("server", "write", 48, 20)), ("SEP", failed("client", "read"))) == [
        (PHONE, "alert written: CAPF-12ab34cd is not in the trust of ccm", Where.SERVER)
    ]


def test_an_alert_of_a_stranger_is_named_where_it_was_read() -> None:
    assert say(("SEP", failed("client", "read"))) == [(PHONE, "alert read: unknown CA (48)", Where.LATEST)]
    closed = TlsClosed(side="client", reason="alert", alert=45, alert_direction="read")
    assert say(("SEP", closed)) == [(PHONE, "alert read: certificate expired (45)", Where.LATEST)]


def test_a_phone_that_refuses_the_server_says_so_on_its_own_packet() -> None:
    ((_, text, where),) = say(
        ("SEP", CertificateVerified(verify_code=10, depth=0, **NAMES)), ("SEP", failed("client", "write", 45, 10))
    )
    assert (text, where) == ("alert written: SEP001122334455 has expired", Where.CLIENT)


@pytest.mark.parametrize("code", [*VerifyCode, 9999])
def test_every_verify_code_has_words_or_its_number(code: int) -> None:
    if code != VerifyCode.OK:
        ((_, text, _),) = say(
            ("ccm", CertificateVerified(verify_code=code, depth=0, **NAMES)),
            ("ccm", failed("server", "write", 42, code)),
        )
        assert "SEP001122334455" in text or "CAPF-12ab34cd" in text


def test_the_failed_step_counts_and_not_those_after_it() -> None:
    root = {**NAMES, "subject": named(CN="root")}
    ((_, text, _),) = say(
        ("ccm", CertificateVerified(verify_code=0, depth=2, **root)),
        ("ccm", CertificateVerified(verify_code=10, depth=1, **root)),
        ("ccm", CertificateVerified(verify_code=0, depth=0, **NAMES)),
        ("ccm", failed("server", "write", 45, 10)),
    )
    assert text == "alert written: root has expired"


def test_a_certificate_that_was_accepted_is_named_on_the_servers_answer() -> None:
    done = HandshakeCompleted(side="server", version="TLSv1.2", cipher="AES256-SHA")
    known = [
        ("ccm", CertificateVerified(verify_code=0, depth=1, **{**NAMES, "subject": named(CN="CAPF-12ab34cd")})),
        ("ccm", CertificateVerified(verify_code=0, depth=0, **NAMES)),
    ]
    assert say(*known, ("ccm", done)) == [
        (PHONE, "client certificate accepted: SEP001122334455, issued by CAPF-12ab34cd", Where.SERVER)
    ]
    assert say(("ccm", done)) == []


def test_a_handshake_that_ends_without_an_alert_says_how() -> None:
    ended = HandshakeFailed(side="server", reason="timeout")
    assert say(("ccm", ended)) == [(PHONE, "server: no handshake, timeout", Where.LATEST)]


def test_a_close_notify_is_nothing_to_speak_of() -> None:
    closed = TlsClosed(side="client", reason="close notify")
    goodbye = TlsClosed(side="client", reason="x", alert=AlertDescription.CLOSE_NOTIFY, alert_direction="read")
    assert say(("SEP", closed), ("SEP", goodbye)) == []
