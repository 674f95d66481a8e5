"""What-if at scale: 40,000 phones by classes, and the rate of `--every-phone` to that of bare handshakes in memory."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from OpenSSL import SSL

from cisco_data import CertificateKind, CertificateUnit, DeviceSecurityMode, ServiceKind, ServiceName
from cisco_data.models import MODELS
from lab.fleet.model import Described, Fleet, FleetPhone, FleetServer, Known, Settings
from lab.fleet.trust import ClusterTrust, FleetNode, HeldTrust
from lab.operations.cluster_trust import control_tftp, control_tvs, with_ctl
from lab.operations.steps import RemoveCertificateStep, RestartStep
from lab.play.parallel import processors
from lab.whatif.credential_factory import CredentialFactory
from lab.whatif.evaluate import ChangeRequest, evaluate
from lab.whatif.service_profiles import SERVICE_PROFILES, context_of
from lab.whatif.trials import BATCH_SIZE
from lab.whatif.workers import workers_for
from phone_sim.contexts import ClientContexts
from pki import (
    RSA_2048,
    Authority,
    KeyPool,
    KeyRing,
    Manufacturing,
    TrustStore,
    callmanager_identity,
    capf_authority,
    lsc,
    node_identity,
    read,
)
from wire import capf
from wire.tls import Credential, ServerContext
from wire.tls.context import ClientContext

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
SINCE = NOW - timedelta(days=300)
PLACE = {"C": "AU", "O": "Lab", "OU": "Voice", "ST": "NSW", "L": "Sydney"}
MANY = 40_000
REAL = 1_000
"""Phones whose LSCs are there as certificates: to make 40,000 takes longer than to ask about them."""
TRIED = 8 * BATCH_SIZE
"""Phones of `--every-phone` in one round: as many batches for each of two or four processes."""
MANUFACTURER = "Cisco Manufacturing CA SHA2"
CALLMANAGER = f"{ServiceKind.CALLMANAGER} of hq"
IN_USE = ("8861", "8841", "7841", "8811")
"""Models, all of TLS 1.2, so that one bare handshake is like the other."""


class Site(NamedTuple):
    """One cluster, an authentication server, and the authorities that sign there."""

    keys: KeyRing
    capf: Authority
    fleet: Fleet
    """Without phones."""
    mic_issuer: Any


def make_site(pool: KeyPool) -> Site:
    keys = pool.ring()
    capf = capf_authority(keys=keys, subject=PLACE, not_before=SINCE)
    callmanager = callmanager_identity(keys=keys, subject=PLACE, host_name="hq-pub", not_before=SINCE)
    ise = callmanager_identity(keys=keys, subject=PLACE, host_name="ise", not_before=SINCE)
    manufacturing = Manufacturing(keys)
    trusted = [*manufacturing.default_ca_list(), capf.certificate]
    identities = {
        ServiceKind.CALLMANAGER: (CALLMANAGER, callmanager),
        ServiceKind.CAPF: (f"{ServiceKind.CAPF} of hq", capf.identity),
        ServiceKind.DOT1X: ("ise", ise),
    }
    servers = {}
    for kind, (name, identity) in identities.items():
        settings = Settings(TrustStore(name, trusted), identity)
        servers[name] = FleetServer(kind, name, settings, settings, "" if kind is ServiceKind.DOT1X else "hq")
    fleet = Fleet(NOW, servers, (), tuple(trusted), (), {"hq": capf.certificate})
    return Site(keys, capf, fleet, manufacturing[MANUFACTURER].certificate)


def make_fleet(site: Site, rows: int, real: int) -> Fleet:
    """So many phones that only an inventory tells of, and so many whose LSCs are there; each with a MIC besides."""
    public_key = site.keys.take(RSA_2048).public_key()
    ends = NOW + timedelta(days=1000)

    def phone(number: int) -> FleetPhone:
        device, model = f"SEP{number:012X}", IN_USE[number % len(IN_USE)]
        product = MODELS[model].product
        held: Known | Described
        if number < real:
            made = lsc(site.capf, device_name=device, model=product, public_key=public_key, not_before=SINCE)
            held = Known(made)
        else:
            issuer = site.capf.certificate
            name = read(issuer).subject.cn
            held = Described(CertificateKind.LSC, product, name, issuer, number + 1, SINCE, ends, "inventory.csv")
        mic = Described(
            CertificateKind.MIC, product, MANUFACTURER, site.mic_issuer, number + 1, SINCE, ends, "inventory.csv"
        )
        return FleetPhone(
            device, model, MODELS[model].tls, "hq", DeviceSecurityMode.ENCRYPTED, lsc=held, mic=mic, uses=("ise",)
        )

    return replace(site.fleet, phones=tuple(map(phone, range(rows + real))))


def with_lists(site: Site, fleet: Fleet) -> Fleet:
    """The same fleet, whose phones hold the CTL and ITL of their cluster: each list is one object for all."""
    callmanager = site.fleet.servers[CALLMANAGER].configured.certificate
    assert callmanager is not None
    own = {CertificateUnit.CALLMANAGER: callmanager}
    for unit in (CertificateUnit.TVS, CertificateUnit.ITL_RECOVERY):
        made = node_identity(unit, keys=site.keys, subject=PLACE, host_name="hq-pub", not_before=SINCE)
        own[unit] = made.certificate
    runs = frozenset({ServiceName.CALLMANAGER, ServiceName.TFTP, ServiceName.TVS})
    fleet = replace(fleet, trust={"hq": ClusterTrust((FleetNode("hq-pub", "", own, runs),))})
    shop = CredentialFactory(fleet, site.keys)
    fleet = control_tvs(with_ctl(fleet, "hq", shop), "hq", "", "start")
    fleet = control_tftp(fleet, "hq", "", "start", shop)
    there = fleet.trust["hq"]
    assert there.ctl is not None
    assert there.nodes[0].tftp is not None
    ctl, itl = there.ctl, there.nodes[0].tftp.itl
    return replace(fleet, phones=tuple(replace(phone, lists=HeldTrust(ctl, itl)) for phone in fleet.phones))


def removal(site: Site) -> tuple[RemoveCertificateStep, RestartStep]:
    return RemoveCertificateStep(site.capf.certificate, CALLMANAGER), RestartStep(CALLMANAGER)


class Scale(NamedTuple):
    seconds: float
    phones: int
    handshakes: int


def by_classes(pool: KeyPool, rows: int = MANY - REAL, real: int = REAL) -> Scale:
    """The whole request, the safe order included."""
    site = make_site(pool)
    request = ChangeRequest(make_fleet(site, rows, real), removal(site), "make bench")
    started = time.perf_counter()
    answer = evaluate(request, site.keys)
    seconds = time.perf_counter() - started
    assert answer.breaks
    return Scale(seconds, answer.phones, answer.handshakes)


def lists_to_none(pool: KeyPool, rows: int = MANY - REAL, real: int = REAL, rounds: int = 2) -> float:
    """CPU of the same request where phones hold lists, to that where nothing is known of lists; measured in turns."""
    site = make_site(pool)
    plain = make_fleet(site, rows, real)
    with_none = with_both = 0.0
    for _ in range(rounds):
        for fleet in (plain, with_lists(site, plain)):
            request = ChangeRequest(fleet, removal(site), "make bench")
            started = time.process_time()
            answer = evaluate(request, site.keys)
            seconds = time.process_time() - started
            assert answer.breaks
            if fleet is plain:
                with_none += seconds
            else:
                with_both += seconds
    return with_both / with_none


class WhatIfRates(NamedTuple):
    """Handshakes a second, on all processors."""

    lab: float
    bare: float

    @property
    def ratio(self) -> float:
        return self.lab / self.bare


def every_phone(pool: KeyPool, phones: int = TRIED, rounds: int = 5) -> WhatIfRates:
    """`--every-phone` by processes, and as many bare handshakes by as many processes, in turns; both with processes that run."""
    site = make_site(pool)
    fleet = make_fleet(site, 0, phones)
    request = ChangeRequest(fleet, removal(site), "make bench")
    jobs = processors()
    with workers_for(None, jobs if jobs > 1 else 2) as workers:
        assert workers is not None
        made = workers()
        executor = made.executor
        assert isinstance(executor, ProcessPoolExecutor)
        evaluate(
            request, site.keys, every_phone=True, workers=lambda: made, propose=False
        )  # everyone imports and makes keys
        lab = bare = handshakes = 0.0
        for _ in range(rounds):
            marks: list[float] = []
            started = time.perf_counter()
            answer = evaluate(
                request,
                site.keys,
                every_phone=True,
                workers=lambda: made,
                propose=False,
                done=lambda so_far, of_all, marks=marks: marks.append(time.perf_counter()),  # type: ignore[misc]
            )
            lab += marks[-1] - started
            handshakes += answer.handshakes
            each = answer.handshakes // made.count
            started = time.perf_counter()
            for _ in executor.map(bare_handshakes, [each] * made.count):
                pass
            bare += time.perf_counter() - started
    return WhatIfRates(handshakes / lab, handshakes / bare)


def bare_handshakes(count: int) -> None:
    """So many by two Connections of pyOpenSSL over memory BIOs, with shared Contexts, and keys and certificates ready.

    At the services that what-if tries for each phone, in turns: CallManager before and after, CAPF, and 802.1X. CAPF asks for no
    certificate in TLS; the two signatures of its proof of possession, which its protocol cannot do without, count as its own.
    """
    services = _bench()
    for number in range(count):
        profile = services[number % len(services)]
        credential = profile.credentials[number % len(profile.credentials)]
        notes: list[Any] = []
        ends = (
            profile.client.new_connection(None if profile.proves else credential, notes, NOW),
            profile.server.new_connection(None, notes, NOW),
        )
        up = [False, False]
        while not all(up):
            for index, (end, other) in enumerate((ends, ends[::-1])):
                try:
                    end.do_handshake()
                    up[index] = True
                except SSL.WantReadError:
                    pass
                try:
                    other.bio_write(end.bio_read(65536))
                except SSL.Error:
                    pass
        if profile.proves:
            capf.sign(credential.identity.key, b"x" * 1000)


class BareService(NamedTuple):
    client: ClientContext
    server: ServerContext
    credentials: Sequence[Credential]
    proves: bool


_made: list[BareService] = []


def _bench() -> Sequence[BareService]:
    """By re-keyed certificates as what-if makes them; made once a process."""
    if not _made:
        site = make_site(KeyPool())
        fleet = make_fleet(site, 0, 16)
        factory, clients = CredentialFactory(fleet, site.keys), ClientContexts()
        credentials = [
            credential for phone in fleet.phones if (credential := factory.credentials(phone).lsc) is not None
        ]
        for kind in (ServiceKind.CALLMANAGER, ServiceKind.CALLMANAGER, ServiceKind.CAPF, ServiceKind.DOT1X):
            server = next(server for server in fleet.servers.values() if server.kind is kind)
            client = clients.get(SERVICE_PROFILES[kind].wants(fleet.phones[0]), None)
            context = context_of(SERVICE_PROFILES[kind], kind, factory.settings(server.configured))
            _made.append(BareService(client, context, credentials, kind is ServiceKind.CAPF))
    return _made
