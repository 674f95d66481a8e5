"""A running lab: clusters with their services, phones with their flash, all on real sockets of one address block."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from pathlib import Path

import trio

from cisco_data import DeviceSecurityMode
from cisco_data.models import PhoneModel
from cucm_sim import administration, vpn_management
from cucm_sim.database import PhoneSecurityProfile
from cucm_sim.profiles import secure_profile, standard_profile
from journal import Event, Journal
from lab.base.seeded import octets_from
from lab.running.addresses import Block
from lab.running.certificate_issuers import issuer_factory
from lab.running.certificates_by_name import certificate_named
from lab.running.cluster import Ground, LabCluster, install_cluster
from lab.running.edge_servers import RADIUS_PORT, EdgeTap, LabGateway, LabRadius, LabSwitch
from lab.running.phone_page import PagePorts
from phone_sim.contexts import ClientContexts
from phone_sim.flash import Flash
from phone_sim.network import Network, Tftp, addresses_only
from phone_sim.pages.view import Web
from phone_sim.phone import Phone
from phone_sim.supplicant.settings import Dot1x
from phone_sim.texts.console_log import ConsoleLog
from pki import (
    RSA_2048,
    Authority,
    Certificate,
    Identity,
    KeyRing,
    Manufacturing,
    TrustStore,
    callmanager_identity,
    company_authority,
    lsc,
)
from wire.net import connect
from wire.tcp import Tap, TcpStream
from wire.tls import TlsVersion
from wire.tls.context import KeyLog

__all__ = ["LabCluster", "PhoneNetwork", "World", "home", "keys_needed", "profile_for"]

COMPANY_AGE = timedelta(days=1000)
"""The company's root started that long before it was first needed. Ours."""
SERVER_AGE = timedelta(days=100)
"""Certificates of authentication servers and VPN gateways started that long before the story. Ours."""
LSC_AGE = timedelta(days=200)
"""An LSC that a phone brings into the story started that long before it. Ours."""


