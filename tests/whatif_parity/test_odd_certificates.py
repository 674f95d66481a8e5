"""Certificates that break a rule of X.509, and Debian's CA batch: what `openssl verify` accepts is judged so or `cannot tell`."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding
from OpenSSL import crypto

from cisco_data import JUDGES, ServiceKind
from lab.exports import read_exports
from lab.fleet.model import Described, Fleet, FleetPhone, FleetServer
from lab.verbs.cli import cli
from lab.whatif.credential_factory import CredentialFactory
from lab.whatif.impact_report import Outcome, ServiceAccess
from lab.whatif.judge import Judge
from pki import Identity, KeyRing, KeySpec, PrivateKey, TrustStore, load_pem_untrusted, load_untrusted, read
from pki.rekeyed import NotRekeyable, RekeyedCertificates
from pki.rekeyed_checker import RekeyedChecker
from tests.odd_certificates import ODD, Parts, authority, leaf
from tests.whatif_parity.conftest import NOW, POOL, Case, facts, foretold, own_network, ring_apart
from tests.whatif_parity.real_services import really

RSA_2048 = KeySpec("RSA", 2048)
HEAD = "Device Name,Model,Profile,Cluster,LSC Issuer,LSC Serial,LSC Expiry,MIC Issuer"
BATCH_SIZE = Path("/etc/ssl/certs/ca-certificates.crt")
ONLY_THE_COMMAND = {
    "authority-key-serial-only": "OpenSSL 3 compares a serial number that stands without its issuer, OpenSSL 4 does not",
    "unknown-algorithm": "OpenSSL 3 names the missing issuer at depth 1 (code 2), OpenSSL 4 at depth 0 (code 20)",
    "key-of-pss": "OpenSSL 3 does not take the key for the issuer's (20), OpenSSL 4 tries it (7)",
}
"""Where the openssl command and the OpenSSL that the lab brings refuse with different codes, and why."""

UNSPECIFIED = (1, 0)
"""X509_V_ERR_UNSPECIFIED: the command gives up without a code."""


class One(NamedTuple):
    odd: str
    device: str
    root: Parts
    own: Parts
    """Of a phone."""


def key(number: int) -> rsa.RSAPrivateKey:
    made = POOL.key(RSA_2048, number)
    assert isinstance(made, rsa.RSAPrivateKey)
    return made


def subject(device: str) -> str:
    return f"CP-8861-{device}"


@cache
def cast() -> tuple[tuple[One, ...], tuple[One, ...]]:
    """Plain phones under odd authorities, and odd phones under one plain authority."""
    plain = authority("nothing", key(31), "CAPF-0000aaaa")
    under, own = [], []
    for number, odd in enumerate(ODD):
        root = authority(odd, key(30), f"CAPF-{number:08x}")
        device = f"SEPAAAA{number:08X}"
        under.append(One(odd, device, root, leaf("nothing", key(32), subject(device), root)))
        device = f"SEPBBBB{number:08X}"
        own.append(One(odd, device, plain, leaf(odd, key(33), subject(device), plain)))
    return tuple(under), tuple(own)


def is_read_by_openssl(der: bytes) -> bool:
    try:
        crypto.load_certificate(crypto.FILETYPE_ASN1, der)
    except crypto.Error:
        return False
    return True


def pem(der: bytes) -> bytes:
    return crypto.dump_certificate(crypto.FILETYPE_PEM, crypto.load_certificate(crypto.FILETYPE_ASN1, der))


def readable(ones: tuple[One, ...]) -> list[One]:
    return [one for one in ones if is_read_by_openssl(one.root.der()) and is_read_by_openssl(one.own.der())]


@pytest.fixture(scope="module")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cluster that trusts all of the authorities; a phone file and a row under each of them, and a file of each odd phone."""
    folder = tmp_path_factory.mktemp("odd")
    under, own = map(readable, cast())
    for store in ("CallManager-trust", "CAPF-trust", "RADIUS"):
        (folder / store).mkdir()
        for one in (*under, own[0]):
            (folder / store / f"{one.device}.pem").write_bytes(pem(one.root.der()))
    (folder / "phones").mkdir()
    rows = [HEAD]
    for one in (*under, *own):
        (folder / "phones" / f"{one.device}.pem").write_bytes(pem(one.own.der()))
        rows.append(f"{one.device},8861,Encrypted,,,,,")
    for one in under:
        cn = read(load_untrusted(one.root.der())).subject.cn
        if cn:
            rows.append(f'{described(one)},8861,Encrypted,,"{cn}",1a2b,2028-05-01,')
    (folder / "inventory.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


def described(one: One) -> str:
    return one.device.replace("AAAA", "CCCC")


class Judged(NamedTuple):
    fleet: Fleet
    judge: Judge

    def access(self, device: str, service: str = "CallManager") -> ServiceAccess:
        phone = next(phone for phone in self.fleet.phones if phone.device_name == device)
        return self.judge.access(self.fleet, phone, self.server(phone, service))

    def server(self, phone: FleetPhone, service: str) -> FleetServer:
        return next(server for server in self.fleet.services_of(phone) if server.kind.value == service)


@pytest.fixture(scope="module")
def judged(exports: Path) -> Judged:
    fleet, findings = read_exports(exports, NOW)
    assert not [finding for finding in findings if "cannot be read as a certificate" in finding.problem]
    return Judged(fleet, Judge(CredentialFactory(fleet, ring_apart(60))))


@pytest.fixture(scope="module")
def verified(exports: Path) -> dict[str, dict[str, tuple[int, int]]]:
    """By service and device what the openssl command says: code and depth, 0 twice where it accepts the phone's certificate.

    CAPF asks for no extended key usage, which is the lab's assumption (`capf_sim.proof_of_possession`).
    """
    return {"CallManager": openssl_verify(exports, "-purpose", "sslclient"), "CAPF": openssl_verify(exports)}


def openssl_verify(exports: Path, *more: str) -> dict[str, tuple[int, int]]:
    roots = sorted((exports / "CallManager-trust").iterdir())
    store = exports.parent / "store.pem"
    store.write_bytes(b"".join(file.read_bytes() for file in roots))
    files = sorted((exports / "phones").iterdir())
    options = ["-auth_level", "0", *more, "-attime", str(int(NOW.timestamp()))]
    command = ["openssl", "verify", *options, "-no-CApath", "-no-CAstore", "-CAfile", str(store), *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    return {**{file.stem: (0, 0) for file in files if f"{file}: OK" in done.stdout}, **dict(refused(done.stderr))}


def refused(told: str) -> Iterator[tuple[str, tuple[int, int]]]:
    """The first error of each file: the command goes on after some, to tell them all."""
    first = None
    for line in told.splitlines():
        if found := re.match(r"error (\d+) at (\d+) depth lookup", line):
            first = first or (int(found[1]), int(found[2]))
        elif found := re.match(r"error (.*): verification failed", line):
            yield Path(found[1]).stem, first or UNSPECIFIED
            first = None


def code_of(access: ServiceAccess) -> tuple[int, int] | None:
    """As `verified`; None for "cannot tell"."""
    outcome = access.outcome
    if outcome is None:
        assert access.why_not
        return None
    if outcome.verify_code > 0:
        return outcome.verify_code, outcome.depth
    return (0, 0) if outcome.accepted or outcome.reason == "rejected" else (-1, outcome.alert)


@pytest.mark.peer("openssl")
def test_what_if_says_of_odd_certificates_what_openssl_verify_says_or_that_it_cannot_tell(
    judged: Judged, verified: dict[str, dict[str, tuple[int, int]]]
) -> None:
    under, own = map(readable, cast())
    wrong, untold, accepted = [], [], 0
    for one in (*under, *own):
        for service in ("CallManager", "CAPF"):
            said, true = code_of(judged.access(one.device, service)), verified[service][one.device]
            accepted += true == (0, 0)
            if said is None and true == (0, 0):
                untold.append(one.odd)
            elif said is not None and said != true and one.odd not in ONLY_THE_COMMAND:
                wrong.append((one.odd, one.device, service, said, true))
    assert wrong == []
    assert accepted > 200
    assert len(untold) <= 0.05 * accepted, untold


@pytest.mark.peer("openssl")
def test_rows_that_name_an_odd_authority_are_judged_as_phones_whose_certificate_it_signed(
    judged: Judged, verified: dict[str, dict[str, tuple[int, int]]]
) -> None:
    told = 0
    for one in readable(cast()[0]):
        phone = next((each for each in judged.fleet.phones if each.device_name == described(one)), None)
        if phone is None:
            continue  # an authority without a CN, which no row can name
        assert isinstance(phone.lsc, Described)
        said = code_of(judged.access(phone.device_name))
        told += said is not None
        if said is not None and one.odd not in (*ONLY_THE_COMMAND, *ROWS_DIFFER):
            assert (said == (0, 0)) is (verified["CallManager"][one.device] == (0, 0)), one.odd
    assert told > 100


ROWS_DIFFER: dict[str, str] = {}


STUMBLED = (
    "version-4",
    "serial-zero",
    "serial-negative",
    "t61-cn",
    "printable-ampersand",
    "explicit-not-critical",
    "malformed-policies",
    "name-constraints-4-octets",
    "md5",
    "empty-name",
)
"""At which what-if once ended with a traceback, or which it left out."""


@pytest.mark.parametrize("odd", STUMBLED)
def test_an_odd_authority_that_is_added_to_a_store_is_trusted_there(odd: str, tmp_path: Path) -> None:
    """`--add FILE`, as a person types it."""
    one = next(one for one in cast()[0] if one.odd == odd)
    plain = cast()[1][0]
    for store in ("CallManager-trust", "CAPF-trust"):
        (tmp_path / "hq" / store).mkdir(parents=True)
        (tmp_path / "hq" / store / "plain.pem").write_bytes(pem(plain.root.der()))
    (tmp_path / "hq" / "phones").mkdir()
    (tmp_path / "hq" / "phones" / f"{one.device}.pem").write_bytes(pem(one.own.der()))
    (tmp_path / "inventory.csv").write_text(f"{HEAD}\n{one.device},8861,Encrypted,hq,,,,\n")
    file = tmp_path.parent / f"{odd}.pem"
    file.write_bytes(pem(one.root.der()))
    options = ["--add", str(file), "--to", "CallManager-trust", "--add", str(file), "--to", "CAPF-trust"]
    done = CliRunner().invoke(cli, ["whatif", str(tmp_path), *options, "--now", f"{NOW:%Y-%m-%d}"])
    assert done.exit_code in (0, 4), done.output
    assert "works now" in done.stdout


LARGEST_TO_CAPF = 15_000
"""Octets; a CAPF message of the lab holds 16 KiB, so no phone can have got a larger LSC there."""


class Met(NamedTuple):
    """One odd certificate at one service, live and foretold."""

    case: Case
    live: Outcome


def met(kind: ServiceKind, one: One, number: int) -> Met:
    network = own_network()
    trust = TrustStore("trust", [load_untrusted(one.root.der())])
    phone = network.phone(one.device, lsc=Identity(key(number), load_untrusted(one.own.der())))
    case = Case(kind, phone, network.settings(kind, trust=trust))
    return Met(case, really(kind, phone, case.settings, NOW))


@pytest.mark.parametrize("kind", JUDGES)
def test_every_service_judges_odd_certificates_as_what_if_foretells(kind: ServiceKind) -> None:
    """Over sockets: odd authorities in its store, and phones that show odd certificates; a part of them at each."""
    under, own = map(readable, cast())
    thin = 3 if kind in (ServiceKind.DOT1X, ServiceKind.VPN) else 2
    accepted = 0
    for ones, number in ((under, 32), (own, 33)):
        for at, one in enumerate(ones):
            if kind is ServiceKind.CAPF and len(one.own.der()) > LARGEST_TO_CAPF:
                continue
            if one.odd.startswith("key-") or (at % thin and one.odd not in STUMBLED):
                continue  # the key of `key-` is not the one that the phone has
            case, live = met(kind, one, number)
            said = foretold(case, ring_apart(60), by_rekeyed=True)
            accepted += live.accepted
            if said.outcome is not None:
                assert facts(said.outcome) == facts(live), one.odd
    assert accepted > 40


@pytest.mark.parametrize("kind", JUDGES)
@pytest.mark.parametrize("odd", STUMBLED)
def test_a_phone_with_an_odd_certificate_is_let_in_where_openssl_accepts_it(odd: str, kind: ServiceKind) -> None:
    one = next(one for one in cast()[1] if one.odd == odd)
    live = met(kind, one, 33).live
    by_its_name = odd in ("t61-cn", "empty-name")
    assert live.accepted or (by_its_name and live.verify_code <= 0), live


class OneKey(KeyRing):
    """RSA keys of 4096 bits take seconds, and no verifier is asked here."""

    def take(self, spec: KeySpec) -> PrivateKey:
        return key(34) if spec.algorithm == "RSA" else super().take(spec)


@pytest.mark.skipif(not BATCH_SIZE.exists(), reason="the Debian package ca-certificates is not installed")
@pytest.mark.peer("openssl")
def test_every_root_of_debians_bundle_is_read_and_gets_re_keyed_the_verdict_of_openssl_verify(tmp_path: Path) -> None:
    """Nine of them have a serial number of zero or less, or break another rule of RFC 5280."""
    blocks = re.findall(rb"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", BATCH_SIZE.read_bytes(), re.DOTALL)
    roots = [load_pem_untrusted(block)[0] for block in blocks]
    maker = RekeyedCertificates(roots, OneKey(POOL))
    store = TrustStore("batch", roots)
    assert len(store) > 100
    checker = RekeyedChecker(store, maker.store(store), NOW)
    files = [tmp_path / f"{number}.pem" for number in range(len(blocks))]
    trust = tmp_path / "store.txt"
    trust.write_bytes(b"".join(pem(each.public_bytes(Encoding.DER)) for each in store))
    for file, block in zip(files, blocks, strict=True):
        file.write_bytes(block + b"\n")
    at = ["-attime", str(int(NOW.timestamp())), "-auth_level", "0", "-no-CApath", "-no-CAstore"]
    command = ["openssl", "verify", *at, "-CAfile", str(trust), *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    failed = dict(refused(done.stderr))
    untold = []
    for file, root in zip(files, roots, strict=True):
        contents = read(root)
        assert not contents.problem
        assert contents.is_authority
        assert contents.not_before is not None
        assert contents.not_after is not None
        try:
            rekeyed = maker.certificate(root)
        except NotRekeyable as reason:
            untold.append(str(reason))
            continue
        if root not in store:
            continue  # a store keeps one certificate of a name
        of_original, of_rekeyed = checker.verdicts(root, (), Identity(key(34), rekeyed))
        assert of_original == of_rekeyed == failed.get(file.stem, (0, 0))
    assert len(untold) <= 0.05 * len(roots), untold
