"""The file says the same to the phone as to the cluster, and an untrusted one does no worse than a ProtocolError."""

from __future__ import annotations

import contextlib
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cisco_data import AuthenticationMode, DeviceSecurityMode
from wire.errors import ProtocolError
from wire.phone_file import (
    MAX_FILE_OCTETS,
    CapfServer,
    DeviceProtocol,
    Member,
    PhoneFile,
    TransportLayerProtocol,
    TvsServer,
    VendorConfig,
    phone_file_name,
    read_phone_file_untrusted,
    write_phone_file,
)

ports = st.integers(1, 65535)
node_names = st.from_regex(r"[0-9A-Za-z._:-]{1,50}", fullmatch=True)
labels = st.just("") | st.from_regex(r"[!-~]([ -~]{0,126}[!-~])?", fullmatch=True)
members = st.lists(
    st.builds(Member, node_names, st.integers(0, 4), ports, ports, ports, ports),
    min_size=1,
    max_size=5,
    unique_by=lambda member: member.priority,
).map(tuple)
phone_files = st.builds(
    PhoneFile,
    members=members,
    device_protocol=st.sampled_from(DeviceProtocol),
    device_security_mode=st.sampled_from(DeviceSecurityMode),
    transport_layer_protocol=st.sampled_from(TransportLayerProtocol),
    capf_auth_mode=st.sampled_from(AuthenticationMode),
    capf_list=st.lists(st.builds(CapfServer, st.just("") | node_names, ports), max_size=5).map(tuple),
    tvs_members=st.lists(
        st.builds(TvsServer, node_names, st.integers(0, 4), ports), max_size=5, unique_by=lambda member: member.priority
    ).map(tuple),
    cert_hash=st.just("") | st.from_regex(r"[0-9a-f]{32}", fullmatch=True),
    encr_config=st.booleans(),
    full_config=st.booleans(),
    load_information=labels,
    version_stamp=labels,
    tls_resumption_timer=st.integers(0, 86400),
    vendor_config=st.builds(VendorConfig, st.booleans(), st.booleans()),
)

PLAIN = PhoneFile(members=(Member("127.1.2.10"),))
ENCRYPTED = PhoneFile(
    members=(Member("127.1.2.10"), Member("cucm-sub", priority=1)),
    device_security_mode=DeviceSecurityMode.ENCRYPTED,
    transport_layer_protocol=TransportLayerProtocol.TLS,
    capf_auth_mode=AuthenticationMode.BY_EXISTING_CERTIFICATE_LSC,
    capf_list=(CapfServer("127.1.2.10"),),
    cert_hash="0123456789abcdef0123456789abcdef",
    load_information="SCCP45.9-4-2SR3-1S",
    version_stamp="1184602168-1",
)


def changed(old: str, new: str, file: PhoneFile = ENCRYPTED) -> bytes:
    """A written file with one text replaced, which must be in it."""
    data = write_phone_file(file).decode()
    assert old in data
    return data.replace(old, new).encode()


@given(phone_files)
def test_a_file_reads_back_as_it_was_written(file: PhoneFile) -> None:
    assert read_phone_file_untrusted(write_phone_file(file)) == file


@given(st.binary(max_size=300))
def test_arbitrary_bytes_are_a_file_or_a_protocol_error(data: bytes) -> None:
    for document in (data, b"<device>" + data + b"</device>"):
        with contextlib.suppress(ProtocolError):
            read_phone_file_untrusted(document)


@given(phone_files, st.randoms(use_true_random=False))
def test_a_file_with_damaged_octets_is_a_file_or_a_protocol_error(file: PhoneFile, dice: random.Random) -> None:
    data = bytearray(write_phone_file(file))
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(len(data))
        data[at : at + dice.randint(0, 3)] = dice.randbytes(dice.randint(0, 3))
    with contextlib.suppress(ProtocolError):
        assert isinstance(read_phone_file_untrusted(bytes(data)), PhoneFile)


names = st.sampled_from(["members", "member", "callManager", "ports", "priority", "capfList", "capf", "phonePort", "x"])
trees: st.SearchStrategy[str] = st.recursive(
    st.text(alphabet="0123456789true.-&;", max_size=8).map(lambda text: text.replace("&", "&amp;")),
    lambda below: st.builds(
        lambda name, inner: f"<{name}>{''.join(inner)}</{name}>", names, st.lists(below, max_size=4)
    ),
    max_leaves=20,
)


