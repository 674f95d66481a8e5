"""RADIUS packets around EAP: what is written can be read; what was changed or forged cannot; untrusted octets get ProtocolError."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire.errors import ProtocolError
from wire.radius import (
    Attribute,
    MppeKeys,
    RadiusCode,
    RadiusPacket,
    eap_attributes,
    keys_of,
    new_authenticator,
    pull_mppe_untrusted,
    pull_radius_untrusted,
    pull_reply_untrusted,
    push_mppe,
    push_reply,
    push_request,
    reply_holds,
    request_holds,
)
from wire.radius.packet import MAX_ATTRIBUTES

SECRET = b"a shared secret"
AUTHENTICATOR = bytes(range(16))
USER = (Attribute.USER_NAME, b"CP-7965G-SEP001122334455")
MA = Attribute.MESSAGE_AUTHENTICATOR

ATTRIBUTES = st.lists(
    st.tuples(st.integers(1, 255).filter(lambda kind: kind != MA), st.binary(max_size=253)), max_size=12
)


def a_request(*attributes: tuple[int, bytes], identifier: int = 7, secret: bytes = SECRET) -> RadiusPacket:
    return pull_radius_untrusted(push_request(identifier, AUTHENTICATOR, attributes or (USER,), secret))


def raw(code: int, attributes: bytes, authenticator: bytes = AUTHENTICATOR) -> bytes:
    return bytes((code, 7)) + (20 + len(attributes)).to_bytes(2, "big") + authenticator + attributes


@given(st.integers(0, 255), ATTRIBUTES)
def test_a_request_comes_back_as_it_went(identifier: int, attributes: list[tuple[int, bytes]]) -> None:
    packet = pull_radius_untrusted(push_request(identifier, AUTHENTICATOR, attributes, SECRET))
    assert (packet.code, packet.identifier, packet.authenticator) == (1, identifier, AUTHENTICATOR)
    for kind in {kind for kind, _ in attributes}:
        assert packet.all(kind) == tuple(value for other, value in attributes if other == kind)
    assert request_holds(packet, SECRET)
    assert not request_holds(packet, SECRET + b"x")


@given(ATTRIBUTES, st.integers(0, 10_000), st.integers(1, 255))
def test_one_octet_changed_is_noticed(attributes: list[tuple[int, bytes]], at: int, change: int) -> None:
    data = push_request(7, AUTHENTICATOR, attributes, SECRET)
    at %= len(data)
    spoilt = data[:at] + bytes([data[at] ^ change]) + data[at + 1 :]
    try:
        packet = pull_radius_untrusted(spoilt)
    except ProtocolError:
        return
    assert not request_holds(packet, SECRET)


@given(st.binary(max_size=100) | st.binary(max_size=80).map(lambda rest: raw(1, rest)))
def test_a_strangers_octets_are_a_packet_or_a_protocol_error(data: bytes) -> None:
    try:
        packet = pull_radius_untrusted(data)
    except ProtocolError:
        return
    assert len(packet.raw) >= 20
    assert not request_holds(packet, SECRET)
    assert not reply_holds(packet, a_request(), SECRET)


def test_the_message_authenticator_goes_first_and_is_that_of_rfc_3579() -> None:
    data = push_request(7, AUTHENTICATOR, [USER], SECRET)
    assert data[20:22] == bytes((MA, 18))
    zeroed = data[:22] + bytes(16) + data[38:]
    assert data[22:38] == hmac.new(SECRET, zeroed, "md5").digest()


def test_an_answer_has_the_authenticators_of_rfc_2865_and_3579() -> None:
    request = a_request()
    data = push_reply(RadiusCode.ACCESS_REJECT, request, [(Attribute.REPLY_MESSAGE, b"no")], SECRET)
    assert data[4:20] == hashlib.md5(data[:4] + AUTHENTICATOR + data[20:] + SECRET).digest()
    assert (
        data[22:38]
        == hmac.new(SECRET, data[:4] + AUTHENTICATOR + bytes((MA, 18)) + bytes(16) + data[38:], "md5").digest()
    )
    reply = pull_reply_untrusted(data, request, SECRET)
    assert reply is not None
    assert (reply.code, reply.message, reply.signed, reply.keys, reply.state) == (3, "no", True, None, None)


def test_an_answer_to_another_request_or_with_another_secret_is_none() -> None:
    request, other = a_request(), a_request(identifier=8)
    data = push_reply(RadiusCode.ACCESS_REJECT, request, [], SECRET)
    assert pull_reply_untrusted(data, request, SECRET) is not None
    assert pull_reply_untrusted(data, other, SECRET) is None
    assert pull_reply_untrusted(data, request, b"another") is None
    fresh = pull_radius_untrusted(push_request(7, new_authenticator(), [USER], SECRET))
    assert pull_reply_untrusted(data, fresh, SECRET) is None


def test_an_answer_without_a_message_authenticator_is_told_apart() -> None:
    request = a_request()
    data = push_reply(RadiusCode.ACCESS_REJECT, request, [(Attribute.REPLY_MESSAGE, b"no")], SECRET, sign=False)
    reply = pull_reply_untrusted(data, request, SECRET)
    assert reply is not None
    assert not reply.signed


def test_an_answer_whose_message_authenticator_is_forged_is_none() -> None:
    request = a_request()
    attributes = bytes((MA, 18)) + bytes(16)
    head = bytes((3, 7)) + (20 + len(attributes)).to_bytes(2, "big")
    digest = hashlib.md5(head + AUTHENTICATOR + attributes + SECRET).digest()
    assert pull_reply_untrusted(head + digest + attributes, request, SECRET) is None


def test_a_proxy_state_comes_back_only_to_who_sent_it() -> None:
    proxied = (Attribute.PROXY_STATE, b"on the way")
    for request, believed in ((a_request(), False), (a_request(USER, proxied), True)):
        reply = push_reply(RadiusCode.ACCESS_REJECT, request, [proxied], SECRET)
        assert (pull_reply_untrusted(reply, request, SECRET) is not None) is believed


def test_a_request_is_no_answer() -> None:
    request = a_request()
    with pytest.raises(ProtocolError):
        pull_reply_untrusted(request.raw, request, SECRET)


@given(st.binary(max_size=3000))
def test_eap_is_split_and_joined(eap: bytes) -> None:
    attributes = eap_attributes(eap)
    assert all(len(value) <= 253 for _, value in attributes)
    assert a_request(USER, *attributes).eap == eap


def test_padding_behind_a_packet_is_ignored() -> None:
    data = push_request(7, AUTHENTICATOR, [USER], SECRET)
    packet = pull_radius_untrusted(data + b"padding")
    assert packet.raw == data
    assert request_holds(packet, SECRET)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        bytes(19),
        bytes((1, 7, 0, 19)) + bytes(16),
        bytes((1, 7, 0, 21)) + bytes(16),
        raw(1, (b"\x19\xff" + bytes(253)) * 16),
        raw(1, b"\x01"),
        raw(1, b"\x01\x00"),
        raw(1, b"\x01\x01"),
        raw(1, b"\x01\x09abc"),
        raw(1, bytes((MA, 17)) + bytes(15)),
        raw(1, (bytes((MA, 18)) + bytes(16)) * 2),
        raw(1, b"\x19\x02" * (MAX_ATTRIBUTES + 1)),
    ],
    ids=[
        "nothing",
        "no header",
        "length below the header",
        "length beyond the datagram",
        "length beyond 4096",
        "half an attribute",
        "attribute of length 0",
        "attribute of length 1",
        "attribute beyond the packet",
        "short Message-Authenticator",
        "two Message-Authenticators",
        "too many attributes",
    ],
)
def test_what_is_no_packet_is_refused(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        pull_radius_untrusted(data)


def test_what_does_not_fit_is_not_written() -> None:
    with pytest.raises(ValueError, match="4096"):
        push_request(7, AUTHENTICATOR, eap_attributes(bytes(4080)), SECRET)
    with pytest.raises(ValueError, match="long"):
        push_request(7, AUTHENTICATOR, [(Attribute.STATE, bytes(254))], SECRET)


@given(st.binary(min_size=64, max_size=64))
def test_the_keys_come_back_as_they_went(msk: bytes) -> None:
    request = a_request()
    data = push_reply(RadiusCode.ACCESS_ACCEPT, request, push_mppe(keys_of(msk), request, SECRET), SECRET)
    reply = pull_reply_untrusted(data, request, SECRET)
    assert reply is not None
    assert reply.keys == MppeKeys(receive=msk[:32], send=msk[32:])
    assert msk[:32] not in data
    assert msk.hex()[:16] not in repr(reply)


def test_the_keys_are_encrypted_as_rfc_2548_says() -> None:
    request, msk = a_request(), bytes(range(64))
    (_, received), (_, sent) = push_mppe(keys_of(msk), request, SECRET)
    for value, kind, key in ((received, 17, msk[:32]), (sent, 16, msk[32:])):
        assert value[:6] == (311).to_bytes(4, "big") + bytes((kind, 52))
        salt, cipher = value[6:8], value[8:]
        assert salt[0] & 0x80
        plain, chain = b"", AUTHENTICATOR + salt
        for at in range(0, 48, 16):
            pad = hashlib.md5(SECRET + chain).digest()
            chain = cipher[at : at + 16]
            plain += bytes(a ^ b for a, b in zip(chain, pad, strict=True))
        assert plain == bytes([32]) + key + bytes(15)
    assert received[6:8] != sent[6:8]


@given(st.lists(st.binary(max_size=80), max_size=4))
def test_a_strangers_keys_are_keys_none_or_a_protocol_error(values: list[bytes]) -> None:
    request = a_request()
    microsoft = [(Attribute.VENDOR_SPECIFIC, (311).to_bytes(4, "big") + value) for value in values]
    data = push_reply(RadiusCode.ACCESS_ACCEPT, request, microsoft, SECRET)
    try:
        keys = pull_mppe_untrusted(pull_radius_untrusted(data), request, SECRET)
    except ProtocolError:
        return
    assert keys is None or len(keys.send) == len(keys.receive) == 32


@pytest.mark.parametrize("length", [1, 19, 33, 18, 66])
def test_keys_of_a_wrong_length_are_refused(length: int) -> None:
    request = a_request()
    value = bytes(length)
    both = b"".join(bytes((kind, 2 + length)) + value for kind in (16, 17))
    reply = push_reply(
        RadiusCode.ACCESS_ACCEPT,
        request,
        [(Attribute.VENDOR_SPECIFIC, (311).to_bytes(4, "big") + both)],
        SECRET,
    )
    with pytest.raises(ProtocolError):
        pull_mppe_untrusted(pull_radius_untrusted(reply), request, SECRET)
