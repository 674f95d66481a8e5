"""The pages as rows of label and value: which of its data a page shows, in which order, under which name.

Labels are those of the real pages where these have such a row. Of rows that a phone of this lab has nothing to say about
(ports, codecs, free memory) there are none.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from phone_sim.pages.device import DeviceInformation, NetworkConfiguration
from phone_sim.pages.security import CertificateOnPhone, SecurityConfiguration, TrustListOnPhone

Row = tuple[str, str]


def device_rows(device: DeviceInformation) -> Iterator[Row]:
    yield "MAC address", device.mac_address
    yield "Host name", device.host_name
    yield "App load ID", device.app_load_id
    yield "Version", device.app_load_id
    if device.serial_number:
        yield "Serial number", device.serial_number
    yield "Model number", device.model_number
    yield "Time", f"{device.now:%I:%M:%S%p}".lower()
    yield "Time zone", "UTC"
    yield "Date", f"{device.now:%m/%d/%y}"


def network_rows(network: NetworkConfiguration) -> Iterator[Row]:
    yield "MAC address", network.mac_address
    yield "Host name", network.host_name
    yield "IP address", network.ip_address
    yield "TFTP server 1", f"{network.tftp_server}:{network.tftp_port}"
    for number, entry in enumerate(network.call_managers, 1):
        yield f"CUCM server{number}", f"{entry.address}  Active" if entry.active else entry.address
    yield "Web access", "Enabled" if network.web_access else "Disabled"


def security_rows(security: SecurityConfiguration) -> Iterator[Row]:
    """Assumed: a real phone shows Security Mode, LSC, Trust List on its screen, and less of each."""
    yield "Security mode", security.security_mode or "not known before the phone has its file"
    yield "LSC", security.lsc_state
    if security.lsc is not None:
        yield from _certificate_rows("LSC", security.lsc)
    yield "MIC", security.mic_state
    if security.mic is not None:
        yield from _certificate_rows("MIC", security.mic)
    yield "Certificate in use", security.in_use or "none"
    for number, server in enumerate(security.capf_servers, 1):
        yield f"CAPF server {number}", f"{server.address}:{server.port}"
    if security.string_wanted:
        yield "CAPF waits for", "an authentication string, to be typed on the phone"
    yield "CTL", security.ctl_state
    yield from _list_rows("CTL", security.ctl)
    yield "ITL", security.itl_state
    yield from _list_rows("ITL", security.itl)


def _list_rows(kind: str, held: TrustListOnPhone | None) -> Iterator[Row]:
    if held is not None:
        yield f"{kind} SHA-1", held.sha1
        for number, entry in enumerate(held.entries, 1):
            yield f"{kind} record {number}", f"{entry.subject} ({entry.role})"


def _certificate_rows(kind: str, held: CertificateOnPhone) -> Iterator[Row]:
    yield f"{kind} subject", held.subject
    yield f"{kind} issuer", held.issuer
    yield f"{kind} serial number", held.serial_number
    yield f"{kind} valid from", _moment(held.not_before)
    yield f"{kind} valid until", _moment(held.not_after)


def _moment(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC" if at is not None else "unreadable"
