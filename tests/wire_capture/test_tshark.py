"""tshark reads the captures of whole stories, finds nothing wrong, and agrees with the events."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography import x509

from phone_sim.events import CertificateChosen
from pki import names_of, oneline
from tests.tshark import SAME_TEXT, in_a_process, tshark
from tests.wire_capture.conftest import Capture, Captured, Memory
from tests.wire_capture.reading import blocks, packets, told
from wire.tls import AlertSeen

pytestmark = pytest.mark.peer("tshark")
WRONG = (
    "_ws.malformed || tcp.analysis.flags || _ws.unreassembled || "
    "ip.checksum.status == 0 || tcp.checksum.status == 0 || _ws.expert.group == 0x01000000"
)
"""The last: expert group "checksum"."""
CERTIFICATE = 11


def test_nothing_is_malformed_lost_repeated_or_badly_summed(captured: Captured) -> None:
    assert tshark(captured.path, only=WRONG) == []


def spoil(whole: Path, folder: Path) -> Path:
    """A copy with a bit of one octet changed."""
    data = bytearray(whole.read_bytes())
    hello = re.search(rb"\x16\x03[\x01-\x03]", data)
    assert hello is not None
    data[hello.start()] ^= 1
    path = folder / "spoiled.pcapng"
    path.write_bytes(data)
    return path


def test_the_judge_would_have_noticed(captured: Captured, tmp_path: Path) -> None:
    spoiled = spoil(captured.path, tmp_path)
    assert tshark(captured.path, only=WRONG) == []
    assert tshark(spoiled, only=WRONG)
    assert tshark(captured.path, only=WRONG) == []


def test_the_sccp_inside_tls_is_read_with_the_secrets_of_the_file_alone(captured: Captured) -> None:
    rows = tshark(captured.path, fields=["skinny.messageId"], only="tls && skinny && tcp.port == 2443")
    seen = {int(number, 0) for row in rows for number in row["skinny.messageId"].split(",")}
    assert seen >= {0x0001, 0x0081, 0x0000, 0x0100}  # RegisterReq, RegisterAck, KeepAlive, KeepAliveAck


def test_the_clients_certificate_is_the_one_that_the_phone_chose_and_bears_the_comment(captured: Captured) -> None:
    rows = tshark(
        captured.path,
        fields=["frame.comment", "tls.handshake.certificate", "x509sat.uTF8String"],
        only=f"tls.handshake.type == {CERTIFICATE} && tcp.dstport == 2443",
    )
    presented = [x509.load_der_x509_certificate(bytes.fromhex(row["tls.handshake.certificate"])) for row in rows]
    chosen = [event for event in captured.of(CertificateChosen) if isinstance(event, CertificateChosen)]
    assert sorted((f"{one.serial_number:x}", names_of(one).issuer.der) for one in presented) == sorted(
        (event.serial_number, event.issuer.der) for event in chosen
    )
    assert {row["frame.comment"].partition(",")[0] for row in rows} == {"LSC offered"}
    for row, certificate in zip(rows, presented, strict=True):  # what docs/captures.md tells to filter by
        assert certificate.issuer.rdns
        assert any(f"CN={name}" in oneline(certificate.issuer) for name in row["x509sat.uTF8String"].split(","))
    assert len(tshark(captured.path, only=OFFERED)) == len(chosen)


def test_the_alerts_are_the_ones_of_the_events_and_say_why(captured: Captured) -> None:
    rows = tshark(
        captured.path,
        fields=["frame.comment", "tls.alert_message.desc"],
        only="tls.alert_message.level == 2 && tcp.srcport == 2443",
    )
    written = [
        event.description
        for event in captured.of(AlertSeen)
        if isinstance(event, AlertSeen) and event.direction == "write" and event.level == 2
    ]
    assert [int(row["tls.alert_message.desc"]) for row in rows] == written
    (old,) = {event.issuer.cn for event in captured.result.events if isinstance(event, CertificateChosen)} - {
        row["frame.comment"].rpartition(" ")[2]
        for row in tshark(captured.path, fields=["frame.comment"], only=ACCEPTED)
    }
    # The plug of the other phone is pulled at the end, which OpenSSL answers with the alert decode error.
    assert {row["frame.comment"] for row in rows} == {
        f"alert written: {old} is not in CallManager-trust",
        "the other end left without close notify",
    }


OFFERED = 'frame.comment contains "LSC offered, issued by"'
ACCEPTED = 'frame.comment contains "client certificate accepted"'


def test_the_acceptance_is_on_a_packet_of_the_server(captured: Captured) -> None:
    rows = tshark(captured.path, fields=["tcp.srcport"], only=ACCEPTED)
    assert [row["tcp.srcport"] for row in rows] == ["2443"]


def test_without_secrets_tls_1_0_still_shows_the_certificate_and_1_3_shows_none(capture: Capture) -> None:
    for version, visible in (("TLSv1", True), ("TLSv1.3", False)):
        taken = capture(version, secrets=False)
        only = f"tls.handshake.type == {CERTIFICATE} && tcp.dstport == 2443"
        assert bool(tshark(taken.path, only=only)) == visible
        assert tshark(taken.path, only="skinny") == []
        assert tshark(taken.path, only=OFFERED)
        assert not [block for block in blocks(taken.path.read_bytes()) if block.kind == 10]


@pytest.mark.parametrize("version", ["TLSv1", "TLSv1.3"])
def test_with_both_ends_telling_each_octet_is_there_once_and_both_say_fin(capture: Capture, version: str) -> None:
    taken = capture(version, both_ends=True)
    assert tshark(taken.path, only=WRONG) == []
    assert tshark(taken.path, only="skinny && tls")
    assert tshark(taken.path, only=OFFERED)
    rows = tshark(
        taken.path,
        fields=["tcp.stream", "tcp.flags.fin", "tcp.flags.reset", "tcp.srcport"],
        only="tcp.port == 2443 && (tcp.flags.fin == 1 || tcp.flags.reset == 1)",
    )
    streams = {row["tcp.stream"] for row in tshark(taken.path, fields=["tcp.stream"], only="tcp.port == 2443")}
    assert {row["tcp.stream"] for row in rows} == streams
    for stream in streams:
        ending = [row for row in rows if row["tcp.stream"] == stream]
        assert any(row["tcp.flags.reset"] == "1" for row in ending) or len(ending) == 2


def test_a_segment_of_the_reader_is_a_segment_of_tshark(captured: Captured) -> None:
    rows = tshark(captured.path, fields=["tcp.len", "frame.time_epoch"], only="tcp")
    written = packets(captured.path.read_bytes())
    assert [int(row["tcp.len"]) for row in rows] == [len(packet.payload) for packet in written]
    assert [row["frame.time_epoch"][:-3] for row in rows] == [
        f"{packet.microseconds // 10**6}.{packet.microseconds % 10**6:06}" for packet in written
    ]
    assert told(captured.path.read_bytes())


def test_capinfos_counts_the_same(captured: Captured) -> None:
    run = subprocess.run(["capinfos", "-M", "-c", str(captured.path)], capture_output=True, text=True, check=True)
    assert int(run.stdout.split()[-1]) == sum(block.kind == 6 for block in blocks(captured.path.read_bytes()))


def test_names_macs_and_datagrams_are_read(memory: Memory, tmp_path) -> None:  # type: ignore[no-untyped-def]
    memory.writer.station("127.77.0.100", "SEP001A2F000001")
    memory.writer.station("127.77.0.1", "new-pub")
    request = bytes([1, 7, 0, 20]) + bytes(16)  # a RADIUS Access-Request without attributes
    memory.writer.udp(("127.77.0.100", 40000), ("127.77.0.1", 1812), request)
    memory.writer.udp(("127.77.0.1", 40001), ("127.77.0.100", 40000), bytes(4000))
    memory.writer.opened("127.77.0.100:40000>127.77.0.1:2000", True)
    path = tmp_path / "udp.pcapng"
    path.write_bytes(memory.data)
    wrong = "_ws.malformed || ip.checksum.status == 0 || udp.checksum.status == 0 || _ws.unreassembled"
    assert tshark(path, "-o", "udp.check_checksum:TRUE", only=wrong) == []
    assert [row["radius.id"] for row in tshark(path, fields=["radius.id"], only="radius")] == ["7"]
    assert [row["udp.length"] for row in tshark(path, fields=["udp.length"], only="udp.dstport == 40000")] == ["4008"]
    (row, *_) = tshark(path, "-N", "n", fields=["eth.src", "ip.src_host", "ip.dst_host"])
    assert row == {"eth.src": "00:1a:2f:00:00:01", "ip.src_host": "SEP001A2F000001", "ip.dst_host": "new-pub"}


@pytest.mark.skipif(not shutil.which("sharkd"), reason="tshark answers all by itself where there is no sharkd")
def test_the_service_of_all_captures_finds_what_a_tshark_of_its_own_finds(capture: Capture, tmp_path: Path) -> None:
    whole = capture("TLSv1.2").path
    spoiled = spoil(whole, tmp_path)
    fields = sorted(SAME_TEXT)
    for only in (WRONG, ""):
        found = [tshark(path, fields=fields, only=only) for path in (whole, spoiled, whole)]
        assert found[:2] == [in_a_process(path, fields=fields, only=only) for path in (whole, spoiled)]
        assert found[2] == found[0]
    with pytest.raises(AssertionError, match="Filter expression invalid"):
        tshark(whole, only="no.such.field")
