"""For whose key Cisco TFTP encrypts: a phone's LSC, else a MIC that CAPF has seen."""

from __future__ import annotations

import pytest
import trio

from cisco_data import AuthenticationMode, CertificateOperation
from lab.testing import LabUnderTest
from phone_sim.boot import BootState

pytestmark = pytest.mark.trio


@pytest.mark.parametrize(
    ("mode", "known"),
    [
        (AuthenticationMode.BY_EXISTING_CERTIFICATE_MIC, True),
        (AuthenticationMode.BY_NULL_STRING, False),
    ],
)
async def test_capf_remembers_a_mic_that_a_phone_has_proven(
    autojump_clock: trio.testing.MockClock, mode: AuthenticationMode, known: bool
) -> None:
    async with LabUnderTest() as lab:
        hq = lab.cluster()
        phone = lab.phone("8861")
        await lab.until(lambda: phone.state is BootState.REGISTERED)
        await lab.certificate_operation(operation=CertificateOperation.DELETE, mode=mode)
        await lab.reset()
        await lab.settled()
        mic = phone.flash.mic
        assert mic is not None
        assert hq.capf.mics == ({phone.device_name: mic.identity.certificate} if known else {})
        assert not hq.capf.lscs
