"""Phones boot and register over real TLS: each mode on each generation, and the LSC before the MIC."""

from __future__ import annotations

from typing import Any

import pytest

from cisco_data import DeviceSecurityMode
from cisco_data.models import MODELS, TLS_1_3
from phone_sim.boot import State
from phone_sim.events import CertificateChosen, CertificateMissing, LscMissing, PhoneRegistered, SecureConnectionRefused
from wire.tls import AlertDescription

Lab = Any
NON_SECURE, AUTHENTICATED, ENCRYPTED = DeviceSecurityMode

GENERATIONS = {
    "79xx": MODELS["7965"],
    "78xx": MODELS["7841"],
    "88xx": MODELS["8861"],
    "88xx with TLS 1.3": MODELS["8861"].with_tls(TLS_1_3),
}
EXPECTED = {
    ("79xx", AUTHENTICATED): ("TLSv1", "NULL-SHA"),
    ("79xx", ENCRYPTED): ("TLSv1", "AES256-SHA"),
    ("78xx", AUTHENTICATED): ("TLSv1.2", "NULL-SHA"),
    ("78xx", ENCRYPTED): ("TLSv1.2", "ECDHE-RSA-AES256-GCM-SHA384"),
    ("88xx", AUTHENTICATED): ("TLSv1.2", "NULL-SHA"),
    ("88xx", ENCRYPTED): ("TLSv1.2", "ECDHE-RSA-AES256-GCM-SHA384"),
    ("88xx with TLS 1.3", AUTHENTICATED): ("TLSv1.2", "NULL-SHA"),
    ("88xx with TLS 1.3", ENCRYPTED): ("TLSv1.3", "TLS_AES_256_GCM_SHA384"),
    **{(generation, NON_SECURE): ("", "") for generation in GENERATIONS},
}


@pytest.mark.trio
@pytest.mark.parametrize("mode", list(DeviceSecurityMode), ids=str)
@pytest.mark.parametrize("generation", GENERATIONS)
async def test_a_phone_registers_in_every_mode_on_every_generation(
    autojump_clock: object, lab: Lab, generation: str, mode: DeviceSecurityMode
) -> None:
    lab.cluster()
    phone = lab.phone(GENERATIONS[generation], mode)
    await lab.registered(phone, within=5)
    registered = lab.one(phone, PhoneRegistered)
    assert (registered.tls_version, registered.cipher) == EXPECTED[generation, mode]
    assert registered.secure is (mode is not NON_SECURE)
    assert registered.kind == ("" if mode is NON_SECURE else "MIC")
    at = lab.clusters["hq"].cluster.callmanager.registrations[phone.device_name]
    assert (at.tls_version, at.cipher) == EXPECTED[generation, mode]
    assert lab.path(phone) == ["power on", "started", "file: register", "CallManager accepted"]


@pytest.mark.trio
async def test_the_lsc_goes_before_the_mic_and_the_mic_serves_where_there_is_none(
    autojump_clock: object, lab: Lab
) -> None:
    lab.cluster()
    both, mic_only = lab.phone(lsc="hq"), lab.phone()
    await lab.registered(both, mic_only)
    assert lab.one(both, PhoneRegistered).kind == "LSC"
    assert not lab.of(both, LscMissing)
    assert lab.one(mic_only, PhoneRegistered).kind == "MIC"
    assert lab.one(mic_only, CertificateChosen).cause == lab.one(mic_only, LscMissing).seq


@pytest.mark.trio
@pytest.mark.parametrize(
    ("model", "alert"),
    [
        (MODELS["7960"], AlertDescription.HANDSHAKE_FAILURE),
        (MODELS["8861"], AlertDescription.HANDSHAKE_FAILURE),
        (MODELS["8861"].with_tls(TLS_1_3), AlertDescription.CERTIFICATE_REQUIRED),
    ],
    ids=["7960, which never has a MIC", "8861", "8861 with TLS 1.3"],
)
async def test_a_phone_without_any_certificate_is_refused_on_a_secure_profile(
    autojump_clock: object, lab: Lab, model: Any, alert: int
) -> None:
    lab.cluster()
    phone = lab.phone(model, mic=False)
    await lab.reaches(phone, State.BACKING_OFF)
    refused = lab.one(phone, SecureConnectionRefused)
    assert (refused.kind, refused.alert, refused.alert_direction) == ("", alert, "read")
    assert lab.of(phone, CertificateMissing)
    assert not lab.of(phone, CertificateChosen)


@pytest.mark.trio
async def test_a_7960_registers_without_a_mic_where_no_certificate_is_asked_for(
    autojump_clock: object, lab: Lab
) -> None:
    lab.cluster()
    plain, secure = lab.phone("7960", NON_SECURE), lab.phone("7960", lsc="hq")
    assert plain.flash.mic is None
    await lab.registered(plain, secure)
    assert lab.one(secure, PhoneRegistered).kind == "LSC"
