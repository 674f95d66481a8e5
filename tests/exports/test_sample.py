"""The sample: it reads without a word of trouble, holds no key, and its first suggestion breaks what it says."""

from __future__ import annotations

import csv
import io
import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from cisco_data import DeviceSecurityMode
from journal import wall_now
from lab.base.failures import InvalidInput
from lab.exports import read_exports
from lab.fleet.model import Described, Fleet, Known
from lab.operations.steps import RemoveCertificateStep, RestartStep
from lab.whatif.evaluate import ChangeRequest, evaluate
from lab.whatif.impact_report import Verdict
from lab.whatif.names import certificate_in, store_named
from lab.whatif.sample import write_sample
from pki import KeyPool


@pytest.fixture(scope="module")
def fleet(sample: Path) -> Fleet:
    return read_exports(sample, wall_now())[0]


def test_it_is_a_network_with_a_bit_of_everything(fleet: Fleet) -> None:
    assert set(fleet.servers) == {"CallManager of hq", "CAPF of hq", "RADIUS", "VPN"}
    assert len(fleet.phones) >= 12
    assert len({phone.model for phone in fleet.phones}) >= 6
    assert {phone.mode for phone in fleet.phones} == set(DeviceSecurityMode)
    assert {type(phone.lsc) for phone in fleet.phones} == {Known, Described, type(None)}
    assert all(phone.mic is not None and phone.not_told == "" for phone in fleet.phones)
    later = fleet.at + timedelta(days=60)
    soon = [phone for phone in fleet.phones if isinstance(phone.lsc, Described) and phone.lsc.not_after < later]
    assert [phone.model for phone in soon] == ["8811"]
    assert list(fleet.capf) == ["hq"]


def test_nothing_is_wrong_with_it(sample: Path) -> None:
    _, findings = read_exports(sample, wall_now())
    assert not any(each.grave for each in findings)
    assert not any(path.suffix in (".key", ".p12") or b"PRIVATE KEY" in path.read_bytes() for path in files(sample))


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_deleting_the_capf_certificate_breaks_each_secure_phone_with_an_lsc(fleet: Fleet) -> None:
    keys = KeyPool().ring()
    store = store_named(fleet, "CallManager-trust")
    steps = RemoveCertificateStep(certificate_in(fleet, store, "CAPF"), store.name), RestartStep(store.name)
    answer = evaluate(ChangeRequest(fleet, steps, "sample"), keys, propose=False)
    broken = {device for group in answer.groups if group.verdict is Verdict.BREAKS for device in group.devices}
    assert broken == {phone.device_name for phone in fleet.phones if phone.is_secure and phone.lsc is not None}
    alerts = {line.after.outcome.alert for group in answer.groups for line in group.lines
              if line.verdict is Verdict.BREAKS and line.after.outcome is not None}  # fmt: skip
    assert alerts == {48}  # unknown CA
    verdicts = {line.verdict for group in answer.groups for line in group.lines}
    assert Verdict.WAS_BROKEN not in verdicts
    assert Verdict.UNKNOWN not in verdicts


def test_it_is_the_same_each_time_but_for_its_dates(sample: Path, tmp_path: Path) -> None:
    write_sample(tmp_path)
    assert [path.relative_to(tmp_path) for path in sorted(files(tmp_path))] == [
        path.relative_to(sample) for path in sorted(files(sample))
    ]
    if (tmp_path / "README.txt").read_bytes() == (sample / "README.txt").read_bytes():  # no midnight between them
        assert (tmp_path / "inventory.csv").read_bytes() == (sample / "inventory.csv").read_bytes()


def test_its_readme_suggests_what_the_command_can_do(sample: Path) -> None:
    text = (sample / "README.txt").read_text()
    assert "--remove CAPF --from CallManager-trust" in text
    named = [word for line in text.splitlines() if line.startswith("  ") for word in line.split("   ")[0].split(",")]
    assert {"hq/CAPF.pem", "inventory.csv", "settings.toml"} <= {word.strip() for word in named}


def test_a_folder_that_holds_something_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(InvalidInput, match="holds something already"):
        write_sample(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
    with pytest.raises(InvalidInput, match="is a file"):
        write_sample(tmp_path / "mine.txt")
    with pytest.raises(InvalidInput, match="cannot be written: Not a directory"):
        write_sample(tmp_path / "mine.txt" / "below")


@pytest.mark.parametrize(
    ("cells", "broken", "untold"),
    [
        (("Unknown", "20301025", "9999-12-31"), 9, 0),
        (("1919671200", "25-Oct-30", "2030年10月25日"), 9, 0),
        (("301025120000Z", "47781", "99991231235959Z"), 9, 0),
        (("soon", "01/02/2030", "?!"), 6, 3),
    ],
)
def test_odd_cells_of_lsc_expiry_take_no_phone_out_of_the_answer(
    sample: Path, tmp_path: Path, cells: tuple[str, ...], broken: int, untold: int
) -> None:
    folder = tmp_path / "network"
    shutil.copytree(sample, folder)
    text = (folder / "inventory.csv").read_text()
    rows = list(csv.DictReader(io.StringIO(text)))
    described = [row for row in rows if row["LSC Serial"] and "7821 7841 8865".find(row["Device Type"][-4:]) >= 0]
    for row, cell in zip(described, cells, strict=True):
        text = text.replace(",".join([row["LSC Serial"], row["LSC Expiry"]]), ",".join([row["LSC Serial"], cell]))
    (folder / "inventory.csv").write_text(text)
    fleet, _ = read_exports(folder, wall_now())
    assert len(fleet.phones) == 13
    store = store_named(fleet, "CallManager-trust")
    steps = RemoveCertificateStep(certificate_in(fleet, store, "CAPF"), store.name), RestartStep(store.name)
    answer = evaluate(ChangeRequest(fleet, steps, "sample"), KeyPool().ring(), propose=False)
    at_callmanager = [line.verdict for _, _, line in answer.rows() if line.server_after == "CallManager of hq"]
    devices = {
        verdict: {device for device, _, line in answer.rows() if line.verdict is verdict}
        for verdict in (Verdict.BREAKS, Verdict.UNKNOWN)
    }
    assert (len(devices[Verdict.BREAKS]), len(devices[Verdict.UNKNOWN])) == (broken, untold)
    assert at_callmanager
