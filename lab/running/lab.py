"""A running lab: clusters with their services, phones with their flash, all on real sockets of one address block.

How this works: a `Lab` is filled before it is entered, or while it runs. What is added before waits until `async with` starts it:
each service listens from then on. What is added later starts at once. Phones start when they get power. All tasks belong to one
nursery, which the lab opens in the caller's trio loop, so that the lab goes by the loop's clock: real time, or virtual time with
`trio.testing.MockClock(autojump_threshold=0)`. At the end of the block the lab cancels that nursery, which closes every socket, and
then closes captures and databases and gives the addresses back, also after an exception or a cancellation.

Operations are the structs of `lab.operations`: `perform` carries one out by `LabOperations`, and each method of `OperationMethods`
makes one from its arguments.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from datetime import datetime
from functools import cache, partial
from itertools import count
from pathlib import Path
from types import TracebackType

import trio

from cisco_data import DeviceSecurityMode
from cisco_data.models import MODELS, PhoneModel
from cucm_sim import administration, vpn_management
from cucm_sim.profiles import profile_of
from edge_sim.authentication_server.radius import RadiusService
from edge_sim.authentication_server.settings import NetworkDevice
from edge_sim.authenticator.switch import EdgeTap, Switch
from edge_sim.vpn_gateway import GatewaySettings, TunnelGroup, VpnGateway, trustpoints_of
from journal import Actor, Clock, Journal
from lab.base import bugs
from lab.base.failures import InvalidInput, look_up
from lab.base.open_files import OpenFiles
from lab.base.releases import release_known
from lab.capture.file import CaptureFile
from lab.explain import Explanation, explain
from lab.operations.cast import CastNode
from lab.operations.nodes import NO_LIST, check_nodes
from lab.operations.operation import Operation
from lab.operations.values import STARTS, tls_version_named
from lab.running.addresses import AddressPlan, Block
from lab.running.authorities import LabAuthorities
from lab.running.certificate_issuers import issuer_factory
from lab.running.cluster import LabCluster, LabContext, install_cluster
from lab.running.directory import directory_url_of
from lab.running.offered_lists import offered_lists
from lab.running.on_lab import LabOperations
from lab.running.operation_methods import OperationMethods
from lab.running.phone_handle import PhoneHandle
from lab.running.phone_network import PhoneNetwork
from lab.running.phone_page import PagePorts
from lab.running.rest import Rest
from lab.views import cases_of
from lab.views.record import Record
from phone_sim.contexts import ClientContexts
from phone_sim.flash import Flash
from phone_sim.network import Network, addresses_only
from phone_sim.pages.view import Web
from phone_sim.phone import Phone
from phone_sim.supplicant.settings import Dot1x
from pki import (
    RSA_2048,
    Identity,
    KeyPool,
    KeyRing,
    TrustStore,
)
from wire.capture.onlooker import Taps
from wire.radius import PORT as RADIUS_PORT
from wire.tcp import Tap
from wire.tftp import TftpClient
from wire.tls import TlsVersion
from wire.tls.context import KeyLog
from wire.udp import DatagramTap

__all__ = ["Lab", "LabCluster", "PhoneNetwork", "key_pool", "keys_needed"]

CLUSTER_FILES, NODE_FILES = 13, 8
"""Open files that a cluster takes: nine that listen, and its database on disk; and each further node: eight that listen."""
SERVER_FILES = 1
PHONE_FILES = 4
"""Both ends of its connection to CallManager, TFTP or CAPF, the listener of its pages, and one to spare."""
PORT_FILES, TUNNEL_FILES = 1, 2
"""Besides: its switch port's datagrams to the authentication server; both ends of its tunnel."""
_SECRET = b"between switch and server"


@cache
def key_pool() -> KeyPool:
    """One pool a process: a key that one lab has used costs the next one nothing."""
    return KeyPool()


