"""What people call certificates, stores and services on the command line and in plans, and which one each name means."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from lab.exports.certificates import certificates_of_file
from lab.failures import MOST_LISTED, InvalidInput, plain, shown, suggestion
from lab.fleet.model import STORE_OF, Fleet, Server, ServiceKind
from lab.whatif.steps import AddCapfCertificate, AddCertificate
from pki import Certificate, day, read
from wire.tls import TlsVersion

_SERVICES = {
    "cisco callmanager": ServiceKind.CALLMANAGER,
    "callmanager": ServiceKind.CALLMANAGER,
    "cisco certificate authority proxy function": ServiceKind.CAPF,
    "capf": ServiceKind.CAPF,
}
_OF = re.compile(r"(.+?) of (.+)", re.IGNORECASE)
CAPF = "CAPF"
FIRST_YEAR, LAST_YEAR = 1970, 9900
"""Ours: X.509 has times from 1950 to 9999, and a certificate made for a moment begins and ends years away from it."""
TLS_VERSIONS = {
    "1.0": TlsVersion.TLSv1,
    "1.1": TlsVersion.TLSv1_1,
    "1.2": TlsVersion.TLSv1_2,
    "1.3": TlsVersion.TLSv1_3,
}


def store_named(fleet: Fleet, text: str) -> Server:
    """The server behind `CallManager-trust`, `CAPF-trust of hq`, `ise`. Raises InvalidInput, with what there is."""
    return _the_one(text, "store", {_store_name(server): server for server in fleet.servers.values()})


def server_named(fleet: Fleet, text: str) -> Server:
    """The service `Cisco CallManager`, `CAPF of hq`, `ise`. Raises InvalidInput, with what there is."""
    what, cluster = _parted(text)
    kind = _SERVICES.get(what.casefold())
    wanted = text if kind is None else f"{kind} of {cluster}" if cluster else str(kind)
    return _the_one(wanted, "service", dict(fleet.servers))


def cluster_named(fleet: Fleet, text: str) -> str:
    """Raises InvalidInput, with what there is."""
    found = [name for name in fleet.clusters if name.casefold() == text.casefold()]
    if not found:
        raise InvalidInput(f"there is no cluster {shown(text)}{suggestion(text, fleet.clusters)}")
    return found[0]


def only_cluster(fleet: Fleet, what: str) -> str:
    """The cluster where there is one only. Raises InvalidInput, which says how `what` must be written."""
    if len(fleet.clusters) != 1:
        there = f" (there is {', '.join(fleet.clusters)})" if fleet.clusters else ""
        raise InvalidInput(f"of which cluster? Write {what} of CLUSTER{there}")
    return fleet.clusters[0]


def cluster_services(fleet: Fleet) -> list[Server]:
    """CallManager and CAPF of every cluster, which a minimum TLS version is set for at once."""
    return [server for server in fleet.servers.values() if server.kind in STORE_OF]


def capf_named(fleet: Fleet, text: str) -> str:
    """The cluster of `CAPF` or `CAPF of hq`. Raises InvalidInput."""
    what, cluster = _parted(text)
    if what.casefold() != CAPF.casefold():
        raise InvalidInput(f"only CAPF can be regenerated here, not {shown(text)}: write CAPF, or CAPF of CLUSTER")
    return cluster_named(fleet, cluster) if cluster else only_cluster(fleet, CAPF)


def tls_version_named(text: str) -> TlsVersion:
    """`1.2`, `TLSv1.2`. Raises InvalidInput."""
    found = TLS_VERSIONS.get(re.sub(r"(?i)^tls ?v?", "", text.strip()))
    if found is None:
        raise InvalidInput(f"{shown(text)} is no TLS version: write one of {', '.join(TLS_VERSIONS)}")
    return found


def moment_named(text: str) -> datetime:
    """A date or a date with time, UTC where it names no zone. Raises InvalidInput."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        raise InvalidInput(f"{shown(text)} is no date: write 2027-01-31 or 2027-01-31T08:00:00Z") from None
    return in_utc(found)


def in_utc(found: datetime) -> datetime:
    """A moment, UTC where it names no zone. Raises InvalidInput for one outside `FIRST_YEAR` to `LAST_YEAR`."""
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise InvalidInput(
            f"{found.isoformat()} is outside the years {FIRST_YEAR} to {LAST_YEAR}, in which certificates are judged here"
        )
    return found.astimezone(UTC) if found.tzinfo is not None else found.replace(tzinfo=UTC)


