"""Folders that hold what they should not: keys, links that lead nowhere, pipes, and what nobody can read."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from lab.base.failures import InvalidInput
from lab.exports import certificates, folder, read_exports
from tests.exports.conftest import Exports, held, other_lsc, pem
from tests.whatif.conftest import DEVICE, NOW

KEY = other_lsc().key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.fixture
def whole(exports: Exports) -> Exports:
    exports.cluster().store("RADIUS").inventory(exports.row()).write("phones/x.pem", pem(*held()))
    return exports


@pytest.mark.parametrize(
    "place",
    [
        *(
            "hq/CallManager-trust/CAPF.key",
            "RADIUS/x.pem",
            "phones/y.pem",
            "traces/capf.log",
            "notes.txt",
            "inventory.csv",
        ),
        *("hq/CAPF.pem", "settings.toml", "friday.toml", ".hidden", "hq/CAPF-trust/x.description", "phones/all.csv"),
    ],
)
def test_a_private_key_anywhere_ends_it_with_a_warning(whole: Exports, place: str) -> None:
    assert whole.fleet().phones
    former = whole.path / place
    whole.write(place, (former.read_bytes() if former.exists() else b"") + b"# \n" + KEY)
    with pytest.raises(
        InvalidInput, match=rf"^{place} holds a private key: nothing here needs one.*never leave its server"
    ):
        whole.read()


def test_a_folder_without_stores_is_refused_with_the_way_out(exports: Exports) -> None:
    exports.inventory(exports.row())
    with pytest.raises(InvalidInput, match=r"holds no trust store.*whatif-exports.md.*--sample"):
        exports.read()


def test_an_empty_folder_and_none_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="holds no trust store"):
        read_exports(tmp_path, NOW)
    with pytest.raises(InvalidInput, match="cannot be read: No such file"):
        read_exports(tmp_path / "missing", NOW)


def test_what_desktops_leave_behind_is_no_input(whole: Exports) -> None:
    before = whole.findings()
    for name in (".DS_Store", "hq/CAPF-trust/.DS_Store", "RADIUS/Thumbs.db", "RADIUS/desktop.ini", "phones/._x.pem"):
        whole.write(name, b"\0\1\2")
    whole.write(".git/config", KEY)
    whole.write("__MACOSX/x.pem", b"nonsense")
    assert whole.findings() == before


def test_links_that_lead_nowhere_or_back_are_named_and_not_followed(whole: Exports) -> None:
    (whole.path / "phones/gone.pem").symlink_to("nowhere.pem")
    (whole.path / "phones/itself.pem").symlink_to("itself.pem")
    (whole.path / "phones/again").symlink_to(whole.path, target_is_directory=True)
    findings = whole.findings()
    assert "phones/gone.pem: is a link that leads nowhere" in findings
    assert any(finding.startswith("phones/itself.pem: cannot be read") for finding in findings)
    assert "phones/again: leads back to a folder above it, and was not followed" in findings
    assert len(whole.fleet().phones) == 1


def test_two_clusters_may_share_a_store_by_a_link(whole: Exports) -> None:
    (whole.path / "branch").mkdir()
    (whole.path / "branch/CallManager-trust").symlink_to("../hq/CallManager-trust", target_is_directory=True)
    assert whole.fleet().clusters == ["branch", "hq"]


def test_a_pipe_is_named_and_nobody_waits_for_it(whole: Exports) -> None:
    os.mkfifo(whole.path / "hq/CAPF-trust/pipe.pem")
    assert "hq/CAPF-trust/pipe.pem: is no ordinary file" in whole.findings()
    with pytest.raises(certificates.UnreadableCertificate, match="is no ordinary file"):
        certificates.octets_of(whole.path / "hq/CAPF-trust/pipe.pem")


def test_a_huge_file_is_named_and_not_read(whole: Exports) -> None:
    with (whole.path / "phones/disk.img").open("wb") as file:
        file.truncate(certificates.MAX_OCTETS + 1)
    assert "phones/disk.img: is larger than 256 MiB" in whole.findings()
    assert len(whole.fleet().phones) == 1


def test_what_may_not_be_read_is_named(whole: Exports, monkeypatch: pytest.MonkeyPatch) -> None:
    open_, scan = os.open, os.scandir

    def denied(path: str, *more: int) -> int:
        if str(path).endswith("x.pem"):
            raise PermissionError(13, "Permission denied")
        return open_(path, *more)

    def closed(path: str) -> object:
        if str(path).endswith("RADIUS"):
            raise PermissionError(13, "Permission denied")
        return scan(path)

    monkeypatch.setattr(os, "open", denied)
    monkeypatch.setattr(os, "scandir", closed)
    grave = {(each.where, each.problem) for each in whole.read()[1] if each.grave}
    assert grave == {
        ("phones/x.pem", "cannot be read: Permission denied"),
        ("RADIUS", "cannot be read: Permission denied"),
    }


def test_names_that_a_terminal_would_obey_are_told_without_that(whole: Exports) -> None:
    whole.write("phones/\x1b[31mred\n.pem", b"nothing")
    (whole.path / os.fsdecode(b"phones/\xff.pem")).write_bytes(b"nothing")
    findings = whole.findings()
    assert "phones/?[31mred?.pem: holds no certificate that can be read" in findings
    assert "phones/?.pem: holds no certificate that can be read" in findings
    assert all(finding.isprintable() for finding in findings)


def test_more_files_than_any_export_has_are_refused(whole: Exports, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "MAX_FILES", 5)
    with pytest.raises(InvalidInput, match="more than 5 files"):
        whole.read()


def test_what_lies_too_deep_is_named(whole: Exports) -> None:
    whole.write("/".join(["d"] * 20) + "/x.pem", pem(*held()))
    assert any(finding.endswith("lies too deep, and was not looked into") for finding in whole.findings())


def test_archives_and_workbooks_are_named_with_what_to_do(whole: Exports) -> None:
    whole.write("traces/capf.gz", b"\x1f\x8b\x08")
    whole.write("phones.xlsx", b"PK\x03\x04")
    remedies = {each.where: each.remedy for each in whole.read()[1] if each.grave}
    assert remedies == {"traces/capf.gz": "unpack it", "phones.xlsx": "save it as CSV"}


def test_nothing_is_written_next_to_the_inputs(whole: Exports) -> None:
    before = whole.listing()
    folders = [whole.path, *(path for path in whole.path.rglob("*") if path.is_dir())]
    for path in folders:
        path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    try:
        assert whole.phone(DEVICE).device_name == DEVICE
    finally:
        for path in folders:
            path.chmod(stat.S_IRWXU)
    assert whole.listing() == before
