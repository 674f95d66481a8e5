"""What a handshake, a MIC and a start of the command cost here, as ratios measured in one run: `make bench`.

Times mean nothing from one machine to the next, and little from one minute to the next. So each figure is a ratio to the bare
cryptography that it cannot do without, calibrated in turns with it: both meet the same noise.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import trio
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from cisco_data import StoreName
from journal import Clock, Event, Journal
from lab.base.terminal import echo
from pki import (
    RSA_2048,
    Authority,
    Identity,
    KeyPool,
    Manufacturing,
    PrivateKey,
    TrustStore,
    callmanager_identity,
    capf_authority,
    lsc,
)
from wire.net import Listener, connect
from wire.tcp import TcpStream
from wire.tls import ClientContext, Credential, ServerContext, TlsProfile, TlsStream, TlsVersion

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
SINCE = datetime(2026, 1, 1, tzinfo=UTC)
PLACE = {"C": "AU", "O": "Lab", "OU": "Voice", "ST": "NSW", "L": "Sydney"}
PHONES = 20
ROUNDS = 12
PER_ROUND = 40

TLS_1_2 = TlsProfile(TlsVersion.TLSv1_2, TlsVersion.TLSv1_2, ("AES256-SHA",))
TLS_1_3 = TlsProfile(TlsVersion.TLSv1_3, TlsVersion.TLSv1_3)


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured ratio and what it may be."""

    name: str
    value: float
    limit: float | None
    at_least: bool = False
    detail: str = ""

    @property
    def good(self) -> bool:
        if self.limit is None:
            return True
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def __str__(self) -> str:
        if self.limit is None:
            verdict = ""
        else:
            verdict = (
                f"  {'at least' if self.at_least else 'at most'} {self.limit:g}: {'ok' if self.good else 'MISSED'}"
            )
        return f"{self.name:<58} {self.value:6.3f}{verdict}{f'  ({self.detail})' if self.detail else ''}"


