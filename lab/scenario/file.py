"""From an author's TOML file to a `Scenario`, or to one sentence that says where the file is wrong and what was meant."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin

import msgspec

from lab.failures import MOST_SHOWN, ScenarioError, plain, shown, suggestion
from lab.scenario.meaning import Mistake, check
from lab.scenario.model import ClusterPart, Do, Expect, Head, PhonePart, RadiusPart, Scenario, Step, VpnPart

MOST = 1024 * 1024
"""Octets of a scenario file."""

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
"""msgspec's words for TOML's kinds, and ours."""


def load(path: Path) -> Scenario:
    """Raises ScenarioError for anything that is wrong with the file, be it missing, not TOML, or nonsense."""
    try:
        with path.open("rb") as file:
            octets = file.read(MOST + 1)
        text = octets.decode("utf-8-sig")  # some editors begin a file with a byte order mark
    except FileNotFoundError:
        raise ScenarioError(f"{path} does not exist") from None
    except UnicodeDecodeError as error:
        raise ScenarioError(f"{path}, octet {error.start + 1}: this is not UTF-8 text") from None
    except OSError as error:
        raise ScenarioError(f"{path} cannot be read: {error.strerror}") from None
    if len(octets) > MOST:
        raise ScenarioError(f"{path} is larger than {MOST} octets: that is not a scenario")
    return parse(text, str(path), path.stem)


def parse(text: str, where: str, name: str) -> Scenario:
    """A scenario from TOML text; `where` names the file in errors. Raises ScenarioError."""
    try:
        return _scenario(_toml(text), name)
    except Mistake as mistake:
        place = f"{where}: {mistake.path}" if mistake.path else where
        raise ScenarioError(f"{place}: {mistake.text}") from None
    except RecursionError:
        raise ScenarioError(f"{where}: this nests too deep") from None


def _toml(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        problem = plain(str(error))
        raise Mistake("", f"this is not TOML: {problem[:1].lower()}{problem[1:]}") from None
    except ValueError:  # Python reads no number of more than 4300 digits
        raise Mistake("", "a number in this file is too long") from None


def _scenario(raw: dict[str, Any], name: str) -> Scenario:
    head_keys = _keys(Head)
    _only(raw, [*head_keys, "clusters", "radius", "vpn", "phones", "steps"], "")
    for required in ("title", "clusters", "phones", "steps"):
        if required not in raw:
            raise Mistake("", f'the key "{required}" is missing')
    starts = raw.get("starts")
    if starts is not None and (not isinstance(starts, datetime) or starts.tzinfo is None):
        raise Mistake("starts", "this must be a date and time with its zone, like 2026-11-23T08:00:00Z")
    head = _convert({key: raw[key] for key in raw if key in head_keys}, Head, "")
    clusters = _tables(raw["clusters"], "clusters", ClusterPart)
    radius = _tables(raw["radius"], "radius", RadiusPart) if "radius" in raw else {}
    vpn = _tables(raw["vpn"], "vpn", VpnPart) if "vpn" in raw else {}
    phones = _tables(raw["phones"], "phones", PhonePart)
    if not isinstance(raw["steps"], list) or not raw["steps"]:
        raise Mistake("steps", "this must be a list of at least one step, each under [[steps]]")
    steps = tuple(_step(step, f"steps[{number}]") for number, step in enumerate(raw["steps"], 1))
    story = Scenario(name, head, clusters, phones, steps, radius, vpn)
    check(story)
    return story


def steps_of(raw: Any, where: str) -> tuple[Step, ...]:
    """Steps that are no file of their own, such as those to add to a story. Raises ScenarioError for a wrong shape."""
    try:
        return tuple(_step(step, f"steps[{number}]") for number, step in enumerate(raw, 1))
    except Mistake as mistake:
        raise ScenarioError(f"{where}: {mistake.path}: {mistake.text}") from None


def _tables(raw: Any, path: str, part: type[P]) -> dict[str, P]:
    if not isinstance(raw, dict) or not raw:
        raise Mistake(path, f"this must hold at least one table, like [{path}.NAME]")
    return {name: _part(value, part, _below(path, name)) for name, value in raw.items()}


def _step(raw: Any, path: str) -> Step:
    if not isinstance(raw, dict):
        raise Mistake(path, "this must be a table, under [[steps]]")
    if ("do" in raw) == ("expect" in raw):
        raise Mistake(path, "a step has either `do` or `expect`" + (", not both" if "do" in raw else ""))
    tag, union = ("do", Do) if "do" in raw else ("expect", Expect)
    kinds: dict[str, type[Step]] = {str(part.__struct_config__.tag): part for part in get_args(union)}
    kind = raw[tag]
    if not isinstance(kind, str):
        raise Mistake(f"{path}.{tag}", f"this must be text in quotes{suggestion('', kinds)}")
    if kind not in kinds:
        raise Mistake(f"{path}.{tag}", f"nothing is called {shown(kind)}{suggestion(kind, kinds)}")
    return _part(raw, kinds[kind], path, tag)


def _part(raw: Any, part: type[P], path: str, tag: str | None = None) -> P:
    if not isinstance(raw, dict):
        raise Mistake(path, f"this must be a table, like [{path}]")
    _only(raw, [*_keys(part), *([tag] if tag else [])], path)
    return _convert(raw, part, path)


def _only(raw: dict[str, Any], known: list[str], path: str) -> None:
    for key in raw:
        if key not in known:
            raise Mistake(_below(path, key), f"there is no key {shown(key)} here{suggestion(key, known)}")


def _convert(raw: dict[str, Any], part: type[P], path: str) -> P:
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


def _in_plain_words(problem: str, value: object, choices: list[str]) -> str:
    """What msgspec says of a value, for somebody who knows TOML and no Python."""
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


def _keys(part: type[msgspec.Struct]) -> list[str]:
    return [field.encode_name for field in msgspec.structs.fields(part)]


def _below(path: str, key: str) -> str:
    """Where a key is, as TOML would write it."""
    own = key if _BARE_KEY.fullmatch(key) and len(key) <= MOST_SHOWN else shown(key)
    return f"{path}.{own}" if path else own


def _choices(part: type[msgspec.Struct], key: str) -> list[str]:
    """What a field of Literal type may be."""
    for field in msgspec.structs.fields(part):
        if field.encode_name == key:
            kinds: Iterable[Any] = [field.type, *get_args(field.type)]
            found = [choice for kind in kinds if get_origin(kind) is not None for choice in get_args(kind)]
            return [str(choice) for choice in found if isinstance(choice, str | int) and choice != ""]
    return []
