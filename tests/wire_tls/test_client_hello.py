"""What a ClientHello offers is read right, in whatever pieces it comes; and garbage is a ProtocolError or nothing."""

from __future__ import annotations

import ssl
import struct
from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from wire.errors import ProtocolError
from wire.tls import ClientContext, ClientHelloSeen, TlsEngine, TlsProfile, TlsVersion
from wire.tls.client_hello import ClientHello, ClientHelloReader

ALL = list(TlsVersion)
SUITES = {"AES256-SHA": 0x0035, "AES128-SHA": 0x002F, "NULL-SHA": 0x0002, "ECDHE-RSA-AES256-GCM-SHA384": 0xC030}
SUITES_1_3 = {"TLS_AES_256_GCM_SHA384": 0x1302, "TLS_AES_128_GCM_SHA256": 0x1301}
RENEGOTIATION_INFO = 0x00FF
"""The suite that is none: OpenSSL puts it last (RFC 5746 section 3.3)."""


def hello_of(profile: TlsProfile, notebook) -> bytes:  # type: ignore[no-untyped-def]
    """The first flight of a client of the lab, as OpenSSL wrote it."""
    client = TlsEngine(ClientContext(profile, None), notebook.emitter("phone"))
    assert not client.handshake()
    return client.data_to_send()


def hello_in(octets: bytes) -> ClientHello | None:
    return ClientHelloReader().feed_untrusted(octets)


def record(body: bytes, kind: int = 22, version: int = 0x0301) -> bytes:
    return struct.pack(">BHH", kind, version, len(body)) + body


def cut(data: bytes, size: int) -> Iterator[bytes]:
    return (data[at : at + size] for at in range(0, len(data), size))


@pytest.mark.parametrize(("minimum", "maximum"), [(low, high) for low in ALL for high in ALL if low <= high], ids=str)
def test_versions_and_suites_of_our_own_openssl(minimum: TlsVersion, maximum: TlsVersion, notebook) -> None:  # type: ignore[no-untyped-def]
    hello = hello_in(hello_of(TlsProfile(minimum, maximum, tuple(SUITES)), notebook))
    assert hello is not None
    if maximum < TlsVersion.TLSv1_3:  # a legacy hello has no room for the lowest version
        assert hello.versions == tuple(str(version) for version in reversed(ALL) if version <= maximum)
    else:
        assert hello.versions == tuple(str(version) for version in reversed(ALL) if minimum <= version)
    suites = [number for number in hello.cipher_suites if number != RENEGOTIATION_INFO]
    expected = list(SUITES_1_3.values()) if maximum >= TlsVersion.TLSv1_3 else []
    if minimum < TlsVersion.TLSv1_3:
        expected += [
            number for name, number in SUITES.items() if not name.startswith("ECDHE") or maximum >= TlsVersion.TLSv1_2
        ]
    assert suites == expected


