"""The files of one node's Cisco TFTP service by name, for every transport that serves them.

A device's files are made at each request from its rows, so they never lag behind; what the service goes by besides, the cluster
security mode, the signature algorithm and the key that signs, it read at its start. A file `NAME` may be asked for as `NAME.sgn`,
and a phone's own as `NAME.enc.sgn`, where TFTP Encrypted Config is set and the cluster knows an RSA certificate of the phone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Protocol

from cryptography.hazmat.primitives.asymmetric import rsa

from cucm_sim.database import Database
from cucm_sim.file_signing import FileSigner
from cucm_sim.phone_files import DEFAULT_FILE, default_file, minimal_file, phone_file
from cucm_sim.trust_lists import CTL_FILE, ITL_FILE, MadeTrustList
from pki import Identity, Unreadable, load_untrusted, read
from wire.phone_file import (
    CapfServer,
    Member,
    PhoneFile,
    TvsServer,
    VpnGroup,
    phone_file_name,
    write_phone_file,
)
from wire.signed_files import DIGEST_OF_ALGORITHM, SignatureDigest
from wire.tls import TlsVersion

SIGNED: Final = ".sgn"
ENCRYPTED: Final = ".enc.sgn"
LIST: Final = ".tlv"


class TftpNode(Protocol):
    """What the service reads of its node."""

    @property
    def callmanager_identity(self) -> Identity: ...

    @property
    def minimum_tls_version(self) -> TlsVersion: ...

    @property
    def maximum_tls_version(self) -> TlsVersion: ...

    @property
    def ctl_file(self) -> bytes | None:
        """CTLFile.tlv as it is now; None where there is none."""

    @property
    def itl_file(self) -> bytes:
        """ITLFile.tlv as Cisco TFTP made it at its last start."""

    def make_itl_file(self) -> tuple[MadeTrustList, bool]:
        """At each start of the service: the file, and whether it is another one than before."""


@dataclass(frozen=True, slots=True)
class PhoneServers:
    """What each phone's file names beside what is the phone's own."""

    call_managers: tuple[Member, ...]
    """1 to 5."""
    capf_servers: tuple[CapfServer, ...] = ()
    """At most 5."""
    tvs_members: tuple[TvsServer, ...] = ()
    """At most 5."""

    def __post_init__(self) -> None:
        """Raises ValueError where a phone's file cannot hold them."""
        PhoneFile(members=self.call_managers, capf_list=self.capf_servers, tvs_members=self.tvs_members)


@dataclass(frozen=True, slots=True)
class TftpFile:
    """A file that the service has."""

    content: bytes
    phone_file: PhoneFile | None = None
    """What a phone's configuration file says; None of other files."""


class TftpFiles:
    """The files of one node."""

    def __init__(
        self,
        database: Database,
        node: TftpNode | None,
        signer: FileSigner,
        servers: PhoneServers,
        *,
        certificate_of: Callable[[str], bytes | None],
        vpn_group_of: Callable[[str], VpnGroup | None],
    ) -> None:
        """`certificate_of` and `vpn_group_of` as of CiscoTftp. Without a node there are no lists and no signed files."""
        self._database = database
        self._node = node
        self._signer = signer
        self.servers = servers
        """As the administrator has configured them; the files name those of the service's start."""
        self._servers = servers
        self._certificate_of = certificate_of
        self._vpn_group_of = vpn_group_of
        self._mode = database.cluster_security_mode
        self._digest = SignatureDigest.SHA1
        self._identity: Identity | None = None
        self.read_settings()

    @property
    def digest(self) -> SignatureDigest:
        """With which files are signed."""
        return self._digest

    def read_settings(self) -> None:
        """What counts from the service's start."""
        self._servers = self.servers
        self._mode = self._database.cluster_security_mode
        self._digest = DIGEST_OF_ALGORITHM[self._database.file_signature_algorithm]
        self._identity = self._node.callmanager_identity if self._node is not None else None

    def file_untrusted(self, name: str) -> TftpFile | None:
        """The file of this name, None where there is none. Names count letter by letter."""
        if name.endswith(LIST):
            octets = self._trust_list_untrusted(name)
            return TftpFile(octets) if octets is not None else None
        for suffix in (ENCRYPTED, SIGNED, ""):
            if name.endswith(suffix):
                return self._configuration_untrusted(name.removesuffix(suffix), suffix)
        return None

    def is_missing_ctl_untrusted(self, name: str) -> bool:
        """Whether this is a CTL file's name, for which HTTP of a real CUCM answers 503 (Cisco document 214535)."""
        return name == CTL_FILE or (name.startswith("CTL") and name.endswith(LIST))

    def _trust_list_untrusted(self, name: str) -> bytes | None:
        """Assumed: both files of a device are there only while the cluster has the device."""
        node, kind, device_name = self._node, name[:3], name[3:].removesuffix(LIST)
        if node is None or kind not in ("CTL", "ITL"):
            return None
        if name not in (CTL_FILE, ITL_FILE) and self._database.device(device_name) is None:
            return None
        return node.ctl_file if kind == "CTL" else node.itl_file

    def _configuration_untrusted(self, name: str, suffix: str) -> TftpFile | None:
        if name == DEFAULT_FILE:
            content = default_file(self._servers.call_managers)
            return self._in_form(name, TftpFile(content), suffix) if suffix != ENCRYPTED else None
        device_name = name.partition(".")[0]
        device = self._database.device(device_name)
        if device is None or name != phone_file_name(device_name):
            return None
        certificate = self._certificate_of(device_name)
        file = phone_file(
            device,
            self._mode,
            self._servers.call_managers,
            self._servers.capf_servers,
            certificate,
            self._vpn_group_of(device_name),
            self._servers.tvs_members,
        )
        if suffix == ENCRYPTED:
            key = _rsa_key_untrusted(certificate) if file.encr_config else None
            return self._in_form(name, _written(file), suffix, key) if key is not None else None
        return self._in_form(name, _written(minimal_file(file) if file.encr_config else file), suffix)

    def _in_form(
        self, name: str, file: TftpFile, suffix: str, phone_key: rsa.RSAPublicKey | None = None
    ) -> TftpFile | None:
        if not suffix:
            return file
        if self._identity is None:
            return None
        signed = self._signer.signed(name + suffix, file.content, self._identity, self._digest, phone_key)
        return replace(file, content=signed)


def _written(file: PhoneFile) -> TftpFile:
    return TftpFile(write_phone_file(file), file)


def _rsa_key_untrusted(certificate: bytes | None) -> rsa.RSAPublicKey | None:
    try:
        key = read(load_untrusted(certificate)).usable_key if certificate is not None else None
    except Unreadable:
        return None
    return key if isinstance(key, rsa.RSAPublicKey) else None
