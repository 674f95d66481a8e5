"""Steps that do something: `do` in the file names the kind."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from lab.scenario.words import (
    AuthenticationMode,
    KeyOrder,
    Operation,
    Part,
    SecurityMode,
    Service,
    Store,
    TlsVersionName,
)


class DoStep(Part, frozen=True, kw_only=True, tag_field="do"):
    say: str = ""


class Boot(DoStep, frozen=True, kw_only=True, tag="boot"):
    """Plug phones in, or pull the plug and plug them in again."""

    phones: tuple[str, ...] = ()
    """All of them where empty."""


class PowerOff(DoStep, frozen=True, kw_only=True, tag="power-off"):
    phones: tuple[str, ...] = ()


class SetProfile(DoStep, frozen=True, kw_only=True, tag="set-profile"):
    """Assign another phone security profile and save."""

    phone: str
    profile: SecurityMode


class CertificateOperation(DoStep, frozen=True, kw_only=True, tag="certificate-operation"):
    """Fill in the CAPF section of the phone's page and save."""

    phone: str
    operation: Operation
    mode: AuthenticationMode = "By Null String"
    string: str = ""
    key_order: KeyOrder = "RSA Only"
    rsa_key_size: Literal[512, 1024, 2048, 3072, 4096] = 2048
    ec_key_size: Literal[256, 384, 521] = 384
    completes_by: datetime | None = None
    """Operation Completes By, lab time; no deadline where left out."""


class Reset(DoStep, frozen=True, kw_only=True, tag="reset"):
    """Reset, restart or apply config from the cluster; only a registered phone hears it."""

    phones: tuple[str, ...] = ()
    kind: Literal["reset", "restart", "apply-config"] = "reset"


class ResetOnPhone(DoStep, frozen=True, kw_only=True, tag="reset-on-phone"):
    """In the phone's own settings; the cluster has no part in it."""

    phone: str


class DeleteLscOnPhone(DoStep, frozen=True, kw_only=True, tag="delete-lsc-on-phone"):
    """In the phone's own admin settings."""

    phone: str


class TypeString(DoStep, frozen=True, kw_only=True, tag="type-authentication-string"):
    """On the phone, in its settings."""

    phone: str
    string: str
    taken: bool = True
    """False where the story shows that the phone does not offer it; `string-not-taken` then names the reason."""


class Move(DoStep, frozen=True, kw_only=True, tag="move"):
    """Give the phone another cluster's TFTP and trust list, and a row in that cluster's database."""

    phone: str
    cluster: str
    profile: SecurityMode | None = None


class UploadCertificate(DoStep, frozen=True, kw_only=True, tag="upload-certificate"):
    """OS Administration > Certificate Management > Upload; read at the restart of the service."""

    cluster: str
    store: Store
    certificate: str
    """`CAPF of CLUSTER`, `old CAPF of CLUSTER`, `company root`, or the CN of a manufacturing authority."""


class DeleteCertificate(DoStep, frozen=True, kw_only=True, tag="delete-certificate"):
    """Delete from a trust store; read at the restart of the service."""

    cluster: str
    store: Store
    certificate: str


class DefaultCaList(DoStep, frozen=True, kw_only=True, tag="default-ca-list"):
    """`set cert default-ca-list disable` or `enable`: the manufacturing authorities that CUCM ships, in both trust stores."""

    cluster: str
    change: Literal["disable", "enable"]
    certificate: str = "all"
    """The CN of one, or `all`."""


class RegenerateCapf(DoStep, frozen=True, kw_only=True, tag="regenerate-capf"):
    """A new key and a new certificate for CAPF; used from the restart of CAPF on."""

    cluster: str
    same_name: bool = False
    """Keep the CN, which CUCM may or may not do: nobody has published it."""


class SignCapf(DoStep, frozen=True, kw_only=True, tag="sign-capf"):
    """Have CAPF's certificate signed by the company's own authority (`company root`)."""

    cluster: str


