"""Why phones failed: each failure that the events of a run tell of, explained by the rules for its kind.

Rules are keyed on codes: which side refused, the verify code, the alert, the kind of certificate, and who trusts its issuer. Where
no rule matches, the evidence is shown and nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from capf_sim.events import OperationEnded
from journal import Event
from lab import view
from lab.explain._capf import explain_operation
from lab.explain._explanation import Explanation
from lab.explain._registration import explain_missed_file, explain_rejection, explain_unreachable
from lab.explain._tls import explain_capf_refusal, explain_refusal
from lab.story_events import of_the_story
from phone_sim.download_events import ConfigurationFileMissed
from phone_sim.events import PhoneStarted, SecureConnectionRefused, ServerUnreachable

__all__ = ["explain"]


def explain(events: Sequence[Event]) -> list[Explanation]:
    """Each way in which each phone failed, in the order in which they were met, once however often it was met."""
    events = of_the_story(events)
    devices = dict.fromkeys(event.actor for event in events if isinstance(event, PhoneStarted))
    found: dict[tuple[str, str, str], tuple[int, Explanation]] = {}
    for device in devices:
        down = view.row(events, device, device).state not in ("registered", "off")
        for seq, still, explanation in (*_of_registration(events, device, down), *_of_capf(events, device)):
            found[device, explanation.rule, explanation.what] = (seq, replace(explanation, still=still))
    return [explanation for _, explanation in sorted(found.values(), key=lambda pair: pair[0])]


_Found = tuple[int, bool, Explanation]
"""Number of the event that shows it, whether it was so at the end, and the explanation."""


def _of_registration(events: Sequence[Event], device: str, down: bool) -> Iterator[_Found]:
    """What kept the phone from CallManager; the last of it is so still if the phone is not registered."""
    ways = [
        *((refusal.refused.seq, explain_refusal(events, device, refusal)) for refusal in view.refusals(events, device)),
        *((reject.seq, explain_rejection(device, reject)) for reject in view.rejections(events, device)),
        *(
            (missed.seq, explain_missed_file(device, missed))
            for missed in view.of(events, device, ConfigurationFileMissed)
        ),
        *(
            (silent.seq, explain_unreachable(device, silent))
            for silent in view.of(events, device, ServerUnreachable)
            if silent.service != "CAPF"
        ),
    ]
    latest = max((seq for seq, _ in ways), default=0)
    for seq, explanation in ways:
        yield seq, down and seq == latest, explanation


def _of_capf(events: Sequence[Event], device: str) -> Iterator[_Found]:
    """What kept CAPF's work from being done; the last of it is so still unless an operation succeeded since."""
    ways: list[tuple[int, Explanation | None]] = [
        *(
            (refused.seq, explain_capf_refusal(events, device, refused))
            for refused in view.of(events, device, SecureConnectionRefused)
            if refused.service == "CAPF"
        ),
        *(
            (silent.seq, explain_unreachable(device, silent))
            for silent in view.of(events, device, ServerUnreachable)
            if silent.service == "CAPF"
        ),
        *(
            (ended.seq, None if ended.succeeded else explain_operation(events, device, ended))
            for ended in events
            if isinstance(ended, OperationEnded) and ended.device == device
        ),
    ]
    latest = max((seq for seq, _ in ways), default=0)
    for seq, explanation in ways:
        if explanation is not None:
            yield seq, seq == latest, explanation
