"""What tshark reads in a capture.

A tshark costs 0.3 seconds before it reads the first packet. Where sharkd is installed, which is the same dissectors as a service,
one process answers for all captures; it comes with tshark in Debian.
"""

from __future__ import annotations

import json
import shutil
import struct
import subprocess
from collections.abc import Sequence
from functools import cache
from itertools import count
from pathlib import Path
from xml.etree import ElementTree

Rows = list[dict[str, str]]
CHECKSUMS = ("ip.check_checksum", "tcp.check_checksum")
SAME_TEXT = {"frame.number", "frame.comment", "ip.src", "tcp.srcport", "tcp.stream"}
SAME_TEXT |= {"x509sat.printableString", "x509sat.uTF8String"}
"""Fields that sharkd writes as tshark does. It puts the names of numbers in their place, and cuts long octets."""


def tshark(path: Path, *more: str, fields: Sequence[str] = ("frame.number",), only: str = "") -> Rows:
    """One row a packet. Checksums are checked; sequence numbers are as on the wire."""
    if not more and SAME_TEXT.issuperset(fields) and shutil.which("sharkd"):
        return _sharkd().rows(path, fields, only)
    return in_a_process(path, *more, fields=fields, only=only)


def in_a_process(path: Path, *more: str, fields: Sequence[str] = ("frame.number",), only: str = "") -> Rows:
    """As `tshark`, always by a tshark of its own."""
    command = ["tshark", "-r", str(path), *(word for name in CHECKSUMS for word in ("-o", f"{name}:TRUE"))]
    command += [*more, *(["-Y", only] if only else []), "-T", "fields", "-E", "separator=|"]
    for name in fields:
        command += ["-e", name]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    return [dict(zip(fields, line.split("|"), strict=True)) for line in run.stdout.splitlines()]


class _Sharkd:
    """A sharkd, asked in JSON-RPC on its standard input, a line a request. It ends when that does, with this process."""

    def __init__(self) -> None:
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(["sharkd", "-"], stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True)
        self._numbers = count(1)
        self._loads = count(10**9)
        for name in CHECKSUMS:
            self._ask("setconf", name=name, value="TRUE")

    def rows(self, path: Path, fields: Sequence[str], only: str) -> Rows:
        """It keeps what a filter found by the filter's text, even after another capture is loaded: no text is used twice."""
        self._ask("load", file=str(path))
        every = f"frame.number < {next(self._loads)}"
        columns = {f"column{number}": f"{name}:0" for number, name in enumerate(fields)}
        found = self._ask("frames", filter=f"({only}) && {every}" if only else every, **columns)
        return [dict(zip(fields, row["c"], strict=True)) for row in found]

    def _ask(self, method: str, **parameters: str) -> list[dict[str, list[str]]]:
        """The result; AssertionError for an error, as of a filter that is none."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        request = {"jsonrpc": "2.0", "id": next(self._numbers), "method": method, "params": parameters}
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        assert answer["id"] == request["id"], answer
        assert "error" not in answer, (parameters, answer["error"])
        result: list[dict[str, list[str]]] = answer["result"]
        return result


@cache
def _sharkd() -> _Sharkd:
    """One for each process of pytest."""
    return _Sharkd()


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
