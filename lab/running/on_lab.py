"""What can be done to phones, servers and time in a running lab: `lab.operations.running.RunningLab`, on a `Lab`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import trio

from cisco_data import AuthenticationMode, CertificateOperation, DeviceSecurityMode, KeyOrder, PortMode, ServiceName
from cisco_data.registration import ResetType
from cisco_data.tls import VERSION_NAMED
from cucm_sim import administration
from cucm_sim.administration import AdministrationError
from cucm_sim.profiles import profile_of
from edge_sim.authentication_server.radius import RadiusService
from edge_sim.trust_events import NotHeld
from edge_sim.vpn_gateway import VpnGateway
from lab.operations.cast import Cast, CastNode, CastPhone
from lab.operations.operation import Operation
from lab.operations.running import OperationFailed, Phones
from lab.operations.words import ListDeletion, TftpServerSource
from lab.running.cluster import LabCluster
from lab.running.on_names import NameOperations
from lab.running.service_control import start_service, stop_service
from phone_sim.network import TftpAddress
from phone_sim.phone import Phone

if TYPE_CHECKING:
    pass

_SUCCESS = "Success"
"""In every Certificate Operation Status that is one."""


class LabOperations(NameOperations):
    """All of the Protocol; what is done to a cluster is in `ClusterOperations` and `NameOperations`."""

    async def perform(self, operation: Operation) -> None:
        """Do it. Raises OperationFailed where the lab is in no state for it."""
        try:
            await operation.carry_out(self)
        except (AdministrationError, NotHeld) as error:
            raise OperationFailed(str(error).rstrip(".")) from None

    @property
    def cast(self) -> Cast:
        lab = self._lab
        phones = tuple(
            CastPhone(
                name,
                phone.device_name,
                phone.model.number,
                lab.home(phone).name,
                phone.dot1x is not None,
                phone.flash.vpn.group is not None,
            )
            for name, phone in lab.phones.items()
        )
        nodes = {
            name: tuple(CastNode(node.name, tuple(map(ServiceName, node.services))) for node in cluster.nodes.values())
            for name, cluster in lab.clusters.items()
        }
        releases = tuple((name, cluster.cluster.release) for name, cluster in lab.clusters.items())
        servers = tuple(lab.radius), tuple(lab.gateways)
        return Cast(tuple(lab.clusters), phones, *servers, regenerated=None, nodes=nodes, releases=releases)

    def _phones(self, phones: Phones) -> list[Phone]:
        return [self._lab.phones[phone.name] for phone in phones]

    # Power, and what starts a phone

    def power_on(self, phones: Phones) -> None:
        for phone in self._phones(phones):
            phone.power_on(self._lab.nursery)
            self._rest.started(phone)

    def power_off(self, phones: Phones) -> None:
        for phone in self._phones(phones):
            phone.power_off()

    async def reset(self, phones: Phones, kind: ResetType) -> None:
        for phone in self._phones(phones):
            cluster = self._registered_at(phone) or self._lab.home(phone)
            if not await administration.reset(cluster.cluster, phone.device_name, kind):
                told = "apply its config" if kind is ResetType.APPLY_CONFIG else f"{kind} it"
                raise OperationFailed(
                    f"{phone.device_name} is not registered, so CallManager cannot {told}; boot it instead"
                )
            self._rest.started(phone)

    def _registered_at(self, phone: Phone) -> LabCluster | None:
        """The cluster whose CallManager has it: after a move, that is the old one until the phone asks its new TFTP."""
        return next(
            (
                cluster
                for cluster in self._lab.clusters.values()
                if cluster.cluster.registered_at(phone.device_name) is not None
            ),
            None,
        )

    def reset_on_phone(self, phones: Phones) -> None:
        for named, phone in zip(phones, self._phones(phones), strict=True):
            if not phone.reset_from_keypad():
                raise OperationFailed(f"{named.name} cannot be reset from its keypad now; its console says why")
            self._rest.started(phone)

    # Settings

    def set_profile(self, phones: Phones, profile: DeviceSecurityMode, tftp_encrypted_config: bool) -> None:
        for phone in self._phones(phones):
            wanted = profile_of(phone.model.number, profile, tftp_encrypted_config=tftp_encrypted_config)
            administration.assign_profile(self._lab.home(phone).cluster, phone.device_name, wanted)

    def move(self, phones: Phones, to: str, profile: DeviceSecurityMode | None) -> None:
        for phone in self._phones(phones):
            known = self._lab.home(phone).cluster.database.device(phone.device_name)
            before = known.profile.device_security_mode if known is not None else DeviceSecurityMode.NON_SECURE
            self._offer_tftp_servers(phone, to, "")
            there = self._cluster(to)
            if there.database.device(phone.device_name) is None:
                wanted = profile_of(phone.model.number, profile if profile is not None else before)
                administration.add_phone(there, phone.device_name, phone.model.number, wanted)

    def set_tftp_server(self, phones: Phones, cluster: str, node: str, by: TftpServerSource) -> None:
        for named, phone in zip(phones, self._phones(phones), strict=True):
            if by == "dhcp":
                self._offer_tftp_servers(phone, cluster, node)
            elif phone.type_tftp_server(self._tftp_servers(cluster, node)):
                self._lab.set_home(phone, cluster)
                self._rest.started(phone)
            else:
                raise OperationFailed(f"{named.name} has no power, so its settings cannot be opened; boot it first")

    def _offer_tftp_servers(self, phone: Phone, cluster: str, node: str) -> None:
        """DHCP option 150 names them: the phone asks them from its next download on."""
        phone.tftp = self._tftp_servers(cluster, node)
        self._lab.set_home(phone, cluster)

    def _tftp_servers(self, cluster: str, node: str) -> TftpAddress:
        """Those of a cluster, or the one node where one is named."""
        there = self._lab.clusters[cluster]
        return there.tftp_address_of((node,)) if node else there.tftp_address

    def certificate_operation(
        self,
        phones: Phones,
        operation: CertificateOperation,
        mode: AuthenticationMode,
        string: str,
        key_order: KeyOrder,
        rsa_key_size: int,
        ec_key_size: int,
        completes_by: datetime | None,
    ) -> None:
        for phone in self._phones(phones):
            administration.set_capf(
                self._lab.home(phone).cluster,
                phone.device_name,
                certificate_operation=operation,
                authentication_mode=mode,
                authentication_string=string,
                key_order=key_order,
                rsa_key_size=rsa_key_size,
                ec_key_size=ec_key_size,
                operation_completes_by=completes_by,
            )

    async def operation_ended(self, phones: Phones) -> None:
        await self._rest.wait()
        for named, phone in zip(phones, self._phones(phones), strict=True):
            device = self._lab.home(phone).cluster.database.device(phone.device_name)
            status = device.capf.certificate_operation_status if device is not None else "unknown"
            if not status.endswith(_SUCCESS):
                raise OperationFailed(f"the certificate operation of {named.name} has the status {status}")

    def delete_lsc_on_phone(self, phones: Phones) -> None:
        for named, phone in zip(phones, self._phones(phones), strict=True):
            if not phone.delete_lsc():
                raise OperationFailed(f"{named.name} has no power, so its settings cannot be opened; boot it first")
            self._rest.started(phone)

    def type_authentication_string(self, phones: Phones, string: str, taken: bool) -> None:
        for named, phone in zip(phones, self._phones(phones), strict=True):
            took = phone.type_authentication_string(string)
            if taken and not took:
                raise OperationFailed(f"{named.name} takes no authentication string now; its console says why")
            if took and not taken:
                raise OperationFailed(f"{named.name} took the string, which the story says that it does not")
            if took:
                self._rest.started(phone)

    # Trust lists

    def delete_trust_lists(self, phones: Phones, by: ListDeletion) -> None:
        for named, phone in zip(phones, self._phones(phones), strict=True):
            if not phone.delete_trust_lists(by):
                raise OperationFailed(f"{named.name} has no power, so its settings cannot be opened; boot it first")
            self._rest.started(phone)

    def factory_reset(self, phones: Phones) -> None:
        for named, phone in zip(phones, self._phones(phones), strict=True):
            if not phone.factory_reset():
                raise OperationFailed(f"{named.name} has no power, so it cannot be reset; boot it first")
            self._rest.started(phone)

    def open_directory(self, phones: Phones) -> None:
        for named, phone in zip(phones, self._phones(phones), strict=True):
            if not phone.open_service(self._lab.directory_url(phone)):
                raise OperationFailed(f"{named.name} has no power, so it opens no directory; boot it first")

    # Ways into the network

    def set_switch_port(self, phones: Phones, mode: PortMode) -> None:
        assert self._lab.switch is not None, "a phone with dot1x has a switch"
        for phone in self._phones(phones):
            self._lab.switch.ports[phone.device_name].set_mode(mode)

    def device_authentication(self, phones: Phones, enabled: bool) -> None:
        for phone in self._phones(phones):
            phone.set_device_authentication(enabled)

    def switch_vpn(self, phones: Phones, enabled: bool) -> None:
        for phone in self._phones(phones):
            phone.enable_vpn(enabled)

    # Authentication servers and VPN gateways

    def _server(self, name: str) -> RadiusService | VpnGateway:
        return self._lab.radius[name] if name in self._lab.radius else self._lab.gateways[name]

    def trust_on_server(self, server: str, certificate: str, trusted: bool) -> None:
        self._server(server).change_trust(self._lab.certificate(certificate), trusted=trusted)

    def regenerate_server(self, server: str) -> None:
        self._lab.new_server_identity(server)

    async def restart_server(self, server: str) -> None:
        await self._server(server).restart(self._lab.nursery)

    async def stop_server(self, server: str) -> None:
        await stop_service(self._server(server), server)

    def start_server(self, server: str) -> None:
        start_service(self._server(server), server, self._lab.nursery)

    def set_minimum_tls_of_server(self, server: str, version: str) -> None:
        self._lab.radius[server].minimum_tls = VERSION_NAMED[version]

    def update_vpn_group(self, server: str) -> None:
        self._lab.save_vpn_group(server)

    # Time

    async def wait(self, seconds: float, leap: timedelta) -> None:
        if leap:
            self._lab.journal.clock.advance(leap)
        await trio.sleep(seconds)

    async def wait_until(self, moment: datetime) -> None:
        left = moment - self._lab.journal.clock.now()
        if left < timedelta():
            raise OperationFailed(f"{moment:%Y-%m-%d %H:%M}Z is over, and time only passes")
        self._lab.journal.clock.advance(left)
        await trio.lowlevel.checkpoint()
