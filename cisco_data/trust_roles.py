"""What a certificate is trusted for: the roles of CTL and ITL records, of TVS's answers and of table certificatetrustrolemap."""

from __future__ import annotations

from enum import IntEnum


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
