"""FreeRADIUS in a folder of its own on loopback, unprivileged, as an independent authentication server."""

from __future__ import annotations

import os
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import trio
from cryptography.hazmat.primitives.serialization import Encoding

from edge_sim.authenticator import RadiusServer
from pki import Identity, TrustStore
from tests.dot1x.conftest import SECRET

PATIENCE = 5.0
"""Seconds, real ones, for anything that it does."""
_CONFIGURATION = """
prefix = /usr
confdir = {folder}
logdir = {folder}
run_dir = {folder}
db_dir = {folder}
raddbdir = {folder}
libdir = /usr/lib/freeradius
pidfile = {folder}/pid
hostname_lookups = no
log {{
    destination = stdout
    auth = yes
}}
security {{
    allow_vulnerable_openssl = yes
    reject_delay = 0
    status_server = no
}}
thread pool {{
    start_servers = 1
    max_servers = 2
    min_spare_servers = 1
    max_spare_servers = 1
}}
client lab {{
    ipaddr = 127.0.0.0/8
    secret = "{secret}"
    require_message_authenticator = yes
}}
modules {{
    eap {{
        default_eap_type = {first}
        timer_expire = 60
        md5 {{
        }}
        tls-config tls-common {{
            private_key_file = {folder}/server.key
            certificate_file = {folder}/server.pem
            ca_file = {folder}/ca.pem
            cipher_list = "DEFAULT@SECLEVEL=0"
            tls_min_version = "{minimum}"
            tls_max_version = "{maximum}"
            ecdh_curve = "secp384r1:prime256v1"
            fragment_size = {fragment_size}
            include_length = {include_length}
            check_crl = {check_crl}
            {more}
            cache {{
                enable = no
            }}
        }}
        tls {{
            tls = tls-common
        }}
    }}
}}
server default {{
    listen {{
        type = auth
        ipaddr = {address}
        port = {port}
    }}
    authorize {{
        eap
    }}
    authenticate {{
        eap
    }}
}}
"""


class FreeRadius:
    """What a port asks, and what it logged."""

    def __init__(self, server: RadiusServer) -> None:
        self.server = server
        self.log = ""
        self._news = trio.Event()

    async def read(self, pipe: trio.abc.ReceiveStream) -> None:
        with suppress(trio.ClosedResourceError):
            async for data in pipe:
                self.log += data.decode("utf-8", "replace")
                self._news.set()

    async def says(self, text: str) -> None:
        """Wait until its log holds the text."""
        with trio.move_on_after(PATIENCE):
            while text not in self.log:
                self._news = trio.Event()
                await self._news.wait()
        if text not in self.log:
            raise AssertionError(f"{text!r} is not in the log: {self.log[-1500:]}")


@asynccontextmanager
async def running(
    folder: Path,
    identity: Identity,
    trust: TrustStore,
    *,
    minimum: str = "1.0",
    maximum: str = "1.3",
    first: str = "tls",
    fragment_size: int = 1024,
    include_length: bool = True,
    more: str = "",
) -> AsyncIterator[FreeRadius]:
    """`first`: the EAP method that it proposes; `more`: further lines of its tls-config."""
    address, port = f"127.{64 + os.getpid() % 32}.{os.getpid() // 32 % 250 + 1}.12", 1812
    (folder / "server.pem").write_bytes(identity.certificate_pem() + identity.chain_pem())
    (folder / "server.key").write_bytes(identity.key_pem())
    anchors = b"".join(Identity(identity.key, certificate).certificate_pem() for certificate in trust)
    lists = b"".join(crl.public_bytes(Encoding.PEM) for crl in trust.crls)
    (folder / "ca.pem").write_bytes(anchors + lists)
    (folder / "dictionary").write_text("$INCLUDE /usr/share/freeradius/dictionary\n")
    (folder / "radiusd.conf").write_text(
        _CONFIGURATION.format(
            folder=folder,
            secret=SECRET.decode(),
            address=address,
            port=port,
            minimum=minimum,
            maximum=maximum,
            first=first,
            fragment_size=fragment_size,
            include_length="yes" if include_length else "no",
            check_crl="yes" if trust.crls else "no",
            more=more,
        )
    )
    judge = FreeRadius(RadiusServer(address, SECRET, port))
    command = ["freeradius", "-f", "-l", "stdout", "-d", str(folder), "-n", "radiusd"]
    async with trio.open_nursery() as nursery:
        process = await trio.lowlevel.open_process(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        assert process.stdout is not None
        try:
            async with process.stdout:
                nursery.start_soon(judge.read, process.stdout)
                await judge.says("Ready to process requests")
                yield judge
                nursery.cancel_scope.cancel()
        finally:
            process.kill()
            with trio.CancelScope(shield=True):
                await process.wait()
