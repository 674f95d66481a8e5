"""A capture says which list went over the wire, what TVS was asked and answered, and what the phone made of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.capture.file import CaptureFile
from lab.play.runner import play
from lab.scenario import gallery
from tests.tshark import tshark
from tests.wire_capture.test_documented_filters import count

pytestmark = pytest.mark.peer("tshark")

MOVED = "phones-moved-without-trust"
SAID = [
    ("tcp.srcport == 6970", "ITL file, signed by ITLRECOVERY_new-pub"),
    ("tcp.dstport == 2445", "asks TVS, QUERY_CERT: CN=ITLRECOVERY_new-pub;"),
    ("tcp.srcport == 2445", "TVS: certificate not found"),
    ("tcp.port == 2445", "ITL refused: not in the trust list, and unknown to TVS"),
    ("tcp.srcport == 2445", "TVS: known as SAST, TFTP"),
    ("tcp.port == 2445", "ITL taken: signer known to TVS"),
    ("tcp.port == 6970", "ITL taken: unchecked"),
]


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("capture") / "moved.pcapng"
    with CaptureFile(path) as capture:
        assert play(gallery.story(MOVED), capture=capture).passed
    return path


def test_lists_and_questions_to_tvs_are_told_where_they_are(moved: Path) -> None:
    rows = tshark(moved, fields=["tcp.srcport", "tcp.dstport", "frame.comment"], only="frame.comment")
    for where, text in SAID:
        side, port = where.split(" == ")
        keys = ["tcp.srcport", "tcp.dstport"] if side == "tcp.port" else [side]
        assert any(text in row["frame.comment"] and port in (row[key] for key in keys) for row in rows), text


def test_questions_to_tvs_and_files_over_tftp_are_found_by_the_documented_filters(moved: Path) -> None:
    found = count(moved, ["tcp.port == 2445", "tftp", 'http.request.uri contains ".tlv"'])
    assert all(found.values()), found
