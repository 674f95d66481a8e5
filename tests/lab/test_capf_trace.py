"""CAPF's trace: every event of the service has a line, a session can be followed, and openssl reads the certificates out of it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st
from trio.testing import MockClock

from capf_sim import events as ev
from capf_sim import operation_events
from capf_sim.events import CapfStarted, CapfStopped
from capf_sim.table import CapfState
from capf_sim.texts.trace import MAX_LETTERS, CapfTrace, render_capf_trace
from capf_sim.texts.trace_words import WORDS
from cisco_data import AuthenticationMode, CertificateOperation
from cisco_data.models import MODELS
from cucm_sim import administration
from journal import Actor, Clock, Event, Journal, to_jsonl
from lab.base.failures import InvalidInput, MachineCannot
from lab.render.capf_trace import HEADER, CapfTraceFile
from lab.running.lab import Lab
from lab.testing import NOW
from pki import DistinguishedName, TrustStore
from wire.tls import ClientContext, TlsStream

EXISTING = AuthenticationMode.BY_EXISTING_CERTIFICATE_LSC
STRING = "97531"
LINE = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}) \| (\w+/capf) \| (\d+|-) \| (SEP[0-9A-F]{12}|-) \| (.+)")
NEW, OLD, TYPIST = (f"SEP00000000000{number}" for number in (1, 2, 4))


async def _visit(lab: Lab, device: str, operation: CertificateOperation, **how: Any) -> None:
    """Order it, boot the phone, and let it come to CAPF and to rest."""
    administration.set_capf(lab.clusters["hq"].cluster, device, certificate_operation=operation, **how)
    lab.phones[device].power_on(lab.nursery)
    await trio.sleep(200)


async def _refuse_capf(lab: Lab) -> None:
    """A client that trusts the other cluster's CAPF only, and writes the alert itself: a phone asks TVS first."""
    capf = lab.clusters["hq"].capf
    trusted = TrustStore("CAPF", [lab.clusters["old"].authority.certificate])
    tcp = await lab.workstation().connect(capf.address, capf.port)
    async with TlsStream(tcp, ClientContext(MODELS["7965"].tls, trusted), lab.journal.emitter("client")) as stream:
        assert not await stream.handshake()


async def _story(events: list[Event]) -> None:
    async with Lab(starts=NOW) as lab:
        lab.journal.subscribe(events.append)
        lab.add_cluster("old", start=False)
        lab.add_cluster("hq")
        for device, how in {NEW: {}, OLD: {"lsc": "old"}, TYPIST: {}}.items():
            lab.add_phone(model="7965", cluster="hq", device=device, **how)  # type: ignore[arg-type]
        await _visit(lab, NEW, CertificateOperation.INSTALL_UPGRADE)
        await _visit(lab, NEW, CertificateOperation.TROUBLESHOOT, authentication_mode=EXISTING)
        await _visit(lab, OLD, CertificateOperation.INSTALL_UPGRADE, authentication_mode=EXISTING)
        await _refuse_capf(lab)
        mode = AuthenticationMode.BY_AUTHENTICATION_STRING
        await _visit(lab, TYPIST, CertificateOperation.DELETE, authentication_mode=mode, authentication_string=STRING)
        for string in ("13579", STRING):
            assert lab.phones[TYPIST].type_authentication_string(string)
            await trio.sleep(100)
        await lab.clusters["hq"].capf.stop()


@cache
def played() -> tuple[Event, ...]:
    events: list[Event] = []
    trio.run(_story, events, clock=MockClock(autojump_threshold=0))
    return tuple(events)


def whole_trace(events: Iterable[Event]) -> Iterator[str]:
    """As the file has it."""
    yield from HEADER
    yield from render_capf_trace(events)


def lines_of(device: str) -> list[str]:
    """What the trace says of one phone, without time and server."""
    found = [LINE.fullmatch(line) for line in whole_trace(played())]
    return [line[5] for line in found if line is not None and line[4] == device]


