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

import trio
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from lab.base.terminal import echo
from lab.bench.boots import boot_cpu
from lab.bench.handshakes import PHONES, SINCE, TLS_1_2, TLS_1_3, Handshakes, bare_crypto
from pki import RSA_2048, KeyPool, Manufacturing
from wire.tls import TlsProfile

ROUNDS = 12
PER_ROUND = 40
FEW, MANY = 50, 600
"""Phones of the stories of `boot_figures`."""
BOOT_ROUNDS = 2
MAX_TO_EPOLL = 1.5
MAX_BOOT = 12.0
MAX_GROWTH = 1.15


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


def _bare(keys: KeyPool) -> Callable[[], None]:
    key = keys.ring().take(RSA_2048)
    assert isinstance(key, rsa.RSAPrivateKey)
    return bare_crypto(key)


def handshake_figures(name: str, profile: TlsProfile, limit: float | None, keys: KeyPool) -> list[Figure]:
    """CPU of a handshake, both sides, to that of the bare cryptography and to that of the same handshake in an epoll loop."""
    lab, crypto = Handshakes(profile, keys), _bare(keys)
    trio.run(lab.run, 2 * PHONES)  # the first private operation of each key costs double
    through_stream = in_epoll = bare = 0.0
    for _ in range(ROUNDS):
        through_stream += _cpu(lambda: trio.run(lab.run, PER_ROUND))
        in_epoll += _cpu(lambda: lab.run_epoll(PER_ROUND))
        bare += _cpu(lambda: [crypto() for _ in range(PER_ROUND)])
    each, loop, floor = (cpu / ROUNDS / PER_ROUND * 1e6 for cpu in (through_stream, in_epoll, bare))
    events = len(lab.events) // PER_ROUND
    return [
        Figure(
            f"{name}, to bare crypto", each / floor, limit, detail=f"{each:.0f} us to {floor:.0f} us, {events} events"
        ),
        Figure(f"{name}, to an epoll loop", each / loop, MAX_TO_EPOLL, detail=f"{each:.0f} us to {loop:.0f} us"),
    ]


def boot_figures(keys: KeyPool) -> list[Figure]:
    """CPU from power-on to registered, both ends: to bare cryptography, and of a phone among 600 to that of one among 50."""
    crypto = _bare(keys)
    boot_cpu(FEW, keys)
    few = many = bare = 0.0
    for _ in range(BOOT_ROUNDS):
        few += boot_cpu(FEW, keys)
        many += boot_cpu(MANY, keys)
        bare += _cpu(lambda: [crypto() for _ in range(PER_ROUND)]) / PER_ROUND
        few += boot_cpu(FEW, keys)
    few, many, bare = few / 2 / BOOT_ROUNDS * 1e6, many / BOOT_ROUNDS * 1e6, bare / BOOT_ROUNDS * 1e6
    return [
        Figure("boot to registered, to bare crypto", few / bare, MAX_BOOT, detail=f"{few:.0f} us to {bare:.0f} us"),
        Figure(
            f"CPU a phone at {MANY}, to that at {FEW}", many / few, MAX_GROWTH, detail=f"{many:.0f} us to {few:.0f} us"
        ),
    ]


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
    """What-if of 40,000 phones by classes, what their lists cost it, and the rate of `--every-phone`."""
    from lab.bench.whatif import by_classes, every_phone, lists_to_none

    scale, with_lists, rates = by_classes(keys), lists_to_none(keys), every_phone(keys)
    asked = f"{scale.phones} phones, 3 services, {scale.handshakes} handshakes"
    rate = f"{rates.lab:.0f}/s to {rates.bare:.0f}/s on all processors"
    return [
        Figure("what-if by classes, seconds", scale.seconds, 10.0, detail=asked),
        Figure("what-if by classes with CTL and ITL, to without", with_lists, 1.5),
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
        *handshake_figures("handshake, TLS 1.2 AES256-SHA", TLS_1_2, 2.2, keys),
        *handshake_figures("handshake, TLS 1.3", TLS_1_3, None, keys),
        *boot_figures(keys),
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
