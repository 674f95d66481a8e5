"""A network as what-if sees it: the services that judge certificates, and the phones with what they hold. Data only."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from cisco_data import (
    AuthenticationMode,
    CertificateKind,
    CertificateOperation,
    DeviceSecurityMode,
    ServiceKind,
)
from lab.base.acts import ActKind
from lab.fleet.backup import FleetBackup
from lab.fleet.bulk import SftpFolder
from lab.fleet.trust import ClusterTrust, HeldTrust, KeptConfiguration
from pki import RSA_2048, Certificate, Identity, KeySpec, TrustStore
from wire.phone_file import VpnGroup
from wire.tls import TlsProfile, TlsVersion

if TYPE_CHECKING:
    from cisco_data.release_table import Release

_ORDER = {kind: number for number, kind in enumerate(ServiceKind)}


@dataclass(frozen=True, slots=True)
class Settings:
    """What a service reads when it starts."""

    trust: TrustStore
    identity: Identity | None = None
    """What it presents, with its key; None where the key is not known: then a certificate of the lab's stands in."""
    minimum_tls: TlsVersion = TlsVersion.TLSv1
    ciphers: tuple[str, ...] = ()
    """In OpenSSL's spelling; empty for what the lab's service of this kind offers."""
    check_crl: bool = False
    checks_names: bool = False
    """802.1X only: the certificate's CN must be the name that the phone goes by."""
    security_level: int = 0
    """OpenSSL's."""
    maximum_tls: TlsVersion = TlsVersion.TLSv1_3
    """Of CallManager and CAPF: the newest version of the release."""
    presents: Certificate | None = None
    """What it presents, where its key is not known; None where the certificate is not known either."""

    @property
    def certificate(self) -> Certificate | None:
        """What it presents; None where that is not known."""
        return self.identity.certificate if self.identity is not None else self.presents


@dataclass(frozen=True, slots=True)
class FleetServer:
    """One service: what is configured, and what it read at its last start."""

    kind: ServiceKind
    name: str
    """`CallManager of hq`, `CallManager of hq/hq-sub1` of one node of several, `CAPF of hq`, or the name of the server: `ise`,
    `RADIUS`. Unique in the fleet."""
    configured: Settings
    in_use: Settings | None
    """None while it is stopped."""
    cluster: str = ""
    """Empty for edge servers."""
    host: str = ""
    """Of a VPN gateway's URL."""
    mixed: bool = True
    """CallManager only: whether the cluster is in mixed mode. If not, all its phones are Non Secure."""
    mixed_at_start: bool | None = None
    """CallManager only: the mode that it will read at its next start; None where that is the one that it has."""
    not_told: str = ""
    """Why it is not known what it trusts, a sentence without its end: its store could not be read. Empty as a rule."""
    unread: tuple[str, ...] = ()
    """Files and folders of its store that could not be read: each may hold what is looked for there."""
    node: str = ""
    """CallManager only: the node that it runs on, in a cluster of several."""

    def started(self) -> FleetServer:
        """After a start, or a restart of one that runs."""
        mixed = self.mixed if self.mixed_at_start is None else self.mixed_at_start
        return replace(self, in_use=self.configured, mixed=mixed, mixed_at_start=None)

    def stopped(self) -> FleetServer:
        return replace(self, in_use=None)


@dataclass(frozen=True, slots=True)
class Described:
    """A certificate without octets, as an inventory row tells of it, or that CAPF would issue: to be made when it is needed."""

    kind: CertificateKind
    product: str
    """The model as certificates name it: `7965G`."""
    issuer_name: str
    """CN."""
    issuer: Certificate | None
    """None where no certificate of that name is known: no store can then hold it."""
    serial_number: int
    not_before: datetime
    not_after: datetime
    origin: str
    """Where that is said: `row 12 of inventory.csv`."""
    key: KeySpec = RSA_2048
    unsure_after: datetime | None = None
    """Where the inputs do not tell its end: the moment of the inputs, at which it is taken to be valid; None where they do."""
    serial_known: bool = True
    """False where the number above is only a stand-in: no revocation list can then be asked."""


@dataclass(frozen=True, slots=True)
class Known:
    """A certificate that is there, with its key where the lab made it itself."""

    certificate: Certificate
    chain: tuple[Certificate, ...] = ()
    """What the phone sends after it."""
    identity: Identity | None = None
    """With the key; None for a certificate out of a real network, which gets a re-keyed certificate."""
    origin: str = ""
    """The file it was read from; empty for the lab's own."""


