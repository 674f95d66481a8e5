"""docs/authentication-server.md lists every failure reason, with the verify codes that lead to it."""

from __future__ import annotations

import re
from pathlib import Path

from edge_sim.authentication_server import FailureReason, Limits
from edge_sim.authentication_server.failure_reasons import BY_VERIFY_CODE

DOCUMENT = (Path(__file__).resolve().parents[2] / "docs" / "authentication-server.md").read_text("utf-8")
ROWS = dict(re.findall(r"^\| (\d+) \| (.*) \|$", DOCUMENT, re.MULTILINE))


def codes(text: str) -> set[int]:
    """`verify codes 2, 18 to 20: ...` as numbers."""
    match = re.match(r"verify codes? ([\d, to]+):", text)
    if match is None:
        return set()
    found = set()
    for part in match.group(1).split(", "):
        first, _, last = part.partition(" to ")
        found |= set(range(int(first), int(last or first) + 1))
    return found


def test_every_reason_is_listed_and_no_other() -> None:
    assert {int(number) for number in ROWS} == set(FailureReason)


def test_every_verify_code_is_listed_at_its_reason() -> None:
    listed = {(code, int(number)) for number, text in ROWS.items() for code in codes(text)}
    assert listed == {(int(code), int(reason)) for code, reason in BY_VERIFY_CODE.items()}


def test_the_limits_are_those_of_the_code() -> None:
    assert f"At most {Limits().sessions} conversations" in DOCUMENT
    assert (Limits().idle, Limits().conversation) == (60, 120)
