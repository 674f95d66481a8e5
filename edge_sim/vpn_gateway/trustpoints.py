"""A gateway's trustpoints: named trust stores side by side, any of which may verify a client."""

from __future__ import annotations

from collections.abc import Iterable

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from edge_sim.vpn_gateway.events import HeldName
from pki import Certificate, TrustStore, names_of, read


class Trustpoints:
    """An immutable set of trustpoints, each a store with a name. Two of them may hold certificates of one subject."""

    def __init__(self, stores: Iterable[TrustStore] = ()) -> None:
        """Raises ValueError for two trustpoints of one name."""
        self._stores = tuple(stores)
        names = [store.name for store in self._stores]
        if len(set(names)) != len(names):
            raise ValueError(f"two trustpoints have one name: {', '.join(names)}")

    @property
    def certificates(self) -> tuple[Certificate, ...]:
        """Of all trustpoints, each once."""
        return tuple(dict.fromkeys(certificate for store in self._stores for certificate in store.certificates))

    @property
    def crls(self) -> tuple[x509.CertificateRevocationList, ...]:
        return tuple(crl for store in self._stores for crl in store.crls)

    def holding(self, der: bytes) -> str:
        """The name of the first that holds this certificate; empty where none does."""
        for store in self._stores:
            if any(certificate.public_bytes(Encoding.DER) == der for certificate in store):
                return store.name
        return ""

    def described(self) -> tuple[HeldName, ...]:
        """For each certificate, for the journal."""
        return tuple(HeldName(store.name, names_of(held).subject) for store in self._stores for held in store)


def trustpoints_of(trust: TrustStore) -> Trustpoints:
    """One for each certificate, with the CN of its authority; of a second one of that CN the serial number tells it apart."""
    named: dict[str, Certificate] = {}
    for certificate in trust:
        name = read(certificate).subject.cn.replace(" ", "_")
        named[name if name not in named else f"{name}_{read(certificate).serial_number:x}"] = certificate
    return Trustpoints(TrustStore(name, [certificate]) for name, certificate in named.items())
