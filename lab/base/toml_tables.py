"""TOML that a user wrote by hand: each table as a struct, each mistake one sentence that says where it is and what was meant."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from enum import EnumType
from pathlib import Path
from typing import Any, TypeVar, get_args

import msgspec

from lab.base import inputs
from lab.base.failures import MAX_SHOWN, InvalidInput, shown, suggestion
from wire.plain_text import plain

MAX_OCTETS = 1024 * 1024
"""Octets of a file."""

P = TypeVar("P", bound=msgspec.Struct)
_AT = re.compile(r" - at `\$(.*)`$")
_INDEX = re.compile(r"\[(\d+)\]")
_EXPECTED = re.compile(r"Expected `([^`]*)`(?:, got `([^`]*)`)?")
_MISSING = re.compile(r"Object missing required field `([^`]*)`")
_NOT_A_DATE = re.compile(r"Invalid RFC3339 encoded (datetime|date)")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")

_KINDS = {
    "str": "text in quotes",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list",
    "object": "a table",
    "datetime": "a date and time",
    "date": "a date",
    "time": "a time",
}
"""msgspec's words for TOML's kinds, and those of the lab's messages."""


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """A table of a file: its fields are its keys, `rsa_key_size` for `rsa-key-size`."""


class Mistake(Exception):
    """Something is wrong at one place of the file."""

    def __init__(self, path: str, text: str) -> None:
        super().__init__(text)
        self.path = path
        """`phones.lobby.model`; empty for the file as a whole."""
        self.text = text


def text_of(path: Path, what: str, failure: type[InvalidInput] = InvalidInput) -> str:
    """What the file holds, without a byte order mark, as some editors begin a file with.

    Args:
        what: the file is, for the message of one that is too large: `a scenario`.

    Raises `failure` for a file that cannot be read, is not UTF-8, or is larger than MAX_OCTETS.
    """
    octets = inputs.read_named(path, MAX_OCTETS, what, failure)
    try:
        return octets.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise failure(f"{path}, octet {error.start + 1}: this is not UTF-8 text") from None


def toml(text: str) -> dict[str, Any]:
    """Raises Mistake; RecursionError where it nests without end."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        problem = plain(str(error))
        raise Mistake("", f"this is not TOML: {problem[:1].lower()}{problem[1:]}") from None
    except ValueError:  # Python reads no number of more than 4300 digits
        raise Mistake("", "a number in this file is too long") from None


def tables(raw: Any, path: str, part: type[P]) -> dict[str, P]:
    """Named tables, at least one. Raises Mistake."""
    if not isinstance(raw, dict) or not raw:
        raise Mistake(path, f"this must hold at least one table, like [{path}.NAME]")
    return {name: table(value, part, below(path, name)) for name, value in raw.items()}


def tagged(raw: dict[str, Any], tag: str, kinds: Sequence[type[P]], path: str) -> P:
    """The struct among `kinds` whose tag the table names under the key `tag`. Raises Mistake."""
    known = {str(part.__struct_config__.tag): part for part in kinds}
    kind = raw[tag]
    if not isinstance(kind, str):
        raise Mistake(f"{path}.{tag}", f"this must be text in quotes{suggestion('', known)}")
    if kind not in known:
        raise Mistake(f"{path}.{tag}", f"nothing is called {shown(kind)}{suggestion(kind, known)}")
    return table(raw, known[kind], path, tag)


def table(raw: Any, part: type[P], path: str, tag: str | None = None) -> P:
    """One table, every key of which the struct has. Raises Mistake."""
    if not isinstance(raw, dict):
        raise Mistake(path, f"this must be a table, like [{path}]")
    only(raw, [*keys_of(part), *([tag] if tag else [])], path)
    return convert(raw, part, path)


def only(raw: dict[str, Any], known: Sequence[str], path: str) -> None:
    """Raises Mistake for a key that is not among the known ones, with the one that was meant."""
    for key in raw:
        if key not in known:
            raise Mistake(below(path, key), f"there is no key {shown(key)} here{suggestion(key, known)}")


def convert(raw: dict[str, Any], part: type[P], path: str) -> P:
    """As msgspec converts it. Raises Mistake in plain words."""
    try:
        return msgspec.convert(raw, part)
    except msgspec.ValidationError as error:
        text = str(error)
    at = _AT.search(text)
    inner = at.group(1) if at else ""
    key = inner.removeprefix(".").partition("[")[0]
    # msgspec counts from 0; people, and `steps[1]`, from 1
    place = path + _INDEX.sub(lambda index: f"[{int(index.group(1)) + 1}]", inner)
    raise Mistake(place.removeprefix("."), _in_plain_words(_AT.sub("", text), raw.get(key), _choices(part, key)))


def keys_of(part: type[msgspec.Struct]) -> list[str]:
    """As they are written in the file."""
    return [field.encode_name for field in msgspec.structs.fields(part)]


def below(path: str, key: str) -> str:
    """Where a key is, as TOML would write it."""
    own = key if _BARE_KEY.fullmatch(key) and len(key) <= MAX_SHOWN else shown(key)
    return f"{path}.{own}" if path else own


def _in_plain_words(problem: str, value: object, choices: list[str]) -> str:
    """What msgspec says of a value, for a user who knows TOML and no Python."""
    if missing := _MISSING.search(problem):
        return f'the key "{missing.group(1)}" is missing'
    if written := _NOT_A_DATE.search(problem):
        return f"this must be {_KINDS[written.group(1)]}"
    if expected := _EXPECTED.search(problem):
        wanted, got = (_KINDS.get(kind.split(" | ")[0]) for kind in (expected.group(1), expected.group(2) or ""))
        if wanted is not None:
            return f"this must be {wanted}" + (f", not {got}" if got is not None and got != wanted else "")
    if isinstance(value, str):
        return f"{shown(value)} is not possible here{suggestion(value, choices)}"
    return f"this value is not possible here{suggestion('', choices)}"


def _choices(part: type[msgspec.Struct], key: str) -> list[str]:
    """What a field that is an enum, or of Literal type, may be."""
    for field in msgspec.structs.fields(part):
        if field.encode_name == key:
            kinds: Iterable[Any] = [field.type, *get_args(field.type)]
            found = [choice for kind in kinds for choice in (kind if isinstance(kind, EnumType) else get_args(kind))]
            return [str(choice) for choice in found if isinstance(choice, str | int) and choice != ""]
    return []
