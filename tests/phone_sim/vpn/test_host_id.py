"""The host ID check: which certificates of a gateway a phone knows, and whether they name the host that it asked for."""

from __future__ import annotations

import datetime
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from phone_sim.vpn.events import HostIdAccepted, HostIdFault, HostIdRefused
from phone_sim.vpn.host_id import check_host_id_untrusted
from tests.made_names import named
from wire.phone_file import VpnGroup, certificate_hash

KEY = ec.generate_private_key(ec.SECP256R1())
DAY = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


def certificate(cn: str = "", *san: str) -> bytes:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, cn)] if cn else [])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(KEY.public_key())
        .serial_number(1)
        .not_valid_before(DAY)
        .not_valid_after(DAY + datetime.timedelta(days=1))
    )
    if san:
        names = [x509.IPAddress(ip_address(name[3:])) if name.startswith("IP:") else x509.DNSName(name) for name in san]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return builder.sign(KEY, hashes.SHA256()).public_bytes(Encoding.DER)


LEAF, ROOT, OTHER = certificate("vpn.example.com"), certificate("Root"), certificate("Other")


def check(
    chain: tuple[bytes, ...], *known: bytes, host: str = "vpn.example.com", named: bool = True
) -> HostIdAccepted | HostIdRefused:
    group = VpnGroup((f"https://{host}/g",), tuple(certificate_hash(der) for der in known), enable_host_id_check=named)
    return check_host_id_untrusted(chain, group, host)


def fault(chain: tuple[bytes, ...], *known: bytes, host: str = "vpn.example.com", named: bool = True) -> HostIdFault:
    verdict = check(chain, *known, host=host, named=named)
    assert isinstance(verdict, HostIdRefused)
    return verdict.fault


def test_the_hash_of_the_gateways_own_certificate_is_enough_where_it_bears_the_name() -> None:
    verdict = check((LEAF,), OTHER, LEAF)
    assert isinstance(verdict, HostIdAccepted)
    assert (verdict.depth, verdict.hash, verdict.host) == (0, certificate_hash(LEAF).hex(), "vpn.example.com")
    assert verdict.subject == named(CN="vpn.example.com")


def test_any_certificate_that_the_gateway_sends_may_be_the_one_that_the_file_knows() -> None:
    verdict = check((LEAF, ROOT), ROOT)
    assert isinstance(verdict, HostIdAccepted)
    assert (verdict.depth, verdict.subject) == (1, named(CN="Root"))


@pytest.mark.parametrize("chain", [(OTHER,), (OTHER, ROOT), ()])
def test_a_gateway_without_a_known_hash_is_refused_whatever_its_name(chain: tuple[bytes, ...]) -> None:
    assert fault(chain, LEAF) is HostIdFault.UNKNOWN_HASH
    assert fault(chain, LEAF, named=False) is HostIdFault.UNKNOWN_HASH


def test_a_phone_that_knows_no_hash_trusts_no_gateway() -> None:
    assert fault((LEAF,)) is HostIdFault.UNKNOWN_HASH


def test_the_name_counts_only_where_the_check_is_on() -> None:
    assert fault((OTHER,), OTHER) is HostIdFault.OTHER_NAME
    verdict = check((OTHER,), OTHER, named=False)
    assert isinstance(verdict, HostIdAccepted)
    assert verdict.host == ""


def test_the_name_is_that_of_the_gateways_own_certificate_and_not_of_the_one_that_matched() -> None:
    assert fault((OTHER, LEAF), LEAF) is HostIdFault.OTHER_NAME


@pytest.mark.parametrize(
    ("presented", "host"),
    [
        (certificate("x", "vpn.example.com"), "vpn.example.com"),
        (certificate("x", "a.example.com", "VPN.Example.COM"), "vpn.example.com"),
        (certificate("", "vpn.example.com"), "vpn.example.com."),
        (certificate("127.77.0.3"), "127.77.0.3"),
        (certificate("x", "IP:127.77.0.3"), "127.77.0.3"),
    ],
)
def test_the_host_stands_in_the_san_or_where_that_names_none_in_the_cn(presented: bytes, host: str) -> None:
    group = VpnGroup((f"https://{host}",), (certificate_hash(presented),))
    assert isinstance(check_host_id_untrusted((presented,), group, host), HostIdAccepted)


def test_a_cn_does_not_count_beside_a_san() -> None:
    presented = certificate("vpn.example.com", "other.example.com")
    assert fault((presented,), presented) is HostIdFault.OTHER_NAME


@pytest.mark.parametrize("presented", [certificate("x", "*.example.com"), certificate("*.example.com")])
def test_a_wildcard_does_not_count(presented: bytes) -> None:
    assert fault((presented,), presented) is HostIdFault.WILDCARD
    assert fault((presented,), presented, host="vpn.sub.example.com") is HostIdFault.OTHER_NAME


def test_the_refusal_tells_what_came_and_what_was_known() -> None:
    verdict = check((LEAF, ROOT), OTHER)
    assert isinstance(verdict, HostIdRefused)
    assert verdict.hashes == (certificate_hash(LEAF).hex(), certificate_hash(ROOT).hex())
    assert verdict.known == (certificate_hash(OTHER).hex(),)
    assert (verdict.subject, verdict.names) == (named(CN="vpn.example.com"), ("vpn.example.com",))


@given(st.lists(st.binary(max_size=200), max_size=4), st.integers(0, 400), st.binary(min_size=1, max_size=3))
def test_octets_that_are_no_certificate_are_judged_without_a_word(chain: list[bytes], at: int, damage: bytes) -> None:
    damaged = LEAF[: at % len(LEAF)] + damage + LEAF[at % len(LEAF) + len(damage) :]
    for sent in (tuple(chain), (damaged, *chain)):
        group = VpnGroup(("https://vpn.example.com",), (certificate_hash(sent[0] if sent else b""),))
        verdict = check_host_id_untrusted(sent, group, "vpn.example.com")
        assert isinstance(verdict, HostIdAccepted | HostIdRefused)
