"""CPU of phones that boot until they are registered, in a story as an author would write it."""

from __future__ import annotations

import time

from journal import Event
from lab.events.story import StepStarted, StoryEnded
from lab.play.runner import play
from lab.scenario import model as sc
from lab.scenario.file import parse
from pki import KeyPool, KeyRing, KeySpec, PrivateKey

KEYS = 40
"""That phones share in turns: to make one for each of 600 phones would take minutes."""
_HEAD = """
title = "Phones boot"
lesson = "None."
[clusters.hq]
[[steps]]
say = "All boot."
do = "boot"
"""
_PHONE = """
[phones.p{0}]
model = "8861"
cluster = "hq"
profile = "Encrypted"
lsc = "hq"
[[steps]]
say = "It registers."
expect = "registered"
phone = "p{0}"
certificate = "LSC"
issuer = "CAPF of hq"
"""


class _Shared(KeyRing):
    """Gives the same keys again and again."""

    def __init__(self, pool: KeyPool) -> None:
        super().__init__(pool)
        self._keys = pool

    def take(self, spec: KeySpec) -> PrivateKey:
        self._taken[spec] += 1
        return self._keys.key(spec, self._taken[spec] % KEYS)


def story(phones: int) -> sc.Scenario:
    """So many phones boot with an LSC, and a check of each."""
    return parse(_HEAD + "".join(map(_PHONE.format, range(phones))), "bench.toml", "bench")


def boot_cpu(phones: int, pool: KeyPool) -> float:
    """Seconds of CPU a phone, from the first power-on to the end of the last check; what builds the lab does not count."""
    marks: list[float] = []

    def mark(event: Event) -> None:
        if isinstance(event, StoryEnded) or (isinstance(event, StepStarted) and event.number == 1):
            marks.append(time.process_time())

    result = play(story(phones), keys=_Shared(pool), subscribers=[mark])
    assert result.passed, result.steps[-1].observed
    return (marks[1] - marks[0]) / phones
