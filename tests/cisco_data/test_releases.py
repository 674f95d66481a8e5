"""The table of releases: each cell has a source or is assumed, and docs/releases.md is the whole table."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from cisco_data import DEFAULT_RELEASE, RELEASES
from cisco_data import release_table as table
from cisco_data.release_table import COLUMNS, Release, release_named
from cisco_data.releases import Cell, Column
from cisco_data.tls import CAPF, TFTP_HTTPS, TlsVersion

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "releases.md"
_YES, _NO = "yes", "no"
V1_0, V1_2, V1_3 = TlsVersion.TLSv1, TlsVersion.TLSv1_2, TlsVersion.TLSv1_3


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.key)
def test_each_cell_names_its_source_or_is_assumed_and_not_both(column: Column[Any]) -> None:
    assert all(bool(cell.source) is not cell.assumed for _, cell in column.cells)


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.key)
def test_cells_begin_with_the_oldest_release_and_are_in_order(column: Column[Any]) -> None:
    since = [RELEASES.index(release) for release, _ in column.cells]
    assert since[0] == 0
    assert all(former < later for former, later in pairwise(since))


def test_each_column_is_there_once_and_in_the_table() -> None:
    columns = [each for each in vars(table).values() if isinstance(each, Column)]
    assert len({column.key for column in COLUMNS}) == len(COLUMNS)
    assert {column.key for column in columns} == {column.key for column in COLUMNS}


@pytest.mark.parametrize(
    ("column", "release", "value"),
    [
        (table.ITL_SIGNER, "11.5", "CallManager"),
        (table.ITL_SIGNER, "12.0", "ITLRecovery"),
        (table.CTL_SAST, "9.1", ()),
        (table.CTL_SAST, "10.5(1)", ("CallManager",)),
        (table.CTL_SAST, "11.5SU9", ("CallManager", "ITLRecovery")),
        (table.CTL_SAST, "15SU4", ("ITLRecovery", "CallManager")),
        (table.CTL_TOKEN_SAST, "10.5(2)", ("Token1", "Token2")),
        (table.CTL_TOKEN_SAST, "14SU4", ()),
        (table.CTL_BY_CLIENT, "14SU3", False),
        (table.MINIMUM_TLS_SETTABLE, "10.5(2)", False),
        (table.MINIMUM_TLS_SETTABLE, "11.5SU3", True),
        (table.ITLRECOVERY_EXISTS, "9.1", False),
        (table.BACKUP_SAVES_KEYS, "9.1", False),
        (table.BACKUP_SAVES_KEYS, "11.5", True),
        (table.LSC_DIGEST, "10.5(2)", "SHA-1"),
        (table.LSC_DIGEST, "11.5SU3", "SHA-256"),
        (table.CLUSTER_WIDE_DELETION, "10.5(2)", ()),
        (table.PHONES_RESET, "12.5", False),
        (table.PHONES_RESET, "14SU2", True),
    ],
)
def test_a_release_inherits_from_the_one_before(column: Column[Any], release: str, value: object) -> None:
    assert column.of(release) == value


def test_capf_trust_is_deleted_everywhere_from_12_5_on() -> None:
    assert "CAPF-trust" not in table.CLUSTER_WIDE_DELETION.of("12.0")
    assert "CAPF-trust" in table.CLUSTER_WIDE_DELETION.of("12.5SU3")
    assert "CallManager-trust" in table.CLUSTER_WIDE_DELETION.of("11.5SU3")


@pytest.mark.parametrize(
    ("release", "minimum", "maximum"),
    [
        (release_named(""), V1_0, V1_3),
        (release_named("12.5SU3"), V1_0, V1_2),
        (release_named("14SU4"), V1_0, V1_2),
        (release_named("15SU2"), V1_2, V1_3),
        (release_named("15SU2", upgraded=True), V1_0, V1_3),
    ],
)
def test_tls_versions_of_a_release(release: Release, minimum: TlsVersion, maximum: TlsVersion) -> None:
    assert (release.default_minimum_tls, release.maximum_tls) == (minimum, maximum)


@pytest.mark.parametrize(
    ("release", "version", "can"),
    [
        ("10.5(2)", V1_0, True),
        ("10.5(2)", V1_2, False),
        ("11.5SU3", V1_2, True),
        ("14SU4", V1_3, False),
        ("15SU2", V1_3, True),
        ("15SU2", V1_0, True),
        ("", V1_3, True),
    ],
)
def test_which_minimum_a_release_can_have(release: str, version: TlsVersion, can: bool) -> None:
    assert (release_named(release).wrong_minimum(version) == "") is can


def test_a_port_speaks_no_newer_version_than_its_release() -> None:
    assert CAPF.versions(V1_0, V1_2) == (V1_0, V1_2)
    assert CAPF.versions(V1_0, V1_3) == (V1_0, V1_3)
    assert TFTP_HTTPS.versions(V1_0, V1_2) == (V1_2, V1_2)


# docs/releases.md


def test_the_document_is_the_table() -> None:
    _, _, rest = DOCUMENT.read_text("utf-8").partition("<!-- table -->\n")
    assert rest == "".join(_section(column) for column in COLUMNS)


def test_the_document_lists_the_releases_and_the_default() -> None:
    text = DOCUMENT.read_text("utf-8")
    assert ", ".join(f"`{release}`" for release in RELEASES) in text
    assert f"`{DEFAULT_RELEASE}`" in text


def _section(column: Column[Any]) -> str:
    rows = "".join(f"| {since} | {_value(cell)} | {cell.source or 'Assumed'} |\n" for since, cell in column.cells)
    return f"\n## {column.title}\n\n| since | value | source |\n|---|---|---|\n{rows}"


def _value(cell: Cell[Any]) -> str:
    value = cell.value
    if isinstance(value, bool):
        return _YES if value else _NO
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    return str(value)
