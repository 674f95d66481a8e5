"""The type tables: each choice with its number, name and moniker, and which of the numbers are only our guess."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from cucm_sim.database._choices import AuthenticationMode, CertificateOperation, DeviceSecurityMode, KeyOrder
from cucm_sim.models import TYPEMODEL


@dataclass(frozen=True)
class TypeTable:
    """One table of `enum`, `name`, `moniker`."""

    name: str
    rows: tuple[tuple[int, str, str], ...]
    known: frozenset[int]
    """Numbers that were seen in a real CUCM or published by Cisco; every other one is assumed, as is the name beside it
    where no page shows it. Monikers are assumed unless `docs/database.md` says otherwise."""

    @cached_property
    def numbers(self) -> MappingProxyType[str, int]:
        """The number of each name."""
        return MappingProxyType({name: number for number, name, _ in self.rows})

    @cached_property
    def names(self) -> MappingProxyType[int, str]:
        """The name of each number."""
        return MappingProxyType({number: name for number, name, _ in self.rows})


CERTIFICATE_STATUSES = (
    "None",
    "Operation Pending",
    "Upgrade Success",
    "Delete Success",
    "Troubleshoot Success",
    "Upgrade Failed",
    "Delete Failed",
    "Troubleshoot Failed",
    "Upgrade Failed: Invalid LSC",
    "Upgrade Failed: Invalid Authentication String",
    "Upgrade Failed: Invalid MIC",
    "Upgrade Failed: Invalid Credentials",
    "Upgrade Failed: Phone Communication Failure",
    "Upgrade Failed: Key Generation Failed/Timeout",
    "Upgrade Failed: CA Communication Failure",
    "Upgrade Failed: CA Rejected Connection",
    "Upgrade Failed: User Initiated Request Late/Timedout",
    "Upgrade Failed: No Support for EC only in CAPF version 3",
    "Delete Failed: Invalid LSC",
    "Delete Failed: Invalid Authentication String",
    "Delete Failed: Invalid MIC",
    "Delete Failed: Invalid Credentials",
    "Delete Failed: Phone Communication Failure",
    "Delete Failed: Key Generation Failed/Timeout",
    "Delete Failed: CA Communication Failure",
    "Delete Failed: CA Rejected Connection",
    "Delete Failed: User Initiated Request Late/Timedout",
    "Troubleshoot Failed: Invalid LSC",
    "Troubleshoot Failed: Invalid Authentication String",
    "Troubleshoot Failed: Invalid MIC",
    "Troubleshoot Failed: Invalid Credentials",
    "Troubleshoot Failed: Phone Communication Failure",
    "Troubleshoot Failed: Key Generation Failed/Timeout",
    "Troubleshoot Failed: User Initiated Request Late/Timedout",
)
"""AXL's XCertificateStatus, all 34. Of their numbers only 1 and 2 are known; the others follow this order, which is assumed."""

RSA_KEY_SIZES = (512, 1024, 2048, 3072, 4096)
EC_KEY_SIZES = (256, 384, 521)

_CERTIFICATE_SERVICES = (
    "Phone-trust",
    "Phone-VPN-trust",
    "CallManager",
    "CallManager-trust",
    "tomcat",
    "tomcat-trust",
    "ipsec",
    "ipsec-trust",
    "CAPF",
    "CAPF-trust",
    "TVS",
    "TVS-trust",
    "directory-trust",
    "Phone-SAST-trust",
    "Phone-CTL-trust",
    "userlicensing-trust",
)
"""Numbered from 1, as a real 9.1 logs them."""

_TRUST_ROLES = (
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
"""Numbers and monikers as a real CUCM logs them; the names between are assumed."""

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


def _moniker(prefix: str, name: str) -> str:
    words = "".join(letter if letter.isalnum() else " " for letter in name).upper().split()
    return "_".join((prefix, *words))


def _listed(table: str, prefix: str, names: Iterable[str], known: Iterable[int] = ()) -> TypeTable:
    """Names numbered from 1."""
    rows = tuple((number, name, _moniker(prefix, name)) for number, name in enumerate(names, 1))
    return TypeTable(table, rows, frozenset(known))


_TABLES = (
    TypeTable(
        "typemodel",
        tuple((number, f"Cisco {name}", _moniker("MODEL_CISCO", name)) for name, number in TYPEMODEL.items()),
        frozenset(TYPEMODEL.values()),
    ),
    TypeTable("typeclass", ((1, "Phone", "CLASS_PHONE"),), frozenset({1})),
    TypeTable(
        "typedeviceprotocol",
        ((0, "SCCP", "DEVICE_PROTOCOL_SCCP"), (11, "SIP", "DEVICE_PROTOCOL_SIP")),
        frozenset({0, 11}),
    ),
    TypeTable(
        "typedevicesecuritymode",
        tuple((mode.value, str(mode), _moniker("DEVICE_SECURITY_MODE", str(mode))) for mode in DeviceSecurityMode),
        frozenset(),
    ),
    _listed("typetransport", "TRANSPORT", ("TCP", "UDP", "TLS")),
    _listed("typeauthenticationmode", "AUTHENTICATION_MODE", (mode.value for mode in AuthenticationMode)),
    _listed("typekeyorder", "KEY_ORDER", (order.value for order in KeyOrder)),
    _listed("typekeysize", "KEY_SIZE", map(str, RSA_KEY_SIZES)),
    _listed("typeeckeysize", "EC_KEY_SIZE", map(str, EC_KEY_SIZES)),
    TypeTable("typekeyauthority", ((0, "None", "KEY_AUTHORITY_NONE"),), frozenset({0})),
    _listed(
        "typecertificateoperation", "CERTIFICATE_OPERATION", (kind.value for kind in CertificateOperation), known=(1, 2)
    ),
    _listed("typecertificatestatus", "CERTIFICATE_STATUS", CERTIFICATE_STATUSES, known=(1, 2)),
    _listed("typecertificateservice", "CERTIFICATE_SERVICE", _CERTIFICATE_SERVICES, known=range(1, 17)),
    TypeTable("typecertificatedistribution", ((1, "1", "CERTIFICATE_DISTRIBUTION_1"),), frozenset({1})),
    TypeTable("typetrustrole", _TRUST_ROLES, frozenset(number for number, _, _ in _TRUST_ROLES)),
    TypeTable(
        "typeservice",
        ((0, "Cisco CallManager", "SERVICE_CISCO_CALLMANAGER"), (11, "Enterprise Wide", "SERVICE_ENTERPRISE_WIDE")),
        frozenset({11}),
    ),
)

TYPE_TABLES = MappingProxyType({table.name: table for table in _TABLES})
"""Every type table by name."""


def number_of(table: str, name: str) -> int:
    """Raises KeyError where the table has no such name."""
    return TYPE_TABLES[table].numbers[name]


def name_of(table: str, number: int) -> str:
    """Raises KeyError where the table has no such number."""
    return TYPE_TABLES[table].names[number]
