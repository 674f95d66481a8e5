"""A lab of real phones, as in the phone's own tests, and somebody who looks at their pages."""

from __future__ import annotations

from typing import Any

import pytest
import trio
from cryptography import x509

from lab.running.phone_page import fetch_page, page_path
from phone_sim.phone import Phone
from tests.phone_sim.conftest import lab, open_lab, ring_of_keys
from wire.http.messages import Response
from wire.http.streams import get
from wire.tcp import TcpStream

__all__ = ["lab", "open_lab", "ring_of_keys"]

GENERATIONS = {"7940": "7960", "79x1": "7965", "88xx": "8861"}
"""A model of each kind of web."""


class Desk:
    """Somebody at a computer in the phones' network."""

    def __init__(self, lab: Any) -> None:
        self._lab = lab

    async def connect(self, phone: Phone) -> TcpStream:
        """Raises OSError where the phone serves no pages."""
        assert phone.web is not None
        stream = await self._lab.workstation().connect(phone.web.address, phone.web.port)
        assert isinstance(stream, TcpStream)
        return stream

    async def get(self, phone: Phone, path: str) -> Response:
        async with await self.connect(phone) as stream:
            with trio.fail_after(60):
                return await get(stream, path, host="phone", max_body=1_000_000)

    async def see(self, phone: Phone, page: str) -> str:
        """The body of a page, by its name."""
        return await fetch_page(self._lab, phone.device_name, page)

    async def rows(self, phone: Phone, page: str) -> dict[str, str]:
        """A page's rows, as its HTML has them."""
        response = await self.get(phone, page_path(phone, page))
        assert response.status == 200
        return rows_of(response.body.decode())


def rows_of(html: str) -> dict[str, str]:
    from lab.running.phone_page import page_lines

    return dict(line.split(": ", 1) for line in page_lines(html) if ": " in line)


def name_of(certificate: x509.Certificate) -> str:
    from pki import oneline

    return oneline(certificate.issuer)


@pytest.fixture
def desk(lab: Any) -> Desk:
    return Desk(lab)