def certificates(lines: list[str]) -> list[str]:
    return re.findall(
        r"^-----BEGIN CERTIFICATE-----\n.+?^-----END CERTIFICATE-----$", "\n".join(lines), re.MULTILINE | re.DOTALL
    )


def test_the_first_lines_say_what_is_ours() -> None:
    lines = list(whole_trace(()))
    assert lines == list(HEADER)
    assert all(line.startswith("#") for line in lines)
    assert "the lab's own" in lines[0]


def test_every_line_is_a_line_of_an_event_or_of_a_certificate() -> None:
    lines = list(whole_trace(played()))[len(HEADER) :]
    pem = "\n".join(certificates(lines)).splitlines()
    assert len(pem) > 20
    others = [line for line in lines if LINE.fullmatch(line) is None]
    assert others == pem
    times = [match[1] for line in lines if (match := LINE.fullmatch(line))]
    assert times == sorted(times)


def test_a_troubleshoot_puts_the_phones_lsc_and_mic_into_the_trace_and_nothing_else_does() -> None:
    lines = list(whole_trace(played()))
    fetched = [event for event in played() if isinstance(event, ev.CertificateFetched)]
    assert [event.certificate_kind for event in fetched] == ["LSC", "MIC"]
    assert certificates(lines) == [event.pem.strip() for event in fetched]
    for event in fetched:
        (line,) = [line for line in lines if f"| {event.certificate_kind} received: " in line]
        assert event.subject.oneline in line
        assert event.issuer.oneline in line
        assert f"serial number {event.serial_number}" in line
        assert f"valid {event.not_before} to {event.not_after}" in line


def test_an_install_can_be_followed_from_state_to_state_to_its_status() -> None:
    lines = lines_of(NEW)
    states = [line.partition(" -> ")[2].partition(":")[0] for line in lines if " -> " in line]
    install = states[: states.index("ENDED") + 1]
    assert install[:2] == ["AWAIT KEYGEN RESP", "AWAIT KEYGEN RESP"]
    assert install[2:] == ["AWAIT CA RESP", "AWAIT STORE CERT RESP", "ENDED"]
    assert set(states) <= {state.value for state in CapfState}
    assert "Certificate Operation Status: Upgrade Success, 0 CAPF_OP_SUCCESS" in lines
    assert "Certificate Operation Status: Troubleshoot Success, 0 CAPF_OP_SUCCESS" in lines


def test_a_refused_certificate_is_shown_with_its_reason_and_its_error_code() -> None:
    lines = lines_of(OLD)
    (refused,) = [line for line in lines if line.startswith("LSC refused")]
    assert "verify code 20 at depth 0" in refused
    (event,) = [event for event in played() if isinstance(event, ev.ProofOfPossessionRefused)]
    assert f"issuer {event.issuer.oneline}" in refused
    assert f"valid {event.not_before} to {event.not_after}" in refused
    assert event.not_before < event.not_after
    assert "Certificate Operation Status: Upgrade Failed: Invalid LSC, 4 CAPF_OP_FAIL_INVALID_LSC" in lines


def test_a_client_that_distrusts_capf_leaves_a_tls_alert_and_no_session() -> None:
    lines = list(whole_trace(played()))
    failed = [line for line in lines if "TLS handshake failed" in line]
    assert len(failed) == 1
    assert all("alert read: unknown CA" in line and " | - | - | " in line for line in failed)


def test_sessions_are_numbered_and_a_line_after_the_end_still_says_whose_it_is() -> None:
    started = [event for event in played() if isinstance(event, ev.CapfSessionStarted)]
    for event in started:
        of_it = [
            line[3]
            for line in map(LINE.fullmatch, whole_trace(e for e in played() if e.connection == event.connection))
            if line is not None
        ]
        assert of_it[-1] == str(event.session), "the close of the connection"
        assert set(of_it) == {"-", str(event.session)}


def test_nothing_stays_in_memory_after_the_last_connection() -> None:
    trace = CapfTrace()
    for event in played():
        if not isinstance(event, CapfStopped):
            trace.lines(event)
    assert trace._open == {}


