"""SEP<MAC>.cnf.xml, the file that tells a phone its CallManagers, its security mode and whether to visit CAPF."""

from wire.phone_file._codec import MAX_FILE_OCTETS, read_phone_file_untrusted, write_phone_file
from wire.phone_file._model import (
    CapfServer,
    DeviceProtocol,
    Member,
    PhoneFile,
    TransportLayerProtocol,
    TvsServer,
    VendorConfig,
    phone_file_name,
)
from wire.phone_file._vpn_group import VpnAuthMethod, VpnGroup, VpnUrl, certificate_hash

__all__ = [
    "MAX_FILE_OCTETS",
    "CapfServer",
    "DeviceProtocol",
    "Member",
    "PhoneFile",
    "TransportLayerProtocol",
    "TvsServer",
    "VendorConfig",
    "VpnAuthMethod",
    "VpnGroup",
    "VpnUrl",
    "certificate_hash",
    "phone_file_name",
    "read_phone_file_untrusted",
    "write_phone_file",
]
