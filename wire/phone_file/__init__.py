"""SEP<MAC>.cnf.xml, the file that tells a phone its CallManagers, its security mode and whether to visit CAPF."""

from wire.phone_file._codec import LONGEST_FILE, read_phone_file_untrusted, write_phone_file
from wire.phone_file._model import (
    CapfServer,
    DeviceProtocol,
    Member,
    PhoneFile,
    TransportLayerProtocol,
    VendorConfig,
    phone_file_name,
)
from wire.phone_file._vpn_group import VpnAuthMethod, VpnGroup, VpnUrl, certificate_hash

__all__ = [
    "LONGEST_FILE",
    "CapfServer",
    "DeviceProtocol",
    "Member",
    "PhoneFile",
    "TransportLayerProtocol",
    "VendorConfig",
    "VpnAuthMethod",
    "VpnGroup",
    "VpnUrl",
    "certificate_hash",
    "phone_file_name",
    "read_phone_file_untrusted",
    "write_phone_file",
]
