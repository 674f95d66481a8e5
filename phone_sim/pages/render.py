"""One page of one phone, as it is at this moment, ready to be sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from phone_sim.pages import html, rows, xml
from phone_sim.pages.device import device_information, network_configuration
from phone_sim.pages.paths import Page, path_of
from phone_sim.pages.security import security_configuration
from phone_sim.pages.view import PhoneView
from phone_sim.status_messages import StatusMessage
from pki import product_id
from wire.http.messages import Response


def render(page: Page, phone: PhoneView, now: datetime) -> Response:
    return _PAGES[page](phone, now)


def status_line(message: StatusMessage) -> str:
    """`11:39:03am 10/09/18 ITL installed`, as an 88xx shows it; in UTC."""
    return f"{f'{message.at:%I:%M:%S%p}'.lower()} {message.at:%m/%d/%y} {message.text}"


def _table(page: Page, phone: PhoneView, content: list[rows.Row]) -> Response:
    return Response(200, html.table_page(phone.model.web, _banner(phone), page, content), html.CONTENT_TYPE)


def _banner(phone: PhoneView) -> str:
    return html.banner_of(product_id(phone.model.product), phone.device_name)


def _device(phone: PhoneView, now: datetime) -> Response:
    return _table(Page.DEVICE_INFORMATION, phone, [*rows.device_rows(device_information(phone, now))])


def _network(phone: PhoneView, now: datetime) -> Response:
    return _table(Page.NETWORK_CONFIGURATION, phone, [*rows.network_rows(network_configuration(phone))])


def _security(phone: PhoneView, now: datetime) -> Response:
    return _table(Page.SECURITY_CONFIGURATION, phone, [*rows.security_rows(security_configuration(phone))])


def _status(phone: PhoneView, now: datetime) -> Response:
    lines = [status_line(message) for message in phone.status_messages]
    page = html.list_page(phone.model.web, _banner(phone), Page.STATUS_MESSAGES, lines)
    return Response(200, page, html.CONTENT_TYPE)


def _console_logs(phone: PhoneView, now: datetime) -> Response:
    web = phone.model.web
    page = html.links_page(web, _banner(phone), Page.CONSOLE_LOGS, [path_of(web, Page.CONSOLE_LOG)])
    return Response(200, page, html.CONTENT_TYPE)


def _console_log(phone: PhoneView, now: datetime) -> Response:
    lines = phone.console_lines
    return Response(200, "".join(f"{line}\n" for line in lines).encode(), "text/plain; charset=utf-8")


def _device_x(phone: PhoneView, now: datetime) -> Response:
    return Response(200, xml.device_xml(device_information(phone, now)), xml.CONTENT_TYPE)


def _network_x(phone: PhoneView, now: datetime) -> Response:
    return Response(200, xml.network_xml(network_configuration(phone)), xml.CONTENT_TYPE)


_PAGES: Final[dict[Page, Callable[[PhoneView, datetime], Response]]] = {
    Page.DEVICE_INFORMATION: _device,
    Page.NETWORK_CONFIGURATION: _network,
    Page.SECURITY_CONFIGURATION: _security,
    Page.STATUS_MESSAGES: _status,
    Page.CONSOLE_LOGS: _console_logs,
    Page.CONSOLE_LOG: _console_log,
    Page.DEVICE_INFORMATION_X: _device_x,
    Page.NETWORK_CONFIGURATION_X: _network_x,
}
