"""What a lab holds, on disk: a cluster's nodes in `clusters/NAME/NODE/`, each phone's flash in `phones/SEP.../`, and `pki/`.

A node has `own/` (its certificates), `private/` (their keys), `trust/STORE/` (its trust stores, by CUCM's file names) and `tftp/`
(the trust lists, and the configuration files that its Cisco TFTP has signed, as it signed them last).
"""

from __future__ import annotations

from pathlib import Path

from cisco_data import CertificateUnit, ServiceName
from cucm_sim.cluster import Cluster
from cucm_sim.node import Node
from cucm_sim.tftp import CiscoTftp
from cucm_sim.trust_lists import CTL_FILE, ITL_FILE
from lab.kept.state_files import StateFiles, common_file_name
from lab.running.lab import Lab
from phone_sim.flash import Flash
from pki import Identity
from wire.phone_file import phone_file_name, write_phone_file

PRIVATE = "private"
"""Beside certificates: their keys, with which a reader can decrypt RSA key exchange and sign an LSC or a file by hand."""
TFTP, TRUST, OWN = "tftp", "trust", "own"


class KeptState:
    """The folders of one lab. Every method raises OSError where the disk takes no more."""

    def __init__(self, folder: Path, lab: Lab) -> None:
        self._folder = folder
        self._lab = lab
        self._files = StateFiles()
        self._copies: dict[Path, Path] = {}
        """By folder of a node: its CallManager.pem in `pki`."""

    def write(self) -> None:
        """All but what `write_stores` writes."""
        for phone in self._lab.phones.values():
            self.write_phone(phone.flash)
        self.write_nodes()

    def write_phone(self, flash: Flash) -> None:
        """Its MIC and LSC with their keys, its trust lists, and its configuration."""
        place = self._files.folder(self._folder / "phones" / flash.device_name)
        keys = self._files.folder(place / PRIVATE)
        for name, credential in (("mic", flash.mic), ("lsc", flash.lsc)):
            self._files.identity(place / f"{name}.pem", keys, credential.identity if credential is not None else None)
        for name, held in ((CTL_FILE, flash.lists.ctl), (ITL_FILE, flash.lists.itl)):
            self._files.file(place / name, held, lambda held: held.octets)
        self._files.file(place / phone_file_name(flash.device_name), flash.configuration, write_phone_file)

    def write_device(self, device_name: str) -> None:
        """That of the phone with this name, where there is one."""
        for phone in self._lab.phones.values():
            if phone.device_name == device_name:
                self.write_phone(phone.flash)

    def write_nodes(self) -> None:
        """Certificates with their keys, and trust lists. The folder of a node goes by its host name of now."""
        former, self._copies = self._copies, {}
        pki = self._folder / "pki"
        keys = self._files.folder(pki / PRIVATE)
        for each in self._lab.clusters.values():
            for node in each.nodes.values():
                named = f"{each.name}-CallManager" if node.is_publisher else f"{each.name}-{node.name}-CallManager"
                self._files.identity(pki / f"{named}.pem", keys, node.callmanager_identity)
                self._copies[self._place(node)] = pki / f"{named}.pem"
                self._write_node(each.cluster, node)
            self._files.identity(pki / f"{each.name}-CAPF.pem", keys, each.authority.identity)
        for place in former.keys() - self._copies.keys():
            self._files.gone(place)
            if former[place] not in self._copies.values():
                self._files.identity(former[place], keys, None)

    def _write_node(self, cluster: Cluster, node: Node) -> None:
        place = self._place(node)
        own, keys, tftp = (self._files.folder(place / each) for each in (OWN, PRIVATE, TFTP))
        identities: dict[str, Identity] = dict(node.identities)
        if node.is_publisher and cluster.capf_authority is not None:
            identities[CertificateUnit.CAPF] = cluster.capf_authority.identity
        for unit, identity in identities.items():
            self._files.identity(own / f"{unit}.pem", keys, identity)
        self._files.file(tftp / CTL_FILE, node.ctl_list, lambda made: made.octets)
        self._files.file(tftp / ITL_FILE, node.itl_list, lambda made: made.octets)

    def write_stores(self) -> None:
        """Trust stores; and in `pki`, by CN, every certificate that one of them ever held."""
        for each in self._lab.clusters.values():
            for node in each.nodes.values():
                for store, trust in node.trust.items():
                    folder = self._files.folder(self._place(node) / TRUST / store)
                    changed = self._files.certificates(folder, trust.certificates)
                    for certificate in trust.certificates if changed else ():
                        self._files.certificate(self._folder / "pki" / common_file_name(certificate), certificate)

    def write_signed_file(self, cluster: str, node_name: str, name: str) -> None:
        """A configuration file that the Cisco TFTP service of this node has signed; `node_name` may be empty where there is one."""
        held = self._lab.clusters[cluster].cluster
        node = held.nodes[node_name] if node_name else held.publisher
        service = node.services[ServiceName.TFTP]
        assert isinstance(service, CiscoTftp)
        self._files.file(self._place(node) / TFTP / name, service.signed_file(name), bytes)

    def _place(self, node: Node) -> Path:
        return self._folder / "clusters" / node.cluster.name / node.name