@given(trees)
def test_known_elements_in_wrong_places_are_a_file_or_a_protocol_error(tree: str) -> None:
    group = f"<devicePool><callManagerGroup>{tree}</callManagerGroup></devicePool>"
    document = f"<device><deviceProtocol>SCCP</deviceProtocol>{group}{tree}</device>".encode()
    with contextlib.suppress(ProtocolError):
        read_phone_file_untrusted(document)


def test_elements_of_a_real_file_that_the_lab_does_not_use_are_passed_over() -> None:
    more = "<sshUserId>x</sshUserId><phoneServices><provisioning>0</provisioning></phoneServices><deviceSecurityMode>"
    assert read_phone_file_untrusted(changed("<deviceSecurityMode>", more)) == ENCRYPTED


def test_a_file_that_says_little_leaves_the_defaults() -> None:
    little = b"""<device><deviceProtocol>SCCP</deviceProtocol><devicePool><callManagerGroup><members>
        <member><callManager><processNodeName> 127.1.2.10 </processNodeName></callManager></member>
        </members></callManagerGroup></devicePool><loadInformation/></device>"""
    assert read_phone_file_untrusted(little) == PLAIN


def test_a_capf_server_without_a_name_is_read_as_one_without_a_name() -> None:
    data = changed("<processNodeName>127.1.2.10</processNodeName>\n  </capf>", "</capf>")
    assert read_phone_file_untrusted(data).capf_list == (CapfServer("", 3804),)


def test_the_members_of_tvs_are_written_with_port_address_and_priority_and_not_at_all_where_there_are_none() -> None:
    assert b"TVS" not in write_phone_file(PLAIN)
    data = write_phone_file(replace(PLAIN, tvs_members=(TvsServer("127.1.2.10"), TvsServer("127.1.2.11", 1))))
    member = b"""   <member priority="1">
    <port>2445</port>
    <address>127.1.2.11</address>
   </member>"""
    assert b"<TVS>" in data
    assert member in data


def test_two_members_of_tvs_with_one_priority_are_refused() -> None:
    file = replace(PLAIN, tvs_members=(TvsServer("127.1.2.10"), TvsServer("127.1.2.11", 1)))
    assert read_phone_file_untrusted(write_phone_file(file)) == file
    twice = changed('<member priority="1">\n    <port>', '<member priority="0">\n    <port>', file)
    with pytest.raises(ProtocolError, match="the same priority"):
        read_phone_file_untrusted(twice)


def test_a_secured_sccp_port_is_written_only_where_it_is_not_the_standard_one() -> None:
    assert b"securedEthernetPhonePort" not in write_phone_file(PLAIN)
    moved = replace(PLAIN, members=(Member("127.0.0.1", secured_ethernet_phone_port=12443),))
    assert read_phone_file_untrusted(write_phone_file(moved)).members[0].secured_ethernet_phone_port == 12443


@pytest.mark.parametrize("mode", DeviceSecurityMode)
def test_each_security_mode_arrives(mode: DeviceSecurityMode) -> None:
    file = replace(ENCRYPTED, device_security_mode=mode)
    assert read_phone_file_untrusted(write_phone_file(file)).device_security_mode is mode


