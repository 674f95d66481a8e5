"""curl fetches from Cisco TFTP over HTTP, HTTPS and TFTP, and OpenSSL verifies the signature of a signed file."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import trio
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from lab.testing import DEVICE, cluster_certificates
from tests.tftp.served import HERE, Served, running
from wire.signed_files import read_signed_file_untrusted, signed_octets

SIGNED = f"{DEVICE}.cnf.xml.sgn"


@pytest.mark.trio
@pytest.mark.peer("curl")
async def test_curl_fetches_one_and_the_same_file_over_every_transport(tmp_path: Path) -> None:
    async with running(Served()) as served:
        started = served.started
        urls = [
            f"http://{HERE}:{started.port}",
            *(f"https://{HERE}:{port}" for port in started.https_ports),
            f"tftp://{HERE}:{started.tftp_port}",
        ]
        fetches = [part for n, url in enumerate(urls) for part in ("-o", str(tmp_path / str(n)), f"{url}/ITLFile.tlv")]
        run = await trio.run_process(["curl", "-s", "-k", *fetches], check=False, stdout=subprocess.DEVNULL)
        assert run.returncode == 0
        assert {(tmp_path / str(n)).read_bytes() for n in range(len(urls))} == {served.cluster.itl_file}


@pytest.mark.trio
@pytest.mark.peer("openssl")
async def test_openssl_verifies_a_signed_file_by_the_key_of_callmanager(tmp_path: Path) -> None:
    async with running(Served()) as served:
        data = await served.file(SIGNED)
    header = read_signed_file_untrusted(data).header
    key = cluster_certificates().server.certificate.public_key()
    (tmp_path / "key.pem").write_bytes(key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    (tmp_path / "signature").write_bytes(header.signature)
    (tmp_path / "octets").write_bytes(signed_octets(data, header))
    command = ["openssl", "dgst", "-sha1", "-verify", "key.pem", "-signature", "signature", "octets"]
    run = await trio.run_process(command, cwd=tmp_path, capture_stdout=True)
    assert run.stdout == b"Verified OK\n"
