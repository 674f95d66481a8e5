"""A cluster of two nodes whose keys the lab has: own certificates, CTL and ITL files, and what its command line shows of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache

from cisco_data import CertificateUnit, ServiceName
from cisco_data.release_table import release_named
from cisco_data.trust_roles import TrustRole
from cucm_sim.texts.show_trust_list import show_trust_list
from lab.fleet.model import Fleet
from lab.fleet.trust import ClusterTrust, FleetNode
from lab.testing import AUTHORITY_SUBJECT, NOW
from lab.whatif.trust.lists import ListMaker
from pki import Certificate, Identity, KeyPool, node_identity
from tests.exports.conftest import Exports, pem
from tests.whatif.conftest import make_network
from wire.signed_files import SignatureDigest, TrustListRecord, read_trust_list_untrusted, record_of, write_trust_list

PUB, SUB = "hq-pub", "hq-sub1"
UNITS = (CertificateUnit.CALLMANAGER, CertificateUnit.TVS, CertificateUnit.TOMCAT)
RECOVERY = CertificateUnit.ITL_RECOVERY
SINCE = NOW - timedelta(days=200)
MADE = SINCE + timedelta(days=1)


@dataclass(frozen=True)
class TwoNodes:
    own: dict[str, dict[CertificateUnit, Identity]]

    @property
    def capf(self) -> Certificate:
        return make_network().capf.certificate

    def certificate(self, node: str, unit: CertificateUnit) -> Certificate:
        return self.own[node][unit].certificate

    def trust(self) -> ClusterTrust:
        runs = frozenset({ServiceName.CALLMANAGER, ServiceName.TFTP})
        return ClusterTrust(
            tuple(
                FleetNode(name, own={unit: each.certificate for unit, each in own.items()}, runs=runs)
                for name, own in self.own.items()
            )
        )

    def fleet(self, release: str = "15") -> Fleet:
        return Fleet(MADE, capf={"hq": self.capf}, releases={"hq": release_named(release)}, trust={"hq": self.trust()})

    def records(self, node: str = "") -> tuple[TrustListRecord, ...]:
        """Of the ITL file of a node, or of the CTL file."""
        maker = ListMaker()
        made = maker.itl(self.fleet(), "hq", node) if node else maker.ctl(self.fleet(), "hq")
        assert made is not None
        return made.content.records

    def signed(self, node: str = "", *, at: datetime = MADE, records: Iterable[TrustListRecord] | None = None) -> bytes:
        return write_trust_list(
            self.records(node) if records is None else records,
            self.own[PUB][RECOVERY],
            file_name="ITLFile.tlv" if node else "CTLFile.tlv",
            digest=SignatureDigest.SHA1,
            timestamp=int(at.timestamp()),
        )

    def write(self, exports: Exports, *, own: bool = True, lists: bool = True) -> Exports:
        """Stores, own certificates and lists as files."""
        exports.cluster()
        for name, held in self.own.items():
            for unit, identity in held.items() if own else ():
                exports.write(f"hq/own/{name}/{unit}.pem", pem(identity.certificate))
            if lists:
                exports.write(f"hq/own/{name}/ITLFile.tlv", self.signed(name))
        if lists:
            exports.write(f"hq/own/{PUB}/CTLFile.tlv", self.signed())
        return exports

    def shown(self, node: str = "", octets: bytes | None = None) -> str:
        """The answer of the command line."""
        command, kind = ("show itl", "ITL") if node else ("show ctl", "CTL")
        answer = show_trust_list(octets or self.signed(node), MADE, kind)  # type: ignore[arg-type]
        return f"admin:{command}\n{answer}\n"


@cache
def two_nodes() -> TwoNodes:
    keys, octets = KeyPool().ring(), iter(range(1 << 20, 1 << 30))

    def made(unit: CertificateUnit, host: str) -> Identity:
        return node_identity(
            unit,
            keys=keys,
            subject=AUTHORITY_SUBJECT,
            host_name=host,
            not_before=SINCE,
            octets=lambda size: next(octets).to_bytes(size),
        )

    own = {host: {unit: made(unit, host) for unit in UNITS} for host in (PUB, SUB)}
    own[PUB][RECOVERY] = made(RECOVERY, PUB)
    return TwoNodes(own)


@cache
def renewed(host: str = PUB, days: int = 50) -> Identity:
    """Another CallManager.pem, of a later day; all have one serial number."""
    return node_identity(
        CertificateUnit.CALLMANAGER,
        keys=KeyPool().ring(),
        subject=AUTHORITY_SUBJECT,
        host_name=host,
        not_before=SINCE + timedelta(days=days),
        octets=lambda size: (77).to_bytes(size),
    )


def blank(records: Iterable[TrustListRecord]) -> list[TrustListRecord]:
    """What is left while the cluster is prepared for a rollback."""
    return [each for each in records if each.role is TrustRole.CAPF]


def with_wrong_signature(octets: bytes) -> bytes:
    at = octets.index(read_trust_list_untrusted(octets).header.signature)
    return octets[:at] + bytes([octets[at] ^ 1]) + octets[at + 1 :]


def too_long(nodes: TwoNodes) -> bytes:
    """An ITL file with more records than phones load."""
    extra = record_of(nodes.certificate(PUB, CertificateUnit.TOMCAT), TrustRole.APPLICATION_SERVER)
    return nodes.signed(PUB, records=[*nodes.records(PUB), *[replace(extra, dns_name=f"n{n}") for n in range(45)]])


assert MADE.tzinfo is UTC
