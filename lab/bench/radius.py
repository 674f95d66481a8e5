"""Authentications a second through the lab's authentication server and through FreeRADIUS, by the same phones in the same run.

Each server is a process of its own; the phones are here: the EAP-TLS peer that phones use on top of the lab's RADIUS client,
some of them at a time. The two take turns, so that both meet the same noise, and of each the best turn counts: other work of the
machine can only make it slower. FreeRADIUS has one worker, as the lab's server has: with more, it would take a larger share of a
busy machine than the one server that it is measured against, and the figure would show that.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import trio
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from edge_sim.authentication_server import AuthenticationServer, NetworkDevice, ServerSettings
from journal import Clock, Journal, wall_now
from lab.bench.freeradius import configure
from pki import (
    RSA_2048,
    Authority,
    Identity,
    KeyPool,
    PrivateKey,
    TrustStore,
    callmanager_identity,
    capf_authority,
    company_authority,
    load_pem_untrusted,
    lsc,
    read,
)
from wire.eap import Eap, EapTlsOutcome, EapTlsPeer, identity_response, pull_eap_untrusted, push_eap
from wire.radius import Attribute, RadiusClient
from wire.tls import ClientContext, Credential, TlsEngine, TlsProfile, TlsVersion
from wire.udp import Endpoint, UdpSocket

PLACE = {"C": "AU", "O": "Lab", "OU": "Voice", "ST": "NSW", "L": "Sydney"}
TLS_1_2 = TlsProfile(TlsVersion.TLSv1_2, TlsVersion.TLSv1_2, ("ECDHE-RSA-AES256-GCM-SHA384",))
SECRET = b"a secret of the bench"
PHONES = 8
"""At a time: enough to keep a server busy, too few for FreeRADIUS to queue."""
ROUNDS = 10
PER_ROUND = 100
_READY = 10.0
"""Seconds for a server to start."""
_PORTS = range(21812, 22812)
_CERTIFICATE, _KEY, _TRUST = "server.pem", "server.key", "trust.pem"


@dataclass(frozen=True, slots=True)
class RadiusRates:
    """Authentications a second."""

    lab: float
    freeradius: float

    @property
    def ratio(self) -> float:
        return self.lab / self.freeradius


def freeradius_here() -> str | None:
    """The program; Debian puts it into a folder that is not in each user's PATH."""
    return shutil.which("freeradius", path=os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin")))


def authentications_per_second(keys: KeyPool, rounds: int = ROUNDS, per_round: int = PER_ROUND) -> RadiusRates | None:
    """Ask both servers in turns. None where FreeRADIUS is not installed. Raises RuntimeError for a server that does not answer."""
    program = freeradius_here()
    if program is None:
        return None
    with TemporaryDirectory(prefix="cucm-lab-radius-") as name:
        folder = Path(name)
        phones = _Phones(keys, folder)
        with _lab_server(folder) as lab, _freeradius(folder, program) as freeradius:
            phones.authenticate(lab, 2 * PHONES)  # the first private operation of each key costs double
            phones.authenticate(freeradius, 2 * PHONES)
            turns = [
                [phones.authenticate(endpoint, per_round) for endpoint in (lab, freeradius)] for _ in range(rounds)
            ]
    return RadiusRates(*(per_round / min(seconds) for seconds in zip(*turns, strict=True)))


class _Phones:
    """So many phones with LSCs, and the files of the server that trusts them."""

    def __init__(self, keys: KeyPool, folder: Path) -> None:
        since = wall_now().replace(microsecond=0) - timedelta(days=1)
        ring = keys.ring()
        ring.prepare({RSA_2048: PHONES + 3})
        capf = capf_authority(keys=ring, subject=PLACE, not_before=since)
        company = company_authority(keys=ring, subject=PLACE, not_before=since)
        server = callmanager_identity(keys=ring, subject=PLACE, host_name="radius", not_before=since, issuer=company)
        (folder / _CERTIFICATE).write_bytes(server.certificate_pem())
        (folder / _KEY).write_bytes(server.key_pem())
        (folder / _KEY).chmod(0o600)
        (folder / _TRUST).write_bytes(capf.identity.certificate_pem())
        trust = TrustStore("trust list", [company.certificate])
        self._context = ClientContext(TLS_1_2, trust)
        self._phones = [_phone(number, ring.take(RSA_2048), capf) for number in range(PHONES)]
        self._emitter = Journal(Clock()).emitter("SEP001122334455")

    def authenticate(self, server: Endpoint, count: int) -> float:
        """Seconds for `count` authentications by all phones together."""
        started = time.perf_counter()
        trio.run(self._all, server, count)
        return time.perf_counter() - started

    async def _all(self, server: Endpoint, count: int) -> None:
        async with trio.open_nursery() as nursery:
            for number, phone in enumerate(self._phones):
                share = count // PHONES + (number < count % PHONES)
                nursery.start_soon(self._some, phone, server, share)

    async def _some(self, phone: Credential, server: Endpoint, count: int) -> None:
        sock = UdpSocket("127.0.0.1")
        try:
            client = RadiusClient(sock, server, SECRET)
            for _ in range(count):
                await self._one(phone, client)
        finally:
            sock.close()

    async def _one(self, phone: Credential, client: RadiusClient) -> None:
        peer = EapTlsPeer(TlsEngine(self._context, self._emitter, phone))
        identity = read(phone.identity.certificate).subject.cn
        answer: Eap | EapTlsOutcome = identity_response(1, identity)
        state = None
        while isinstance(answer, Eap):
            reply = await client.ask(push_eap(answer), state, [(Attribute.USER_NAME, identity.encode())])
            if reply is None:
                raise RuntimeError("a RADIUS server of the bench does not answer")
            answer, state = peer.receive(pull_eap_untrusted(reply.eap)), reply.state
        if answer is not EapTlsOutcome.SUCCESS:
            raise RuntimeError("a RADIUS server of the bench refused a good phone")


def _phone(number: int, key: PrivateKey, capf: Authority) -> Credential:
    device = f"SEP{number:012X}"
    since = read(capf.certificate).not_before
    assert since is not None  # the lab made it
    certificate = lsc(capf, device_name=device, model="7965G", public_key=key.public_key(), not_before=since)
    return Credential(Identity(key, certificate))


@contextmanager
def _lab_server(folder: Path) -> Iterator[Endpoint]:
    endpoint = _free_port()
    with _running([sys.executable, "-m", "lab.bench.radius", str(folder), str(endpoint[1])], endpoint):
        yield endpoint


@contextmanager
def _freeradius(folder: Path, program: str) -> Iterator[Endpoint]:
    endpoint = _free_port()
    configure(
        folder / "raddb",
        endpoint,
        secret=SECRET,
        certificate=folder / _CERTIFICATE,
        key=folder / _KEY,
        trust=folder / _TRUST,
        threads=1,
    )
    with _running([program, "-f", "-l", str(folder / "freeradius.log"), "-d", str(folder / "raddb")], endpoint):
        yield endpoint


@contextmanager
def _running(command: list[str], endpoint: Endpoint) -> Iterator[None]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        patience = time.monotonic() + _READY
        while _port_is_free(endpoint):
            if process.poll() is not None or time.monotonic() > patience:
                raise RuntimeError(f"{Path(command[0]).name} did not start as a RADIUS server")
            time.sleep(0.02)
        yield
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_port() -> Endpoint:
    """Outside of the range from which the kernel serves clients."""
    for port in _PORTS:
        if _port_is_free(("127.0.0.1", port)):
            return "127.0.0.1", port
    raise RuntimeError(f"no UDP port between {_PORTS.start} and {_PORTS.stop} is free")


def _port_is_free(endpoint: Endpoint) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            sock.bind(endpoint)
        except OSError:
            return False
        return True


def _serve(folder: Path, port: int) -> None:
    """Our server as a process of its own, until it is told to go. The journal is on, as it always is."""
    certificate = load_pem_untrusted((folder / _CERTIFICATE).read_bytes())[0]
    key = load_pem_private_key((folder / _KEY).read_bytes(), None)
    settings = ServerSettings(
        identity=Identity(key, certificate),  # type: ignore[arg-type]  # the RSA key that was written there
        trust=TrustStore("trusted", load_pem_untrusted((folder / _TRUST).read_bytes())),
        network_devices={"127.0.0.1": NetworkDevice("bench", SECRET)},
        tls=TLS_1_2,
    )
    emitter = Journal(Clock()).emitter("radius")

    async def main() -> None:
        await AuthenticationServer(settings, emitter).serve(UdpSocket("127.0.0.1", port))

    trio.run(main)


if __name__ == "__main__":
    _serve(Path(sys.argv[1]), int(sys.argv[2]))
