"""Folders of exports, written file by file as somebody would download them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from lab.exports import read_exports
from lab.fleet.findings import InputFinding
from lab.fleet.model import Fleet, FleetPhone
from lab.whatif.sample import write_sample
from pki import Identity, common_name, trust_file_name
from tests.whatif.conftest import DEVICE, NOW, Network, make_network

HEAD = "Device Name,Model,Profile,Cluster,LSC Issuer,LSC Serial,LSC Expiry,MIC Issuer"


def pem(*certificates: x509.Certificate) -> bytes:
    return b"".join(certificate.public_bytes(Encoding.PEM) for certificate in certificates)


@cache
def held(device: str = DEVICE, model: str = "8861") -> tuple[x509.Certificate, x509.Certificate]:
    """LSC and MIC of a phone; made once, for the key's sake."""
    network = make_network()
    return network.lsc(device=device, model=model).certificate, network.mic(device, model).certificate


@cache
def other_lsc(device: str = DEVICE) -> Identity:
    return make_network().lsc(make_network().other_capf, device=device)


class Exports:
    """A folder that fills."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.network: Network = make_network()
        self.capf = self.network.capf.certificate
        self.capf_name = common_name(self.capf.subject)

    def write(self, name: str, content: bytes | str) -> Path:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def store(self, folder: str, certificates: Iterable[x509.Certificate] | None = None) -> Exports:
        """By default CAPF and the manufacturing authorities."""
        for each in [*self.network.roots, self.capf] if certificates is None else certificates:
            self.write(f"{folder}/{trust_file_name(each)}", pem(each))
        return self

    def cluster(self, name: str = "hq") -> Exports:
        return self.store(f"{name}/CallManager-trust", [self.capf]).store(f"{name}/CAPF-trust", [self.capf])

    def inventory(self, *rows: str, head: str = HEAD, name: str = "inventory.csv") -> Exports:
        self.write(name, "\n".join([head, *rows]) + "\n")
        return self

    def row(self, device: str = DEVICE, **cells: str) -> str:
        told = {
            "model": "8861",
            "profile": "Encrypted",
            "cluster": "hq",
            "issuer": self.capf_name,
            "serial": "1a2b",
            "expiry": "2028-05-01",
            "mic": "Cisco Manufacturing CA SHA2",
            **cells,
        }
        return ",".join([device, *told.values()])

    def read(self, now: datetime = NOW) -> tuple[Fleet, tuple[InputFinding, ...]]:
        return read_exports(self.path, now)

    def fleet(self) -> Fleet:
        return self.read()[0]

    def phone(self, device: str = DEVICE) -> FleetPhone:
        return next(phone for phone in self.fleet().phones if phone.device_name == device)

    def findings(self) -> list[str]:
        return [told(finding) for finding in self.read()[1]]

    def listing(self) -> dict[str, Any]:
        """Every file with its octets and time, to see that nothing was touched."""
        return {
            str(path): (path.lstat().st_mtime_ns, path.read_bytes() if path.is_file() else b"")
            for path in sorted(self.path.rglob("*"))
        }


def told(finding: InputFinding) -> str:
    return f"{finding.where}: {finding.problem}"


@pytest.fixture
def exports(tmp_path: Path) -> Exports:
    return Exports(tmp_path / "exports")


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample") / "network"
    write_sample(folder)
    return folder
