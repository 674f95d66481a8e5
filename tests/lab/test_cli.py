"""Each verb as a person meets it: what it says, what --json says, and the exit code, in this process."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from click.testing import Result

from lab.base.failures import MachineCannot
from lab.events.story import StoryEnded
from lab.play import runner
from lab.render.journal_file import JournalFile, read_journal
from lab.running import addresses
from lab.scenario import gallery
from lab.verbs import show
from lab.verbs.cli import cli
from tests.explained import explain
from tests.in_process import invoke as run
from tests.one_phone import one_phone
from tests.thorough import thorough
from wire.tls import TlsUnavailable

ROOT = Path(__file__).resolve().parent.parent.parent

STORY = one_phone()


@pytest.fixture
def story(tmp_path: Path) -> Path:
    file = tmp_path / "mine.toml"
    file.write_text(STORY, "utf-8")
    return file


def one_sentence(result: Result) -> str:
    """What was said of an error: one line, for a person."""
    (line,) = result.stderr.splitlines()
    assert line.startswith("cucm-lab: ")
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return line.removeprefix("cucm-lab: ")


# run


def test_a_run_shows_steps_console_table_and_verdict(story: Path) -> None:
    result = run("run", story)
    assert result.exit_code == 0
    assert " 1. It boots." in result.output
    assert "SECD: -PXY_NO_LSC: No LSC for [SCCP], will try MIC" in result.output
    assert "    ok  certificate MIC" in result.output
    (row,) = [line for line in result.output.splitlines() if line.startswith("lobby ")]
    assert row.split()[:4] == ["lobby", "SEP001A2F000001", "7965", "registered"]
    assert "mine: all 2 steps as expected, " in result.output
    assert result.stderr == ""


def test_a_check_that_fails_is_exit_1_and_says_what_is_so_instead(story: Path) -> None:
    story.write_text(STORY.replace('"MIC"', '"LSC"'), "utf-8")
    result = run("run", story)
    assert result.exit_code == 1
    assert "    FAILED  certificate is MIC, not LSC" in result.output
    assert "mine: FAILED at step 2 of 2: certificate is MIC, not LSC" in result.output


def test_a_step_that_cannot_be_done_is_exit_1_and_says_why(story: Path) -> None:
    story.write_text(STORY.replace('do = "boot"', 'do = "reset"'), "utf-8")
    result = run("run", story, "-q")
    assert result.exit_code == 1
    assert (
        "FAILED at step 1 of 2: SEP001A2F000001 is not registered, so CallManager cannot reset it; boot it"
        in result.output
    )


@pytest.mark.parametrize(
    ("step", "says"),
    [
        ('do = "delete-lsc-on-phone"\nphone = "lobby"', "lobby has no power"),
        ('do = "type-authentication-string"\nphone = "lobby"\nstring = "1"', "lobby takes no authentication string"),
        (
            'do = "reset"\nkind = "apply-config"',
            "SEP001A2F000001 is not registered, so CallManager cannot apply its config",
        ),
        (
            'do = "delete-certificate"\ncluster = "here"\nstore = "CAPF-trust"\ncertificate = "Cisco Root CA 2099"',
            "CAPF-trust does not hold ",
        ),
    ],
)
def test_what_cannot_be_done_now_is_a_failed_step(step: str, says: str, story: Path) -> None:
    story.write_text(STORY.replace('do = "boot"', step), "utf-8")
    result = run("run", story, "-q")
    assert result.exit_code == 1
    assert f"FAILED at step 1 of 2: {says}" in result.output


def test_quiet_is_one_line_a_story(story: Path) -> None:
    result = run("run", "-q", story, "lsc-wins-over-mic")
    assert [line.partition(":")[0] for line in result.output.splitlines()] == ["mine", "lsc-wins-over-mic"]


def test_all_plays_the_gallery_one_line_each(monkeypatch: pytest.MonkeyPatch) -> None:
    names = gallery.names()[:: thorough(1, 12)]
    monkeypatch.setattr(gallery, "names", lambda: names)
    result = run("run", "--all")
    assert result.exit_code == 0
    assert len(names) > 4
    assert [line.partition(":")[0] for line in result.output.splitlines()] == names


def test_json_holds_what_the_text_says(story: Path) -> None:
    result = run("run", "--json", story, "new-cluster-old-lsc")
    assert result.exit_code == 0
    mine, main = json.loads(result.stdout)
    assert (mine["name"], mine["title"], mine["passed"]) == ("mine", "One phone", True)
    assert [(step["kind"], step["say"], step["passed"]) for step in mine["steps"]] == [
        ("boot", "It boots.", True),
        ("registered", "", True),
    ]
    assert mine["steps"][1]["observed"] == "certificate MIC"
    assert mine["phones"][0]["state"] == "registered"
    assert mine["explanations"] == []
    assert [phone["state"] for phone in main["phones"]] == ["registered", "registered", "refused"]
    (explanation,) = main["explanations"]
    assert explanation["still"]
    text = " ".join(run("run", "new-cluster-old-lsc").output.split())
    for said in (explanation["what"], explanation["why"], explanation["cure"], *explanation["commands"]):
        assert said in text
    for evidence in explanation["evidence"]:
        assert evidence["text"] in text


def test_json_of_a_failed_story_is_exit_1(story: Path) -> None:
    story.write_text(STORY.replace('"MIC"', '"LSC"'), "utf-8")
    result = run("run", "--json", story)
    assert result.exit_code == 1
    assert json.loads(result.stdout)[0]["passed"] is False


# Wrong words on the command line


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (
            ["run", "new-cluster-old-ls"],
            'the gallery has no story "new-cluster-old-ls" (did you mean "new-cluster-old-lsc"?)',
        ),
        (["run", ""], 'the gallery has no story ""'),
        (["explain", "invalid-lcs"], '(did you mean "invalid-lsc"?)'),
        (["run", "no/such.toml"], "no/such.toml does not exist"),
        (["explain", "no-such.jsonl"], "no-such.jsonl does not exist"),
        (["check", "no-such.toml"], "no-such.toml does not exist"),
        (["run", "/"], "/ cannot be read: Is a directory"),
    ],
)
def test_what_is_not_there_is_exit_2_and_one_sentence(arguments: list[str], says: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert says in one_sentence(result)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["galery"], "gallery"),
        (["nonsense"], "No such command"),
        (["run", "--jsn", "x"], "--json"),
        (["run"], "Name a story or a file, or say --all"),
        (["run", "invalid-lsc", "lsc-wins-over-mic", "--journal", "x.jsonl"], "--journal takes one story"),
        (["check"], "FILE"),
        (["explain"], "JOURNAL"),
        (["gallery", "x"], "unexpected extra argument"),
        (["demo", "--fast"], "No such option"),
    ],
)
def test_a_wrong_command_line_is_exit_2_with_a_hint(arguments: list[str], says: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert says in result.stderr
    assert result.stdout == ""


def test_every_file_is_read_before_the_first_is_played(story: Path, tmp_path: Path) -> None:
    result = run("run", story, tmp_path / "none.toml")
    assert result.exit_code == 2
    assert result.stdout == ""


# check


def test_check_counts_what_a_file_holds(story: Path) -> None:
    result = run("check", story)
    assert (result.exit_code, result.output) == (0, f"{story}: 1 cluster, 1 phone, 2 steps: fine\n")


def test_check_goes_on_after_a_bad_file(story: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.toml"
    bad.write_text(STORY.replace("model", "modle"), "utf-8")
    result = run("check", bad, story)
    assert result.exit_code == 2
    assert f"{bad}: phones.lobby.modle: there is no key" in one_sentence(result)
    assert result.stdout.endswith(": fine\n")


def test_check_in_json_says_the_same(story: Path, tmp_path: Path) -> None:
    result = run("check", "--json", story, tmp_path / "none.toml")
    assert result.exit_code == 2
    assert json.loads(result.stdout) == [
        {"file": str(story), "fine": True, "error": ""},
        {"file": f"{tmp_path}/none.toml", "fine": False, "error": f"{tmp_path}/none.toml does not exist"},
    ]


# gallery, doctor, demo, version


TRUST_STORIES = {name for name in gallery.names() if not gallery.story(name).head.faq}
"""Of what the FAQ does not ask."""


def test_the_gallery_is_listed_in_text_and_json() -> None:
    text, data = run("gallery"), run("gallery", "--json")
    assert text.exit_code == data.exit_code == 0
    listed = json.loads(data.stdout)
    assert [one["name"] for one in listed] == gallery.names()
    for one in listed:
        assert one["name"] in text.output
        assert one["title"] in " ".join(text.output.split())
        assert one["faq"] or one["name"] in TRUST_STORIES


def test_the_doctor_says_the_same_in_json() -> None:
    text, data = run("doctor"), run("doctor", "--json")
    assert text.exit_code == data.exit_code
    spoken = " ".join(text.output.split())
    for finding in json.loads(data.stdout):
        assert f"{finding['name']}: {finding['sentence']}" in spoken


def test_the_demo_plays_the_main_story() -> None:
    result = run("demo")
    assert result.exit_code == 0
    assert "new-cluster-old-lsc: all 6 steps as expected" in result.output
    assert "Try: cucm-lab run new-cluster-old-lsc-cured-by-reinstall" in result.output


def test_it_knows_its_version() -> None:
    stated = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert run("--version").output == f"cucm-lab, version {stated}\n"


def test_the_changelog_begins_with_this_version() -> None:
    stated = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    headings = [line for line in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").splitlines() if line[:3] == "## "]
    assert headings[0] == f"## {stated}"


@pytest.mark.parametrize("verb", [[], *([name] for name in cli.commands)], ids=lambda verb: " ".join(verb) or "none")
def test_help_fits_and_no_sentence_is_cut(verb: list[str]) -> None:
    for option in ("-h", "--help"):
        result = run(*verb, option)
        assert result.exit_code == 0
        assert "..." not in result.output.replace("]...", "").replace("FILE...", "")


# Journals


def test_a_journal_is_written_and_explained_later(tmp_path: Path) -> None:
    file = tmp_path / "run.jsonl"
    assert run("run", "-q", "new-cluster-old-lsc", "--journal", file).exit_code == 0
    events = read_journal(file)
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    assert any(isinstance(event, StoryEnded) for event in events)
    result = run("explain", file)
    assert result.exit_code == 0
    assert "was refused: unknown CA." in result.output
    data = run("explain", "--json", file)
    assert [one["rule"] for one in json.loads(data.stdout)["phones"]] == [one.rule for one in explain(events)]
    assert json.loads(data.stdout)["complete"] is True
    assert [one["why"] for one in json.loads(data.stdout)["phones"]] == [
        one["why"] for one in json.loads(run("explain", "--json", "new-cluster-old-lsc").stdout)["phones"]
    ]


def test_a_journal_is_known_by_its_content_too(tmp_path: Path) -> None:
    file = tmp_path / "yesterday"
    assert run("run", "-q", "invalid-lsc", "--journal", file).exit_code == 0
    assert "Upgrade Failed: Invalid LSC" in " ".join(run("explain", file).output.split())


def test_explain_of_a_story_that_fails_its_checks_is_exit_1(story: Path) -> None:
    story.write_text(STORY.replace('"MIC"', '"LSC"'), "utf-8")
    result = run("explain", story)
    assert (result.exit_code, result.output) == (1, "Nothing failed.\n")


@pytest.mark.parametrize(
    ("octets", "says"),
    [
        (b"", "holds no event"),
        (b'{"event":"PhoneStopped","seq":1', "holds no event"),
        (b"garbage\n", "line 1: this is not an event of the lab"),
        (b"\xff\xfe\n", "line 1: this is not an event of the lab"),
        (b'{"event":"PhoneStopped"}\n{"event":"Nonsense"}\n', "line 2: this is not an event of the lab"),
        (b'{"event":"PhoneStopped","seq":"x"}\n', "line 1: this is not an event of the lab"),
        (b"[" * 100_000 + b"\n", "line 1: this is not an event of the lab"),
    ],
)
def test_a_broken_journal_is_exit_2_and_one_sentence(octets: bytes, says: str, tmp_path: Path) -> None:
    file = tmp_path / "broken.jsonl"
    file.write_bytes(octets)
    result = run("explain", file)
    assert result.exit_code == 2
    assert says in one_sentence(result)


def test_a_journal_whose_names_are_texts_is_of_an_earlier_version_and_says_the_remedy(tmp_path: Path) -> None:
    file = tmp_path / "old.jsonl"
    former = '"subject":"/O=x/CN=a","issuer":"/O=x/CN=b","serial_number":"1"'
    file.write_text(f'{{"event":"CertificateVerified","actor":"a/callmanager","verify_code":0,"depth":0,{former}}}\n')
    result = run("explain", file)
    assert result.exit_code == 2
    assert "as this version writes CertificateVerified" in one_sentence(result)
    assert "run the story again" in one_sentence(result)


def test_a_journal_of_odd_but_readable_events_is_explained_without_a_crash(tmp_path: Path) -> None:
    file = tmp_path / "odd.jsonl"
    file.write_text(
        '{"event":"PhoneStarted","actor":"SEP1","device_name":"","model":"?","load":""}\n'
        '{"event":"SecureConnectionRefused","actor":"SEP1","service":"SCCP","kind":"x","alert":999,"alert_direction":"read"}\n'
        '{"event":"HandshakeFailed","actor":"/","side":"server","reason":"verify","verify_code":4711,"depth":-7}\n'
        '{"event":"RegistrationRejected","device_name":"SEP1","cause_code":99,"cause_name":"","expected":"","received":""}\n'
        '{"event":"OperationEnded","device":"SEP1","operation":"","status":"","succeeded":false,"cause":12}\n',
        "utf-8",
    )
    result = run("explain", file)
    assert result.exit_code == 4  # its events have no numbers
    assert result.output.count("it does not guess") == 3


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("none/run.jsonl", "none/run.jsonl cannot be written: No such file or directory"),
        (".", "cannot be written: it is a folder"),
        ("mine.toml", "is the name of a scenario"),
    ],
)
def test_a_journal_that_cannot_be_written_is_exit_2_before_anything_happens(
    path: str, says: str, story: Path, tmp_path: Path
) -> None:
    result = run("run", story, "--journal", tmp_path / path)
    assert result.exit_code == 2
    assert says in one_sentence(result)
    assert result.stdout == ""
    assert story.read_text("utf-8") == STORY


def test_a_disk_that_is_full_is_exit_3_and_one_sentence(story: Path) -> None:
    result = run("run", "-q", story, "--journal", "/dev/full")
    assert result.exit_code == 3
    assert "/dev/full cannot be written to its end: No space left on device" in one_sentence(result)


def test_a_journal_file_is_closed_whatever_happens(tmp_path: Path) -> None:
    journal = JournalFile(tmp_path / "run.jsonl")
    with pytest.raises(RuntimeError), journal:
        raise RuntimeError
    assert journal._file.closed


# A machine that cannot


def test_no_free_block_is_exit_3_and_one_sentence(story: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "_BLOCKS", addresses._BLOCKS[-1:])  # far from where labs of other tests look first
    with addresses.Block():
        result = run("run", "-q", story)
    assert result.exit_code == 3
    assert one_sentence(result).startswith("all 1 loopback blocks from ")
    assert run("run", "-q", story).exit_code == 0


@pytest.mark.parametrize(
    "error",
    [MachineCannot("no room"), TlsUnavailable("no room"), OSError(98, "no room"), OSError(24, "no room")],
    ids=repr,
)
@pytest.mark.parametrize("wraps", [0, 1, 3])
def test_what_the_machine_lacks_is_exit_3_however_deep_trio_wrapped_it(
    error: Exception, wraps: int, story: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(wraps):
        error = ExceptionGroup("nursery", [error])
    monkeypatch.setattr(show, "play", raising(error))
    result = run("run", "-q", story)
    assert result.exit_code == 3
    assert one_sentence(result).startswith("no room")


@pytest.mark.parametrize(
    "error", [KeyboardInterrupt(), BaseExceptionGroup("x", [KeyboardInterrupt(), OSError(24, "x")])]
)
def test_an_interruption_is_exit_130_and_one_word(
    error: BaseException, story: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(show, "play", raising(error))
    result = run("run", "-q", story)
    assert result.exit_code == 130
    assert one_sentence(result) == "interrupted"


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("ours"),
        OSError(9, "Bad file descriptor"),
        KeyError("x"),
        ExceptionGroup("x", [MachineCannot("theirs"), RuntimeError("ours")]),
        BaseExceptionGroup("x", [KeyboardInterrupt(), ValueError("ours")]),
    ],
    ids=repr,
)
def test_a_bug_of_ours_is_exit_70_and_one_sentence(
    error: BaseException, story: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(show, "play", raising(error))
    result = run("run", "-q", story)
    assert result.exit_code == 70
    assert "report it" in one_sentence(result)


def raising(error: BaseException):  # type: ignore[no-untyped-def]
    def play(*_: object, **__: object) -> runner.StoryResult:
        raise error

    return play


# Narrow and wide


@pytest.mark.parametrize("columns", ["1", "40", "60", "1000"])
def test_prose_fits_the_terminal_and_console_lines_stay_whole(columns: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    outputs = [
        run(*verb).output
        for verb in (["gallery"], ["doctor"], ["run", "new-cluster-old-lsc"], ["explain", "invalid-lsc"])
    ]
    assert any(
        "SECD: -STATE_SSL3_ALERT: SSL3 alert [read]:[fatal]:[unknown CA]" in line for line in outputs[2].splitlines()
    )
    widest = max(40, min(100, int(columns)))
    for line in "".join(outputs).splitlines():
        searched_for = ("SEP" in line and "SECD" in line) or line.startswith(
            ("  Try:", "  Story:", "phone ", "with", "───", "new-cluster-old-lsc: all 6 steps")
        )
        assert len(line) <= widest or searched_for or " " not in line.strip(), line


def test_a_kept_cluster_answers_sql_as_run_sql_does(tmp_path: Path) -> None:
    lab = tmp_path / "lab"
    assert run("run", "lsc-expired", "--keep", str(lab), "-q").exit_code == 0
    database = str(lab / "clusters" / "headquarters.sqlite")
    answer = run(
        "sql", database, "select paramname,paramvalue from processconfig where paramname='ClusterSecurityMode'"
    )
    assert answer.exit_code == 0
    assert answer.output.splitlines() == [
        "paramname           paramvalue",
        "=================== ==========",
        "ClusterSecurityMode 1",
    ]
    for wrong in ("delete from device", "select nothing from device"):
        refused = run("sql", database, wrong)
        assert refused.exit_code == 2
        assert len(refused.output.splitlines()) == 1
    missing = run("sql", str(lab / "nothing.sqlite"), "select 1")
    assert (missing.exit_code, "is empty or no regular file" in missing.output) == (2, True)
    assert not (lab / "nothing.sqlite").exists()
    told = (lab / "clusters" / "headquarters.certificates.txt").read_text("utf-8")
    assert told.startswith("admin:show cert list own\n")
    assert "-----BEGIN CERTIFICATE-----" in told
    listed = (lab / "clusters" / "headquarters.trust-lists.txt").read_text("utf-8")
    assert [line for line in listed.splitlines() if line.startswith(("admin:", "The ")) and "last" not in line] == [
        "admin:show ctl",
        "The checksum value of the CTL file:",
        "The CTL file was verified successfully.",
        "admin:show itl",
        "The checksum value of the ITL file:",
        "The ITL file was verified successfully.",
    ]


def test_the_capf_trace_of_a_run_is_written_where_it_is_wanted(tmp_path: Path) -> None:
    file = tmp_path / "capf.log"
    assert run("run", "troubleshoot-gets-certificates", "--capf-trace", str(file), "-q").exit_code == 0
    assert file.read_text("utf-8").count("-----BEGIN CERTIFICATE-----") == 2
    assert run("run", "--all", "--capf-trace", str(file)).exit_code == 2
    assert run("run", "lsc-expired", "--capf-trace", str(file), "--journal", str(file)).exit_code == 2


def test_the_gallery_is_listed_by_question(tmp_path: Path) -> None:
    lines = run("gallery", "--lang", "en").output.splitlines()
    at = [line for line in lines if line[:1].isdigit()]
    assert [int(line.split(".")[0]) for line in at] == list(range(1, 12))
    assert sum(line.split(" ")[0] in gallery.names() for line in lines) == len(gallery.names())
