"""The certificate tables: the cluster's own certificates and what its trust stores hold. Private keys are never here.

A unit such as `CallManager` has one row of its own for each node, the publisher's first, which a new certificate updates in
place. The certificates of the trust stores have rows apart from those; one that is in several stores has one row and a mapping
for each, which is assumed.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from cisco_data import StoreName
from cisco_data.trust_roles import ROLES_OF_UNIT
from cucm_sim.database._rows import InstalledLsc
from cucm_sim.database._store import Row, SqlStore, Value
from cucm_sim.database._types import name_of, number_of
from pki import Certificate, DistinguishedName, load_pem_untrusted, read, signed_by

_MAP = "certificateservicecertificatemap"
_HELD = f"""SELECT {_MAP}.pkid, certificate.pkid, certificate.certificate FROM {_MAP}
 JOIN certificate ON certificate.pkid = {_MAP}.fkcertificate WHERE {_MAP}.tkcertificateservice = ? ORDER BY {_MAP}.rowid"""
_OF_NODE = _HELD.replace("ORDER BY", "AND certificate.servername = ? ORDER BY")


_NEVER = datetime.fromtimestamp(0, UTC)
"""What the columns hold where an end cannot be read: 0."""


class CertificateTables:
    """Certificates by unit: `CallManager`, `CAPF`, `CallManager-trust`, ... as in typecertificateservice."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store

    def own(self, unit: str) -> Certificate | None:
        """The publisher's own certificate of this unit. Raises KeyError for a unit that CUCM does not have."""
        row = self._store.row(_HELD, (number_of("typecertificateservice", unit),))
        return load_certificate(str(row[2])) if row is not None else None

    def save_own(self, unit: str, certificate: Certificate, node_name: str) -> None:
        """Install or regenerate a node's: the same row gets another certificate. Raises KeyError as `own` does."""
        service = number_of("typecertificateservice", unit)
        with self._store.transaction():
            row = self._store.row(_OF_NODE, (service, node_name))
            if row is not None:
                self._rewrite(str(row[1]), certificate)
                return
            pkid = self._insert(certificate, node_name)
            self._store.insert(_MAP, {"fkcertificate": pkid, "tkcertificateservice": service})
            self._write_roles(pkid)
            self._store.insert(
                "certificateprocessnodemap",
                {"fkcertificate": pkid, "fkprocessnode": self._node(node_name), "servername": node_name},
            )

    def trusted(self, store: str) -> tuple[Certificate, ...]:
        """What this trust store holds, in the order in which the subjects came. Raises KeyError as `own` does."""
        rows = self._store.rows(_HELD, (number_of("typecertificateservice", store),))
        return tuple(load_certificate(str(row[2])) for row in rows)

    def save_trusted(self, store: str, certificates: Iterable[Certificate]) -> None:
        """Make this trust store hold exactly these, by the difference: what stays keeps its rows. Raises KeyError as `own`."""
        service = number_of("typecertificateservice", store)
        wanted = list(dict.fromkeys(certificates))
        with self._store.transaction():
            rows = self._store.rows(_HELD, (service,))
            held = {load_certificate(str(row[2])): str(row[0]) for row in rows}
            gone = {read(one).subject: held[one] for one in held if one not in wanted}
            for certificate in wanted:
                if certificate in held:
                    continue
                pkid = self._trust_row(certificate)
                mapping = gone.pop(read(certificate).subject, None)
                if mapping is not None:  # takes the place of the one of its name
                    self._store.update(_MAP, {"fkcertificate": pkid}, pkid=mapping)
                else:
                    self._store.insert(_MAP, {"fkcertificate": pkid, "tkcertificateservice": service})
            for mapping in gone.values():
                self._store.change(f"DELETE FROM {_MAP} WHERE pkid = ?", (mapping,))
            self._store.change(f"DELETE FROM certificate WHERE pkid NOT IN (SELECT fkcertificate FROM {_MAP})")
            if store in ROLES_OF_UNIT:
                changed = dict.fromkeys(str(row[1]) for row in (*rows, *self._store.rows(_HELD, (service,))))
                for pkid in changed:
                    self._write_roles(pkid)

    def describe_lsc(self, certificate: Certificate) -> InstalledLsc:
        """What table device holds of an LSC; its issuer is looked for in CAPF, CAPF-trust and CallManager-trust."""
        contents = read(certificate)
        public_key = contents.public_key
        capf = self.own("CAPF")
        own = () if capf is None else (capf,)
        issuers = (*own, *self.trusted(StoreName.CAPF), *self.trusted(StoreName.CALLMANAGER))
        issuer = next((issuer for issuer in issuers if _issued(issuer, certificate)), None)
        return InstalledLsc(
            public_key=base64.b64encode(contents.parts.public_key).decode(),
            issuer_name=name_text(contents.issuer),
            valid_until=contents.not_after or _NEVER,
            issuer_valid_until=read(issuer).not_after if issuer is not None else None,
            ec_curve=public_key.curve.key_size if isinstance(public_key, ec.EllipticCurvePublicKey) else None,
        )

    def add_node(self, name: str) -> None:
        """A server of the cluster; no effect where it is known."""
        with self._store.transaction():
            if self._store.row("SELECT 1 FROM processnode WHERE name = ?", (name,)) is None:
                self._store.insert("processnode", {"name": name})

    def rename_node(self, name: str, new_name: str) -> None:
        """Another host name of a server, in table processnode and wherever a certificate names its server."""
        with self._store.transaction():
            self._store.update("processnode", {"name": new_name}, name=name)
            for table in ("certificate", "certificateprocessnodemap"):
                self._store.update(table, {"servername": new_name}, servername=name)

    def _node(self, name: str) -> str:
        self.add_node(name)
        row = self._store.row("SELECT pkid FROM processnode WHERE name = ?", (name,))
        assert row is not None
        return str(row[0])

    def _trust_row(self, certificate: Certificate) -> str:
        """The row of a certificate that some trust store holds, made where none does."""
        row: Row | None = self._store.row(
            f"""SELECT certificate.pkid FROM certificatehashmap
             JOIN certificate ON certificate.pkid = certificatehashmap.fkcertificate
             JOIN {_MAP} ON {_MAP}.fkcertificate = certificate.pkid
             JOIN typecertificateservice ON typecertificateservice.enum = {_MAP}.tkcertificateservice
             WHERE certificatehashmap.hash = ? AND certificate.certificate = ? AND typecertificateservice.name LIKE '%-trust'""",
            (certificate_hash(certificate), _pem(certificate)),
        )
        return str(row[0]) if row is not None else self._insert(certificate, None)

    def _insert(self, certificate: Certificate, server_name: str | None) -> str:
        pkid = self._store.insert("certificate", {"servername": server_name, **_columns(certificate)})
        self._store.insert("certificatehashmap", {"fkcertificate": pkid, "hash": certificate_hash(certificate)})
        return pkid

    def _write_roles(self, pkid: str) -> None:
        """Make a certificate have the trust roles of the units and stores that it is mapped to now, and no others."""
        services = self._store.rows(f"SELECT tkcertificateservice FROM {_MAP} WHERE fkcertificate = ?", (pkid,))
        units = [name_of("typecertificateservice", int(str(number))) for (number,) in services]
        wanted = dict.fromkeys(role for unit in units for role in ROLES_OF_UNIT.get(unit, ()))
        held = "SELECT tktrustrole FROM certificatetrustrolemap WHERE fkcertificate = ?"
        present = {role for (role,) in self._store.rows(held, (pkid,))}
        for role in present - wanted.keys():
            self._store.change(
                "DELETE FROM certificatetrustrolemap WHERE fkcertificate = ? AND tktrustrole = ?", (pkid, role)
            )
        for role in (role for role in wanted if role not in present):
            self._store.insert("certificatetrustrolemap", {"fkcertificate": pkid, "tktrustrole": role})

    def _rewrite(self, pkid: str, certificate: Certificate) -> None:
        self._store.update("certificate", _columns(certificate), pkid=pkid)
        self._store.update("certificatehashmap", {"hash": certificate_hash(certificate)}, fkcertificate=pkid)


