"""FreeRADIUS with the RADIUS store of a fleet: what-if says of each phone what FreeRADIUS does, before a removal and after it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import trio
from cryptography.hazmat.primitives.serialization import Encoding

from cisco_data import DeviceSecurityMode, ServiceKind
from cisco_data.models import MODELS, TLS_1_3
from journal import wall_now
from lab.fleet.model import Fleet, FleetPhone, FleetServer, Settings
from lab.operations.effects import apply_all
from lab.operations.steps import RemoveCertificateStep, RestartStep
from lab.testing import AUTHORITY_SUBJECT, KeptEvents, held_lsc, held_mic
from lab.whatif.credential_factory import CredentialFactory
from lab.whatif.impact_report import Outcome
from lab.whatif.judge import Judge
from phone_sim.supplicant.events import Dot1xFailed, Dot1xSucceeded
from pki import (
    Authority,
    Identity,
    KeySpec,
    Manufacturing,
    TrustStore,
    callmanager_identity,
    capf_authority,
    device_common_name,
)
from tests.dot1x.freeradius import FreeRadius, running
from tests.whatif_parity.conftest import RSA_2048, as_exported, of_lab, ring_apart
from tests.whatif_parity.real_services import authenticate

pytestmark = pytest.mark.peer("freeradius")

RADIUS = "RADIUS"
NOT_CHECKED = -1
"""FreeRADIUS ended it and OpenSSL found no fault."""


def make_fleet(*, checks_names: bool = False) -> tuple[Fleet, Authority]:
    """FreeRADIUS goes by the host's clock, so this network is of today. Gives the CAPF before the present one besides."""
    keys, now = ring_apart(0), wall_now().replace(microsecond=0)
    since = now - timedelta(days=300)
    capf = capf_authority(keys=keys, subject=AUTHORITY_SUBJECT, not_before=since)
    former, stranger = (
        capf_authority(keys=keys, subject=AUTHORITY_SUBJECT, not_before=since - timedelta(days=900), name=each)
        for each in ("CAPF-0ld00001", "CAPF-5tr4n6e1")
    )
    radius = callmanager_identity(
        keys=keys, subject=AUTHORITY_SUBJECT, host_name="radius.example.com", not_before=since
    )
    cisco = Manufacturing(keys)

    def issued(by: Authority, device: str, days: int = 1825, key: KeySpec = RSA_2048) -> Identity:
        return held_lsc(by, keys.take(key), device, model="8861", not_before=since, days=days)

    def phone(number: int, model: str = "8861", **held: Identity) -> FleetPhone:
        return FleetPhone(
            f"SEP0011223344{number:02X}",
            model,
            MODELS[model].tls,
            "",
            DeviceSecurityMode.ENCRYPTED,
            uses=(RADIUS,),
            **{kind: of_lab(identity) for kind, identity in held.items()},  # type: ignore[arg-type]
        )

    def name_of(number: int) -> str:
        return f"SEP0011223344{number:02X}"

    def mic(number: int, model: str) -> Identity:
        return held_mic(cisco, keys.take(RSA_2048), MODELS[model], name_of(number))

    phones = (
        phone(1, lsc=issued(capf, name_of(1))),
        phone(2, lsc=issued(former, name_of(2)), mic=mic(2, "8861")),
        phone(3, mic=mic(3, "8861")),
        phone(4, "7965", mic=mic(4, "7965")),
        phone(5, lsc=issued(capf, name_of(5), days=100)),
        phone(6, lsc=issued(stranger, name_of(6))),
        phone(7, lsc=issued(former, name_of(7), key=KeySpec("EC", 384))),
        phone(8),
        replace(phone(9, lsc=issued(former, name_of(9))), tls=TLS_1_3),
        phone(10, lsc=issued(capf, name_of(11))),
    )
    trust = TrustStore("RADIUS", [*cisco.default_ca_list(), capf.certificate, former.certificate])
    settings = Settings(trust, radius, checks_names=checks_names)
    server = FleetServer(ServiceKind.DOT1X, RADIUS, settings, settings)
    return Fleet(now, {RADIUS: server}, phones, trust.certificates), former


