"""A report without control characters for a terminal or for a page's direction: its texts are untrusted."""

from __future__ import annotations

from typing import Any

from lab.whatif.impact_report import ImpactReport
from wire.plain_text import plain


def clean(answer: ImpactReport) -> ImpactReport:
    """The same with `?` for every letter that is not printable: escape sequences, line ends, marks that turn the direction."""
    cleaned: ImpactReport = _clean(answer)
    return cleaned


def _clean(value: Any) -> Any:
    kind = type(value)
    if kind is str:  # an enumeration's member is text of the lab
        return plain(value)
    if isinstance(value, tuple):
        cleaned = [_clean(each) for each in value]
        return tuple(cleaned) if kind is tuple else kind(*cleaned)
    names = getattr(kind, "__dataclass_fields__", ())  # dataclasses.fields makes a new tuple each time
    return kind(**{name: _clean(getattr(value, name)) for name in names}) if names else value
