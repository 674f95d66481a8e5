"""tshark reads the capture of every story, and finds what the story about the wire tells its reader to look for; openssl verifies
every signature that a story's servers write.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cucm_sim import file_signing, trust_lists
from lab.capture.file import CaptureFile
from lab.play.runner import StoryResult, play
from lab.scenario import gallery
from phone_sim.events import CertificateChosen
from pki import Identity
from tests.tshark import tshark
from tests.wire_capture.test_tshark import WRONG
from tests.wire_signed_files.test_judge_openssl_dgst import verify
from wire.signed_files import SignatureDigest

pytestmark = [pytest.mark.peer("tshark"), pytest.mark.peer("openssl")]
WIRE = "which-certificate-on-the-wire"


def captured(name: str, path: Path) -> StoryResult:
    with CaptureFile(path) as capture:
        result = play(gallery.story(name), capture=capture)
    assert result.passed
    return result


@pytest.fixture
def signed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[bytes, SignatureDigest, Identity]]:
    """Each file that a cluster signs, with its digest and its signer."""
    found: list[tuple[bytes, SignatureDigest, Identity]] = []

    def noting(write: Callable[..., bytes], signer_at: int) -> Callable[..., bytes]:
        def written(*given: Any, digest: SignatureDigest, **named: Any) -> bytes:
            data = write(*given, digest=digest, **named)
            found.append((data, digest, given[signer_at]))
            return data

        return written

    monkeypatch.setattr(trust_lists, "write_trust_list", noting(trust_lists.write_trust_list, 1))
    for name in ("write_signed_file", "write_encrypted_file"):
        monkeypatch.setattr(file_signing, name, noting(getattr(file_signing, name), 1))
    return found


@pytest.mark.parametrize("name", gallery.names())
def test_nothing_in_a_storys_capture_is_wrong_and_every_signature_good(
    name: str, tmp_path: Path, signed: list[tuple[bytes, SignatureDigest, Identity]]
) -> None:
    path = tmp_path / "story.pcapng"
    story = captured(name, path).scenario
    assert signed
    for data, digest, signer in signed:
        verify(data, digest, signer, tmp_path)
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
