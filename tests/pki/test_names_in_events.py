"""No module cuts a formatted name apart: events carry names as data, and `pki` alone knows how each form is written.

Looked for in the sources outside `pki`, docstrings and comments aside:
- a text that holds `CN=` or `/CN=` and so on, which is what code splits or searches a formatted name by;
- a call of a method that takes texts apart (split, partition, find, index, match, ...) on `rfc4514_string()`, `rfc4514`, `oneline`
  or on a field of an event that holds a name, and on the result of `oneline(...)`, `commas(...)`, `semicolons(...)` and the like;
- a field of an event named as names are (subject, issuer, trusted, servers) whose type is a text.
"""

from __future__ import annotations

import ast
import re
import typing
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from journal import Event, event_types
from lab.play import runner  # noqa: F401 - declares the events

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("cisco_data", "journal", "wire", "phone_sim", "cucm_sim", "capf_sim", "edge_sim", "lab")
ALLOWED = {
    "lab/exports/": "reads what an administrator typed: a DN in a cell of an inventory is a text before it is anything else",
}
FORMATTED = re.compile(r"(^|[/,;+ ({|])\\?(CN|OU|O)\\?=(?!$)|(^|[/,;+ ({|])(CN)\\?=")
CUTTERS = {
    "split",
    "rsplit",
    "partition",
    "rpartition",
    "find",
    "rfind",
    "index",
    "rindex",
    "removeprefix",
    "splitlines",
}
MATCHERS = {"search", "match", "fullmatch", "findall", "finditer", "sub"}
TEXTS = {"rfc4514_string", "rfc4514", "oneline", "label"}
SPELLERS = {"oneline", "commas", "semicolons", "reversed_commas", "oneline_of"}
FIELDS = {
    "subject",
    "issuer",
    "former_subject",
    "certificate_subject",
    "certificate_issuer",
    "mic_issuer",
    "lsc_issuer",
}
OF_NAMES = re.compile(r"(^|_)(subject|issuer|issuer_name|trusted|servers)$")


def sources() -> Iterator[tuple[str, ast.Module]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            place = str(path.relative_to(ROOT))
            if not place.startswith(tuple(ALLOWED)):
                yield place, ast.parse(path.read_text())


def faults(tree: ast.AST) -> Iterator[tuple[int, str]]:
    docstrings = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            if FORMATTED.search(node.value):
                yield node.lineno, f"a piece of a formatted name: {node.value!r}"
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            name = node.func.attr
            taken = [node.func.value] if name in CUTTERS else list(node.args) if name in MATCHERS else []
            if any(is_formatted_name(one) for one in taken):
                yield node.lineno, f"{name} on a formatted name"


def is_formatted_name(node: ast.expr) -> bool:
    if isinstance(node, ast.Call):
        function = node.func
        if isinstance(function, ast.Attribute):
            return function.attr in TEXTS | SPELLERS or (function.attr in CUTTERS and is_formatted_name(function.value))
        return isinstance(function, ast.Name) and (
            function.id in SPELLERS or (function.id == "str" and bool(node.args) and is_formatted_name(node.args[0]))
        )
    if isinstance(node, ast.Subscript):
        return is_formatted_name(node.value)
    return isinstance(node, ast.Attribute) and node.attr in TEXTS | FIELDS


def test_no_module_cuts_a_formatted_name_apart() -> None:
    found = [f"{place}:{line}: {fault}" for place, tree in sources() for line, fault in faults(tree)]
    assert found == []


@pytest.mark.parametrize(
    "code",
    [
        'subject.rpartition("/CN=")[2]',
        'text.split("CN=")',
        're.compile(r"/CN=((?:[^/\\\\]|\\\\.)*)")',
        'f"CN={x}" in subject',
        'certificate.subject.rfc4514_string().split(",")',
        'event.issuer.oneline.rpartition("=")',
        'oneline(certificate.subject).split("/")[-1].partition("=")',
        "PATTERN.search(event.subject.rfc4514)",
        'str(event.trusted[0].rfc4514).partition(",")',
    ],
)
def test_each_way_of_cutting_one_apart_is_found(code: str) -> None:
    assert list(faults(ast.parse(code)))


@pytest.mark.parametrize("code", ['"""`/CN=x`"""', "event.subject.cn", "event.subject.oneline", 'host.rpartition(":")'])
def test_reading_one_is_no_fault(code: str) -> None:
    assert not list(faults(ast.parse(code)))


def text_fields(kind: type[Event]) -> Iterator[str]:
    hints = typing.get_type_hints(kind)
    for field in msgspec.structs.fields(kind):
        if OF_NAMES.search(field.name) and hints[field.name] in (str, tuple[str, ...]):
            yield f"{kind.__name__}.{field.name}"


def test_no_event_carries_a_name_as_text() -> None:
    kinds = [kind for kind in event_types() if kind.__module__.partition(".")[0] in PACKAGES]
    assert len(kinds) > 100
    assert [field for kind in kinds for field in text_fields(kind)] == []
