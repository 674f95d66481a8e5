"""The CTL and the ITL that a phone holds in flash, and what their records are trusted for."""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass, field, replace
from enum import StrEnum

from cisco_data.trust_roles import FILE_SIGNERS, LIST_SIGNERS, TrustRole
from wire.signed_files import EC_SIGNER_VERSION, TrustListFile, TrustListRecord


class ListKind(StrEnum):
    CTL = "CTL"
    ITL = "ITL"


@dataclass(frozen=True, slots=True)
class HeldList:
    """One list, both as the file and as what the file says."""

    octets: bytes
    content: TrustListFile = field(compare=False)


@dataclass(frozen=True, slots=True)
class HeldLists:
    """Both lists of a phone; each change gives a new value."""

    ctl: HeldList | None = None
    itl: HeldList | None = None

    @property
    def any_held(self) -> bool:
        return self.ctl is not None or self.itl is not None

    def of(self, kind: ListKind) -> HeldList | None:
        return self.ctl if kind is ListKind.CTL else self.itl

    def replaced(self, kind: ListKind, new: HeldList) -> HeldLists:
        return replace(self, ctl=new) if kind is ListKind.CTL else replace(self, itl=new)

    def records(self, roles: Set[TrustRole]) -> tuple[TrustListRecord, ...]:
        """Those of both lists that have one of the roles, the CTL's first."""
        return _with(roles, (one for held in (self.ctl, self.itl) if held is not None for one in held.content.records))

    @property
    def has_tvs(self) -> bool:
        """Without a TVS record a phone asks no TVS: it could not tell a real one."""
        return bool(self.records({TrustRole.TVS}))

    @property
    def has_file_signers(self) -> bool:
        """With a record of role CCM+TFTP or TFTP a phone asks for signed files (`.sgn`), and takes no others."""
        return bool(self.records(FILE_SIGNERS))

    def lists_tftp_server(self, address: str, host_name: str) -> bool:
        """Whether a record for a TFTP server has this host name or, where it has none, this address."""
        return any(
            one.dns_name == host_name if one.dns_name else one.address == address for one in self.records(FILE_SIGNERS)
        )

    @property
    def allows_https(self) -> bool:
        """From signer version 1.1 of the ITL on, its header tag 28, a phone fetches its configuration over HTTPS on 6971."""
        version = self.itl.content.header.signer_version if self.itl is not None else None
        return version is not None and version >= EC_SIGNER_VERSION

    @property
    def takes_any_list(self) -> bool:
        """Nothing held, or no TVS and no TFTP record: what the ITL of Prepare Cluster for Rollback leaves, beside a CTL with
        nothing but CAPF at most (Security Guide 14: such a phone takes any ITL. Assumed: and any CTL).
        """
        return not self.has_tvs and not self.has_file_signers

    @property
    def list_signers(self) -> tuple[TrustListRecord, ...]:
        """SAST records that a new list is checked with: the CTL's where a CTL is held (Security Guide 14), else the ITL's.

        Assumed: a CTL without any SAST record, as non-secure mode leaves one, gives way to the ITL.
        """
        for held in (self.ctl, self.itl):
            found = _with(LIST_SIGNERS, held.content.records) if held is not None else ()
            if found:
                return found
        return ()


def _with(roles: Set[TrustRole], records: Iterable[TrustListRecord]) -> tuple[TrustListRecord, ...]:
    return tuple(one for one in records if one.role in roles)
