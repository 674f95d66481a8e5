"""For each way of each cure that operations can play: a story that leads to the failure. What it comes to is read from the cure."""

from __future__ import annotations

from typing import NamedTuple

from lab.explain import Way
from tests.cures.stories import (
    BOOT,
    BY_STRING,
    CAPF,
    INSTALL,
    LSC_FIRST,
    MIC_FIRST,
    RESET,
    RESET_ON_PHONE,
    SIGN_CAPF,
    TFTP,
    UPDATE_CTL,
    WRONG_STRING,
    at_capf,
    delete,
    disable,
    minimum,
    operation,
    profile,
    regenerate,
    restart,
    set_mode,
    story,
    typed,
    upload,
    wait,
)

UPLOAD, NEW_LSC, BY_MIC, NULL_STRING = Way.UPLOAD, Way.NEW_LSC, Way.BY_MIC, Way.NULL_STRING


class Failure(NamedTuple):
    rule: str
    ways: tuple[Way, ...]
    """Those of its cure that are played."""
    story: str
    steps: tuple[str, ...] = ()
    """What a reader types for a sentence of the cure that is no operation; nothing for a cure of operations."""
    note: str = ""
    """What the story has that others of the same rule have not."""
    issuer: str = ""
    """Of the LSC that it holds, where that is not the CAPF that it brought along and not the present one."""
    opens: bool = True
    """Whether the phone's own authentication opens its port."""

    @property
    def name(self) -> str:
        return f"{self.rule}, {self.note}" if self.note else self.rule


OLD, NEW = 'lsc = "old"', 'lsc = "new"'
AGED = "built = 2015-03-02"
"""Eleven years ago: its MIC has expired, and its authorities have not."""
YOUNG = 'built = 2022-03-02\nmic-authority = "Cisco Manufacturing CA SHA2"'
"""Its MIC is good until 2032."""
THIRD = 'mic-authority = "Cisco Manufacturing CA III"'
ONLINE = 'certificate-issuer = "online CA"'
NOT_MIXED = 'mode = "non-secure"'
SHORT = "lsc-days = 365"
NO_KEY_IDENTIFIER = "lsc-authority-key-identifier = false"
SAME_NAME = "same-name = true"
LONG_AGO = (wait(days=900), regenerate("CallManager"), UPDATE_CTL, restart())
"""CallManager has a new certificate, and CAPF has its first one still."""
CAPF_OF_OLD = "CAPF of old"
NO_TVS = restart("Cisco Trust Verification Service", word="stop")
"""So that the phone's lists decide alone."""

