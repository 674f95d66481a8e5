"""What this machine can and cannot do for the lab: each check tries the thing itself and gives a finding as data."""

from __future__ import annotations

import importlib.util
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from OpenSSL import SSL

from lab.base.open_files import raise_limit
from lab.doctor.tls_probe import handshakes
from lab.running.addresses import NoAddress, check_loopback
from pki import KeyPool, cache_folder
from wire.tftp.numbers import PORT

HOME = Path(__file__).resolve().parents[2]
PACKAGES = ("lab", "phone_sim", "cucm_sim", "capf_sim", "edge_sim", "pki", "wire", "journal")
PEERS = {
    "openssl": "the Debian package openssl",
    "tshark": "the Debian package tshark",
    "atftp": "the Debian package atftp",
    "chromium": "the Debian package chromium",
    "curl": "the Debian package curl",
    "freeradius": "the Debian package freeradius",
    "eapol_test": "the Debian package eapoltest",
    "ocserv": "the Debian package ocserv",
    "openconnect": "the Debian package openconnect",
    "lint_pkix_cert": "the Python package pkilint, in an environment of its own",
}
_REINSTALL = "install the lab anew: make clean, then make demo"


class MachineVerdict(StrEnum):
    OK = "ok"
    WARN = "warn"
    """The lab runs, but something that it offers does not work here."""
    FAIL = "fail"
    """The main story cannot be played here."""


@dataclass(frozen=True, slots=True)
class MachineFinding:
    """One check: what it found, in one sentence, and what to do about it, empty where all is well."""

    name: str
    verdict: MachineVerdict
    sentence: str
    remedy: str = ""


def examine() -> list[MachineFinding]:
    """Every check, in order of importance; about 0.1 s. Nothing leaves this machine, and no file of the user is changed
    except that the folder of the key pool is made."""
    return [
        python(),
        openssl(),
        tls_1_0(),
        null_cipher(),
        rsa_512(),
        loopback(),
        tftp_port(),
        descriptors(),
        key_pool(),
        *shadowed(),
        *(peer(name, source) for name, source in PEERS.items()),
    ]


def python(version: tuple[int, int] = sys.version_info[:2]) -> MachineFinding:
    text = ".".join(map(str, version))
    if version < (3, 11):
        return MachineFinding(
            "Python", MachineVerdict.FAIL, f"Python {text} is too old.", "install Python 3.11 or newer"
        )
    return MachineFinding("Python", MachineVerdict.OK, f"Python {text} runs the lab.")


def openssl(number: int = SSL.OPENSSL_VERSION_NUMBER) -> MachineFinding:
    """The OpenSSL inside the package cryptography, which is the one that the lab uses, whatever the system has."""
    text = SSL.OpenSSL_version(SSL.OPENSSL_VERSION).decode("ascii", "replace")
    if number < 0x30000000:
        return MachineFinding(
            "OpenSSL", MachineVerdict.FAIL, f"cryptography brings {text}, 3.0 is the least.", _REINSTALL
        )
    return MachineFinding("OpenSSL", MachineVerdict.OK, f"cryptography brings {text}.")


def tls_1_0() -> MachineFinding:
    """What a 79xx needs; the failure of this one check means that no 79xx can be played here."""
    if handshakes(SSL.TLS1_VERSION, b"AES256-SHA:@SECLEVEL=0"):
        return MachineFinding("TLS 1.0", MachineVerdict.OK, "TLS 1.0 with AES256-SHA works, so 79xx phones do.")
    return MachineFinding(
        "TLS 1.0",
        MachineVerdict.FAIL,
        "This OpenSSL makes no TLS 1.0 connection with AES256-SHA, so no 79xx phone can speak TLS.",
        "unset OPENSSL_CONF, or install cryptography as the lab's lock file names it: make clean, then make demo",
    )


def null_cipher() -> MachineFinding:
    if handshakes(SSL.TLS1_2_VERSION, b"NULL-SHA:@SECLEVEL=0"):
        return MachineFinding("NULL-SHA", MachineVerdict.OK, "NULL-SHA works, so the Authenticated security mode does.")
    return MachineFinding(
        "NULL-SHA",
        MachineVerdict.WARN,
        "This OpenSSL has no NULL-SHA, so no phone can register in Authenticated mode.",
        _REINSTALL,
    )


def rsa_512() -> MachineFinding:
    """The smallest key of an LSC. OpenSSL uses it in TLS up to 1.2 only, and only at security level 0."""
    if handshakes(SSL.TLS1_2_VERSION, b"AES256-SHA:@SECLEVEL=0", bits=512):
        return MachineFinding("RSA-512", MachineVerdict.OK, "RSA keys of 512 bits work.")
    return MachineFinding(
        "RSA-512", MachineVerdict.WARN, "RSA keys of 512 bits do not work; 1024 and more do.", _REINSTALL
    )


