"""Every time a phone of a story asks for its files: what it took, and what-if's word on that before it asked."""

from __future__ import annotations

import errno
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cache
from typing import NamedTuple

from cisco_data import ServiceKind
from journal import Event
from lab.fleet.model import Fleet, FleetPhone
from lab.whatif.credential_factory import CredentialFactory
from lab.whatif.judge import Judge
from phone_sim.boot import BootState, BootTrigger
from phone_sim.download_events import ConfigurationFileReceived
from phone_sim.events import ServerUnreachable, StateChanged
from phone_sim.trust.events import ConfigurationRefused, TrustListRefused, TrustListTaken
from phone_sim.trust.signed import Taking
from tests.whatif_parity.conftest import ring_apart
from tests.whatif_parity.operations import OperationsDone
from tests.whatif_parity.stories import Download, Watched, watched

_NO_NETWORK = frozenset({BootTrigger.VPN_NEEDED.value, BootTrigger.PORT_LOST.value})
"""How a download ends that no file decides."""


class Files(NamedTuple):
    """What became of one download."""

    accepted: bool
    """Whether nothing was refused."""
    file: str = ""
    """The first that was refused: `CTL`, `ITL` or `configuration`."""
    refusal: str = ""
    by_tvs: bool = False
    """Whether TVS had to vouch for a list or for the file."""


@dataclass
class Tally:
    """Of one story."""

    alike: Counter[Files] = field(default_factory=Counter)
    unlike: list[str] = field(default_factory=list)
    by_steps: int = 0
    """Foretold from the cast and the operations alone."""
    left_out: Counter[str] = field(default_factory=Counter)
    """Why nothing is compared."""


def happened(events: list[Event]) -> Files | None:
    """From what the phone noted between the begin and the end of a download; None where it got no answer to judge."""
    taken: list[Event] = []
    for event in events:
        if isinstance(event, TrustListRefused) and event.refusal:
            return Files(False, event.list, event.refusal)
        if isinstance(event, ConfigurationRefused):
            return Files(False, "configuration", event.refusal)
        if isinstance(event, TrustListTaken | ConfigurationFileReceived):
            taken.append(event)
    if not any(isinstance(event, ConfigurationFileReceived) for event in taken):
        return None
    return Files(True, by_tvs=any(isinstance(each, TrustListTaken) and each.taking is Taking.BY_TVS for each in taken))


def compare(watched: Watched) -> Tally:
    """By the lab as it was, and where that can be told by the operations alone."""
    tally = Tally()
    keys = ring_apart()
    operations = OperationsDone(watched.scenario, watched.cast, watched.events, CredentialFactory(watched.cast, keys))
    judge = Judge(CredentialFactory(watched.cast, keys))
    for download in watched.downloads:
        _compare(download, watched.events, operations, judge, tally)
    return tally


def _compare(download: Download, events: list[Event], operations: OperationsDone, judge: Judge, tally: Tally) -> None:
    device = download.began.actor
    ends = (
        event
        for event in events
        if event.seq > download.began.seq
        and isinstance(event, StateChanged)
        and event.actor == device
        and event.state == BootState.DOWNLOADING.value
    )
    end = next(ends, None)
    if end is None:
        tally.left_out["the story ended"] += 1
        return
    if end.trigger in _NO_NETWORK:
        tally.left_out[end.trigger] += 1
        return
    own = [event for event in events if download.began.seq < event.seq < end.seq and event.actor == device]
    if any(isinstance(event, ServerUnreachable) and event.error != errno.ECONNREFUSED for event in own):
        tally.left_out["no network"] += 1
        return
    real = happened(own)
    expected = operations.fleet_at(download.began.seq)
    worlds = [("the lab", download.fleet)]
    if expected is not None and not expected.unjudged and not operations.under_way(download.began.seq):
        worlds.append(("the operations", replace(expected, at=download.fleet.at)))
    for where, fleet in worlds:
        said = _foretold(judge, fleet, _phone(fleet, device))
        if isinstance(said, str):
            tally.left_out[said] += 1
        elif real is None:
            tally.unlike.append(f"{download.story}, event {download.began.seq}: no file, and {where} says {said}")
        elif said != real:
            tally.unlike.append(f"{download.story}, event {download.began.seq}: {real}, and {where} says {said}")
        else:
            tally.alike[real] += 1
            tally.by_steps += where == "the operations"


def _phone(fleet: Fleet, device: str) -> FleetPhone:
    return next(phone for phone in fleet.phones if phone.device_name == device)


def _foretold(judge: Judge, fleet: Fleet, phone: FleetPhone) -> Files | str:
    found = judge.files(fleet, phone)
    assert found is not None, "a lab knows the lists of its phones"
    assert found.server.kind is ServiceKind.TFTP
    trust = found.access.server
    if found.access.outcome is None or trust is None:
        return found.access.why_not
    return Files(bool(trust.accepted), trust.file, trust.refusal, trust.how == Taking.BY_TVS)


@cache
def files_of(name: str) -> Tally:
    """A story of the gallery, once in a process."""
    return compare(watched(name))
