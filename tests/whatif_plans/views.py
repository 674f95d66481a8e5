"""Two fleets of different worlds, side by side: each makes its own certificates, which are told apart by what they are for."""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding

from cisco_data import DeviceSecurityMode, ServiceKind
from cisco_data.trust_roles import ROLES_OF_UNIT
from lab.fleet.model import Fleet, FleetPhone, Held, Known, Settings, UnjudgedReason
from lab.fleet.trust import FleetList, KeptConfiguration
from lab.operations.cluster_trust import answering
from lab.operations.effect import service_of
from lab.whatif.judge import Judge
from pki import Certificate, read
from wire.certificate_id import CertificateId, certificate_id

View = dict[str, Any]


class Names:
    """Of certificates in one world, in the order in which they come to be: `CallManager of hq/hq-pub 2`."""

    def __init__(self) -> None:
        self._names: dict[bytes, str] = {}
        self._ids: dict[CertificateId, str] = {}
        self._counts: dict[str, int] = {}

    def learn(self, fleet: Fleet) -> None:
        """Certificates that are new."""
        for cluster, trust in fleet.trust.items():
            for node in trust.nodes:
                for unit in sorted(node.own):
                    self._note(f"{unit} of {cluster}/{node.name}", node.own[unit])
        for cluster, capf in fleet.capf.items():
            self._note(f"CAPF of {cluster}", capf)

    def _note(self, kind: str, certificate: Certificate) -> None:
        octets = certificate.public_bytes(Encoding.DER)
        if octets in self._names:
            return
        number = self._counts[kind] = self._counts.get(kind, 0) + 1
        self._names[octets] = self._ids[certificate_id(certificate)] = f"{kind} {number}"

    def of(self, certificate: Certificate | None) -> str:
        return self.of_octets(certificate.public_bytes(Encoding.DER)) if certificate is not None else ""

    def of_octets(self, octets: bytes | None) -> str:
        return self._names.get(octets, octets.hex()[-40:]) if octets is not None else ""

    def of_id(self, wanted: CertificateId) -> str:
        return self._ids.get(wanted, str(wanted))


def view(fleet: Fleet, names: Names) -> View:
    """All by which phones and services judge each other."""
    names.learn(fleet)
    found: View = {}
    for phone in fleet.phones:
        found[phone.device_name] = _phone(fleet, phone, names)
    for cluster, trust in fleet.trust.items():
        found[f"CTL of {cluster}"] = _list(trust.ctl, names)
        found[f"stores of {cluster}"] = {
            str(store): sorted(map(names.of, held.certificates)) for store, held in trust.stores.items()
        }
        found[f"parameters of {cluster}"] = str(trust.digest), trust.rollback, trust.tftp_servers
        for node in trust.nodes:
            here = f"{cluster}/{node.name}"
            found[f"own of {here}"] = {str(unit): names.of(own) for unit, own in node.own.items()}
            tftp = node.tftp
            found[f"Cisco Tftp of {here}"] = tftp and {
                "itl": _list(tftp.itl, names),
                "signer": names.of(tftp.signer),
                "digest": str(tftp.digest),
            }
            tvs = node.tvs and answering(fleet, cluster, node.tvs)
            found[f"TVS of {here}"] = tvs and {
                "presents": names.of(tvs.presents),
                "known": {
                    str(unit): sorted(map(names.of, known))
                    for unit, known in tvs.known.items()
                    if unit in ROLES_OF_UNIT
                },
                "due": {
                    str(unit): round((due - fleet.at).total_seconds() / 30)
                    for unit, due in tvs.due.items()
                    if unit in ROLES_OF_UNIT
                },
                "minimum": tvs.minimum_tls,
            }
    for name, server in fleet.servers.items():
        found[name] = {
            "configured": _settings(server.configured, names),
            "in use": _settings(server.in_use, names),
            "mixed": server.mixed if server.in_use is not None else None,
        }
    return found


def _phone(fleet: Fleet, phone: FleetPhone, names: Names) -> View:
    lists = phone.lists
    return {
        "cluster": phone.cluster,
        "mode": str(phone.mode),
        "going": _going(fleet, phone.going),
        "lsc": _held(phone.lsc, names),
        "call managers": phone.call_managers,
        "ctl": _list(lists.ctl, names) if lists is not None else "not known",
        "itl": _list(lists.itl, names) if lists is not None else "not known",
    }


def without_unsure_modes(lab: View, fleet: Fleet) -> View:
    """A view of the lab without the configuration of phones of which what-if says that it cannot tell the mode."""
    unsure = {each.cluster for each in fleet.unjudged if each.reason is UnjudgedReason.CLUSTER_MODE}
    names = {phone.device_name for phone in fleet.phones if unsure & {phone.cluster, phone.going.cluster}}
    return {name: {**seen, "going": None} if name in names else seen for name, seen in lab.items()}


def _going(fleet: Fleet, phone: FleetPhone) -> KeptConfiguration:
    callmanager = service_of(fleet, phone.cluster, ServiceKind.CALLMANAGER)
    mode = phone.mode if callmanager is not None and callmanager.mixed else DeviceSecurityMode.NON_SECURE
    return KeptConfiguration(phone.cluster, mode, phone.call_managers)


def _held(held: Held | None, names: Names) -> str:
    if held is None:
        return ""
    issuer = read(held.certificate).issuer.cn if isinstance(held, Known) else held.issuer_name
    return f"of {issuer}"


def _list(one: FleetList | None, names: Names) -> Any:
    if one is None:
        return None
    header, records = one.content.header, one.content.records
    return {
        "signer": names.of_id(header.signer),
        "digest": str(header.digest),
        "records": [
            (names.of_octets(each.certificate) or str(each.certificate_id), str(each.role), each.dns_name, each.address)
            for each in records
        ],
    }


def _settings(settings: Settings | None, names: Names) -> Any:
    if settings is None:
        return None
    return {
        "trust": sorted(map(names.of, settings.trust.certificates)),
        "presents": names.of(settings.certificate),
        "minimum": settings.minimum_tls,
    }


def differences(one: Any, other: Any, path: str = "") -> list[str]:
    """Where two views are unlike."""
    if isinstance(one, dict) and isinstance(other, dict):
        keys = dict.fromkeys((*one, *other))
        return [each for key in keys for each in differences(one.get(key), other.get(key), f"{path}/{key}")]
    if one == other:
        return []
    if isinstance(one, list) and isinstance(other, list):
        return [f"{path}: the lab has besides {_besides(one, other)}, what-if {_besides(other, one)}"]
    return [f"{path}: the lab has {one}, what-if {other}"]


def _besides(one: list[Any], other: list[Any]) -> list[Any]:
    return [each for each in one if each not in other] or ["nothing (order)"]


def verdicts(judge: Judge, fleet: Fleet) -> dict[str, dict[str, Any]]:
    """By phone and service: both directions of what-if's word; None where it cannot tell."""
    judge.factory.learn(fleet)
    found: dict[str, dict[str, Any]] = {}
    for phone in fleet.phones:
        said = found[phone.device_name] = {}
        for server, access, _ in judge.reach(fleet, phone):
            trust = access.server
            if access.outcome is None:
                said[str(server.kind)] = None
                continue
            outcome = access.outcome
            said[str(server.kind)] = {
                "server": server.name,
                "accepted": access.accepted,
                "outcome": (outcome.accepted, outcome.kind, outcome.reason, outcome.cause, outcome.alert_direction),
                "trust": trust and (trust.accepted, trust.how, trust.refusal, trust.file),
            }
    return found
