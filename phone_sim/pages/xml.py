"""`/DeviceInformationX` and `/NetworkConfigurationX`: the elements of a real 7940, in its order and its encoding.

Elements about which a phone of this lab knows nothing are there and empty, so that a program that reads them finds them.
"""

from __future__ import annotations

from xml.sax.saxutils import escape

from phone_sim.pages.device import MAX_CALL_MANAGERS, DeviceInformation, NetworkConfiguration

CONTENT_TYPE = "text/xml; charset=iso-8859-1"


def device_xml(device: DeviceInformation) -> bytes:
    return _document(
        "DeviceInformation",
        [
            ("MACAddress", device.mac_address),
            ("HostName", device.host_name),
            ("phoneDN", ""),
            ("appLoadID", device.app_load_id),
            ("bootLoadID", ""),
            ("versionID", device.app_load_id),
            ("DSPLoadID", ""),
            ("addonModule1", ""),
            ("addonModule2", ""),
            ("hardwareRevision", ""),
            ("serialNumber", device.serial_number),
            ("modelNumber", device.model_number),
            ("Codec", ""),
            ("Amps", ""),
            ("C3PORevision", ""),
            ("MessageWaiting", ""),
        ],
    )


def network_xml(network: NetworkConfiguration) -> bytes:
    """CallManager2 and so on, where the phone has more than one. Assumed: named after the first."""
    managers = [(f"CallManager{number}", entry.address) for number, entry in enumerate(network.call_managers, 1)]
    assert len(managers) <= MAX_CALL_MANAGERS
    return _document(
        "NetworkConfiguration",
        [
            ("HostName", network.host_name),
            ("IPAddress", network.ip_address),
            ("SubNetMask", ""),
            ("DefaultRouter1", ""),
            ("DomainName", ""),
            ("DNSServer1", ""),
            ("TFTPServer1", network.tftp_server),
            *(managers or [("CallManager1", "")]),
        ],
    )


def _document(root: str, elements: list[tuple[str, str]]) -> bytes:
    lines = [
        '<?xml version="1.0" encoding="iso-8859-1"?>',
        f"<{root}>",
        *(f"<{name}>{escape(text)}</{name}>" for name, text in elements),
        f"</{root}>",
    ]
    return ("\n".join(lines) + "\n").encode("iso-8859-1", "xmlcharrefreplace")
