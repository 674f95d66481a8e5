"""What a run leaves of its authentication server and its gateway: their logs, a kept lab's, and comments in the capture."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

import pytest

from edge_sim.authentication_server.failure_reasons import FailureReason
from lab.base.failures import InvalidInput
from lab.base.outputs import ASA_MARK, ISE_MARK
from lab.render.edge_log import EdgeLog, asa_lines, ise_lines
from tests.in_process import ENGLISH, invoke
from tests.lab.conftest import Play
from tests.lab.edge_events_made import Made
from tests.tshark import columns
from wire.tls import ClientHelloSeen

DOT1X, VPN = "dot1x-capf-missing", "vpn-with-lsc"


run = partial(invoke, env=ENGLISH)


def test_the_ise_log_has_each_verdict_with_its_number(tmp_path: Path) -> None:
    file = tmp_path / "ise.log"
    assert run("run", DOT1X, "--ise-log", file, "-q").exit_code == 0
    first, *lines = file.read_text("utf-8").splitlines()
    assert first.startswith(ISE_MARK)
    assert all(re.match(r"ise CISE_\w+ \d{10} 1 0 ", line) for line in lines)
    verdicts = [re.search(r" (5200|5400) NOTICE", line) for line in lines]
    assert [found[1] for found in verdicts if found] == ["5200", "5400", "5200"]
    assert sum("FailureReason=12514 " in line for line in lines) == 1


def test_the_asa_log_has_the_gateways_lines_and_not_those_of_callmanagers_tls(tmp_path: Path, of_gallery: Play) -> None:
    file = tmp_path / "asa.log"
    assert run("run", VPN, "--asa-log", file, "-q").exit_code == 0
    first, *lines = file.read_text("utf-8").splitlines()
    assert first.startswith(ASA_MARK)
    assert all(re.match(r"[A-Z][a-z]{2} \d\d \d{4} \d\d:\d\d:\d\d asa : %ASA-\d-(\d{6}|LAB): ", line) for line in lines)
    assert sum("%ASA-6-725001" in line for line in lines) == 1
    hellos = [event for event in of_gallery(VPN).events if isinstance(event, ClientHelloSeen)]
    assert len({event.actor for event in hellos}) > 1


def test_a_run_without_such_servers_leaves_empty_logs_where_they_were_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "ise.log"
    assert run("run", "no-lsc-uses-mic", "--ise-log", file, "-q").exit_code == 0
    (line,) = file.read_text("utf-8").splitlines()
    assert line.startswith(ISE_MARK)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((DOT1X, VPN, "--ise-log", "x.log"), "take one story"),
        ((DOT1X, "--asa-log", "nowhere/x.log"), "cannot be written"),
        ((DOT1X, "--ise-log", "story.toml"), "name the log .log"),
        ((DOT1X, "--ise-log", "x.log", "--asa-log", "x.log"), "the same file"),
    ],
)
def test_what_cannot_be_written_is_said_in_one_sentence(
    arguments: tuple[str, ...], sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("run", *arguments)
    assert result.exit_code == 2
    assert sentence in result.output
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("story", "log", "other"), [(DOT1X, "ise.log", "asa.log"), (VPN, "asa.log", "ise.log")])
def test_a_kept_run_has_the_log_of_the_server_that_there_was(story: str, log: str, other: str, tmp_path: Path) -> None:
    assert run("run", story, "--keep", tmp_path / "lab", "-q").exit_code == 0
    folder = tmp_path / "lab" / "logs"
    assert (folder / log).read_bytes()
    assert not (folder / other).exists()


def test_a_log_has_its_lines_at_once_and_only_its_own(tmp_path: Path) -> None:
    made = Made()
    started = made.server()
    verdict = made.rejected(FailureReason.UNKNOWN_CA)
    stranger = made.add(ClientHelloSeen, "new/callmanager", "a:1>b:2", versions=("TLSv1",), cipher_suites=())
    with EdgeLog(tmp_path / "ise.log", ise_lines) as log, EdgeLog(tmp_path / "a.log", asa_lines, at_once=False) as asa:
        for event in (started, verdict, stranger):
            log.note(event)
            asa.note(event)
        assert len((tmp_path / "ise.log").read_text("utf-8").splitlines()) == 3  # the first says whose log it is
    assert not (tmp_path / "a.log").exists()


def test_the_name_of_a_scenario_is_no_log(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput):
        EdgeLog(tmp_path / "run.jsonl", ise_lines)
    assert list(tmp_path.iterdir()) == []


# The capture


@pytest.fixture(scope="module")
def captures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("captures")
    made = {}
    for story in (DOT1X, VPN):
        made[story] = folder / f"{story}.pcapng"
        assert run("run", story, "--pcap", made[story], "-q").exit_code == 0
    return made


@pytest.mark.peer("tshark")
def test_the_reject_bears_ises_reason_and_only_the_reject(captures: dict[str, Path]) -> None:
    found = columns(captures[DOT1X], "radius && frame.comment", "radius.code", "frame.comment")
    assert [code for code, _ in found] == ["2", "3", "2"]
    assert found[1][1].startswith("Access-Reject: 12514 ")
    assert all(comment.startswith("Access-Accept: ") for code, comment in found if code == "2")


@pytest.mark.peer("tshark")
def test_the_answer_to_connect_says_who_got_which_address(captures: dict[str, Path]) -> None:
    comments = [comment for (comment,) in columns(captures[VPN], "frame.comment", "frame.comment")]
    assert sum(comment.startswith("CONNECT accepted: ") for comment in comments) == 1


@pytest.mark.peer("tshark")
@pytest.mark.parametrize(
    ("story", "display_filter"),
    [
        (DOT1X, "eapol"),
        (DOT1X, "radius"),
        (DOT1X, "eap.type == 13"),
        (DOT1X, "radius.code == 3"),
        (VPN, 'http.request.method == "CONNECT"'),
    ],
)
def test_the_filters_of_docs_captures_find_something(
    story: str, display_filter: str, captures: dict[str, Path]
) -> None:
    assert columns(captures[story], display_filter, "frame.number")


@pytest.mark.peer("tshark")
def test_stations_have_names(captures: dict[str, Path]) -> None:
    found = columns(captures[DOT1X], "radius.code == 3", "ip.src_host", "ip.dst_host", more=["-N", "n"])
    assert found == [["ise", "switch"]]


def test_a_verdict_that_nobody_is_told_leaves_the_next_datagram_alone() -> None:
    from io import BytesIO

    from journal import Clock
    from lab.capture.edge_comments import EdgeComments
    from wire.capture import PcapngWriter

    data, made = BytesIO(), Made()
    writer = PcapngWriter(data, Clock().now)
    note = EdgeComments(writer)
    note(made.server())
    note(made.rejected(FailureReason.SUPPLICANT_STOPPED_RESPONDING))
    writer.udp(("127.0.0.3", 1812), ("127.0.0.4", 40000), b"x" * 20)
    assert b"Access-Reject" not in data.getvalue()
    note(made.rejected(FailureReason.UNKNOWN_CA))
    writer.udp(("127.0.0.4", 40000), ("127.0.0.3", 1812), b"x" * 20)
    assert b"Access-Reject" not in data.getvalue()
    writer.udp(("127.0.0.3", 1812), ("127.0.0.4", 40000), b"x" * 20)
    writer.udp(("127.0.0.3", 1812), ("127.0.0.4", 40000), b"x" * 20)
    assert data.getvalue().count(b"Access-Reject: 12514") == 1
