"""Operations on LSCs: what CAPF has pending for a phone, and what its user does in the phone's settings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import ClassVar, Literal

from cisco_data import AuthenticationMode, CertificateOperation, KeyOrder
from cisco_data.registration import ResetType
from lab.fleet.model import MODE_OF_PRECEDENCE
from lab.operations import steps as st
from lab.operations.cast import Cast, NoSuch
from lab.operations.on_phones import NEXT_FILE, RESET
from lab.operations.operation import NamesInFleet, OnPhones
from lab.operations.running import RunningLab
from lab.operations.values import EARLIEST, LAST_OPERATION

_STRING = re.compile(r"[0-9]{4,10}")
RSA_SIZE, EC_SIZE = 2048, 384
"""Key sizes in bits where a step names none."""


class SetCertificateOperation(OnPhones, frozen=True, kw_only=True, tag="certificate-operation"):
    """Fill in the CAPF section of the phones' pages, and save."""

    TAKES_EFFECT: ClassVar[str] = NEXT_FILE
    DUE: ClassVar[str] = RESET

    operation: CertificateOperation = CertificateOperation.NO_PENDING_OPERATION
    mode: AuthenticationMode = AuthenticationMode.BY_NULL_STRING
    string: str = ""
    """4 to 10 digits, for By Authentication String."""
    key_order: KeyOrder = KeyOrder.RSA_ONLY
    rsa_key_size: Literal[512, 1024, 2048, 3072, 4096] = 2048
    """Bits."""
    ec_key_size: Literal[256, 384, 521] = 384
    """Bits."""
    completes_by: datetime | None = None
    """Operation Completes By, lab time; no deadline where left out."""

    def check(self, cast: Cast) -> None:
        super().check(cast)
        needs_one = self.mode is AuthenticationMode.BY_AUTHENTICATION_STRING and self._orders
        if needs_one and not _STRING.fullmatch(self.string):
            raise NoSuch("string", f"{self.mode} needs one, of 4 to 10 digits")
        if self.completes_by is not None and self.completes_by.tzinfo is None:
            raise NoSuch("completes-by", "this must be a date and time with its zone, like 2026-11-23T12:00:00Z")
        if self.completes_by is not None and not EARLIEST <= self.completes_by <= LAST_OPERATION:
            raise NoSuch("completes-by", f"this must be between {EARLIEST:%Y} and {LAST_OPERATION:%Y}")
        self._check_key_sizes(cast)

    def _check_key_sizes(self, cast: Cast) -> None:
        """Those that a new LSC may have must be choices in the release of each phone's cluster. Raises NoSuch."""
        if self.operation is not CertificateOperation.INSTALL_UPGRADE:
            return
        from cisco_data.release_table import LSC_EC_KEY_SIZES, LSC_RSA_KEY_SIZES

        rsa: tuple[str, str, int] = ("rsa-key-size", "RSA", self.rsa_key_size)
        ec: tuple[str, str, int] = ("ec-key-size", "EC", self.ec_key_size)
        asked = [(*rsa, LSC_RSA_KEY_SIZES)] if self.key_order is not KeyOrder.EC_ONLY else []
        asked += [(*ec, LSC_EC_KEY_SIZES)] if self.key_order is not KeyOrder.RSA_ONLY else []
        for cluster in dict.fromkeys(phone.cluster for phone in self.chosen(cast)):
            release = cast.release(cluster)
            for key, kind, size, column in asked:
                choices = column.of(release.name) if release is not None else (size,)
                if size not in choices:
                    there = f"{kind} keys of {', '.join(map(str, choices))} bits" if choices else f"no {kind} keys"
                    raise NoSuch(key, f"in the release of cluster {cluster}, LSCs have {there}")

    @property
    def _orders(self) -> bool:
        return self.operation is not CertificateOperation.NO_PENDING_OPERATION

    def steps(self, names: NamesInFleet) -> Iterator[st.Step]:
        self._check_key_sizes(names.cast)
        devices = self.devices(names.cast)
        kind = next((kind for kind, mode in MODE_OF_PRECEDENCE.items() if mode is self.mode), None)
        if kind is not None and not self._orders:
            yield st.SetPrecedenceStep(devices, kind)
        else:
            yield st.SaveOperationStep(devices, self.operation, self.mode, self.string)

    async def carry_out(self, lab: RunningLab) -> None:
        self._check_key_sizes(lab.cast)
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
    OPERATION: ClassVar[CertificateOperation]

    async def carry_out(self, lab: RunningLab) -> None:
        phones = self.chosen(lab.cast)
        mode, order = AuthenticationMode.BY_NULL_STRING, KeyOrder.RSA_ONLY
        lab.certificate_operation(phones, self.OPERATION, mode, "", order, RSA_SIZE, EC_SIZE, None)
        await lab.reset(phones, ResetType.APPLY_CONFIG)
        await lab.operation_ended(phones)


class InstallLsc(_Composite, frozen=True, kw_only=True, tag="install-lsc"):
    """Install/Upgrade by null string, Apply Config, and wait until CAPF has ended it: a new LSC, signed by what CAPF runs with."""

    OPERATION: ClassVar[CertificateOperation] = CertificateOperation.INSTALL_UPGRADE

    def steps(self, names: NamesInFleet) -> Iterator[st.Step]:
        yield st.InstallLscStep(self.devices(names.cast))


class DeleteLsc(_Composite, frozen=True, kw_only=True, tag="delete-lsc"):
    """Delete by null string, Apply Config, and wait until CAPF has ended it: the MIC is left."""

    OPERATION: ClassVar[CertificateOperation] = CertificateOperation.DELETE

    def steps(self, names: NamesInFleet) -> Iterator[st.Step]:
        yield st.DeleteLscStep(self.devices(names.cast))


class DeleteLscOnPhone(OnPhones, frozen=True, kw_only=True, tag="delete-lsc-on-phone"):
    """Delete the LSC in the phones' own settings."""

    TAKES_EFFECT: ClassVar[str] = "at once"

    def steps(self, names: NamesInFleet) -> Iterator[st.Step]:
        yield st.DeleteLscStep(self.devices(names.cast))

    async def carry_out(self, lab: RunningLab) -> None:
        lab.delete_lsc_on_phone(self.chosen(lab.cast))


class TypeString(OnPhones, frozen=True, kw_only=True, tag="type-authentication-string"):
    """Type an authentication string on phones, in their settings."""

    TAKES_EFFECT: ClassVar[str] = "at once"

    string: str
    taken: bool = True
    """False where the story shows that the phone does not offer it; `string-not-taken` then names the reason."""

    def steps(self, names: NamesInFleet) -> Iterator[st.Step]:
        devices = self.devices(names.cast)
        yield st.TypeStringStep(devices, self.string) if self.taken else st.NoEffectStep("string-not-taken", devices)

    async def carry_out(self, lab: RunningLab) -> None:
        lab.type_authentication_string(self.chosen(lab.cast), self.string, self.taken)


OPERATIONS = (SetCertificateOperation, InstallLsc, DeleteLsc, DeleteLscOnPhone, TypeString)
