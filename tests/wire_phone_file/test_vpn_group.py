"""vpnGroup of the phone's file: written and read back, its ranges, and untrusted octets."""

from __future__ import annotations

import base64
import contextlib
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire.errors import ProtocolError
from wire.phone_file import (
    Member,
    PhoneFile,
    VpnAuthMethod,
    VpnGroup,
    VpnUrl,
    certificate_hash,
    read_phone_file_untrusted,
    write_phone_file,
)

urls = st.from_regex(r"https://[0-9A-Za-z][0-9A-Za-z.-]{0,60}(:[1-9][0-9]{0,3})?(/[!-~]{0,40})?", fullmatch=True)
groups = st.builds(
    VpnGroup,
    urls=st.lists(urls, min_size=1, max_size=3).map(tuple),
    cert_hashes=st.lists(st.binary(min_size=20, max_size=20), max_size=10).map(tuple),
    mtu=st.integers(256, 1406),
    fail_connect_time=st.integers(0, 600),
    auth_method=st.sampled_from(VpnAuthMethod),
    pswd_persistent=st.booleans(),
    auto_net_detect=st.booleans(),
    enable_host_id_check=st.booleans(),
)
HASH = base64.b64decode("1eD9l3VEI9DGWQGKlNBGE1bRhUg=")
GROUP = VpnGroup(("https://vpn.example.com/phones", "https://192.0.2.1:8443"), (HASH, bytes(20)), auto_net_detect=True)
FILE = PhoneFile(members=(Member("127.1.2.10"),), vpn_group=GROUP)


def changed(old: str, new: str) -> bytes:
    """The written file with one text replaced, which must be in it."""
    data = write_phone_file(FILE).decode()
    assert old in data
    return data.replace(old, new).encode()


@given(groups)
def test_a_group_reads_back_as_it_was_written(group: VpnGroup) -> None:
    file = replace(FILE, vpn_group=group)
    assert read_phone_file_untrusted(write_phone_file(file)) == file


def test_a_file_without_a_group_has_none_and_writes_none() -> None:
    file = replace(FILE, vpn_group=None)
    assert b"vpnGroup" not in write_phone_file(file)
    assert read_phone_file_untrusted(write_phone_file(file)).vpn_group is None


def test_the_elements_are_those_of_real_files() -> None:
    text = write_phone_file(FILE).decode()
    for line in (
        "<mtu>1290</mtu>",
        "<failConnectTime>30</failConnectTime>",
        "<authMethod>2</authMethod>",
        "<pswdPersistent>0</pswdPersistent>",
        "<autoNetDetect>1</autoNetDetect>",
        "<enableHostIDCheck>1</enableHostIDCheck>",
        "<url1>https://vpn.example.com/phones</url1>",
        "<url2>https://192.0.2.1:8443</url2>",
        "<hashAlg>0</hashAlg>",
        "<certHash1>1eD9l3VEI9DGWQGKlNBGE1bRhUg=</certHash1>",
    ):
        assert line in text


def test_a_group_that_says_little_has_cucms_defaults() -> None:
    document = write_phone_file(replace(FILE, vpn_group=None)).replace(
        b"</device>",
        b"<vpnGroup><addresses><url1/><url2>https://vpn.example.com</url2></addresses></vpnGroup></device>",
    )
    group = read_phone_file_untrusted(document).vpn_group
    assert group == VpnGroup(("https://vpn.example.com",))
    assert group is not None
    assert (group.mtu, group.fail_connect_time, group.enable_host_id_check) == (1290, 30, True)


@pytest.mark.parametrize("inside", [b"", b"<mtu>1290</mtu>", b"<addresses/><credentials/>"])
def test_a_group_without_an_address_is_none(inside: bytes) -> None:
    document = write_phone_file(replace(FILE, vpn_group=None)).replace(
        b"</device>", b"<vpnGroup>" + inside + b"</vpnGroup></device>"
    )
    assert read_phone_file_untrusted(document).vpn_group is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<mtu>1290", "<mtu>255"),
        ("<mtu>1290", "<mtu>1407"),
        ("<failConnectTime>30", "<failConnectTime>601"),
        ("<failConnectTime>30", "<failConnectTime>-1"),
        ("<authMethod>2", "<authMethod>3"),
        ("<autoNetDetect>1", "<autoNetDetect>2"),
        ("<enableHostIDCheck>1", "<enableHostIDCheck>true"),
        ("<hashAlg>0", "<hashAlg>1"),
        ("https://vpn.example.com/phones", "http://vpn.example.com/phones"),
        ("https://vpn.example.com/phones", "https:///phones"),
        ("https://vpn.example.com/phones", "https://vpn.example.com:0/phones"),
        ("https://vpn.example.com/phones", "https://vpn.example.com:65536/phones"),
        ("https://vpn.example.com/phones", "https://vpn.example.com/a b"),
        ("https://vpn.example.com/phones", "https://user@vpn.example.com/"),
        ("https://vpn.example.com/phones", "https://vpn.example.com/" + "x" * 255),
        ("1eD9l3VEI9DGWQGKlNBGE1bRhUg=", "1eD9l3VEI9DGWQGKlNBGE1bRhUg"),
        ("1eD9l3VEI9DGWQGKlNBGE1bRhUg=", "1eD9l3VEI9DGWQGKlNBGE1bR"),
        ("1eD9l3VEI9DGWQGKlNBGE1bRhUg=", "ü" * 28),
        ("<addresses>", "<addresses/><addresses>"),
        ("<certHash2>", "<certHash1>AAAAAAAAAAAAAAAAAAAAAAAAAAA=</certHash1><certHash2>"),
    ],
)
def test_a_value_out_of_its_range_is_refused(old: str, new: str) -> None:
    with pytest.raises(ProtocolError):
        read_phone_file_untrusted(changed(old, new))


names = st.sampled_from(["addresses", "credentials", "url1", "certHash1", "hashAlg", "mtu", "autoNetDetect"])
trees: st.SearchStrategy[str] = st.recursive(
    st.sampled_from(["", "0", "1", "1290", "https://a", "x"]),
    lambda below: st.builds(
        lambda name, inner: f"<{name}>{''.join(inner)}</{name}>", names, st.lists(below, max_size=4)
    ),
    max_leaves=20,
)


@given(trees)
def test_known_elements_in_wrong_places_are_a_group_or_a_protocol_error(tree: str) -> None:
    document = write_phone_file(replace(FILE, vpn_group=None)).replace(
        b"</device>", f"<vpnGroup>{tree}</vpnGroup></device>".encode()
    )
    with contextlib.suppress(ProtocolError):
        read_phone_file_untrusted(document)


def test_a_group_that_cannot_be_written_cannot_be_made() -> None:
    for urls, hashes, message in (
        ((), (), "1 to 3 addresses"),
        (("https://a",) * 4, (), "1 to 3 addresses"),
        (("https://a",), (bytes(20),) * 11, "at most 10"),
        (("https://a",), (bytes(19),), "20 octets"),
    ):
        with pytest.raises(ValueError, match=message):
            VpnGroup(urls, hashes)


def test_a_url_falls_into_its_parts() -> None:
    assert VpnUrl.of("https://vpn.example.com/phones") == ("vpn.example.com", 443, "/phones")
    assert VpnUrl.of("HTTPS://192.0.2.1:8443") == ("192.0.2.1", 8443, "/")


def test_a_hash_is_the_sha1_of_the_der() -> None:
    assert certificate_hash(b"abc").hex() == "a9993e364706816aba3e25717850c26c9cd0d89d"
