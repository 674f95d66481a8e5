"""Unknown is never fine: what could not be judged is in the headline, the JSON, JUnit and the exit code."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from click.testing import Result

from lab.base.exits import AS_EXPECTED, INVALID_INPUT, NOT_AS_EXPECTED, UNDECIDED
from lab.whatif.sample import write_sample
from tests.in_process import invoke

STORY = "lsc-wins-over-mic"
HARMLESS = ("--remove", "CAP-RTP-002", "--from", "CallManager-trust")
REMOVE = ("--remove", "CAPF", "--from", "CallManager-trust", "--no-order")
NOW = ("--now", "2026-11-23")


run = partial(invoke, "whatif")


def told(result: Result) -> str:
    return " ".join(result.stdout.split())


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whatif") / "exports"
    write_sample(folder)
    return folder


@pytest.fixture
def sample(written: Path, tmp_path: Path) -> Path:
    """One to spoil."""
    return Path(shutil.copytree(written, tmp_path / "exports"))


def rows(folder: Path, change: Callable[[list[dict[str, str]]], None]) -> None:
    """Changes the rows of the inventory."""
    inventory = folder / "inventory.csv"
    reader = csv.DictReader(io.StringIO(inventory.read_text("utf-8")))
    listed = list(reader)
    change(listed)
    made = io.StringIO()
    writer = csv.DictWriter(made, reader.fieldnames or ())
    writer.writeheader()
    writer.writerows(listed)
    inventory.write_text(made.getvalue(), "utf-8")


def unreadable_certificate(folder: Path) -> None:
    (folder / "hq" / "phones" / "SEP00260BD7AFFF.pem").write_bytes(
        b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    )


def no_capf_store(folder: Path) -> None:
    shutil.rmtree(folder / "hq" / "CAPF-trust")


def no_cluster_of_that_name(folder: Path) -> None:
    rows(folder, lambda listed: listed[0].update(Cluster="nowhere"))


def no_folder_to_look_into(folder: Path) -> None:
    loop = folder / "hq" / "CAPF-trust" / "loop.pem"
    loop.symlink_to(loop)


def link_to_nowhere(folder: Path) -> None:
    (folder / "hq" / "CallManager-trust" / "x.pem").symlink_to("nowhere")


def a_row_twice(folder: Path) -> None:
    rows(folder, lambda listed: listed.append(listed[0]))


LEFT_OUT: dict[str, Callable[[Path], None]] = {
    "a file that is no certificate": unreadable_certificate,
    "a cluster without a store": no_capf_store,
    "a link that leads nowhere": link_to_nowhere,
    "a device twice": a_row_twice,
    "a row of a cluster that is not there": no_cluster_of_that_name,
    "a link to itself": no_folder_to_look_into,
}


def test_the_sample_as_it_is_is_judged_whole(sample: Path) -> None:
    result = run(sample, *HARMLESS, *NOW, "--json")
    data = json.loads(result.stdout)
    assert (result.exit_code, data["all_judged"], data["unjudged"]) == (AS_EXPECTED, True, [])
    assert data["headline"].startswith("Nothing breaks: none of 13 phones loses a service.")


@pytest.mark.parametrize("what", LEFT_OUT)
def test_what_is_left_out_of_the_inputs_is_exit_code_4_in_every_form(what: str, sample: Path, tmp_path: Path) -> None:
    LEFT_OUT[what](sample)
    junit, page = tmp_path / "w.xml", tmp_path / "w.html"
    result = run(sample, *HARMLESS, *NOW, "--junit", junit, "--report", page)
    assert result.exit_code == UNDECIDED
    assert told(result).startswith("Nothing is known to break, but not everything could be judged.")
    assert "left out: see About the inputs." in told(result)
    errors = [each.get("type") for each in ET.parse(junit).getroot().iter("error")]
    assert errors
    assert set(errors) == {"cannot tell"}
    assert "? Nothing is known to break, and not everything could be judged" in page.read_text("utf-8")
    data = json.loads(run(sample, *HARMLESS, *NOW, "--json").stdout)
    assert data["all_judged"] is False
    assert any(finding["grave"] for finding in data["findings"])
    accepted = run(sample, *HARMLESS, *NOW, "--accept-unknown", "--junit", junit)
    assert accepted.exit_code == AS_EXPECTED
    assert told(accepted) == told(result).replace(
        told(result).rpartition(" s, ")[0], told(accepted).rpartition(" s, ")[0]
    )
    top = ET.parse(junit).getroot()
    assert (list(top.iter("error")), bool(list(top.iter("skipped")))) == ([], True)


def test_what_breaks_is_exit_code_1_whatever_else_could_not_be_judged(sample: Path) -> None:
    unreadable_certificate(sample)
    for options in ((), ("--accept-unknown",)):
        result = run(sample, *REMOVE, *NOW, *options)
        assert result.exit_code == NOT_AS_EXPECTED
        assert "left out: see About the inputs." in told(result)


def test_what_needs_trust_lists_is_not_judged_whole_where_they_are_not_known(sample: Path, tmp_path: Path) -> None:
    shutil.rmtree(sample / "hq" / "own")
    junit, change = tmp_path / "w.xml", ("--regenerate", "CallManager of hq", *NOW)
    result = run(sample, *change, "--junit", junit)
    assert result.exit_code == UNDECIDED
    assert "judged is only whether the servers accept the phones" in told(result)
    assert "Nothing breaks" not in told(result)
    assert "not judged 00001" in junit.read_text("utf-8")
    assert run(sample, *change, "--accept-unknown").exit_code == AS_EXPECTED
    chinese = run(sample, *change, "--lang", "zh")
    assert "只判定服务器是否接受话机" in told(chinese).replace(" ", "")


@pytest.mark.parametrize(
    ("change", "judged"), [(("--regenerate", "CAPF"), False), (("--regenerate", "TVS"), False), (HARMLESS, True)]
)
def test_a_phone_whose_lists_the_inputs_cannot_tell_is_not_judged_where_they_decide(
    change: tuple[str, ...], judged: bool, sample: Path
) -> None:
    def mismatch(listed: list[dict[str, str]]) -> None:
        listed[0]["ITL File Status"] = "Mismatch"

    rows(sample, mismatch)
    data = json.loads(run(sample, *change, *NOW, "--no-order", "--json").stdout)
    device = next(csv.DictReader(io.StringIO((sample / "inventory.csv").read_text("utf-8"))))["Device Name"]
    (group,) = [each for each in data["groups"] if device in each["devices"]]
    found = {line["service"]: line["verdict"] for line in group["services"]}
    of_clusters = {"CallManager", "CAPF", "TFTP"} & found.keys()
    assert group["devices"] == [device]
    assert ("TFTP" in found) is not judged
    assert {found[each] for each in of_clusters} == ({"works"} if judged else {"cannot-tell"})
    assert {each["verdict"] for each in data["groups"] if each is not group}.isdisjoint({"cannot-tell"})
    assert data["all_judged"] is judged


@pytest.mark.parametrize("what", ["CAPF", "CallManager"])
def test_where_lists_are_known_a_new_certificate_that_they_do_not_hold_breaks(what: str) -> None:
    result = run(STORY, "--regenerate", what, "--no-order", "--json")
    data = json.loads(result.stdout)
    assert (result.exit_code, data["all_judged"]) == (NOT_AS_EXPECTED, True)
    assert run(STORY, "--move", "headquarters").exit_code == AS_EXPECTED


def test_was_already_broken_alone_is_exit_code_0_with_its_count_in_the_headline() -> None:
    ends = run("capf-removed-too-early-from-callmanager-trust", "--play")
    assert ends.exit_code == AS_EXPECTED
    assert told(ends).startswith(
        "Nothing breaks: none of 3 phones loses a service. 2 phones were refused by a service already before the change."
    )


def test_against_a_baseline_too_what_is_not_judged_is_exit_code_4_and_told(sample: Path, tmp_path: Path) -> None:
    baseline = tmp_path / "baseline.toml"
    assert run(sample, *HARMLESS, *NOW, "--write-baseline", baseline).exit_code == AS_EXPECTED
    assert run(sample, *HARMLESS, *NOW, "--against", baseline).exit_code == AS_EXPECTED
    unreadable_certificate(sample)
    result = run(sample, *HARMLESS, *NOW, "--against", baseline)
    assert result.exit_code == UNDECIDED
    assert "hq/phones/SEP00260BD7AFFF.pem" in told(result)
    assert run(sample, *HARMLESS, *NOW, "--against", baseline, "--accept-unknown").exit_code == AS_EXPECTED


# Loss by phone and service, on the sample


def test_what_the_authentication_server_refused_before_hides_no_loss_of_callmanager(sample: Path) -> None:
    """RADIUS lacks the CAPF certificates and what signs the MICs of the 79xx: it refuses these phones already."""
    for file in (sample / "RADIUS").rglob("*"):
        if file.name.startswith("CAPF-") or file.name.startswith("Cisco_Manufacturing_CA.") or "_CA_0" in file.name:
            file.unlink()
    result = run(sample, "--min-tls", "1.2", *NOW, "--json")
    data = json.loads(result.stdout)
    assert result.exit_code == NOT_AS_EXPECTED
    assert data["proposal"]["safe"] is False
    lost = [(one["device"], one["service"]) for step in data["proposal"]["steps"] for one in step["down"]]
    assert lost
    assert {service for _, service in lost} <= {"CallManager", "CAPF"}
    broken = {device for group in data["groups"] if group["verdict"] == "breaks" for device in group["devices"]}
    assert {device for device, _ in lost} == broken
    assert {row["server"] for row in data["proposal"]["incurable"]} <= {"CallManager of hq", "CAPF of hq"}


PLAN = """
source = "exports"
[[steps]]
do = "delete-certificate"
certificate = "{capf}"
{store}
[[steps]]
do = "restart-service"
{service}
[[steps]]
do = "upload-certificate"
certificate = "{file}"
{store}
[[steps]]
do = "restart-service"
{service}
"""


@pytest.mark.parametrize(
    ("store", "service"),
    [
        ('store = "CallManager-trust"', 'service = "Cisco CallManager"'),
        ('store = "CAPF-trust"', 'service = "Cisco Certificate Authority Proxy Function"'),
        ('server = "RADIUS"', 'server = "RADIUS"'),
    ],
)
def test_a_plan_that_removes_and_adds_again_is_exit_code_1(store: str, service: str, sample: Path) -> None:
    held = sorted(path for path in (sample / "hq" / "CAPF-trust").glob("CAPF-*.pem"))
    codes = set()
    for file in held:
        plan = sample.parent / "plan.toml"
        capf = file.name.partition("_")[0].removesuffix(".pem")
        plan.write_text(PLAN.format(capf=capf, store=store, service=service, file=file), "utf-8")
        result = run(plan, *NOW, "--no-order")
        codes.add(result.exit_code)
        if result.exit_code == NOT_AS_EXPECTED:
            assert "At the end of the plan no phone has lost a service. During the plan" in told(result)
    assert NOT_AS_EXPECTED in codes


# A certificate operation that fails


def test_without_its_authority_in_capf_trust_a_certificate_operation_fails(sample: Path) -> None:
    for source in (STORY, sample):
        result = run(source, "--remove", "CAPF", "--from", "CAPF-trust", *(NOW if source is sample else ()))
        assert result.exit_code == NOT_AS_EXPECTED
        assert "Invalid LSC" in told(result)
        order = told(result).partition("The safe order of work")[2]
        assert order.index("Install/Upgrade an LSC") < order.index("Delete CAPF-")


# Baselines


def test_what_was_deleted_or_has_expired_since_the_baseline_is_exit_code_1(sample: Path, tmp_path: Path) -> None:
    baseline, junit = tmp_path / "baseline.toml", tmp_path / "w.xml"
    assert run(sample, *NOW, "--write-baseline", baseline).exit_code == AS_EXPECTED
    later = run(sample, "--now", "2040-01-01", "--against", baseline, "--junit", junit)
    assert later.exit_code == NOT_AS_EXPECTED
    assert int(ET.parse(junit).getroot().get("failures", "0")) > 0
    for file in (sample / "hq" / "CallManager-trust").glob("CAPF-*"):
        file.unlink()
    result = run(sample, *NOW, "--against", baseline, "--junit", junit, "--json")
    assert result.exit_code == NOT_AS_EXPECTED
    data = json.loads(result.stdout)
    assert data["against"]["breaks"] is True
    assert data["breaks"] is True
    assert int(ET.parse(junit).getroot().get("failures", "0")) == data["counts"]["breaks"] == 9
    plain: Any = json.loads(run(sample, *NOW, "--json").stdout)
    assert plain["counts"]["breaks"] == 0
    assert plain["at_a_service"]["was-broken"] == 9


def test_a_baseline_of_an_old_format_is_refused_with_the_command_that_writes_it_again(tmp_path: Path) -> None:
    baseline = tmp_path / "base line.toml"
    assert run(STORY, *HARMLESS, "--write-baseline", baseline).exit_code == AS_EXPECTED
    text = baseline.read_text("utf-8")
    baseline.write_text(text.replace("version = 3", "version = 2"), "utf-8")
    result = run(STORY, *HARMLESS, "--against", baseline)
    assert result.exit_code == INVALID_INPUT
    again = result.stderr.partition("write it again with ")[2].strip()
    assert again == (
        f"cucm-lab whatif {STORY} --remove CAP-RTP-002 --from CallManager-trust --write-baseline '{baseline}'"
    )
    assert os.system(f"{again.replace('cucm-lab', 'true')}") == 0  # the shell takes it as it is
    assert run(*_words(again)).exit_code == AS_EXPECTED
    assert baseline.read_text("utf-8") == text


def _words(command: str) -> list[str]:
    import shlex

    return shlex.split(command)[2:]


# --explain


def test_explain_tells_each_file_row_store_and_assumption_of_one_phone(sample: Path) -> None:
    shutil.rmtree(sample / "hq" / "own")
    data = json.loads(run(sample, *REMOVE, *NOW, "--json").stdout)
    (file,) = (sample / "hq" / "phones").iterdir()
    device = file.stem
    result = run(sample, *REMOVE, *NOW, "--explain", device.lower().removeprefix("sep"))
    assert result.exit_code == NOT_AS_EXPECTED
    assert f"What the verdicts on {device} rest on" in told(result)
    assert f"LSC: hq/phones/{file.name}" in told(result)
    assert data["explained"] == []
    (explained,) = json.loads(run(sample, *REMOVE, *NOW, "--explain", device, "--json").stdout)["explained"]
    where = {source["what"]: source["where"] for source in explained["sources"]}
    assert where["phone"].startswith("row ")
    assert where["phone"].endswith(" of inventory.csv")
    assert where["LSC"] == f"hq/phones/{file.name}"
    assert [store["service"] for store in explained["stores"]][:2] == ["CallManager", "CAPF"]
    files = [source["where"] for store in explained["stores"] for source in store["holds"]]
    assert files
    assert all((sample / file).is_file() for file in files)
    for told_of in ("trust list", "authentication mode for CAPF", "private key of the LSC", "release"):
        assert any(told_of in sentence for sentence in explained["assumptions"]), told_of
    assert explained["services"]


def test_explain_tells_what_an_inventory_does_not_say(sample: Path) -> None:
    described = next(
        device
        for group in json.loads(run(sample, *NOW, "--json").stdout)["groups"]
        for device in group["devices"]
        if not group["lsc_issuer"]
    )
    (explained,) = json.loads(run(sample, *NOW, "--explain", described, "--json").stdout)["explained"]
    assert any("The MIC itself is not there" in sentence for sentence in explained["assumptions"])
    assert any("does not say when MICs expire" in finding["problem"] for finding in explained["findings"])

    def spoil(listed: list[dict[str, str]]) -> None:
        (row,) = [row for row in listed if row["Device Name"] == described]
        row["Device Security Profile"] = ""
        row["MIC Issuer"] = "Nobody"

    rows(sample, spoil)
    (explained,) = json.loads(run(sample, *NOW, "--explain", described, "--json").stdout)["explained"]
    problems = [finding["problem"] for finding in explained["findings"]]
    assert any("has no profile: taken to be Encrypted" in problem for problem in problems)
    assert any("No certificate of Nobody" in sentence for sentence in explained["assumptions"])


def test_explain_of_a_phone_that_is_not_there_is_one_sentence(sample: Path) -> None:
    result = run(sample, *NOW, "--explain", "SEP000000000001")
    assert result.exit_code == INVALID_INPUT
    assert result.stderr.startswith('cucm-lab: --explain: there is no phone "SEP000000000001"')


def test_explain_of_a_scenario_says_that_no_file_was_read() -> None:
    (explained,) = json.loads(run(STORY, *REMOVE, "--explain", "SEP001A2F000001", "--json").stdout)["explained"]
    assert any("those of the scenario" in sentence for sentence in explained["assumptions"])
    assert not any("release" in sentence for sentence in explained["assumptions"])
