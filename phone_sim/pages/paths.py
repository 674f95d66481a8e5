"""Where each kind of phone has its pages: paths as real phones have them, by the model's web, as data.

Known are the adapters of the 88xx and their XML forms `adapterX`, seen on a 7945, the plain paths of 7940 and 7960, and where
each keeps its console. Security Configuration is on a real phone's screen only: its path is assumed in all of them.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Page(StrEnum):
    """The pages that a phone of this lab has."""

    DEVICE_INFORMATION = "Device information"
    NETWORK_CONFIGURATION = "Network configuration"
    SECURITY_CONFIGURATION = "Security configuration"
    STATUS_MESSAGES = "Status messages"
    CONSOLE_LOGS = "Console logs"
    CONSOLE_LOG = "Console log"
    DEVICE_INFORMATION_X = "DeviceInformation"
    NETWORK_CONFIGURATION_X = "NetworkConfiguration"


MENU: Final = (
    Page.DEVICE_INFORMATION,
    Page.NETWORK_CONFIGURATION,
    Page.SECURITY_CONFIGURATION,
    Page.STATUS_MESSAGES,
    Page.CONSOLE_LOGS,
)
"""The pages that each page leads to, in the order of the real ones."""

_ADAPTER = "/CGI/Java/Serviceability?adapter="
_ADAPTER_X = "/CGI/Java/Serviceability?adapterX="
_XML = {"/DeviceInformationX": Page.DEVICE_INFORMATION_X, "/NetworkConfigurationX": Page.NETWORK_CONFIGURATION_X}
_JAVA = {
    f"{_ADAPTER}device.statistics.device": Page.DEVICE_INFORMATION,
    f"{_ADAPTER}device.statistics.configuration": Page.NETWORK_CONFIGURATION,
    f"{_ADAPTER}device.settings.security": Page.SECURITY_CONFIGURATION,
    f"{_ADAPTER}device.settings.status.messages": Page.STATUS_MESSAGES,
    f"{_ADAPTER}device.statistics.consolelog": Page.CONSOLE_LOGS,
    f"{_ADAPTER_X}device.statistics.device": Page.DEVICE_INFORMATION_X,
    f"{_ADAPTER_X}device.statistics.configuration": Page.NETWORK_CONFIGURATION_X,
    **_XML,
}

PATHS: Final[dict[str, dict[str, Page]]] = {
    "7940": {
        "/DeviceInformation": Page.DEVICE_INFORMATION,
        "/NetworkConfiguration": Page.NETWORK_CONFIGURATION,
        "/SecurityConfiguration": Page.SECURITY_CONFIGURATION,
        "/DeviceLog?2": Page.STATUS_MESSAGES,
        "/DeviceLog?0": Page.CONSOLE_LOGS,
        "/FS/cache/log0.log": Page.CONSOLE_LOG,
        **_XML,
    },
    "79x1": {**_JAVA, "/FS/cache/log0.log": Page.CONSOLE_LOG},
    "88xx": {**_JAVA, "/FS/messages": Page.CONSOLE_LOG},
}
"""By a model's `web`, each path with its page; `/` is the first page everywhere."""


def page_at(web: str, path: str) -> Page | None:
    """The page at a path, query included, as it was sent; None where there is none."""
    return Page.DEVICE_INFORMATION if path == "/" else PATHS[web].get(path)


def path_of(web: str, page: Page) -> str:
    """Where a page is; the first of its paths where it has several."""
    return next(path for path, found in PATHS[web].items() if found is page)