class PhoneNetwork:
    """One phone's cable: connections leave from the phone's own address, or from `source`, its address inside a tunnel."""

    def __init__(self, address: str, tap: Tap | None) -> None:
        self.address = address
        self._tap = tap

    async def connect(self, address: str, port: int, source: str = "") -> TcpStream:
        return await connect(address, port, local_address=source or self.address, tap=self._tap)


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
        database_file: Callable[[str], Path] | None = None,
    ) -> None:
        """`seed`: names and serial numbers are drawn from it. `tap` and `keylog` see what is said; `named` hears who has
        which address, before a word is said from there. `database_file` tells where a cluster keeps its configuration."""
        self.journal = journal
        self.nursery = nursery
        self.keys = keys
        self.octets = octets_from(seed)
        self.manufacturing = Manufacturing(keys, self.octets)
        self.clusters: dict[str, LabCluster] = {}
        self.phones: dict[str, Phone] = {}
        self._serials: dict[str, str] = {}
        self._radius_of: dict[str, str] = {}
        self._lsc_days: dict[str, int] = {}
        self.radius: dict[str, LabRadius] = {}
        self.gateways: dict[str, LabGateway] = {}
        self.switch: LabSwitch | None = None
        """There is one where a phone's port asks an authentication server."""
        self._company: Authority | None = None
        self._block = block
        self._tap = tap
        self._keylog = keylog
        self._named = named
        self._database_file = database_file
        self._contexts = ClientContexts(keylog)
        self._page_ports = PagePorts()
        self._ears: dict[str, tuple[Callable[[Event], None], ...]] = {}
        """Who hears a phone's own events, by its device name."""
        self._desk: PhoneNetwork | None = None
        journal.subscribe(self._pass_on)

    # Clusters

    def add_cluster(
        self,
        name: str,
        *,
        mixed: bool = True,
        minimum_tls: TlsVersion = TlsVersion.TLSv1,
        lsc_authority_key_identifier: bool = True,
        lsc_days: int = 1825,
        certificate_issuer: str = "CAPF",
    ) -> LabCluster:
        """A cluster with its own CAPF, as `install_cluster` makes it: nothing runs yet.

        Args:
            lsc_days: Duration of Certificate Validity, also of an LSC that a phone brings into the story.
            certificate_issuer: as `issuer_factory` knows them.

        Raises NoAddress, and KeyError for an issuer that there is not.
        """
        ground = Ground(
            journal=self.journal,
            keys=self.keys,
            octets=self.octets,
            default_ca_list=self.manufacturing.default_ca_list,
            serial_of=lambda device: self._serials.get(device, ""),
            tap=self._tap,
            keylog=self._keylog,
            database_file=self._database_file,
        )
        address = self._block.server()
        made = self.clusters[name] = install_cluster(
            ground,
            name,
            address,
            self._block.port,
            mixed=mixed,
            minimum_tls=minimum_tls,
            lsc_authority_key_identifier=lsc_authority_key_identifier,
            make_issuer=issuer_factory(certificate_issuer, lsc_days, lambda: self.company),
        )
        made.online_ca = certificate_issuer != "CAPF"
        self._lsc_days[name] = lsc_days
        if self._named is not None:
            self._named(address, made.cluster.node_name)
        return made

    def start(self, name: str) -> None:
        """Start all services of a cluster. Raises OSError where an address is taken."""
        for service in self.clusters[name].services.values():
            service.start(self.nursery)

    # The other doors

    def add_radius(
        self, name: str, *, trusts: Iterable[str], minimum_tls: TlsVersion, checks_names: bool = False
    ) -> LabRadius:
        """An authentication server; `trusts` are names of certificates. Nothing runs yet. Raises NoAddress, KeyError."""
        if self.switch is None:
            self.switch = LabSwitch(self.journal, self._block.server(), self._edge_tap)
            self._tell_name(self.switch.address, "switch")
        made = self.radius[name] = LabRadius(
            name,
            identity=self._server_identity(name),
            trusted=[self.certificate(text) for text in trusts],
            minimum_tls=minimum_tls,
            checks_names=checks_names,
            journal=self.journal,
            address=self._block.server(),
            port=self._block.port(RADIUS_PORT),
            switch_address=self.switch.address,
            tap=self._edge_tap,
            keylog=self._keylog,
        )
        self._tell_name(made.address, name)
        return made

    def add_gateway(self, name: str, *, trusts: Iterable[str], addresses: int) -> LabGateway:
        """A VPN gateway with so many addresses inside, at least one. Nothing runs yet. Raises NoAddress, KeyError."""
        address = self._block.server()
        made = self.gateways[name] = LabGateway(
            name,
            identity=self._server_identity(name),
            trusted=[self.certificate(text) for text in trusts],
            host=f"{name}.example.com",
            address=address,
            port=self._block.privileged(address, 443, 10443),
            pool=tuple(self._block.phone() for _ in range(max(1, addresses))),
            journal=self.journal,
            tap=self._tap,
            keylog=self._keylog,
        )
        self._tell_name(address, name)
        return made

    def start_edge(self) -> None:
        """Start the authentication servers and VPN gateways. Raises OSError where an address is taken."""
        servers: list[LabRadius | LabGateway] = [*self.radius.values(), *self.gateways.values()]
        for server in servers:
            server.start(self.nursery)

    def new_server_identity(self, name: str) -> None:
        """Another certificate under the same name, for the next start of an authentication server or VPN gateway."""
        server: LabRadius | LabGateway = self.radius[name] if name in self.radius else self.gateways[name]
        server.identity = self._server_identity(name)

    def save_vpn_group(self, name: str) -> None:
        """Every cluster's group for a gateway: its URL, and the hash of the certificate that it has now."""
        gateway = self.gateways[name]
        for cluster in self.clusters.values():
            vpn_management.save_vpn_group(cluster.cluster, name, [gateway.url], [gateway.identity.certificate])

    def edge_identities(self) -> Iterator[Identity]:
        """What the authentication servers and VPN gateways have been given to present."""
        yield from (server.identity for server in self.radius.values())
        yield from (gateway.identity for gateway in self.gateways.values())

    def server_behind(self, device_name: str) -> str:
        """The authentication server that the phone's switch port asks; empty for none."""
        return self._radius_of.get(device_name, "")

    def _server_identity(self, name: str) -> Identity:
        """Of a server that is not CUCM's: self-signed, and named as its host."""
        return callmanager_identity(
            keys=self.keys,
            subject={"C": "AU", "O": "Example Company", "OU": "IT"},
            host_name=f"{name}.example.com",
            not_before=self.journal.clock.now().replace(microsecond=0) - SERVER_AGE,
            octets=self.octets,
        )

    def _resolve(self, host: str) -> str | None:
        """The DNS of this network."""
        found = (gateway.address for gateway in self.gateways.values() if gateway.host == host)
        return next(found, None) or addresses_only(host)

    def _tell_name(self, address: str, name: str) -> None:
        if self._named is not None:
            self._named(address, name)

    @property
    def _edge_tap(self) -> EdgeTap | None:
        return self._tap if isinstance(self._tap, EdgeTap) else None

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
        lsc_name: str = "",
        mic: bool = True,
        mic_authority: str = "",
        trusts: str = "",
        dot1x: str = "",
        dot1x_trusts: str = "anybody",
        vpn: str = "",
    ) -> Phone:
        """A phone, known to its cluster and not yet plugged in. `lsc_of`: the cluster whose CAPF signed its LSC, `lsc_name` the
        device that this LSC was made out to, if that is another one."""
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
            lsc=self._held_lsc(lsc_of, lsc_name or device_name, model, serial) if lsc_of else None,
            trusted_servers=self.clusters[trusts or cluster].trust_list(),
            serial_number=serial,
        )
        address = self._block.phone()
        console, page_port = ConsoleLog(), self._page_ports.give(address)
        self._tell_name(address, device_name)
        network: Network = PhoneNetwork(address, self._tap)
        settings = None
        if dot1x:
            assert self.switch is not None, "add_radius has made it"
            server = self.radius[dot1x]
            self._radius_of[device_name] = dot1x
            cable, port = self.switch.plug_in(device_name, server, self.nursery)
            network = port.network(network)
            trusted = {
                "anybody": None,
                "its server": TrustStore("802.1X servers", [server.identity.certificate]),
                "nobody": TrustStore("802.1X servers"),
            }[dot1x_trusts]
            settings = Dot1x(cable.phone, trusted_servers=trusted)
        phone = self.phones[name] = Phone(
            model,
            flash,
            network=network,
            tftp=home.tftp_address,
            contexts=self._contexts,
            make_key=self.keys.take,
            emitter=self.journal.emitter(device_name),
            trust_list=self._trust_list_at,
            web=Web(address, page_port, console.lines, self._tap) if page_port is not None else None,
            resolve=self._resolve,
            dot1x=settings,
        )
        self._ears[device_name] = (console.note, phone.note)
        administration.add_phone(home.cluster, device_name, model.number, profile_for(model.number, mode))
        if vpn:
            self._give_vpn(phone, home, vpn)
        return phone

    def _give_vpn(self, phone: Phone, home: LabCluster, gateway: str) -> None:
        """Assign the gateway's group; the phone has read its file at the office, and is at home now with its VPN on."""
        if gateway not in home.cluster.vpn_groups:
            self.save_vpn_group(gateway)
        vpn_management.assign_vpn_group(home.cluster, phone.device_name, gateway)
        phone.flash.vpn.group = home.cluster.vpn_group_of(phone.device_name)
        phone.enable_vpn()

    def move(self, phone: Phone, cluster: str, mode: DeviceSecurityMode) -> None:
        """Point a phone at another cluster, which learns of the device; its trust list is replaced, its LSC stays."""
        home = self.clusters[cluster]
        phone.tftp = home.tftp_address
        phone.flash.trusted_servers = home.trust_list()
        if home.cluster.database.device(phone.device_name) is None:
            administration.add_phone(
                home.cluster, phone.device_name, phone.model.number, profile_for(phone.model.number, mode)
            )

    def desk(self) -> PhoneNetwork:
        """The cable of somebody in this network who looks at phones' pages."""
        if self._desk is None:
            self._desk = PhoneNetwork(self._block.desk, self._tap)
            if self._named is not None and self._block.prefix:
                self._named(self._block.desk, "administrator")
        return self._desk

    def _pass_on(self, event: Event) -> None:
        for ear in self._ears.get(event.actor, ()):
            ear(event)

    def _trust_list_at(self, tftp: Tftp) -> TrustStore | None:
        found = (cluster for cluster in self.clusters.values() if cluster.tftp_address == tftp)
        return next((cluster.trust_list() for cluster in found), None)

    def _held_lsc(self, cluster: str, device_name: str, model: PhoneModel, serial: str) -> Identity:
        key = self.keys.take(RSA_2048)
        certificate = lsc(
            self.clusters[cluster].authority,
            device_name=device_name,
            model=model.product,
            public_key=key.public_key(),
            not_before=self.journal.clock.now().replace(microsecond=0) - LSC_AGE,
            days=self._lsc_days[cluster],
            serial_number=serial,
        )
        return Identity(key, certificate)

    # Certificates by the names that scenarios use

    @property
    def company(self) -> Authority:
        """The company's own root, made when it is first asked for."""
        if self._company is None:
            self._company = company_authority(
                keys=self.keys,
                subject={"C": "AU", "O": "Example Company", "OU": "IT"},
                not_before=self.journal.clock.now().replace(microsecond=0) - COMPANY_AGE,
                octets=self.octets,
            )
        return self._company

    def authorities(self) -> Iterator[Authority]:
        """Whoever has signed anything here besides CAPF: mock Cisco's, and the company's where it takes part."""
        yield from self.manufacturing.made
        if self._company is not None:
            yield self._company

    def certificate(self, text: str) -> Certificate:
        """What a scenario calls so; names and errors as in `certificate_named`."""
        return certificate_named(text, self.clusters, lambda: self.company, self.manufacturing)


def home(world: World, phone: Phone) -> LabCluster:
    """The cluster whose TFTP the phone asks."""
    return next(cluster for cluster in world.clusters.values() if cluster.tftp_address == phone.tftp)


def profile_for(model: str, mode: DeviceSecurityMode) -> PhoneSecurityProfile:
    """The model's own profile of that mode."""
    return standard_profile(model) if mode is DeviceSecurityMode.NON_SECURE else secure_profile(model, mode)


def keys_needed(clusters: int, phones: Iterable[tuple[bool, bool]]) -> int:
    """How many RSA-2048 keys a world takes to be built: two a cluster, one for each MIC and each LSC brought along."""
    return 2 * clusters + sum(mic + held for mic, held in phones)
