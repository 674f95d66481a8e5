"""The pool of keys: the same keys again, for one user only, whatever happens to its files."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from pki import KeyPool, KeyRing, KeySpec, PrivateKey, cache_folder, spec_of

ROOT = Path(__file__).parents[2]
SMALL = KeySpec("RSA", 512)
CURVE = KeySpec("EC", 256)


def octets(key: PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def test_nth_take_is_the_same_in_every_ring_and_every_process(tmp_path: Path) -> None:
    first, second = KeyPool(tmp_path).ring(), KeyPool(tmp_path).ring()
    keys = [octets(first.take(SMALL)) for _ in range(3)]
    assert keys == [octets(second.take(SMALL)) for _ in range(3)]
    assert len(set(keys)) == 3


def test_kinds_are_counted_apart(tmp_path: Path) -> None:
    ring = KeyPool(tmp_path).ring()
    first = octets(ring.take(SMALL))
    assert spec_of(ring.take(CURVE)) == CURVE
    assert octets(ring.take(KeySpec("RSA", 512, 3))) != first
    assert octets(KeyPool(tmp_path).ring().take(SMALL)) == first


def test_prepared_keys_are_not_taken(tmp_path: Path) -> None:
    pool = KeyPool(tmp_path)
    ring = pool.ring()
    first = octets(ring.take(SMALL))
    ring.prepare({SMALL: 3, CURVE: 1})
    assert len(list(tmp_path.glob("rsa-512-*.der"))) == 4
    assert octets(ring.take(SMALL)) == octets(pool.key(SMALL, 1)) != first


def test_nothing_to_prepare_is_fine(tmp_path: Path) -> None:
    KeyPool(tmp_path).ring().prepare({})


def test_named_keys_stay_out_of_the_count(tmp_path: Path) -> None:
    ring = KeyPool(tmp_path).ring()
    named = octets(ring.named(SMALL, "authority A"))
    assert octets(ring.take(SMALL)) == octets(KeyPool(tmp_path).ring().take(SMALL)) != named
    assert octets(ring.named(SMALL, "authority A")) == named != octets(ring.named(SMALL, "authority B"))


def test_folder_and_files_are_closed_to_others(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "keys"
    KeyPool(folder).ring().take(SMALL)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    (file,) = folder.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert serialization.load_der_private_key(file.read_bytes(), None)


def test_no_temporary_file_is_left(tmp_path: Path) -> None:
    KeyPool(tmp_path).ring().prepare({SMALL: 4})
    assert [file.suffix for file in tmp_path.iterdir()] == [".der"] * 4


def spoil_by_cutting(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:100])


def spoil_by_flipping_a_bit_of_a_prime(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[-100] ^= 1
    file.write_bytes(data)


def spoil_by_emptying(file: Path) -> None:
    file.write_bytes(b"")


def spoil_by_another_kind(file: Path) -> None:
    file.write_bytes(octets(KeyPool(file.parent / "other").ring().take(CURVE)))


def spoil_by_opening_to_others(file: Path) -> None:
    file.chmod(0o644)


def spoil_by_linking_elsewhere(file: Path) -> None:
    elsewhere = file.with_suffix(".elsewhere")
    file.rename(elsewhere)
    file.symlink_to(elsewhere)


@pytest.mark.parametrize(
    "spoil",
    [
        spoil_by_cutting,
        spoil_by_flipping_a_bit_of_a_prime,
        spoil_by_emptying,
        spoil_by_another_kind,
        spoil_by_opening_to_others,
        spoil_by_linking_elsewhere,
    ],
)
def test_a_file_that_cannot_be_believed_is_made_anew(spoil: object, tmp_path: Path) -> None:
    before = octets(KeyPool(tmp_path).ring().take(SMALL))
    (file,) = tmp_path.glob("*.der")
    spoil(file)  # type: ignore[operator]
    made = KeyPool(tmp_path).ring().take(SMALL)
    assert spec_of(made) == SMALL
    after = octets(made)
    assert after != before
    assert octets(KeyPool(tmp_path).ring().take(SMALL)) == after
    assert not file.is_symlink()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_folder_in_place_of_a_key_does_not_matter(tmp_path: Path) -> None:
    pool = KeyPool(tmp_path)
    (tmp_path / "rsa-512-00000.der").mkdir()
    assert octets(pool.ring().take(SMALL)) == octets(pool.ring().take(SMALL))


def test_a_folder_that_cannot_be_made_means_memory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    pool = KeyPool(tmp_path / "file" / "keys")
    assert pool.folder is None
    assert octets(pool.ring().take(SMALL)) == octets(pool.ring().take(SMALL))


def test_a_folder_that_cannot_be_written_means_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.access", lambda *_: False)  # root may write anywhere, so modes alone prove nothing
    assert KeyPool(tmp_path).folder is None


def test_a_folder_that_was_there_keeps_its_mode(tmp_path: Path) -> None:
    for mode, used in ((0o755, True), (0o777, False), (0o1777, False)):
        tmp_path.chmod(mode)
        assert (KeyPool(tmp_path).folder is not None) is used
        assert stat.S_IMODE(tmp_path.stat().st_mode) == mode


def test_a_folder_of_somebody_else_means_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 12345)
    assert KeyPool(tmp_path).folder is None


def test_a_full_disk_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.mkstemp", full)
    pool = KeyPool(tmp_path)
    assert octets(pool.ring().take(SMALL)) == octets(pool.ring().take(SMALL))


def test_processes_at_once_agree_on_every_key(tmp_path: Path) -> None:
    program = (
        "import sys, pki, hashlib; from pathlib import Path\n"
        "ring = pki.KeyPool(Path(sys.argv[1])).ring()\n"
        "print([ring.take(pki.KeySpec('RSA', 512)).private_numbers().d for _ in range(12)])"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) for _ in range(4)]
    said = {process.communicate()[0] for process in running}
    assert [process.returncode for process in running] == [0] * 4
    assert len(said) == 1
    assert len(list(tmp_path.iterdir())) == 12


def test_importing_pki_stays_cheap() -> None:
    """No TLS library and no thread pool before a caller needs one."""
    program = "import sys, pki; print([m for m in ('OpenSSL', 'concurrent.futures', 'trio') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout == "[]\n"


def test_threads_at_once_get_every_key_once(tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    ring: KeyRing = KeyPool(tmp_path).ring()
    with ThreadPoolExecutor(4) as threads:
        keys = list(threads.map(lambda _: octets(ring.take(SMALL)), range(20)))
    assert len(set(keys)) == 20


def test_cache_folder_follows_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("CUCM_LAB_CACHE", raising=False)
    monkeypatch.setenv("HOME", "/home/x")
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    assert cache_folder() == Path("/home/x/.cache/cucm-cert-lab/keys")
    monkeypatch.setenv("XDG_CACHE_HOME", "/var/xdg")
    assert cache_folder() == Path("/var/xdg/cucm-cert-lab/keys")
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr("sys.platform", "darwin")
    assert cache_folder() == Path("/home/x/Library/Caches/cucm-cert-lab/keys")
    monkeypatch.setenv("CUCM_LAB_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path
    assert KeyPool().folder == tmp_path


def test_to_prepare_what_is_there_starts_no_threads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ring = KeyPool(tmp_path / "keys").ring()
    wanted, named = {KeySpec("EC", 256): 2}, {"a purpose": KeySpec("EC", 384)}
    ring.prepare(wanted, named)

    def refuse(*_: object) -> None:
        raise AssertionError("threads were started")

    monkeypatch.setattr("concurrent.futures.ThreadPoolExecutor.__init__", refuse)
    ring.prepare(wanted, named)
    with pytest.raises(AssertionError):
        ring.prepare({KeySpec("EC", 256): 3})
