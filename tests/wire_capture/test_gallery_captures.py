"""tshark reads the capture of every story, and finds what the story about the wire tells its reader to look for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lab.capture.file import CaptureFile
from lab.play.runner import StoryResult, play
from lab.scenario import gallery
from phone_sim.events import CertificateChosen
from tests.tshark import tshark
from tests.wire_capture.test_tshark import WRONG

pytestmark = pytest.mark.peer("tshark")
WIRE = "which-certificate-on-the-wire"


def captured(name: str, path: Path) -> StoryResult:
    with CaptureFile(path) as capture:
        result = play(gallery.story(name), capture=capture)
    assert result.passed
    return result


@pytest.mark.parametrize("name", gallery.names())
def test_nothing_in_a_storys_capture_is_wrong(name: str, tmp_path: Path) -> None:
    path = tmp_path / "story.pcapng"
    story = captured(name, path).scenario
    # tshark knows no CSTP: what follows CONNECT inside TLS it reads as HTTP that goes on, and finds that malformed.
    only = f"({WRONG}) && !(tls && http)" if story.vpn else WRONG
    assert tshark(path, only=only) == []


def test_the_story_about_the_wire_tells_where_to_look(tmp_path: Path) -> None:
    path = tmp_path / "story.pcapng"
    result = captured(WIRE, path)
    text = (gallery.FOLDER / f"{WIRE}.toml").read_text("utf-8")
    (certificate,) = set(re.findall(r"tls\.handshake\.type == \d+", text))
    (alert,) = set(re.findall(r"tls\.alert_message\.desc == \d+", text))
    fields = sorted(set(re.findall(r"x509sat\.\w+", text)))
    assert len(fields) == 2
    named = {
        name
        for row in tshark(path, fields=["ip.src", *fields], only=f"{certificate} && tcp.dstport == 2443")
        for field in fields
        for name in row[field].split(",")
    }
    issuers = {event.issuer.cn for event in result.events if isinstance(event, CertificateChosen)}
    assert len(issuers) == 3
    assert issuers <= named
    assert len(tshark(path, only=f"tcp.srcport == 2443 && {alert}")) >= 1
