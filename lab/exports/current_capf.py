"""Which certificate each cluster's CAPF signs with, as far as its exports tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from lab.exports.notes import Notes
from lab.exports.services import Services
from pki import Certificate, read
from wire.plain_text import plain

_NEVER = datetime.min.replace(tzinfo=UTC)


def current_capf(
    clusters: Iterable[str], services: Services, own: Mapping[str, Certificate], notes: Notes
) -> dict[str, Certificate]:
    """CAPF's own certificate by cluster: CAPF.pem, else the newest CAPF- certificate in its stores; none where two may be.

    Args:
        own: what was found as CAPF.pem outside of the stores.
    """
    found = {**services.capf_files, **own}
    for cluster in clusters:
        if cluster in found:
            continue
        others = [each for name, each in found.items() if name != cluster]
        held = {
            each: read(each).not_before or _NEVER
            for each in services.held.get(cluster, ())
            if read(each).subject.cn.startswith("CAPF-") and each not in others
        }
        newest = [each for each in held if held[each] == max(held.values())]
        remedy = f"add its CAPF.pem to the folder of {cluster}"
        if len(newest) != 1:
            what = "two CAPF certificates as new as each other are" if newest else "no CAPF certificate is"
            notes.add(cluster, f"{what} in its stores: no new LSC can be planned there", remedy)
            continue
        found[cluster] = newest[0]
        if len(held) > 1:
            named = plain(read(newest[0]).subject.cn)
            notes.add(
                cluster, f"is taken to sign LSCs with {named}, the newest of {len(held)} CAPF certificates", remedy
            )
    return found
