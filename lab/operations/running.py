"""A running lab as operations see it: what can be done to its phones, clusters and servers, a method an operation.

`lab.play` implements it. Phones are named as in the story, certificates as `certificate_names` lists them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from cisco_data import (
    AuthenticationMode,
    CertificateOperation,
    CertificateUnit,
    ClusterSecurityMode,
    DeviceSecurityMode,
    KeyOrder,
    PortMode,
    ServiceName,
)
from cisco_data.bulk_certificates import BulkType
from cisco_data.registration import ResetType
from lab.operations.cast import Cast, CastPhone
from lab.operations.words import (
    AddressChange,
    EnterpriseParameter,
    ListChange,
    ListDeletion,
    ResetKey,
    TftpServerSource,
)


class OperationFailed(Exception):
    """The lab is in no state for the operation; the message is one sentence that says why."""


Phones = Sequence[CastPhone]


class RunningLab(Protocol):
    """Every method raises OperationFailed where the lab is in no state for it."""

    @property
    def cast(self) -> Cast:
        """As it is now: a phone is in the cluster whose TFTP it asks."""

    # Phones

    def power_on(self, phones: Phones) -> None: ...

    def power_off(self, phones: Phones) -> None: ...

    def set_profile(self, phones: Phones, profile: DeviceSecurityMode, tftp_encrypted_config: bool) -> None: ...

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
    ) -> None: ...

    async def operation_ended(self, phones: Phones) -> None:
        """Wait until CAPF has ended what these phones have pending, at most 60 seconds of lab time, with success."""

    async def reset(self, phones: Phones, kind: ResetType) -> None: ...

    def reset_on_phone(self, phones: Phones) -> None: ...

    def delete_lsc_on_phone(self, phones: Phones) -> None: ...

    def type_authentication_string(self, phones: Phones, string: str, taken: bool) -> None: ...

    def delete_trust_lists(self, phones: Phones, by: ListDeletion) -> None: ...

    def factory_reset(self, phones: Phones) -> None: ...

    def open_directory(self, phones: Phones) -> None: ...

    def set_switch_port(self, phones: Phones, mode: PortMode) -> None: ...

    def device_authentication(self, phones: Phones, enabled: bool) -> None: ...

    def switch_vpn(self, phones: Phones, enabled: bool) -> None: ...

    def move(self, phones: Phones, to: str, profile: DeviceSecurityMode | None) -> None: ...

    def set_tftp_server(self, phones: Phones, cluster: str, node: str, by: TftpServerSource) -> None:
        """All TFTP servers of the cluster where no node is named."""

    # Certificates

    def upload_certificate(self, cluster: str, store: str, certificate: str, node: str) -> None: ...

    def delete_certificate(self, cluster: str, store: str, certificate: str, node: str) -> None: ...

    def trust_on_server(self, server: str, certificate: str, trusted: bool) -> None: ...

    def default_ca_list(self, cluster: str, change: ListChange, certificate: str) -> None: ...

    async def regenerate_certificate(self, cluster: str, unit: CertificateUnit, node: str, same_name: bool) -> None: ...

    def regenerate_server(self, server: str) -> None: ...

    async def sign_certificate(self, cluster: str, unit: CertificateUnit, node: str) -> None: ...

    async def update_ctl(self, cluster: str) -> None: ...

    def bulk_export(self, cluster: str, kind: BulkType) -> None: ...

    def bulk_consolidate(self, cluster: str) -> None: ...

    def bulk_import(self, cluster: str) -> None: ...

    def reset_itl(self, cluster: str, key: ResetKey) -> None: ...

    def reset_ctl(self, cluster: str) -> None: ...

    def delete_ctl_file(self, cluster: str, node: str) -> None:
        """On one node; where none is named, on each that has it."""

    # Services

    async def restart_service(self, cluster: str, service: ServiceName, node: str) -> None:
        """On one node; where none is named, on each that runs it, the publisher first. So are the next two."""

    async def stop_service(self, cluster: str, service: ServiceName, node: str) -> None: ...

    def start_service(self, cluster: str, service: ServiceName, node: str) -> None: ...

    async def restart_server(self, server: str) -> None: ...

    async def stop_server(self, server: str) -> None: ...

    def start_server(self, server: str) -> None: ...

    def set_cluster_mode(self, cluster: str, mode: ClusterSecurityMode) -> None: ...

    async def set_parameter(self, cluster: str, name: EnterpriseParameter, value: str) -> None: ...

    async def set_host_name(self, cluster: str, node: str, name: str) -> None: ...

    async def set_domain(self, cluster: str, node: str, domain: str) -> None: ...

    async def set_address(self, cluster: str, node: str, by: AddressChange) -> None: ...

    def backup_keys(self, cluster: str, name: str) -> None: ...

    def restore_keys(self, cluster: str, name: str) -> None: ...

    def set_minimum_tls(self, cluster: str, version: str, node: str) -> None: ...

    def set_minimum_tls_of_server(self, server: str, version: str) -> None: ...

    def update_vpn_group(self, server: str) -> None: ...

    # Time

    async def wait(self, seconds: float, leap: timedelta) -> None:
        """Let `leap` pass at once and then `seconds` with all timers running."""

    async def wait_until(self, moment: datetime) -> None:
        """Let time pass at once until then."""