CALLMANAGER = [
    Failure("lsc-of-another-cluster", (UPLOAD, NEW_LSC, BY_MIC), story(BOOT, wait(), phone=OLD)),
    Failure(
        "lsc-issuer-not-in-callmanager-trust",
        (UPLOAD, BY_MIC),
        story(BOOT, wait(30), INSTALL, RESET, wait(200), new=ONLINE),
        issuer="company root",
    ),
    Failure(
        "capf-deleted-from-callmanager-trust",
        (Way.UPLOAD_BACK, NEW_LSC, BY_MIC),
        story(delete("CAPF of new"), restart(), BOOT, wait(), phone=NEW),
    ),
    Failure(
        "capf-deleted-from-callmanager-trust",
        (Way.UPLOAD_BACK, NEW_LSC, BY_MIC),
        story(regenerate(), UPDATE_CTL, restart(CAPF), delete("old CAPF of new"), restart(), BOOT, wait(), phone=NEW),
        note="of CAPF before its regeneration",
    ),
    Failure("mic-issuer-not-in-callmanager-trust", (Way.ENABLE, NEW_LSC), story(disable(), restart(), BOOT, wait())),
    Failure(
        "mic-issuer-not-in-callmanager-trust",
        (UPLOAD, NEW_LSC),
        story(delete("Cisco Manufacturing CA"), restart(), BOOT, wait()),
        note="deleted by hand",
    ),
    Failure(
        "mic-issuer-not-in-callmanager-trust",
        (Way.UPLOAD_EVERYWHERE, NEW_LSC),
        story(BOOT, wait(), model="8851", phone=THIRD),
        note="never shipped",
    ),
    Failure("uploaded-and-not-restarted", (Way.RESTART,), story(upload(CAPF_OF_OLD), BOOT, wait(), phone=OLD)),
    Failure(
        "uploaded-and-not-restarted",
        (Way.RESTART_AND_NEW_LSC,),
        story(wait(days=180), upload(CAPF_OF_OLD), BOOT, wait(), phone=OLD, old=SHORT),
        note="and the LSC has expired",
    ),
    Failure(
        "chain-incomplete",
        (UPLOAD, NEW_LSC, BY_MIC),
        story(
            upload("company root", "CAPF-trust"),
            SIGN_CAPF,
            UPDATE_CTL,
            restart(CAPF),
            restart(),
            BOOT,
            wait(30),
            INSTALL,
            RESET,
            wait(200),
        ),
    ),
    Failure(
        "chain-incomplete",
        (Way.ENABLE, NEW_LSC),
        story(disable("Cisco Root CA 2048"), restart(), BOOT, wait()),
        note="the root of MICs disabled",
    ),
    Failure(
        "chain-incomplete",
        (Way.UPLOAD_EVERYWHERE, NEW_LSC),
        story(upload("Cisco Manufacturing CA III"), restart(), BOOT, wait(), model="8851", phone=THIRD),
        note="the root of MICs never shipped",
    ),
    Failure(
        "issuer-key-changed",
        (NEW_LSC, BY_MIC),
        story(regenerate(more=SAME_NAME), UPDATE_CTL, restart(CAPF), restart(), BOOT, wait(), phone=NEW),
    ),
    Failure(
        "issuer-key-changed-no-key-identifier",
        (NEW_LSC, BY_MIC),
        story(
            regenerate(more=SAME_NAME),
            UPDATE_CTL,
            restart(CAPF),
            restart(),
            BOOT,
            wait(),
            phone=NEW,
            new=NO_KEY_IDENTIFIER,
        ),
    ),
    Failure("lsc-expired", (NEW_LSC, BY_MIC), story(wait(days=180), BOOT, wait(), phone=NEW, new=SHORT)),
    Failure("mic-expired", (NEW_LSC,), story(BOOT, wait(), model="8861", phone=AGED)),
    Failure(
        "lsc-issuer-expired",
        (NEW_LSC, BY_MIC),
        story(*LONG_AGO, INSTALL, BOOT, wait(days=800), BOOT, wait(), model="8861", phone=YOUNG),
    ),
    Failure("mic-issuer-expired", (NEW_LSC,), story(wait(days=1300), BOOT, wait())),
    Failure("no-certificate", (NEW_LSC,), story(BOOT, wait(), phone="mic = false")),
    Failure("minimum-tls-version", (Way.LOWER_MINIMUM,), story(minimum("TLSv1.2"), restart(), BOOT, wait())),
    Failure(
        "minimum-tls-version",
        (Way.LOWER_MINIMUM,),
        story(minimum("TLSv1.2"), restart(), BOOT, wait(), phone=OLD),
        note="and the LSC is of another cluster",
    ),
    Failure(
        "null-cipher-and-tls-1-3",
        (Way.ENCRYPTED_PROFILE, Way.LOWER_MINIMUM),
        story(minimum("TLSv1.3"), restart(), BOOT, wait(), model="8861", profile="Authenticated", phone='tls = "1.3"'),
    ),
    Failure(
        "callmanager-restart-due",
        (Way.RESTART,),
        story(BOOT, wait(), NO_TVS, regenerate("CallManager"), UPDATE_CTL, restart(TFTP), RESET_ON_PHONE, wait()),
    ),
    Failure(
        "callmanager-restart-due",
        (Way.UPDATE_LIST_AND_RESTART,),
        story(
            BOOT,
            wait(),
            NO_TVS,
            regenerate("CallManager"),
            UPDATE_CTL,
            restart(TFTP),
            regenerate("CallManager"),
            RESET_ON_PHONE,
            wait(),
        ),
        note="regenerated again after the list",
    ),
    Failure(
        "callmanager-regenerated",
        (Way.UPDATE_LIST,),
        story(BOOT, wait(5), NO_TVS, regenerate("CallManager"), restart(), wait()),
    ),
    Failure(
        "rejected-securityMismatch",
        (Way.RESTART,),
        story(BOOT, wait(30), set_mode("mixed"), restart(), wait(100), new=NOT_MIXED),
    ),
    Failure(
        "rejected-invalidX509NameInCertificate",
        (NEW_LSC,),
        story(BOOT, wait(), phone=f'{NEW}\nlsc-name = "SEP001A2F0000FF"'),
    ),
    Failure("service-stopped", (Way.START,), story(BOOT, wait(5), restart(word="stop"), wait())),
    Failure(
        "no-secure-port",
        (Way.MIXED_MODE, Way.NON_SECURE_PROFILE),
        story(BOOT, wait(30), set_mode("non-secure"), restart(), wait(100)),
    ),
    Failure(
        "authentication-string-deadlock",
        (NULL_STRING,),
        story(operation(BY_STRING), BOOT, wait(200), phone=OLD),
    ),
    Failure(
        "authentication-string-deadlock",
        (Way.NON_SECURE_PROFILE_AND_STRING,),
        story(operation(BY_STRING), BOOT, wait(200), phone=OLD),
        (profile("Non Secure"), RESET_ON_PHONE, wait(), typed()),
    ),
]


