"""What a device security mode means on the wire: plain TCP or TLS, and the cipher suites."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from cisco_data import ClusterSecurityMode, DeviceSecurityMode
from cisco_data.tls import CALLMANAGER_SCCP
from cucm_sim.database import Device, PhoneSecurityProfile
from cucm_sim.database import standard_profile as standard_profile
from wire.tls import TlsProfile, TlsVersion

AUTHENTICATED_CIPHERS = ("NULL-SHA",)
"""Signed, not encrypted. There is none such in TLS 1.3."""
ENCRYPTED_CIPHERS = (
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "AES256-SHA",
    "AES128-SHA",
)
"""Assumed: the order, the strongest first."""
TLS13_CIPHERSUITES = ("TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256")

_BOTH_MODES = TlsProfile(
    TlsVersion.TLSv1, TlsVersion.TLSv1_3, ENCRYPTED_CIPHERS + AUTHENTICATED_CIPHERS, TLS13_CIPHERSUITES
)


CIPHERS_OF_MODE: Final[dict[DeviceSecurityMode, tuple[str, ...]]] = {
    DeviceSecurityMode.NON_SECURE: (),
    DeviceSecurityMode.AUTHENTICATED: AUTHENTICATED_CIPHERS,
    DeviceSecurityMode.ENCRYPTED: ENCRYPTED_CIPHERS + TLS13_CIPHERSUITES,
}
"""All suites that satisfy the mode, in OpenSSL's spelling; a mode without any registers over plain TCP."""


def effective_mode(device: Device, cluster_security_mode: ClusterSecurityMode) -> DeviceSecurityMode:
    """In a cluster that is not in mixed mode every phone is Non Secure, whatever its profile says, as in its file."""
    if cluster_security_mode is ClusterSecurityMode.NON_SECURE:
        return DeviceSecurityMode.NON_SECURE
    return device.profile.device_security_mode


def server_tls_profile(minimum: TlsVersion, maximum: TlsVersion = TlsVersion.TLSv1_3) -> TlsProfile:
    """What CallManager offers on 2443: both secure modes share the port, so the suites of both."""
    return CALLMANAGER_SCCP.offer(minimum, _BOTH_MODES, maximum)


def profile_of(model: str, mode: DeviceSecurityMode, *, tftp_encrypted_config: bool = False) -> PhoneSecurityProfile:
    """The model's own profile of that mode; with TFTP Encrypted Config a copy of it, whose name is assumed."""
    own = standard_profile(model) if mode is DeviceSecurityMode.NON_SECURE else secure_profile(model, mode)
    if not tftp_encrypted_config:
        return own
    name = f"{own.name}, TFTP Encrypted Config"
    return replace(own, name=name, tftp_encrypted_config=True, is_standard=False)


def secure_profile(model: str, mode: DeviceSecurityMode) -> PhoneSecurityProfile:
    """A secure profile, which an administrator makes by copying the standard one; its name is assumed."""
    return PhoneSecurityProfile(f"Cisco {model} - SCCP {mode} Profile", mode)
