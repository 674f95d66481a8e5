"""`sql`: what a kept lab's cluster has in its database."""

from __future__ import annotations

import os
from pathlib import Path

import click

from lab.base.failures import InvalidInput
from lab.base.terminal import echo
from wire.plain_text import plain


@click.command(short_help="Ask a kept cluster's database, as `run sql` does.")
@click.argument("database", type=click.Path(path_type=Path), metavar="DATABASE")
@click.argument("statement", metavar="SELECT")
def sql(database: Path, statement: str) -> None:
    """Ask the database of a kept cluster, DIR/clusters/NAME.sqlite, in the layout of `run sql`; for reading only.

    The tables are CUCM's: select name,tkcertificatestatus from device
    """
    from cucm_sim.database import Database, DatabaseFileError
    from cucm_sim.texts.run_sql import SqlRefusedError, run_sql

    if not os.path.isfile(database) or not os.path.getsize(database):
        raise InvalidInput(
            f"{plain(str(database))} is empty or no regular file; a lab kept with run --keep DIR has"
            " DIR/clusters/NAME.sqlite"
        )
    try:
        held = Database(path=database, read_only=True)
    except DatabaseFileError as error:
        raise InvalidInput(str(error).rstrip(".")) from None
    try:
        echo(run_sql(held, statement), nl=False)
    except SqlRefusedError as error:
        raise InvalidInput(str(error).rstrip(".")) from None
    finally:
        held.close()