def _issued(issuer: Certificate, certificate: Certificate) -> bool:
    return read(issuer).subject == read(certificate).issuer and signed_by(certificate, issuer)


def _columns(certificate: Certificate) -> dict[str, Value]:
    contents = read(certificate)
    serial = f"{contents.serial_number:x}"
    return {
        "subjectname": name_text(contents.subject),
        "issuername": name_text(contents.issuer),
        "serialnumber": serial.zfill(len(serial) + len(serial) % 2),
        "certificate": _pem(certificate),
    }


def name_text(name: DistinguishedName) -> str:
    """`L=Sydney,ST=NSW,CN=CAPF-36205338,OU=Voice,O=Lab,C=AU`: last part first, as the database spells names."""
    return name.rfc4514


@lru_cache(maxsize=1024)
def certificate_hash(certificate: Certificate) -> str:
    """Column hash: SHA-1 of the DER, in base64."""
    der = certificate.public_bytes(Encoding.DER)
    return base64.b64encode(hashlib.sha1(der, usedforsecurity=False).digest()).decode()


@lru_cache(maxsize=1024)
def _pem(certificate: Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode()


@lru_cache(maxsize=1024)
def load_certificate(pem: str) -> Certificate:
    """Kept, because a service reads its whole store at every start."""
    return load_pem_untrusted(pem.encode())[0]
