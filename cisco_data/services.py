"""Services by their names in Control Center, and the trust stores that they read."""

from __future__ import annotations

from enum import StrEnum


class ServiceName(StrEnum):
    """Services of a node, as Control Center - Feature Services lists them."""

    CALLMANAGER = "Cisco CallManager"
    CAPF = "Cisco Certificate Authority Proxy Function"
    TFTP = "Cisco Tftp"


class StoreName(StrEnum):
    """Trust stores from which a service of a node reads at its start which phones' certificates it accepts."""

    CALLMANAGER = "CallManager-trust"
    CAPF = "CAPF-trust"

    @property
    def service(self) -> ServiceName:
        """That reads the store."""
        return ServiceName[self.name]

    @property
    def kind(self) -> ServiceKind:
        return ServiceKind[self.name]


class ServiceKind(StrEnum):
    """Services that a phone wants something of, the authentication server and the VPN gateway too."""

    CALLMANAGER = "CallManager"
    CAPF = "CAPF"
    DOT1X = "802.1X"
    VPN = "VPN"
    TFTP = "TFTP"


JUDGES = (ServiceKind.CALLMANAGER, ServiceKind.CAPF, ServiceKind.DOT1X, ServiceKind.VPN)
"""Those that judge a phone's certificate."""
STORE_OF = {store.kind: store for store in StoreName}
"""The trust stores of a cluster; those of the other two bear the names of their servers."""

CERTIFICATE_UNITS = (
    "Phone-trust",
    "Phone-VPN-trust",
    "CallManager",
    StoreName.CALLMANAGER,
    "tomcat",
    "tomcat-trust",
    "ipsec",
    "ipsec-trust",
    "CAPF",
    StoreName.CAPF,
    "TVS",
    "TVS-trust",
    "directory-trust",
    "Phone-SAST-trust",
    "Phone-CTL-trust",
    "userlicensing-trust",
)
"""Certificates and stores of a node, as table typecertificateservice numbers them from 1: as a real 9.1 logs them."""

TRUST_ROLES = (
    (0, "SAST", "TRUST_ROLES_SAST"),
    (1, "CallManager", "TRUST_ROLES_CALLMANAGER"),
    (2, "CallManager+TFTP", "TRUST_ROLES_CALLMANAGER_TFTP"),
    (3, "TFTP", "TRUST_ROLES_TFTP"),
    (4, "CAPF", "TRUST_ROLES_CAPF"),
    (5, "SRST", "TRUST_ROLES_SRST"),
    (6, "Firewall", "PHONE_TRUST_ROLES_FIREWALL"),
    (7, "Application Server", "ROLE_APPLICATION_SERVER"),
    (20, "Certificate Authority", "ROLE_CERTIFICATE_AUTHORITY"),
    (21, "Authentication and Authorization", "ROLE_AUTHENTICATION_AUTHORIZATION"),
    (22, "Signaling and Call Control", "ROLE_SIGNALING_CALL_CONTROL"),
    (23, "Provisioning Service", "TRUST_ROLE_PROVISIONING_SERVICE"),
    (24, "Data Service", "TRUST_ROLE_DATA_SERVICE"),
    (25, "Network Element", "TRUST_ROLE_NETWORK_ELEMENT"),
    (26, "VPN", "TRUST_ROLE_VPN"),
    (27, "Serviceability", "TRUST_ROLE_SERVICEABILITY"),
    (255, "Unknown", "TRUST_ROLES_UNKNOWN"),
)
"""Numbers and monikers as a real CUCM logs them; the names between are ours."""

ROLES_OF_UNIT = {
    "CallManager": (2, 0),
    "CAPF": (4,),
    "TVS": (21,),
    "tomcat": (7,),
    "tomcat-trust": (7,),
    "ipsec": (7,),
    "Phone-trust": (7,),
    "Phone-CTL-trust": (7,),
    "Phone-SAST-trust": (0, 3),
    "Phone-VPN-trust": (26,),
}
"""Trust roles that a certificate of this unit gets, by Cisco's own log; the other units give none."""
