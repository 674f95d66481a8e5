"""What tshark reads in a capture."""

from __future__ import annotations

import struct
import subprocess
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

Rows = list[dict[str, str]]


def tshark(path: Path, *more: str, fields: Sequence[str] = ("frame.number",), only: str = "") -> Rows:
    """One row a packet. Checksums are checked; sequence numbers are as on the wire."""
    command = ["tshark", "-r", str(path), "-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE"]
    command += [*more, *(["-Y", only] if only else []), "-T", "fields", "-E", "separator=|"]
    for name in fields:
        command += ["-e", name]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    return [dict(zip(fields, line.split("|"), strict=True)) for line in run.stdout.splitlines()]


def columns(path: Path, only: str, *fields: str, more: Sequence[str] = ()) -> list[list[str]]:
    """As `tshark`, without the names."""
    return [list(row.values()) for row in tshark(path, *more, fields=fields, only=only)]


def write_pcap(path: Path, frames: Sequence[bytes]) -> None:
    """Ethernet frames, a microsecond apart."""
    with path.open("wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
        for number, frame in enumerate(frames):
            file.write(struct.pack("<IIII", number, 0, len(frame), len(frame)) + frame)


def skinny(path: Path, pieces: Sequence[tuple[str, bytes]]) -> list[dict[str, list[str]]]:
    """Pieces of ("phone" or another, octets) in; each skinny message's fields by name out. AssertionError for a malformed frame."""
    write_pcap(path, _frames_of(pieces))
    run = subprocess.run(["tshark", "-r", str(path), "-T", "pdml"], capture_output=True, text=True, check=True)
    messages = []
    for proto in ElementTree.fromstring(run.stdout).iter("proto"):
        assert proto.get("name") != "_ws.malformed", "tshark found a malformed frame"
        if proto.get("name") != "skinny":
            continue
        fields: dict[str, list[str]] = {}
        for field in proto.iter("field"):
            shown = str(field.get("show"))
            value = str(int(shown, 16)) if shown.startswith("0x") else shown
            fields.setdefault(str(field.get("name")).removeprefix("skinny."), []).append(value)
        messages.append(fields)
    return messages


def _frames_of(pieces: Sequence[tuple[str, bytes]]) -> list[bytes]:
    sent, frames = {True: 1, False: 1}, []
    client, server = (bytes([127, 10, 1, 2]), 20001), (bytes([127, 10, 1, 1]), 2000)
    for number, (who, octets) in enumerate(pieces):
        to_server = who == "phone"
        (source, port), (target, to) = (client, server) if to_server else (server, client)
        tcp = (
            struct.pack(">HHIIBBHHH", port, to, sent[to_server], sent[not to_server], 0x50, 0x18, 65535, 0, 0) + octets
        )
        ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), number, 0, 64, 6, 0, source, target) + tcp
        frames.append(bytes(12) + b"\x08\x00" + ip)
        sent[to_server] += len(octets)
    return frames
