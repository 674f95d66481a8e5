"""The type tables: each choice with its number, name and moniker, and which of the numbers are only our guess."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from cisco_data import (
    EC_KEY_SIZES,
    RSA_KEY_SIZES,
    AuthenticationMode,
    CertificateOperation,
    CertificateStatus,
    DeviceSecurityMode,
    KeyOrder,
    ServiceName,
)
from cisco_data.models import TYPEMODEL
from cisco_data.services import CERTIFICATE_UNITS
from cisco_data.trust_roles import TRUST_ROLES


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
        tuple((mode.number, mode, _moniker("DEVICE_SECURITY_MODE", mode)) for mode in DeviceSecurityMode),
        frozenset(),
    ),
    _listed("typetransport", "TRANSPORT", ("TCP", "UDP", "TLS")),
    _listed("typeauthenticationmode", "AUTHENTICATION_MODE", AuthenticationMode),
    _listed("typekeyorder", "KEY_ORDER", KeyOrder),
    _listed("typekeysize", "KEY_SIZE", map(str, RSA_KEY_SIZES)),
    _listed("typeeckeysize", "EC_KEY_SIZE", map(str, EC_KEY_SIZES)),
    TypeTable("typekeyauthority", ((0, "None", "KEY_AUTHORITY_NONE"),), frozenset({0})),
    _listed("typecertificateoperation", "CERTIFICATE_OPERATION", CertificateOperation, known=(1, 2)),
    # Of the numbers of XCertificateStatus only 1 and 2 are known; the others follow AXL's order. Assumed.
    _listed("typecertificatestatus", "CERTIFICATE_STATUS", CertificateStatus, known=(1, 2)),
    _listed("typecertificateservice", "CERTIFICATE_SERVICE", CERTIFICATE_UNITS, known=range(1, 17)),
    TypeTable("typecertificatedistribution", ((1, "1", "CERTIFICATE_DISTRIBUTION_1"),), frozenset({1})),
    TypeTable("typetrustrole", TRUST_ROLES, frozenset(role for role, _, _ in TRUST_ROLES)),
    TypeTable(
        "typeservice",
        ((0, ServiceName.CALLMANAGER, "SERVICE_CISCO_CALLMANAGER"), (11, "Enterprise Wide", "SERVICE_ENTERPRISE_WIDE")),
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
