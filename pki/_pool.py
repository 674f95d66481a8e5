"""Keys that were made once and are kept on disk, so that no run waits for RSA twice."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from pki._keys import KeySpec, PrivateKey, generate, spec_of


class KeyPool:
    """A folder of private keys, one PKCS#8 DER file each, shared by every lab and every process of this user.

    The keys protect nothing but mock certificates; even so the folder is made 0700 and each file 0600, and a file
    that another user owns or can read is not used. EC keys are kept too, though they cost nothing to make, so that one
    rule holds for all: the n-th key of a kind is the same today and tomorrow, and so are the certificates around it.

    Args:
        folder: where to keep them; None means $CUCM_LAB_CACHE, else `cucm-cert-lab/keys` in the user's cache folder.
            A folder that cannot be used is no error: the keys then live as long as this object.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._wanted = folder
        self._folder: Path | None = None
        self._opened = False
        self._opening = threading.Lock()
        # All keys ever handed out stay here: the first private operation of a freshly loaded key costs double.
        self._memory: dict[str, PrivateKey] = {}

    @property
    def folder(self) -> Path | None:
        """Where the keys are kept; None when they are only in memory."""
        with self._opening:
            if not self._opened:
                self._folder, self._opened = _usable(self._wanted), True
        return self._folder

    def ring(self) -> KeyRing:
        """A fresh ring, from which every take starts at the first key again."""
        return KeyRing(self)

    def key(self, spec: KeySpec, label: str | int) -> PrivateKey:
        """The pool's key of that kind under a number or a name; made now if there is none yet."""
        file_name = _file_name(spec, label)
        if (held := self._memory.get(file_name)) is None:
            folder = self.folder
            found = generate(spec) if folder is None else _load_or_make(folder / file_name, spec)
            held = self._memory.setdefault(file_name, found)  # the first of two threads wins
        return held

    def has_in_memory(self, spec: KeySpec, label: str | int) -> bool:
        """Whether `key` gives that key at once."""
        return _file_name(spec, label) in self._memory


class KeyRing:
    """The keys of one lab: each key of the pool at most once, in the same order every time. Threads may share it."""

    def __init__(self, pool: KeyPool) -> None:
        self._pool = pool
        self._taken: Counter[KeySpec] = Counter()
        self._lock = threading.Lock()

    def take(self, spec: KeySpec) -> PrivateKey:
        """The next key of that kind: the n-th call returns the pool's n-th."""
        with self._lock:
            number = self._taken[spec]
            self._taken[spec] += 1
        return self._pool.key(spec, number)

    def named(self, spec: KeySpec, purpose: str) -> PrivateKey:
        """The key for one purpose, such as a mock Cisco authority; it never appears in `take`, whatever the order of calls."""
        return self._pool.key(spec, purpose)

    def prepare(self, wanted: Mapping[KeySpec, int], named: Mapping[str, KeySpec] | None = None) -> None:
        """Make or load the next keys now, in threads, so that no caller waits later. None counts as taken.

        Args:
            wanted: how many of each kind.
            named: kinds of the keys for named purposes.
        """
        with self._lock:
            jobs: list[tuple[KeySpec, str | int]] = [
                (spec, self._taken[spec] + ahead) for spec, count in wanted.items() for ahead in range(count)
            ]
        jobs += [(spec, purpose) for purpose, spec in (named or {}).items()]
        jobs = [job for job in jobs if not self._pool.has_in_memory(*job)]
        if not jobs:
            return
        from concurrent.futures import ThreadPoolExecutor  # slow to import, and only needed here

        # Longest first: one RSA-4096 started last would keep the others waiting at the end.
        jobs.sort(key=lambda job: job[0], reverse=True)
        with ThreadPoolExecutor(os.cpu_count() or 1) as threads:
            for _ in threads.map(lambda job: self._pool.key(*job), jobs):
                pass


