"""Texts pasted from CUCM's command line: inventory, profiles, certificates and lists that `run sql` and `show` print."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from cisco_data import DEVICE_SECURITY_MODES, STORE_OF, CertificateUnit, DeviceSecurityMode, StoreName
from cisco_data.models import model_name
from cisco_data.services import CERTIFICATE_UNITS
from lab.exports import columns as col
from lab.exports.certificates import Parsed, parsed_untrusted
from lab.exports.files import ending, opened
from lab.exports.folder import File, Folder
from lab.exports.inventory import InventoryRow, rows_of
from lab.exports.nodes import address_named, host_named
from lab.exports.notes import Notes
from lab.exports.sheet import Sheet, decoded
from lab.exports.show_cert_text import ShowCert, has_show_cert, show_cert_untrusted
from lab.exports.show_list_text import ShownList, has_show_list, shown_lists_untrusted
from lab.exports.spelled import is_file_name_of
from lab.exports.sql_text import SqlTable, has_table, tables_untrusted
from pki import Certificate, read
from wire.plain_text import plain

_ENDINGS = frozenset({".txt", ".log", ".out", ".sql", ""})
_LARGEST = 32 * 1024 * 1024
"""Octets of a text that is looked through."""
OWN_CAPF = "CAPF"
_UNITS: frozenset[str] = frozenset({*CertificateUnit, *StoreName})
_OF_UNIT = {unit.casefold(): unit for unit in _UNITS}
_SERVICES = {str(number): str(unit) for number, unit in enumerate(CERTIFICATE_UNITS, 1) if unit in _UNITS}
"""By typecertificateservice."""
_MODES = {str(number): mode for number, mode in DEVICE_SECURITY_MODES.items()}
_OF_DEVICES = {
    "name": col.DEVICE,
    "model": col.MODEL,
    "profile": col.PROFILE,
    "lscissuername": col.LSC_ISSUER,
    "lscvaliduntil": col.LSC_EXPIRY,
    "lscissuervaliduntil": col.LSC_ISSUER_EXPIRY,
    "ecpublickeycurve": col.LSC_CURVE,
    "tkauthenticationmode": col.AUTHENTICATION_MODE,
}


@dataclass(frozen=True, slots=True)
class _Profile:
    name: str
    mode: DeviceSecurityMode | None
    authentication_mode: str


@dataclass(slots=True)
class PastedText:
    """One file, as far as it is such a text."""

    file: File
    tables: list[SqlTable] = field(default_factory=list)
    show_cert: ShowCert = field(default_factory=ShowCert)
    lists: list[ShownList] = field(default_factory=list)

    @property
    def says_something(self) -> bool:
        shown = any(each.unit.casefold() in _OF_UNIT for each in self.show_cert.shown)
        return bool(self.tables or self.lists or shown or self.has_stores)

    @property
    def has_stores(self) -> bool:
        units = [unit for unit, _ in self.show_cert.listed] + [each.unit for each in self.show_cert.shown]
        tables = any("certificate" in table.columns for table in self.tables)
        return tables or any(unit in (*STORE_OF.values(), OWN_CAPF) for unit in units)


class ToldNode(NamedTuple):
    """A node as the database names it."""

    name: str
    address: str
    """IPv4; empty where it does not tell."""


@dataclass(slots=True)
class ToldStores:
    """What the texts of one cluster tell of its stores and own certificates."""

    held: dict[str, list[tuple[Parsed, File]]] = field(default_factory=dict)
    """By store, and by unit for own certificates."""
    nodes: dict[tuple[str, Certificate], ToldNode] = field(default_factory=dict)
    """Of an own certificate, by its unit, the node that the database names."""
    unread: dict[str, list[str]] = field(default_factory=dict)
    """What a store holds by a list, and no text has the certificate of."""
    files: dict[str, File] = field(default_factory=dict)
    """The first text that tells of a store."""


def texts_in(root: Folder, notes: Notes) -> dict[str, PastedText]:
    """By the path of each file. Raises InvalidInput for a private key."""
    quiet = Notes()  # what cannot be read is noted where the file is opened for good
    found = {}
    for file in root.everything():
        if file.is_hidden or ending(file) not in _ENDINGS or _is_a_trace(file):
            continue
        octets = opened(file, quiet)
        if octets is None or not (has_table(octets) or has_show_cert(octets) or has_show_list(octets)):
            continue
        own = decoded(octets).replace("\r\n", "\n").replace("\r", "\n")
        tables = [table for table in tables_untrusted(own) if _is_known(table)]
        text = PastedText(file, tables, show_cert_untrusted(own), shown_lists_untrusted(own))
        if text.says_something:
            found[file.path] = text
            _note_lines(text, notes)
    return found


def _is_a_trace(file: File) -> bool:
    """Whether it is too large for an answer of the command line; a trace of CAPF may have hundreds of megabytes."""
    try:
        return os.stat(file.path).st_size > _LARGEST
    except OSError:
        return True


def _is_known(table: SqlTable) -> bool:
    return "certificate" in table.columns or _is_of_profiles(table) or _is_of_devices(table)


def _is_of_devices(table: SqlTable) -> bool:
    about = {"tkmodel", "model", "lscvaliduntil", "lscissuername", "fksecurityprofile"}
    return "name" in table.columns and bool(about.intersection(table.columns))


def _is_of_profiles(table: SqlTable) -> bool:
    return {"name", "tkdevicesecuritymode"} <= set(table.columns) and not _is_of_devices(table)


def _note_lines(text: PastedText, notes: Notes) -> None:
    for table in text.tables:
        for number in table.unread:
            problem = "cannot be cut into the columns of its table: it was left out"
            notes.of_row(
                text.file.shown, number, "sql line", problem, "paste the output as CUCM printed it", grave=True
            )


# Devices and profiles


_BY_NULL_STRING = "2"
"""In table typeauthenticationmode. In a profile it is what CUCM sets in each new one, and names no choice. Assumed."""


def rows_in(
    texts: Sequence[PastedText], beside: Sequence[PastedText], modes: Mapping[str, DeviceSecurityMode], notes: Notes
) -> Iterator[tuple[InventoryRow, File]]:
    """
    Args:
        texts: of one cluster.
        beside: more of them, in which its profiles may be.
        modes: of profiles by settings, by their names in small letters.
    """
    profiles = {
        row["pkid"].casefold(): _Profile(
            row["name"], _MODES.get(row["tkdevicesecuritymode"]), row.get("tkauthenticationmode", "")
        )
        for text in (*texts, *beside)
        for table in text.tables
        if _is_of_profiles(table) and "pkid" in table.columns
        for _, row in table.rows
    }
    known = {each.name.casefold(): each.mode for each in profiles.values() if each.mode is not None}
    for text in texts:
        for table in text.tables:
            if _is_of_devices(table):
                sheet = _sheet(text, table, profiles, notes)
                yield from ((row, text.file) for row in rows_of(sheet, {**known, **modes}, notes))


def _sheet(text: PastedText, table: SqlTable, profiles: Mapping[str, _Profile], notes: Notes) -> Sheet:
    """The table as an inventory has it."""
    columns = [each for each in _OF_DEVICES if each in (*table.columns, "model", "profile")]
    if "tkauthenticationmode" not in columns and profiles:
        columns.append("tkauthenticationmode")
    if not {"lscissuername", "lscvaliduntil"} <= set(table.columns):
        columns = [each for each in columns if not each.startswith("lsc")]
    rows = []
    for number, row in table.rows:
        if not row["name"].upper().startswith("SEP"):
            problem = f"is {plain(row['name'])}, which is no phone with certificates"
            notes.of_row(text.file.shown, number, "other device", problem)
            continue
        told = _told(row, profiles)
        rows.append((number, [told.get(column, "") for column in columns]))
    places = {_OF_DEVICES[column]: place for place, column in enumerate(columns)}
    return Sheet(text.file.shown, places, tuple(columns), tuple(rows))


def _told(row: dict[str, str], profiles: Mapping[str, _Profile]) -> dict[str, str]:
    told = dict(row)
    if "model" not in row and row.get("tkmodel", "").isdecimal():
        told["model"] = model_name(int(row["tkmodel"][:9]))
    profile = profiles.get(row.get("fksecurityprofile", "").casefold())
    told["profile"] = profile.name if profile is not None else row.get("fksecurityprofile", "")
    if not told.get("tkauthenticationmode") and profile is not None and profile.authentication_mode != _BY_NULL_STRING:
        told["tkauthenticationmode"] = profile.authentication_mode
    for column in ("lscvaliduntil", "lscissuervaliduntil"):
        if (
            row.get(column) == "0"
        ):  # not that there is none: of an LSC that the phone brought along the database knows nothing
            told[column] = ""
    return told


# Stores


def stores_in(texts: Sequence[PastedText], others: Sequence[Parsed], notes: Notes) -> ToldStores:
    """
    Args:
        texts: of one cluster.
        others: certificates from elsewhere, among which one that is only listed may be.
    """
    found = ToldStores()
    without_store: list[tuple[Parsed, File]] = []
    for text in texts:
        for table in text.tables:
            if "certificate" in table.columns:
                without_store += _of_table(text, table, found, notes)
    unresolved: list[tuple[str, str, int | None, File]] = []
    for text in texts:
        for shown in text.show_cert.shown:
            parsed = (
                _parsed(shown.pem, f"{text.file.shown}, {shown.unit}/{shown.file_name}", notes) if shown.pem else None
            )
            if parsed is not None:
                _enter(found, _OF_UNIT.get(shown.unit.casefold(), shown.unit), parsed, text.file)
            elif shown.unit in STORE_OF.values():
                unresolved.append((shown.unit, shown.file_name, shown.serial_number, text.file))
        unresolved += [
            (unit, name, None, text.file) for unit, name in text.show_cert.listed if unit in STORE_OF.values()
        ]
    known = (
        [each for held in found.held.values() for each, _ in held] + [each for each, _ in without_store] + list(others)
    )
    for unit, name, serial, file in unresolved:
        _resolve(found, unit, name, serial, file, known, notes)
    return found


def _of_table(text: PastedText, table: SqlTable, found: ToldStores, notes: Notes) -> list[tuple[Parsed, File]]:
    """Enters its certificates; returns those of which it does not say where they lie."""
    without_store = []
    for number, row in table.rows:
        parsed = _parsed(row["certificate"], f"{text.file.shown}, line {number}", notes)
        store = row.get("store") or _SERVICES.get(row.get("tkcertificateservice", ""), "")
        if parsed is not None and store:
            _enter(found, store, parsed, text.file)
            node = host_named(row.get("servername", "") or row.get("processnode", "") or row.get("node", ""))
            if node and store in list(CertificateUnit):
                found.nodes[store, parsed.certificate] = ToldNode(node, address_named(row.get("ipv4address", "")))
        elif parsed is not None:
            without_store.append((parsed, text.file))
        elif store in STORE_OF.values():
            found.files.setdefault(store, text.file)
            found.unread.setdefault(store, []).append(f"{text.file.shown}, line {number}")
    if without_store:
        problem = "holds certificates and does not say in which store they lie: no service trusts them"
        notes.add(text.file.shown, problem, "use the query in docs/whatif-exports.md", grave=True)
    return without_store


def _parsed(pem: str, where: str, notes: Notes) -> Parsed | None:
    found, problems = parsed_untrusted(pem.encode("utf-8", "replace"), where)
    notes.take(problems)
    if not found and not problems:
        notes.add(where, "holds no certificate that can be read", grave=True)
    return found[0] if found else None


def _enter(found: ToldStores, unit: str, parsed: Parsed, file: File) -> None:
    found.files.setdefault(unit, file)
    held = found.held.setdefault(unit, [])
    if all(parsed.certificate != each.certificate for each, _ in held):
        held.append((parsed, file))


def _resolve(
    found: ToldStores, unit: str, name: str, serial: int | None, file: File, known: Sequence[Parsed], notes: Notes
) -> None:
    """Finds the certificate that a store holds under this name."""
    found.files.setdefault(unit, file)
    here = [each.certificate for each, _ in found.held.get(unit, ())]
    if any(_is_it(each, name, serial) for each in here):
        return
    fitting = [each for each in known if _is_it(each.certificate, name, serial)]
    if fitting:
        _enter(found, unit, fitting[0], file)
        return
    problem = f"names {plain(unit)}/{plain(name)}, of which no file here has the certificate"
    notes.add(file.shown, problem, f"add the answer to `show cert trust {plain(unit)}/{plain(name)}`", grave=True)
    found.unread.setdefault(unit, []).append(f"{unit}/{name}")


def _is_it(certificate: Certificate, name: str, serial: int | None) -> bool:
    return is_file_name_of(certificate, name) and (serial is None or read(certificate).serial_number == serial)
