"""Why phones failed: each failure that the events of a run tell of, explained by the rules for its kind.

Rules are keyed on codes: which side refused, the verify code, the alert, the kind of certificate, and where its issuer is known.
Where no rule matches, the evidence is shown and nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from capf_sim.events import OperationEnded
from journal import Event
from lab.explain._capf import operation
from lab.explain._dot1x import behind_closed_port, closed_ports
from lab.explain._explanation import Explanation
from lab.explain._failure import Failure, explained
from lab.explain._record import Record
from lab.explain._registration import missed_file, rejection, unreachable
from lab.explain._tls import refusal_by_callmanager, refusal_by_capf
from lab.explain._vpn import tunnels_missed
from lab.explain._waiting import deadlocks, waiting
from lab.language import ENGLISH, Catalogue
from lab.play.story_events import of_the_story
from lab.render import view
from phone_sim.download_events import ConfigurationFileMissed
from phone_sim.events import SecureConnectionRefused, ServerUnreachable


def explain(events: Sequence[Event], say: Catalogue = ENGLISH) -> list[Explanation]:
    """Each way in which each phone failed, in the order in which they were first met, once however often it was met.

    Args:
        events: of a run, or of the part of it that is over.
        say: the language; rules, device names and commands are the same in each.
    """
    record = Record(of_the_story(events))
    found: dict[tuple[str, str, str], tuple[int, Failure, bool]] = {}
    for device in record.devices:
        of_it = record.of_device(device)
        down = view.row(of_it, device, device).state not in ("registered", "off")
        for failure, still in (*_of_registration(record, device, of_it, down), *_of_capf(record, device, of_it)):
            key = device, failure.rule, failure.what.within(ENGLISH)
            first = found[key][0] if key in found else failure.shown_by.seq
            found[key] = first, failure, still
    in_order = sorted(found.values(), key=lambda met: met[0])
    return [explained(failure, record, say, still=still) for _, failure, still in in_order]


def _of_registration(
    record: Record, device: str, events: Sequence[Event], down: bool
) -> Iterator[tuple[Failure, bool]]:
    """What kept the phone from CallManager; the last of it is so still if the phone is not registered."""
    ways = [
        *(refusal_by_callmanager(record, device, refusal) for refusal in view.refusals(events, device)),
        *(rejection(record, device, reject) for reject in view.rejections(events, device)),
        *(missed_file(device, missed) for missed in view.of(events, device, ConfigurationFileMissed)),
        *(
            behind_closed_port(record, device, silent) or unreachable(record, device, silent)
            for silent in view.of(events, device, ServerUnreachable)
            if silent.service not in ("CAPF", "VPN")
        ),
        *deadlocks(device, events),
        *closed_ports(record, device, events),
        *tunnels_missed(record, device, events),
    ]
    latest = max((way.shown_by.seq for way in ways), default=0)
    for way in ways:
        yield way, down and way.shown_by.seq == latest
    if down and (quiet := waiting(record, device, events, latest)) is not None:
        yield quiet, True


def _of_capf(record: Record, device: str, events: Sequence[Event]) -> Iterator[tuple[Failure, bool]]:
    """What kept CAPF's work from being done; the last of it is so still unless an operation succeeded since."""
    ways: list[tuple[int, Failure | None]] = [
        *(
            (refused.seq, refusal_by_capf(record, device, refused))
            for refused in view.of(events, device, SecureConnectionRefused)
            if refused.service == "CAPF"
        ),
        *(
            (silent.seq, behind_closed_port(record, device, silent) or unreachable(record, device, silent))
            for silent in view.of(events, device, ServerUnreachable)
            if silent.service == "CAPF"
        ),
        *(
            (ended.seq, None if ended.succeeded else operation(record, device, ended))
            for ended in events
            if isinstance(ended, OperationEnded) and ended.device == device
        ),
    ]
    latest = max((seq for seq, _ in ways), default=0)
    for seq, failure in ways:
        if failure is not None:
            yield failure, seq == latest