def cache_folder() -> Path:
    """Where keys go unless told otherwise: $CUCM_LAB_CACHE, else `cucm-cert-lab/keys` in the user's cache folder.

    Raises:
        RuntimeError: this user has no home.
    """
    if chosen := os.environ.get("CUCM_LAB_CACHE"):
        return Path(chosen)
    home_cache = "Library/Caches" if sys.platform == "darwin" else ".cache"
    xdg = Path(os.environ.get("XDG_CACHE_HOME", ""))
    base = xdg if xdg.is_absolute() else Path.home() / home_cache  # XDG says to ignore a relative one
    return base / "cucm-cert-lab" / "keys"


def _file_name(spec: KeySpec, label: str | int) -> str:
    """`rsa-2048-00007.der`, and `rsa-2048-e3-authority-cisco-root-ca-2048.der` of a name."""
    kind = f"{spec.algorithm}-{spec.size}" + (f"-e{spec.exponent}" if spec.exponent != 65537 else "")
    mark = f"{label:05}" if isinstance(label, int) else "".join(c if c.isalnum() else "-" for c in label)
    return f"{kind}-{mark}.der".lower()


def _usable(folder: Path | None) -> Path | None:
    """The folder, made 0700 if it was not there, or None if that cannot be had.

    The mode of a folder that was there is never changed, since it may be anything, /tmp for instance; if others can
    write into it, they could put keys of theirs there, and it is not used.
    """
    try:
        folder = folder or cache_folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = folder.stat()
        if not _mine(status) or status.st_mode & 0o022:
            return None
    except (OSError, RuntimeError):
        return None
    return folder if os.access(folder, os.W_OK | os.X_OK) else None


def _load_or_make(path: Path, spec: KeySpec) -> PrivateKey:
    if (key := _load(path, spec)) is not None:
        return key
    key = generate(spec)
    try:
        return _store(path, spec, key)
    except OSError:  # a full disk, say: this lab goes on with a key that no other run will see
        return key


def _store(path: Path, spec: KeySpec, key: PrivateKey) -> PrivateKey:
    """Put the key under its name at once and whole; if another process was faster, return that one's key.

    A link fails where the name exists, a rename would not: so the loser learns that it lost. Two processes that mend
    the same damaged file at the same moment may still end with a key each; each lab then works with its own.
    """
    data = key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    handle, temporary = tempfile.mkstemp(prefix=".new-", dir=path.parent)  # mkstemp makes it 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        for _ in range(3):
            try:
                os.link(temporary, path)
                return key
            except FileExistsError:
                if (winner := _load(path, spec)) is not None:
                    return winner
                path.unlink(missing_ok=True)
        return key
    finally:
        os.unlink(temporary)


def _load(path: Path, spec: KeySpec) -> PrivateKey | None:
    """The key in the file; None if it is missing, damaged, of another kind, or open to others."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as file:
            status = os.fstat(handle)
            if not stat.S_ISREG(status.st_mode) or not _mine(status) or status.st_mode & 0o077:
                return None
            data = file.read(16_384)
        # OpenSSL's own check tests the primes again: 39 ms a key. The check below finds what a bad disk can do.
        key = serialization.load_der_private_key(data, None, unsafe_skip_rsa_key_validation=True)
        if not isinstance(key, PrivateKey) or spec_of(key) != spec or not _consistent(key):
            return None
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm):  # cryptography answers garbage with the last three
        return None
    return key


def _consistent(key: PrivateKey) -> bool:
    """Whether the numbers of an RSA key fit together, by arithmetic alone."""
    if not isinstance(key, rsa.RSAPrivateKey):
        return True  # an EC key was checked against its point when it was loaded
    n = key.private_numbers()
    return (
        n.p * n.q == n.public_numbers.n
        and n.d * n.public_numbers.e % (n.p - 1) == 1 == n.d * n.public_numbers.e % (n.q - 1)
        and n.dmp1 == n.d % (n.p - 1)
        and n.dmq1 == n.d % (n.q - 1)
        and n.iqmp * n.q % n.p == 1
    )


def _mine(status: os.stat_result) -> bool:
    return status.st_uid == os.geteuid()
