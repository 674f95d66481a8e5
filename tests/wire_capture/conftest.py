"""Captures into memory, and captures of stories."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from journal import Event
from lab.capture.file import CaptureFile
from lab.play.runner import StoryResult, play
from lab.scenario.file import parse
from wire.capture import PcapngWriter

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@dataclass
class Memory:
    """A writer into memory, with a clock to turn."""

    file: io.BytesIO = field(default_factory=io.BytesIO)
    now: datetime = NOON

    def __post_init__(self) -> None:
        self.writer = PcapngWriter(self.file, lambda: self.now)

    @property
    def data(self) -> bytes:
        return self.file.getvalue()


@pytest.fixture
def memory() -> Memory:
    return Memory()


_STORY = """
title = "One phone is welcome, one is not"
[clusters.old]
[clusters.new]
[phones.welcome]
model = "{model}"
cluster = "new"
profile = "Encrypted"
lsc = "new"
{tls}
[phones.stranger]
model = "{model}"
cluster = "new"
profile = "Encrypted"
lsc = "old"
{tls}
[[steps]]
do = "boot"
[[steps]]
expect = "registered"
phone = "welcome"
certificate = "LSC"
issuer = "CAPF of new"
[[steps]]
expect = "refused"
phone = "stranger"
certificate = "LSC"
issuer = "CAPF of old"
verify-code = 20
alert = "unknown CA"
[[steps]]
do = "wait"
seconds = 35
[[steps]]
do = "power-off"
"""
VERSIONS = {"TLSv1": ("7965", ""), "TLSv1.2": ("8861", ""), "TLSv1.3": ("8861", 'tls = "1.3"')}


@dataclass
class Captured:
    path: Path
    result: StoryResult

    def of(self, kind: type[Event]) -> list[Event]:
        return [event for event in self.result.events if isinstance(event, kind)]


Capture = Callable[..., Captured]


@pytest.fixture(scope="session")
def capture(tmp_path_factory: pytest.TempPathFactory) -> Capture:
    """Plays the story on one TLS version and captures it, as the phones' ends tell it unless `both_ends`."""

    @cache
    def capture(version: str, *, secrets: bool = True, both_ends: bool = False) -> Captured:
        model, tls = VERSIONS[version]
        story = parse(_STORY.format(model=model, tls=tls), "story", "captured")
        path = tmp_path_factory.mktemp("capture") / f"{version}.pcapng"

        with CaptureFile(path, secrets=secrets) as file, pytest.MonkeyPatch.context() as patch:
            if both_ends:
                tap_servers(patch, file)
            result = play(story, capture=file)
            assert result.passed, result.steps[-1].observed
        return Captured(path, result)

    return capture


def tap_servers(patch: pytest.MonkeyPatch, file: CaptureFile) -> None:
    """The listeners of CallManager and CAPF tell what they see too."""
    import capf_sim.capf
    import cucm_sim.callmanager
    from wire.net import Listener

    class Tapped(Listener):
        def __init__(self, address: str, port: int, **settings: object) -> None:
            super().__init__(address, port, tap=file.writer)

    patch.setattr(cucm_sim.callmanager, "Listener", Tapped)
    patch.setattr(capf_sim.capf, "Listener", Tapped)


@pytest.fixture(scope="session", params=list(VERSIONS))
def captured(request: pytest.FixtureRequest, capture: Capture) -> Captured:
    """The story on TLS 1.0, 1.2 and 1.3."""
    return capture(request.param)
