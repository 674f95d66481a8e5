"""A cluster with one phone and its Cisco TFTP service on free ports, for the tests beside."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import trio
from cryptography.hazmat.primitives.serialization import Encoding

from cisco_data import ClusterSecurityMode
from cucm_sim import tftp_events as ev
from cucm_sim.cluster import Cluster
from cucm_sim.database import Device, PhoneSecurityProfile
from cucm_sim.tftp import CiscoTftp
from lab.testing import DEVICE, KeptEvents, cluster_certificates
from wire.http.streams import get
from wire.net import connect
from wire.phone_file import CapfServer, Member
from wire.tftp import TftpClient, TransferOutcome

HERE = "127.0.0.1"
MIXED, NON_SECURE = ClusterSecurityMode.MIXED, ClusterSecurityMode.NON_SECURE


class Served:
    """A cluster with one phone and its Cisco TFTP on free ports."""

    def __init__(self, mode: ClusterSecurityMode = MIXED) -> None:
        self.kept = KeptEvents()
        self.cluster = Cluster(
            "hq",
            self.kept.journal,
            address=HERE,
            callmanager_identity=cluster_certificates().server,
            capf_authority=cluster_certificates().capf,
            cluster_security_mode=mode,
        )
        self.device = Device(DEVICE, "8861", PhoneSecurityProfile("any"))
        self.cluster.database.add(self.device)
        self.certificates: dict[str, bytes] = {}
        self.tftp = CiscoTftp(
            self.cluster.database,
            self.kept.emitter("hq/tftp"),
            address=HERE,
            port=0,
            https_ports=[0, 0],
            tftp_port=0,
            call_managers=[Member("127.1.2.10")],
            capf_servers=[CapfServer("127.1.2.10")],
            certificate_of=self.certificates.get,
            node=self.cluster.publisher,
        )

    @property
    def started(self) -> ev.TftpStarted:
        return self.kept.of(ev.TftpStarted)[-1]

    def assign(self, profile: PhoneSecurityProfile) -> None:
        self.cluster.database.save(self.device.with_profile(profile))

    async def http(self, name: str) -> tuple[int, bytes]:
        async with await connect(HERE, self.started.port) as tcp:
            response = await get(tcp, f"/{name}", host=HERE, max_body=100_000)
        return response.status, response.body

    async def https(self, name: str, place: int = 0) -> tuple[int, bytes]:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        tcp = await connect(HERE, self.started.https_ports[place])
        async with trio.SSLStream(tcp, context, https_compatible=True) as stream:
            response = await get(stream, f"/{name}", host=HERE, max_body=100_000)
            shown = stream.getpeercert(binary_form=True)
        assert shown == cluster_certificates().server.certificate.public_bytes(Encoding.DER)
        return response.status, response.body

    async def udp(self, name: str) -> tuple[int, bytes]:
        """200 and 404 as over HTTP."""
        fetch = await TftpClient(HERE).fetch(name, HERE, self.started.tftp_port, max_octets=100_000)
        return (200 if fetch.outcome is TransferOutcome.COMPLETED else 404), fetch.data

    async def file(self, name: str) -> bytes:
        status, body = await self.http(name)
        assert status == 200
        return body


@asynccontextmanager
async def running(served: Served) -> AsyncIterator[Served]:
    with trio.fail_after(3600):
        async with trio.open_nursery() as nursery:
            served.tftp.start(nursery)
            yield served
            await served.tftp.stop()
