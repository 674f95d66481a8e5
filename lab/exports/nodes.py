"""Which node of a cluster something is of: by the folder in which it lies, by its host name, by the CN of a certificate."""

from __future__ import annotations

import ipaddress
import re
from pathlib import PurePath
from typing import NamedTuple

from pki import Certificate, read
from wire.plain_text import plain

_MAX_NAME = 63
"""Letters of a host name without its domain (RFC 1035)."""
_HOST = re.compile(rf"[A-Za-z0-9_][A-Za-z0-9_-]{{0,{_MAX_NAME - 1}}}")
_NEUTRAL = frozenset(
    {
        *("own", "certs", "nodes", "node", "servers", "certificates", "lists", "trust-lists", "trust lists", "tftp"),
        *("tftpdata", "ctl", "itl", "cli", "texts", "text", "show", "callmanager", "callmanager-ecdsa", "tomcat"),
        *("tomcat-ecdsa", "ipsec", "tvs", "itlrecovery", "authz", "capf", ".security", "trust", "trust-certs"),
    }
)
"""Folders that name no node: what lies in them is the node's in whose folder they lie."""
_OF_NODES = frozenset({"own", "nodes", "node", "servers"})
"""Folders in which each folder is a node's, and which a node's folder holds."""
_OF_PHONES = frozenset({"phones", "phone", "lsc", "lscs", "mic", "mics", "traces", "trace"})
_PREFIX = re.compile(r"(?i)^ITLRECOVERY_")
_SUFFIX = re.compile(r"(?i)-(?:EC|ms|EC-ms)$")


def host_named(text: str) -> str:
    """A node's name: a host name without its domain, or an address; empty for what is neither."""
    text = text.strip().rstrip(".")
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        label = text.partition(".")[0]
        return label if _HOST.fullmatch(label) else ""


def address_named(text: str) -> str:
    """An IPv4 address; empty for anything else."""
    try:
        return str(ipaddress.IPv4Address(text.strip()))
    except ValueError:
        return ""


def same_node(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()


class Place(NamedTuple):
    """The folder of a node, by where a file lies."""

    node: str
    """Empty where it lies in none."""
    certain: bool
    """Whether a folder above it says that nodes are in it; else any folder may have that name."""


def place_of(shown: str, cluster: str) -> Place:
    """

    Args:
        shown: the file's path from the folder of exports.
        cluster: the cluster's folder, likewise; empty where that is the folder of exports itself.
    """
    folders = PurePath(shown).parent.parts[len(PurePath(cluster).parts) :]
    named = [each for each in folders if each.casefold() not in _NEUTRAL]
    certain = not named or any(each.casefold() in _OF_NODES for each in folders)
    return Place(host_named(plain(named[-1])) if named else "", certain)


def lies_among_phones(shown: str) -> bool:
    return any(each.casefold() in _OF_PHONES for each in PurePath(shown).parent.parts)


def host_of(certificate: Certificate) -> str:
    """The node that the certificate's CN names, as CUCM makes it: `hq-pub`, `hq-pub-EC`, `hq-pub-ms`, `ITLRECOVERY_hq-pub`."""
    return host_named(_SUFFIX.sub("", host_named(_PREFIX.sub("", plain(read(certificate).subject.cn)))))
