"""A kept lab: what is in its folder, that nothing in it is ever lost, and that it can be read whenever the run was killed."""

from __future__ import annotations

import os
import random
import resource
import signal
import sqlite3
import stat
import subprocess
import sys
import time
import tomllib
from functools import partial
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from hypothesis import given
from hypothesis import strategies as st

from cisco_data import StoreName
from cucm_sim.database import Database
from cucm_sim.texts.set_network import SECURITY_WARNING
from lab.base.failures import InvalidInput
from lab.base.outputs import CLI_MARK
from lab.events.story import StoryEnded
from lab.kept.folder import LAB_FILE, SCENARIO_FILE, KeptLab, _quoted, read_lab
from lab.kept.state_files import StateFiles, safe_name
from lab.render.journal_file import read_journal
from lab.scenario import gallery
from lab.scenario.file import parse
from phone_sim.texts.console import Console
from tests.in_process import ENGLISH, invoke
from tests.one_phone import one_phone
from wire.phone_file import read_phone_file_untrusted
from wire.signed_files import read_signed_file_untrusted

ROOT = Path(__file__).resolve().parents[2]
MAIN, REINSTALL = "new-cluster-old-lsc", "new-cluster-old-lsc-cured-by-reinstall"
STORY = one_phone("none")


run = partial(invoke, env=ENGLISH)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The lab after two runs: the old LSC refused, then replaced."""
    folder = tmp_path_factory.mktemp("kept") / "lab"
    for story in (MAIN, REINSTALL):
        result = run("run", "-q", story, "--keep", folder)
        assert result.exit_code == 0, result.output
    return folder


def certificate(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


# What is in it


def test_the_lab_file_says_what_is_in_it(kept: Path) -> None:
    lab = tomllib.loads((kept / LAB_FILE).read_text("utf-8"))
    assert (lab["scenario"], lab["run"]) == (REINSTALL, f"{REINSTALL}-1")
    assert set(lab["clusters"]) == {"old", "new"}
    assert lab["phones"]["moved"] == {
        "model": "7965",
        "cluster": "old",
        "profile": "Encrypted",
        "device": "SEP001A2F000001",
    }
    for cluster in lab["clusters"].values():
        assert (kept / cluster["file"]).is_file()
    assert all((kept / "phones" / phone["device"]).is_dir() for phone in lab["phones"].values())


def test_flash_holds_what_the_phone_held_at_the_end(kept: Path) -> None:
    flash = kept / "phones" / "SEP001A2F000001"
    lsc, mic = certificate(flash / "lsc.pem"), certificate(flash / "mic.pem")
    assert lsc.issuer == certificate(kept / "pki" / "new-CAPF.pem").subject
    assert "MOCK - NOT CISCO" in mic.issuer.rfc4514_string()
    for name, shown in (("lsc", lsc), ("mic", mic)):
        key = load_pem_private_key((flash / "private" / f"{name}.key.pem").read_bytes(), None)
        assert key.public_key() == shown.public_key()


def test_flash_holds_the_lists_and_the_configuration_that_the_phone_took(kept: Path) -> None:
    flash, tftp = kept / "phones" / "SEP001A2F000001", kept / "clusters" / "new" / "new-pub" / "tftp"
    for name in ("CTLFile.tlv", "ITLFile.tlv"):
        assert (flash / name).read_bytes() == (tftp / name).read_bytes()
    octets = (flash / "SEP001A2F000001.cnf.xml").read_bytes()
    assert read_phone_file_untrusted(octets).full_config
    signed = (tftp / "SEP001A2F000001.cnf.xml.sgn").read_bytes()
    assert read_signed_file_untrusted(signed).payload == octets


def test_an_lsc_that_was_deleted_is_gone_with_its_key(tmp_path: Path) -> None:
    assert run("run", "-q", "new-cluster-old-lsc-cured-by-mic", "--keep", tmp_path / "lab").exit_code == 0
    flash = tmp_path / "lab" / "phones" / "SEP001A2F000001"
    assert [path.name for path in flash.glob("*.pem")] == ["mic.pem"]
    assert [path.name for path in (flash / "private").iterdir()] == ["mic.key.pem"]


def test_a_renamed_node_has_one_folder_and_the_cli_has_warned(tmp_path: Path) -> None:
    story = "host-names-changed-one-at-a-time"
    assert run("run", "-q", story, "--keep", tmp_path / "lab").exit_code == 0
    nodes = tmp_path / "lab" / "clusters" / "headquarters"
    assert {path.name for path in nodes.iterdir()} == {"cucm-one", "cucm-two"}
    for node in ("cucm-one", "cucm-two"):
        key = load_pem_private_key((nodes / node / "private" / "TVS.key.pem").read_bytes(), None)
        assert key.public_key() == certificate(nodes / node / "own" / "TVS.pem").public_key()
        assert (nodes / node / "trust" / "TVS-trust").is_dir()
    in_pki = {path.name for path in (tmp_path / "lab" / "pki").glob("headquarters-*")}
    assert in_pki == {f"headquarters-{name}.pem" for name in ("CAPF", "CallManager", "cucm-two-CallManager")}
    first, *log = (tmp_path / "lab" / "logs" / "cli.log").read_text("utf-8").splitlines()
    assert first.startswith(CLI_MARK)
    assert [line for line in log if line.startswith("admin:")] == [
        "admin:set network hostname cucm-one",
        "admin:set network hostname cucm-two",
    ]
    assert log.count(SECURITY_WARNING) == 2
    assert [line.split()[-1] for line in log if line.startswith("2")] == ["headquarters/hq-pub", "headquarters/hq-sub"]


def test_pki_holds_whom_the_clusters_trust_and_the_clusters_own_keys(kept: Path) -> None:
    names = {path.name for path in (kept / "pki").glob("*.pem")}
    assert {"Cisco Manufacturing CA.pem", "CAP-RTP-001.pem", "new-CAPF.pem", "new-CallManager.pem"} <= names
    for name in ("old-CAPF", "old-CallManager", "new-CAPF", "new-CallManager"):
        key = load_pem_private_key((kept / "pki" / "private" / f"{name}.key.pem").read_bytes(), None)
        assert key.public_key() == certificate(kept / "pki" / f"{name}.pem").public_key()


def test_a_node_s_folder_holds_its_certificates_and_their_keys(kept: Path) -> None:
    node = kept / "clusters" / "new" / "new-pub"
    names = {path.stem for path in (node / "own").iterdir()}
    assert names == {"CallManager", "CallManager-ECDSA", "CAPF", "TVS", "ITLRecovery", "tomcat"}
    for name in names:
        key = load_pem_private_key((node / "private" / f"{name}.key.pem").read_bytes(), None)
        assert key.public_key() == certificate(node / "own" / f"{name}.pem").public_key()


def test_a_node_s_folder_holds_each_trust_store_as_the_database_has_it(kept: Path) -> None:
    node = kept / "clusters" / "new" / "new-pub"
    database = Database(path=kept / "clusters" / "new.sqlite", read_only=True)
    try:
        stores = database.trust_stores(*StoreName)
        assert {path.name for path in (node / "trust").iterdir()} == set(stores)
        for name, store in stores.items():
            held = {certificate(path) for path in (node / "trust" / name).iterdir()}
            assert held == set(store.certificates), name
    finally:
        database.close()


def test_a_certificate_that_left_a_store_is_gone_and_others_stay(kept: Path, tmp_path: Path) -> None:
    first, second = (certificate(kept / "pki" / f"{name}-CAPF.pem") for name in ("old", "new"))
    files = StateFiles()
    assert files.certificates(tmp_path, (first, second, first))
    assert len(list(tmp_path.iterdir())) == 3  # a second one of the same name has a name of its own
    assert not files.certificates(tmp_path, (first, second, first))
    assert files.certificates(tmp_path, (second,))
    assert [certificate(path) for path in tmp_path.iterdir()] == [second]


@given(st.text(max_size=300))
def test_no_name_of_a_certificate_leads_out_of_a_folder(text: str) -> None:
    name = safe_name(text)
    assert len(name.encode()) <= 200
    assert not {"/", "\\", "\0", "\n"} & set(name)


def test_the_story_is_there_as_its_author_wrote_it(kept: Path) -> None:
    assert (kept / SCENARIO_FILE).read_text("utf-8") == (gallery.FOLDER / f"{REINSTALL}.toml").read_text("utf-8")
    earlier = (kept / "runs" / f"{MAIN}-1" / "lab" / SCENARIO_FILE).read_text("utf-8")
    assert parse(earlier, "x.toml", MAIN) == gallery.story(MAIN)


def test_the_configuration_is_a_database_that_opens_again(kept: Path) -> None:
    database = Database(path=kept / "clusters" / "new.sqlite")
    try:
        device = database.device("SEP001A2F000001")
        assert device is not None
        assert device.capf.certificate_operation_status == "Upgrade Success"
        assert database.trust_stores("CAPF-trust")["CAPF-trust"].certificates
    finally:
        database.close()


def test_a_run_leaves_its_journal_capture_traces_and_page(kept: Path) -> None:
    of_run = kept / "runs" / f"{MAIN}-1"
    events = read_journal(of_run / "journal.jsonl")
    assert isinstance(events[-1], StoryEnded) or any(isinstance(event, StoryEnded) for event in events)
    assert (of_run / "outcome.txt").read_text("utf-8") == "passed\n"
    assert (of_run / "capture.pcapng").read_bytes()[:4] == b"\n\r\r\n"
    logs = of_run / "lab" / "logs"
    assert "CAPF trace" in (logs / "capf.log").read_text("utf-8")
    assert "<html" in (of_run / "report.html").read_text("utf-8")
    for device in ("SEP001A2F000001", "SEP001A2F000002", "SEP001A2F000003"):
        console = Console()
        lines = [line for event in events if event.actor == device for line in console.lines(event)]
        assert (logs / "consoles" / f"{device}.log").read_text("utf-8").splitlines() == lines


def test_the_journal_of_a_run_is_explained_later(kept: Path) -> None:
    result = run("explain", kept / "runs" / f"{MAIN}-1" / "journal.jsonl", "--lang", "en")
    assert result.exit_code == 0
    assert "was refused: unknown CA." in result.output


def test_nobody_else_can_look_into_it(kept: Path) -> None:
    assert stat.S_IMODE(kept.stat().st_mode) == 0o700
    for path in kept.rglob("*"):
        if path.is_dir():
            assert stat.S_IMODE(path.stat().st_mode) == 0o700, path
        elif path.name.endswith(".key.pem") or path.suffix in (".sqlite", ".tlv", ".xml"):
            assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


# Another run in it


def test_what_an_earlier_run_built_moves_into_its_run(kept: Path) -> None:
    earlier = kept / "runs" / f"{MAIN}-1" / "lab"
    assert certificate(earlier / "phones" / "SEP001A2F000003" / "lsc.pem").issuer == (
        certificate(earlier / "pki" / "old-CAPF.pem").subject
    )
    with sqlite3.connect(f"file:{earlier / 'clusters' / 'new.sqlite'}?mode=ro", uri=True) as connection:
        assert connection.execute("select count(*) from device").fetchone() == (3,)
    connection.close()


def test_the_same_story_again_is_a_run_of_its_own_and_changes_no_earlier_file(tmp_path: Path) -> None:
    folder = tmp_path / "lab"
    file = tmp_path / "mine.toml"
    file.write_text(STORY, "utf-8")
    assert run("run", "-q", file, "--keep", folder).exit_code == 0
    first = {path.relative_to(folder): path.read_bytes() for path in (folder / "runs").rglob("*") if path.is_file()}
    built = {path.name: path.read_bytes() for path in (folder / "phones").rglob("*.pem")}
    assert run("run", "-q", file, "--keep", folder).exit_code == 0
    assert sorted(path.name for path in (folder / "runs").iterdir()) == ["mine-1", "mine-2"]
    assert {name: (folder / name).read_bytes() for name in first} == first
    moved = {path.name: path.read_bytes() for path in (folder / "runs" / "mine-1" / "lab" / "phones").rglob("*.pem")}
    assert moved == built


def test_a_failed_story_is_kept_too(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(STORY.replace('"none"', '"MIC"'), "utf-8")
    assert run("run", "-q", file, "--keep", tmp_path / "lab").exit_code == 1
    assert (tmp_path / "lab" / "runs" / "mine-1" / "outcome.txt").read_text("utf-8") == "failed\n"


def test_several_stories_have_a_lab_each(tmp_path: Path) -> None:
    folder = tmp_path / "labs"
    for number in (1, 2):
        result = run("run", "-q", "--jobs", "2", MAIN, "invalid-lsc", "--keep", folder)
        assert result.exit_code == 0, result.output
        for name in (MAIN, "invalid-lsc"):
            assert (folder / name / "runs" / f"{name}-{number}" / "outcome.txt").read_text("utf-8") == "passed\n"


# What it refuses


def refused(*arguments: str | Path) -> str:
    result = run("run", "-q", *arguments)
    assert (result.exit_code, result.stdout) == (2, ""), result.output
    (line,) = result.stderr.splitlines()
    return line


def test_a_folder_of_something_else_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.doc").write_text("years", "utf-8")
    assert "is not empty and holds no kept lab" in refused(MAIN, "--keep", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.doc"]
    assert "holds thesis.doc, which is no kept lab" in refused(MAIN, "invalid-lsc", "--keep", tmp_path)


def test_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "is no folder" in refused(MAIN, "--keep", tmp_path / "file")
    assert "cannot be written: Not a directory" in refused(MAIN, "--keep", tmp_path / "file" / "below")


@pytest.mark.parametrize("text", ["", "format = 3\n", "format = 'x'\n", "nonsense", "a = " + "[" * 5000, "\x00"])
def test_a_lab_file_that_is_not_ours_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / LAB_FILE).write_text(text, "utf-8")
    assert f"{LAB_FILE}" in refused(MAIN, "--keep", tmp_path)
    assert (tmp_path / LAB_FILE).read_text("utf-8") == text


def test_a_lab_in_use_is_refused(tmp_path: Path) -> None:
    with KeptLab(tmp_path / "lab"):
        assert "is in use by another run" in refused(MAIN, "--keep", tmp_path / "lab")
    assert run("run", "-q", MAIN, "--keep", tmp_path / "lab").exit_code == 0


def test_the_lab_of_one_story_takes_no_several(kept: Path) -> None:
    assert "is the kept lab of one story" in refused(MAIN, "invalid-lsc", "--keep", kept)


def test_stories_of_one_name_cannot_share_a_folder(tmp_path: Path) -> None:
    assert f"{MAIN} is there 2 times" in refused(MAIN, MAIN, "--keep", tmp_path / "labs")


def test_a_second_capture_is_refused(tmp_path: Path) -> None:
    result = run("run", MAIN, "--keep", tmp_path / "lab", "--pcap", tmp_path / "x.pcapng")
    assert result.exit_code == 2
    assert "leave out --pcap" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_a_lab_file_names_cannot_lead_out_of_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "lab"
    (folder / "pki").mkdir(parents=True)
    (folder / LAB_FILE).write_text('format = 2\nrun = "../../../away"\n', "utf-8")
    with KeptLab(folder) as lab:
        lab.new_run(parse(STORY, "x.toml", "x"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["lab"]
    assert (folder / "runs" / "away" / "lab" / "pki").is_dir()


def test_a_run_in_a_folder_of_format_1_puts_that_away_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "lab"
    flash = folder / "phones" / "SEP001A2F000001"
    flash.mkdir(parents=True)
    (flash / "mic.key.pem").write_text("a key", "utf-8")
    (folder / ".lock").touch()
    (folder / LAB_FILE).write_text('format = 1\nrun = "former-1"\n', "utf-8")
    with KeptLab(folder) as lab:
        lab.new_run(parse(STORY, "x.toml", "x"))
    assert read_lab(folder)["format"] == 2
    assert list((folder / "phones").iterdir()) == []
    moved = folder / "runs" / "former-1" / "lab" / "phones" / "SEP001A2F000001" / "mic.key.pem"
    assert moved.read_text("utf-8") == "a key"


@given(st.text(max_size=30))
def test_any_title_makes_a_lab_file_that_reads(title: str) -> None:
    assert tomllib.loads(f"title = {_quoted(title)}")["title"] == title


# Killed


@pytest.mark.parametrize("attempt", range(4))
def test_a_run_that_was_killed_leaves_a_lab_that_reads_and_takes_the_next_run(attempt: int, tmp_path: Path) -> None:
    folder = tmp_path / "lab"
    process = subprocess.Popen(
        [sys.executable, "-m", "lab", "run", "-q", "--jobs", "1", "--keep", str(folder), REINSTALL],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    places = [folder / LAB_FILE, folder / "runs", folder / "phones" / "SEP001A2F000001" / "lsc.pem", folder / "pki"]
    deadline = time.monotonic() + 30
    while not places[attempt].exists() and process.poll() is None and time.monotonic() < deadline:
        os.sched_yield()
    for _ in range(random.Random(attempt).randrange(2000) if attempt > 1 else 0):
        os.sched_yield()
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=10)
    for pem in folder.rglob("*.pem"):
        text = pem.read_bytes()
        load_pem_private_key(text, None) if ".key." in pem.name else x509.load_pem_x509_certificate(text)
    for file in folder.rglob("*.sqlite"):
        Database(path=file).close()
    for journal in folder.rglob("journal.jsonl"):
        if journal.read_bytes().count(b"\n") > 1:  # the first line says whose journal it is
            assert read_journal(journal)[0].seq == 1
    result = run("run", "-q", REINSTALL, "--keep", folder)
    assert result.exit_code == 0, result.output
    lab = tomllib.loads((folder / LAB_FILE).read_text("utf-8"))
    assert (folder / "runs" / lab["run"] / "outcome.txt").read_text("utf-8") == "passed\n"


def test_a_disk_that_is_full_is_exit_3_and_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", "lsc.pem")

    monkeypatch.setattr("lab.kept.state_files.put", full)
    result = run("run", "-q", MAIN, "--keep", tmp_path / "lab")
    assert result.exit_code == 3
    assert result.stderr.startswith("cucm-lab: lsc.pem cannot be written: No space left on device")


@pytest.mark.parametrize("octets", [0, 20_000, 420_000])
def test_a_disk_that_takes_no_more_is_exit_3_wherever_that_shows(octets: int, tmp_path: Path) -> None:
    """SQLite's file, a certificate, the journal or the capture reaches the limit of this process first."""
    command = [sys.executable, "-m", "lab", "run", "-q", MAIN, "--keep", str(tmp_path / "lab")]
    limit = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (octets, octets))
    done = subprocess.run(command, preexec_fn=limit, capture_output=True, text=True, check=False)
    assert done.returncode == 3, done.stderr
    assert done.stderr.count("\n") == 1


def test_a_folder_that_cannot_be_made_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def read_only(*_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(Path, "mkdir", read_only)
    with pytest.raises(InvalidInput, match="cannot be written: Read-only file system"):
        KeptLab(tmp_path / "lab")
