"""`utils itl reset`, `utils ctl reset localkey` and `file delete tftp CTLFile.tlv`, for phones that do not know who signs lists.

A reset makes the list anew and has it signed by the other key that phones know: where ITLRecovery signs, by CallManager.pem of the
publisher, and the other way round. The commands run on the publisher. A new ITL file goes to every node whose Cisco Tftp runs, and
stays until Cisco Tftp starts there, which signs its own file with the usual key again.

Assumed: the reset ITL file lists the certificates that the publisher has now, since Cisco's order of work for ITLRecovery relies on
phones learning the new one from it; the file that is signed with an imported ITLRecovery lists that certificate as well; before
release 12.0 `utils ctl reset localkey` signs with ITLRecovery, the second SAST record of its CTL file.
"""

from __future__ import annotations

from typing import Final, Literal

from cisco_data import CertificateUnit, ServiceName
from cisco_data.release_table import ITLRECOVERY_EXISTS
from cucm_sim.administration import AdministrationError
from cucm_sim.cluster import Cluster
from cucm_sim.list_reset_events import CtlFileDeleted, CtlReset, ItlReset
from cucm_sim.node import Node
from cucm_sim.reset_contents import ctl_reset_content, ctl_reset_signer, itl_reset_content, itl_reset_signer
from cucm_sim.tftp_events import trust_list_made
from cucm_sim.trust_lists import CTL_FILE, MadeTrustList
from pki import Identity, names_of, read

ResetKey = Literal["localkey", "remotekey"]
RECOVERY_KEY: Final = CertificateUnit.ITL_RECOVERY.value
_WHEN_RESET = "reset of the phones"


def reset_itl(cluster: Cluster, key: ResetKey = "localkey") -> ItlReset:
    """`utils itl reset localkey` or `remotekey`: a new ITL file on every node whose Cisco Tftp runs.

    `remotekey` signs with the ITLRecovery key that a backup saved, `localkey` with the other key that phones know.
    Raises AdministrationError for a release without the command, where no backup saved the key, and where Cisco Tftp runs nowhere.
    """
    if not ITLRECOVERY_EXISTS.of(cluster.release.name):
        raise AdministrationError(
            f"{cluster.release.name} has no `utils itl reset`: only releases from 10.0 on have ITLRecovery."
        )
    publisher = cluster.publisher
    signer = _saved(cluster) if key == "remotekey" else _own(publisher, itl_reset_signer(cluster.release))
    content = itl_reset_content(publisher, signer.certificate)
    receivers = [node for node in cluster.nodes.values() if _runs_tftp(node)]
    if not receivers:
        raise AdministrationError(
            f"{ServiceName.TFTP} runs on no node of {cluster.name}, so no node takes the ITL file."
        )
    made = MadeTrustList(content, signer, cluster.administrator.clock)
    for node in receivers:
        node.itl_list = made
    event = cluster.administrator.emit(
        ItlReset(
            key=key,
            signer=names_of(signer.certificate).subject,
            signer_serial_number=_serial(signer),
            nodes=tuple(node.name for node in receivers),
            takes_effect=_WHEN_RESET,
            undone_by=f"restart of {ServiceName.TFTP}",
        )
    )
    for node in receivers:
        node.administrator.emit(trust_list_made(made, changed=True), cause=event)
    return event


def reset_ctl(cluster: Cluster) -> CtlReset:
    """`utils ctl reset localkey`: a CTL file of the certificates of now, signed by its second SAST record.

    Raises AdministrationError where the cluster is not in mixed mode, and for a release whose CTL file has no second signer.
    """
    if not cluster.is_mixed:
        raise AdministrationError(f"{cluster.name} is not in mixed mode, so it makes no CTL file.")
    unit = ctl_reset_signer(cluster.release)
    if unit is None:
        raise AdministrationError(
            f"The CTL file of {cluster.release.name} has no second SAST record that `utils ctl reset localkey` could sign with."
        )
    signer = _own(cluster.publisher, unit)
    made = cluster.install_ctl_file(ctl_reset_content(cluster, signer.certificate))
    event = cluster.administrator.emit(
        CtlReset(
            signer=names_of(signer.certificate).subject,
            signer_serial_number=_serial(signer),
            takes_effect=_WHEN_RESET,
            due="utils ctl update CTLFile once the phones have it, and another reset of the phones",
        )
    )
    cluster.administrator.emit(trust_list_made(made, changed=True), cause=event)
    return event


def delete_ctl_file(cluster: Cluster, node: Node) -> CtlFileDeleted:
    """`file delete tftp CTLFile.tlv` on one node: Cisco Tftp there has no CTL file any more. Phones keep the one that they hold.

    Raises AdministrationError where there is none on the node.
    """
    if node.ctl_list is None:
        raise AdministrationError(f"{node.name} has no {CTL_FILE}.")
    node.ctl_list = None
    left = tuple(each.name for each in cluster.nodes.values() if each.ctl_list is not None)
    return node.administrator.emit(
        CtlFileDeleted(file=CTL_FILE, node=node.name, left_on=left, takes_effect="at once; phones keep what they hold")
    )


def _saved(cluster: Cluster) -> Identity:
    """The key of the last backup. Raises AdministrationError where there is none."""
    saved = next(reversed(cluster.saved_keys.values()), None)
    if saved is None:
        raise AdministrationError(
            f"There is no {RECOVERY_KEY}.p12 of {cluster.name}: a backup saves it, while the key is still there."
        )
    return saved


def _own(node: Node, unit: str) -> Identity:
    """Raises AdministrationError where the node has no such certificate."""
    identity = node.identities.get(unit)
    if identity is None:
        raise AdministrationError(f"{node.name} has no {unit} certificate that could sign the list.")
    return identity


def _runs_tftp(node: Node) -> bool:
    service = node.services.get(ServiceName.TFTP)
    return service is not None and service.started


def _serial(identity: Identity) -> str:
    return f"{read(identity.certificate).serial_number:x}"
