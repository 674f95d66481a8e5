"""LSCs of a company's online authority: what its template leaves out shows when the phone registers, and not before."""

from __future__ import annotations

from typing import Any

import pytest

from capf_sim import TEMPLATE, TEMPLATE_WITHOUT_KEY_USAGE, OnlineCa, Reach
from cisco_data import AuthenticationMode, CertificateOperation, DeviceSecurityMode, KeyOrder
from cucm_sim import administration
from phone_sim.capf_events import LscInstalled
from phone_sim.events import PhoneRegistered, SecureConnectionRefused
from wire.tls.events import HandshakeFailed

Lab = Any
INSTALL = CertificateOperation.INSTALL_UPGRADE
UNSUITABLE_PURPOSE, UNSUPPORTED_CERTIFICATE = 26, 43


def company(lab: Lab, **template: Any) -> OnlineCa:
    """A running cluster whose LSCs come from the company, and whose CallManager trusts it."""
    online = OnlineCa(lab.company, lab.journal.clock, **template)
    cluster = lab.cluster(start=False)
    cluster.capf._make_issuer = lambda authority, clock: online  # every template, and one that changes under way
    for store in ("CAPF-trust", "CallManager-trust"):
        administration.upload_trust(cluster.cluster, store, online.certificate)
    lab.start("hq")
    return online


def order(lab: Lab, phone: Any, **how: Any) -> None:
    cluster = lab.clusters["hq"].cluster
    administration.set_capf(cluster, phone.device_name, certificate_operation=INSTALL, **how)


async def enrolled(lab: Lab, phone: Any) -> None:
    order(lab, phone)
    phone.power_on(lab.power)
    await lab.until(lambda: lab.status(phone) == "Upgrade Success")
    assert lab.of(phone, LscInstalled)


@pytest.mark.trio
@pytest.mark.parametrize("model", ["7965", "8861"])
@pytest.mark.parametrize("key_usage", [TEMPLATE_WITHOUT_KEY_USAGE, ("keyEncipherment",)], ids=",".join)
async def test_an_lsc_that_may_not_sign_installs_well_and_fails_when_it_registers(
    autojump_clock: object, lab: Lab, model: str, key_usage: tuple[str, ...]
) -> None:
    """TLS 1.0 with AES256-SHA on the 79xx, TLS 1.2 with ECDHE on the 88xx: the verdict is the same."""
    online = company(lab, key_usage=key_usage)
    phone = lab.phone(model, on=False)
    await enrolled(lab, phone)
    await lab.until(lambda: lab.of(phone, SecureConnectionRefused))
    refused = lab.of(phone, SecureConnectionRefused)[0]
    assert (refused.service, refused.kind, refused.alert) == ("SCCP", "LSC", UNSUPPORTED_CERTIFICATE)
    failed = lab.of("hq/callmanager", HandshakeFailed)[0]
    assert (failed.verify_code, failed.depth, failed.alert) == (UNSUITABLE_PURPOSE, 0, UNSUPPORTED_CERTIFICATE)
    assert not lab.of(phone, PhoneRegistered)
    # The cure: mend the template and have the LSC issued again; CAPF looks at no key usage and believes the old one.
    online.key_usage = TEMPLATE
    order(lab, phone, authentication_mode=AuthenticationMode.BY_EXISTING_CERTIFICATE_LSC)
    await lab.registered(phone)
    assert lab.of(phone, PhoneRegistered)[-1].kind == "LSC"
    assert lab.status(phone) == "Upgrade Success"


@pytest.mark.trio
@pytest.mark.parametrize(
    "key_usage", [TEMPLATE, ("digitalSignature",), ()], ids=lambda usage: ",".join(usage) or "none"
)
@pytest.mark.parametrize("model", ["7965", "8861"])
async def test_an_lsc_that_may_sign_or_that_says_nothing_registers(
    autojump_clock: object, lab: Lab, model: str, key_usage: tuple[str, ...]
) -> None:
    company(lab, key_usage=key_usage)
    phone = lab.phone(model, on=False)
    await enrolled(lab, phone)
    await lab.registered(phone)
    registered = lab.one(phone, PhoneRegistered)
    assert (registered.kind, registered.issuer.cn) == ("LSC", "Company Root CA")
    assert not lab.of(phone, SecureConnectionRefused)


@pytest.mark.trio
@pytest.mark.parametrize(
    ("reach", "status"),
    [
        (Reach.UNREACHABLE, "Upgrade Failed: CA Communication Failure"),
        (Reach.REJECTS, "Upgrade Failed: CA Rejected Connection"),
    ],
)
async def test_an_authority_that_does_not_sign_is_a_status_and_mended_without_a_restart(
    autojump_clock: object, lab: Lab, reach: Reach, status: str
) -> None:
    online = company(lab, reach=reach)
    phone = lab.phone(mode=DeviceSecurityMode.NON_SECURE, on=False)
    order(lab, phone)
    phone.power_on(lab.power)
    await lab.registered(phone)
    assert lab.status(phone) == status
    assert phone.flash.lsc is None
    online.reach = Reach.ANSWERS
    await administration.reset(lab.clusters["hq"].cluster, phone.device_name)
    await lab.until(lambda: lab.status(phone) == "Upgrade Success")
    assert lab.of(phone, LscInstalled)


@pytest.mark.trio
async def test_an_online_authority_signs_no_ec_keys_and_capf_does(autojump_clock: object, lab: Lab) -> None:
    company(lab)
    lab.cluster("other")
    phones = [lab.phone("8861", cluster=cluster, on=False) for cluster in ("hq", "other")]
    for phone, cluster in zip(phones, ("hq", "other"), strict=True):
        administration.set_capf(
            lab.clusters[cluster].cluster,
            phone.device_name,
            certificate_operation=INSTALL,
            key_order=KeyOrder.EC_PREFERRED,
        )
        phone.power_on(lab.power)
        await lab.registered(phone, cluster=cluster)
    assert lab.status(phones[0]) == "Upgrade Failed: CA Rejected Connection"
    assert lab.status(phones[1], "other") == "Upgrade Success"
