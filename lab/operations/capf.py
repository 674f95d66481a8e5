"""Operations on LSCs: what CAPF has pending for a phone, and what its user does in the phone's settings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import ClassVar, Literal

from lab.fleet.words import CertificateKind
from lab.operations import steps as st
from lab.operations.cast import Cast, NoSuch
from lab.operations.on_phones import NEXT_FILE, RESET
from lab.operations.operation import Names, OnPhones
from lab.operations.running import RunningLab
from lab.operations.values import EARLIEST, LAST_OPERATION
from lab.operations.words import (
    BY_MIC,
    BY_NULL_STRING,
    BY_STRING,
    DELETE,
    INSTALL,
    NO_OPERATION,
    AuthenticationMode,
    CapfOperation,
    KeyOrder,
)

_STRING = re.compile(r"[0-9]{4,10}")
RSA_SIZE, EC_SIZE = 2048, 384
"""Key sizes in bits where a step names none."""


class CertificateOperation(OnPhones, frozen=True, kw_only=True, tag="certificate-operation"):
    """Fill in the CAPF section of the phones' pages, and save."""

    TAKES_EFFECT: ClassVar[str] = NEXT_FILE
    DUE: ClassVar[str] = RESET

    operation: CapfOperation = NO_OPERATION
    mode: AuthenticationMode = BY_NULL_STRING
    string: str = ""
    """4 to 10 digits, for By Authentication String."""
    key_order: KeyOrder = "RSA Only"
    rsa_key_size: Literal[512, 1024, 2048, 3072, 4096] = 2048
    """Bits."""
    ec_key_size: Literal[256, 384, 521] = 384
    """Bits."""
    completes_by: datetime | None = None
    """Operation Completes By, lab time; no deadline where left out."""

    def check(self, cast: Cast) -> None:
        super().check(cast)
        needs_one = self.mode == BY_STRING and self.operation != NO_OPERATION
        if needs_one and not _STRING.fullmatch(self.string):
            raise NoSuch("string", "By Authentication String needs one, of 4 to 10 digits")
        if self.completes_by is not None and self.completes_by.tzinfo is None:
            raise NoSuch("completes-by", "this must be a date and time with its zone, like 2026-11-23T12:00:00Z")
        if self.completes_by is not None and not EARLIEST <= self.completes_by <= LAST_OPERATION:
            raise NoSuch("completes-by", f"this must be between {EARLIEST:%Y} and {LAST_OPERATION:%Y}")

    def steps(self, names: Names) -> Iterator[st.Step]:
        devices = self.devices(names.cast)
        if self.operation == NO_OPERATION and self.mode not in (BY_NULL_STRING, BY_STRING):
            yield st.SetPrecedence(devices, CertificateKind.MIC if self.mode == BY_MIC else CertificateKind.LSC)
        else:
            yield st.SaveOperation(devices, self.operation, self.mode, self.string)

    async def carry_out(self, lab: RunningLab) -> None:
        lab.certificate_operation(
            self.chosen(lab.cast),
            self.operation,
            self.mode,
            self.string,
            self.key_order,
            self.rsa_key_size,
            self.ec_key_size,
            self.completes_by,
        )


class _Composite(OnPhones, frozen=True, kw_only=True):
    """An operation by null string, Apply Config, and a wait until CAPF has ended it."""

    TAKES_EFFECT: ClassVar[str] = "at once"
    OPERATION: ClassVar[CapfOperation]

    async def carry_out(self, lab: RunningLab) -> None:
        phones = self.chosen(lab.cast)
        lab.certificate_operation(phones, self.OPERATION, BY_NULL_STRING, "", "RSA Only", RSA_SIZE, EC_SIZE, None)
        await lab.reset(phones, "apply-config")
        await lab.operation_ended(phones)


class InstallLsc(_Composite, frozen=True, kw_only=True, tag="install-lsc"):
    """Install/Upgrade by null string, Apply Config, and wait until CAPF has ended it: a new LSC, signed by what CAPF runs with."""

    OPERATION: ClassVar[CapfOperation] = INSTALL

    def steps(self, names: Names) -> Iterator[st.Step]:
        yield st.InstallLsc(self.devices(names.cast))


class DeleteLsc(_Composite, frozen=True, kw_only=True, tag="delete-lsc"):
    """Delete by null string, Apply Config, and wait until CAPF has ended it: the MIC is left."""

    OPERATION: ClassVar[CapfOperation] = DELETE

    def steps(self, names: Names) -> Iterator[st.Step]:
        yield st.DeleteLsc(self.devices(names.cast))


class DeleteLscOnPhone(OnPhones, frozen=True, kw_only=True, tag="delete-lsc-on-phone"):
    """Delete the LSC in the phones' own settings."""

    TAKES_EFFECT: ClassVar[str] = "at once"

    def steps(self, names: Names) -> Iterator[st.Step]:
        yield st.DeleteLsc(self.devices(names.cast))

    async def carry_out(self, lab: RunningLab) -> None:
        lab.delete_lsc_on_phone(self.chosen(lab.cast))


class TypeString(OnPhones, frozen=True, kw_only=True, tag="type-authentication-string"):
    """Type an authentication string on phones, in their settings."""

    TAKES_EFFECT: ClassVar[str] = "at once"

    string: str
    taken: bool = True
    """False where the story shows that the phone does not offer it; `string-not-taken` then names the reason."""

    def steps(self, names: Names) -> Iterator[st.Step]:
        devices = self.devices(names.cast)
        yield st.TypeString(devices, self.string) if self.taken else st.NoEffect("string-not-taken", devices)

    async def carry_out(self, lab: RunningLab) -> None:
        lab.type_authentication_string(self.chosen(lab.cast), self.string, self.taken)


OPERATIONS = (CertificateOperation, InstallLsc, DeleteLsc, DeleteLscOnPhone, TypeString)
