"""The certificates that a phone held or showed in a story, as far as its events tell of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from capf_sim.events import CertificateFetched, LscIssued, PhoneAuthenticated, ProofOfPossessionRefused
from journal import Event
from lab.report.names import cn, day
from phone_sim.events import CertificateChosen, PhoneStarted


@dataclass(frozen=True, slots=True)
class CertificateOfPhone:
    """One certificate. What no event tells is empty: a phone that shows nothing tells of an issuer only."""

    kind: str
    """`LSC` or `MIC`."""
    issuer: str
    """CN."""
    subject: str = ""
    """CN."""
    serial_number: str = ""
    """Lower-case hex."""
    not_before: str = ""
    """The day, ISO 8601."""
    not_after: str = ""


def certificates(events: Sequence[Event], device: str) -> list[CertificateOfPhone]:
    """MIC first, then LSCs in the order in which the phone got them."""
    found: dict[tuple[str, str], CertificateOfPhone] = {}
    for held in _told(events, device):
        known = found.get((held.kind, held.serial_number), held)
        found[held.kind, held.serial_number] = replace(
            known, not_before=known.not_before or held.not_before, not_after=known.not_after or held.not_after
        )
    for held in _in_flash(events, device):
        if not any((known.kind, known.issuer) == (held.kind, held.issuer) for known in found.values()):
            found[held.kind, held.issuer] = held
    return sorted(found.values(), key=lambda held: held.kind != "MIC")


def _told(events: Iterable[Event], device: str) -> Iterable[CertificateOfPhone]:
    """Certificates that an event spells out."""
    for event in events:
        if isinstance(event, CertificateChosen) and event.actor == device:
            kind = event.kind
        elif (
            isinstance(event, PhoneAuthenticated | ProofOfPossessionRefused | CertificateFetched)
            and event.device == device
        ):
            kind = event.certificate_kind
        elif isinstance(event, LscIssued) and event.device == device:
            kind = "LSC"
        else:
            continue
        if event.serial_number:
            yield CertificateOfPhone(
                kind,
                cn(event.issuer),
                cn(event.subject),
                event.serial_number,
                day(event.not_before),
                day(event.not_after),
            )


def _in_flash(events: Iterable[Event], device: str) -> Iterable[CertificateOfPhone]:
    for event in events:
        if isinstance(event, PhoneStarted) and event.actor == device:
            if event.mic_issuer:
                yield CertificateOfPhone("MIC", cn(event.mic_issuer))
            if event.lsc_issuer:
                yield CertificateOfPhone("LSC", cn(event.lsc_issuer))
