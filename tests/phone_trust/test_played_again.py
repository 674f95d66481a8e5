"""A story whose phone reads its files over TFTP gives the same journal each time that it is played."""

from __future__ import annotations

import re

from journal import Event, to_jsonl
from lab.play.building import make_keys
from lab.play.runner import play
from lab.running.lab import key_pool
from lab.scenario.file import parse
from tests.one_phone import one_phone
from tests.thorough import thorough

TIMES = thorough(200, 40)
TEXT = (
    one_phone("none")
    .replace("[clusters.here]", '[clusters.here]\nmode = "non-secure"')
    .replace('model = "7965"', 'model = "7965"\nmic = false')
)


def told(events: list[Event]) -> str:
    """The journal's lines, with the ports that the kernel chose for clients numbered in the order in which they appear."""
    ports: dict[str, str] = {}

    def numbered(found: re.Match[str]) -> str:
        return ports.setdefault(found[0], f":client {len(ports) + 1}>")

    return re.sub(r":\d+>", numbered, b"".join(map(to_jsonl, events)).decode())


def block_of(journal: str) -> str:
    """The lab's addresses: they are in the files that its servers sign, and another lab of this machine may have them first."""
    found = re.search(r"127\.\d+\.\d+\.", journal)
    assert found is not None
    return found[0]


def test_a_story_over_tftp_gives_the_same_journal_many_times() -> None:
    scenario = parse(TEXT, "again.toml", "again")
    make_keys(scenario, key_pool())
    journals: dict[str, str] = {}
    for _ in range(TIMES):
        story = play(scenario, keys=key_pool().ring())
        assert story.passed
        journal = told(story.events)
        assert journal == journals.setdefault(block_of(journal), journal)
    for name in ("CTLSEP001A2F000001.tlv", "ITLSEP001A2F000001.tlv", "SEP001A2F000001.cnf.xml.sgn"):
        assert re.search(rf'"file":"{name}".*"transport":"TFTP"', journal)
