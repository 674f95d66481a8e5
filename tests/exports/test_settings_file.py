"""settings.toml: what services are set to, and each mistake in it by its place."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cisco_data import DeviceSecurityMode
from lab.base.failures import InvalidInput
from lab.exports.settings_file import read_settings_untrusted
from tests.exports.conftest import Exports
from tests.whatif.conftest import DEVICE
from wire.tls import TlsVersion

FULL = """
[clusters.HQ]
mode = "non-secure"
minimum-tls = "1.2"
callmanager-ciphers = ["AES256-SHA"]
capf-ciphers = ["AES128-SHA"]

[radius.RADIUS]
minimum-tls = "1.1"
ciphers = ["ECDHE-RSA-AES256-GCM-SHA384", "AES256-SHA"]
check-crl = true
check-names = true
security-level = 1

[vpn.vpn]
minimum-tls = "1.3"
phones = []

[profiles]
"Corporate" = "authenticated"
"""


def test_everything_reaches_its_service(exports: Exports) -> None:
    exports.cluster().store("RADIUS").store("VPN").inventory(exports.row(profile="corporate"))
    exports.write("settings.toml", FULL)
    fleet, findings = exports.read()
    callmanager, capf = fleet.servers["CallManager of hq"], fleet.servers["CAPF of hq"]
    assert (callmanager.mixed, callmanager.configured.minimum_tls, callmanager.configured.ciphers) == (
        False,
        TlsVersion.TLSv1_2,
        ("AES256-SHA",),
    )
    assert (capf.configured.minimum_tls, capf.configured.ciphers) == (TlsVersion.TLSv1_2, ("AES128-SHA",))
    radius = fleet.servers["RADIUS"].configured
    assert (radius.minimum_tls, radius.check_crl, radius.checks_names, radius.security_level) == (
        TlsVersion.TLSv1_1,
        True,
        True,
        1,
    )
    assert radius.ciphers == ("ECDHE-RSA-AES256-GCM-SHA384", "AES256-SHA")
    assert fleet.servers["VPN"].configured.minimum_tls is TlsVersion.TLSv1_3
    assert (fleet.phones[0].uses, fleet.phones[0].mode) == (("RADIUS",), DeviceSecurityMode.AUTHENTICATED)
    assert any("shall be checked for revocation and holds no list" in each.problem for each in findings)


def test_without_it_all_is_as_usual(exports: Exports) -> None:
    exports.cluster().inventory(exports.row())
    callmanager = exports.fleet().servers["CallManager of hq"]
    assert (callmanager.mixed, callmanager.configured.minimum_tls, callmanager.configured.ciphers) == (
        True,
        TlsVersion.TLSv1,
        (),
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[cluster.hq]", 'settings.toml: cluster: there is no key "cluster" here (did you mean "clusters"?)'),
        ("[clusters.hq]\nmin-tls = '1.2'", "settings.toml: clusters.hq.min-tls: there is no key"),
        (
            "[clusters.hq]\nminimum-tls = 1.2",
            "settings.toml: clusters.hq.minimum-tls: this must be text in quotes, not a number",
        ),
        ("[clusters.hq]\nminimum-tls = '1.4'", 'settings.toml: clusters.hq.minimum-tls: "1.4" is not possible here'),
        (
            "[radius.RADIUS]\nciphers = ['AES257-SHA']",
            "settings.toml: radius.RADIUS.ciphers: this machine's OpenSSL knows no cipher",
        ),
        (
            "[vpn.VPN]\nciphers = ['AES256-SHA:@SECLEVEL=0']",
            "settings.toml: vpn.VPN.ciphers: this machine's OpenSSL knows no",
        ),
        (
            "[clusters.hq]\ncapf-ciphers = ['ALL:NULL']",
            "settings.toml: clusters.hq.capf-ciphers: this machine's OpenSSL",
        ),
        (
            "[radius.RADIUS]\nsecurity-level = 9",
            "settings.toml: radius.RADIUS.security-level: this value is not possible here",
        ),
        ("[vpn.VPN]\ncheck-names = true", "settings.toml: vpn.VPN.check-names: there is no key"),
        (
            "[profiles]\nCorporate = 'Secret'",
            "settings.toml: profiles.Corporate: this must be one of Non Secure, Authenticated",
        ),
        ("profiles = 3", "settings.toml: profiles: this must be a table"),
        ("[radius.x]\n[radius.X]", "settings.toml: radius.x: this is there twice, as capitals do not count"),
        ("[radius.x]\n[vpn.X]", "settings.toml: vpn.X: an authentication server has that name"),
        (
            "[clusters.sydney]",
            "settings.toml: clusters.sydney: no cluster of that name has trust stores here (there is hq)",
        ),
        ("[radius.ise]", "settings.toml: radius.ise: no folder of that name is here (there is RADIUS)"),
        ("[vpn.VPN]\nclusters = ['x']", 'settings.toml: vpn.VPN.clusters: there is no cluster "x" (there is hq)'),
        ("[radius.RADIUS]\nphones = ['SEP12']", 'settings.toml: phones of RADIUS: "SEP12" is no phone'),
        ("[clusters.hq", "settings.toml: this is not TOML: "),
    ],
)
def test_a_mistake_is_one_sentence_with_its_place(exports: Exports, text: str, sentence: str) -> None:
    exports.cluster().store("RADIUS").store("VPN").inventory(exports.row()).write("settings.toml", text)
    with pytest.raises(InvalidInput) as caught:
        exports.read()
    assert str(caught.value).startswith(sentence)


def test_other_toml_files_are_somebody_elses(exports: Exports) -> None:
    exports.cluster().inventory(exports.row()).write("friday.toml", "[[steps]]\ndo = 'x'\n")
    exports.write("hq/settings.toml", "nonsense")
    assert exports.phone().device_name == DEVICE


WORDS = st.sampled_from(
    [
        "[clusters.hq]",
        "[radius.x]",
        "[vpn.y]",
        "[profiles]",
        "mode='mixed'",
        "minimum-tls='1.2'",
        "ciphers=['AES256-SHA']",
        "x=1",
    ]
)


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.binary(max_size=100), st.lists(WORDS, max_size=8).map(lambda lines: "\n".join(lines).encode())))
def test_any_octets_are_settings_or_a_sentence(octets: bytes) -> None:
    try:
        read_settings_untrusted(octets, "settings.toml")
    except InvalidInput as problem:
        said = str(problem)
    else:
        said = "settings.toml"
    assert said.startswith("settings.toml")
    assert said.isprintable()
