"""`run sql`: CUCM's layout, one SELECT, and no way to change anything."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from cucm_sim.database import Database, DatabaseFileError, Device, standard_profile
from cucm_sim.texts import run_sql as module
from cucm_sim.texts.run_sql import SqlRefusedError, run_sql
from lab.base.failures import InvalidInput
from lab.verbs.kept import sql


@pytest.fixture
def database() -> Database:
    made = Database()
    made.add(Device("SEP001122334455", "7965", standard_profile("7965"), description="Lobby"))
    made.add(Device("SEP1", "8861", standard_profile("8861")))
    return made


def dump(database: Database) -> str:
    return "\n".join(database.connection.iterdump())


def test_the_published_example_prints_as_published(database: Database) -> None:
    text = "select paramname,paramvalue from processconfig where paramname='ClusterSecurityMode'"
    assert run_sql(database, text) == (
        "paramname           paramvalue\n=================== ==========\nClusterSecurityMode 0\n"
    )


def test_null_booleans_and_empty_text_print_as_cucm_prints_them(database: Database) -> None:
    text = """select device.name, device.description, lscissuername, isstandard from device
        join securityprofile on securityprofile.pkid = fksecurityprofile order by device.name;"""
    assert run_sql(database, text).splitlines() == [
        "name            description lscissuername isstandard",
        "=============== =========== ============= ==========",
        "SEP001122334455 Lobby       NULL          t",
        "SEP1                        NULL          t",
    ]


def test_no_row_is_the_names_and_an_empty_line(database: Database) -> None:
    text = "select name,lscvaliduntil from device where lscissuername IS NOT NULL"
    assert run_sql(database, text) == "name lscvaliduntil\n==== =============\n\n"


@pytest.mark.parametrize(
    ("column", "heading"),
    [
        ("count(*)", "(count)"),
        ("COUNT(name)", "(count)"),
        ("max(name)", "(max)"),
        ("1 + 1", "(expression)"),
        ("Name", "name"),
        ("name as who", "who"),
    ],
)
def test_a_column_without_a_name_has_one_in_brackets(database: Database, column: str, heading: str) -> None:
    assert run_sql(database, f"select {column} from device").splitlines()[0] == heading


def test_the_product_s_own_look_up_of_certificates_runs(cluster_database: Database) -> None:
    text = "SELECT A.*,B.HASH FROM CERTIFICATE A, CERTIFICATEHASHMAP B WHERE A.PKID=B.FKCERTIFICATE"
    printed = run_sql(cluster_database, text)
    assert printed.split()[:3] == ["pkid", "servername", "subjectname"]
    assert "-----END CERTIFICATE-----" in printed


@pytest.fixture
def cluster_database() -> Database:
    from datetime import UTC, datetime

    from pki import KeyPool, capf_authority

    made = Database()
    authority = capf_authority(keys=KeyPool().ring(), subject={"O": "Lab"}, not_before=datetime(2026, 1, 1, tzinfo=UTC))
    made.certificates.save_own("CAPF", authority.certificate, "hq-pub")
    return made


def test_a_value_cannot_steer_the_terminal(database: Database) -> None:
    database.connection.execute("UPDATE device SET description = char(27) || '[2J' || char(13)")
    assert "?[2J?" in run_sql(database, "select description from device")


CHANGES = [
    "update device set name = 'x'",
    "insert into labpkid values (1)",
    "delete from device",
    "drop table device",
    "create table x (y)",
    "create temp table x (y)",
    "attach database 'stolen.db' as x",
    "detach database main",
    "vacuum into 'stolen.db'",
    "pragma user_version = 7",
    "pragma query_only",
    "begin",
    "commit",
    "reindex",
    "analyze",
    "explain select 1",
    "with x as (select 1) delete from device",
    "with x as (select 1) select * from x",
    "values (1)",
    "select 1; delete from device",
    "select 1; select 2",
    "select * from pragma_table_info('device')",
    "",
    ";",
    "selected",
    "-- select",
]


@pytest.mark.parametrize("text", CHANGES)
def test_anything_but_one_select_is_refused_in_one_sentence_and_does_nothing(
    database: Database, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = dump(database)
    with pytest.raises(SqlRefusedError, match="one SELECT statement"):
        run_sql(database, text)
    assert dump(database) == before
    assert not database.connection.in_transaction
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("select colour from device", "no such column: colour"),
        ("select * from nowhere", "no such table: nowhere"),
        ("select [a\nb] from device", "no such column: a b"),
        ("select", "incomplete input"),
        ("select first 1 name from device", "syntax error"),
        ("select load_extension('x')", "not authorized"),
        ("select zeroblob(500000000)", "too big"),
        ("select '\ud800'", "cannot be run"),
        ("select 'a\0b'", "cannot be run"),
        ("select (with recursive n(x) as (select 1 union all select x + 1 from n) select count(*) from n)", "too long"),
        ("select a.name from typemodel a, typemodel b, typemodel c, typemodel d, typemodel e", "too long"),
    ],
)
def test_a_select_that_cannot_be_answered_says_why(
    database: Database, text: str, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_STEPS", 100_000)
    with pytest.raises(SqlRefusedError) as error:
        run_sql(database, text)
    assert why in str(error.value)
    assert str(error.value).endswith(".")
    assert "\n" not in str(error.value)


def test_the_database_writes_again_after_a_question_whatever_became_of_it(database: Database) -> None:
    for number, text in enumerate(["select 1", "delete from device", "select colour"]):
        try:
            run_sql(database, text)
        except SqlRefusedError:
            pass
        database.add(Device(f"SEPA{number}", "7965", standard_profile("7965"), description="x" * 2_000_000))
    assert len(list(database)) == 5


def test_what_the_database_itself_has_just_run_is_refused_all_the_same(database: Database) -> None:
    text = "DELETE FROM device WHERE name = 'SEP1'"
    database.connection.execute(text)  # now among the statements that sqlite3 keeps prepared
    with pytest.raises(SqlRefusedError):
        run_sql(database, text)


@given(st.text() | st.text().map(lambda text: f"select {text}"))
def test_any_text_is_answered_or_refused_and_changes_nothing(text: str) -> None:
    database = Database()
    changes = database.connection.total_changes
    try:
        answer = run_sql(database, text)
    except SqlRefusedError as error:
        answer = f"{error}\n"
        assert answer.count("\n") == 1
    assert answer.endswith("\n")
    assert database.connection.total_changes == changes


STATES = {
    "closed": (),
    "open or killed": ("-wal", "-shm"),
    "copied without the index": ("-wal",),
    "emptied": ("-wal", ""),
}


@pytest.fixture
def kept(request: pytest.FixtureRequest) -> Iterator[Path]:
    """A cluster's file in one of STATES, in a folder that every user may read."""
    beside = STATES[request.param]
    with TemporaryDirectory() as there, TemporaryDirectory() as here:
        made = Database(path=Path(there, "hq.sqlite"))
        made.add(Device("SEP1", "8861", standard_profile("8861")))
        if "" in beside:
            made.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        if not beside:
            made.close()
        for name in ("hq.sqlite", *(f"hq.sqlite{ending}" for ending in beside if ending)):
            shutil.copyfile(Path(there, name), Path(here, name))
        made.close()
        yield Path(here, "hq.sqlite")


