"""The phone's configuration file: which name it asks for, whether it takes what it gets, and how it reads it.

Without a TFTP record in its lists a phone asks for SEP<MAC>.cnf.xml and takes it as it is. With one it asks for the signed file,
`.sgn`, and takes no other; after a configuration that says `encrConfig` it asks for `.enc.sgn` first. A phone that asks for `.sgn`
while its configuration is encrypted gets a minimal file (`fullConfig` false), which tells it for which certificate the other one
is (`certHash`). It asks for that one where it is its own certificate, and goes to CAPF for a new one where it is not (Security
Guide 14, "Encrypted phone configuration files").

Over HTTPS, which an ITL of signer version 1.1 allows, the phone asks for the same names and takes a file without a signature, too:
TLS has shown whose it is. Assumed: a signed one is checked there as elsewhere.

A file that the phone refuses leaves the configuration in flash, and the phone goes on with that. Assumed: a file that there is not,
or that it cannot get, does not; the phone then asks again.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from enum import Enum
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

from cisco_data import CAPF_AUTH_MODES, AuthenticationMode
from journal import Emitter, Event
from phone_sim.download import Missed
from phone_sim.download_events import ConfigurationFileMissed, ConfigurationFileReceived, DownloadFailure
from phone_sim.events import ServerUnreachable
from phone_sim.file_source import FileSource
from phone_sim.flash import Flash
from phone_sim.hardware import Hardware
from phone_sim.trust.events import ConfigurationKept, ConfigurationRefused, EncryptionKeyMissed
from phone_sim.trust.phone_trust import PhoneTrust
from phone_sim.trust.servers import ServerUse
from phone_sim.trust.signed import Taking, decide_file, digests_of
from phone_sim.trust.tvs_answer import TrustRefusal
from wire.errors import ProtocolError
from wire.phone_file import MAX_FILE_OCTETS, PhoneFile, phone_file_name, read_phone_file_untrusted
from wire.signed_files import HeaderTag, SignedFile, decrypt_untrusted, read_signed_file_untrusted, verify_untrusted
from wire.tvs import RequestedCertificate

MAX_OCTETS = MAX_FILE_OCTETS + 16 * 1024
"""Of the file with its header and padding."""
_FIRST_OF_SIGNED = bytes([HeaderTag.VERSION])


class _Suffix(Enum):
    NONE = ""
    SIGNED = ".sgn"
    ENCRYPTED = ".enc.sgn"


@dataclass(frozen=True, slots=True)
class Configuration:
    """What the phone goes by now; None where it has nothing."""

    file: PhoneFile | None
    event: Event | None


@dataclass(frozen=True, slots=True)
class _NotTaken:
    event: Event
    refused: bool
    """Whether the phone got a file and does not take it; else it got none."""
    undecrypted: bool = False


class _Asked(NamedTuple):
    """One file that the phone asked for, and how it notes what became of it."""

    name: str
    emitter: Emitter
    cause: Event | None

    def read(self, content: bytes, octets: int) -> Configuration | _NotTaken:
        try:
            file = read_phone_file_untrusted(content)
        except ProtocolError as error:
            return self.missed(Missed(DownloadFailure.UNREADABLE, fault=str(error)))
        return Configuration(file, self.emitter.emit(_received(self.name, octets, file), cause=self.cause))

    def missed(self, missed: Missed) -> _NotTaken:
        event = ConfigurationFileMissed(
            file=self.name, failure=missed.failure, status=missed.status, fault=missed.fault
        )
        return _NotTaken(self.emitter.emit(event, cause=self.cause), refused=False)

    def refused(self, refusal: TrustRefusal, signed: SignedFile | None = None, fault: str = "") -> _NotTaken:
        signer = RequestedCertificate.of(signed.header.signer) if signed is not None else None
        event = ConfigurationRefused(file=self.name, refusal=refusal, signer=signer, fault=fault)
        undecrypted = refusal is TrustRefusal.NOT_DECRYPTED
        return _NotTaken(self.emitter.emit(event, cause=self.cause), refused=True, undecrypted=undecrypted)


class BootConfiguration:
    """Fetches, checks and reads it."""

    def __init__(self, hardware: Hardware, trust: PhoneTrust, files: FileSource) -> None:
        self._hardware = hardware
        self._emitter = hardware.emitter
        self._trust = trust
        self._files = files

    async def update(self, cause: Event | None) -> Configuration | ServerUnreachable:
        """The new one, or the one in flash. The event where no TFTP server answers."""
        flash = self._hardware.flash
        suffix = self._first_suffix()
        found = await self._fetch(suffix, cause)
        if suffix is _Suffix.ENCRYPTED and isinstance(found, _NotTaken) and (found.undecrypted or not found.refused):
            found = await self._fetch(_Suffix.SIGNED, found.event)
        elif isinstance(found, Configuration) and self._is_for_us(found.file):
            found = await self._fetch(_Suffix.ENCRYPTED, found.event)
        if isinstance(found, ServerUnreachable):
            return found
        if isinstance(found, _NotTaken):
            return self._kept(found)
        assert found.file is not None
        if found.file.full_config:
            flash.configuration = found.file
            return found
        return self._without_key(found.file, found.event)

    def _first_suffix(self) -> _Suffix:
        flash = self._hardware.flash
        if not flash.lists.has_file_signers:
            return _Suffix.NONE
        encrypted = flash.configuration is not None and flash.configuration.encr_config
        return _Suffix.ENCRYPTED if encrypted else _Suffix.SIGNED

    def _is_for_us(self, file: PhoneFile | None) -> bool:
        """Whether it is the minimal file, of a configuration that is encrypted for a certificate of this phone."""
        return file is not None and not file.full_config and file.cert_hash in _certificate_hashes(self._hardware.flash)

    async def _fetch(self, suffix: _Suffix, cause: Event | None) -> Configuration | _NotTaken | ServerUnreachable:
        name = phone_file_name(self._hardware.flash.device_name) + suffix.value
        judge = self._trust.judge(ServerUse.TFTP) if self._hardware.flash.lists.allows_https else None
        found = await self._files.get(name, MAX_OCTETS, cause, judge)
        if isinstance(found, ServerUnreachable):
            return found
        asked = _Asked(name, self._emitter.on(found.connection), cause)
        if isinstance(found, Missed):
            return asked.missed(found)
        octets = found.octets
        if suffix is _Suffix.NONE or (found.over_tls and octets[:1] != _FIRST_OF_SIGNED):
            return asked.read(octets, len(octets))
        try:
            signed = read_signed_file_untrusted(octets)
        except ProtocolError as error:
            return asked.refused(TrustRefusal.UNREADABLE, fault=str(error))
        refusal = await self._check(name, signed, octets, cause)
        if refusal is not None:
            return asked.refused(refusal, signed)
        if signed.encryption is None:
            return asked.read(signed.payload, len(octets))
        content = self._decrypted(signed)
        if content is None:
            return asked.refused(TrustRefusal.NOT_DECRYPTED, signed)
        return asked.read(content, len(octets))

    async def _check(self, name: str, signed: SignedFile, octets: bytes, cause: Event | None) -> TrustRefusal | None:
        lists, digests = self._hardware.flash.lists, digests_of(self._hardware.model)
        decision = decide_file(lists, signed.header, octets, verify_untrusted, self._trust.obstacle(), digests)
        if decision.taking is Taking.ASK_TVS:
            answer = await self._trust.ask_about_signer(signed.header.signer, name, cause)
            decision = decide_file(lists, signed.header, octets, verify_untrusted, answer, digests)
        return decision.refusal

    def _decrypted(self, signed: SignedFile) -> bytes | None:
        """With the private key of the LSC, else of the MIC; None where neither is the right one."""
        flash = self._hardware.flash
        for credential in (flash.lsc, flash.mic):
            if credential is not None and isinstance(key := credential.identity.key, rsa.RSAPrivateKey):
                try:
                    return decrypt_untrusted(signed, key)
                except ProtocolError:
                    continue
        return None

    def _kept(self, not_taken: _NotTaken) -> Configuration:
        kept = self._hardware.flash.configuration if not_taken.refused else None
        if kept is None:
            return Configuration(None, not_taken.event)
        event = ConfigurationKept(version_stamp=kept.version_stamp)
        return Configuration(kept, self._emitter.emit(event, cause=not_taken.event))

    def _without_key(self, minimal: PhoneFile, cause: Event | None) -> Configuration:
        """The rest of the configuration is what is in flash. Assumed: CAPF by Null String where the file asks for nothing else."""
        event = self._emitter.emit(EncryptionKeyMissed(cert_hash=minimal.cert_hash), cause=cause)
        base = self._hardware.flash.configuration or minimal
        file = replace(
            base,
            capf_auth_mode=minimal.capf_auth_mode or AuthenticationMode.BY_NULL_STRING,
            capf_list=minimal.capf_list,
        )
        return Configuration(file, event)


def _certificate_hashes(flash: Flash) -> set[str]:
    """MD5 of the DER of LSC and MIC, as `certHash` has it."""
    return {
        hashlib.md5(credential.identity.certificate.public_bytes(Encoding.DER), usedforsecurity=False).hexdigest()
        for credential in (flash.lsc, flash.mic)
        if credential is not None
    }


def _received(name: str, octets: int, file: PhoneFile) -> ConfigurationFileReceived:
    return ConfigurationFileReceived(
        file=name,
        octets=octets,
        call_managers=tuple(
            member.process_node_name for member in sorted(file.members, key=lambda member: member.priority)
        ),
        device_security_mode=file.device_security_mode.number,
        capf_auth_mode=CAPF_AUTH_MODES.index(file.capf_auth_mode),
        version_stamp=file.version_stamp,
    )
