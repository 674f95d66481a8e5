"""Every SCCP message goes there and back; untrusted bytes give a message or ProtocolError."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wire.errors import ProtocolError
from wire.sccp import (
    MAX_LENGTH,
    Alarm,
    Button,
    ButtonTemplate,
    CapabilitiesRes,
    Decoder,
    DefineTimeDate,
    DisplayPromptStatus,
    KeepAlive,
    KeepAliveAck,
    LineStat,
    LineStatDynamic,
    MediaCapability,
    Message,
    MessageId,
    RegisterAck,
    RegisterReject,
    RegisterReq,
    Reset,
    Server,
    ServerRes,
    SoftKey,
    SoftKeySet,
    SoftKeySetRes,
    SoftKeyTemplateRes,
    UnknownMessage,
    UnregisterReq,
    clip,
    decode_untrusted,
    encode,
    header_version,
    name_of,
    negotiated_version,
)
from wire.sccp.framing import CODECS, MAX_WAITING

TEXT = st.text(st.characters(min_codepoint=1, max_codepoint=0x7E), max_size=6)
NUMBER = st.integers(0, 255)
ADDRESS = st.ip_addresses(v=4).map(str)
BY_NAME: dict[str, st.SearchStrategy[Any]] = {
    "station_address": ADDRESS,
    "mac_address": st.binary(min_size=12, max_size=12),
    "ipv6_address": st.binary(min_size=16, max_size=16),
    "address_unions": st.booleans(),
    "wide_numbers": st.booleans(),
    "capabilities": st.lists(
        st.builds(MediaCapability, NUMBER, NUMBER, st.binary(min_size=8, max_size=8)), max_size=18
    ).map(tuple),
    "buttons": st.lists(st.builds(Button, NUMBER, NUMBER), max_size=42).map(tuple),
    "soft_keys": st.lists(st.builds(SoftKey, TEXT, NUMBER), max_size=32).map(tuple),
    "soft_key_sets": st.lists(
        st.builds(SoftKeySet, *[st.lists(NUMBER, min_size=16, max_size=16).map(tuple)] * 2), max_size=16
    ).map(tuple),
    "servers": st.lists(st.builds(Server, TEXT, st.integers(1, 65535), ADDRESS), max_size=5).map(tuple),
}


def messages_of(kind: type[Message]) -> st.SearchStrategy[Message]:
    arguments = {}
    hints = get_type_hints(kind)
    for name in kind.__struct_fields__:
        hint = hints[name]
        if hint is int:
            arguments[name] = NUMBER
        else:
            arguments[name] = BY_NAME.get(name, TEXT)
    return st.builds(kind, **arguments)


EVERY_MESSAGE = st.one_of([messages_of(codec.kind) for codec in CODECS.values()])


@pytest.mark.parametrize("message_id", sorted(CODECS), ids=name_of)
def test_every_message_survives_the_wire(message_id: int) -> None:
    @given(messages_of(CODECS[message_id].kind))
    def survives(message: Message) -> None:
        decoder = Decoder()
        decoder.feed(encode(message, 22))
        assert decoder.next_untrusted() == message
        assert decoder.next_untrusted() is None
        assert decoder.header_version == 22

    survives()


@given(st.sampled_from(sorted(CODECS)) | st.integers(0, 2**32 - 1), st.binary(max_size=400))
def test_any_payload_gives_a_message_or_protocol_error(message_id: int, payload: bytes) -> None:
    try:
        message = decode_untrusted(message_id, payload)
    except ProtocolError:
        return
    if message_id in CODECS:
        assert isinstance(message, CODECS[message_id].kind)
    else:
        assert message == UnknownMessage(message_id, payload)


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_any_stream_gives_messages_or_protocol_error_in_bounded_memory(chunks: list[bytes]) -> None:
    decoder = Decoder()
    try:
        for chunk in chunks:
            decoder.feed(chunk)
            while decoder.next_untrusted() is not None:
                pass
            assert decoder.pending <= MAX_LENGTH + 8
    except ProtocolError:
        pass


@given(st.lists(EVERY_MESSAGE, max_size=8), st.integers(1, 40))
def test_messages_arrive_whole_however_the_stream_is_cut(messages: list[Message], size: int) -> None:
    stream = b"".join(map(encode, messages))
    decoder, got = Decoder(), []
    for at in range(0, len(stream), size):
        decoder.feed(stream[at : at + size])
        while (message := decoder.next_untrusted()) is not None:
            got.append(message)
    assert got == messages
    assert decoder.pending == 0


@pytest.mark.parametrize("length", [0, 3, MAX_LENGTH + 1, 2**32 - 1])
def test_a_length_out_of_bounds_is_refused_from_its_four_octets(length: int) -> None:
    decoder = Decoder()
    decoder.feed(length.to_bytes(4, "little"))
    with pytest.raises(ProtocolError):
        decoder.next_untrusted()


@pytest.mark.parametrize("length", [4, MAX_LENGTH])
def test_the_shortest_and_the_longest_message_are_taken(length: int) -> None:
    decoder = Decoder()
    decoder.feed(length.to_bytes(4, "little") + bytes(4) + (0x7FFF).to_bytes(4, "little") + bytes(length - 4))
    assert decoder.next_untrusted() == UnknownMessage(0x7FFF, bytes(length - 4))


def test_a_header_version_that_nobody_speaks_is_refused() -> None:
    decoder = Decoder()
    decoder.feed(encode(KeepAlive(), 23))
    with pytest.raises(ProtocolError):
        decoder.next_untrusted()


@pytest.mark.parametrize("stranger", [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc", b"GET / HTTP/1.1\r\n", b"REGISTER sip:"])
def test_tls_http_and_sip_are_refused_at_once(stranger: bytes) -> None:
    decoder = Decoder()
    decoder.feed(stranger)
    with pytest.raises(ProtocolError):
        decoder.next_untrusted()


def test_a_decoder_holds_no_more_than_its_limit() -> None:
    decoder = Decoder()
    decoder.feed(bytes(MAX_WAITING))
    with pytest.raises(ProtocolError):
        decoder.feed(b"\0")


@pytest.mark.parametrize("size", [36, 40, 44, 48, 52, 64, 68, 72, 88, 92, 124, 172])
def test_a_register_of_every_length_that_loads_send_is_read(size: int) -> None:
    whole = CODECS[MessageId.REGISTER_REQ].push(
        RegisterReq(
            "SEP001122334455",
            436,
            "127.10.1.2",
            protocol_version=20,
            max_lines=6,
            load_name="SCCP45.9-4-2SR4-3S",
            config_version_stamp="{x}",
        )
    )
    message = decode_untrusted(MessageId.REGISTER_REQ, whole[:size])
    assert isinstance(message, RegisterReq)
    assert (message.device_name, message.device_type, message.station_address) == ("SEP001122334455", 436, "127.10.1.2")
    assert message.protocol_version == (20 if size >= 44 else 0)
    assert message.max_lines == (6 if size >= 72 else 0)
    assert message.load_name == ("SCCP45.9-4-2SR4-3S" if size >= 124 else "")
    assert message.config_version_stamp == ("{x}" if size == 172 else "")


def test_a_register_shorter_than_the_oldest_one_is_malformed() -> None:
    with pytest.raises(ProtocolError):
        decode_untrusted(MessageId.REGISTER_REQ, bytes(35))


def test_register_sizes_are_those_seen_on_real_phones() -> None:
    assert len(encode(RegisterReq("SEP001122334455", 436))) == 12 + 124
    assert len(encode(RegisterReq("SEP001122334455", 436, config_version_stamp="x"))) == 12 + 188


def test_templates_travel_in_their_whole_arrays() -> None:
    assert len(encode(ButtonTemplate((Button(1, 9),), total=1))) == 12 + 12 + 42 * 2
    assert len(encode(SoftKeyTemplateRes((SoftKey("Redial", 1),), total=1))) == 12 + 12 + 32 * 20
    assert len(encode(SoftKeySetRes((SoftKeySet(),), total=1))) == 12 + 12 + 16 * 48
    assert encode(ButtonTemplate()).endswith(b"\x00\xff" * 42)


def test_a_register_that_ends_within_a_field_keeps_the_fields_before_it() -> None:
    whole = CODECS[MessageId.REGISTER_REQ].push(RegisterReq("SEP001122334455", 436, max_lines=6, load_name="SCCP45"))
    message = decode_untrusted(MessageId.REGISTER_REQ, whole[:-1])
    assert isinstance(message, RegisterReq)
    assert (message.max_lines, message.load_name) == (6, "")


def test_an_old_unregister_without_a_reason_is_read() -> None:
    assert decode_untrusted(MessageId.UNREGISTER_REQ, b"") == UnregisterReq(0)


def test_a_reject_of_33_octets_is_read() -> None:
    assert decode_untrusted(MessageId.REGISTER_REJECT, b"no".ljust(33, b"\0")) == RegisterReject("no")


@pytest.mark.parametrize(
    "message",
    [
        RegisterReq("SEP00112233445566", 436),
        RegisterReq("SEP0011\x00", 436),
        RegisterReq("SEP001122334455", 2**32),
        RegisterReq("SEP001122334455", 436, mac_address=b""),
        RegisterReject("x" * 33),
        Alarm(2, "é" * 41),
        CapabilitiesRes((MediaCapability(4, 40),) * 19),
        CapabilitiesRes((MediaCapability(4, 40, b""),)),
        ButtonTemplate((Button(1, 9),) * 43),
        ButtonTemplate((Button(256, 9),)),
        SoftKeySetRes((SoftKeySet((1, 2)),)),
        LineStatDynamic(1, 0, "1" * 26),
        Reset(-1),
        ServerRes((Server(),) * 6),
        UnknownMessage(1, bytes(MAX_LENGTH)),
    ],
)
def test_what_does_not_fit_is_a_value_error_and_never_cut_in_silence(message: Message) -> None:
    with pytest.raises(ValueError):
        encode(message)


@pytest.mark.parametrize(
    ("message_id", "before", "most"),
    [
        (MessageId.CAPABILITIES_RES, 0, 18),
        (MessageId.BUTTON_TEMPLATE, 4, 42),
        (MessageId.SOFT_KEY_TEMPLATE_RES, 4, 32),
        (MessageId.SOFT_KEY_SET_RES, 4, 16),
    ],
)
def test_a_count_past_its_array_is_refused(message_id: int, before: int, most: int) -> None:
    for count in (most + 1, 2**32 - 1):
        with pytest.raises(ProtocolError, match="fit"):
            decode_untrusted(message_id, bytes(before) + count.to_bytes(4, "little") + bytes(4000))
    decode_untrusted(message_id, bytes(before) + most.to_bytes(4, "little") + bytes(4000))


def test_a_dynamic_text_without_its_end_is_refused() -> None:
    with pytest.raises(ProtocolError):
        decode_untrusted(MessageId.LINE_STAT_DYNAMIC, bytes(8) + b"1" * 26 + b"\0\0\0")
    with pytest.raises(ProtocolError):
        decode_untrusted(MessageId.LINE_STAT_DYNAMIC, bytes(8) + b"1000")


def test_a_server_address_of_no_known_family_is_refused() -> None:
    payload = bytearray(encode(ServerRes((Server("sub", 2443, "::1"),), address_unions=True))[12:])
    assert decode_untrusted(MessageId.SERVER_RES, bytes(payload)) == ServerRes((Server("sub", 2443, "::1"),), True)
    payload[5 * 48 + 5 * 4] = 2
    with pytest.raises(ProtocolError):
        decode_untrusted(MessageId.SERVER_RES, bytes(payload))


def test_octets_behind_the_last_field_are_passed_over() -> None:
    assert decode_untrusted(MessageId.RESET, b"\2\0\0\0junk") == Reset(2)


@pytest.mark.parametrize(
    ("phone", "server", "expected"), [(11, 22, 11), (22, 20, 20), (20, 20, 20), (0, 22, 0), (255, 22, 22)]
)
def test_the_lower_protocol_version_wins(phone: int, server: int, expected: int) -> None:
    assert negotiated_version(phone, server) == expected


@pytest.mark.parametrize(
    ("version", "message", "expected"),
    [
        (9, Reset(1), 0),
        (10, Reset(1), 10),
        (22, LineStat(1), 22),
        (22, RegisterAck(30, 60), 0),
        (22, KeepAliveAck(), 0),
    ],
)
def test_the_header_version_is_basic_for_old_phones_and_for_acknowledgements(
    version: int, message: Message, expected: int
) -> None:
    assert header_version(version, message) == expected


def test_clip_cuts_between_characters_and_drops_nul() -> None:
    assert clip("aé\0b", 2) == "a"
    assert clip("aé\0b", 4) == "aéb"


def test_date_and_time_are_the_windows_structure() -> None:
    when = datetime(2026, 11, 22, 1, 2, 3, 456000, tzinfo=UTC)  # a Sunday
    assert DefineTimeDate.of(when) == DefineTimeDate(2026, 11, 0, 22, 1, 2, 3, 456, int(when.timestamp()))


def test_names_of_ids_are_known_or_hexadecimal() -> None:
    assert name_of(0x9F) == "RESET"
    assert name_of(0x7FFF) == "0x7fff"


def test_prompts_and_dynamic_texts_keep_their_utf8() -> None:
    for message in (DisplayPromptStatus("Ihre aktuellen Optionen: é"), LineStatDynamic(1, 0, "1000", "Zoë", "x")):
        decoder = Decoder()
        decoder.feed(encode(message))
        assert decoder.next_untrusted() == message
