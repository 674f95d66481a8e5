"""What somebody reads whose test failed: the sentence at the line, the explanation below it, in every style of pytest's."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.pytest_plugin.conftest import Run, run_pytest

TESTS = """
import pytest


def test_refused(lab, phone):
    lab.cluster("branch")
    assert phone.registers("branch")


def test_not_refused(phone, cluster):
    assert not phone.registers(cluster)


def test_any_of_two(lab):
    lab.cluster("hq"), lab.cluster("branch")
    phones = [lab.phone(cluster="hq", lsc="branch"), lab.phone(cluster="hq", lsc="branch")]
    assert any(
        phone.registers()
        for phone in phones
    )


def test_a_loop(lab):
    lab.cluster("hq"), lab.cluster("branch")
    for lsc in ("hq", "hq", "branch", "hq"):
        assert lab.phone(cluster="hq", lsc=lsc).registers()


def test_another_reason(phone):
    assert phone.registers()
    assert 1 == 2


def test_change(trust_change, phone):
    assert not trust_change(remove="CAPF", from_="CallManager-trust").breaks


def test_not_safe(trust_change, phone):
    assert trust_change(min_tls="1.3", propose=False)


def test_wrong_word(lab):
    lab.phone(model="8862")


def test_passes(phone, cluster, trust_change):
    assert phone.registers(cluster)
    assert trust_change(remove="CAP-RTP-001", from_="CallManager-trust")


@pytest.mark.cucm_scenario("wrong.toml")
def test_story_fails():
    raise AssertionError("nobody gets here")


@pytest.mark.cucm_scenario("lsc-wins-over-mix")
def test_no_such_story():
    pass


@pytest.mark.cucm_scenario("wrong.toml", plai=False)
def test_wrong_mark():
    pass


@pytest.mark.cucm_scenario("wrong.toml", play=False)
def test_cast_of_a_story_that_fails(phone):
    assert phone.registers("branch")


@pytest.mark.cucm_exports("nowhere")
def test_no_such_folder(lab):
    pass
"""
STORY = """
title = "A story that hopes in vain"

[clusters.hq]

[clusters.branch]

[phones.lobby]
model = "7965"
cluster = "hq"
profile = "Encrypted"
lsc = "branch"

[[steps]]
do = "move"
phone = "lobby"
to = "hq"

[[steps]]
do = "boot"

