"""Files of a kept lab that follow what the lab holds: each is written when that has changed, and gone when it is gone.

A file is replaced in one step (`put`), so that a run that is killed leaves a whole one. A key is written before its certificate:
a certificate that is there has its key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from cryptography.hazmat.primitives.serialization import Encoding

from lab.kept.folder import put
from pki import Certificate, Identity, read, trust_file_name

MAX_NAME = 200
"""Octets of a file's name that come from a certificate; a file system takes 255."""


_H = TypeVar("_H")


class StateFiles:
    """What it has written, so that what did not change costs one comparison."""

    def __init__(self) -> None:
        self._written: dict[Path, object] = {}
        self._folders: set[Path] = set()
        self._in_folder: dict[Path, tuple[Certificate, ...]] = {}

    def folder(self, path: Path) -> Path:
        """Make it, and those that it is in, mode 0700, where there is none. Raises OSError, as all that write here do."""
        if path not in self._folders and not path.is_dir():
            self.folder(path.parent)
            path.mkdir(mode=0o700)
        self._folders.add(path)
        return path

    def file(self, path: Path, held: _H | None, octets: Callable[[_H], bytes]) -> None:
        """`octets` of what is held; None: there is nothing, and no file."""
        if held is None:
            self._remove(path)
        elif self._is_new(path, held):
            put(path, octets(held))
            self._written[path] = held

    def gone(self, folder: Path) -> None:
        """What it has written there is not held any more; files of others stay."""
        for path in [path for path in self._written if path.is_relative_to(folder)]:
            self._remove(path)
        for each in sorted((each for each in self._folders if each.is_relative_to(folder)), reverse=True):
            self._folders.discard(each)
            self._in_folder.pop(each, None)
            if not any(each.iterdir()):
                each.rmdir()

    def certificate(self, path: Path, certificate: Certificate) -> None:
        """A copy of what the cluster's database holds."""
        if self._is_new(path, certificate):
            put(path, certificate.public_bytes(Encoding.PEM), durable=False)
            self._written[path] = certificate

    def identity(self, path: Path, keys: Path, identity: Identity | None) -> None:
        """The certificate with what is sent besides, and its key in folder `keys`; None: neither."""
        key = keys / f"{path.stem}.key.pem"
        if identity is None:
            self._remove(path)
            self._remove(key)
        elif self._is_new(path, identity.certificate):
            put(key, identity.key_pem())
            put(path, identity.certificate_pem() + identity.chain_pem())
            self._written[key] = self._written[path] = identity.certificate

    def certificates(self, folder: Path, held: tuple[Certificate, ...]) -> bool:
        """The folder holds these and no others; gives whether it held others before."""
        if self._in_folder.get(folder) == held:
            return False
        named = file_names(held)
        for name in file_names(self._in_folder.get(folder, ())).keys() - named.keys():
            self._remove(folder / name)
        for name, certificate in named.items():
            self.certificate(folder / name, certificate)
        self._in_folder[folder] = held
        return True

    def _is_new(self, path: Path, held: object) -> bool:
        before = self._written.get(path)
        return before is not held and before != held

    def _remove(self, path: Path) -> None:
        if path in self._written:
            path.unlink()
            del self._written[path]


def safe_name(text: str) -> str:
    """Of a certificate's name, for a file's: nothing that a file system or a shell could take for something else."""
    safe = "".join(letter if letter.isalnum() or letter in " -_." else "_" for letter in text)
    return safe.encode()[:MAX_NAME].decode(errors="ignore")


def file_names(certificates: Iterable[Certificate]) -> dict[str, Certificate]:
    """By CUCM's own file names; a second one of the same name has a number."""
    found: dict[str, Certificate] = {}
    for certificate in certificates:
        stem = safe_name(trust_file_name(certificate).removesuffix(".pem"))
        name, number = f"{stem}.pem", 2
        while name in found:
            name, number = f"{stem}-{number}.pem", number + 1
        found[name] = certificate
    return found


def common_file_name(certificate: Certificate) -> str:
    """Its CN."""
    return f"{safe_name(read(certificate).subject.cn)}.pem"
