"""The Disaster Recovery System, as far as phones depend on it: certificates with their private keys, saved and put back.

The anchor of an ITL file is a private key. A restore brings back the keys of the backup, and takes those away that were made since:
phones whose lists are newer than the backup then trust neither who signs the lists nor any TVS.

Assumed: a backup is restored to servers of the same host names only; one of the same name takes the place of the former; what was
restored is used from the restarts on, and CUCM's own copies in trust stores are those of the backup again.
"""

from __future__ import annotations

from collections.abc import Iterator

from cisco_data import CertificateUnit
from cisco_data.node_changes import UNNAMED_BACKUP
from cisco_data.release_table import BACKUP_SAVES_KEYS
from cisco_data.trust_store_copies import COPIED_TO
from cucm_sim import certificate_events as ev
from cucm_sim.administration import AdministrationError
from cucm_sim.certificate_effects import service_step, trust_list_step
from cucm_sim.cluster import Cluster
from cucm_sim.key_backup_data import KeyBackup
from cucm_sim.node import Node
from cucm_sim.trust_changes import TrustStoreChange, note
from pki import Certificate, names_of, read


def backup_keys(cluster: Cluster, name: str = "") -> ev.KeysBackedUp:
    """A manual backup: the certificates of every node with their keys, as they are now.

    Raises AdministrationError in a release whose backup holds no keys.
    """
    if not BACKUP_SAVES_KEYS.of(cluster.release.name):
        raise AdministrationError(
            f"A backup of release {cluster.release.name} holds no private keys of certificates; from 10.0 on it does."
        )
    name = name or UNNAMED_BACKUP
    identities = {node.name: dict(node.identities) for node in cluster.nodes.values()}
    clock = cluster.administrator.clock
    cluster.backups[name] = KeyBackup(clock.now(), identities, cluster.capf_authority)
    recovery = cluster.publisher.identities.get(CertificateUnit.ITL_RECOVERY)
    if recovery is not None:
        cluster.saved_keys[name] = recovery
    capf = (CertificateUnit.CAPF.value,) if cluster.capf_authority is not None else ()
    units = dict.fromkeys((*(unit for own in identities.values() for unit in own), *capf))
    return cluster.administrator.emit(ev.KeysBackedUp(name=name, units=tuple(units), nodes=tuple(identities)))


def restore_keys(cluster: Cluster, name: str = "") -> ev.KeysRestored:
    """A restore: certificates and keys of the backup take the place of those that are others now.

    Raises AdministrationError where there is no such backup, and where a node has another host name since.
    """
    name = name or UNNAMED_BACKUP
    backup = cluster.backups.get(name)
    if backup is None:
        there = f"; there is {', '.join(cluster.backups)}" if cluster.backups else ""
        raise AdministrationError(f"{cluster.name} has no backup {name}{there}.")
    if set(backup.identities) != set(cluster.nodes):
        raise AdministrationError(
            f"Backup {name} is of {', '.join(backup.identities)}, and the nodes of {cluster.name} are"
            f" {', '.join(cluster.nodes)}: a restore needs the same host names."
        )
    event = cluster.administrator.emit(
        ev.KeysRestored(name=name, taken=f"{backup.taken:%Y-%m-%dT%H:%M:%SZ}", takes_effect="restart of the services")
    )
    for node, unit, former, new in list(_restored(cluster, backup)):
        restored = node.administrator.emit(
            ev.CertificateRestored(
                unit=unit,
                subject=names_of(new).subject,
                issuer=names_of(new).issuer,
                serial_number=f"{read(new).serial_number:x}",
                former_subject=names_of(former).subject,
                former_serial_number=f"{read(former).serial_number:x}",
                takes_effect=service_step(cluster, unit),
                phones_trust_it_after=trust_list_step(cluster, unit),
            ),
            cause=event,
        )
        note(cluster, _copied(cluster, unit, new), restored)
    return event


def _restored(cluster: Cluster, backup: KeyBackup) -> Iterator[tuple[Node, str, Certificate, Certificate]]:
    """Put back what is another one now: node, unit, the certificate of before and that of the backup."""
    for host_name, identities in backup.identities.items():
        node = cluster.nodes[host_name]
        for unit, identity in identities.items():
            former = node.identities[unit]
            if former != identity:
                node.identities[unit] = identity
                yield node, unit, former.certificate, identity.certificate
    capf = cluster.capf_authority
    if backup.capf is not None and capf is not None and capf is not backup.capf:
        cluster.replace_capf(backup.capf)
        yield cluster.publisher, CertificateUnit.CAPF, capf.certificate, backup.capf.certificate


def _copied(cluster: Cluster, unit: str, certificate: Certificate) -> Iterator[TrustStoreChange]:
    for store in COPIED_TO.get(unit, ()):
        cluster.change_trust(store, lambda trust: trust.with_restored(certificate))
        yield TrustStoreChange(store, "copied", certificate)
