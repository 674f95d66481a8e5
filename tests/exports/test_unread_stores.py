"""A store that could not be read is not an empty one: what it trusts is not known."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lab.exports import folder as folder_module
from lab.exports import read_exports
from lab.fleet.told import not_told
from lab.whatif.evaluate import ChangeRequest, evaluate
from lab.whatif.impact_report import Verdict
from pki import KeyPool
from tests.exports.conftest import Exports, pem, told
from tests.whatif.conftest import NOW


def garbage(exports: Exports) -> None:
    exports.store("hq/CallManager-trust", []).write("hq/CallManager-trust/CAPF-1.pem", b"no certificate")


def archive(exports: Exports) -> None:
    exports.write("hq/CallManager-trust/all.zip", b"PK")


def dangling(exports: Exports) -> None:
    exports.write("hq/CallManager-trust/.keep", b"")
    (exports.path / "hq/CallManager-trust/CAPF-1.pem").symlink_to("nowhere")


def pipe(exports: Exports) -> None:
    exports.write("hq/CallManager-trust/.keep", b"")
    os.mkfifo(exports.path / "hq/CallManager-trust/CAPF-1.pem")


def cut(exports: Exports) -> None:
    exports.write("hq/CallManager-trust/CAPF-1.pem", pem(exports.capf)[:300])


@pytest.mark.parametrize("spoil", [garbage, archive, dangling, pipe, cut])
def test_a_store_whose_only_file_cannot_be_read_leaves_its_verdicts_untold(
    exports: Exports, spoil: Callable[[Exports], None]
) -> None:
    exports.store("hq/CAPF-trust").inventory(exports.row())
    spoil(exports)
    fleet, findings = exports.read()
    server = fleet.servers["CallManager of hq"]
    assert server.not_told.startswith("what hq/CallManager-trust trusts is not known: hq/CallManager-trust/")
    assert any(each.grave for each in findings)
    answer = evaluate(ChangeRequest(fleet, (), "a test"), KeyPool().ring())
    assert {line.server_after: line.verdict for _, _, line in answer.rows()} == {
        "CallManager of hq": Verdict.UNKNOWN,
        "CAPF of hq": Verdict.WORKS,
    }


@pytest.mark.parametrize("place", ["hq/CallManager-trust", "RADIUS"])
def test_a_store_that_may_not_be_looked_into_likewise(
    exports: Exports, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    exports.cluster().store("RADIUS").inventory(exports.row())
    forbid(exports.path / place, monkeypatch)
    fleet, findings = exports.read()
    untold = [name for name, server in fleet.servers.items() if not_told(fleet.phones[0], server, fleet.at)]
    assert untold == ["RADIUS" if place == "RADIUS" else "CallManager of hq"]
    assert f"{place}: cannot be read: Permission denied" in map(told, findings)


def test_a_cluster_that_may_not_be_looked_into_is_named_where_nothing_else_is_there(
    exports: Exports, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lab.base.failures import InvalidInput

    exports.cluster().inventory(exports.row())
    forbid(exports.path / "hq", monkeypatch)
    with pytest.raises(InvalidInput, match=r"holds no trust store, .* \(hq cannot be read\)"):
        exports.read()


def test_a_store_of_which_one_file_of_several_cannot_be_read_is_judged_by_the_others(exports: Exports) -> None:
    exports.cluster().inventory(exports.row()).write("hq/CallManager-trust/other.pem", b"no certificate")
    fleet, findings = exports.read()
    server = fleet.servers["CallManager of hq"]
    assert (server.not_told, server.unread) == ("", ("hq/CallManager-trust/other.pem",))
    assert [each.where for each in findings if each.grave] == ["hq/CallManager-trust/other.pem"]
    assert not_told(fleet.phones[0], server, fleet.at) == ""


def test_an_empty_store_is_told_and_trusts_nothing(exports: Exports) -> None:
    exports.cluster().inventory(exports.row())
    for file in (exports.path / "hq/CallManager-trust").iterdir():
        file.unlink()
    fleet = exports.fleet()
    server = fleet.servers["CallManager of hq"]
    assert (server.not_told, server.unread, len(server.configured.trust)) == ("", (), 0)


def forbid(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests may run as root, whom no mode of a folder keeps out."""
    real = os.scandir

    def scandir(path: Any) -> Any:
        if str(path) == str(folder):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(folder_module.os, "scandir", scandir)


def test_what_is_read_is_not_what_was_not_there(exports: Exports) -> None:
    exports.cluster().inventory(exports.row())
    assert all(not server.unread for server in read_exports(exports.path, NOW)[0].servers.values())
