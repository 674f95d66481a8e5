"""The host ID check: is this the gateway of the phone's file? By the hashes of certificates, then by the host's name.

The hash decides, and no CA is validated: any certificate that the gateway sends may be the one of the file, since CUCM's
counterpart CME publishes the hash of the leaf or of the root. With enableHostIDCheck the gateway's own certificate must also name
the host of the URL, in its SAN or, where that names no host, in its CN; a wildcard does not count.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

from phone_sim.vpn.events import HostIdAccepted, HostIdFault, HostIdRefused
from pki import NO_NAME, DistinguishedName, read
from pki.untrusted import made
from wire.phone_file import VpnGroup, certificate_hash

_MAX_NAMES = 20
_MAX_NAME = 256


def check_host_id_untrusted(chain: Sequence[bytes], group: VpnGroup, host: str) -> HostIdAccepted | HostIdRefused:
    """Judge what a gateway sent: the DER of each certificate, its own first. Raises nothing."""
    hashes = [certificate_hash(der) for der in chain]
    subject, names = _names_untrusted(chain[0]) if chain else (NO_NAME, ())
    depth = next((at for at, digest in enumerate(hashes) if digest in group.cert_hashes), None)
    fault = HostIdFault.UNKNOWN_HASH if depth is None else None
    if fault is None and group.enable_host_id_check:
        fault = _name_fault(names, host)
    if fault is None and depth is not None:
        matched = subject if depth == 0 else _names_untrusted(chain[depth])[0]
        compared = host if group.enable_host_id_check else ""
        return HostIdAccepted(hash=hashes[depth].hex(), depth=depth, subject=matched, host=compared)
    assert fault is not None
    return HostIdRefused(
        fault=fault,
        hashes=tuple(digest.hex() for digest in hashes),
        known=tuple(digest.hex() for digest in group.cert_hashes),
        subject=subject,
        host=host,
        names=names,
    )


def _name_fault(names: tuple[str, ...], host: str) -> HostIdFault | None:
    wanted = _canonical(host)
    if any(_canonical(name) == wanted for name in names):
        return None
    labels = wanted.partition(".")[2]
    if any(name.startswith("*.") and _canonical(name[2:]) == labels for name in names):
        return HostIdFault.WILDCARD
    return HostIdFault.OTHER_NAME


def _canonical(name: str) -> str:
    try:
        return str(ipaddress.ip_address(name))
    except ValueError:
        return name.rstrip(".").casefold()


def _names_untrusted(der: bytes) -> tuple[DistinguishedName, tuple[str, ...]]:
    """Subject, and what the certificate calls its host: its alternative names, or its CNs where those name none."""
    contents = read(made(der))
    held = contents.alternative_names
    if held.problem:
        return contents.subject, ()
    names = [*held.dns, *(str(ipaddress.ip_address(address)) for address in held.addresses)]
    names = names or [value for kind, value in contents.subject.parts if kind == "CN"]
    return contents.subject, tuple(name[:_MAX_NAME] for name in names[:_MAX_NAMES])
