"""Cisco TFTP's signatures: a file is signed once for each change of what it says, of the key and of the digest.

Source: Cisco's Security Guide, "Encrypted phone configuration files", and document 116232. The key is that of CallManager.pem of
the node that serves, as the service read it at its start.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from typing import Final

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from cucm_sim.tftp_events import FileSigned
from journal import Emitter
from pki import Identity, Octets, read
from wire.signed_files import SignatureDigest, write_encrypted_file, write_signed_file

MAX_KEPT: Final = 4096
"""Signed files. Assumed; the one that was asked for longest ago is dropped first."""


class FileSigner:
    """What signs the files of one node."""

    def __init__(self, emitter: Emitter, octets: Octets) -> None:
        """`octets` gives random ones, for encrypted files."""
        self._emitter = emitter
        self._random = octets
        self._kept: OrderedDict[tuple[object, ...], bytes] = OrderedDict()

    def signed(
        self,
        name: str,
        content: bytes,
        signer: Identity,
        digest: SignatureDigest,
        phone_key: rsa.RSAPublicKey | None = None,
    ) -> bytes:
        """The `.sgn` file, or with the phone's key the `.enc.sgn` file.

        Raises ValueError for a signer whose key cannot sign files.
        """
        recipient = phone_key.public_bytes(Encoding.DER, PublicFormat.PKCS1) if phone_key is not None else b""
        key = (name, hashlib.sha256(content).digest(), signer.certificate, digest, recipient)
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
            return kept
        timestamp = int(self._emitter.clock.now().timestamp())
        if phone_key is None:
            file = write_signed_file(content, signer, file_name=name, digest=digest, timestamp=timestamp)
        else:
            file = write_encrypted_file(
                content,
                signer,
                phone_key,
                file_name=name,
                digest=digest,
                timestamp=timestamp,
                octets=self._random,
            )
        self._kept[key] = file
        if len(self._kept) > MAX_KEPT:
            self._kept.popitem(last=False)
        self._emitter.emit(
            FileSigned(
                file=name,
                digest=digest.name,
                signer_serial_number=f"{read(signer.certificate).serial_number:x}",
                encrypted=phone_key is not None,
            )
        )
        return file

    def last_signed(self, name: str) -> bytes | None:
        """The file of this name as it was signed last; None where it never was, or was dropped."""
        return next((self._kept[key] for key in reversed(self._kept) if key[0] == name), None)