def asked(mode: str = LSC_FIRST, more: str = "") -> tuple[str, ...]:
    """A certificate operation is saved, and the phone reads its file."""
    return operation(mode, more), BOOT, wait()


AT_CAPF = [
    Failure(
        "uploaded-and-not-restarted",
        (Way.RESTART,),
        at_capf(upload(CAPF_OF_OLD, "CAPF-trust"), *asked(), phone=OLD),
        note="at CAPF",
    ),
    Failure("capf-lsc-of-another-cluster", (UPLOAD, NULL_STRING, BY_MIC), at_capf(*asked(), phone=OLD)),
    Failure(
        "capf-lsc-issuer-not-in-capf-trust",
        (UPLOAD, NULL_STRING, BY_MIC),
        at_capf(BOOT, wait(30), INSTALL, RESET, wait(200), *asked(), new=ONLINE),
        issuer="company root",
    ),
    Failure(
        "capf-deleted-from-capf-trust",
        (Way.UPLOAD_BACK, NULL_STRING, BY_MIC),
        at_capf(regenerate(), UPDATE_CTL, delete("old CAPF of new", "CAPF-trust"), restart(CAPF), *asked(), phone=NEW),
    ),
    Failure(
        "capf-mic-issuer-not-in-capf-trust",
        (Way.ENABLE, NULL_STRING),
        at_capf(disable(), restart(CAPF), *asked(MIC_FIRST)),
    ),
    Failure(
        "capf-mic-issuer-not-in-capf-trust",
        (UPLOAD, NULL_STRING),
        at_capf(delete("Cisco Manufacturing CA", "CAPF-trust"), restart(CAPF), *asked(MIC_FIRST)),
        note="deleted by hand",
    ),
    Failure(
        "capf-mic-issuer-not-in-capf-trust",
        (Way.UPLOAD_EVERYWHERE, NULL_STRING),
        at_capf(*asked(MIC_FIRST), model="8851", phone=THIRD),
        note="never shipped",
    ),
    Failure(
        "capf-chain-incomplete",
        (UPLOAD, NULL_STRING, BY_MIC),
        at_capf(
            upload("company root", "CAPF-trust"),
            SIGN_CAPF,
            UPDATE_CTL,
            restart(CAPF),
            INSTALL,
            BOOT,
            wait(),
            delete("company root", "CAPF-trust"),
            restart(CAPF),
            *asked(),
        ),
    ),
    Failure(
        "capf-chain-incomplete",
        (Way.ENABLE, NULL_STRING),
        at_capf(disable("Cisco Root CA 2048"), restart(CAPF), *asked(MIC_FIRST)),
        note="the root of MICs disabled",
    ),
    Failure(
        "capf-chain-incomplete",
        (Way.UPLOAD_EVERYWHERE, NULL_STRING),
        at_capf(
            upload("Cisco Manufacturing CA III", "CAPF-trust"),
            restart(CAPF),
            *asked(MIC_FIRST),
            model="8851",
            phone=THIRD,
        ),
        note="the root of MICs never shipped",
    ),
    Failure(
        "capf-issuer-key-changed",
        (NULL_STRING, BY_MIC),
        at_capf(regenerate(more=SAME_NAME), UPDATE_CTL, restart(CAPF), *asked(), phone=NEW),
    ),
    Failure("capf-lsc-expired", (NULL_STRING, BY_MIC), at_capf(wait(days=180), *asked(), phone=NEW, new=SHORT)),
    Failure("capf-mic-expired", (NULL_STRING,), at_capf(*asked(MIC_FIRST), model="8861", phone=AGED)),
    Failure("capf-issuer-expired", (NULL_STRING,), at_capf(wait(days=1300), *asked(MIC_FIRST))),
    Failure(
        "capf-issuer-expired",
        (NULL_STRING, BY_MIC),
        at_capf(
            wait(days=900),
            INSTALL,
            BOOT,
            wait(days=700),
            regenerate(),
            UPDATE_CTL,
            restart(CAPF),
            wait(days=100),
            *asked(),
            model="8861",
            phone=YOUNG,
        ),
        note="an LSC",
    ),
    Failure(
        "capf-certificate-of-another-device",
        (Way.NULL_STRING_AND_ORIGIN, BY_MIC),
        at_capf(*asked(), phone=f'{NEW}\nlsc-name = "SEP001A2F0000FF"'),
    ),
    Failure("capf-no-certificate", (NULL_STRING,), at_capf(*asked(), phone="mic = false")),
    Failure(
        "capf-tls-version", (Way.LOWER_MINIMUM,), at_capf(minimum("TLSv1.3"), restart(CAPF), *asked("By Null String"))
    ),
    Failure(
        "capf-restart-due",
        (Way.RESTART,),
        at_capf(BOOT, wait(), NO_TVS, regenerate(), UPDATE_CTL, restart(TFTP), INSTALL, RESET, wait(200)),
    ),
    Failure(
        "capf-restart-due",
        (Way.UPDATE_LIST_AND_RESTART,),
        at_capf(BOOT, wait(), NO_TVS, regenerate(), UPDATE_CTL, restart(TFTP), regenerate(), INSTALL, RESET, wait(200)),
        note="regenerated again after the list",
    ),
    Failure(
        "capf-regenerated",
        (Way.UPDATE_LIST,),
        at_capf(BOOT, wait(), regenerate(), restart(CAPF), INSTALL, RESET, wait(200)),
    ),
    Failure(
        "capf-regenerated",
        (Way.RESET,),
        at_capf(operation(BY_STRING), BOOT, wait(), NO_TVS, regenerate(), UPDATE_CTL, restart(CAPF), typed(), wait()),
        note="the phone has not read the new list",
    ),
    Failure("capf-authentication-string", (NULL_STRING,), at_capf(*asked(BY_STRING), WRONG_STRING, wait())),
    Failure(
        "capf-authentication-string", (Way.TYPE_STRING,), at_capf(*asked(BY_STRING), WRONG_STRING, wait()), (typed(),)
    ),
    Failure(
        "capf-no-authentication-string", (Way.TYPE_STRING,), at_capf(*asked(BY_STRING), typed(""), wait()), (typed(),)
    ),
    Failure("capf-no-authentication-string", (NULL_STRING,), at_capf(*asked(BY_STRING), typed(""), wait())),
    Failure(
        "capf-authentication-string-blocked", (NULL_STRING,), at_capf(*asked(BY_STRING), *(WRONG_STRING, wait()) * 11)
    ),
    Failure(
        "capf-authentication-string-blocked",
        (Way.WAIT_AND_TYPE_STRING,),
        at_capf(*asked(BY_STRING), *(WRONG_STRING, wait()) * 11),
        (wait(700), typed()),
    ),
    Failure(
        "capf-late",
        (Way.AGAIN,),
        at_capf(BOOT, wait(), f"{INSTALL}\ncompletes-by = 2026-11-23T09:00:00Z", wait(7200), RESET, wait()),
    ),
    Failure(
        "capf-timed-out",
        (Way.AGAIN,),
        at_capf(operation("By Null String", "completes-by = 2026-11-23T08:00:01Z"), BOOT, wait(100)),
    ),
    Failure("capf-ec-only", (Way.WITH_RSA,), at_capf(f'{INSTALL}\nkey-order = "EC Only"', BOOT, wait())),
    Failure("capf-key-not-made", (Way.WITH_RSA,), at_capf(f"{INSTALL}\nrsa-key-size = 4096", BOOT, wait())),
]

AT_CLUSTERS = [*CALLMANAGER, *AT_CAPF]
