"""A baseline as a file: TOML of one line a fact, sorted, made to be read as a diff.

Phones that stand alike at every service share a table. In it each service has a line; device names are listed by their beginning,
so that a phone more or less changes one line. Nothing in it depends on the day, the machine, the language or the keys.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

from lab.base.failures import InvalidInput, shown
from lab.base.outputs import BASELINE_MARK
from lab.base.toml_tables import located, toml

FORMAT = "cucm-lab whatif baseline"
VERSION = 3
"""Of the format: another number where an entry means something else. 1 did not count what CAPF refuses as a breakage, 2 did not
ask whether the phone accepts the server."""
MAX_OCTETS = 64 * 1024 * 1024
"""Octets of a file."""

_HEAD = f"""\
{BASELINE_MARK}, compared by `--against`.
# A table for all phones that stand alike. A line of `phones`: the beginning of device names, then their last two digits.
"""
_DEVICE = re.compile(r"(SEP[0-9A-F]{10})([0-9A-F]{2})")
_LISTED = re.compile(r"SEP[0-9A-F]{10}( [0-9A-F]{2})+")


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """How a phone stands at one service. Texts of the format, empty where there is nothing to say."""

    service: str
    """As `ServiceKind` spells it."""
    server: str
    verdict: str
    """One of `identifiers.VERDICTS`."""
    certificate: str = ""
    """`LSC` or `MIC`."""
    code: str = ""
    """`20@0`"""
    alert: str = ""
    """`read unknown CA`: whose alert it was as the phone sees it, and which."""
    cause: str = ""
    """Another reason than an alert."""
    trust: str = ""
    """The other direction: how the phone came to accept the server, or why it refuses it; `cannot-tell` where that is not known."""
    file: str = ""
    """`CTL`, `ITL` or `configuration`, which it refuses of Cisco Tftp."""


EntriesByDevice = Mapping[str, tuple[Entry, ...]]
"""By device name; the entries sorted."""
_KEYS = tuple(field.name for field in fields(Entry))
_NEEDED = ("service", "server", "verdict")


def to_toml(entries_by_device: EntriesByDevice) -> bytes:
    """UTF-8. The same for the same entries_by_device."""
    alike: dict[tuple[Entry, ...], list[str]] = {}
    for device, entries in entries_by_device.items():
        alike.setdefault(entries, []).append(device)
    lines = [f'{_HEAD}format = "{FORMAT}"', f"version = {VERSION}"]
    for entries in sorted(alike):
        lines += ["", "[[alike]]"]
        lines += _list("at", (_table(entry) for entry in entries))
        listed: dict[str, list[str]] = {}
        others = []
        for device in sorted(alike[entries]):
            if found := _DEVICE.fullmatch(device):
                listed.setdefault(found[1], []).append(found[2])
            else:
                others.append(device)
        lines += _list("phones", (f'"{start} {" ".join(ends)}"' for start, ends in listed.items()))
        if others:
            lines += _list("others", map(_quoted, others))
    return ("\n".join(lines) + "\n").encode()


def from_toml_untrusted(
    octets: bytes, where: str, again: str = "cucm-lab whatif --write-baseline"
) -> dict[str, tuple[Entry, ...]]:
    """What a file of that name holds.

    Args:
        again: the command that writes it again.

    Raises InvalidInput, with the place, for anything but a baseline of this format.
    """
    raw = _parsed(octets, where)
    if raw.get("format") != FORMAT:
        raise InvalidInput(f"{where} is no baseline: write one with {again}")
    if raw.get("version") != VERSION or type(raw["version"]) is not int:
        raise InvalidInput(
            f"{where} is a baseline of format {shown(str(raw.get('version')))}, and this command reads format {VERSION}:"
            f" write it again with {again}"
        )
    _only(raw, ("format", "version", "alike"), where)
    found: dict[str, tuple[Entry, ...]] = {}
    for number, table in enumerate(_listed(raw, "alike", dict, where), 1):
        place = f"{where}: alike, table {number}"
        _only(table, ("at", "phones", "others"), place)
        at = _listed(table, "at", dict, place)
        entries = tuple(sorted(_entry(entry, f"{place}: at, entry {index}") for index, entry in enumerate(at, 1)))
        for device in _devices(table, place):
            if device in found:
                raise InvalidInput(f"{place}: {shown(device)} is in this file twice")
            found[device] = entries
    return found


def _parsed(octets: bytes, where: str) -> dict[str, Any]:
    if len(octets) > MAX_OCTETS:
        raise InvalidInput(f"{where} is larger than {MAX_OCTETS} octets: that is no baseline")
    with located(where):
        return toml(octets.decode("utf-8-sig").replace("\r\n", "\n"))


def _entry(raw: dict[str, Any], place: str) -> Entry:
    _only(raw, _KEYS, place)
    for key in _NEEDED:
        if key not in raw:
            raise InvalidInput(f'{place}: the key "{key}" is missing')
    for key, value in raw.items():
        if not isinstance(value, str):
            raise InvalidInput(f"{place}: {key} must be text in quotes")
    return Entry(**raw)


def _devices(table: dict[str, Any], place: str) -> Iterator[str]:
    for line in _listed(table, "phones", str, place):
        if not _LISTED.fullmatch(line):
            raise InvalidInput(f"{place}: {shown(line)} is no list of phones such as SEP0011223344 01 02")
        start, *ends = line.split(" ")
        yield from (start + end for end in ends)
    yield from _listed(table, "others", str, place)


def _listed(table: dict[str, Any], key: str, kind: type[Any], place: str) -> list[Any]:
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(each, kind) for each in value):
        what = "tables" if kind is dict else "texts in quotes"
        raise InvalidInput(f"{place}: {key} must be a list of {what}")
    return value


def _only(table: Mapping[str, Any], known: Iterable[str], place: str) -> None:
    for key in table:
        if key not in known:
            raise InvalidInput(f"{place}: there is no key {shown(key)} in a baseline")


def _list(key: str, lines: Iterable[str]) -> Iterator[str]:
    listed = [f"  {line}," for line in lines]
    yield from [f"{key} = [", *listed, "]"] if listed else [f"{key} = []"]


def _table(entry: Entry) -> str:
    pairs = ((key, getattr(entry, key)) for key in _KEYS)
    return "{ " + ", ".join(f"{key} = {_quoted(value)}" for key, value in pairs if value or key in _NEEDED) + " }"


def _quoted(text: str) -> str:
    """A basic string of TOML; half a surrogate pair, which no text file holds, becomes U+FFFD."""
    return '"' + "".join(map(_letter, text)) + '"'


def _letter(letter: str) -> str:
    if letter in '"\\':
        return f"\\{letter}"
    if letter.isprintable():
        return letter
    number = ord(letter)
    return "\\ufffd" if 0xD800 <= number < 0xE000 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