class Lab(LabAuthorities, OperationMethods):
    """Clusters, servers and phones on loopback, in the trio loop that enters it. Not reusable: make another one.

    Attributes:
        journal: every event of the lab; `journal.subscribe` for what must be heard as it happens.
        events: the same, kept in order from the first; `record` finds them by phone and by connection.
        clusters: by name; `.name`, `.nodes`, `.trust_list()`, `.in_use(store)`, `.cluster` for its database.
        phones: the simulated phones by name.

    Raises MachineCannot where entered on a machine whose loopback interface is down or has no free block of addresses.
    """

    def __init__(
        self,
        *,
        starts: datetime = STARTS,
        seed: str = "lab",
        journal: Journal | None = None,
        block: AddressPlan | None = None,
        keys: KeyRing | None = None,
        tap: Tap | None = None,
        keylog: KeyLog | None = None,
        database_file: Callable[[str], Path] | None = None,
    ) -> None:
        """Nothing is open yet.

        Args:
            starts: lab time at this moment; the clock of the trio loop goes on from there.
            seed: serial numbers are drawn from it, so that the same lab has the same certificates.
            journal: instead of one that begins at `starts`; then a lab may be filled outside trio, as long as it is not entered.
            block: of addresses, which the caller closes, or an `AddressPlan` for a lab that is never entered; else the lab
                takes one when it is entered, and is filled afterwards.
            keys: else the next keys of the user's pool, which makes those that it lacks: about 40 ms each.
            tap: sees all connections, and datagrams and frames too where it is an `EdgeTap`.
            keylog: gets the TLS secrets.
            database_file: where a cluster keeps its configuration; else in memory.

        Raises RuntimeError outside trio, where no journal is given.
        """
        journal = Journal(Clock(starts, trio.current_time)) if journal is None else journal
        super().__init__(journal, key_pool().ring() if keys is None else keys, seed)
        self.record = Record()
        self.events = self.record.events
        self.phones: dict[str, Phone] = {}
        self.radius: dict[str, RadiusService] = {}
        self.gateways: dict[str, VpnGateway] = {}
        self.switch: Switch | None = None
        """There is one where a phone's port asks an authentication server."""
        self.rest = Rest()
        self._serials: dict[str, str] = {}
        self._radius_of: dict[str, str] = {}
        self._given_block = block
        self._tap = tap
        self._keylog = keylog
        self.name_station: Callable[[str, str], None] = lambda address, name: None
        """Says whose an address is, in a capture."""
        self._database_file = database_file
        self._contexts = ClientContexts(keylog)
        self._page_ports = PagePorts()
        self._home: dict[str, str] = {}
        """The name of the cluster whose TFTP each phone asks, by device name."""
        self._workstation: PhoneNetwork | None = None
        self._used: set[tuple[str, int]] = set()
        """Addresses and ports from which connections were made."""
        self._open_files = OpenFiles()
        self._nursery: trio.Nursery | None = None
        self._waiting: list[Callable[[trio.Nursery], None]] = []
        """Starts of what was added before the lab was entered."""
        self._operations = LabOperations(self, self.rest)
        self._closing = ExitStack()
        self.journal.subscribe(self.record.append)
        self.journal.subscribe(self.rest.note)

    # From its start to its end

    async def __aenter__(self) -> Lab:
        if self._given_block is None:
            self._given_block = self._closing.enter_context(Block())
        self._manager = trio.open_nursery()
        self._nursery = await self._manager.__aenter__()
        try:
            for start in self._waiting:
                start(self._nursery)
        except BaseException:
            await self.__aexit__(None, None, None)
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool | None:
        self.nursery.cancel_scope.cancel()
        try:
            # The nursery need not see the caller's own exception, and would wrap it in a group; but it must see cancellation.
            if error is not None and any(isinstance(leaf, trio.Cancelled) for leaf in bugs.leaves(error)):
                return await self._manager.__aexit__(kind, error, traceback)
            await self._manager.__aexit__(None, None, None)
            return None
        finally:
            for cluster in self.clusters.values():
                cluster.cluster.close()
            self._closing.close()

    @property
    def nursery(self) -> trio.Nursery:
        """In which services and phones run. Raises RuntimeError before the lab is entered."""
        if self._nursery is None:
            raise RuntimeError("nothing runs in this lab yet: enter it, async with Lab() as lab")
        return self._nursery

    @property
    def block(self) -> AddressPlan:
        if self._given_block is None:
            raise RuntimeError("this lab has no addresses yet: enter it, async with Lab() as lab")
        return self._given_block

    def _need_files(self, count: int) -> None:
        if self.block.binds:
            self._open_files.need(count)

    def _start(self, start: Callable[[trio.Nursery], None]) -> None:
        """Now, or when the lab is entered."""
        if self._nursery is None:
            self._waiting.append(start)
        else:
            start(self._nursery)

    def capture(self, to: str | Path | CaptureFile, *, secrets: bool = True, force: bool = False) -> None:
        """Write everything that crosses the wire as pcapng, with comments and, unless told otherwise, with the TLS secrets.

        Args:
            to: a file that the lab closes at its end, or an open capture that the caller closes.
            secrets: whether Wireshark can decrypt it.
            force: whether a file is replaced that no lab has written.

        Raises RuntimeError where something is in the lab already, InvalidInput where the file cannot be made.
        """
        if self.clusters or self.radius or self.gateways:
            raise RuntimeError("a capture begins before the first cluster or server is added")
        if not isinstance(to, CaptureFile):
            to = self._closing.enter_context(CaptureFile(Path(to), secrets=secrets, force=force))
        writer = to.begin(self.journal)
        self._tap = writer if self._tap is None else Taps([self._tap, writer])
        self._keylog, self.name_station = writer.keylog, writer.station
        self._contexts = ClientContexts(self._keylog)

    # What happens in it

    async def perform(self, operation: Operation) -> None:
        """Carry an operation out. Raises OperationFailed where the lab is in no state for it, NoSuch for an unknown name."""
        await self._operations.perform(operation)

    async def settled(self) -> None:
        """Wait until the phones that operations have started have come to rest.

        Raises OperationFailed where one has not after 60 seconds of lab time.
        """
        await self.rest.wait()

    def explain(self) -> list[Explanation]:
        """Each way in which each phone has failed so far, in the order in which it was first met, with its cures."""
        return explain(cases_of(self.events))

    def home(self, phone: Phone) -> LabCluster:
        """The cluster whose TFTP the phone asks: its own, or the one that it was moved to last."""
        return self.clusters[self._home[phone.device_name]]

    # Clusters

    def add_cluster(
        self,
        name: str,
        *,
        mixed: bool = True,
        release: str = "",
        upgraded: bool = False,
        minimum_tls: str | TlsVersion | None = None,
        lsc_authority_key_identifier: bool = True,
        lsc_days: int = 1825,
        certificate_issuer: str = "CAPF",
        nodes: Iterable[str | CastNode] = (),
        call_manager_group: Iterable[str] = (),
        tftp_servers: Iterable[str] = (),
        start: bool = True,
    ) -> LabCluster:
        """A cluster with its own CAPF and TFTP; its services run as soon as the lab does.

        Args:
            mixed: the cluster security mode.
            release: one of `cisco_data.RELEASES`; `12.5SU3` where it is empty, and then with TLS 1.3 besides.
            upgraded: True for one that was upgraded from a release before 15SU2, and kept its minimum TLS version.
            minimum_tls: `1.2`, or as CUCM writes it, `TLSv1.2`; None for what the release has.
            lsc_authority_key_identifier: False makes its LSCs point at CAPF's name only.
            lsc_days: Duration of Certificate Validity, also of an LSC that a phone brings along.
            certificate_issuer: as `issuer_factory` knows them.
            nodes: their host names, the publisher's first; one node where there are none.
            call_manager_group: nodes by priority; the first three that run Cisco CallManager where it is empty.
            tftp_servers: one node or two, which phones ask in this order; the first two that run Cisco Tftp where it is empty.
            start: False leaves its services stopped, for `start_service`.

        Raises MachineCannot beyond 99 servers or where no more files can be opened, InvalidInput for a release, a TLS
        version or an issuer that there is not, for a TLS version that the release cannot have, for a name that is taken and
        for nodes that cannot be, OSError where a port is taken.
        """
        if name in self.clusters:
            raise InvalidInput(f"there is a cluster {name} already")
        known = release_known(release, upgraded=upgraded)
        minimum = known.default_minimum_tls if minimum_tls is None else tls_version_named(str(minimum_tls))
        if minimum_tls is not None and (why := known.wrong_minimum(minimum)):
            raise InvalidInput(f"minimum_tls: {why}")
        planned = [CastNode(node) if isinstance(node, str) else node for node in nodes]
        group, asked = tuple(call_manager_group), tuple(tftp_servers)
        check_nodes(planned, group, asked)
        self._need_files(CLUSTER_FILES + NODE_FILES * max(0, len(planned) - 1))
        context = LabContext(
            journal=self.journal,
            keys=self.keys,
            octets=self.octets,
            default_ca_list=self._default_ca_list,
            serial_of=lambda device: self._serials.get(device, ""),
            tap=self._tap,
            keylog=self._keylog,
            database_file=self._database_file,
        )
        made = self.clusters[name] = install_cluster(
            context,
            name,
            self.block.server,
            self.block.port,
            partial(self.block.privileged, datagrams=True),
            nodes=planned,
            group=group,
            tftp=asked,
            mixed=mixed,
            release=known,
            minimum_tls=minimum,
            lsc_authority_key_identifier=lsc_authority_key_identifier,
            make_issuer=issuer_factory(certificate_issuer, lsc_days, lambda: self.company),
        )
        made.online_ca = certificate_issuer != "CAPF"
        self._lsc_days[name] = lsc_days
        for node in made.nodes.values():
            self.name_station(node.address, node.name)
            for service in node.services.values() if start else ():
                self._start(service.start)
        return made

    # Authentication servers and VPN gateways

    def add_radius(
        self,
        name: str,
        *,
        trusts: Iterable[str],
        minimum_tls: str | TlsVersion = TlsVersion.TLSv1,
        checks_names: bool = False,
    ) -> RadiusService:
        """An 802.1X authentication server, with a switch in front of it.

        Args:
            trusts: certificates by name: `CAPF of hq`, `company root`, or the CN of a manufacturing authority.
            minimum_tls: as of `add_cluster`.
            checks_names: whether the certificate's name must be the one that the phone goes by.

        Raises as `add_cluster`, and InvalidInput for a certificate that there is not.
        """
        self._need_files(SERVER_FILES)
        if self.switch is None:
            self.switch = Switch(self.journal, self.block.server(), _SECRET, self._edge_tap)
            self.name_station(self.switch.address, "switch")
        made = self.radius[name] = RadiusService(
            name,
            identity=self._server_identity(name),
            trust=TrustStore(f"trusted certificates of {name}", [self.certificate(text) for text in trusts]),
            minimum_tls=tls_version_named(str(minimum_tls)),
            checks_names=checks_names,
            network_devices={self.switch.address: NetworkDevice("switch", _SECRET)},
            journal=self.journal,
            address=self.block.server(),
            port=self.block.port(RADIUS_PORT),
            tap=self._edge_tap,
            keylog=self._keylog,
        )
        self.name_station(made.address, name)
        self._start(made.start)
        return made

    def add_vpn_gateway(self, name: str, *, trusts: Iterable[str], addresses: int = 8) -> VpnGateway:
        """A VPN gateway.

        Args:
            trusts: as of `add_radius`.
            addresses: that it can give to phones, at least one.

        Raises as `add_radius`.
        """
        self._need_files(SERVER_FILES)
        address = self.block.server()
        pool = tuple(self.block.phone() for _ in range(max(1, addresses)))
        made = self.gateways[name] = VpnGateway(
            GatewaySettings(self._server_identity(name), (TunnelGroup("phones", "/phones"),), pool),
            trustpoints_of(TrustStore(name, [self.certificate(text) for text in trusts])),
            self.journal.emitter(Actor.of(name, "vpn")),
            address=address,
            port=self.block.privileged(address, 443, 10443),
            name=name,
            host=f"{name}.example.com",
            administrator=self.journal.emitter(Actor.of(name, "administration")),
            tap=self._tap,
            keylog=self._keylog,
        )
        self.name_station(address, name)
        self._start(made.start)
        return made

    def new_server_identity(self, name: str) -> None:
        """Another certificate under the same name, for the next start of an authentication server or VPN gateway."""
        server: RadiusService | VpnGateway = self.radius[name] if name in self.radius else self.gateways[name]
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

    def _resolve(self, host: str) -> str | None:
        """The DNS of this network."""
        found = (gateway.address for gateway in self.gateways.values() if gateway.host == host)
        return next(found, None) or addresses_only(host)

    @property
    def _edge_tap(self) -> EdgeTap | None:
        return self._tap if isinstance(self._tap, EdgeTap) else None

    # Phones

    def add_phone(
        self,
        name: str = "",
        *,
        model: str | PhoneModel,
        cluster: str | LabCluster,
        device: str = "",
        profile: str | DeviceSecurityMode = DeviceSecurityMode.NON_SECURE,
        lsc: str | LabCluster = "",
        lsc_name: str = "",
        mic: bool = True,
        mic_authority: str = "",
        trusts: str = "",
        dot1x: str = "",
        dot1x_trusts: str = "any",
        vpn: str = "",
    ) -> PhoneHandle:
        """A phone in its cluster's database, without power.

        Args:
            name: for operations; its device name where it is left out.
            model: its number, `8861`.
            cluster: whose TFTP it asks.
            device: `SEP` and twelve hex digits; made up in order where it is left out.
            profile: Device Security Mode of its security profile.
            lsc: the cluster whose CAPF has signed the LSC that it brings along.
            lsc_name: the device name in that LSC, if it is another one.
            mic: whether it has a MIC, which a model without one never has.
            mic_authority: the CN of the MIC's issuer, if it is not the model's own.
            trusts: the cluster whose CTL and ITL it holds, if it is not its own; `none` for a phone that holds none.
            dot1x: the authentication server behind its switch port.
            dot1x_trusts: `any`, `its server` or `none`: whom it takes for that server.
            vpn: the gateway through which it reaches its cluster.

        Raises InvalidInput for a model, profile, cluster, server or authority that there is not and for a name or device name that
        is taken, MachineCannot where no more files can be opened.
        """
        self._need_files(PHONE_FILES + (PORT_FILES if dot1x else 0) + (TUNNEL_FILES if vpn else 0))
        unused = (made for number in count(1) if (made := f"SEP001A2F{number:06X}") not in self._serials)
        device_name = device or next(unused)
        name, lsc_of = name or device_name, lsc if isinstance(lsc, str) else lsc.name
        for each in filter(None, (lsc_of, trusts if trusts != NO_LIST else "")):
            look_up("cluster", each, self.clusters)
        if vpn:
            look_up("VPN gateway", vpn, self.gateways)
        server = look_up("authentication server", dot1x, self.radius) if dot1x else None
        trusted_server = look_up("dot1x_trusts", dot1x_trusts, {each: each for each in ("any", "its server", "none")})
        mode = look_up("profile", str(profile), {str(mode): mode for mode in DeviceSecurityMode})
        if name in self.phones or device_name in self._serials:
            raise InvalidInput(f"there is a phone {name} or {device_name} already")
        model = look_up("model", model, MODELS) if isinstance(model, str) else model
        home = look_up("cluster", cluster, self.clusters) if isinstance(cluster, str) else cluster
        if mic_authority:
            look_up("authority", mic_authority, {each: each for each in self.manufacturing})
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
        flash = Flash(
            device_name,
            mic=mic_identity,
            lsc=self._held_lsc(lsc_of, lsc_name or device_name, model, serial) if lsc_of else None,
            lists=None if trusts == NO_LIST else offered_lists(self.clusters[trusts] if trusts else home, model),
            serial_number=serial,
        )
        address = self.block.phone()
        page_port = self._page_ports.give(address) if self.block.binds else None
        self.name_station(address, device_name)
        network: Network = PhoneNetwork(address, self._tap, self._used)
        settings = None
        if server is not None:
            assert self.switch is not None, "add_radius has made it"
            self._radius_of[device_name] = dot1x
            cable, port = self.switch.plug_in(device_name, server.address, server.port)
            self._start(lambda nursery: nursery.start_soon(port.run))
            network = port.network(network)
            trusted = {
                "any": None,
                "its server": TrustStore("802.1X servers", [server.identity.certificate]),
                "none": TrustStore("802.1X servers"),
            }[trusted_server]
            settings = Dot1x(cable.phone, trusted_servers=trusted)
        phone = self.phones[name] = Phone(
            model,
            flash,
            network=network,
            tftp=home.tftp_address,
            contexts=self._contexts,
            make_key=self.keys.take,
            emitter=self.journal.emitter(device_name),
            web=Web(address, page_port, self._tap) if page_port is not None else None,
            resolve=self._resolve,
            dot1x=settings,
            tftp_client=self._tftp_client(address) if server is None else None,
        )
        self._home[device_name] = home.name
        administration.add_phone(home.cluster, device_name, model.number, profile_of(model.number, mode))
        if vpn:
            self._give_vpn(phone, home, vpn)
        return PhoneHandle(self, name, phone)

    def _tftp_client(self, address: str) -> TftpClient:
        """Of a phone. Assumed: one behind a switch port of this lab has none, since the port gates TCP connections only."""
        return TftpClient(address, tap=self._tap if isinstance(self._tap, DatagramTap) else None)

    def _give_vpn(self, phone: Phone, home: LabCluster, gateway: str) -> None:
        """Assign the gateway's group; the phone has read its file at the office, and is at home now with its VPN on."""
        if gateway not in home.cluster.vpn_groups:
            self.save_vpn_group(gateway)
        vpn_management.assign_vpn_group(home.cluster, phone.device_name, gateway)
        phone.flash.vpn.group = home.cluster.vpn_group_of(phone.device_name)
        phone.enable_vpn()

    def set_home(self, phone: Phone, cluster: str) -> None:
        """The phone asks the TFTP of that cluster from now on."""
        self._home[phone.device_name] = cluster

    def directory_url(self, phone: Phone) -> str:
        """Where its configuration has the directory: on the publisher of that cluster, which after a move may be the old one."""
        held = phone.flash.configuration
        named = {member.process_node_name for member in held.members} if held is not None else set()
        clusters = [self.home(phone), *self.clusters.values()]
        home = next(
            (each for each in clusters if any(node.address in named for node in each.nodes.values())), clusters[0]
        )
        return directory_url_of(home)

    def workstation(self) -> PhoneNetwork:
        """The cable of an administrator's workstation in this network, from which phones' pages are read."""
        if self._workstation is None:
            self._workstation = PhoneNetwork(self.block.workstation, self._tap, self._used)
            if self.block.prefix:
                self.name_station(self.block.workstation, "administrator")
        return self._workstation


def keys_needed(clusters: int, nodes: int, phones: Iterable[tuple[bool, bool]]) -> int:
    """How many RSA-2048 keys a lab takes to be built.

    CAPF and ITLRecovery of each cluster, CallManager, TVS and tomcat of each node, and one for each MIC and each LSC brought along.
    """
    return 2 * clusters + 3 * nodes + sum(mic + held for mic, held in phones)
