"""Services by their names in Control Center, and the trust stores that they read."""

from __future__ import annotations

from enum import StrEnum


class ServiceName(StrEnum):
    """Services of a node, as Control Center lists them: Feature Services, and TVS and Tomcat in Network Services."""

    CALLMANAGER = "Cisco CallManager"
    CAPF = "Cisco Certificate Authority Proxy Function"
    TFTP = "Cisco Tftp"
    TVS = "Cisco Trust Verification Service"
    TOMCAT = "Cisco Tomcat"


class StoreName(StrEnum):
    """Trust stores of a node. `STORE_OF` has those by which a service accepts phones' certificates."""

    CALLMANAGER = "CallManager-trust"
    CAPF = "CAPF-trust"
    TVS = "TVS-trust"
    TOMCAT = "tomcat-trust"
    PHONE_SAST = "Phone-SAST-trust"
    PHONE_VPN = "Phone-VPN-trust"
    PHONE = "Phone-trust"
    PHONE_EDGE = "Phone-Edge-trust"

    @property
    def service(self) -> ServiceName:
        """The service that reads the store, and whose restart Cisco asks for after a change of it.

        Assumed: TVS for Phone-VPN-trust and Phone-trust, whose certificates it gives trust roles, and Tftp for Phone-Edge-trust,
        whose certificates Tftp writes into `caconfig.json`.
        """
        return _READERS[self]


_READERS = {
    StoreName.CALLMANAGER: ServiceName.CALLMANAGER,
    StoreName.CAPF: ServiceName.CAPF,
    StoreName.TVS: ServiceName.TVS,
    StoreName.TOMCAT: ServiceName.TOMCAT,
    StoreName.PHONE_SAST: ServiceName.TVS,
    StoreName.PHONE_VPN: ServiceName.TVS,
    StoreName.PHONE: ServiceName.TVS,
    StoreName.PHONE_EDGE: ServiceName.TFTP,
}


class ServiceKind(StrEnum):
    """Services that a phone wants something of, the authentication server and the VPN gateway too."""

    CALLMANAGER = "CallManager"
    CAPF = "CAPF"
    DOT1X = "802.1X"
    VPN = "VPN"
    TFTP = "TFTP"
    TVS = "TVS"
    TOMCAT = "Tomcat"


JUDGES = (ServiceKind.CALLMANAGER, ServiceKind.CAPF, ServiceKind.DOT1X, ServiceKind.VPN)
"""Those that judge a phone's certificate."""
STORE_OF = {ServiceKind.CALLMANAGER: StoreName.CALLMANAGER, ServiceKind.CAPF: StoreName.CAPF}
"""Where a service of a cluster reads at its start which phones' certificates it accepts. Those of the other two `JUDGES` bear the
names of their servers."""
KIND_OF = {store: kind for kind, store in STORE_OF.items()}


class CertificateUnit(StrEnum):
    """Certificates of a node that it has the private keys of."""

    CALLMANAGER = "CallManager"
    CALLMANAGER_ECDSA = "CallManager-ECDSA"
    TVS = "TVS"
    ITL_RECOVERY = "ITLRecovery"
    CAPF = "CAPF"
    TOMCAT = "tomcat"


CERTIFICATE_UNITS = (
    StoreName.PHONE,
    StoreName.PHONE_VPN,
    CertificateUnit.CALLMANAGER,
    StoreName.CALLMANAGER,
    CertificateUnit.TOMCAT,
    StoreName.TOMCAT,
    "ipsec",
    "ipsec-trust",
    CertificateUnit.CAPF,
    StoreName.CAPF,
    CertificateUnit.TVS,
    StoreName.TVS,
    "directory-trust",
    StoreName.PHONE_SAST,
    "Phone-CTL-trust",
    "userlicensing-trust",
    CertificateUnit.ITL_RECOVERY,
    CertificateUnit.CALLMANAGER_ECDSA,
    "tomcat-ECDSA",
    "Phone-CTL-ASA-trust",
    StoreName.PHONE_EDGE,
)
"""Certificates and stores of a node, as table typecertificateservice numbers them from 1.

1 to 16 as a real 9.1 logs them. Assumed: the numbers of the others, which follow the order of AXL's list.
"""
