"""OS Administration > Certificate Management and its commands: plain functions, each an event that says when it takes effect.

Uploads to a trust store and deletions from it are in `administration`, the authorities that come with CUCM in `default_ca_list`.
What a service presents and trusts it has read at its start: whatever is done here changes nothing before its restart. Releases that
restart services by themselves do that in `certificate_taken_up`.
"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from cisco_data import CertificateUnit, ServiceName
from cisco_data.trust_store_copies import COPIED_TO
from cucm_sim import certificate_events as ev
from cucm_sim.administration import AdministrationError
from cucm_sim.certificate_effects import ctl_file_step, service_step, trust_list_step
from cucm_sim.certificate_units import UNIT_RULES, capf_key, lifetime, lsc_digest
from cucm_sim.cluster import Cluster
from cucm_sim.default_ca_list import DefaultCa, default_ca_list, set_default_ca_list, stores_to_come_back
from cucm_sim.node import Node
from cucm_sim.tftp_events import trust_list_made
from cucm_sim.trust_changes import TrustStoreChange, note, put
from journal import Event
from pki import (
    Authority,
    Certificate,
    Identity,
    KeyRing,
    capf_authority,
    common_name,
    names_of,
    node_identity,
    read,
)

__all__ = [
    "DefaultCa",
    "default_ca_list",
    "install_signed",
    "regenerate",
    "set_default_ca_list",
    "stores_to_come_back",
    "update_ctl_file",
]


# A node's own certificates


def regenerate(
    cluster: Cluster,
    unit: str,
    keys: KeyRing,
    *,
    node: Node | None = None,
    same_name: bool = False,
    cause: Event | None = None,
) -> ev.CertificateRegenerated:
    """Make a certificate anew: a new key, self-signed, valid from now; one that a company had signed is overwritten.

    CUCM puts copies into trust stores by itself (`COPIED_TO`). The former one stays there until it is deleted, unless it has
    the same name: a store keeps one certificate a name. That CAPF takes a new name each time is the common reading of Cisco's
    pages and proven by none, hence the switch; all others keep theirs.

    Args:
        unit: of CertificateUnit.
        keys: the new key is taken from here.
        node: whose; the publisher's where it is left out.
        same_name: CAPF only: keep the CN instead of a new `CAPF-xxxxxxxx`.
        cause: the change of the node that this is a part of.

    Raises AdministrationError where the node has no such certificate.
    """
    made = _renew(cluster, unit, keys, node or cluster.publisher, same_name, None)
    event = made.node.administrator.emit(
        ev.CertificateRegenerated(
            unit=unit,
            subject=names_of(made.new).subject,
            serial_number=_serial(made.new),
            former_subject=names_of(made.former).subject,
            former_serial_number=_serial(made.former),
            takes_effect=service_step(cluster, unit),
            phones_trust_it_after=trust_list_step(cluster, unit),
        ),
        cause=cause,
    )
    note(cluster, made.changes, event)
    return event


def install_signed(
    cluster: Cluster, unit: str, company: Authority, keys: KeyRing, *, node: Node | None = None, same_name: bool = False
) -> ev.SignedCertificateInstalled:
    """Generate a CSR, let `company` sign it, upload the answer: a new key, a certificate that ends in the company's root.

    CUCM copies it as `regenerate` does, and takes it only when a trust store holds who signed it. Of CAPF, only the administrator
    puts the company's certificates into CallManager-trust; without them a phone's new LSC has no complete chain there.

    Args and Raises as `regenerate`; AdministrationError also where that store does not hold `company`.
    """
    made = _renew(cluster, unit, keys, node or cluster.publisher, same_name, company)
    event = made.node.administrator.emit(
        ev.SignedCertificateInstalled(
            unit=unit,
            subject=names_of(made.new).subject,
            issuer=names_of(made.new).issuer,
            serial_number=_serial(made.new),
            former_subject=names_of(made.former).subject,
            former_serial_number=_serial(made.former),
            takes_effect=service_step(cluster, unit),
            phones_trust_it_after=trust_list_step(cluster, unit),
        )
    )
    note(cluster, made.changes, event)
    return event


class _Renewed(NamedTuple):
    node: Node
    former: Certificate
    new: Certificate
    changes: list[TrustStoreChange]


def _renew(
    cluster: Cluster, unit: str, keys: KeyRing, node: Node, same_name: bool, issuer: Authority | None
) -> _Renewed:
    rules = UNIT_RULES.get(unit)
    if rules is None:
        raise AdministrationError(f"There is no certificate {unit}; there are {', '.join(UNIT_RULES)}.")
    if rules.publisher_only and not node.is_publisher:
        raise AdministrationError(f"{unit} is on the publisher only, which is {cluster.publisher.name}.")
    former = cluster.capf_authority if unit == CertificateUnit.CAPF else node.identities.get(unit)
    if former is None:
        raise AdministrationError(f"{cluster.name} has no {unit}.")
    if issuer is not None and issuer.certificate not in node.trust[rules.issuer_store]:
        raise AdministrationError(
            f"{rules.issuer_store} does not hold {common_name(issuer.subject)}, which signed the certificate;"
            " upload that there first."
        )
    with cluster.database.transaction():
        if isinstance(former, Authority):
            new = _renew_capf(cluster, former, keys, same_name, issuer)
        else:
            new = _renew_own(node, unit, former, keys, issuer)
        changes = [put(cluster, store, "copied", new) for store in COPIED_TO.get(unit, ())]
    return _Renewed(node, former.certificate, new, changes)


def _renew_capf(
    cluster: Cluster, former: Authority, keys: KeyRing, same_name: bool, issuer: Authority | None
) -> Certificate:
    new = capf_authority(
        keys=keys,
        subject=_place(former.certificate),
        not_before=_now(cluster),
        octets=cluster.octets,
        name=read(former.certificate).subject.cn if same_name else None,
        issuer=issuer,
        key_spec=capf_key(cluster.release),
        authority_key_identifier=former.authority_key_identifier,
        digest=lsc_digest(cluster.release),
    )
    cluster.replace_capf(new)
    return new.certificate


def _renew_own(node: Node, unit: str, former: Identity, keys: KeyRing, issuer: Authority | None) -> Certificate:
    new = node.identities[unit] = node_identity(
        unit,
        keys=keys,
        subject=_place(former.certificate),
        host_name=node.full_name,
        not_before=_now(node.cluster),
        octets=node.cluster.octets,
        issuer=issuer,
        validity=lifetime(unit, node.release),
    )
    return new.certificate


# What phones are told to trust


def update_ctl_file(cluster: Cluster) -> ev.CtlFileUpdated:
    """`utils ctl update CTLFile`: from now on phones that ask TFTP get a list of the certificates that the cluster has now.

    Raises AdministrationError where the cluster is not in mixed mode: it has no CTL file, and its phones go by the ITL file,
    which Cisco TFTP makes at its start.
    """
    if not cluster.is_mixed:
        raise AdministrationError(
            f"{cluster.name} is not in mixed mode and has no CTL file; restart {ServiceName.TFTP} for a new ITL file."
        )
    made, changed = cluster.make_ctl_file()
    servers = dict.fromkeys(one.certificate for one in made.content.listed)
    event = cluster.administrator.emit(
        ev.CtlFileUpdated(
            servers=tuple(names_of(certificate).subject for certificate in servers), takes_effect=ctl_file_step(cluster)
        )
    )
    cluster.administrator.emit(trust_list_made(made, changed=changed), cause=event)
    return event


# Common to all of them


def _place(former: Certificate) -> dict[str, str]:
    """C, O, OU, ST and L: what CUCM keeps of a name when it makes the next certificate."""
    return {kind: value for kind, value in read(former).subject.parts if kind != "CN"}


def _now(cluster: Cluster) -> datetime:
    return cluster.administrator.clock.now().replace(microsecond=0)


def _serial(certificate: Certificate) -> str:
    return f"{read(certificate).serial_number:x}"