[[steps]]
say = "It registers, the author thinks."
expect = "registered"
phone = "lobby"
certificate = "LSC"
issuer = "CAPF of branch"
"""
EVERYTHING = {
    *("test_refused", "test_not_refused", "test_any_of_two", "test_a_loop", "test_another_reason", "test_change"),
    *("test_not_safe", "test_wrong_word", "test_story_fails", "test_no_such_story", "test_wrong_mark"),
    "test_no_such_folder",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project") / "tests"
    folder.mkdir()
    (folder / "test_phones.py").write_text(TESTS)
    (folder / "wrong.toml").write_text(STORY)
    return folder


@pytest.fixture(scope="module")
def run(project: Path) -> Run:
    return run_pytest(project, "--strict-markers", "-W", "error")


def test_a_refusal_is_told_in_the_assertion_and_explained_below_it(run: Run) -> None:
    told = run.told["test_refused"]
    assert told.startswith("failure")
    assert "assert <SEP001A2F000001 is refused by CallManager of branch: alert unknown CA, verify code 20@0: " in told
    assert "- cucm-cert-lab: SEP001A2F000001 at CallManager of branch -" in told
    assert "SSL alert [read]:[fatal]:[unknown CA]" in told
    assert "Cure: Set Certificate Operation Install/Upgrade with By Null String" in told
    assert "Story: cucm-lab run new-cluster-old-lsc" in told
    assert told.count("Console of") == 1


def test_what_was_not_expected_to_work_is_told_too(run: Run) -> None:
    told = run.told["test_not_refused"]
    assert "assert not <SEP001A2F000001 registers with CallManager of hq by its LSC (TLSv1.2, " in told
    assert "Handshake successful." in told


def test_all_that_the_failed_statement_asked_is_explained_and_nothing_else(run: Run) -> None:
    both = run.told["test_any_of_two"]
    assert "cucm-cert-lab: SEP001A2F000001" in both
    assert "cucm-cert-lab: SEP001A2F000002" in both
    loop = run.told["test_a_loop"]
    assert "cucm-cert-lab: SEP001A2F000003 at" in loop
    assert loop.count("- cucm-cert-lab: ") == 1
    assert "cucm-cert-lab:" not in run.told["test_another_reason"]


def test_a_change_that_breaks_phones_says_whom_why_and_in_which_order_it_is_safe(run: Run) -> None:
    told = run.told["test_change"]
    assert (
        "assert not <True: The one phone that was asked about breaks: 1 at CallManager of hq (alert unknown CA" in told
    )
    assert "- cucm-cert-lab: what this change does -" in told
    assert "The safe order of work" in told
    assert "Install/Upgrade an LSC on 1 phone (SEP001A2F000001)." in told
    assert "alert protocol version" in run.told["test_not_safe"]


def test_a_wrong_word_is_told_at_the_line_of_the_test_with_no_frame_of_the_lab(run: Run) -> None:
    told = run.told["test_wrong_word"]
    assert '>       lab.phone(model="8862")' in told
    assert 'Failed: phones.phone 1.model: no model "8862" is known' in told
    assert "lab/" not in told.replace("project", "")
    assert "Error" not in told


def test_a_story_that_does_not_go_as_it_says_fails_its_test_with_the_explanation(run: Run) -> None:
    told = run.told["test_story_fails"]
    assert told.startswith("failure")
    assert "wrong: FAILED at step 3 of 3: " in told
    assert "STATE_SSL3_ALERT" in told
    assert "Cure: " in told
    assert "nobody gets here" not in told
    assert "Traceback" not in told


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("test_no_such_story", 'the gallery has no story "lsc-wins-over-mix" (did you mean "lsc-wins-over-mic"?)'),
        ("test_wrong_mark", "@pytest.mark.cucm_scenario: got an unexpected keyword argument 'plai'"),
        ("test_no_such_folder", "nowhere is no folder"),
    ],
)
def test_a_wrong_mark_is_an_error_of_one_sentence(name: str, sentence: str, run: Run) -> None:
    kind, _, told = run.told[name].partition("\n")
    assert kind == "error"
    assert sentence in told
    assert "fixture" not in told
    assert ".py" not in told


def test_nothing_else_failed_and_nothing_was_written_beside_the_tests(run: Run, project: Path) -> None:
    assert run.code == pytest.ExitCode.TESTS_FAILED
    assert set(run.told) == EVERYTHING
    assert run.passed == {"test_passes", "test_cast_of_a_story_that_fails"}
    assert {path.name for path in project.iterdir()} - {"__pycache__"} == {"test_phones.py", "wrong.toml"}


def test_the_explanation_is_there_in_short_on_two_workers_and_without_captured_output(project: Path) -> None:
    terse = run_pytest(project, "-q", "-n", "2", "--tb=short", "--show-capture=no", "-k", "refused or change")
    assert set(terse.told) == {"test_refused", "test_not_refused", "test_change"}
    for text in ("SSL alert [read]:[fatal]:[unknown CA]", "Cure: ", "The safe order of work"):
        assert text in terse.printed


def test_the_plugin_can_be_left_out(project: Path) -> None:
    without = run_pytest(project, "-p", "no:cucm_cert_lab", "-k", "test_passes")
    assert "fixture 'phone' not found" in without.told["test_passes"]


def test_whoever_has_it_installed_and_does_not_use_it_loads_pytest_and_nothing_else() -> None:
    heavy = ("OpenSSL", "trio", "cryptography", "msgspec", "click", "rich", "lab.whatif", "lab.play", "wire", "pki")
    code = f"import sys, pytest; import lab.pytest_plugin; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
