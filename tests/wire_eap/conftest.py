"""Both ends of EAP-TLS in memory, and what may stand between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from lab.testing import ClusterCertificates, KeptEvents, cluster_certificates
from wire.eap import Eap, EapCode, EapTlsOutcome, EapTlsPeer, EapTlsServer, pull_eap_untrusted, push_eap
from wire.tls import ClientContext, Credential, ServerContext, TlsEngine, TlsProfile, TlsVersion

VERSIONS = [TlsVersion.TLSv1, TlsVersion.TLSv1_2, TlsVersion.TLSv1_3]


@dataclass
class Line:
    """A peer and a server, and all packets between them as octets."""

    peer: EapTlsPeer
    server: EapTlsServer
    notebook: KeptEvents
    packets: list[bytes] = field(default_factory=list)

    def requests(self) -> Iterator[tuple[Eap, Eap]]:
        """Each request with its response, up to the server's verdict."""
        request = self.server.start(7)
        while True:
            response = self.peer.receive(self._over(request))
            assert isinstance(response, Eap), (response, self.peer.problem)
            yield request, response
            answer = self.server.receive(self._over(response))
            if not isinstance(answer, Eap):
                self.verdict = answer
                return
            request = answer

    def run(self) -> tuple[EapTlsOutcome, EapTlsOutcome]:
        """To the end; what the server decided and what the peer made of it."""
        *_, (_, last) = self.requests()
        code = EapCode.SUCCESS if self.verdict is EapTlsOutcome.SUCCESS else EapCode.FAILURE
        heard = self.peer.receive(self._over(Eap(code, last.identifier)))
        assert isinstance(heard, EapTlsOutcome)
        return self.verdict, heard

    def _over(self, packet: Eap) -> Eap:
        self.packets.append(push_eap(packet))
        return pull_eap_untrusted(self.packets[-1])


MakeLine = Callable[..., Line]


@pytest.fixture
def pki() -> ClusterCertificates:
    return cluster_certificates()


@pytest.fixture
def make_line(pki: ClusterCertificates) -> MakeLine:
    def make(
        version: TlsVersion = TlsVersion.TLSv1_2,
        *,
        phones_trusted: bool = True,
        server_trusted: bool = True,
        sizes: tuple[int, int] = (1024, 1024),
        include_length: bool = False,
        authorise: Callable[[], bool] = lambda: True,
    ) -> Line:
        notebook, profile = KeptEvents(), TlsProfile(version, version)
        server_context = ServerContext(pki.server, profile, pki.phones if phones_trusted else pki.servers)
        client_context = ClientContext(profile, pki.servers if server_trusted else pki.phones)
        server_engine = TlsEngine(server_context, notebook.emitter("server"))
        peer_engine = TlsEngine(client_context, notebook.emitter("phone"), Credential(pki.phone))
        return Line(
            EapTlsPeer(peer_engine, sizes[0], include_length),
            EapTlsServer(server_engine, sizes[1], include_length, authorise),
            notebook,
        )

    return make
