"""`run --pcap`: what a person gets who asks for a capture, and what one hears who asks wrongly."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from lab.verbs.cli import cli
from tests.tshark import tshark
from wire.sccp import MessageId

STORY = "new-cluster-old-lsc"
SECRETS_BLOCK = (0x0000000A).to_bytes(4, "little")


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli, ["run", *arguments])
    return result.exit_code, result.output


def kinds(file: Path) -> list[int]:
    """The type of each pcapng block, from the file itself."""
    data, at, found = file.read_bytes(), 0, []
    while at < len(data):
        found.append(int.from_bytes(data[at : at + 4], "little"))
        at += int.from_bytes(data[at + 4 : at + 8], "little")
    assert at == len(data)
    return found


def test_a_story_leaves_a_capture_with_its_secrets_and_its_reasons(tmp_path: Path) -> None:
    file = tmp_path / "story.pcapng"
    code, _ = run(STORY, "--pcap", str(file))
    assert code == 0
    found = kinds(file)
    assert found[0] == 0x0A0D0D0A
    assert 10 in found
    data = file.read_bytes()
    assert b"LSC offered, issued by CAPF-" in data
    assert b"is not in CallManager-trust" in data
    assert b"SEP001A2F000003" in data


def test_without_secrets_the_keys_stay_out_and_the_packets_in(tmp_path: Path) -> None:
    file = tmp_path / "story.pcapng"
    assert run(STORY, "--pcap", str(file), "--no-secrets")[0] == 0
    found = kinds(file)
    assert 10 not in found
    assert found.count(6) > 50
    assert b"CLIENT_RANDOM" not in file.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((STORY, "invalid-lsc", "--pcap", "x.pcapng"), "--pcap takes one story"),
        ((STORY, "--no-secrets"), "there is no --pcap"),
        ((STORY, "--pcap", "nowhere/x.pcapng"), "cannot be written"),
        ((STORY, "--pcap", "story.toml"), "name the capture .pcapng"),
    ],
)
def test_a_capture_that_cannot_be_is_one_sentence(
    arguments: tuple[str, ...], sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    code, output = run(*arguments)
    assert code == 2
    assert sentence in output
    assert not list(tmp_path.iterdir())


@pytest.mark.peer("tshark")
@pytest.mark.parametrize("name", ["new-cluster-old-lsc", "install-lsc-by-null-string", "no-lsc-uses-mic"])
def test_tshark_finds_nothing_wrong_with_it(name: str, tmp_path: Path) -> None:
    file = tmp_path / "story.pcapng"
    assert run(name, "--pcap", str(file))[0] == 0
    wrong = "_ws.malformed or tcp.analysis.flags or tcp.checksum.status == 0 or ip.checksum.status == 0"
    assert tshark(file, only=wrong) == []
    assert tshark(file, only=f"tls && skinny.messageId == {MessageId.REGISTER_REQ:d}")
