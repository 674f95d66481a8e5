"""A CallManager certificate that the phone's list does not hold is TVS's to know: what-if tells what TVS knows by then."""

from __future__ import annotations

from pathlib import Path

import pytest

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


def asked(tmp_path: Path, story: str, plan: str) -> tuple[int, str]:
    """Exit code and what is printed."""
    (tmp_path / "story.toml").write_text(story)
    (tmp_path / "plan.toml").write_text(plan)
    done = run("whatif", str(tmp_path / "story.toml"), "--play", "--plan", str(tmp_path / "plan.toml"), "--no-order")
    return int(done.returncode), done.stdout


def whatif(tmp_path: Path, story: str, plan: str) -> tuple[int, str]:
    """Exit code, and the verdict about CallManager."""
    code, printed = asked(tmp_path, story, plan)
    (line,) = [line for line in printed.splitlines() if "SEP001A2F000001 " in line and "CallManager of hq " in line]
    return code, line.partition("  ")[0]


def test_a_restart_that_shows_a_certificate_unknown_to_list_and_tvs_is_not_told_to_break_nothing(
    tmp_path: Path,
) -> None:
    assert not play_text(
        STORY + RESTART + REGISTERED
    ).passed  # the phone refuses CallManager, as TVS has not read it yet
    assert whatif(tmp_path, STORY, RESTART) == (1, "breaks")


def test_a_phone_that_tvs_let_through_is_not_told_to_have_been_refused_before(tmp_path: Path) -> None:
    registered = STORY + RESTART_TVS + RESTART
    assert play_text(registered + REGISTERED).passed
    assert whatif(tmp_path, registered + REGISTERED, DELETE + RESTART)[1] == "breaks"


NODES = STORY.replace("[clusters.hq]", "[clusters.hq.nodes.pub]\n[clusters.hq.nodes.sub]").replace(
    'certificate = "CallManager of hq"', 'certificate = "CallManager of hq"\nnode = "pub"'
)


@pytest.mark.parametrize(("node", "refused"), [("pub", False), ("sub", True)])
def test_a_restart_of_tvs_counts_on_the_node_that_phones_ask_first(node: str, refused: bool, tmp_path: Path) -> None:
    at_pub = RESTART.replace('cluster = "hq"', 'cluster = "hq"\nnode = "pub"')
    plan = RESTART_TVS.replace('cluster = "hq"', f'cluster = "hq"\nnode = "{node}"') + at_pub
    assert ("refused by CallManager of hq/pub" in asked(tmp_path, NODES, plan)[1]) is refused
    played = play_text(NODES + plan + REGISTERED.replace('phone = "p"', 'phone = "p"\nnode = "pub"'))
    assert played.passed is not refused


@pytest.mark.parametrize(
    ("release", "refuses"), [("11.5", True), ("14SU3", False)], ids=["CallManager signs", "ITLRecovery signs"]
)
def test_a_phone_that_does_not_know_the_signer_of_the_lists_refuses_its_files(
    release: str, refuses: bool, tmp_path: Path
) -> None:
    story = STORY.replace("[clusters.hq]", f'[clusters.hq]\nrelease = "{release}"').replace("Encrypted", "Non Secure")
    story = story.replace('certificate = "MIC"', 'certificate = "none"') + RESTART.replace('CallManager"', 'Tftp"')
    plan = '[[steps]]\ndo = "set-profile"\nprofile = "Non Secure"\n'
    code, printed = asked(tmp_path, story, plan)
    assert code == 0
    assert ("Cisco Tftp of hq: was already broken. It refuses the ITL file" in " ".join(printed.split())) is refuses
