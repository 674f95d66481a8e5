"""Every display filter of docs/captures.md is one that tshark takes, and finds what the document says it finds."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.wire_capture.conftest import Capture

DOCUMENT = (Path(__file__).resolve().parents[2] / "docs" / "captures.md").read_text("utf-8")
BLOCKS = re.findall(r"```filter\s+(.*?)\s+```", DOCUMENT)
ROWS = [row.replace(r"\|", "|") for row in re.findall(r"^\| [^|`]* \| `(.*)` \|$", DOCUMENT, re.MULTILINE)]
FINDS_NOTHING_HERE = {
    'tls.handshake.type == 11 && tcp.dstport == 2443 && x509sat.uTF8String contains "Cisco Manufacturing CA"',
    "tcp.port == 3804",
    "tcp.port == 2445",
    "tcp.port == 8443",
    "tftp",
    "eapol",
    "radius",
    "eap.type == 13",
    "radius.code == 3",
    'http.request.method == "CONNECT"',
}
"""Both phones of the story have an LSC, and none meets CAPF, TVS, Tomcat, 802.1X or a VPN; for these see
tests/lab/test_edge_files.py and test_trust_comments.py."""
MAY_FIND_SOMETHING = "tcp.flags.reset == 1"
"""When the story ends, phones and servers go in no order."""


def test_the_document_has_filters() -> None:
    assert len(BLOCKS) == 6
    assert len(ROWS) == 17


@pytest.mark.peer("tshark")
def test_every_filter_of_the_document_finds_what_it_says(capture: Capture) -> None:
    counts = count(capture("TLSv1.3").path, [*BLOCKS, *ROWS])
    counts.pop(MAY_FIND_SOMETHING)
    assert {only for only, found in counts.items() if not found} == FINDS_NOTHING_HERE


def count(path: Path, filters: list[str]) -> dict[str, int]:
    """Packets that each filter finds, all in one run of tshark, which fails for a filter that it does not understand."""
    command = ["tshark", "-q", "-r", str(path), "-z", ",".join(["io,stat,0", *filters])]
    table = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    (row,) = (line for line in table.splitlines() if "<>" in line)
    frames = re.findall(r"\d+", row.split("|", 2)[2])[::2]
    return dict(zip(filters, map(int, frames), strict=True))