def test_a_service_that_stops_takes_its_open_sessions_along_and_no_other_services() -> None:
    trace = CapfTrace()
    for actor in ("hq/capf", "old/capf"):
        started = ev.CapfSessionStarted(session=7, peer="127.0.0.1", tls_version="", cipher="")
        trace.lines(msgspec.structs.replace(started, actor=Actor(actor), connection="a>b"))
    trace.lines(CapfStopped(actor=Actor("hq/capf")))
    assert list(trace._open) == [("old/capf", "a>b")]


def test_no_string_is_in_the_trace() -> None:
    text = "\n".join(whole_trace(played()))
    assert "authentication string wrong, 1 in a row" in text
    assert not re.search(rf"\b(?:{STRING}|13579)\b", text)


def test_every_kind_of_event_of_capf_has_its_words() -> None:
    declared = {
        kind
        for module in (ev, operation_events)
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, Event) and kind is not Event
    }
    assert declared | {CapfStarted, CapfStopped} <= set(WORDS)


def test_every_event_that_a_capf_of_the_story_noted_has_a_line_but_close_notify() -> None:
    trace = CapfTrace()
    silent = [type(event).__name__ for event in played() if event.actor == "hq/capf" and not trace.lines(event)]
    assert set(silent) <= {"AlertSeen"}
    assert not [event for event in played() if event.actor != "hq/capf" and trace.lines(event)]


def filled(kind: type[Event], text: str, number: int, boolean: bool) -> Event:
    """An event of that kind with a stranger's text wherever there is room for one."""
    values = {"str": text, "int": number, "bool": boolean, "float": float(number), "tuple[str, ...]": (text, text)}
    values |= {str(DistinguishedName): DistinguishedName.of_cn(text)}
    values |= {"tuple[pki.names.DistinguishedName, ...]": (DistinguishedName.of_cn(text),) * 2}
    fields = {field.name: values[_name(field.type)] for field in msgspec.structs.fields(kind) if field.name not in BASE}
    return kind(actor=Actor("hq/capf"), connection="a>b", seq=1, at=NOW, **fields)


BASE = {field.name for field in msgspec.structs.fields(Event)}


def _name(kind: Any) -> str:
    return kind.__name__ if kind in (str, int, bool, float) else str(kind)


@pytest.mark.parametrize("kind", list(WORDS), ids=lambda kind: kind.__name__)
@given(text=st.text(max_size=40), number=st.integers(-1, 99), boolean=st.booleans())
def test_whatever_a_stranger_sent_stays_in_its_line(kind: type[Event], text: str, number: int, boolean: bool) -> None:
    if kind.__name__ in ("ClientHelloSeen",):
        event: Event = kind(actor=Actor("hq/capf"), connection=text, at=NOW, versions=(text,), cipher_suites=(1,))  # type: ignore[call-arg]
    else:
        event = filled(kind, text, number, boolean)
    for line in CapfTrace().lines(event):
        assert line.isprintable()
        assert len(line) <= MAX_LETTERS


def test_a_subject_of_ten_thousand_letters_and_escapes_is_cut_and_tamed() -> None:
    event = ev.CapfDeviceUnknown(device="\x1b[31m\n2026-11-23 | hq/capf" + "x" * 10_000, actor=Actor("hq/capf"), at=NOW)
    (line,) = CapfTrace().lines(event)
    assert line.isprintable()
    assert line.count(" | ") == 3, "no column of its own"
    assert len(line) == MAX_LETTERS


# The file


def write_trace(path: Path, events: Iterable[Event]) -> None:
    with CapfTraceFile(path) as file:
        for event in events:
            file.note(event)


def test_the_file_is_what_is_rendered_whether_written_at_once_or_while_it_happens(tmp_path: Path) -> None:
    expected = "".join(f"{line}\n" for line in whole_trace(played()))
    write_trace(tmp_path / "capf.log", played())
    assert (tmp_path / "capf.log").read_text("utf-8") == expected
    journal = Journal(Clock(NOW, tick=lambda: 0.0))
    with CapfTraceFile(tmp_path / "live.log") as file:
        journal.subscribe(file.note)
        pen = journal.emitter("hq/capf")
        pen.emit(CapfStopped())
        assert (tmp_path / "live.log").read_text("utf-8").endswith("| service stopped\n"), "at once, not at the end"


