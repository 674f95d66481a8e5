"""A capture file around SCCP bytes, and tshark's opinion of it."""

from __future__ import annotations

import struct
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from xml.etree import ElementTree

import pytest

Judge = Callable[[Sequence[tuple[str, bytes]]], list[dict[str, list[str]]]]


def _packet(number: int, to_server: bool, sequence: int, acknowledge: int, payload: bytes) -> bytes:
    client, server = bytes([127, 10, 1, 2]), bytes([127, 10, 1, 1])
    source, target = (client, server) if to_server else (server, client)
    ports = (20001, 2000) if to_server else (2000, 20001)
    tcp = struct.pack(">HHIIBBHHH", *ports, sequence, acknowledge, 0x50, 0x18, 65535, 0, 0) + payload
    ip = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), number, 0, 64, 6, 0, source, target) + tcp
    frame = bytes(12) + b"\x08\x00" + ip
    return struct.pack("<IIII", number, 0, len(frame), len(frame)) + frame


@pytest.fixture
def skinny(tmp_path: Path) -> Judge:
    """Ask tshark: pieces of ("phone" or "cm", octets) in; each skinny message's fields by name out."""

    def judge(pieces: Sequence[tuple[str, bytes]]) -> list[dict[str, list[str]]]:
        path = tmp_path / "sccp.pcap"
        sent = {True: 1, False: 1}
        with path.open("wb") as file:
            file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262144, 1))
            for number, (who, octets) in enumerate(pieces):
                to_server = who == "phone"
                file.write(_packet(number, to_server, sent[to_server], sent[not to_server], octets))
                sent[to_server] += len(octets)
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

    return judge