class RegenerateCallManager(DoStep, frozen=True, kw_only=True, tag="regenerate-callmanager"):
    """A new CallManager.pem; used from the restart of Cisco CallManager on."""

    cluster: str


class UpdateCtl(DoStep, frozen=True, kw_only=True, tag="update-ctl"):
    """`utils ctl update CTLFile`: phones get the list of the servers' present certificates at their next boot or reset."""

    cluster: str


class RestartService(DoStep, frozen=True, kw_only=True, tag="restart-service"):
    cluster: str
    service: Service


class StopService(DoStep, frozen=True, kw_only=True, tag="stop-service"):
    cluster: str
    service: Service


class StartService(DoStep, frozen=True, kw_only=True, tag="start-service"):
    cluster: str
    service: Service


class SetClusterMode(DoStep, frozen=True, kw_only=True, tag="set-cluster-mode"):
    """`utils ctl set-cluster mixed-mode` or `non-secure-mode`; read at the restarts of Cisco CallManager and Cisco Tftp."""

    cluster: str
    mode: Literal["mixed", "non-secure"]


class SetMinimumTls(DoStep, frozen=True, kw_only=True, tag="set-minimum-tls"):
    """`set tls min-version`; read at the restarts of the services (a real node reboots)."""

    cluster: str
    version: TlsVersionName


class Wait(DoStep, frozen=True, kw_only=True, tag="wait"):
    """Let lab time pass: `seconds` with all timers running, `days` in one leap."""

    seconds: float = 0.0
    days: int = 0


class SetSwitchPort(DoStep, frozen=True, kw_only=True, tag="set-switch-port"):
    """`authentication port-control` on the phone's switch port; `force-authorized` lets a phone past 802.1X."""

    phone: str
    mode: Literal["auto", "force-authorized", "force-unauthorized", "no dot1x"]


class DeviceAuthentication(DoStep, frozen=True, kw_only=True, tag="device-authentication"):
    """802.1X on or off in the phone's own settings; counts from its next start."""

    phone: str
    enabled: bool


class TrustOnServer(DoStep, frozen=True, kw_only=True, tag="trust-on-server"):
    """Import a certificate into an authentication server, where it counts from the restart, or a VPN gateway, at once."""

    server: str
    certificate: str


class DistrustOnServer(DoStep, frozen=True, kw_only=True, tag="distrust-on-server"):
    """Remove a certificate from there."""

    server: str
    certificate: str


class RestartServer(DoStep, frozen=True, kw_only=True, tag="restart-server"):
    """Restart an authentication server or a VPN gateway."""

    server: str


class SwitchVpn(DoStep, frozen=True, kw_only=True, tag="switch-vpn"):
    """VPN on or off in the phone's own settings; counts from its next start or file."""

    phone: str
    enabled: bool


class RegenerateGateway(DoStep, frozen=True, kw_only=True, tag="regenerate-gateway"):
    """A new certificate for a VPN gateway, used from its restart on."""

    server: str


class UpdateVpnGroup(DoStep, frozen=True, kw_only=True, tag="update-vpn-group"):
    """Save the hash of the gateway's present certificate; a phone learns of it from its file."""

    server: str


Do = (
    Boot
    | PowerOff
    | SetProfile
    | CertificateOperation
    | Reset
    | ResetOnPhone
    | DeleteLscOnPhone
    | TypeString
    | Move
    | UploadCertificate
    | DeleteCertificate
    | DefaultCaList
    | RegenerateCapf
    | SignCapf
    | RegenerateCallManager
    | UpdateCtl
    | RestartService
    | StopService
    | StartService
    | SetClusterMode
    | SetMinimumTls
    | SetSwitchPort
    | DeviceAuthentication
    | TrustOnServer
    | DistrustOnServer
    | RestartServer
    | SwitchVpn
    | RegenerateGateway
    | UpdateVpnGroup
    | Wait
)
