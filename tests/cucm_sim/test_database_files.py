"""A kept database: it survives a kill at any moment, and a file that is no database of the lab is one sentence."""

from __future__ import annotations

import gc
import os
import signal
import sqlite3
import subprocess
import sys
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pytest

from cisco_data import ClusterSecurityMode, DeviceSecurityMode, StoreName
from cucm_sim import administration as admin
from cucm_sim.cluster import Cluster
from cucm_sim.database import (
    CapfInformation,
    Database,
    DatabaseFileError,
    Device,
    PhoneSecurityProfile,
    standard_profile,
)
from cucm_sim.database._parameters import reader_of, written
from cucm_sim.database._schema import APPLICATION_ID, VERSION
from cucm_sim.parameters import ServiceParameters
from pki import TrustStore
from wire.tls import TlsVersion

DEVICE = "SEP001122334455"
MIXED = ClusterSecurityMode.MIXED


def phone(name: str = DEVICE) -> Device:
    return Device(name, "7965", standard_profile("7965"), CapfInformation(authentication_string="0123"))


def dump(database: Database) -> str:
    return "\n".join(database.connection.iterdump())


def test_a_file_keeps_everything_and_is_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "hq.db"
    database = Database(MIXED, path=path)
    database.add(phone())
    for beside in tmp_path.iterdir():
        assert beside.stat().st_mode & 0o777 == 0o600, beside
    before = dump(database)
    database.close()
    database.close()
    again = Database(path=path)  # a mode of a new cluster, which this is not
    assert dump(again) == before
    assert again.cluster_security_mode is MIXED
    assert again.device(DEVICE) == phone()
    again.close()
    assert os.listdir(tmp_path) == ["hq.db"]


def test_a_database_that_was_closed_gives_and_takes_nothing(tmp_path: Path) -> None:
    database = Database(path=tmp_path / "hq.db")
    database.close()
    with pytest.raises(sqlite3.ProgrammingError):
        database.device(DEVICE)


def test_a_database_that_is_dropped_closes_itself(tmp_path: Path) -> None:
    database = Database(path=tmp_path / "hq.db")
    connection = database.connection
    del database
    gc.collect()
    with pytest.raises(sqlite3.ProgrammingError):
        connection.execute("SELECT 1")


def test_two_clusters_built_alike_have_the_same_rows(tmp_path: Path) -> None:
    def build(database: Database) -> str:
        database.profiles.add(PhoneSecurityProfile("Lobby", DeviceSecurityMode.ENCRYPTED))
        for name in ("SEP1", "SEP2"):
            database.add(phone(name))
        database.remove("SEP1")
        database.add(phone("SEP3"))
        return dump(database)

    kept = Database(path=tmp_path / "a.db")
    assert build(Database()) == build(Database()) == build(kept)
    pkids = [
        row[0] for row in kept.connection.execute("SELECT pkid FROM device UNION SELECT pkid FROM securityprofile")
    ]
    assert len(set(pkids)) == len(pkids)
    assert all(pkid == pkid.lower() and len(pkid) == 36 for pkid in pkids)


def test_no_pkid_is_given_again_after_a_file_was_opened_anew(tmp_path: Path) -> None:
    pkids = set()
    for number in range(3):
        database = Database(path=tmp_path / "hq.db")
        database.add(phone(f"SEP{number}"))
        pkids.add(database.connection.execute("SELECT pkid FROM device ORDER BY rowid DESC").fetchone())
        database.close()
    assert len(pkids) == 3


def test_a_transaction_is_all_or_nothing() -> None:
    database = Database()

    def half() -> None:
        with database.transaction():
            database.add(phone())
            database.profiles.add(PhoneSecurityProfile("Lobby"))
            raise InterruptedError

    with pytest.raises(InterruptedError):
        half()
    assert database.device(DEVICE) is None
    assert database.profile("Lobby") is None
    with database.transaction():
        database.add(phone())
        database.profiles.add(PhoneSecurityProfile("Lobby"))
    assert database.device(DEVICE)
    assert database.profile("Lobby")


def test_foreign_keys_hold_whoever_writes(tmp_path: Path) -> None:
    for database in (Database(), Database(path=tmp_path / "hq.db")):
        database.add(phone())
        for wrong in (
            "UPDATE device SET fksecurityprofile = 'nobody'",
            "UPDATE device SET tkcertificatestatus = 35",
            "DELETE FROM securityprofile",
            "UPDATE securityprofile SET isstandard = 'yes'",
        ):
            with pytest.raises(sqlite3.IntegrityError):
                database.connection.execute(wrong)


# Killed

WRITER = """
import sys
from cucm_sim.database import Database, Device, standard_profile
database = Database(path=sys.argv[1])
number = sum(1 for _ in database) // 2
while True:
    with database.transaction():
        for name in ("A", "B"):
            database.add(Device(f"{name}{number}", "7965", standard_profile("7965")))
    print(number, flush=True)
    number += 1
"""

