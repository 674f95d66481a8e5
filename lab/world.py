"""A running lab: clusters with their services, phones with their flash, all on real sockets of one address block."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta

import trio
from cryptography import x509

from cucm_sim import administration
from cucm_sim.cluster import Cluster
from cucm_sim.database import ClusterSecurityMode, DeviceSecurityMode, PhoneSecurityProfile
from cucm_sim.parameters import ServiceParameters
from cucm_sim.profiles import secure_profile, standard_profile
from cucm_sim.tftp import Tftp as TftpService
from journal import Journal
from lab.addresses import Block
from lab.services import CapfNode, DatabaseOperations
from phone_sim.contexts import ClientContexts
from phone_sim.flash import Flash
from phone_sim.models import MODELS, PhoneModel
from phone_sim.network import Tftp
from phone_sim.phone import Phone
from pki import (
    Authority,
    Identity,
    KeyRing,
    KeySpec,
    Manufacturing,
    Octets,
    TrustStore,
    callmanager_identity,
    capf_authority,
    lsc,
)
from wire.net import connect
from wire.phone_file import CapfServer, Member
from wire.tcp import Tap, TcpStream
from wire.tls import TlsVersion
from wire.tls.context import KeyLog

RSA_2048 = KeySpec("RSA", 2048)
CLUSTER_AGE = timedelta(days=400)
"""CAPF and CallManager certificates of a cluster started that long before the story. Ours."""
LSC_AGE = timedelta(days=200)
"""An LSC that a phone brings into the story started that long before it. Ours."""


def octets_from(seed: str) -> Octets:
    """Octets that look random and are the same for the same seed, so that a story names the same CAPF every time."""
    counter = 0

    def octets(count: int) -> bytes:
        nonlocal counter
        counter += 1
        return hashlib.shake_256(f"{seed}/{counter}".encode()).digest(count)

    return octets


@dataclass(slots=True)
class LabCluster:
    """One cluster with all that runs in it."""

    cluster: Cluster
    capf: CapfNode
    tftp: TftpService
    tftp_address: Tftp

    @property
    def authority(self) -> Authority:
        return self.capf.authority

    @property
    def name(self) -> str:
        return self.cluster.name

    def trust_list(self) -> TrustStore:
        """The servers that a phone of this cluster trusts: what its CTL would list."""
        return TrustStore(
            f"trust list of {self.name}",
            (self.cluster.callmanager_identity.certificate, self.authority.certificate),
        )


class PhoneNetwork:
    """One phone's cable: connections leave from the phone's own address."""

    def __init__(self, address: str, tap: Tap | None) -> None:
        self.address = address
        self._tap = tap

    async def connect(self, address: str, port: int) -> TcpStream:
        return await connect(address, port, local_address=self.address, tap=self._tap)


class World:
    """Everything of one lab. Services and phones run in `nursery`; whoever owns that ends the lab by cancelling it."""

    def __init__(
        self,
        journal: Journal,
        nursery: trio.Nursery,
        block: Block,
        keys: KeyRing,
        *,
        seed: str = "lab",
        tap: Tap | None = None,
        keylog: KeyLog | None = None,
        named: Callable[[str, str], None] | None = None,
    ) -> None:
        """`seed`: names and serial numbers are drawn from it. `tap` and `keylog` see what is said; `named` hears who has
        which address, before a word is said from there."""
        self.journal = journal
        self.nursery = nursery
        self.keys = keys
        self.octets = octets_from(seed)
        self.manufacturing = Manufacturing(keys, self.octets)
        self.clusters: dict[str, LabCluster] = {}
        self.phones: dict[str, Phone] = {}
        self._serials: dict[str, str] = {}
        self._block = block
        self._tap = tap
        self._keylog = keylog
        self._named = named
        self._contexts = ClientContexts(keylog)

    # Clusters

    def add_cluster(self, name: str, *, mixed: bool = True, minimum_tls: TlsVersion = TlsVersion.TLSv1) -> LabCluster:
        """A cluster with its own CAPF, as installed: nothing runs yet. Raises NoAddress."""
        place = {"C": "AU", "O": f"{name.capitalize()} Company", "OU": "Voice", "ST": "NSW", "L": "Sydney"}
        since = self.journal.clock.now().replace(microsecond=0) - CLUSTER_AGE
        authority = capf_authority(keys=self.keys, subject=place, not_before=since, octets=self.octets)
        identity = callmanager_identity(
            keys=self.keys, subject=place, host_name=f"{name}-pub", not_before=since, octets=self.octets
        )
        address, port = self._block.server(), self._block.port
        parameters = ServiceParameters(minimum_tls_version=minimum_tls, port=port(2000), secure_port=port(2443))
        cluster = Cluster(
            name,
            self.journal,
            address=address,
            callmanager_identity=identity,
            default_ca_list=self.manufacturing.default_ca_list(),
            capf_certificate=authority.certificate,
            node_name=f"{name}-pub",
            cluster_security_mode=ClusterSecurityMode.MIXED if mixed else ClusterSecurityMode.NON_SECURE,
            parameters=parameters,
            tap=self._tap,
            keylog=self._keylog,
        )
        operations = DatabaseOperations(
            cluster.database, lambda model: MODELS[model].product, lambda device: self._serials.get(device, "")
        )
        capf = CapfNode(
            authority=authority,
            trust=lambda: cluster.capf_trust,
            minimum_tls=lambda: cluster.parameters.minimum_tls_version,
            operations=operations,
            emitter=self.journal.emitter(f"{name}/capf"),
            address=address,
            port=port(3804),
            tap=self._tap,
            keylog=self._keylog,
        )
        tftp_address = Tftp(address, port(6970))
        tftp = TftpService(
            cluster.database,
            self.journal.emitter(f"{name}/tftp"),
            call_managers=[
                Member(
                    address,
                    ethernet_phone_port=parameters.port,
                    secured_ethernet_phone_port=parameters.secure_port,
                )
            ],
            capf_servers=[CapfServer(address, capf.port)],
            certificate_of=lambda device: _der(operations.certificates.get(device)),
            tap=self._tap,
        )
        if self._named is not None:
            self._named(address, cluster.node_name)
        made = self.clusters[name] = LabCluster(cluster, capf, tftp, tftp_address)
        return made

    def start(self, name: str) -> None:
        """Start all services of a cluster. Raises OSError where an address is taken."""
        cluster = self.clusters[name]
        cluster.cluster.callmanager.start(self.nursery)
        cluster.capf.start(self.nursery)
        cluster.tftp.start(self.nursery, cluster.tftp_address.address, cluster.tftp_address.port)

    # Phones

    def add_phone(
        self,
        name: str,
        *,
        model: PhoneModel,
        cluster: str,
        device_name: str,
        mode: DeviceSecurityMode = DeviceSecurityMode.NON_SECURE,
        lsc_of: str = "",
        mic: bool = True,
        mic_authority: str = "",
        trusts: str = "",
    ) -> Phone:
        """A phone, known to its cluster and not yet plugged in. `lsc_of`: the cluster whose CAPF signed its LSC."""
        serial = self._serials[device_name] = f"FCH1819{len(self.phones) + 0xA001:04X}"
        signer = mic_authority or model.mic_authority or ""
        mic_identity = (
            self.manufacturing.mic(
                device_name=device_name,
                model=model.product,
                authority=signer,
                key=self.keys.take(RSA_2048),
                serial_number=serial,
                not_before=model.built,
            )
            if mic and signer
            else None
        )
        home = self.clusters[cluster]
        flash = Flash(
            device_name,
            mic=mic_identity,
            lsc=self._held_lsc(lsc_of, device_name, model, serial) if lsc_of else None,
            trusted_servers=self.clusters[trusts or cluster].trust_list(),
        )
        address = self._block.phone()
        if self._named is not None:
            self._named(address, device_name)
        phone = self.phones[name] = Phone(
            model,
            flash,
            network=PhoneNetwork(address, self._tap),
            tftp=home.tftp_address,
            contexts=self._contexts,
            make_key=self.keys.take,
            emitter=self.journal.emitter(device_name),
        )
        administration.add_phone(home.cluster, device_name, model.number, profile_for(model.number, mode))
        return phone

    def move(self, phone: Phone, cluster: str, mode: DeviceSecurityMode) -> None:
        """Point a phone at another cluster, which learns of the device; its trust list is replaced, its LSC stays."""
        home = self.clusters[cluster]
        phone.tftp = home.tftp_address
        phone.flash.trusted_servers = home.trust_list()
        if home.cluster.database.device(phone.device_name) is None:
            administration.add_phone(
                home.cluster, phone.device_name, phone.model.number, profile_for(phone.model.number, mode)
            )

    def _held_lsc(self, cluster: str, device_name: str, model: PhoneModel, serial: str) -> Identity:
        key = self.keys.take(RSA_2048)
        certificate = lsc(
            self.clusters[cluster].authority,
            device_name=device_name,
            model=model.product,
            public_key=key.public_key(),
            not_before=self.journal.clock.now().replace(microsecond=0) - LSC_AGE,
            serial_number=serial,
        )
        return Identity(key, certificate)

    # Certificates by the names that scenarios use

    def certificate(self, text: str) -> x509.Certificate:
        """`CAPF of CLUSTER`, or the CN of a manufacturing authority. Raises KeyError for neither."""
        if text.startswith("CAPF of "):
            return self.clusters[text.removeprefix("CAPF of ")].authority.certificate
        return self.manufacturing[text].certificate


def home(world: World, phone: Phone) -> LabCluster:
    """The cluster whose TFTP the phone asks."""
    return next(cluster for cluster in world.clusters.values() if cluster.tftp_address == phone.tftp)


def profile_for(model: str, mode: DeviceSecurityMode) -> PhoneSecurityProfile:
    """The model's own profile of that mode."""
    return standard_profile(model) if mode is DeviceSecurityMode.NON_SECURE else secure_profile(model, mode)


def keys_needed(clusters: int, phones: Iterable[tuple[bool, bool]]) -> int:
    """How many RSA-2048 keys a world takes to be built: two a cluster, one for each MIC and each LSC brought along."""
    return 2 * clusters + sum(mic + held for mic, held in phones)


def _der(certificate: x509.Certificate | None) -> bytes | None:
    from cryptography.hazmat.primitives.serialization import Encoding

    return certificate.public_bytes(Encoding.DER) if certificate is not None else None