@contextmanager
def nothing_can_be_written(folder: Path) -> Iterator[None]:
    """As on a disk that is read-only; root, who may write everywhere, is another user meanwhile."""
    for path in (*folder.iterdir(), folder):
        path.chmod(0o555)
    user = os.geteuid()
    try:
        if user == 0:
            os.seteuid(65534)
        with pytest.raises(PermissionError):
            (folder / "x").touch()
        yield
    finally:
        os.seteuid(user)
        folder.chmod(0o755)


def contents(folder: Path) -> dict[str, bytes]:
    """What is in each file; the index of a `-wal` is SQLite's scratch memory."""
    return {path.name: b"" if path.name.endswith("-shm") else path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("kept", STATES, indirect=True)
@pytest.mark.parametrize("disk", [nothing_can_be_written, nullcontext])
def test_the_verb_reads_a_kept_file_and_makes_or_changes_none(
    kept: Path, disk: Callable[[Path], AbstractContextManager[None]]
) -> None:
    kept.parent.chmod(0o755)
    before = contents(kept.parent)
    with disk(kept.parent):
        answer = CliRunner().invoke(sql, [str(kept), "select name from device"], standalone_mode=False)
        assert answer.output.splitlines()[-1] == "SEP1"
        refused = CliRunner().invoke(sql, [str(kept), "delete from device"], standalone_mode=False)
        assert isinstance(refused.exception, InvalidInput)
        database = Database(path=kept, read_only=True)
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            database.connection.execute("delete from device")
        assert contents(kept.parent) == before
        database.close()
    assert contents(kept.parent) == before


@pytest.mark.parametrize("content", [None, b"", b"no database" * 100], ids=["missing", "empty", "text"])
def test_reading_never_makes_a_database(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "hq.sqlite"
    if content is not None:
        path.write_bytes(content)
    before = contents(tmp_path)
    with pytest.raises(DatabaseFileError):
        Database(path=path, read_only=True)
    assert contents(tmp_path) == before


def test_what_a_running_lab_has_committed_is_read_at_once_and_it_writes_on(tmp_path: Path) -> None:
    path = tmp_path / "hq.sqlite"
    running = Database(path=path)
    for number in range(3):
        running.add(Device(f"SEP{number}", "8861", standard_profile("8861")))
        before = set(os.listdir(tmp_path))
        reading = Database(path=path, read_only=True)
        assert run_sql(reading, "select count(*) from device").split()[-1] == str(number + 1)
        reading.close()
        assert set(os.listdir(tmp_path)) == before
    running.close()


def test_a_kept_file_is_not_touched(tmp_path: Path) -> None:
    database = Database(path=tmp_path / "hq.db")
    for text in CHANGES:
        with pytest.raises(SqlRefusedError):
            run_sql(database, text)
    run_sql(database, "select * from device")
    database.close()
    assert dump(Database(path=tmp_path / "hq.db")) == dump(Database())
