"""A certificate of which no copy with another key can be made: the verdict is `cannot tell` and why, never `not trusted`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric import ed25519

from cisco_data import JUDGES, ServiceKind
from lab.fleet.model import Fleet, FleetServer, Known, Settings
from lab.verbs.cli import cli
from lab.whatif.credential_factory import CredentialFactory
from lab.whatif.impact_report import ServiceAccess
from lab.whatif.judge import Judge
from pki import TrustStore, load_untrusted, read
from tests.odd_certificates import CA_TRUE, CERT_SIGN, Parts, authority, leaf, name
from tests.whatif.conftest import DEVICE, NOW, make_network
from tests.whatif.made_trust import held
from tests.whatif_parity.conftest import ring_apart
from tests.whatif_parity.test_odd_certificates import HEAD, STUMBLED, cast, key, pem

ED = ed25519.Ed25519PrivateKey.generate()
PLAIN = authority("nothing", key(30), "CAPF-0000000a")


def below(parent: Parts, own: object, cn: str) -> Parts:
    made = replace(leaf("nothing", key(31), cn, parent), extensions=(CA_TRUE, CERT_SIGN), subject=name(cn))
    return replace(made, key=own)  # type: ignore[arg-type]


def phones(parent: Parts) -> Parts:
    return leaf("nothing", key(32), f"CP-8861-{DEVICE}", parent)


ED_ROOT = authority("key-ed25519", key(30), "CAPF-0000000b")
UNDER_ED = below(ED_ROOT, key(33), "CAPF-0000000c")
ED_BELOW = below(PLAIN, ED, "CAPF-0000000d")


def access(lsc: Parts, trusted: tuple[Parts, ...], *sent: Parts, as_mic: bool = False, at: int = 0) -> ServiceAccess:
    network = make_network()
    held = Known(load_untrusted(lsc.der()), tuple(load_untrusted(each.der()) for each in sent))
    phone = network.phone(model="8861")
    phone = replace(phone, mic=held) if as_mic else replace(phone, lsc=held)
    kind = JUDGES[at]
    settings = network.settings(kind, trust=TrustStore("x", [load_untrusted(each.der()) for each in trusted]))
    server = FleetServer(kind, "x", settings, settings, "hq")
    fleet = Fleet(NOW, {"x": server}, (phone,), tuple(settings.trust))
    return Judge(CredentialFactory(fleet, ring_apart(60))).access(fleet, phone, server)


CANNOT: dict[str, tuple[Parts, tuple[Parts, ...], tuple[Parts, ...]]] = {
    "an authority in the store": (phones(ED_ROOT), (ED_ROOT,), ()),
    "a root above an authority in the store": (phones(UNDER_ED), (ED_ROOT, UNDER_ED), ()),
    "a root above an intermediate that is sent": (phones(UNDER_ED), (ED_ROOT,), (UNDER_ED,)),
    "an intermediate that is sent": (phones(ED_BELOW), (PLAIN,), (ED_BELOW,)),
    "the phone's own": (leaf("key-ed25519", key(32), f"CP-8861-{DEVICE}", PLAIN), (PLAIN,), ()),
    "its signature": (leaf("algorithm-odd-parameters", key(32), f"CP-8861-{DEVICE}", PLAIN), (PLAIN,), ()),
    "parts that cannot be taken apart": (replace(phones(PLAIN), extensions=PLAIN.extensions * 1001), (PLAIN,), ()),
}


@pytest.mark.parametrize("at", range(4), ids=[kind.value for kind in JUDGES])
@pytest.mark.parametrize("as_mic", [False, True], ids=["LSC", "MIC"])
@pytest.mark.parametrize("which", CANNOT)
def test_it_cannot_tell(which: str, as_mic: bool, at: int) -> None:
    lsc, trusted, sent = CANNOT[which]
    found = access(lsc, trusted, *sent, as_mic=as_mic, at=at)
    assert found.outcome is None
    assert found.why_not


def test_what_has_nothing_to_do_with_it_is_judged_as_ever() -> None:
    healthy = access(phones(PLAIN), (ED_ROOT, PLAIN))
    assert healthy.outcome is not None
    assert healthy.outcome.accepted
    unknown = access(phones(PLAIN), (ED_ROOT,))
    assert unknown.outcome is not None
    assert unknown.outcome.verify_code == 20


def test_a_server_of_which_the_certificate_is_trusted_by_phones_needs_no_copy() -> None:
    """Phones meet what the server presents; a trust list that holds something else of which there is no copy loses nothing."""
    network = make_network()
    phone = network.phone(lsc=network.lsc())
    trusted = held(network.callmanager.certificate, load_untrusted(ED_ROOT.der()))
    phone = replace(phone, lists=trusted)
    server = network.server(ServiceKind.CALLMANAGER)
    fleet = network.fleet(phone)
    found = Judge(CredentialFactory(fleet, ring_apart(60))).access(fleet, phone, server)
    assert found.outcome is not None
    assert found.outcome.accepted


def test_settings_keep_every_certificate_of_a_store() -> None:
    held = [load_untrusted(each.der()) for each in (PLAIN, ED_ROOT, UNDER_ED)]
    store = TrustStore("x", held)
    fleet = Fleet(NOW, {}, (), tuple(held))
    rekeyed = CredentialFactory(fleet, ring_apart(60)).settings(Settings(store)).trust
    assert len(rekeyed) == len(store)
    assert held[1] in rekeyed


@pytest.mark.parametrize("odd", STUMBLED)
def test_a_row_under_an_odd_capf_and_a_new_capf_end_in_an_answer(odd: str, tmp_path: Path) -> None:
    """`--regenerate CAPF` where a row names an odd authority: once a traceback and exit 1."""
    one = next(one for one in cast()[0] if one.odd == odd)
    for store in ("CallManager-trust", "CAPF-trust"):
        (tmp_path / "hq" / store).mkdir(parents=True)
        (tmp_path / "hq" / store / "capf.pem").write_bytes(pem(one.root.der()))
    (tmp_path / "hq" / "CAPF.pem").write_bytes(pem(one.root.der()))
    row = f'{DEVICE},8861,Encrypted,hq,"{read(load_untrusted(one.root.der())).subject.cn}",1a2b,2028-05-01,'
    (tmp_path / "inventory.csv").write_text(f"{HEAD}\n{row}\n", encoding="utf-8")
    done = CliRunner().invoke(cli, ["whatif", str(tmp_path), "--regenerate", "CAPF of hq", "--now", f"{NOW:%Y-%m-%d}"])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert done.exit_code in (0, 1, 4), done.output
    assert "hq" in done.stdout