Held = Known | Described
"""A phone's LSC or MIC."""
MODE_OF_PRECEDENCE = {
    CertificateKind.LSC: AuthenticationMode.BY_EXISTING_CERTIFICATE_LSC,
    CertificateKind.MIC: AuthenticationMode.BY_EXISTING_CERTIFICATE_MIC,
}
"""By Existing Certificate (Precedence to ...)."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A certificate operation that was saved for a phone, and that the phone carries out when it next reads its file."""

    operation: CertificateOperation
    mode: AuthenticationMode
    string: str = ""


@dataclass(frozen=True, slots=True)
class FleetPhone:
    """One phone. Two phones that differ only in name, key and serial number are judged alike: `classes` says when exactly."""

    device_name: str
    model: str
    """`8861`; as the inventory spells it where the lab does not know it."""
    tls: TlsProfile
    """What it offers at most."""
    cluster: str
    mode: DeviceSecurityMode
    """Of its profile. A Non Secure phone speaks no TLS with CallManager."""
    lsc: Held | None = None
    mic: Held | None = None
    uses: tuple[str, ...] = ()
    """Names of the servers beside its cluster's own: the authentication servers of its switch port, and the gateways of its VPN
    group. Of each kind the one with the highest priority first."""
    dot1x_trusted_servers: TrustStore | None = None
    vpn_group: VpnGroup | None = None
    """With the hashes of its gateway; None where they are not known."""
    tls12_only: bool = False
    capf_mode: AuthenticationMode | None = None
    """Authentication Mode under CAPF Information on its page; None where nothing names it: judged as Precedence to LSC."""
    not_told: str = ""
    """Why nothing can be said of this phone at all; empty as a rule."""
    origin: str = ""
    """What names this phone: `row 12 of inventory.csv`, or the file of its certificate; empty in a lab."""
    pending: Pending | None = None
    set_aside: tuple[str, ...] = ()
    """Names of servers that it would use, and does not while its switch port is open or its VPN is off."""
    dot1x_off: bool = False
    """Whether Device Authentication is disabled in its own settings, so that it answers no switch port."""
    lsc_not_told: str = ""
    """Why it is not known which LSC the phone holds, if any: a sentence without its end. It counts while `lsc` is None."""
    mic_not_told: str = ""
    """The same of its MIC."""
    services_not_told: tuple[tuple[ServiceKind, str], ...] = ()
    """Kinds of services of which it is not known whether, and at which server, the phone uses them, each with the reason."""
    call_managers: tuple[str, ...] = ()
    """Names of the servers that its file lists as its CallManager Group, the one with the highest priority first; empty for
    every CallManager of its cluster, in the order of the fleet."""
    tftp_servers: tuple[str, ...] = ()
    """Names of the nodes that it asks for its files, in this order; empty for those that its cluster gives to its phones."""
    lists: HeldTrust | None = None
    """The CTL and ITL that it holds; None where they are not known."""
    kept: KeptConfiguration | None = None
    """The configuration that it goes by, where its page says something else by now; None where it goes by what the page says."""
    offline: bool = False
    """Whether it is off while the change is made: it then reads no file and loses nothing, and it comes back at the end."""
    lists_not_told: str = ""
    """Why it is not known which lists it holds: a sentence without its end. It counts while `lists` is None; empty where nothing
    says anything of them."""

    @property
    def going(self) -> FleetPhone:
        """The phone by the configuration that it goes by now, be that what its page says or not."""
        if self.kept is None:
            return self
        kept = self.kept
        return replace(self, cluster=kept.cluster, mode=kept.mode, call_managers=kept.call_managers, kept=None)

    @property
    def mode_at_capf(self) -> AuthenticationMode:
        """By which CAPF judges it. Assumed where nothing names one: By Existing Certificate (Precedence to LSC)."""
        return self.capf_mode or AuthenticationMode.BY_EXISTING_CERTIFICATE_LSC

    @property
    def shows_capf_a_certificate(self) -> bool:
        """False By Null String and By Authentication String: CAPF then judges no certificate."""
        return self.mode_at_capf in MODE_OF_PRECEDENCE.values()

    @property
    def capf_precedence(self) -> CertificateKind:
        """Which certificate it shows CAPF first."""
        by_mic = self.mode_at_capf is AuthenticationMode.BY_EXISTING_CERTIFICATE_MIC
        return CertificateKind.MIC if by_mic else CertificateKind.LSC

    @property
    def is_secure(self) -> bool:
        """Whether its profile asks for TLS with CallManager."""
        return self.mode is not DeviceSecurityMode.NON_SECURE