@pytest.mark.parametrize("maximum", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["TLSv1.2", "TLSv1.3"])
def test_another_openssl_is_read_as_well(maximum: ssl.TLSVersion) -> None:
    """The interpreter's own, which greets with a server name and other extensions."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1_2, maximum
    out = ssl.MemoryBIO()
    client = context.wrap_bio(ssl.MemoryBIO(), out, server_hostname="cucm-pub.example")
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    hello = hello_in(out.read())
    assert hello is not None
    assert hello.versions[0] == {ssl.TLSVersion.TLSv1_2: "TLSv1.2", ssl.TLSVersion.TLSv1_3: "TLSv1.3"}[maximum]
    offered = [cipher["id"] & 0xFFFF for cipher in context.get_ciphers()]
    if maximum is ssl.TLSVersion.TLSv1_2:
        offered = [number for number in offered if number >> 8 != 0x13]
    assert set(offered) <= set(hello.cipher_suites) <= {*offered, RENEGOTIATION_INFO}


@pytest.mark.parametrize("version", ALL, ids=str)
def test_a_hello_cut_anywhere_is_none_until_it_is_whole(version: TlsVersion, notebook) -> None:  # type: ignore[no-untyped-def]
    octets = hello_of(TlsProfile(version, version, tuple(SUITES)), notebook)
    whole = hello_in(octets)
    assert whole is not None
    assert [hello_in(octets[:end]) for end in range(len(octets))] == [None] * len(octets)
    assert hello_in(octets + b"and more") == whole


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 37, 100])
@pytest.mark.parametrize("version", ALL, ids=str)
def test_a_hello_spread_over_several_records_reads_the_same(version: TlsVersion, size: int, notebook) -> None:  # type: ignore[no-untyped-def]
    octets = hello_of(TlsProfile(version, version, tuple(SUITES)), notebook)
    spread = b"".join(record(piece) for piece in cut(octets[5:], size))
    assert hello_in(spread) == hello_in(octets)
    assert hello_in(spread[:-1]) is None


@pytest.mark.parametrize("version", ALL, ids=str)
def test_an_engine_that_gets_single_octets_notes_the_same_hello_once(version: TlsVersion, notebook, contexts) -> None:  # type: ignore[no-untyped-def]
    octets = hello_of(TlsProfile(version, version, tuple(SUITES)), notebook)
    _, server_context, _ = contexts(version)
    for name, pieces in {"whole": [octets], "octets": cut(octets, 1)}.items():
        server = TlsEngine(server_context, notebook.emitter(name))
        for piece in pieces:
            server.receive(piece)
        assert not server.handshake()
    ((whole,), (by_octets,)) = (notebook.of(ClientHelloSeen, name) for name in ("whole", "octets"))
    assert (by_octets.versions, by_octets.cipher_suites) == (whole.versions, whole.cipher_suites)
    assert str(version) in whole.versions


def build(legacy: int, suites: list[int], offered: list[int] | None, strange: bytes) -> bytes:
    """A ClientHello by RFC 8446 section 4.1.2, as any peer may write it."""
    extensions = struct.pack(">HH", 0xFAFA, len(strange)) + strange
    if offered is not None:
        versions = b"".join(struct.pack(">H", number) for number in offered)
        extensions += struct.pack(">HHB", 43, len(versions) + 1, len(versions)) + versions
    body = struct.pack(">H32xBH", legacy, 0, 2 * len(suites)) + b"".join(struct.pack(">H", n) for n in suites)
    body += b"\x01\x00" + struct.pack(">H", len(extensions)) + extensions
    return b"\x01" + len(body).to_bytes(3, "big") + body


U16 = st.integers(0, 0xFFFF)


@given(
    legacy=st.sampled_from([0x0300, 0x0301, 0x0302, 0x0303, 0x0304, 0x7F7F]),
    suites=st.lists(U16, max_size=40),
    offered=st.none() | st.lists(st.sampled_from([0x0301, 0x0302, 0x0303, 0x0304, 0x0A0A, 0x7F1C]), max_size=8),
    strange=st.binary(max_size=20),
    size=st.integers(1, 400),
)
def test_what_was_put_in_comes_out(
    legacy: int, suites: list[int], offered: list[int] | None, strange: bytes, size: int
) -> None:
    octets = b"".join(record(piece) for piece in cut(build(legacy, suites, offered, strange), size))
    hello = hello_in(octets)
    known = {version for version in ALL if version <= min(legacy, 0x0303)} if offered is None else set(offered) & {*ALL}
    assert hello == ClientHello(tuple(str(TlsVersion(n)) for n in sorted(known, reverse=True)), tuple(suites))


@given(st.binary(max_size=400) | st.binary(max_size=400).map(record))
@example(record(b""))
@example(record(b"") * 100)
@example(record(b"\x01\xff\xff\xff"))
@example(record(b"\x02\x00\x00\x00"))
@example(b"\x80\x2e\x01\x03\x01")  # SSL 2.0's form
@example(record(build(0x0303, [0x35], [0x0304], b"")[:-1]))
def test_garbage_is_a_protocol_error_or_nothing_yet(data: bytes) -> None:
    try:
        hello = hello_in(data)
    except ProtocolError:
        return
    assert hello is None or isinstance(hello, ClientHello)


@given(st.data(), st.sampled_from(ALL))
def test_a_spoilt_hello_is_never_worse_than_a_protocol_error(data: st.DataObject, version: TlsVersion) -> None:
    octets = bytearray(record(build(0x0303, [0x35, 0x2F], [version], b"xyz")))
    for at in data.draw(st.lists(st.integers(0, len(octets) - 1), min_size=1, max_size=4)):
        octets[at] = data.draw(st.integers(0, 255))
    try:
        hello_in(bytes(octets))
    except ProtocolError:
        pass
