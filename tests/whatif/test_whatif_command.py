"""`cucm-lab whatif` as a person meets it: what it says, its exit codes, the files it writes, and every wrong word."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from click.testing import Result

from lab.base.exits import AS_EXPECTED, INTERRUPTED, INVALID_INPUT, MACHINE_CANNOT, NOT_AS_EXPECTED
from lab.whatif.sample import write_sample
from tests.in_process import invoke
from wire.tls import AlertDescription, VerifyCode

STORY = "lsc-wins-over-mic"
REMOVE = ("--remove", "CAPF", "--from", "CallManager-trust")
LAB = [sys.executable, "-m", "lab"]
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR", "COLUMNS")}


run = partial(invoke, "whatif")


def told(result: Result) -> str:
    """All that was printed, whatever the width of the terminal made of it."""
    return " ".join(result.stdout.split())


def one_sentence(result: Result) -> str:
    (line,) = result.stderr.splitlines()
    assert line.startswith("cucm-lab: ")
    assert isinstance(result.exception, SystemExit)
    return line.removeprefix("cucm-lab: ")


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whatif") / "exports"
    write_sample(folder)
    return folder


def listed(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# What it answers


def test_the_example_of_the_documentation_names_phones_code_alert_console_line_and_order() -> None:
    result = run(STORY, *REMOVE)
    assert result.exit_code == NOT_AS_EXPECTED
    for sentence in (
        "2 of 2 phones break: 2 at CallManager of headquarters (alert unknown CA, verify code 20@0).",
        "SEP001A2F000001",
        "SECD: -STATE_SSL3_ALERT: SSL3 alert [read]:[fatal]:[unknown CA]",
        "The plan as given",
        "The safe order of work",
        "After no step has a phone lost a service that it had before the plan began.",
    ):
        assert sentence in told(result)
    order = told(result).partition("The safe order of work")[2]
    install, delete = order.index("Install/Upgrade an LSC on 2 phones"), order.index("Delete CAPF-")
    assert order.index("Regenerate CAPF") < install < delete < order.rindex("Restart Cisco CallManager")


@pytest.fixture(scope="module")
def as_json() -> Result:
    return run(STORY, *REMOVE, "--json")


def test_the_answer_is_the_same_every_time_but_for_the_seconds(as_json: Result) -> None:
    def answer(result: Result) -> Any:
        found = json.loads(result.stdout)
        del found["seconds"]
        return found

    assert answer(run(STORY, *REMOVE, "--json")) == answer(as_json)


def test_json_holds_codes_and_exit_code_1_says_that_something_breaks(as_json: Result) -> None:
    result = as_json
    found = json.loads(result.stdout)
    assert result.exit_code == NOT_AS_EXPECTED
    assert found["breaks"]
    assert found["counts"]["breaks"] == 2
    (outcome,) = {
        (line["after"]["outcome"]["verify_code"], line["after"]["outcome"]["alert"])
        for group in found["groups"]
        for line in group["services"]
        if line["verdict"] == "breaks"
    }
    assert outcome == (VerifyCode.UNABLE_TO_GET_ISSUER_CERT_LOCALLY, AlertDescription.UNKNOWN_CA)
    assert found["proposal"]["safe"]


def test_what_breaks_nothing_is_exit_code_0() -> None:
    result = run(STORY, "--remove", "CAP-RTP-002", "--from", "CallManager-trust")
    assert result.exit_code == AS_EXPECTED
    assert "Nothing breaks" in told(result)
    assert "The safe order of work" not in told(result)


def test_without_a_change_it_says_how_things_stand(sample: Path) -> None:
    result = run(sample)
    assert result.exit_code == AS_EXPECTED
    assert "still works" in told(result)


def test_a_folder_of_exports_is_answered_by_re_keyed_certificates_and_left_as_it_was(sample: Path) -> None:
    before = listed(sample)
    result = run(sample, *REMOVE, "--no-order")
    assert result.exit_code == NOT_AS_EXPECTED
    assert "re-keyed certificates were judged in their place" in told(result)
    assert listed(sample) == before


def test_a_story_is_asked_about_as_it_begins_or_as_it_ends() -> None:
    """In it the former CAPF certificate is deleted and CallManager restarted: at its end both phones are broken already."""
    name = "capf-removed-too-early-from-callmanager-trust"
    begins, ends = json.loads(run(name, "--json").stdout), json.loads(run(name, "--play", "--json").stdout)
    assert begins["counts"]["was-broken"] == 0
    assert ends["counts"]["was-broken"] == 2
    assert ends["at_before"] >= begins["at_before"]


def test_chinese_is_chinese_and_lines_of_devices_stay() -> None:
    result = run(STORY, *REMOVE, "--lang", "zh")
    assert "话机" in told(result)
    assert "STATE_SSL3_ALERT: SSL3 alert [read]:[fatal]:[unknown CA]" in result.stdout
    assert "phones break" not in told(result)


def test_no_order_is_faster_and_says_that_it_was_not_looked_for() -> None:
    result = run(STORY, *REMOVE, "--no-order")
    assert result.exit_code == NOT_AS_EXPECTED
    assert "The safe order of work was not looked for." in told(result)


# Plans

PLAN = f"""
source = "{STORY}"
[[steps]]
do = "delete-certificate"
certificate = "CAPF"
store = "CallManager-trust"
[[steps]]
do = "restart-service"
service = "Cisco CallManager"
"""


@pytest.mark.parametrize("as_source", [True, False])
def test_a_plan_is_the_source_itself_or_goes_with_one(as_source: bool, tmp_path: Path) -> None:
    file = tmp_path / "friday.toml"
    file.write_text(PLAN if as_source else PLAN.partition("\n[[")[1] + PLAN.partition("\n[[")[2], "utf-8")
    result = run(file) if as_source else run(STORY, "--plan", file)
    assert result.exit_code == NOT_AS_EXPECTED
    assert "2 of 2 phones break" in told(result)


def test_a_plans_source_is_a_folder_beside_it(sample: Path, tmp_path: Path) -> None:
    (tmp_path / "exports").symlink_to(sample)
    file = tmp_path / "friday.toml"
    file.write_text(PLAN.replace(STORY, "exports"), "utf-8")
    found = json.loads(run(file, "--json", "--no-order").stdout)
    assert found["source"] == str(tmp_path / "exports")


def test_a_plan_that_ends_well_and_takes_phones_down_on_its_way_is_exit_code_1(tmp_path: Path) -> None:
    file = tmp_path / "friday.toml"
    again = '[[steps]]\ndo = "delete-lsc"\n'
    file.write_text(PLAN + again, "utf-8")
    result = run(file)
    assert result.exit_code == NOT_AS_EXPECTED
    assert "The safe order of work" in result.stdout
    order = result.stdout.partition("The safe order of work")[2]
    assert order.index("Delete the LSC") < order.index("Restart Cisco CallManager")
    file.write_text(again.join(PLAN.split("[[steps]]", 1)[:1]) + again + "[[steps]]" + PLAN.split("[[steps]]", 1)[1])
    assert run(file).exit_code == AS_EXPECTED


# Files


def test_every_form_is_written_where_it_is_wanted(tmp_path: Path) -> None:
    names = ("whatif.xml", "whatif.html", "baseline.toml")
    junit, page, baseline = (tmp_path / name for name in names)
    result = run(STORY, *REMOVE, "--junit", junit, "--report", page, "--write-baseline", baseline)
    assert result.exit_code == NOT_AS_EXPECTED
    suites = ET.parse(junit).getroot()
    assert (suites.get("tests"), suites.get("failures")) == ("6", "2")
    assert page.read_text("utf-8").startswith("<!doctype html>")
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)
    same = run(STORY, *REMOVE, "--against", baseline)
    assert (same.exit_code, same.stdout) == (AS_EXPECTED, "Nothing differs from the baseline.\n")
    mended = run(STORY, "--against", baseline)
    assert mended.exit_code == AS_EXPECTED
    assert "2 phones differ from the baseline." in told(mended)


def test_what_breaks_that_did_not_in_the_baseline_is_exit_code_1(tmp_path: Path) -> None:
    baseline = tmp_path / "baseline.toml"
    assert run(STORY, "--write-baseline", baseline).exit_code == AS_EXPECTED
    result = run(STORY, *REMOVE, "--against", baseline)
    assert result.exit_code == NOT_AS_EXPECTED
    assert "Something is refused that the baseline accepted" in told(result)


def test_nothing_is_written_among_the_inputs(sample: Path) -> None:
    before = listed(sample)
    for option in ("--junit", "--report", "--write-baseline"):
        result = run(sample, option, sample / "hq" / "x.xml")
        assert result.exit_code == INVALID_INPUT
        assert "would stand among the inputs: name a file outside" in one_sentence(result)
    assert listed(sample) == before


def test_input_that_cannot_be_used_leaves_no_file_and_loses_none(tmp_path: Path) -> None:
    kept = tmp_path / "kept.html"
    kept.write_text("precious", "utf-8")
    result = run(STORY, "--remove", "nobody", "--from", "CallManager-trust", "--report", kept)
    assert result.exit_code == INVALID_INPUT
    assert kept.read_text("utf-8") == "precious"
    assert [path.name for path in tmp_path.iterdir()] == ["kept.html"]


# The sample


def test_a_sample_is_written_and_can_be_asked_about(tmp_path: Path) -> None:
    folder = tmp_path / "exports"
    written = run("--sample", folder)
    assert written.exit_code == AS_EXPECTED
    assert f"cucm-lab whatif {folder} --remove CAPF --from CallManager-trust" in written.stdout
    assert run(folder, *REMOVE).exit_code == NOT_AS_EXPECTED
    again = run("--sample", folder)
    assert again.exit_code == INVALID_INPUT


# Wrong words


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("lsc-wins-over-mik",), 'the gallery has no story "lsc-wins-over-mik" (did you mean "lsc-wins-over-mic"?)'),
        (("no/such/folder",), "no/such/folder does not exist"),
        ((STORY, "--remove", "CAPF", "--from", "CallManager-trusts"), "there is no store"),
        ((STORY, "--remove", "Cisco", "--from", "CallManager-trust"), "may be "),
        ((STORY, "--remove", "CAPF"), "each --remove needs its --from: there are 1 and 0"),
        ((STORY, "--min-tls", "9"), '"9" is not a TLS version'),
        ((STORY, "--at", "soon"), '"soon" is not a date'),
        ((STORY, "--at", "1999-01-01"), "time only passes"),
        ((STORY, "--move", "nowhere"), 'there is no cluster "nowhere"'),
        ((STORY, "--regenerate", "tomcat-ECDSA"), 'no service has a certificate "tomcat-ECDSA"'),
        ((STORY, "--plan", "none.toml"), "none.toml does not exist"),
        ((STORY, "--against", "none.toml"), "none.toml does not exist"),
        ((STORY, "--now", "2027-01-01"), "has a time of its own: --now is for a folder of exports"),
        ((".", "--now", "soon"), '"soon" is not a date'),
        ((STORY, "--scheduler", "here"), '--scheduler "here" is no address'),
        ((STORY, "--junit", "report.html"), "name the JUnit report .xml"),
        ((STORY, "--report", "no/such/folder/x.html"), "cannot be written"),
        ((".", "--play"), "is a folder of exports, and only a scenario can be played first"),
    ],
)
def test_what_is_wrong_is_one_sentence_and_exit_code_2(arguments: tuple[str, ...], sentence: str) -> None:
    result = run(*arguments)
    assert result.exit_code == INVALID_INPUT
    assert sentence in one_sentence(result)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "Name a folder of exports, a story or a plan"),
        ((STORY, "--sample", "x"), "--sample writes a folder and asks nothing"),
        ((STORY, "--junit", "x.xml", "--report", "x.xml"), "two options name the same file"),
        ((STORY, "--write-baseline", "x", "--against", "x"), "x does not exist"),
        ((STORY, "--every-fone"), "No such option"),
        ((STORY, "--jobs", "0"), "0 is not in the range"),
    ],
)
def test_options_that_do_not_go_together_are_said_to(arguments: tuple[str, ...], sentence: str) -> None:
    result = run(*arguments)
    assert result.exit_code == INVALID_INPUT
    assert sentence in result.stderr
    assert "Traceback" not in result.stderr


def test_a_damaged_baseline_is_found_before_the_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from lab.whatif import command

    monkeypatch.setattr(command, "open_source", lambda *_, **__: pytest.fail("the work was begun"))
    (tmp_path / "b.toml").write_text("format = 1", "utf-8")
    assert "is no baseline" in one_sentence(run(STORY, "--against", tmp_path / "b.toml"))


def test_a_worker_that_is_lost_is_the_machines_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    from lab.base.failures import MachineCannot
    from lab.whatif import command

    def evaluate(*_: Any, **__: Any) -> Any:
        raise MachineCannot("a process that did handshakes is gone")

    monkeypatch.setattr(command, "evaluate", evaluate)
    result = run(STORY, *REMOVE)
    assert result.exit_code == MACHINE_CANNOT
    assert one_sentence(result).startswith("a process that did handshakes is gone")


# As a process


def test_help_names_every_option_of_the_documentation() -> None:
    document = (Path(__file__).resolve().parents[2] / "docs" / "whatif.md").read_text("utf-8")
    listed_there = run("--help").stdout
    for option in ("--remove", "--from", "--add", "--to", "--regenerate", "--min-tls", "--at", "--move", "--plan"):
        assert option in listed_there
        assert f"`{option} " in document or f" {option} " in document


MANY = 4_000
"""Half a minute of work: Ctrl-C comes after a second of it."""


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """So many rows that --every-phone takes a while."""
    folder = tmp_path_factory.mktemp("large") / "exports"
    write_sample(folder)
    inventory = folder / "inventory.csv"
    rows = inventory.read_text("utf-8").rstrip("\n").split("\n")
    row = next(line for line in rows[1:] if line.startswith("SEP"))
    device = row.split(",")[0]
    rows += [row.replace(device, f"SEP00AA{number:08X}") for number in range(MANY)]
    inventory.write_text("\n".join(rows) + "\n", "utf-8")
    return folder


@contextmanager
def on_a_terminal(*arguments: str | Path) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """The command with a terminal for its errors."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*LAB, "whatif", *map(str, arguments)],
        env=ENVIRONMENT | {"TERM": "xterm"},
        stdout=subprocess.PIPE,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    try:
        yield process, ours
    finally:
        process.kill()
        process.communicate()
        os.close(ours)


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_progress_shows_and_ctrl_c_prints_what_is_known_so_far(jobs: str, large: Path) -> None:
    with on_a_terminal(large, "--every-phone", "--jobs", jobs, *REMOVE) as (process, terminal):
        seen = b""
        while b" phones" not in seen or b"\r\x1b[K" not in seen or b" 0 of " in seen[-60:]:
            seen += os.read(terminal, 4096)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does: everyone in the session hears it
        out, _ = process.communicate(timeout=60)
        printed = out.decode()
        assert process.returncode == INTERRUPTED
        assert "Interrupted: this is what is known so far" in printed
        assert f"of {MANY + 13} phones" not in printed
        assert "each phone by itself" in printed
        assert "Traceback" not in printed


def test_a_pipe_that_closes_is_no_error(sample: Path) -> None:
    process = subprocess.Popen(
        [*LAB, "whatif", str(sample), *REMOVE, "--no-order"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=ENVIRONMENT,
    )
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    assert b"Traceback" not in process.stderr.read()
    assert process.wait(60) in (INTERRUPTED, NOT_AS_EXPECTED)
    process.stderr.close()
