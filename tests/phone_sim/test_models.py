"""Models are data: their numbers are CUCM's, and OpenSSL really offers what they say."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from cisco_data.models import MODELS, TLS_1_0, TLS_1_2, TLS_1_3, PhoneModel, offer_for
from journal import Clock, Journal
from wire.tls import ClientContext, TlsProfile, TlsVersion
from wire.tls.client_hello import ClientHelloReader
from wire.tls.engine import TlsEngine

# The enum of a real cluster's typemodel, as facts/cucm.md 5 gives it.
REAL = {
    "7960": 7, "7940": 8, "7941": 115, "7942": 434, "7945": 435, "7961": 30018, "7962": 404, "7965": 436, "7970": 30006,
    "7975": 437, "7821": 621, "7841": 622, "7861": 623, "8811": 36217, "8841": 683, "8845": 36224, "8851": 684,
    "8861": 685, "8865": 36225,
}  # fmt: skip
# RFC 5246 appendix A.5, RFC 5289 and RFC 8446 appendix B.4.
SUITES = {
    "NULL-SHA": 0x0002,
    "AES128-SHA": 0x002F,
    "AES256-SHA": 0x0035,
    "ECDHE-RSA-AES128-GCM-SHA256": 0xC02F,
    "ECDHE-RSA-AES256-GCM-SHA384": 0xC030,
    "TLS_AES_128_GCM_SHA256": 0x1301,
    "TLS_AES_256_GCM_SHA384": 0x1302,
}
NOT_A_SUITE = {0x00FF}
"""The signalling value of RFC 5746, which OpenSSL appends."""
OFFERS = {
    "TLS 1.0": MODELS["7965"],
    "TLS 1.2": MODELS["8861"],
    "TLS 1.3": MODELS["8861"].with_tls(TLS_1_3),
}


def hello(offer: TlsProfile) -> tuple[tuple[str, ...], list[int]]:
    """The versions and suites of the ClientHello that OpenSSL makes of an offer."""
    engine = TlsEngine(ClientContext(offer), Journal(Clock(tick=lambda: 0.0)).emitter("phone"))
    assert not engine.handshake()
    said = ClientHelloReader().feed_untrusted(engine.data_to_send())
    assert said is not None
    return tuple(said.versions), [suite for suite in said.cipher_suites if suite not in NOT_A_SUITE]


def test_model_numbers_are_cucms() -> None:
    assert {name: model.type_model for name, model in MODELS.items()} == REAL


@pytest.mark.parametrize("model", MODELS.values(), ids=lambda model: model.number)
def test_the_79xx_speak_tls_1_0_and_nothing_else(model: PhoneModel) -> None:
    old = model.number.startswith("79")
    assert (model.tls is TLS_1_0) is old
    assert model.tls is (TLS_1_0 if old else TLS_1_2)
    assert (model.log == "79xx") is old
    assert model.product == (f"{model.number}G" if old else model.number)
    assert not old or not model.ec_key_sizes


def test_only_the_7940_and_the_7960_left_the_factory_without_a_mic() -> None:
    assert {model.number for model in MODELS.values() if model.mic_authority is None} == {"7940", "7960"}


@pytest.mark.parametrize("authenticated", [False, True], ids=["Encrypted", "Authenticated"])
@pytest.mark.parametrize("generation", OFFERS)
def test_openssl_offers_exactly_what_the_model_says(generation: str, authenticated: bool) -> None:
    offer = offer_for(OFFERS[generation], authenticated=authenticated)
    versions, suites = hello(offer)
    # Only the ClientHello of TLS 1.3 names a lowest version; an older one means any up to the one that it names.
    lowest = offer.minimum if offer.maximum is TlsVersion.TLSv1_3 else TlsVersion.TLSv1
    assert set(versions) == {str(version) for version in TlsVersion if lowest <= version <= offer.maximum}
    assert suites == [SUITES[name] for name in offer.offered.split(":")]
    assert offer.version_text == versions[0]


@pytest.mark.parametrize("model", [*MODELS.values(), OFFERS["TLS 1.3"]], ids=lambda model: model.number)
def test_null_sha_is_offered_in_authenticated_mode_and_nowhere_else(model: PhoneModel) -> None:
    assert "NULL-SHA" not in model.tls.ciphers
    assert offer_for(model, authenticated=False) == model.tls
    authenticated = offer_for(model, authenticated=True)
    assert authenticated.offered == "NULL-SHA"
    assert authenticated.minimum <= authenticated.maximum <= TlsVersion.TLSv1_2


@pytest.mark.parametrize("authenticated", [False, True], ids=["Encrypted", "Authenticated"])
@pytest.mark.parametrize("generation", OFFERS)
def test_tls12_only_takes_the_older_versions_away_where_there_is_a_newer_one(
    generation: str, authenticated: bool
) -> None:
    model = OFFERS[generation]
    plain = offer_for(model, authenticated=authenticated)
    strict = offer_for(model, authenticated=authenticated, tls12_only=True)
    assert strict == (plain if model.tls is TLS_1_0 else replace(plain, minimum=TlsVersion.TLSv1_2))
    hello(strict)  # OpenSSL can make it


def test_a_model_makes_the_keys_that_its_data_says() -> None:
    old, new = MODELS["7965"], MODELS["8861"]
    assert old.can_make("RSA", 2048)
    assert not old.can_make("RSA", 4096)
    assert not old.can_make("EC", ec.SECP256R1().key_size)
    assert new.can_make("RSA", 4096)
    assert new.can_make("EC", 521)
    assert not replace(new, ec_key_sizes=()).can_make("EC", 256)


def test_no_two_models_share_a_number() -> None:
    assert len({model.type_model for model in MODELS.values()}) == len(MODELS)
    assert all(name == model.number for name, model in MODELS.items())
