"""OS Administration > Certificate Management and its commands: plain functions, each an event that says when it takes effect.

Uploads to a trust store and deletions from it are in `administration`, the authorities that come with CUCM in `default_ca_list`.
What a service presents and trusts it has read at its start: whatever is done here changes nothing before its restart.
"""

from __future__ import annotations

from datetime import datetime

from cisco_data import ClusterSecurityMode, ServiceName, StoreName
from cucm_sim import certificate_events as ev
from cucm_sim.administration import AdministrationError
from cucm_sim.cluster import Cluster
from cucm_sim.default_ca_list import DefaultCa, default_ca_list, set_default_ca_list, stores_to_come_back
from cucm_sim.node import CALLMANAGER_UNIT, Node
from cucm_sim.trust_changes import TrustStoreChange, note, put
from pki import (
    Authority,
    Certificate,
    KeyRing,
    callmanager_identity,
    capf_authority,
    common_name,
    names_of,
    read,
)

__all__ = [
    "DefaultCa",
    "default_ca_list",
    "install_company_signed_capf",
    "regenerate_callmanager",
    "regenerate_capf",
    "set_default_ca_list",
    "stores_to_come_back",
    "update_ctl_file",
]


# CAPF.pem and CallManager.pem


def regenerate_capf(cluster: Cluster, keys: KeyRing, *, same_name: bool = False) -> ev.CertificateRegenerated:
    """Make CAPF.pem anew: a new key, self-signed, valid from now; one that a company had signed is overwritten.

    CUCM copies it to CallManager-trust and CAPF-trust by itself. The former one stays there until it is deleted, unless it
    has the same name: a store keeps one certificate a name. That CAPF takes a new name each time is the common reading of
    Cisco's pages and proven by none, hence the switch.

    Args:
        keys: the new key is taken from here.
        same_name: keep the CN instead of a new `CAPF-xxxxxxxx`.

    Raises AdministrationError where the cluster has no CAPF.
    """
    former = _capf(cluster)
    new = _next_capf(cluster, former, keys, same_name, None)
    changes = _install_capf(cluster, new)
    event = cluster.administrator.emit(
        ev.CertificateRegenerated(
            unit="CAPF",
            subject=names_of(new.certificate).subject,
            serial_number=_serial(new.certificate),
            former_subject=names_of(former.certificate).subject,
            former_serial_number=_serial(former.certificate),
            takes_effect=f"restart of {ServiceName.CAPF}",
            phones_trust_it_after=_trust_list_step(cluster),
        )
    )
    note(cluster, changes, event)
    return event


def install_company_signed_capf(
    cluster: Cluster, company: Authority, keys: KeyRing, *, same_name: bool = False
) -> ev.SignedCertificateInstalled:
    """Generate CSR for CAPF, let `company` sign it, upload the answer: a new key, a certificate that ends in the company's root.

    CUCM copies it to both trust stores, and takes it only when CAPF-trust holds who signed it. Only the administrator puts
    the company's certificates into CallManager-trust; without them a phone's new LSC has no complete chain there.

    Args and Raises as `regenerate_capf`; AdministrationError also where CAPF-trust does not hold `company`.
    """
    former = _capf(cluster)
    if company.certificate not in cluster.capf_trust:
        raise AdministrationError(
            f"{StoreName.CAPF} does not hold {common_name(company.subject)}, which signed the certificate; upload that there first."
        )
    new = _next_capf(cluster, former, keys, same_name, company)
    changes = _install_capf(cluster, new)
    event = cluster.administrator.emit(
        ev.SignedCertificateInstalled(
            unit="CAPF",
            subject=names_of(new.certificate).subject,
            issuer=names_of(new.certificate).issuer,
            serial_number=_serial(new.certificate),
            former_subject=names_of(former.certificate).subject,
            former_serial_number=_serial(former.certificate),
            takes_effect=f"restart of {ServiceName.CAPF}",
            phones_trust_it_after=_trust_list_step(cluster),
        )
    )
    note(cluster, changes, event)
    return event


def regenerate_callmanager(cluster: Cluster, keys: KeyRing, node: Node | None = None) -> ev.CertificateRegenerated:
    """Make CallManager.pem of a node anew: a new key under the same name, self-signed, valid from now.

    Args:
        keys: the new key is taken from here.
        node: the publisher where it is left out.
    """
    node = node or cluster.publisher
    former = node.callmanager_identity.certificate
    new = callmanager_identity(
        keys=keys,
        subject=_place(former),
        host_name=read(former).subject.cn,
        not_before=_now(cluster),
        octets=cluster.octets,
    )
    node.identities[CALLMANAGER_UNIT] = new
    return node.administrator.emit(
        ev.CertificateRegenerated(
            unit=CALLMANAGER_UNIT,
            subject=names_of(new.certificate).subject,
            serial_number=_serial(new.certificate),
            former_subject=names_of(former).subject,
            former_serial_number=_serial(former),
            takes_effect=f"restart of {ServiceName.CALLMANAGER}",
            phones_trust_it_after=_trust_list_step(cluster),
        )
    )


# What phones are told to trust


def update_ctl_file(cluster: Cluster) -> ev.CtlFileUpdated:
    """`utils ctl update CTLFile`: from now on phones that ask TFTP get a list of the certificates that the cluster has now.

    Raises AdministrationError where the cluster is not in mixed mode: it has no CTL file, and its phones go by the ITL file,
    which Cisco TFTP makes at its start.
    """
    if not _mixed(cluster):
        raise AdministrationError(
            f"{cluster.name} is not in mixed mode and has no CTL file; restart {ServiceName.TFTP} for a new ITL file."
        )
    servers = cluster.make_ctl_file()
    return cluster.administrator.emit(
        ev.CtlFileUpdated(
            servers=tuple(names_of(certificate).subject for certificate in servers), takes_effect="reset of the phones"
        )
    )


# Common to all of them


def _capf(cluster: Cluster) -> Authority:
    if cluster.capf_authority is None:
        raise AdministrationError(f"{cluster.name} has no CAPF.")
    return cluster.capf_authority


def _next_capf(
    cluster: Cluster, former: Authority, keys: KeyRing, same_name: bool, issuer: Authority | None
) -> Authority:
    return capf_authority(
        keys=keys,
        subject=_place(former.certificate),
        not_before=_now(cluster),
        octets=cluster.octets,
        name=read(former.certificate).subject.cn if same_name else None,
        issuer=issuer,
        authority_key_identifier=former.authority_key_identifier,
    )


def _install_capf(cluster: Cluster, new: Authority) -> list[TrustStoreChange]:
    with cluster.database.transaction():
        cluster.replace_capf(new)
        return [put(cluster, store, "copied", new.certificate) for store in (StoreName.CALLMANAGER, StoreName.CAPF)]


def _mixed(cluster: Cluster) -> bool:
    return cluster.database.cluster_security_mode is ClusterSecurityMode.MIXED


def _trust_list_step(cluster: Cluster) -> str:
    step = "utils ctl update CTLFile" if _mixed(cluster) else f"restart of {ServiceName.TFTP}"
    return f"{step}, then reset of the phones"


def _place(former: Certificate) -> dict[str, str]:
    """C, O, OU, ST and L: what CUCM keeps of a name when it makes the next certificate."""
    return {kind: value for kind, value in read(former).subject.parts if kind != "CN"}


def _now(cluster: Cluster) -> datetime:
    return cluster.administrator.clock.now().replace(microsecond=0)


def _serial(certificate: Certificate) -> str:
    return f"{read(certificate).serial_number:x}"
