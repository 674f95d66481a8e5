"""Phones' HTTPS services (directory, login, ...): whether TVS vouches for Cisco Tomcat when all is done, as it did before.

What-if tries no phone at Tomcat, which judges no certificate of a phone. Whether the phone accepts Tomcat is known all the same: it
asks TVS, as no list holds tomcat.pem. Where that is lost, the answer says so, and counts as not judged. Assumed: the services are
those of the publisher, and the phone goes by the lists that it has, without a start.
"""

from __future__ import annotations

from collections.abc import Iterator

from cisco_data import CertificateUnit, ServiceName
from lab.base.acts import ActKind
from lab.base.language import Catalogue
from lab.fleet.model import Fleet, FleetPhone
from lab.operations.sentences import Members
from lab.whatif.render.words import phones
from lab.whatif.trust.fleet_trust import FleetTrust
from pki import Certificate

NAMED = 3
_STARTS = (ActKind.SERVICE_RESTARTED, ActKind.SERVICE_STARTED)


def https_services(before: Fleet, after: Fleet, trust: FleetTrust, members: Members, say: Catalogue) -> Iterator[str]:
    """A sentence for each cluster of which phones refuse Cisco Tomcat after the change and did not before.

    Args:
        before, after: with one phone a class at least; phones that are off are as they will come back.
        members: device names of each class, by the one that stands for it.
    """
    lost: dict[str, list[str]] = {}
    for old, new in zip(before.phones, after.phones, strict=True):
        if trust.accepts_https(before, old, shown(before, old)) and not _accepts_later(after, new, trust):
            lost.setdefault(new.going.cluster, []).extend(members.get(new.device_name, (new.device_name,)))
    for cluster, devices in sorted(lost.items()):
        yield say("whatif-text.unjudged.https", cluster=cluster, phones=phones(sorted(devices), NAMED, say))


def _accepts_later(fleet: Fleet, phone: FleetPhone, trust: FleetTrust) -> bool:
    there = trust.started(fleet, phone) if phone.offline else phone
    return trust.accepts_https(fleet, there, shown(fleet, there)) is not False


def shown(fleet: Fleet, phone: FleetPhone) -> Certificate | None:
    """The certificate that Cisco Tomcat of its cluster's publisher has read at its start; None where that is not known."""
    trust = fleet.trust.get(phone.going.cluster)
    if trust is None or not trust.nodes:
        return None
    present = trust.nodes[0].own.get(CertificateUnit.TOMCAT)
    for act in reversed(fleet.acts):
        if act.cluster != phone.going.cluster:
            continue
        if act.kind in _STARTS and act.value == ServiceName.TOMCAT:
            return present
        if present is not None and act.certificate == present:
            present = act.former
    return present