KILLED_AT_BIRTH = """
import os, sys
from cucm_sim.database import _opening
from cucm_sim.database import Database
columns_of, calls = _opening.columns_of, []
def killed(profile):
    calls.append(profile)
    if len(calls) == 9:
        os.kill(os.getpid(), 9)
    return columns_of(profile)
_opening.columns_of = killed
Database(path=sys.argv[1])
"""


KILLED_INSIDE = """
import os, sys
from cucm_sim.database import Database, Device, standard_profile
database = Database(path=sys.argv[1])
database.add(Device("A", "7965", standard_profile("7965")))
database.connection.execute("PRAGMA cache_size = 1")  # so that pages reach the disk before the commit
with database.transaction():
    for number in range(500):
        database.add(Device(f"B{number}", "7965", standard_profile("7965")))
    os.kill(os.getpid(), 9)
"""


def python(code: str, path: Path) -> subprocess.Popen[bytes]:
    root = Path(__file__).resolve().parents[2]
    return subprocess.Popen(
        [sys.executable, "-c", code, str(path)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(root)},
        cwd=path.parent,
    )


def test_a_writer_killed_again_and_again_leaves_every_committed_change_and_no_half_of_one(tmp_path: Path) -> None:
    path, committed = tmp_path / "hq.db", -1
    for wanted in (1, 40, 151):
        with python(WRITER, path) as writer:
            assert writer.stdout is not None
            for line in writer.stdout:
                committed = int(line)
                if committed >= wanted:
                    writer.send_signal(signal.SIGKILL)
                    break
            rest = writer.stdout.read().split(b"\n")[:-1]
            committed = int(rest[-1]) if rest else committed
            assert writer.wait() == -signal.SIGKILL
        database = Database(path=path)
        assert database.connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert database.connection.execute("PRAGMA foreign_key_check").fetchall() == []
        names = [device.name for device in database]
        assert len(names) // 2 > committed >= wanted
        assert names == [f"{name}{number}" for number in range(len(names) // 2) for name in "AB"]
        database.close()


def test_a_transaction_killed_inside_leaves_nothing_though_it_was_on_the_disk(tmp_path: Path) -> None:
    def octets(name: str) -> int:
        return sum(file.stat().st_size for file in tmp_path.glob(f"{name}.db*"))

    other, path = Database(path=tmp_path / "other.db"), tmp_path / "hq.db"
    other.add(phone("A"))
    with python(KILLED_INSIDE, path) as inside:
        assert inside.wait() == -signal.SIGKILL
    assert octets("hq") > octets("other") + 50_000
    database = Database(path=path)
    assert [device.name for device in database] == ["A"]
    assert database.connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert database.connection.execute("PRAGMA journal_mode").fetchall() == [("wal",)]
    database.close()


def test_a_file_killed_while_it_was_made_is_made_again(tmp_path: Path) -> None:
    path = tmp_path / "hq.db"
    with python(KILLED_AT_BIRTH, path) as born:
        assert born.wait() == -signal.SIGKILL
    assert path.stat().st_mode & 0o777 == 0o600
    database = Database(path=path)
    assert dump(database) == dump(Database())
    database.close()


# Files that cannot be used


def sqlite_file(path: Path, *statements: str) -> Path:
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()
    return path


def content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def a_text(folder: Path) -> Path:
    (folder / "x").write_text("[lab]\n" * 1000)
    return folder / "x"


def another_programs(folder: Path) -> Path:
    return sqlite_file(folder / "x", "CREATE TABLE bookmarks (url TEXT)")


def with_another_mark(folder: Path) -> Path:
    return sqlite_file(folder / "x", "PRAGMA application_id = 7")


def a_newer(folder: Path) -> Path:
    Database(path=folder / "x").close()
    return sqlite_file(folder / "x", f"PRAGMA user_version = {VERSION + 1}")


def a_damaged(folder: Path) -> Path:
    Database(path=folder / "x").close()
    octets = (folder / "x").read_bytes()
    (folder / "x").write_bytes(octets[:100] + b"\xff" * 20000)
    return folder / "x"


def without_tables(folder: Path) -> Path:
    return sqlite_file(
        folder / "x",
        f"PRAGMA application_id = {APPLICATION_ID}",
        f"PRAGMA user_version = {VERSION}",
        "CREATE TABLE x (y)",
    )


def a_folder(folder: Path) -> Path:
    return folder


def nowhere(folder: Path) -> Path:
    return folder / "no" / "x"


def no_name(folder: Path) -> Path:
    return folder / ("x" * 300)


@pytest.mark.parametrize(
    "make",
    [
        a_text,
        another_programs,
        with_another_mark,
        a_newer,
        a_damaged,
        without_tables,
        a_folder,
        nowhere,
        no_name,
    ],
)
def test_a_file_that_cannot_be_used_is_one_sentence_and_stays_as_it_is(tmp_path: Path, make: Any) -> None:
    path = make(tmp_path)
    octets = content(path)
    for use in (lambda: Database(path=path), lambda: Database().back_up(path)):
        with pytest.raises(DatabaseFileError) as error:
            use()
        assert str(path) in str(error.value)
        assert str(error.value).endswith(".")
        assert "\n" not in str(error.value)
    assert content(path) == octets


def test_a_newer_file_says_which_version_reads_it(tmp_path: Path) -> None:
    with pytest.raises(DatabaseFileError, match=f"version {VERSION + 1}.*version {VERSION}"):
        Database(path=a_newer(tmp_path))


def test_a_file_of_the_version_before_is_read_and_not_changed(tmp_path: Path) -> None:
    Database(MIXED, path=tmp_path / "x").close()
    path = sqlite_file(tmp_path / "x", "PRAGMA user_version = 1")
    octets = content(path)
    database = Database(path=path, read_only=True)
    assert database.cluster_security_mode is MIXED
    database.close()
    with pytest.raises(DatabaseFileError, match=f"version 1,.*version {VERSION}"):
        Database(path=path)
    assert content(path) == octets


@pytest.mark.parametrize("name", ["hq.db", "file:x?mode=memory", "a b%20c#d?.db", "呼叫.db"])
def test_a_name_is_only_a_name(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Database(path=name).close()
    assert os.listdir(tmp_path) == [name]


def test_an_empty_file_becomes_a_database(tmp_path: Path) -> None:
    (tmp_path / "hq.db").touch()
    database = Database(MIXED, path=tmp_path / "hq.db")
    assert database.cluster_security_mode is MIXED
    database.close()


def test_a_parameter_that_somebody_spoiled_is_one_sentence(tmp_path: Path) -> None:
    database = Database(path=tmp_path / "hq.db")
    database.parameters = ServiceParameters()
    for name in ("MinimumTlsVersion", "StationKeepAliveInterval", "KeepAliveTimeout"):
        database.connection.execute("UPDATE processconfig SET paramvalue = 'x' WHERE paramname = ?", (name,))
        with pytest.raises(DatabaseFileError, match=name):
            _ = database.parameters
        database.parameters = ServiceParameters()


# Parameters, and the whole cluster


def test_every_parameter_is_kept_and_one_without_a_row_has_its_default() -> None:
    database = Database()
    assert database.parameters == ServiceParameters()
    changed = ServiceParameters(TlsVersion.TLSv1_2, 31, 61, 91.5, 30.25, port=2001, secure_port=2444)
    database.parameters = changed
    assert database.parameters == changed
    database.connection.execute("DELETE FROM processconfig WHERE paramname = 'KeepAliveTimeout'")
    assert database.parameters.keep_alive_timeout == ServiceParameters().keep_alive_timeout
    assert database.parameters.station_keep_alive_interval == 31


@dataclass(frozen=True)
class Parameters:
    """One of each kind that a parameter may be."""

    switch: bool = False
    count: int = 0
    seconds: float = 0.0
    version: TlsVersion = TlsVersion.TLSv1


@pytest.mark.parametrize("parameters", [Parameters(), Parameters(True, -7, 0.1, TlsVersion.TLSv1_3)])
def test_a_parameter_of_every_kind_is_read_as_it_was_written(parameters: Parameters) -> None:
    for field in fields(Parameters):
        value = getattr(parameters, field.name)
        assert reader_of(field)(written(value)) == value


def test_the_cluster_mode_is_where_cisco_looks_for_it() -> None:
    database = Database(MIXED)
    question = "SELECT paramvalue, tkservice FROM processconfig WHERE paramname = 'ClusterSecurityMode'"
    assert database.connection.execute(question).fetchall() == [("1", 11)]
    database.cluster_security_mode = ClusterSecurityMode.NON_SECURE
    assert database.connection.execute(question).fetchall() == [("0", 11)]


@pytest.mark.parametrize("backed_up", [False, True])
def test_a_kept_cluster_is_as_it_was_left(
    tmp_path: Path, cluster: Any, notebook: Any, old_capf: Any, backed_up: bool
) -> None:
    def open_cluster(path: Path | str = ":memory:") -> Cluster:
        return Cluster(
            "kept",
            notebook.journal,
            address="127.0.0.1",
            callmanager_identity=cluster.callmanager_identity,
            capf_authority=cluster.capf_authority,
            database=Database(path=path),
        )

    path = tmp_path / "kept.db"
    first = open_cluster() if backed_up else open_cluster(path)
    admin.add_phone(first, DEVICE, "7965")
    admin.set_cluster_mode(first, MIXED)
    admin.set_service_parameters(first, minimum_tls_version=TlsVersion.TLSv1_2)
    admin.upload_trust(first, StoreName.CAPF, old_capf)
    admin.delete_trust(first, StoreName.CAPF, cluster.own_certificates["CAPF"])
    before = dump(first.database)
    if backed_up:
        Database(path=path).close()
        first.database.back_up(path)
    first.close()
    second = open_cluster(path)
    assert dump(second.database) == before
    assert second.capf_trust == TrustStore(StoreName.CAPF, (old_capf,))
    assert second.parameters.minimum_tls_version is TlsVersion.TLSv1_2
    assert second.callmanager.cluster_security_mode is MIXED
    second.close()
