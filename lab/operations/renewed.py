"""Certificates that an operation brings and that are yet to be made: the same one however often the operation is tried."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from cryptography import x509

from lab.seeded import octets_from
from pki import Authority, Identity, KeyRing, callmanager_identity, capf_authority, common_name, parts_of


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
        former: x509.Certificate | None,
        at: datetime,
        *,
        same_name: bool = False,
        issuer: x509.Certificate | None = None,
        signer: Callable[[x509.Certificate], Authority] | None = None,
    ) -> Authority:
        """What the CAPF of a cluster is after it was regenerated at that moment.

        Args:
            former: CAPF.pem before; None where it is not known.
            same_name: keep its CN.
            issuer: who signs it; itself where None.
            signer: gives the authority that signs as `issuer` does.
        """
        key = cluster, former, at, same_name, issuer
        if key not in self._authorities:
            seed = f"{cluster} {former.serial_number if former else 0} {at:%Y-%m-%d}"
            self._authorities[key] = capf_authority(
                keys=self._keys,
                subject=_place(former) or {"O": cluster},
                not_before=at.replace(microsecond=0),
                octets=octets_from(seed),
                name=common_name(former.subject) if same_name and former is not None else None,
                issuer=signer(issuer) if issuer is not None and signer is not None else None,
            )
        return self._authorities[key]

    def identity(self, server: str, host: str, former: x509.Certificate | None, at: datetime) -> Identity:
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
                host_name=common_name(former.subject) if former is not None else host,
                not_before=at.replace(microsecond=0),
                octets=octets_from(f"{server} {former.serial_number if former else 0} {at:%Y-%m-%d}"),
            )
        return self._identities[key]


def _place(former: x509.Certificate | None) -> dict[str, str]:
    """C, O, OU, ST and L of its subject: what CUCM keeps of a name when it regenerates a certificate."""
    kept = {"C", "O", "OU", "ST", "L"}
    return {kind: value for kind, value in parts_of(former.subject) if kind in kept} if former is not None else {}
