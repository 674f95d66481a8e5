"""Phone, switch port and authentication server together, all of them ours: who gets in, who does not, and who knows why."""

from __future__ import annotations

from typing import Any

import pytest

from cisco_data.models import TLS_1_0, TLS_1_2, TLS_1_3
from edge_sim.authenticator import PortState
from edge_sim.authenticator.events import PortAuthorized
from phone_sim.supplicant.events import Dot1xSucceeded
from wire.radius import keys_of

Bench = Any
TLS = {"TLS 1.0": TLS_1_0, "TLS 1.2": TLS_1_2, "TLS 1.3": TLS_1_3}


@pytest.mark.trio
@pytest.mark.parametrize("tls", TLS.values(), ids=TLS)
@pytest.mark.parametrize("kind", ["LSC", "MIC"])
async def test_a_trusted_certificate_opens_the_port_and_both_ends_have_the_keys(
    autojump_clock: object, bench: Bench, tls: Any, kind: str
) -> None:
    from cisco_data.models import MODELS

    port = bench.port(bench.server())
    phone = bench.phone(MODELS["8841"].with_tls(tls), lsc=bench.pki.lsc() if kind == "LSC" else None)
    await phone.wait_authorised()
    await bench.until(lambda: port.authorized)
    succeeded = bench.one(Dot1xSucceeded)
    assert (succeeded.kind, succeeded.tls_version, succeeded.authenticator) == (kind, str(tls.maximum), True)
    assert port.state is PortState.AUTHENTICATED
    assert port.keys == keys_of(phone.exchange.keys.msk)
    opened = bench.one(PortAuthorized)
    assert (opened.mac, opened.identity, opened.keys) == ("00-11-22-33-44-55", "CP-8841-SEP001122334455", True)