def test_a_hash_in_capitals_is_the_same_hash() -> None:
    assert read_phone_file_untrusted(changed("abcdef", "ABCDEF")) == ENCRYPTED


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<deviceSecurityMode>3<", "<deviceSecurityMode>4<"),
        ("<deviceSecurityMode>3<", "<deviceSecurityMode>0<"),
        ("<deviceSecurityMode>3<", "<deviceSecurityMode>+3<"),
        ("<deviceSecurityMode>3<", "<deviceSecurityMode>three<"),
        ("<transportLayerProtocol>3<", "<transportLayerProtocol>4<"),
        ("<capfAuthMode>3<", "<capfAuthMode>5<"),
        ("<capfAuthMode>3<", "<capfAuthMode>-1<"),
        ("<phonePort>3804<", "<phonePort>0<"),
        ("<phonePort>3804<", "<phonePort>65536<"),
        ("<ethernetPhonePort>2000<", "<ethernetPhonePort>20000000000000000000<"),
        ('priority="1"', 'priority="5"'),
        ('priority="1"', 'priority="0"'),
        ('priority="1"', 'priority=""'),
        ("cucm-sub", "cucm sub"),
        ("cucm-sub", "c" * 51),
        ("cucm-sub", ""),
        ("<callManager>", "<callManager/><callManager>"),
        ("<callManager>", "<x>"),
        ("<certHash>01", "<certHash>"),
        ("<certHash>01", "<certHash>zz"),
        ("<encrConfig>false", "<encrConfig>no"),
        ("<TLSResumptionTimer>3600", "<TLSResumptionTimer>86401"),
        ("<tls12Only>0", "<tls12Only>2"),
        ("<deviceProtocol>SCCP", "<deviceProtocol>MGCP"),
        ("<capfAuthMode>3", "<capfAuthMode>2</capfAuthMode><capfAuthMode>3"),
        ("device>", "phone>"),
        ("</device>", ""),
        ("</device>", "</device><device/>"),
        ("<certHash>", "<certHash>\x00"),
        ("<certHash>", "<certHash>&unknown;"),
        ("<versionStamp>", "<versionStamp>ü"),
    ],
)
def test_a_value_out_of_its_range_is_refused(old: str, new: str) -> None:
    data = changed(old, new)
    if old == "<callManager>" and new == "<x>":
        data = data.replace(b"</callManager>", b"</x>")
    with pytest.raises(ProtocolError):
        read_phone_file_untrusted(data)


def test_six_callmanagers_are_refused_and_five_are_not() -> None:
    five = replace(PLAIN, members=tuple(Member("127.1.2.10", priority) for priority in range(5)))
    assert read_phone_file_untrusted(write_phone_file(five)) == five
    sixth = b'<member priority="3"><callManager><processNodeName>a</processNodeName></callManager></member></members>'
    with pytest.raises(ProtocolError):
        read_phone_file_untrusted(write_phone_file(five).replace(b"</members>", sixth))


def test_six_capf_servers_are_refused() -> None:
    capf = "<capfList>" + "<capf><processNodeName>a</processNodeName></capf>" * 5
    with pytest.raises(ProtocolError):
        read_phone_file_untrusted(changed("<capfList>", capf))


def test_a_document_type_is_refused_before_its_entities_are_read() -> None:
    bomb = b'<!DOCTYPE device [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]><device>&b;</device>'
    with pytest.raises(ProtocolError, match="document type"):
        read_phone_file_untrusted(bomb)
    with pytest.raises(ProtocolError, match="document type"):
        read_phone_file_untrusted(b'<!DOCTYPE device SYSTEM "file:///etc/hostname"><device/>')


def test_the_longest_file_is_read_and_one_octet_more_is_not() -> None:
    data = write_phone_file(PLAIN)
    padding = b"<!--" + b"x" * (MAX_FILE_OCTETS - len(data) - 7) + b"-->"
    longest = data.replace(b"</device>", padding + b"</device>")
    assert len(longest) == MAX_FILE_OCTETS
    assert read_phone_file_untrusted(longest) == PLAIN
    with pytest.raises(ProtocolError):
        read_phone_file_untrusted(longest + b"\n")


@pytest.mark.parametrize("inside", [b"<a>" * 40 + b"</a>" * 40, b"<a/>" * 5000])
def test_a_file_too_deep_or_of_too_many_elements_is_refused(inside: bytes) -> None:
    with pytest.raises(ProtocolError):
        read_phone_file_untrusted(write_phone_file(PLAIN).replace(b"</device>", inside + b"</device>"))


def test_the_encoding_is_utf8_whatever_the_document_says() -> None:
    data = write_phone_file(PLAIN).replace(b'encoding="UTF-8"', b'encoding="no-such-codec"')
    assert read_phone_file_untrusted(data) == PLAIN


def test_a_phone_asks_for_a_file_with_its_own_name() -> None:
    assert phone_file_name("SEP001122334455") == "SEP001122334455.cnf.xml"


def test_a_file_that_cannot_be_written_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="1 to 5 members"):
        PhoneFile(members=())
    with pytest.raises(ValueError, match="priority"):
        Member("127.1.2.10", priority=5)
    with pytest.raises(ValueError, match="processNodeName"):
        Member("a\nb")
