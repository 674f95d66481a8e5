"""TOML that a user wrote by hand: each table as a struct, each mistake one sentence that says where it is and what was meant."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from enum import EnumType
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

import msgspec

from lab.base import inputs
from lab.base.failures import MAX_SHOWN, InvalidInput, shown, suggestion
from wire.plain_text import plain

MAX_OCTETS = 1024 * 1024
"""Octets of a file."""

P = TypeVar("P", bound=msgspec.Struct)
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")

_KINDS: dict[Any, str] = {
    str: "text in quotes",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    tuple: "a list",
    list: "a list",
    dict: "a table",
    datetime: "a date and time",
    date: "a date",
    time: "a time",
}
"""What a message calls a type, for a user who knows TOML and no Python."""


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """A table of a file: its fields are its keys, `rsa_key_size` for `rsa-key-size`."""


class Mistake(Exception):
    """Something is wrong at one place of the file."""

    def __init__(self, path: str, text: str) -> None:
        super().__init__(text)
        self.path = path
        """`phones.lobby.model`; empty for the file as a whole."""
        self.text = text


@contextmanager
def located(where: str, failure: type[InvalidInput] = InvalidInput) -> Iterator[None]:
    """What is wrong with a file that the block reads is raised as `failure`, with the file `where` and the place in it."""
    try:
        yield
    except Mistake as mistake:
        raise failure(": ".join(filter(None, (where, mistake.path.removeprefix("."), mistake.text)))) from None
    except UnicodeDecodeError as error:
        raise failure(f"{where}, octet {error.start + 1}: this is not UTF-8 text") from None
    except RecursionError:
        raise failure(f"{where}: this nests too deep") from None


def text_of(path: Path, what: str, failure: type[InvalidInput] = InvalidInput) -> str:
    """What the file holds, without a byte order mark, as some editors begin a file with.

    Args:
        what: the file is, for the message of one that is too large: `a scenario`.

    Raises `failure` for a file that cannot be read, is not UTF-8, or is larger than MAX_OCTETS.
    """
    octets = inputs.read_named(path, MAX_OCTETS, what, failure)
    with located(str(path), failure):
        return octets.decode("utf-8-sig")


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
    """As msgspec converts it. Raises Mistake for the first field whose value is wrong, else for the first that is missing."""
    try:
        return msgspec.convert(raw, part)
    except msgspec.ValidationError:
        pass  # what it says is for programmers
    missing = []
    for field in msgspec.structs.fields(part):
        if field.encode_name in raw:
            _check(raw[field.encode_name], field.type, below(path, field.encode_name))
        elif field.required:
            missing.append(field.encode_name)
    raise Mistake(path, f'the key "{missing[0]}" is missing')


def _check(value: object, kind: Any, path: str) -> None:
    """Raises Mistake for a value that is not of that type; in a list, for its first entry that is wrong."""
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        pass
    else:
        return
    union = get_args(kind) if isinstance(kind, UnionType) or get_origin(kind) is Union else (kind,)
    wanted = next(each for each in union if each is not NoneType)
    members: Iterable[Any] = wanted if isinstance(wanted, EnumType) else ()
    choices, kinds = [], get_args(wanted) or [member.value for member in members]
    if get_origin(wanted) is Literal or isinstance(wanted, EnumType):
        choices, wanted = [str(choice) for choice in kinds if choice != ""], type(kinds[0])
    elif isinstance(value, list) and kinds:
        for number, each in enumerate(value, 1):
            _check(each, kinds[0], f"{path}[{number}]")
    said, got = _KINDS[get_origin(wanted) or wanted], _KINDS.get(type(value))
    if got != said:
        meant = suggestion(str(value) if isinstance(value, float) else "", choices)  # a version without its quotes
        raise Mistake(path, f"this must be {said}" + (f", not {got}" if got else "") + meant)
    if isinstance(value, str):
        raise Mistake(path, f"{shown(value)} is not possible here{suggestion(value, choices)}")
    raise Mistake(path, f"this value is not possible here{suggestion('', choices)}")


@cache
def keys_of(part: type[msgspec.Struct]) -> tuple[str, ...]:
    """As they are written in the file."""
    return tuple(field.encode_name for field in msgspec.structs.fields(part))


def below(path: str, key: str) -> str:
    """Where a key is, as TOML would write it."""
    own = key if _BARE_KEY.fullmatch(key) and len(key) <= MAX_SHOWN else shown(key)
    return f"{path}.{own}" if path else own
