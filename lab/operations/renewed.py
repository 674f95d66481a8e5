"""Certificates that an operation brings and that are yet to be made: the same one however often the operation is tried."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from cisco_data import CertificateUnit
from lab.base.failures import InvalidInput
from lab.base.seeded import octets_from
from pki import (
    RSA_2048,
    Authority,
    Certificate,
    Identity,
    KeyRing,
    KeySpec,
    callmanager_identity,
    capf_authority,
    name,
    node_identity,
    profiles,
    read,
)
from wire.plain_text import plain


class Renewed:
    """New certificates of CAPF, CallManager and servers, by what they take the place of and when."""

    def __init__(self, keys: KeyRing) -> None:
        """`keys`: where their keys are taken from."""
        self._keys = keys
        self._authorities: dict[tuple[object, ...], Authority] = {}
        self._identities: dict[tuple[object, ...], Identity] = {}

    def capf(
        self,
        cluster: str,
        former: Certificate | None,
        at: datetime,
        *,
        same_name: bool = False,
        key_spec: KeySpec = RSA_2048,
        issuer: Certificate | None = None,
        signer: Callable[[Certificate], Authority] | None = None,
    ) -> Authority:
        """What the CAPF of a cluster is after it was regenerated at that moment.

        Args:
            former: CAPF.pem before; None where it is not known.
            same_name: keep its CN.
            key_spec: of its key.
            issuer: who signs it; itself where None.
            signer: gives the authority that signs as `issuer` does.
        """
        key = cluster, former, at, same_name, key_spec, issuer
        if key not in self._authorities:
            seed = f"{cluster} {read(former).serial_number if former else 0} {at:%Y-%m-%d}"
            self._authorities[key] = capf_authority(
                keys=self._keys,
                subject=_place(former) or {"O": cluster},
                not_before=at.replace(microsecond=0),
                octets=octets_from(seed),
                name=_same_cn(former) if same_name and former is not None else None,
                key_spec=key_spec,
                issuer=signer(issuer) if issuer is not None and signer is not None else None,
            )
        return self._authorities[key]

    def own(
        self,
        cluster: str,
        node: str,
        unit: CertificateUnit,
        former: Certificate | None,
        at: datetime,
        *,
        issuer: Authority | None = None,
        host_name: str = "",
    ) -> Identity:
        """A node's certificate after it was made again at that moment, by another key, under the same name if no other is given.

        Args:
            unit: any but CAPF.
            node: gives the name where the former certificate is not known.
            issuer: who signs it; itself where None.
            host_name: the node's new name, with its domain.
        """
        key = cluster, node, unit, former, at, issuer.certificate if issuer is not None else None, host_name
        if key not in self._identities:
            named = profiles.NODE_CERTIFICATES[unit]
            cn = host_name or node
            if former is not None and not host_name:
                cn = _same_cn(former).removeprefix(named.prefix).removesuffix(named.suffix)
            seed = f"{unit} of {cluster}/{node} {read(former).serial_number if former else 0} {at:%Y-%m-%dT%H:%M:%S}"
            self._identities[key] = node_identity(
                unit,
                keys=self._keys,
                subject=_place(former) or {"O": cluster},
                host_name=cn,
                not_before=at.replace(microsecond=0),
                octets=octets_from(seed),
                issuer=issuer,
            )
        return self._identities[key]

    def identity(self, server: str, host: str, former: Certificate | None, at: datetime) -> Identity:
        """What a server presents after its certificate was regenerated at that moment: another key under the same name.

        Args:
            server: its name in the fleet.
            host: its CN where the former certificate is not known.
        """
        key = server, former, at
        if key not in self._identities:
            self._identities[key] = callmanager_identity(
                keys=self._keys,
                subject=_place(former) or {"O": server},
                host_name=_same_cn(former) if former is not None else host,
                not_before=at.replace(microsecond=0),
                octets=octets_from(f"{server} {read(former).serial_number if former else 0} {at:%Y-%m-%d}"),
            )
        return self._identities[key]


def _place(former: Certificate | None) -> dict[str, str]:
    """C, O, OU, ST and L of its subject, what CUCM keeps of a name when it regenerates a certificate, as far as CUCM takes them."""
    if former is None:
        return {}
    held = {kind: read(former).subject.attribute(kind) for kind in ("C", "O", "OU", "ST", "L")}
    return {kind: value for kind, value in held.items() if value and _is_valid(kind, value)}


def _same_cn(former: Certificate) -> str:
    """Raises InvalidInput for a CN that no certificate of CUCM can have."""
    cn = read(former).subject.cn
    if not cn or not _is_valid("CN", cn):
        raise InvalidInput(f"the lab cannot regenerate {plain(cn) or 'a certificate without a CN'} under the same name")
    return cn


def _is_valid(kind: str, value: str) -> bool:
    try:
        name((kind, value))
    except ValueError:
        return False
    return True
