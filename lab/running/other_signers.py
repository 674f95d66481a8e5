"""Certificates of clusters that take no part: what a bulk import left in Phone-SAST-trust before the first step."""

from __future__ import annotations

from cisco_data import StoreName
from cucm_sim.cluster import Cluster
from lab.base.seeded import octets_from
from pki import RSA_2048, Certificate, KeyRing, TrustStore, name, profiles, read, self_signed

_PURPOSE = "CallManager of clusters beyond the lab"
"""All have one key, which no service of the lab uses."""


def fill_phone_sast_trust(cluster: Cluster, count: int, keys: KeyRing) -> None:
    """Put so many in, and make the lists of the cluster, which is in service since long, with them."""
    own = read(cluster.callmanager_identity.certificate)
    assert own.not_before is not None, "the lab made it"
    since = own.not_before
    place = {kind: value for kind, value in own.subject.parts if kind not in ("CN", "O")}
    profile, key = profiles.NODE_CERTIFICATES["CallManager"].self_signed, keys.named(RSA_2048, _PURPOSE)

    def certificate(number: int) -> Certificate:
        site = f"site{number:02}"
        parts = {"C": place.get("C", ""), "O": f"{site} Company", "OU": place.get("OU", ""), "CN": f"{site}-pub"}
        subject = name(*parts.items(), ("ST", place.get("ST", "")), ("L", place.get("L", "")))
        octets = octets_from(f"{own.serial_number:x}/{site}")
        return self_signed(profile, subject=subject, key=key, not_before=since, octets=octets).certificate

    held = tuple(certificate(number) for number in range(1, count + 1))
    cluster.change_trust(StoreName.PHONE_SAST, lambda trust: TrustStore(trust.name, (*trust, *held)))
    cluster.install_trust_lists()
