"""No verb prints a character that a terminal obeys, whatever files, journals, certificates and arguments hold."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from hypothesis import given
from hypothesis import strategies as st

from cucm_sim.database import Database, Device, standard_profile
from lab.base import bugs
from lab.base.terminal import echo, escaped, styled
from lab.doctor.machine import MachineFinding, MachineVerdict
from lab.testing import AUTHORITY_SUBJECT
from lab.verbs.cli import cli
from pki import RSA_2048, capf_authority
from tests.exports.conftest import Exports
from tests.whatif.conftest import NOW, make_network
from tests.wire_signed_files.other_writer import file, record, string

HOSTILE = "\x1b[5mb\x9b2Jc\x07d\re\u202ef\x7fg\x1b]0;h"
"""Blink, C1's CSI, BEL, CR, a bidirectional override, DEL, and the beginning of an operating system command."""
OBEYED = re.compile("[\0-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
COLOUR = re.compile(r"\x1b\[(?:0|1|2|3[1-6])m")
"""What the lab writes around a text on a terminal: bold, dim, colours."""
DEVICE = "SEP001A2F000001"


def in_toml(text: str) -> str:
    return json.dumps(text).replace("\x7f", "\\u007f")


STORY = f"""
title = {in_toml(HOSTILE)}
lesson = {in_toml(HOSTILE)}
[clusters.old]
[clusters.new]
[phones.lobby]
model = "7965"
cluster = "new"
profile = "Encrypted"
lsc = "old"
[[steps]]
say = {in_toml(HOSTILE)}
do = "boot"
[[steps]]
expect = "refused"
phone = "lobby"
certificate = "LSC"
issuer = "CAPF of old"
verify-code = 20
alert = "unknown CA"
"""
FAILS = f'[[steps]]\nexpect = "console"\nphone = "lobby"\ncontains = {in_toml(HOSTILE)}\n'


def run(*arguments: str | Path, answers: str = "") -> Result:
    """On a terminal that shows colours: elsewhere click takes escape sequences out, and so would hide one that got through."""
    runner = CliRunner(env={"FORCE_COLOR": "1", "LC_ALL": "C"})
    return runner.invoke(cli, [str(argument) for argument in arguments], input=answers, color=True)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where everything that can have a name of its author's has this one, the folder too."""
    folder = tmp_path_factory.mktemp("files") / HOSTILE
    folder.mkdir()
    network = make_network()
    for name, text in (("good", STORY), ("fails", STORY + FAILS), ("bad", f"{in_toml(HOSTILE)} = 1\n{STORY}")):
        (folder / f"{name}.toml").write_text(text, "utf-8")
    (folder / "plan.toml").write_text(
        f'[[steps]]\ndo = "delete-certificate"\ncertificate = {in_toml(HOSTILE)}\n', "utf-8"
    )
    assert run("run", "-q", folder / "good.toml", "--journal", folder / "good.jsonl").exit_code == 0
    journal = (folder / "good.jsonl").read_text("utf-8")
    for name in (DEVICE, "new/callmanager", *set(re.findall(r'"cn":"([^"]*)"', journal))):
        journal = journal.replace(f'"{name}"', json.dumps(name + HOSTILE))
    (folder / "hostile.jsonl").write_text(journal, "utf-8")
    key = network.keys.take(RSA_2048)
    assert isinstance(key, rsa.RSAPrivateKey)
    (folder / "hostile.tlv").write_bytes(file(record("1 3 5 6 4", **{"3": string(3, HOSTILE)}), key, file_name=HOSTILE))
    database = Database(path=str(folder / "new.sqlite"))
    database.add(Device("SEP001122334455", "7965", standard_profile("7965"), description="Lobby"))
    database.connection.execute("update device set description = ?", (HOSTILE,))
    database.connection.commit()
    database.close()
    exports = Exports(folder / "exports")
    capf = capf_authority(
        keys=network.keys, subject=AUTHORITY_SUBJECT, not_before=NOW - timedelta(days=9), name=f"x{HOSTILE}"
    ).certificate
    assert isinstance(capf, x509.Certificate)
    exports.store("hq/CallManager-trust", [capf]).store("hq/CAPF-trust")
    exports.inventory(exports.row(profile=HOSTILE, issuer=f"x{HOSTILE}"))
    return folder


VERBS: list[tuple[str, ...]] = [
    ("run", "good.toml"),
    ("run", "fails.toml", "--lang", "zh"),
    ("run", "good.toml", "fails.toml", "--jobs", "1", "-q"),
    ("run", HOSTILE),
    ("run", "good.toml", "--pcap", "good.toml"),
    ("demo", HOSTILE),
    ("check", "good.toml", "bad.toml"),
    ("gallery", f"--{HOSTILE}"),
    ("mishaps", HOSTILE),
    ("trust-list", "hostile.tlv", "hostile.tlv"),
    ("trust-list", "hostile.tlv", "--verify", "hostile.jsonl"),
    ("explain", "hostile.jsonl"),
    ("explain", "bad.toml"),
    ("quiz", "good.toml", "--seed", "1"),
    ("whatif", "good.toml", "--plan", "plan.toml"),
    ("whatif", "good.toml", "--regenerate", HOSTILE),
    ("whatif", "exports", "--remove", "x", "--from", "CallManager-trust of hq", "--explain", "SEP001122334455"),
    ("whatif", "exports", "--regenerate", "CAPF of hq", "--all", "--lang", "zh"),
    ("whatif", "--sample", "exports"),
    ("sql", "new.sqlite", "select name, description from device"),
    ("sql", "new.sqlite", f"select name from `{HOSTILE}`"),
    ("sql", "none.sqlite", "select name from device"),
    ("doctor",),
]
JSON: list[tuple[str, ...]] = [
    ("run", "fails.toml", "--json"),
    ("check", "good.toml", "bad.toml", "--json"),
    ("explain", "hostile.jsonl", "--json"),
    ("whatif", "exports", "--remove", "x", "--from", "CallManager-trust of hq", "--json"),
    ("doctor", "--json"),
    ("trust-list", "hostile.tlv", "--json"),
]


def test_every_verb_is_in_the_table() -> None:
    assert {arguments[0] for arguments in VERBS} == set(cli.commands)


@pytest.fixture
def hostile_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    finding = MachineFinding(HOSTILE, MachineVerdict.FAIL, HOSTILE, HOSTILE)
    monkeypatch.setattr("lab.doctor.machine.examine", lambda: [finding])


def of_files(files: Path, arguments: tuple[str, ...]) -> Result:
    named = (files / each if (files / each).exists() or "." in each else each for each in arguments)
    return run(*named, answers="1\n1\n")


@pytest.mark.usefixtures("hostile_machine")
@pytest.mark.parametrize("arguments", VERBS, ids=lambda arguments: ascii(" ".join(arguments))[:40])
def test_a_terminal_obeys_nothing_that_a_verb_prints_but_its_colours(arguments: tuple[str, ...], files: Path) -> None:
    result = of_files(files, arguments)
    assert result.exit_code in (0, 1, 2, 3, 4), result.output
    assert OBEYED.findall(COLOUR.sub("", result.output)) == []
    assert "[5mb" in result.output


@pytest.mark.usefixtures("hostile_machine")
@pytest.mark.parametrize("arguments", JSON, ids=" ".join)
def test_a_json_document_has_the_texts_as_they_are_and_no_character_that_a_terminal_obeys(
    arguments: tuple[str, ...], files: Path
) -> None:
    result = of_files(files, arguments)
    assert OBEYED.findall(result.stdout) == []
    texts = json.dumps(json.loads(result.stdout), ensure_ascii=False)
    assert "\x9b2J" in texts or arguments[0] == "whatif"  # an answer of whatif has `?` in place of these


@given(st.text())
def test_what_is_escaped_holds_nothing_that_is_obeyed_and_is_the_same_text_in_json(text: str) -> None:
    assert OBEYED.findall(escaped(text)) == []
    written = json.dumps(text, ensure_ascii=False)
    assert json.loads(escaped(written)) == text
    assert escaped(escaped(text)) == escaped(text)


def test_what_a_terminal_only_shows_stays_as_it_is() -> None:
    text = "Zürich 北京 → “x”,\u3000\u00a0\n🙂"
    assert escaped(text) == text


def test_colours_are_the_lab_s_own_and_a_text_s_are_escaped(capsys: pytest.CaptureFixture[str]) -> None:
    with click.Context(click.Command("x"), color=True):
        echo("\x1b[31m", styled("\x1b[5m", fg="green"), "x")
        echo("\x1b[31m", bold=True, err=True)
    out, err = capsys.readouterr()
    assert out == "\\u001b[31m\x1b[32m\\u001b[5m\x1b[0mx\n"
    assert err == "\x1b[1m\\u001b[31m\x1b[0m\n"


def test_a_styled_text_within_another_is_escaped_like_any_text(capsys: pytest.CaptureFixture[str]) -> None:
    with click.Context(click.Command("x"), color=True):
        echo(f"<{styled('x', fg='red')}>")
    assert capsys.readouterr().out == "<\\u001b[31mx\\u001b[0m>\n"


def test_a_fault_and_its_traceback_are_escaped(monkeypatch: pytest.MonkeyPatch, files: Path) -> None:
    def faulty(*arguments: object) -> None:
        raise TypeError(HOSTILE)

    monkeypatch.setattr("lab.scenario.file.toml", faulty)
    monkeypatch.setenv(bugs.TRACEBACK, "1")
    result = run("check", files / "good.toml")
    assert result.exit_code == bugs.OUR_FAULT
    assert "Traceback" in result.stderr
    assert OBEYED.findall(result.output) == []