def _cpu(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def bare_crypto(key: rsa.RSAPrivateKey) -> Callable[[], None]:
    """The RSA-2048 operations of one mutual handshake with RSA key exchange: 2 private and 4 public."""
    public, message, scheme = key.public_key(), b"x" * 32, (padding.PKCS1v15(), hashes.SHA256())
    signature = key.sign(message, *scheme)

    def once() -> None:
        for _ in range(2):
            key.sign(message, *scheme)
        for _ in range(4):
            public.verify(signature, message, *scheme)

    return once


def _phone(number: int, key: PrivateKey, capf: Authority) -> Credential:
    device = f"SEP{number:012X}"
    certificate = lsc(capf, device_name=device, model="7965G", public_key=key.public_key(), not_before=SINCE)
    return Credential(Identity(key, certificate))


class Handshakes:
    """Mutual handshakes through our own stream, over loopback, with the journal on: both ends in this process."""

    def __init__(self, profile: TlsProfile, keys: KeyPool) -> None:
        ring = keys.ring()
        ring.prepare({RSA_2048: PHONES + 2})
        capf = capf_authority(keys=ring, subject=PLACE, not_before=SINCE)
        server = callmanager_identity(keys=ring, subject=PLACE, host_name="cucm-pub", not_before=SINCE)
        self._client = ClientContext(profile, TrustStore("trust list", [server.certificate]))
        self._server = ServerContext(server, profile, TrustStore(StoreName.CALLMANAGER, [capf.certificate]))
        self._phones = [_phone(number, ring.take(RSA_2048), capf) for number in range(PHONES)]
        self.events: list[Event] = []
        journal = Journal(Clock(NOW, time.monotonic))
        journal.subscribe(self.events.append)
        self._phone_emitter, self._server_emitter = (
            journal.emitter("SEP001122334455"),
            journal.emitter("cluster/callmanager"),
        )

    async def _serve(self, tcp: TcpStream) -> None:
        stream = TlsStream(tcp, self._server, self._server_emitter)
        assert await stream.handshake()
        await stream.receive_some()  # the phone's close notify
        await stream.aclose()

    async def run(self, count: int) -> None:
        """So many handshakes, one after the other, each with its TCP connection and its close."""
        self.events.clear()
        listener = Listener("127.0.0.1", 0)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(listener.serve, self._serve)
            for number in range(count):
                tcp = await connect("127.0.0.1", listener.port)
                stream = TlsStream(tcp, self._client, self._phone_emitter, credential=self._phones[number % PHONES])
                assert await stream.handshake()
                await stream.aclose()
            nursery.cancel_scope.cancel()


def handshake_figure(name: str, profile: TlsProfile, limit: float | None, keys: KeyPool) -> Figure:
    """CPU of a handshake, both sides, to that of the bare cryptography."""
    lab = Handshakes(profile, keys)
    key = keys.ring().take(RSA_2048)
    assert isinstance(key, rsa.RSAPrivateKey)
    crypto = bare_crypto(key)
    trio.run(lab.run, 2 * PHONES)  # the first private operation of each key costs double
    through_stream = bare = 0.0
    for _ in range(ROUNDS):
        through_stream += _cpu(lambda: trio.run(lab.run, PER_ROUND))
        bare += _cpu(lambda: [crypto() for _ in range(PER_ROUND)])
    each, floor = through_stream / ROUNDS / PER_ROUND * 1e6, bare / ROUNDS / PER_ROUND * 1e6
    return Figure(
        name,
        through_stream / bare,
        limit,
        detail=f"{each:.0f} us to {floor:.0f} us, {len(lab.events) // PER_ROUND} events each",
    )


def mic_figure(keys: KeyPool) -> Figure:
    """MICs a second to the raw signing rate of the authority's key."""
    ring = keys.ring()
    authorities = Manufacturing(ring)
    signer = authorities["Cisco Manufacturing CA SHA2"].identity.key
    assert isinstance(signer, rsa.RSAPrivateKey)
    phone = ring.take(RSA_2048)

    def issue(number: int) -> None:
        authorities.mic(
            device_name=f"SEP{number:012X}",
            model="8861",
            authority="Cisco Manufacturing CA SHA2",
            key=phone,
            serial_number="FCH18198CNQ",
            not_before=SINCE,
        )

    issue(0)
    mics = raw = 0.0
    for _ in range(ROUNDS):
        raw += _cpu(lambda: [signer.sign(b"x" * 900, padding.PKCS1v15(), hashes.SHA256()) for _ in range(60)])
        mics += _cpu(lambda: _each(issue, 60))
    return Figure(
        "MICs a second, of the raw signing rate", raw / mics, 0.8, at_least=True, detail=f"{ROUNDS * 60 / mics:.0f}/s"
    )


def _each(work: Callable[[int], None], count: int) -> None:
    for number in range(count):
        work(number)


def authentication_figure(keys: KeyPool) -> Figure | None:
    """Authentications a second of our RADIUS server to FreeRADIUS, both asked by our phones; None where that is missing."""
    from lab.bench.radius import authentications_per_second

    rates = authentications_per_second(keys)
    if rates is None:
        return None
    detail = f"{rates.lab:.0f}/s to {rates.freeradius:.0f}/s, one worker each"
    return Figure("802.1X authentications a second, of FreeRADIUS's", rates.ratio, 0.5, at_least=True, detail=detail)


def whatif_figures(keys: KeyPool) -> list[Figure]:
    """What-if of 40,000 phones by classes, and the rate of `--every-phone`."""
    from lab.bench.whatif import by_classes, every_phone

    scale, rates = by_classes(keys), every_phone(keys)
    asked = f"{scale.phones} phones, 3 services, {scale.handshakes} handshakes"
    rate = f"{rates.ours:.0f}/s to {rates.bare:.0f}/s on all processors"
    return [
        Figure("what-if by classes, seconds", scale.seconds, 10.0, detail=asked),
        Figure("what-if --every-phone, of bare handshakes in memory", rates.ratio, 0.8, at_least=True, detail=rate),
    ]


def gallery_figure() -> Figure:
    """Seconds for the whole gallery with a warm key pool."""
    command = [sys.executable, "-m", "lab", "run", "--all"]
    _wall(command)
    return Figure("cucm-lab run --all, seconds", _wall(command), 20.0)


def start_figure() -> Figure:
    """Seconds until `cucm-lab --help` is done: the best of five, since the machine can only make it slower."""
    best = min(_wall([sys.executable, "-m", "lab", "--help"]) for _ in range(5))
    return Figure("cucm-lab --help, seconds", best, 0.5)


def _wall(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def main() -> None:
    """Measure, print, and exit with 1 when a figure misses its limit."""
    keys = KeyPool()
    figures = [
        handshake_figure("mutual handshake, TLS 1.2 AES256-SHA, to bare crypto", TLS_1_2, 2.2, keys),
        handshake_figure("mutual handshake, TLS 1.3, to bare crypto", TLS_1_3, None, keys),
        mic_figure(keys),
        start_figure(),
        gallery_figure(),
        *whatif_figures(keys),
    ]
    against_freeradius = authentication_figure(keys)
    if against_freeradius is None:
        echo("802.1X: FreeRADIUS is not on this machine, and so there is nothing to compare with")
    else:
        figures.append(against_freeradius)
    for figure in figures:
        echo(str(figure))
    sys.exit(0 if all(figure.good for figure in figures) else 1)
