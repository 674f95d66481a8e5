"""A cluster: what all its nodes share. The database, CAPF.pem, the CTL file, and the trust stores that CUCM replicates.

What each node has of its own is in `node`. A cluster of one node is made by the same code, and `trust`, `callmanager`,
`callmanager_identity` and `itl_file` of a cluster are those of its publisher.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from types import MappingProxyType

from cisco_data import STORE_OF, ClusterSecurityMode, StoreName
from cisco_data.release_table import UNNAMED_RELEASE, Release
from cisco_data.trust_roles import CALL_MANAGERS, TrustRole
from cisco_data.trust_store_copies import COPIED_TO, stays_on_its_node
from cucm_sim.callmanager import CallManager
from cucm_sim.database import Database
from cucm_sim.key_backup_data import KeyBackup
from cucm_sim.node import CALLMANAGER_UNIT, Node, NodeSettings
from cucm_sim.parameters import ServiceParameters
from cucm_sim.trust_lists import (
    MadeTrustList,
    TrustListContent,
    capf_only_ctl_content,
    ctl_content,
    made_again,
)
from journal import Actor, Journal
from pki import Authority, Certificate, Identity, Octets, TrustStore
from wire.phone_file import VpnGroup
from wire.signed_files import DIGEST_OF_ALGORITHM, SignatureDigest
from wire.tcp import Tap
from wire.tls.context import KeyLog

_SERVERS = CALL_MANAGERS | {TrustRole.CAPF}


class Cluster:
    """Everything that belongs to one cluster; what an administrator may do to it is in `administration`."""

    def __init__(
        self,
        name: str,
        journal: Journal,
        *,
        address: str,
        callmanager_identity: Identity,
        default_ca_list: tuple[Certificate, ...] = (),
        capf_authority: Authority | None = None,
        node_name: str = "cucm-pub",
        other_identities: Mapping[str, Identity] = MappingProxyType({}),
        subscribers: Sequence[NodeSettings] = (),
        cluster_security_mode: ClusterSecurityMode = ClusterSecurityMode.NON_SECURE,
        parameters: ServiceParameters | None = None,
        tap: Tap | None = None,
        keylog: KeyLog | None = None,
        octets: Octets = os.urandom,
        database: Database | None = None,
        release: Release = UNNAMED_RELEASE,
    ) -> None:
        """Install it. No service runs yet.

        Args:
            address, callmanager_identity, node_name: of the publisher, as its further certificates by unit, `other_identities`.
            subscribers: its other nodes.
            default_ca_list: what CUCM puts into both trust stores by itself.
            capf_authority: CAPF.pem with its key. CUCM puts the certificate into both stores as well; its issuer must be
                uploaded.
            tap, keylog: for a capture of what CallManager says.
            octets: source of the names and serial numbers of certificates that are made again.
            database: the configuration, a new one in memory where none is given. One that was kept keeps its mode, its trust
                stores and, unless `parameters` are given, its service parameters; the cluster closes it.
        """
        self.name = name
        self.release = release
        self.has_subscribers = bool(subscribers)
        """Whether the names of its nodes tell its actors apart."""
        self.database = Database(cluster_security_mode) if database is None else database
        self.trust = self.database.trust_stores(*StoreName)
        self.former_capf_certificates: tuple[Certificate, ...] = ()
        """What was CAPF.pem before, the oldest first."""
        self.default_ca_list = default_ca_list
        self.disabled_default_cas: dict[str, tuple[str, ...]] = {}
        """By CN, with the stores that `set cert default-ca-list disable` took it from."""
        self.vpn_groups: dict[str, VpnGroup] = {}
        """By name; in memory only (`vpn_management` says why), as is the next."""
        self.assigned_vpn_groups: dict[str, str] = {}
        """Names of groups by device name."""
        self.octets = octets
        self._clock = journal.clock
        self.administrator = journal.emitter(Actor.of(name, "administration"))
        self.nodes: dict[str, Node] = {}
        """By name, the publisher first."""
        self.former_host_names: set[str] = set()
        """Of its nodes; lists that were made then name them."""
        self.backups: dict[str, KeyBackup] = {}
        """By name; `key_backup` makes them."""
        self.saved_keys: dict[str, Identity] = {}
        """ITLRecovery with its key in each of these backups, where the release has it, by the same names."""
        with self.database.transaction():
            is_new = self.database.certificates.own(CALLMANAGER_UNIT) is None
            self.parameters = parameters or self.database.parameters
            self.nodes = {
                settings.name: Node(self, settings, journal, is_publisher=number == 0, tap=tap, keylog=keylog)
                for number, settings in enumerate(
                    (NodeSettings(node_name, address, callmanager_identity, other_identities), *subscribers)
                )
            }
            self.capf_authority = capf_authority
            if is_new:
                own = () if capf_authority is None else (capf_authority.certificate,)
                for store in STORE_OF.values():
                    self.change_trust(store, lambda trust: TrustStore(trust.name, (*default_ca_list, *own)))
                for copied_to, copies in self._copies().items():
                    self.change_trust(copied_to, partial(_filled, copies))
        self.install_trust_lists()

    @property
    def parameters(self) -> ServiceParameters:
        """CallManager's service parameters, as saved; the service reads them when it starts."""
        return self.database.parameters

    @parameters.setter
    def parameters(self, parameters: ServiceParameters) -> None:
        self.database.parameters = parameters

    @property
    def publisher(self) -> Node:
        """Where CAPF runs, and where the CTL commands are given."""
        return next(iter(self.nodes.values()))

    @property
    def node_name(self) -> str:
        return self.publisher.name

    @property
    def address(self) -> str:
        return self.publisher.address

    @property
    def callmanager(self) -> CallManager:
        return self.publisher.callmanager

    @property
    def callmanager_identity(self) -> Identity:
        """CallManager.pem of the publisher and its key."""
        return self.publisher.callmanager_identity

    @callmanager_identity.setter
    def callmanager_identity(self, identity: Identity) -> None:
        self.publisher.identities[CALLMANAGER_UNIT] = identity

    def install_trust_lists(self) -> None:
        """The files that a cluster in service has already, of the certificates and services that it has now."""
        ctl = None
        if self.is_mixed:
            content = ctl_content(self)
            ctl = MadeTrustList(content, self.publisher.identity_of(content.signer), self._clock)
        for node in self.nodes.values():
            node.ctl_list = ctl
            node.install_itl_file()

    @property
    def capf_certificate(self) -> Certificate | None:
        """CAPF.pem; None in a cluster without CAPF."""
        return self.capf_authority.certificate if self.capf_authority is not None else None

    @property
    def other_list_signers(self) -> tuple[Certificate, ...]:
        """What Phone-SAST-trust holds: who may sign lists, too."""
        return self.trust[StoreName.PHONE_SAST].certificates

    @property
    def signature_digest(self) -> SignatureDigest:
        """By TFTP File Signature Algorithm as it was saved last."""
        return DIGEST_OF_ALGORITHM[self.database.file_signature_algorithm]

    @property
    def rollback(self) -> bool:
        """Prepare Cluster for Rollback to pre-8.0, as it was saved last."""
        return self.database.rollback

    @property
    def is_mixed(self) -> bool:
        return self.database.cluster_security_mode is ClusterSecurityMode.MIXED

    @property
    def ctl_list(self) -> MadeTrustList | None:
        """CTLFile.tlv of the publisher, as an administrator made it last; None where it has none."""
        return self.publisher.ctl_list

    @property
    def ctl_file(self) -> bytes | None:
        """Its octets; None where there is none."""
        return self.publisher.ctl_file

    @property
    def itl_file(self) -> bytes:
        """That of the publisher."""
        return self.publisher.itl_file

    def registered_at(self, device_name: str) -> Node | None:
        """The node whose CallManager has this phone, of several the one that it registered with last; None for none."""
        found = [
            (registered.seq, node)
            for node in self.nodes.values()
            if (registered := node.callmanager.registrations.get(device_name)) is not None
        ]
        return max(found, key=lambda each: each[0])[1] if found else None

    def change_trust(self, store: str, change: Callable[[TrustStore], TrustStore]) -> TrustStore:
        """Change a trust store on every node, as CUCM does by itself; gives the publisher's. Raises what `change` raises there.

        A node that has another store of that name without change notification gets the same change where it is possible.
        """
        changed = self.trust[store] = change(self.trust[store])
        for node in list(self.nodes.values())[1:] if stays_on_its_node(store, self.release) else ():
            with suppress(KeyError):
                node.trust[store] = change(node.trust[store])
        self.notify(store)
        return changed

    def notify(self, unit: str) -> None:
        """Change notification: each node's services learn that the database has other certificates of this unit or store."""
        for node in self.nodes.values():
            node.notify_services(unit)

    @property
    def capf_authority(self) -> Authority | None:
        """CAPF.pem and its key, kept likewise; None in a cluster without CAPF."""
        return self._capf_authority

    @capf_authority.setter
    def capf_authority(self, authority: Authority | None) -> None:
        self._capf_authority = authority
        if authority is not None:
            self.database.certificates.save_own("CAPF", authority.certificate, self.node_name)

    def _copies(self) -> dict[str, list[Certificate]]:
        """What CUCM puts into trust stores of the cluster by itself of the nodes' own certificates, by store."""
        found: dict[str, list[Certificate]] = {}
        for node in self.nodes.values():
            for unit, identity in node.identities.items():
                for store in COPIED_TO.get(unit, ()):
                    found.setdefault(store, []).append(identity.certificate)
        return found

    def close(self) -> None:
        """Close the database, when no service of the cluster runs any more."""
        self.database.close()

    @property
    def callmanager_trust(self) -> TrustStore:
        return self.trust[StoreName.CALLMANAGER]

    @property
    def capf_trust(self) -> TrustStore:
        return self.trust[StoreName.CAPF]

    @property
    def own_certificates(self) -> dict[str, Certificate]:
        """Of the publisher, by unit."""
        capf = {} if self.capf_authority is None else {"CAPF": self.capf_authority.certificate}
        return {unit: identity.certificate for unit, identity in self.publisher.identities.items()} | capf

    def vpn_group_of(self, device_name: str) -> VpnGroup | None:
        """What `vpnGroup` of this phone's file says."""
        return self.vpn_groups.get(self.assigned_vpn_groups.get(device_name, ""))

    @property
    def trust_list(self) -> TrustStore:
        """The CallManagers and CAPF of a phone's lists: of the CTL file, where there is one, and of the publisher's ITL file."""
        lists = [made.content for made in (self.ctl_list, self.publisher.itl_list) if made is not None]
        servers = (one.certificate for content in lists for one in content.listed if one.role in _SERVERS)
        return TrustStore(f"trust list of {self.name}", dict.fromkeys(servers))

    def make_ctl_file(self, *, capf_only: bool = False) -> tuple[MadeTrustList, bool]:
        """`utils ctl` does this: the file lists the certificates of now. The file, and whether it is another one than before."""
        before = self.ctl_list
        made = self.install_ctl_file(capf_only_ctl_content(self) if capf_only else ctl_content(self))
        return made, made is not before

    def install_ctl_file(self, content: TrustListContent) -> MadeTrustList:
        """A CTL file of this content on every node: the publisher copies it to the others."""
        made = made_again(self.ctl_list, content, self.publisher.identity_of(content.signer), self._clock)
        for node in self.nodes.values():
            node.ctl_list = made
        return made

    def rename(self, node: Node, name: str) -> None:
        """Another host name of a node, in the database too. Its certificates stay (`host_names` makes them again)."""
        former = node.name
        self.database.certificates.rename_node(former, name)
        self.former_host_names.add(former)
        node.take_name(name)
        self.nodes = {each.name: each for each in self.nodes.values()}

    def replace_capf(self, authority: Authority) -> None:
        """CAPF.pem and its key give way to these; CAPF goes on with the old ones until its restart."""
        if self.capf_authority is not None:
            self.former_capf_certificates += (self.capf_authority.certificate,)
        self.capf_authority = authority


def _filled(certificates: Iterable[Certificate], trust: TrustStore) -> TrustStore:
    return TrustStore(trust.name, certificates)
