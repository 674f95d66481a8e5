"""What a certificate is trusted for: the roles of CTL and ITL records, of TVS's answers and of table certificatetrustrolemap."""

from __future__ import annotations

from enum import IntEnum

from cisco_data.services import CertificateUnit, StoreName


class TrustRole(IntEnum):
    """Numbers as a real CUCM logs them (`TRUST_ROLES_SAST` is 0) and as the records of CTL and ITL files hold them."""

    SAST = 0
    """System Administrator Security Token: signs CTL and ITL files."""
    CCM = 1
    CCM_TFTP = 2
    """CallManager and TFTP on one node; signs `.sgn` files too."""
    TFTP = 3
    CAPF = 4
    SRST = 5
    FIREWALL = 6
    APPLICATION_SERVER = 7
    """HTTPS services, Tomcat among them."""
    CERTIFICATE_AUTHORITY = 20
    TVS = 21
    """Authentication and Authorization in Cisco's table."""
    SIGNALING_CALL_CONTROL = 22
    PROVISIONING_SERVICE = 23
    DATA_SERVICE = 24
    NETWORK_ELEMENT = 25
    VPN = 26
    SERVICEABILITY = 27
    UNKNOWN = 255

    @property
    def function(self) -> str:
        """As `show ctl` prints it: `CCM+TFTP`. Assumed for all but System Administrator Security Token, CCM+TFTP and CAPF."""
        return _FUNCTIONS.get(self, self.name.replace("_", "-"))


_FUNCTIONS = {
    TrustRole.SAST: "System Administrator Security Token",
    TrustRole.CCM_TFTP: "CCM+TFTP",
    TrustRole.APPLICATION_SERVER: "APP-SERVER",
}


LIST_SIGNERS = frozenset({TrustRole.SAST})
"""Roles whose certificates may sign a CTL or ITL file."""
FILE_SIGNERS = frozenset({TrustRole.CCM_TFTP, TrustRole.TFTP})
"""Roles whose certificates may sign a configuration or another `.sgn` file."""
CALL_MANAGERS = frozenset({TrustRole.CCM, TrustRole.CCM_TFTP})

TRUST_ROLES = (
    (TrustRole.SAST, "SAST", "TRUST_ROLES_SAST"),
    (TrustRole.CCM, "CallManager", "TRUST_ROLES_CALLMANAGER"),
    (TrustRole.CCM_TFTP, "CallManager+TFTP", "TRUST_ROLES_CALLMANAGER_TFTP"),
    (TrustRole.TFTP, "TFTP", "TRUST_ROLES_TFTP"),
    (TrustRole.CAPF, "CAPF", "TRUST_ROLES_CAPF"),
    (TrustRole.SRST, "SRST", "TRUST_ROLES_SRST"),
    (TrustRole.FIREWALL, "Firewall", "PHONE_TRUST_ROLES_FIREWALL"),
    (TrustRole.APPLICATION_SERVER, "Application Server", "ROLE_APPLICATION_SERVER"),
    (TrustRole.CERTIFICATE_AUTHORITY, "Certificate Authority", "ROLE_CERTIFICATE_AUTHORITY"),
    (TrustRole.TVS, "Authentication and Authorization", "ROLE_AUTHENTICATION_AUTHORIZATION"),
    (TrustRole.SIGNALING_CALL_CONTROL, "Signaling and Call Control", "ROLE_SIGNALING_CALL_CONTROL"),
    (TrustRole.PROVISIONING_SERVICE, "Provisioning Service", "TRUST_ROLE_PROVISIONING_SERVICE"),
    (TrustRole.DATA_SERVICE, "Data Service", "TRUST_ROLE_DATA_SERVICE"),
    (TrustRole.NETWORK_ELEMENT, "Network Element", "TRUST_ROLE_NETWORK_ELEMENT"),
    (TrustRole.VPN, "VPN", "TRUST_ROLE_VPN"),
    (TrustRole.SERVICEABILITY, "Serviceability", "TRUST_ROLE_SERVICEABILITY"),
    (TrustRole.UNKNOWN, "Unknown", "TRUST_ROLES_UNKNOWN"),
)
"""Numbers and monikers as a real CUCM logs them; the names between are assumed."""

ROLES_OF_UNIT: dict[str, tuple[TrustRole, ...]] = {
    CertificateUnit.CALLMANAGER: (TrustRole.CCM_TFTP, TrustRole.SAST),
    CertificateUnit.CALLMANAGER_ECDSA: (TrustRole.CCM_TFTP,),
    CertificateUnit.CAPF: (TrustRole.CAPF,),
    CertificateUnit.TVS: (TrustRole.TVS,),
    CertificateUnit.ITL_RECOVERY: (TrustRole.SAST,),
    CertificateUnit.TOMCAT: (TrustRole.APPLICATION_SERVER,),
    StoreName.TOMCAT: (TrustRole.APPLICATION_SERVER,),
    "ipsec": (TrustRole.APPLICATION_SERVER,),
    StoreName.PHONE: (TrustRole.APPLICATION_SERVER,),
    "Phone-CTL-trust": (TrustRole.APPLICATION_SERVER,),
    StoreName.PHONE_SAST: (TrustRole.SAST, TrustRole.TFTP),
    StoreName.PHONE_VPN: (TrustRole.VPN,),
}
"""Trust roles that a certificate of this unit gets, by Cisco's own log; the other units give none.

Assumed: ITLRecovery as a signer of trust lists, and CallManager-ECDSA as CallManager.
"""
