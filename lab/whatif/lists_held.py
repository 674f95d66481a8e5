"""The CTL and ITL in a phone's flash, as `--explain` tells of them."""

from __future__ import annotations

from collections.abc import Iterator

from cisco_data.trust_roles import TrustRole
from lab.base.language import Catalogue
from lab.fleet.trust import FleetList, HeldTrust
from lab.whatif.impact_report import ListSeen
from pki import Unreadable, load_untrusted, read
from wire.plain_text import plain
from wire.signed_files import TrustListRecord


def lists_seen(held: HeldTrust | None, say: Catalogue) -> tuple[ListSeen, ...]:
    """The CTL first; none where it is not known what the phone holds."""
    return tuple(_seen(held, say)) if held is not None else ()


def _seen(held: HeldTrust, say: Catalogue) -> Iterator[ListSeen]:
    for kind, one in (("CTL", held.ctl), ("ITL", held.itl)):
        if one is not None:
            where = plain(one.origin) or say("whatif-explain.of-the-lab")
            tvs = tuple(_name(record) for record in one.content.records if record.role is TrustRole.TVS)
            yield ListSeen(kind, where, _signer(one), len(one.content.records), tvs)


def _signer(one: FleetList) -> str:
    """CN where the list has the signer's own certificate, else the name as its header writes it."""
    own = one.content.signed_by()
    return _name(own) if own is not None else plain(one.content.header.signer.subject)


def _name(record: TrustListRecord) -> str:
    """CN; the name as the file writes it where the record has no certificate that can be read."""
    try:
        return plain(read(load_untrusted(record.certificate or b"")).subject.label)
    except Unreadable:
        return plain(record.certificate_id.subject)
