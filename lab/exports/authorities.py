"""The certificates that may have signed others: which ones a CN means, and who signs MICs."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable

from cisco_data import signs_mics
from lab.exports.devices import cn_of
from pki import Certificate, read

_O = re.compile(rb"\x06\x03\x55\x04\x0a[\x0c\x13\x14\x16]([\x01-\x7f])", re.DOTALL)
"""The OID of an O, and tag and length of its text."""


def issues_mics(issuer: bytes) -> bool:
    """Whether the name, in DER, is one of a Cisco manufacturing authority: then what it signed is a MIC, and else an LSC."""
    organization = ""
    for found in _O.finditer(issuer):
        organization = issuer[found.end() : found.end() + found[1][0]].decode("utf-8", "replace")
    return signs_mics(cn_of(issuer), organization)


class Authorities:
    """All that are known, in the order in which they were found, by name."""

    def __init__(self) -> None:
        self._all: dict[Certificate, None] = {}
        self._by_name: dict[str, list[Certificate]] = {}

    def enter(self, certificates: Iterable[Certificate]) -> None:
        for certificate in certificates:
            if certificate not in self._all:
                self._all[certificate] = None
                self._by_name.setdefault(alike(read(certificate).subject.cn), []).append(certificate)

    @property
    def certificates(self) -> tuple[Certificate, ...]:
        return tuple(self._all)

    def named(self, cn: str, nearest: Iterable[Certificate] = ()) -> list[Certificate]:
        """Those that `cn` may mean: the very name first, those among the `nearest` before others. Several are as good as none."""
        found = self._by_name.get(alike(cn), [])
        found = [each for each in found if read(each).subject.cn == cn] or found
        if len(found) > 1:
            near = set(nearest)
            found = [each for each in found if each in near] or found
        return found


@functools.lru_cache(maxsize=1024)
def alike(cn: str) -> str:
    """`Cisco_Manufacturing_CA.pem` and `Cisco Manufacturing CA` are one."""
    return re.sub(r"[\s_]+", " ", re.sub(r"(?i)\.(?:pem|der|cer|crt)$", "", cn)).strip().casefold()
