"""A second fault that the attempt did not reach: what will refuse the phone when the first one is repaired.

TLS ends at the first fault that it meets. Where the evidence shows that the phone's certificate would be refused too, saying so
saves a second round.
"""

from __future__ import annotations

from cisco_data import ServiceKind
from lab.base.texts import Text, text
from lab.case import Case, cn
from lab.explain._authority import chain_from, labels
from lab.explain._cure import Remedy
from lab.explain._remedies import new_lsc


def second_fault(case: Case) -> tuple[tuple[Text, ...], tuple[Remedy, ...]]:
    """What else is wrong with what the phone shows to a service that judges it in TLS, and what to do after the first cure."""
    shows, service = case.phone.shows, case.service
    if shows is None or service.in_use is None or service.kind is ServiceKind.CAPF:
        return (), ()
    if shows.not_after is not None and shows.not_after <= case.at:
        return (text("explain.phrase.also-expired", kind=shows.kind),), new_lsc(case).remedies
    there, issuer = labels(service.in_use), cn(shows.issuer)
    if not issuer or any(one in there for one in chain_from(case, issuer)):
        return (), ()  # the phone may send what is between
    return (text("explain.phrase.also-not-trusted", kind=shows.kind, name=issuer),), new_lsc(case).remedies
