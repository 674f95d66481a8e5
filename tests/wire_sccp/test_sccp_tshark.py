"""Wireshark's skinny dissector reads what we write: no malformed frame, and the same values in the same fields."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from cisco_data.registration import ResetType
from tests.tshark import skinny
from wire.sccp import (
    RESET_NUMBERS,
    Alarm,
    AlarmSeverity,
    Button,
    ButtonDefinition,
    ButtonTemplate,
    ButtonTemplateReq,
    CapabilitiesReq,
    CapabilitiesRes,
    ClearNotify,
    ClearPromptStatus,
    ConfigStat,
    ConfigStatReq,
    DefineTimeDate,
    DisplayDynamicPromptStatus,
    DisplayNotify,
    DisplayPromptStatus,
    FeatureStat,
    FeatureStatDynamic,
    FeatureStatReq,
    ForwardStat,
    ForwardStatReq,
    HeadsetStatus,
    IpPort,
    KeepAlive,
    KeepAliveAck,
    LineStat,
    LineStatDynamic,
    LineStatReq,
    MediaCapability,
    MediaPathCapability,
    MediaPathEvent,
    PhoneFeature,
    RegisterAck,
    RegisterAvailableLines,
    RegisterReject,
    RegisterReq,
    RegisterTokenAck,
    RegisterTokenReject,
    RegisterTokenReq,
    ResetMessage,
    SccpMessage,
    SccpServer,
    SelectSoftKeys,
    ServerReq,
    ServerRes,
    ServiceUrlStat,
    ServiceUrlStatReq,
    SoftKey,
    SoftKeySet,
    SoftKeySetReq,
    SoftKeySetRes,
    SoftKeyTemplateReq,
    SoftKeyTemplateRes,
    SpeedDialStat,
    SpeedDialStatDynamic,
    SpeedDialStatReq,
    TimeDateReq,
    UnregisterAck,
    UnregisterReq,
    Version,
    VersionReq,
    XmlAlarm,
    encode,
)
from wire.sccp.framing import CODECS

PHONE, CM = "phone", "cm"
Fields = dict[str, list[str]]

REGISTER = RegisterReq(
    "SEP001122334455",
    436,
    "127.10.1.2",
    protocol_version=20,
    phone_features=PhoneFeature.RFC2833 | PhoneFeature.UTF8,
    max_streams=5,
    active_streams=1,
    max_conferences=3,
    active_conferences=2,
    mac_address=bytes.fromhex("001122334455") + bytes(6),
    ipv4_scope=3,
    max_lines=6,
    load_name="SCCP45.9-4-2SR4-3S",
    config_version_stamp="{0a1b}",
)
SET = SoftKeySet((1, 2, 5) + (0,) * 13, (301, 302, 305) + (0,) * 13)

# Who sends which message in which header version, and what the dissector must say of it.
CASES: list[tuple[str, int, SccpMessage, Fields]] = [
    (
        PHONE,
        0,
        Alarm(AlarmSeverity.INFORMATIONAL, "25: Name=SEP001122334455 Load=x Last=Initialized", 7, 8),
        {
            "alarmSeverity": ["2"],
            "text": ["25: Name=SEP001122334455 Load=x Last=Initialized"],
            "parm1": ["7"],
            "parm2": ["8"],
        },
    ),
    (
        PHONE,
        0,
        REGISTER,
        {
            "DeviceName": ["SEP001122334455"],
            "instance": ["1"],
            "stationIpAddr": ["127.10.1.2"],
            "deviceType": ["436"],
            "maxStreams": ["5"],
            "activeStreams": ["1"],
            "protocolVer": ["20"],
            "PhoneFeatures.RFC2833": ["1"],
            "PhoneFeatures.UTF8": ["1"],
            "PhoneFeatures.DynamicMessages": ["0"],
            "maxConferences": ["3"],
            "activeConferences": ["2"],
            "macAddress": ["00:11:22:33:44:55"],
            "ipV4AddressScope": ["3"],
            "maxNumberOfLines": ["6"],
            "firmwareLoadName": ["SCCP45.9-4-2SR4-3S"],
            "configVersionStamp": ["{0a1b}"],
        },
    ),
    (
        CM,
        0,
        RegisterAck(30, 60, "D.M.Y", 20, 0x20, 0xFEF1),
        {
            "keepAliveInterval": ["30"],
            "dateTemplate": ["D.M.Y"],
            "secondaryKeepAliveInterval": ["60"],
            "maxProtocolVer": ["20"],
            "PhoneFeatures.RFC2833": ["1"],
        },
    ),
    (CM, 0, RegisterReject("Security mismatch: 28"), {"text": ["Security mismatch: 28"]}),
    (CM, 20, CapabilitiesReq(), {}),
    (
        PHONE,
        20,
        CapabilitiesRes((MediaCapability(4, 40), MediaCapability(2, 20))),
        {"capCount": ["2"], "payloadCapability": ["4", "2"], "maxFramesPerPacket": ["40", "20"]},
    ),
    (PHONE, 20, IpPort(16384), {"rtpMediaPort": ["16384"]}),
    (PHONE, 20, HeadsetStatus(2), {"headsetStatus": ["2"]}),
    (PHONE, 20, MediaPathEvent(1, 2), {"mediaPathID": ["1"], "mediaPathEvent": ["2"]}),
    (PHONE, 20, MediaPathCapability(1, 2), {"mediaPathID": ["1"], "mediaPathCapabilities": ["2"]}),
    (PHONE, 20, ButtonTemplateReq(), {}),
    (
        CM,
        20,
        ButtonTemplate((Button(1, ButtonDefinition.LINE), Button(1, ButtonDefinition.SPEED_DIAL)), 0, 2),
        {
            "buttonOffset": ["0"],
            "buttonCount": ["2"],
            "totalButtonCount": ["2"],
            "instanceNumber": ["1", "1"],
            "buttonDefinition": ["9", "2"],
        },
    ),
    (PHONE, 20, SoftKeyTemplateReq(), {}),
    (
        CM,
        20,
        SoftKeyTemplateRes((SoftKey("Redial", 1), SoftKey("NewCall", 2)), 0, 2),
        {"softKeyCount": ["2"], "softKeyLabel": ["Redial", "NewCall"], "softKeyEvent": ["1", "2"]},
    ),
    (PHONE, 20, SoftKeySetReq(), {}),
    (
        CM,
        20,
        SoftKeySetRes((SET, SoftKeySet()), 0, 2),
        {
            "softKeySetCount": ["2"],
            "totalSoftKeySetCount": ["2"],
            "softKeyTemplateIndex": ["1", "2", "5"] + ["0"] * 29,
            "softKeyInfoIndex": ["301", "302", "305"] + ["0"] * 29,
        },
    ),
    (PHONE, 20, ConfigStatReq(), {}),
    (
        CM,
        20,
        ConfigStat("SEP001122334455", "user", "cucm-pub", 1, 2),
        {
            "DeviceName": ["SEP001122334455"],
            "userName": ["user"],
            "serverName": ["cucm-pub"],
            "numberOfLines": ["1"],
            "numberOfSpeedDials": ["2"],
        },
    ),
    (PHONE, 20, LineStatReq(1), {"lineNumber": ["1"]}),
    (
        CM,
        11,
        LineStat(1, "1000", "Ada", "Ada L.", 15),
        {
            "lineNumber": ["1"],
            "lineDirNumber": ["1000"],
            "lineFullyQualifiedDisplayName": ["Ada"],
            "lineTextLabel": ["Ada L."],
            "lineDisplayOptions": ["15"],
        },
    ),
    (
        CM,
        20,
        LineStatDynamic(1, 15, "1000", "Ada", "Ada L."),
        {
            "lineNumber": ["1"],
            "CallingPartyName": ["1"],
            "lineDirNumber": ["1000"],
            "lineFullyQualifiedDisplayName": ["Ada"],
            "lineTextLabel": ["Ada L."],
        },
    ),
    (PHONE, 20, SpeedDialStatReq(1), {"speedDialNumber": ["1"]}),
    (
        CM,
        11,
        SpeedDialStat(1, "2000", "Bob"),
        {"speedDialNumber": ["1"], "speedDialDirNumber": ["2000"], "speedDialDisplayName": ["Bob"]},
    ),
    (
        CM,
        20,
        SpeedDialStatDynamic(1, "2000", "Bob"),
        {"speedDialNumber": ["1"], "speedDialDirNumber": ["2000"], "speedDialDisplayName": ["Bob"]},
    ),
    (PHONE, 20, ForwardStatReq(1), {"lineNumber": ["1"]}),
    (
        CM,
        17,
        ForwardStat(1, "2000", "", "3000"),
        {
            "forwardAllDirnum": ["2000"],
            "forwardBusyDirnum": [""],
            "forwardNoAnswerlDirnum": ["3000"],
        },
    ),
    (
        CM,
        18,
        ForwardStat(1, "2000", "", "3000", wide_numbers=True),
        {
            "activeForward": ["1"],
            "lineNumber": ["1"],
            "forwardAllActive": ["1"],
            "forwardAllDirnum": ["2000"],
            "forwardBusyActive": ["0"],
            "forwardNoAnswerActive": ["1"],
            "forwardNoAnswerlDirnum": ["3000"],
        },
    ),
    (PHONE, 20, FeatureStatReq(1, 1), {"featureIndex": ["1"]}),
    (
        CM,
        11,
        FeatureStat(1, 2, "Speed", 3),
        {"featureIndex": ["1"], "featureID": ["2"], "featureTextLabel": ["Speed"], "featureStatus": ["3"]},
    ),
    (
        CM,
        20,
        FeatureStatDynamic(1, 2, 3, "Speed"),
        {"featureIndex": ["1"], "featureID": ["2"], "featureTextLabel": ["Speed"], "featureStatus": ["3"]},
    ),
    (PHONE, 20, ServiceUrlStatReq(1), {"serviceURLIndex": ["1"]}),
    (
        CM,
        11,
        ServiceUrlStat(1, "http://x/", "X"),
        {"serviceURLIndex": ["1"], "serviceURL": ["http://x/"], "serviceURLDisplayName": ["X"]},
    ),
    (PHONE, 20, RegisterAvailableLines(6), {"maxNumOfAvailLines": ["6"]}),
    (PHONE, 20, TimeDateReq(), {}),
    (
        CM,
        20,
        DefineTimeDate.of(datetime(2026, 11, 23, 4, 5, 6, 7000, tzinfo=UTC)),
        {
            "wYear": ["2026"],
            "wMonth": ["11"],
            "wDayOfWeek": ["1"],
            "wDay": ["23"],
            "wHour": ["4"],
            "wMinute": ["5"],
            "wSecond": ["6"],
            "wMilliseconds": ["7"],
        },
    ),
    (
        CM,
        11,
        DisplayPromptStatus("Your current options", 10, 1, 2),
        {
            "timeOutValue": ["10"],
            "promptStatus": ["Your current options"],
            "lineInstance": ["1"],
            "callReference": ["2"],
        },
    ),
    (
        CM,
        20,
        DisplayDynamicPromptStatus("Your current options", 10, 1, 2),
        {
            "timeOutValue": ["10"],
            "promptStatus": ["Your current options"],
            "lineInstance": ["1"],
            "callReference": ["2"],
        },
    ),
    (CM, 20, ClearPromptStatus(1, 2), {"lineInstance": ["1"], "callReference": ["2"]}),
    (CM, 20, DisplayNotify("Hello", 5), {"timeOutValue": ["5"], "notify": ["Hello"]}),
    (CM, 20, ClearNotify(), {}),
    (
        CM,
        20,
        SelectSoftKeys(1, 2, 3, 1),
        {
            "softKeySetIndex": ["1"],
            "lineInstance": ["2"],
            "callReference": ["3"],
            "SoftKeyMask.SoftKey1": ["1"],
            "SoftKeyMask.SoftKey2": ["0"],
        },
    ),
    (PHONE, 20, VersionReq(), {}),
    (CM, 20, Version("P00308010200"), {"versionStr": ["P00308010200"]}),
    (PHONE, 20, ServerReq(), {}),
    (
        CM,
        11,
        ServerRes((SccpServer("cucm-pub", 2000, "127.10.1.1"),)),
        {
            "ServerName": ["cucm-pub"] + [""] * 4,
            "serverTcpListenPort": ["2000"] + ["0"] * 4,
            "stationIpAddr": ["127.10.1.1"] + ["0.0.0.0"] * 4,
        },
    ),
    (
        CM,
        20,
        ServerRes((SccpServer("cucm-pub", 2443, "127.10.1.1"), SccpServer("sub", 2443, "::1")), address_unions=True),
        {
            "ServerName": ["cucm-pub", "sub"] + [""] * 3,
            "serverTcpListenPort": ["2443"] * 2 + ["0"] * 3,
            "stationIpAddr.ipv4": ["127.10.1.1"] + ["0.0.0.0"] * 3,
            "stationIpAddr.ipv6": ["::1"],
        },
    ),
    (PHONE, 20, KeepAlive(), {}),
    (CM, 0, KeepAliveAck(), {}),
    (CM, 20, ResetMessage(RESET_NUMBERS[ResetType.APPLY_CONFIG]), {"resetType": ["3"]}),
    (PHONE, 20, UnregisterReq(1), {}),
    (CM, 0, UnregisterAck(2), {"status": ["2"]}),
    (
        # The dissector reads this message's IPv4 address in the other order than RegisterReq's; we keep the network's.
        PHONE,
        0,
        RegisterTokenReq("SEP001122334455", 436, "127.10.1.2"),
        {"DeviceName": ["SEP001122334455"], "deviceType": ["436"]},
    ),
    (CM, 0, RegisterTokenAck(), {}),
    (CM, 0, RegisterTokenReject(60), {"waitTimeBeforeNextReq": ["60"]}),
    (PHONE, 20, XmlAlarm("<x-cisco-alarm>ok</x-cisco-alarm>"), {"alarmInfo": ["<x-cisco-alarm>ok</x-cisco-alarm>"]}),
]


def test_every_message_has_its_case() -> None:
    assert {type(message).ID for _, _, message, _ in CASES} == set(CODECS)


def test_every_message_has_the_octets_that_it_always_had() -> None:
    """`octets.txt`: a line a case, its octets in hexadecimal; `N*00` stands for N octets of zero."""
    lines = [line.split() for line in (Path(__file__).parent / "octets.txt").read_text().splitlines()]
    for (_, version, message, _), (name, *parts) in zip(CASES, lines, strict=True):
        expected = b"".join(bytes(int(part[:-3])) if "*" in part else bytes.fromhex(part) for part in parts)
        assert (name, encode(message, version)) == (type(message).__name__, expected)


@pytest.mark.peer("tshark")
def test_tshark_reads_each_message_with_the_same_values(tmp_path: Path) -> None:
    seen = skinny(tmp_path / "sccp.pcap", [(who, encode(message, version)) for who, version, message, _ in CASES])
    assert len(seen) == len(CASES)
    for (_, version, message, expected), fields in zip(CASES, seen, strict=True):
        assert int(fields["messageId"][0]) == message.ID
        assert int(fields["hdr_version"][0]) == version
        assert {name: fields.get(name) for name in expected} == expected, type(message).__name__
        assert int(fields["data_length"][0]) == len(encode(message)) - 8


@pytest.mark.peer("tshark")
def test_tshark_would_have_noticed_a_short_message(tmp_path: Path) -> None:
    short = bytearray(encode(RegisterAck(30, 60))[:-4])
    short[0] -= 4
    with pytest.raises(AssertionError, match="malformed"):
        skinny(tmp_path / "sccp.pcap", [(CM, bytes(short))])