def foretold(fleet: Fleet, judge: Judge) -> dict[str, Outcome]:
    found = {}
    for phone in fleet.phones:
        bare = replace(phone, lsc=as_exported(phone.lsc), mic=as_exported(phone.mic))
        access = judge.access(fleet, bare, fleet.servers[RADIUS])
        assert access.outcome is not None, access.why_not
        found[phone.device_name] = access.outcome
    return found


async def happened(fleet: Fleet, folder: Path, meanwhile: bytes = b"") -> dict[str, tuple[bool, str, int]]:
    """Let in or not, with which certificate, and OpenSSL's error in the log of FreeRADIUS.

    `meanwhile`: what its ca_file holds when it has started.
    """
    settings = fleet.servers[RADIUS].in_use
    assert settings is not None
    assert settings.identity is not None
    more = 'check_cert_cn = "%{User-Name}"' if settings.checks_names else ""
    found = {}
    async with running(folder, settings.identity, settings.trust, more=more) as radius:
        if meanwhile:
            write(folder / "ca.pem", meanwhile)
        for phone in fleet.phones:
            before = len(radius.log)
            record = KeptEvents(now=fleet.at)
            await authenticate(phone, record, radius.server)
            found[phone.device_name] = await _how(phone, record, radius, before)
    return found


async def _how(phone: FleetPhone, record: KeptEvents, radius: FreeRadius, before: int) -> tuple[bool, str, int]:
    await radius.says(f"[{device_common_name(MODELS[phone.model].product, phone.device_name)}")
    log = radius.log[before:]
    succeeded, failed = record.of(Dot1xSucceeded), record.of(Dot1xFailed)
    assert bool(succeeded) is ("Login OK" in log)
    error = re.search(r"SSL says error (\d+)|error (\d+) ?:", log)
    code = int(error[1] or error[2]) if error is not None else NOT_CHECKED
    return bool(succeeded), (succeeded[0] if succeeded else failed[0]).kind, code


def write(file: Path, octets: bytes) -> None:
    file.write_bytes(octets)


def made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def agree(said: dict[str, Outcome], done: dict[str, tuple[bool, str, int]]) -> None:
    assert {device: (each.accepted, each.kind, each.verify_code) for device, each in said.items()} == done


def test_each_phone_fares_as_foretold_before_and_after_the_former_capf_is_removed(tmp_path: Path) -> None:
    fleet, former = make_fleet()
    factory = CredentialFactory(fleet, ring_apart())
    judge = Judge(factory)
    later = apply_all(fleet, [RemoveCertificateStep(former.certificate, RADIUS), RestartStep(RADIUS)], factory)
    before, after = foretold(fleet, judge), foretold(later, judge)
    agree(before, trio.run(happened, fleet, made(tmp_path / "before")))
    agree(after, trio.run(happened, later, made(tmp_path / "after")))
    broken = [device[-1] for device in before if before[device].accepted and not after[device].accepted]
    assert broken == ["2", "7", "9"]
    assert {after[device].verify_code for device in after if device[-1] in broken} == {20}


def test_a_removal_counts_for_freeradius_too_from_its_restart_only(tmp_path: Path) -> None:
    fleet, former = make_fleet()
    factory = CredentialFactory(fleet, ring_apart())
    later = apply_all(fleet, [RemoveCertificateStep(former.certificate, RADIUS)], factory)
    phones = tuple(phone for phone in later.phones if phone.device_name.endswith("02"))
    later = replace(later, phones=phones)
    configured = b"".join(each.public_bytes(Encoding.PEM) for each in later.servers[RADIUS].configured.trust)
    said = foretold(later, Judge(factory))
    agree(said, trio.run(happened, later, tmp_path, configured))
    assert said["SEP001122334402"].accepted


def test_a_certificate_of_another_device_is_refused_where_names_are_checked(tmp_path: Path) -> None:
    fleet, _ = make_fleet(checks_names=True)
    said = foretold(fleet, Judge(CredentialFactory(fleet, ring_apart())))
    agree(said, trio.run(happened, fleet, tmp_path))
    assert not said["SEP00112233440A"].accepted
    assert said["SEP001122334401"].accepted