def test_rendering_is_streaming() -> None:
    def endless() -> Iterator[Event]:
        while True:
            yield CapfStopped(actor=Actor("hq/capf"), at=NOW)

    lines = whole_trace(endless())
    assert [next(lines) for _ in range(100)][-1].endswith("service stopped")


@pytest.mark.parametrize("name", ["story.toml", "run.jsonl", "missing/capf.log", "."])
def test_a_file_that_cannot_or_should_not_be_written_is_one_sentence(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidInput, match=r"cannot be written|is the name of") as raised:
        CapfTraceFile(tmp_path / name)
    assert "\n" not in str(raised.value)
    assert not (tmp_path / "story.toml").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has /dev/full")
def test_a_full_disk_is_the_machines_fault() -> None:
    with pytest.raises(MachineCannot, match="cannot be written to its end"):
        write_trace(Path("/dev/full"), played())


def test_a_killed_run_leaves_every_line_until_then(tmp_path: Path) -> None:
    path, journal = tmp_path / "capf.log", tmp_path / "run.jsonl"
    journal.write_bytes(b"".join(map(to_jsonl, played())))
    program = """
        import os, signal, sys
        from pathlib import Path
        import capf_sim.service, phone_sim.phone, cucm_sim.cluster
        from lab.views import declared
        from lab.render.capf_trace import CapfTraceFile
        from journal import read_jsonl
        with CapfTraceFile(Path(sys.argv[1])) as file:
            for number, event in enumerate(read_jsonl(Path(sys.argv[2]))):
                if number == 60:
                    os.kill(os.getpid(), signal.SIGKILL)
                file.note(event)
    """
    command = [sys.executable, "-c", textwrap.dedent(program), str(path), str(journal)]
    root = str(Path(__file__).resolve().parents[2])
    run = subprocess.run(
        command, cwd=root, env={**os.environ, "PYTHONPATH": root}, capture_output=True, text=True, check=False
    )
    assert run.returncode == -signal.SIGKILL, run.stderr
    left = path.read_text("utf-8").splitlines()
    assert left == list(whole_trace(played()[:60]))
    assert len(left) > len(HEADER)


@pytest.mark.peer("openssl")
def test_openssl_reads_the_phones_certificates_out_of_the_trace(tmp_path: Path) -> None:
    path = tmp_path / "capf.log"
    write_trace(path, played())
    fetched = [event for event in played() if isinstance(event, ev.CertificateFetched)]
    for event, pem in zip(fetched, certificates(path.read_text("utf-8").splitlines()), strict=True):
        (tmp_path / "one.pem").write_text(pem + "\n", "ascii")
        command = ["openssl", "x509", "-in", "one.pem", "-noout", "-serial", "-startdate", "-enddate"]
        run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
        said = dict(line.split("=", 1) for line in run.stdout.splitlines())
        assert int(said["serial"], 16) == int(event.serial_number, 16)
        for key, moment in (("notBefore", event.not_before), ("notAfter", event.not_after)):
            seen = datetime.strptime(said[key], "%b %d %H:%M:%S %Y %Z").replace(tzinfo=UTC)
            assert seen == datetime.fromisoformat(moment)


@pytest.mark.peer("openssl")
def test_the_command_of_the_document_reads_the_whole_file(tmp_path: Path) -> None:
    document = (Path(__file__).resolve().parents[2] / "docs" / "capf.md").read_text("utf-8")
    (command,) = re.findall(r"^    (openssl .*capf\.log.*)$", document, re.MULTILINE)
    write_trace(tmp_path / "capf.log", played())
    run = subprocess.run(command, shell=True, cwd=tmp_path, capture_output=True, text=True, check=True)
    subjects = [line for line in run.stdout.splitlines() if line.startswith("subject=")]
    assert len(subjects) == 2
    assert all(NEW in subject for subject in subjects)
