"""What can be done to a fleet, one small struct a deed; `changes` carries them out, `plan_file` and the command write them down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from phone_sim.preference import CertificateKind
from pki import Certificate
from wire.tls import TlsVersion


@dataclass(frozen=True, slots=True)
class RemoveCertificate:
    """From a trust store. Counts from the restart of its service; at a VPN gateway at once."""

    certificate: Certificate
    server: str
    """Name of the server whose store it is."""


@dataclass(frozen=True, slots=True)
class AddCertificate:
    """To a trust store, likewise."""

    certificate: Certificate
    server: str


@dataclass(frozen=True, slots=True)
class AddCapfCertificate:
    """To a trust store: the certificate that the CAPF of a cluster has by then, perhaps one that is yet to be made."""

    cluster: str
    server: str


@dataclass(frozen=True, slots=True)
class RegenerateCapf:
    """A new CAPF.pem, which CUCM copies to both trust stores of the cluster and the former of which stays there."""

    cluster: str


@dataclass(frozen=True, slots=True)
class SetMinimumTls:
    """Of CallManager and CAPF of a cluster, or of one server beside. Counts from the restart."""

    server: str
    version: TlsVersion


@dataclass(frozen=True, slots=True)
class Restart:
    """What is configured counts from now on."""

    server: str


@dataclass(frozen=True, slots=True)
class UpdateTrustLists:
    """`utils ctl update CTLFile` (or the ITL) and reset of the phones: they trust the cluster's servers as they are now."""

    cluster: str


@dataclass(frozen=True, slots=True)
class SetDate:
    """Time passes until then."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Move:
    """Phones go to another cluster: its TFTP, its trust list; their LSC stays."""

    cluster: str
    phones: frozenset[str] = frozenset()
    """Device names; empty for all."""


@dataclass(frozen=True, slots=True)
class InstallLsc:
    """Certificate Operation Install/Upgrade: a new LSC, from the CAPF certificate that the cluster's CAPF runs with."""

    phones: frozenset[str]


@dataclass(frozen=True, slots=True)
class DeleteLsc:
    """Certificate Operation Delete: the MIC is left."""

    phones: frozenset[str]


@dataclass(frozen=True, slots=True)
class SetPrecedence:
    """By Existing Certificate (Precedence to ...)."""

    phones: frozenset[str]
    kind: CertificateKind


Step = (
    RemoveCertificate
    | AddCertificate
    | AddCapfCertificate
    | RegenerateCapf
    | SetMinimumTls
    | Restart
    | UpdateTrustLists
    | SetDate
    | Move
    | InstallLsc
    | DeleteLsc
    | SetPrecedence
)