def loopback(address: str = "127.77.66.55") -> MachineFinding:
    try:
        check_loopback()
    except NoAddress as error:
        return MachineFinding(
            "loopback block", MachineVerdict.FAIL, f"{error}", "bring the interface up (ip link set lo up)"
        )
    with socket.socket() as sock:
        try:
            sock.bind((address, 0))
        except OSError:
            return MachineFinding(
                "loopback block",
                MachineVerdict.WARN,
                f"{address} cannot be used, so a lab has only 127.0.0.1 and ports that are not the standard ones.",
                f"on macOS add the addresses by hand (sudo ifconfig lo0 alias {address}), or leave it so",
            )
    return MachineFinding(
        "loopback block", MachineVerdict.OK, "Each server and phone can have a 127.x.y.z address of its own."
    )


def tftp_port(port: int = PORT, address: str = "127.77.66.55") -> MachineFinding:
    """Whether TFTP can have its standard port; on a system that has only 127.0.0.1 it has another one anyway."""
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.bind((address, port))
    except OSError as error:
        return MachineFinding(
            f"UDP port {port}",
            MachineVerdict.WARN,
            f"UDP port {port} cannot be opened ({error.strerror}), so TFTP takes port {port + 10000} instead.",
            f"on Linux allow it (sysctl net.ipv4.ip_unprivileged_port_start={port}), or leave it so",
        )
    return MachineFinding(f"UDP port {port}", MachineVerdict.OK, f"TFTP can have its standard port, UDP {port}.")


def descriptors(limit: int | None = None) -> MachineFinding:
    """The limit on open files, which the lab has raised as far as it goes; a phone with its server takes about four."""
    found = _descriptor_limit() if limit is None else limit
    if found is None:
        return MachineFinding("open files", MachineVerdict.OK, "This system states no limit on open files.")
    if found < 1024:
        return MachineFinding(
            "open files",
            MachineVerdict.WARN,
            f"Only {found} open files are allowed: a lab of {found // 4} phones.",
            "raise the hard limit of this user (ulimit -Hn)",
        )
    return MachineFinding("open files", MachineVerdict.OK, f"{found} open files are allowed.")


def key_pool(folder: Path | None = None) -> MachineFinding:
    """Whether keys can be kept. `folder` is the user's own pool where None."""
    usable = KeyPool(folder).folder
    if usable is not None:
        return MachineFinding("key pool", MachineVerdict.OK, f"Keys are kept in {usable}, closed to others.")
    try:
        wanted = str(folder or cache_folder())
    except RuntimeError:
        wanted = "the home folder, which this user has not"
    return MachineFinding(
        "key pool",
        MachineVerdict.WARN,
        f"Keys cannot be kept in {wanted}; every run makes them anew.",
        "make it a folder that is yours and writable, or name another one in CUCM_LAB_CACHE",
    )


def shadowed(home: Path = HOME, origin: Callable[[str], Path | None] | None = None) -> Iterator[MachineFinding]:
    """Whether `import lab` and its like give this lab: other packages on PyPI use some of these names.

    `origin` tells which folder a package would be imported from, None where there is no such package.
    """
    foreign = []
    for package in PACKAGES:
        found = (origin or _origin)(package)
        if found is None:
            foreign.append(f"{package} is missing")
        elif found.parent != home:
            foreign.append(f"{package} is that in {found}")
    if foreign:
        yield MachineFinding(
            "packages",
            MachineVerdict.FAIL,
            f"Not every package is the lab's own: {'; '.join(foreign)}.",
            "run the lab from its own environment (.venv/bin/cucm-lab), or uninstall the other package",
        )
    else:
        yield MachineFinding("packages", MachineVerdict.OK, f"All {len(PACKAGES)} packages come from {home}.")


def peer(program: str, source: str, path: str | None = None) -> MachineFinding:
    """An outside judge, which only some tests want. `path` is a search path, the environment's where None."""
    found = shutil.which(program, path=path)
    if found is None:
        return MachineFinding(
            program, MachineVerdict.WARN, f"{program} is missing; only some tests want it.", f"it comes with {source}"
        )
    return MachineFinding(program, MachineVerdict.OK, f"{program} is {found}.")


def _descriptor_limit() -> int | None:
    limit = raise_limit()
    return limit if limit >= 0 else None


def _origin(package: str) -> Path | None:
    spec = importlib.util.find_spec(package)
    if spec is None:
        return None
    places = list(spec.submodule_search_locations or ())
    return Path(places[0]).resolve() if places else Path(spec.origin or "").resolve()