@dataclass(frozen=True, slots=True)
class Act:
    """One thing that was done, and that a fleet bears the marks of. An operation that changes nothing leaves no act."""

    kind: ActKind
    at: datetime
    """The fleet's time when it was done."""
    number: int = 0
    """Of the step in the plan, or of the event in the journal, from 1; 0 where there is neither."""
    cluster: str = ""
    server: str = ""
    """Name of the server in the fleet whose store, setting or service it was."""
    certificate: Certificate | None = None
    """Uploaded, deleted, or the new one."""
    former: Certificate | None = None
    """That it took the place of."""
    phones: frozenset[str] = frozenset()
    """Device names."""
    value: str = ""
    """A TLS version, a cluster mode, a profile, an authentication mode, a trust store that no server of the fleet reads: in Cisco's
    words."""
    unit: str = ""
    """CertificateUnit of the certificate that was made; empty where `server` tells it."""
    node: str = ""
    """Of the cluster; empty for the publisher, and for all nodes where a service was started or stopped on each."""
    names: tuple[str, ...] = ()
    """Types of bulk certificate management: exported, or passed over by an import."""
    certificates: tuple[Certificate, ...] = ()
    """All that were exported, consolidated or imported in bulk."""


class UnjudgedReason(StrEnum):
    """Why nothing can be said of some phones at some services after an operation; the words are in `operations.toml`."""

    CLUSTER_MODE = "cluster-mode"
    """The mode is set, and Cisco CallManager and Cisco Tftp have not both read it."""
    NO_TFTP = "no-tftp"
    """Cisco Tftp is stopped, so a phone that starts gets no file."""
    PORT_CLOSED = "port-closed"
    """The phone's switch port is closed."""
    NO_SUPPLICANT = "no-supplicant"
    """The switch port asks for 802.1X, and Device Authentication is off in the phone."""
    OPERATION = "operation"
    """The phone has shown CAPF a certificate, and whether it has a new LSC depends on the answer."""
    ONLINE_CA = "online-ca"
    """The phone has an LSC of an online CA, and what that puts into certificates is not known."""
    LIST_RESET = "list-reset"
    """A list was reset or deleted on the servers, or emptied for a rollback."""
    ENCRYPTED_CONFIG = "encrypted-config"
    """The phone's file is encrypted for a certificate that the phone may not have."""
    NODE_NAMES = "node-names"
    """A node has another host name, domain or address, and certificates of that name."""
    RESTORED_KEYS = "restored-keys"
    """Keys of a backup took the place of those that phones' lists may name."""
    BULK_IMPORT = "bulk-import"
    """Certificates of other clusters were imported in bulk."""
    TFTP_SERVER = "tftp-server"
    """The phone asks TFTP servers of another cluster, which may not have it in its database."""
    LISTS_NOT_TOLD = "lists-not-told"
    """The inputs could not tell which lists the phone holds, and a step matters to it by them."""
    GATEWAY_HASH = "gateway-hash"
    """A VPN gateway has a new certificate, and it is not known which hashes the phone's file names."""


@dataclass(frozen=True, slots=True)
class Unjudged:
    """Phones and services of which nothing can be said after a step."""

    reason: UnjudgedReason
    number: int = 0
    """Of the step, as `Act.number`."""
    cluster: str = ""
    """Empty for any."""
    server: str = ""
    """Name of one server; empty for any."""
    phones: frozenset[str] = frozenset()
    """Device names; empty for all."""

    def concerns(self, phone: FleetPhone, server: FleetServer) -> bool:
        """Whether it means this phone at this server."""
        return (
            (not self.phones or phone.device_name in self.phones)
            and (not self.server or server.name == self.server)
            and (not self.cluster or self.cluster in (phone.cluster, phone.going.cluster))
            # of 802.1X and VPN no list decides, and who deletes the lists knows what is left
            and (self.reason is not UnjudgedReason.LISTS_NOT_TOLD or bool(phone.lists is None and server.cluster))
        )


class DisabledCa(NamedTuple):
    """An authority that `set cert default-ca-list disable` took out of trust stores, and `enable` would bring back."""

    cluster: str
    certificate: Certificate
    servers: tuple[str, ...]
    """Names of the servers whose stores held it."""