def later(moment: datetime, fleet: Fleet) -> datetime:
    """The same. Raises InvalidInput where it is before the fleet's own time."""
    if moment < fleet.at:
        raise InvalidInput(f"{moment:%Y-%m-%d %H:%M}Z is before {fleet.at:%Y-%m-%d %H:%M}Z, and time only passes")
    return moment


def certificate_in(fleet: Fleet, server: Server, text: str, folder: Path = Path()) -> Certificate:
    """One that the server's store holds: a file, `CAPF of hq`, a CN, a part of one, or a serial number in hex.

    Args:
        folder: where a file's relative path begins.

    Raises InvalidInput for nothing and for several, with what there is.
    """
    store = server.configured.trust
    named = None
    if cluster := _capf_of(fleet, text):
        named = fleet.capf[cluster]
    elif _is_file(text, folder):
        named = certificate_of_file(folder / text)
    if named is not None:
        if named in store:
            return named
        raise InvalidInput(f"{_store_name(server)} does not hold {described(named)}{_held(store)}")
    serial = text.replace(":", "").casefold().lstrip("0")
    found = (
        [held for held in store if read(held).subject.cn.casefold() == text.casefold()]
        or [held for held in store if f"{read(held).serial_number:x}" == serial]
        or list(store.find(text))
    )
    if len(found) == 1:
        return found[0]
    if not found:
        raise InvalidInput(f"{_store_name(server)} holds nothing called {shown(text)}{_held(store)}")
    listed = "; ".join(described(each) for each in found[:MOST_LISTED])
    raise InvalidInput(
        f"{shown(text)} may be {len(found)} certificates of {_store_name(server)}: {listed}; name one in full, or by its serial"
    )


def to_upload(fleet: Fleet, server: Server, text: str, folder: Path = Path()) -> AddCertificate | AddCapfCertificate:
    """The step for a file, or for `CAPF of hq`. Raises InvalidInput."""
    if not _is_file(text, folder) and (cluster := _capf_of(fleet, text)):
        return AddCapfCertificate(cluster, server.name)
    return AddCertificate(certificate_of_file(folder / text), server.name)


def certificate_of_file(path: Path) -> Certificate:
    """Raises InvalidInput for a file that holds no certificate, several, or a private key."""
    found = certificates_of_file(path)
    if len(found) != 1:
        raise InvalidInput(f"{plain(str(path))} holds {len(found) or 'no'} certificates, and one is wanted: PEM or DER")
    return found[0]


def described(certificate: Certificate) -> str:
    """A certificate as a message names it."""
    name = plain(read(certificate).subject.cn) or "a certificate without a CN"
    return f"{name} (serial {read(certificate).serial_number:x}, until {day(read(certificate).not_after)})"


def _store_name(server: Server) -> str:
    return f"{STORE_OF[server.kind]} of {server.cluster}" if server.cluster else server.name


def _held(store: Iterable[Certificate]) -> str:
    names = [plain(read(each).subject.cn) for each in store]
    return f" (it holds {', '.join(names[:MOST_LISTED])})" if names else " (it is empty)"


def _capf_of(fleet: Fleet, text: str) -> str:
    """The cluster whose CAPF certificate `CAPF of hq` means; empty for anything else, and where nobody knows that certificate."""
    what, cluster = _parted(text)
    if what.casefold() != CAPF.casefold() or not cluster:
        return ""
    return next((name for name in fleet.capf if name.casefold() == cluster.casefold()), "")


def _is_file(text: str, folder: Path) -> bool:
    return "/" in text or os.path.isfile(folder / text)


def _parted(text: str) -> tuple[str, str]:
    """`CAPF of hq` into both parts; the second is empty where there is none."""
    found = _OF.fullmatch(text.strip())
    return (found[1].strip(), found[2].strip()) if found is not None else (text.strip(), "")


def _the_one(text: str, what: str, there: dict[str, Server]) -> Server:
    wanted = text.strip().casefold()
    exact = [server for name, server in there.items() if name.casefold() == wanted]
    found = exact or [server for name, server in there.items() if name.casefold().partition(" of ")[0] == wanted]
    if len(found) == 1:
        return found[0]
    if found:
        names = [name for name in there if there[name] in found]
        raise InvalidInput(f"which {what}? {shown(text)} may be {', '.join(names)}")
    raise InvalidInput(f"there is no {what} {shown(text)}{suggestion(text, there)}")
