"""A phone opens the directory on Tomcat where its server is vouched for; what goes wrong is an event, mostly `Host Not Found`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

import pytest
import trio

from cisco_data.trust_roles import TrustRole
from cucm_sim.tomcat import DIRECTORY_PATH, directory_page
from cucm_sim.tomcat_events import DirectoryServed, WebPageNotFound, WebRequestRefused
from phone_sim.https_services import (
    HttpsServiceFailure,
    ServiceNotOpened,
    ServiceOpened,
    ServiceServerTrusted,
    open_service,
    status_message,
)
from phone_sim.network import addresses_only
from phone_sim.texts.tvs import LINES_79XX, LINES_88XX
from phone_sim.trust.servers import ServerVerdict
from phone_sim.tvs_client import TvsFound
from tests.tvs.conftest import HERE, Node, identity
from tests.tvs.test_tvs_client import DEVICE, OFFER, Loopback, Phone, closed_port
from wire.http.messages import HttpRefusal
from wire.net import Listener, connect
from wire.tcp import TcpStream
from wire.tls import ClientContext, ServerContext, TlsProfile, TlsStream, TlsVersion
from wire.xml_tree import read_xml_untrusted

OLD = TlsProfile(TlsVersion.TLSv1, TlsVersion.TLSv1, ("AES256-SHA",))


async def vouched(by: ServerVerdict, stream: TlsStream) -> ServerVerdict:
    return by


LISTED = partial(vouched, ServerVerdict.LISTED)


async def opened(
    node: Node,
    url: str = "",
    vouch: Callable[[TlsStream], Awaitable[ServerVerdict]] = LISTED,
    offer: TlsProfile = OFFER,
) -> ServiceOpened | ServiceNotOpened:
    """What became of a URL, of Tomcat's directory where none is given."""
    url = url or f"https://{HERE}:{node.tomcat_port}{DIRECTORY_PATH}"
    emitter = node.kept.emitter(DEVICE)
    return await open_service(url, Loopback(), addresses_only, ClientContext(offer), vouch, emitter)


@pytest.mark.trio
async def test_the_directory_opens_where_tvs_vouches_for_tomcat(node: Node, autojump_clock: object) -> None:
    phone = Phone(node.kept)

    async def ask_tvs(stream: TlsStream) -> ServerVerdict:
        assert stream.peer_certificate is not None
        answer = await phone.verify(stream.peer_certificate, node.tvs_port)
        good = isinstance(answer, TvsFound) and answer.has_role({TrustRole.APPLICATION_SERVER})
        return ServerVerdict.BY_TVS if good else ServerVerdict.REFUSED

    async with node.running() as nursery:
        good = await opened(node, vouch=ask_tvs)
        node.own["tomcat"] = identity("new tomcat")
        await node.tomcat.restart(nursery)
        bad = await opened(node, vouch=ask_tvs)
        node.tvs.notify("tomcat")
        again = await opened(node, vouch=ask_tvs)
    assert isinstance(good, ServiceOpened)
    assert good.page == "CiscoIPPhoneMenu"
    assert isinstance(bad, ServiceNotOpened)
    assert (bad.failure, status_message(bad)) == (HttpsServiceFailure.NOT_TRUSTED, "Host Not Found")
    assert isinstance(again, ServiceOpened)
    assert len(node.kept.of(DirectoryServed)) == 2
    trusted = node.kept.of(ServiceServerTrusted)[0]
    assert LINES_79XX[ServiceServerTrusted](trusted) == (("NOT", "SECD: -Authenticated the HTTPS conn via TVS"),)
    for rules in (LINES_79XX, LINES_88XX):
        assert all(rules[type(event)](event) for event in (good, bad, trusted))


@pytest.mark.trio
async def test_what_never_gets_as_far_as_http_is_host_not_found(node: Node, autojump_clock: object) -> None:
    node.minimum = TlsVersion.TLSv1_2
    async with node.running():
        results = [
            await opened(node, "http://127.0.0.1/directory"),
            await opened(node, f"https://{HERE}:99999/"),
            await opened(node, "https://cucm-pub/ccmcip/xmldirectory.jsp"),
            await opened(node, f"https://{HERE}:{closed_port()}/"),
            await opened(node, offer=OLD),
            await opened(node, vouch=partial(vouched, ServerVerdict.REFUSED)),
        ]
    failures = [result.failure for result in results if isinstance(result, ServiceNotOpened)]
    assert failures == [
        HttpsServiceFailure.BAD_URL,
        HttpsServiceFailure.BAD_URL,
        HttpsServiceFailure.UNKNOWN_HOST,
        HttpsServiceFailure.UNREACHABLE,
        HttpsServiceFailure.TLS_REFUSED,
        HttpsServiceFailure.NOT_TRUSTED,
    ]
    assert {status_message(result) for result in results if isinstance(result, ServiceNotOpened)} == {"Host Not Found"}
    assert node.kept.of(DirectoryServed) == []


@pytest.mark.trio
async def test_a_page_that_tomcat_does_not_have_is_no_page(node: Node, autojump_clock: object) -> None:
    async with node.running():
        result = await opened(node, f"https://{HERE}:{node.tomcat_port}/other")
    assert isinstance(result, ServiceNotOpened)
    assert (result.failure, result.status, status_message(result)) == (HttpsServiceFailure.HTTP_STATUS, 404, "")
    assert node.kept.one(WebPageNotFound).path == "/other"


@pytest.mark.trio
@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (b"garbage\r\n\r\n", HttpsServiceFailure.UNREADABLE),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n<a><", HttpsServiceFailure.UNREADABLE),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n" + bytes(99999), HttpsServiceFailure.UNREADABLE),
        (b"", HttpsServiceFailure.TIMED_OUT),
    ],
    ids=["no HTTP", "no XML", "too long", "silent"],
)
@pytest.mark.trio
async def test_a_server_that_misbehaves_opens_no_page(
    node: Node, autojump_clock: object, answer: bytes, failure: HttpsServiceFailure
) -> None:
    context = ServerContext(identity("tomcat"), OFFER)

    async def serve(tcp: TcpStream) -> None:
        async with TlsStream(tcp, context, node.kept.emitter("rogue")) as stream:
            assert await stream.handshake()
            await stream.receive_some()
            if not answer:
                await trio.sleep(60)
            await stream.send_all(answer)

    async with trio.open_nursery() as nursery:
        listener = Listener(HERE, 0)
        nursery.start_soon(listener.serve, serve, node.kept.emitter("rogue"))
        result = await opened(node, f"https://{HERE}:{listener.port}/")
        nursery.cancel_scope.cancel()
    assert isinstance(result, ServiceNotOpened)
    assert result.failure is failure


@pytest.mark.trio
async def test_tomcat_goes_on_after_a_client_that_is_no_http(node: Node, autojump_clock: object) -> None:
    async with node.running():
        tcp = await connect(HERE, node.tomcat_port)
        async with TlsStream(tcp, ClientContext(OFFER), node.kept.emitter(DEVICE)) as stream:
            assert await stream.handshake()
            await stream.send_all(b"\x57\x01\x03\x00\r\n\r\n")
            while await stream.receive_some():
                pass
        assert isinstance(await opened(node), ServiceOpened)
    assert node.kept.one(WebRequestRefused).reason is HttpRefusal.NOT_HTTP


def test_the_page_is_xml_whatever_the_host_is_called() -> None:
    root = read_xml_untrusted(directory_page("a&b", 8443), 4096)
    item = root.one("MenuItem")
    assert item is not None
    url = item.one("URL")
    assert url is not None
    assert url.text.startswith("https://a&b:8443/")