@dataclass(frozen=True, slots=True)
class Fleet:
    """All of it, at one moment."""

    at: datetime
    """When certificates are judged, with time zone."""
    servers: dict[str, FleetServer] = field(default_factory=dict)
    phones: tuple[FleetPhone, ...] = ()
    certificates: tuple[Certificate, ...] = ()
    """Every authority's certificate that is known, in a store or not: where issuers are looked for."""
    identities: tuple[Identity, ...] = ()
    """Those of them whose keys the lab holds; they need no re-keyed certificate."""
    capf: dict[str, Certificate] = field(default_factory=dict)
    """CAPF.pem by cluster; none where it is not known which certificate that is."""
    origins: dict[tuple[str, Certificate], str] = field(default_factory=dict)
    """The files of certificates in trust stores, by the name of the server and the certificate; none in a lab."""
    acts: tuple[Act, ...] = ()
    """What was done until now, oldest first: the history that explanations name. No verdict depends on it."""
    unjudged: tuple[Unjudged, ...] = ()
    """Of which phones at which services nothing can be said, since an operation has an effect that data cannot show."""
    names: dict[str, str] = field(default_factory=dict)
    """What a story calls its phones, with the device name of each; empty for a network without such names."""
    former_capf: dict[str, tuple[Certificate, ...]] = field(default_factory=dict)
    """What was CAPF.pem before, by cluster, the oldest first."""
    vpn_groups: dict[str, VpnGroup] = field(default_factory=dict)
    """What phones' files say of a gateway, by its server's name; phones hold what they have read. None where not known."""
    last_seen: dict[str, datetime] = field(default_factory=dict)
    """By device name, where inputs tell it: when the phone was seen last. `whatif.offline` decides by it which phones are off."""
    disabled_default_cas: tuple[DisabledCa, ...] = ()
    online_ca: frozenset[str] = frozenset()
    """Clusters whose Certificate Issuer to Endpoint is an online CA: CAPF does not sign LSCs there."""
    releases: dict[str, Release] = field(default_factory=dict)
    """By cluster; the default release where a cluster is not there."""
    minimum_by_release: frozenset[str] = frozenset()
    """Clusters whose minimum TLS version is that of their release, as no setting tells another."""
    nodes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By cluster, where they are known: the names of its nodes, the publisher's first."""
    trust: dict[str, ClusterTrust] = field(default_factory=dict)
    """How phones come to trust each cluster; none where nothing of that is known."""
    backups: dict[tuple[str, str], FleetBackup] = field(default_factory=dict)
    """Of keys, by cluster and name, as the steps so far made them."""
    call_manager_groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """By cluster, as `FleetPhone.call_managers`: what its phones' files list. None of a cluster of one node."""
    sftp: SftpFolder = field(default_factory=SftpFolder)
    """What steps have exported in bulk. Assumed: nothing lies there before the first."""

    @property
    def clusters(self) -> list[str]:
        return list(dict.fromkeys(server.cluster for server in self.servers.values() if server.cluster))

    @property
    def identities_of_phones(self) -> tuple[Identity, ...]:
        """Those of their certificates whose keys the lab holds."""
        held = (each for phone in self.phones for each in (phone.lsc, phone.mic))
        return tuple(each.identity for each in held if isinstance(each, Known) and each.identity is not None)

    def unjudged_at(self, phone: FleetPhone, server: FleetServer) -> Unjudged | None:
        """Why nothing can be said of this phone at this server; None where it can be judged. Unknown lists come last, since they
        leave one direction to be judged."""
        found = [each for each in self.unjudged if each.concerns(phone, server)]
        others = (each for each in found if each.reason is not UnjudgedReason.LISTS_NOT_TOLD)
        return next(others, found[0] if found else None)

    def with_server(self, server: FleetServer) -> Fleet:
        return replace(self, servers={**self.servers, server.name: server})

    def services_of(self, phone: FleetPhone) -> list[FleetServer]:
        """The servers that judge this phone's certificates, in the order of `ServiceKind`; of one kind by priority.

        CallManager's by the configuration that it goes by, authentication servers by its switch port, gateways by its VPN group.
        """
        phone = phone.going
        listed = phone.call_managers
        found = [
            server
            for server in self.servers.values()
            if server.name in phone.uses
            or (
                server.cluster
                and server.cluster == phone.cluster
                and (
                    server.kind is not ServiceKind.CALLMANAGER
                    or (server.mixed and phone.is_secure and (not listed or server.name in listed))
                )
            )
        ]
        by_priority = (*listed, *phone.uses)
        rank = {name: number for number, name in enumerate(by_priority)}
        return sorted(found, key=lambda server: (_ORDER[server.kind], rank.get(server.name, len(rank))))
