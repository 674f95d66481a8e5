"""The tables of a cluster's database, and what CUCM has in them before an administrator adds anything.

Tables and columns have CUCM's names, as far as those are known; what is assumed is marked here and in `docs/database.md`.
"""

from __future__ import annotations

import sqlite3

from cucm_sim.database._types import TYPE_TABLES

APPLICATION_ID = 0x43554331
"""`CUC1` in the file's header tells a cluster's configuration from any other SQLite file."""
VERSION = 2
"""Of the tables below. Raise it with every change of them."""
READABLE = (1, VERSION)
"""A file of these can be read: version 2 has more rows in typecertificateservice."""

_BOOLEAN = "TEXT NOT NULL DEFAULT 'f' CHECK ({0} IN ('t', 'f'))"

TABLES = {
    "processnode": "pkid TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE",
    "processconfig": """
        pkid TEXT PRIMARY KEY,
        fkprocessnode TEXT REFERENCES processnode,
        tkservice INTEGER NOT NULL REFERENCES typeservice,
        paramname TEXT NOT NULL,
        paramvalue TEXT NOT NULL,
        UNIQUE (tkservice, paramname)""",
    "securityprofile": f"""
        pkid TEXT PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        description TEXT NOT NULL DEFAULT '',
        noncepolicytime INTEGER NOT NULL DEFAULT 600,
        tkdevicesecuritymode INTEGER NOT NULL REFERENCES typedevicesecuritymode,
        tktransport INTEGER NOT NULL REFERENCES typetransport,
        tktransport_out INTEGER NOT NULL REFERENCES typetransport,
        digestauthall {_BOOLEAN.format("digestauthall")},
        tftpencryptedflag {_BOOLEAN.format("tftpencryptedflag")},
        sipoauthflag {_BOOLEAN.format("sipoauthflag")},
        tkauthenticationmode INTEGER NOT NULL REFERENCES typeauthenticationmode,
        tkkeyorder INTEGER NOT NULL REFERENCES typekeyorder,
        tkkeysize INTEGER NOT NULL REFERENCES typekeysize,
        tkeckeysize INTEGER NOT NULL REFERENCES typeeckeysize,
        x509subjectname TEXT,
        isstandard {_BOOLEAN.format("isstandard")},
        tksecuritypolicy INTEGER NOT NULL DEFAULT 4""",
    # The four tk... columns after fksecurityprofile are assumed: old releases had two of them here, new ones keep all in the
    # profile. NULL means "as the profile says"; a value is what a phone's own page says instead.
    "device": """
        pkid TEXT PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        description TEXT NOT NULL DEFAULT '',
        tkmodel INTEGER NOT NULL REFERENCES typemodel,
        tkclass INTEGER NOT NULL DEFAULT 1 REFERENCES typeclass,
        tkdeviceprotocol INTEGER NOT NULL DEFAULT 0 REFERENCES typedeviceprotocol,
        fksecurityprofile TEXT NOT NULL REFERENCES securityprofile,
        tkauthenticationmode INTEGER REFERENCES typeauthenticationmode,
        tkkeyorder INTEGER REFERENCES typekeyorder,
        tkkeysize INTEGER REFERENCES typekeysize,
        tkeckeysize INTEGER REFERENCES typeeckeysize,
        authenticationstring TEXT NOT NULL DEFAULT '',
        tkcertificateoperation INTEGER NOT NULL DEFAULT 1 REFERENCES typecertificateoperation,
        tkcertificatestatus INTEGER NOT NULL DEFAULT 1 REFERENCES typecertificatestatus,
        upgradefinishtime TEXT NOT NULL DEFAULT '',
        publickey TEXT,
        tkkeyauthority INTEGER NOT NULL DEFAULT 0 REFERENCES typekeyauthority,
        ecpublickeycurve INTEGER,
        lscvaliduntil INTEGER NOT NULL DEFAULT 0,
        lscissuername TEXT,
        lscissuervaliduntil INTEGER NOT NULL DEFAULT 0""",
    "certificate": """
        pkid TEXT PRIMARY KEY,
        servername TEXT,
        subjectname TEXT NOT NULL,
        issuername TEXT NOT NULL,
        serialnumber TEXT NOT NULL,
        certificate TEXT NOT NULL,
        ipv4address TEXT,
        ipv6address TEXT,
        timetolive INTEGER,
        tkcertificatedistribution INTEGER NOT NULL DEFAULT 1 REFERENCES typecertificatedistribution""",
    "certificateservicecertificatemap": """
        pkid TEXT PRIMARY KEY,
        fkcertificate TEXT NOT NULL REFERENCES certificate ON DELETE CASCADE,
        tkcertificateservice INTEGER NOT NULL REFERENCES typecertificateservice,
        UNIQUE (fkcertificate, tkcertificateservice)""",
    "certificatetrustrolemap": """
        pkid TEXT PRIMARY KEY,
        fkcertificate TEXT NOT NULL REFERENCES certificate ON DELETE CASCADE,
        tktrustrole INTEGER NOT NULL REFERENCES typetrustrole,
        UNIQUE (fkcertificate, tktrustrole)""",
    "certificateprocessnodemap": """
        pkid TEXT PRIMARY KEY,
        fkcertificate TEXT NOT NULL REFERENCES certificate ON DELETE CASCADE,
        fkprocessnode TEXT NOT NULL REFERENCES processnode,
        servername TEXT,
        ipv4address TEXT,
        ipv6address TEXT,
        UNIQUE (fkcertificate, fkprocessnode)""",
    "certificatehashmap": """
        pkid TEXT PRIMARY KEY,
        fkcertificate TEXT NOT NULL UNIQUE REFERENCES certificate ON DELETE CASCADE,
        hash TEXT NOT NULL""",
    # Assumed: how many pkids were given out, so that none is given twice and two labs built alike have the same.
    "labpkid": "issued INTEGER NOT NULL",
}
"""The columns of each table that is no type table."""

_INDEXES = (
    "CREATE INDEX device_fksecurityprofile ON device (fksecurityprofile)",
    "CREATE INDEX certificatehashmap_hash ON certificatehashmap (hash)",
    "CREATE INDEX certificateservicecertificatemap_service ON certificateservicecertificatemap (tkcertificateservice)",
)


def create(connection: sqlite3.Connection) -> None:
    """Make all tables and fill the type tables; the caller has begun a transaction."""
    for table in TYPE_TABLES.values():
        connection.execute(
            f"CREATE TABLE {table.name} (enum INTEGER PRIMARY KEY, name TEXT NOT NULL, moniker TEXT NOT NULL UNIQUE)"
        )
        connection.executemany(f"INSERT INTO {table.name} VALUES (?, ?, ?)", table.rows)
    for name, columns in TABLES.items():
        connection.execute(f"CREATE TABLE {name} ({columns})")
    for index in _INDEXES:
        connection.execute(index)
    connection.execute("INSERT INTO labpkid VALUES (0)")
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {VERSION}")
