"""A cluster's trust stores as a mapping: reading gives an immutable snapshot, assigning writes the difference."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cryptography import x509

from cucm_sim.database._certificates import CertificateTables
from pki import TrustStore


class TrustStores(Mapping[str, TrustStore]):
    """The trust stores of one cluster by name. No service sees a change before it reads its store again, at its start.

    Revocation lists of a store stay in memory: no table of CUCM for them is published.
    """

    def __init__(self, tables: CertificateTables, stores: tuple[str, ...]) -> None:
        """`stores`: which there are, by their names in typecertificateservice."""
        self._tables = tables
        self._stores = stores
        self._crls: dict[str, tuple[x509.CertificateRevocationList, ...]] = {}

    def __getitem__(self, store: str) -> TrustStore:
        if store not in self._stores:
            raise KeyError(store)
        return TrustStore(store, self._tables.trusted(store), self._crls.get(store, ()))

    def __setitem__(self, store: str, changed: TrustStore) -> None:
        """Raises KeyError where there is no such store, ValueError for a snapshot of another one."""
        if store not in self._stores:
            raise KeyError(store)
        if changed.name != store:
            raise ValueError(f"{changed.name} cannot take the place of {store}")
        self._tables.save_trusted(store, changed.certificates)
        self._crls[store] = changed.crls

    def __contains__(self, store: object) -> bool:
        return store in self._stores

    def __iter__(self) -> Iterator[str]:
        return iter(self._stores)

    def __len__(self) -> int:
        return len(self._stores)
