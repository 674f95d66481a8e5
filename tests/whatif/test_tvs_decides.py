"""A CallManager certificate that the phone's list does not hold is TVS's to know: what-if never says that such a phone works."""

from __future__ import annotations

from pathlib import Path

from tests.command import run
from tests.played import play_text

STORY = """
title = "t"
[clusters.hq]
[phones.p]
model = "8861"
cluster = "hq"
profile = "Encrypted"
[[steps]]
do = "boot"
[[steps]]
expect = "registered"
phone = "p"
certificate = "MIC"
[[steps]]
do = "regenerate-certificate"
certificate = "CallManager of hq"
"""
RESTART = """
[[steps]]
do = "restart-service"
cluster = "hq"
service = "Cisco CallManager"
"""
RESTART_TVS = RESTART.replace("Cisco CallManager", "Cisco Trust Verification Service")
REGISTERED = """
[[steps]]
expect = "registered"
phone = "p"
certificate = "MIC"
within = 200.0
"""
DELETE = """
[[steps]]
do = "default-ca-list"
change = "disable"
cluster = "hq"
"""


def whatif(tmp_path: Path, story: str, plan: str) -> tuple[int, str]:
    """Exit code, and the line of the table about CallManager."""
    (tmp_path / "story.toml").write_text(story)
    (tmp_path / "plan.toml").write_text(plan)
    done = run("whatif", str(tmp_path / "story.toml"), "--play", "--plan", str(tmp_path / "plan.toml"), "--no-order")
    (line,) = [line for line in done.stdout.splitlines() if "SEP001A2F000001 " in line and "CallManager of hq " in line]
    return int(done.returncode), line.partition("  ")[0]


def test_a_restart_that_shows_a_certificate_unknown_to_list_and_tvs_is_not_told_to_break_nothing(
    tmp_path: Path,
) -> None:
    assert not play_text(
        STORY + RESTART + REGISTERED
    ).passed  # the phone refuses CallManager, as TVS has not read it yet
    assert whatif(tmp_path, STORY, RESTART) == (4, "cannot tell")


def test_a_phone_that_tvs_let_through_is_not_told_to_have_been_refused_before(tmp_path: Path) -> None:
    registered = STORY + RESTART_TVS + RESTART
    assert play_text(registered + REGISTERED).passed
    assert whatif(tmp_path, registered + REGISTERED, DELETE + RESTART)[1] == "cannot tell"
