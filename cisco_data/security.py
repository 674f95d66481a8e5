"""Security modes of a cluster, a device and a switch port, with their numbers in tables and files; the certificates of a phone."""

from __future__ import annotations

from enum import StrEnum


class DeviceSecurityMode(StrEnum):
    """Device Security Mode of a phone security profile."""

    NON_SECURE = "Non Secure"
    AUTHENTICATED = "Authenticated"
    """TLS with a NULL cipher."""
    ENCRYPTED = "Encrypted"
    """TLS with AES."""

    @property
    def number(self) -> int:
        """`deviceSecurityMode` of a phone's file, and `tkdevicesecuritymode`. Source: usecallmanager.nz."""
        return list(DeviceSecurityMode).index(self) + 1


DEVICE_SECURITY_MODES = {mode.number: mode for mode in DeviceSecurityMode}


class ClusterSecurityMode(StrEnum):
    """Whether the cluster is in mixed mode, by the words of `utils ctl set-cluster`."""

    NON_SECURE = "non-secure"
    MIXED = "mixed"

    @property
    def number(self) -> int:
        """The enterprise parameter ClusterSecurityMode in table processconfig."""
        return int(self is ClusterSecurityMode.MIXED)


class PortMode(StrEnum):
    """As IOS spells them in `authentication port-control`, and the last as it spells having none."""

    AUTO = "auto"
    FORCE_AUTHORIZED = "force-authorized"
    """Open to everybody: how a phone is let past 802.1X until it has an LSC that the server knows."""
    FORCE_UNAUTHORIZED = "force-unauthorized"
    NO_DOT1X = "no dot1x"
    """Open, and nobody there who understands EAPOL."""


class CertificateKind(StrEnum):
    """A phone's own certificates, as consoles print them in `cert [LSC]`."""

    LSC = "LSC"
    MIC = "MIC"
