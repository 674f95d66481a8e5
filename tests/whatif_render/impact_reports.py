"""Answers made by hand: one of everything that an answer can say, and one of any size."""

from __future__ import annotations

from dataclasses import replace

from cisco_data import JUDGES, ServiceKind
from lab.explain import Evidence, Explanation
from lab.fleet.findings import InputFinding
from lab.testing import NOW
from lab.whatif.impact_report import (
    Behind,
    Group,
    ImpactReport,
    Incurable,
    Line,
    ListSeen,
    Lost,
    Outcome,
    PlannedStep,
    Proposal,
    Provenance,
    ServerTrust,
    ServiceAccess,
    StoreSeen,
    Verdict,
)
from lab.whatif.render import baseline
from lab.whatif.render.baseline_file import from_toml_untrusted
from lab.whatif.render.difference import Difference, difference
from wire.tls import AlertDescription, VerifyCode

ALERT_LINE = "1234: ERR 08:00:00.000000 SECD: -STATE_SSL3_ALERT: SSL3 alert [read]:[fatal]:[unknown CA]"

BY_LSC = Outcome(True, "LSC", tls_version="TLSv1.2", cipher="ECDHE-RSA-AES256-GCM-SHA384")
BY_MIC = Outcome(True, "MIC", tls_version="TLSv1.2", cipher="ECDHE-RSA-AES256-GCM-SHA384")
UNKNOWN_CA = Outcome(
    False,
    "LSC",
    "refused by peer",
    VerifyCode.UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
    0,
    AlertDescription.UNKNOWN_CA,
    "read",
)
EXPIRED = Outcome(
    False, "MIC", "refused by peer", VerifyCode.CERT_HAS_EXPIRED, 1, AlertDescription.CERTIFICATE_EXPIRED, "read"
)
DISTRUSTED = replace(UNKNOWN_CA, alert_direction="write")
REJECTED = Outcome(False, "LSC", "rejected", cause="invalidX509NameInCertificate")
HOST_ID = Outcome(False, "LSC", "host ID", cause="no certificate of the chain")
STOPPED = Outcome(False, reason="stopped")
CLOSED = Outcome(False, "", "closed by peer")
UNNAMED = Outcome(False, "LSC", "refused by peer", 999, 2, 255, "read")
OUTCOMES = (BY_LSC, BY_MIC, UNKNOWN_CA, EXPIRED, DISTRUSTED, REJECTED, HOST_ID, STOPPED, CLOSED, UNNAMED, None)

CALLMANAGER, CAPF, DOT1X, VPN = JUDGES
EXPLAINED = Explanation(
    "SEP001122334401",
    "capf-deleted-from-callmanager-trust",
    "SEP001122334401 offered its LSC to CallManager and was refused: unknown CA.",
    "Its authority was deleted from CallManager-trust.",
    "Install new LSCs first.",
    (),
    (Evidence(7, "CallManager of hq: verify code 20"), Evidence(3, "CAPF-1a deleted from CallManager-trust")),
    still=True,
)


def devices(first: int, count: int) -> tuple[str, ...]:
    """Device names in order: SEP0011223344xx and on."""
    return tuple(f"SEP{0x001122334400 + number:012X}" for number in range(first, first + count))


def line(
    service: ServiceKind,
    verdict: Verdict,
    before: Outcome | None = BY_LSC,
    after: Outcome | None = BY_LSC,
    *,
    server: str = "",
    why: str = "",
    console: tuple[str, ...] = (),
    explanation: Explanation | None = None,
) -> Line:
    server = server or ("ise" if service is DOT1X else "asa" if service is VPN else f"{service} of hq")
    why_not = why if after is None else ""
    return Line(
        service,
        server,
        server,
        verdict,
        ServiceAccess(before),
        ServiceAccess(after, why_not=why_not),
        console,
        why,
        explanation,
    )


def group(names: tuple[str, ...], *lines: Line, model: str = "8861", lsc: str = "CAPF-1a", **other: object) -> Group:
    made = Group(names, model, "hq", "hq", lsc, "Cisco Manufacturing CA SHA2", lines)
    return replace(made, **other)  # type: ignore[arg-type]


BREAKS = line(
    CALLMANAGER,
    Verdict.BREAKS,
    after=UNKNOWN_CA,
    why="CallManager of hq has no trusted certificate of CAPF-1a, which signed its LSC.",
    console=("1233: NOT 08:00:00.000000 SECD: PXY_CERT_CIPHER: cert [LSC]", ALERT_LINE),
    explanation=EXPLAINED,
)
BREAKS = replace(BREAKS, after=ServiceAccess(UNKNOWN_CA, UNKNOWN_CA, BY_MIC))
CAPF_WORKS = line(CAPF, Verdict.WORKS)
CAPF_BY_MIC = line(CAPF, Verdict.ONLY_BY_MIC, after=BY_MIC, why="CAPF knows it only by its MIC.")
VPN_MENDED = line(VPN, Verdict.MENDED, before=CLOSED, after=BY_LSC)
WAS_BROKEN = line(DOT1X, Verdict.WAS_BROKEN, EXPIRED, EXPIRED, why="An authority above its MIC has expired.")
CANNOT_TELL = line(CALLMANAGER, Verdict.UNKNOWN, after=None, why="the lab makes no DSA key")


LISTED = ServerTrust(True, "in the trust list", certificate="hq-pub")
TAKEN = ServerTrust(True, "signer in the trust list", certificate="ITLRECOVERY_hq-pub")
ITL_REFUSED = ServerTrust(
    False, "refused", "not in the trust list, and unknown to TVS", "ITL", certificate="ITLRECOVERY_hq-pub"
)
DISTRUSTED_CM = ServerTrust(False, "refused", "not in the trust list, and no TVS answers", certificate="hq-pub")


def trusting(one: Line, after: ServerTrust, before: ServerTrust | None = None) -> Line:
    """The same line with the other direction; `before` as `after` where it is left out."""
    return replace(one, before=replace(one.before, server=before or after), after=replace(one.after, server=after))


def lost(*names: str, service: ServiceKind = CALLMANAGER) -> tuple[Lost, ...]:
    """These at one service."""
    server = "ise" if service is DOT1X else "asa" if service is VPN else f"{service} of hq"
    return (Lost(service, server, names),) if names else ()


EXPLAINED_PHONE = Behind(
    "SEP001122334401",
    (Provenance("phone", "row 2 of inventory.csv", "8861"), Provenance("LSC", "phones/SEP001122334401.pem", "CAPF-1a")),
    (
        StoreSeen(
            CALLMANAGER,
            "CallManager of hq",
            "CallManager-trust of hq",
            "minimum TLSv1",
            (Provenance("CAPF-1a", "CallManager-trust/CAPF-1a.pem", "CAPF-1a"),),
            7,
        ),
        StoreSeen(DOT1X, "ise", "ise", "minimum TLSv1", (), 2),
    ),
    ("The release of the cluster is not named: 12.5SU3.",),
    (InputFinding("inventory.csv, row 2", "names no profile"),),
    (BREAKS,),
)


def everything() -> ImpactReport:
    """Every verdict, twelve phones, a plan, a proposal that is not quite safe, findings, re-keyed certificates."""
    return ImpactReport(
        "exports",
        ("Delete CAPF-1a (serial 1a) from CallManager-trust of hq.", "Restart Cisco CallManager of hq."),
        NOW,
        NOW.replace(year=2027),
        (
            group(devices(1, 3), BREAKS, CAPF_BY_MIC, rekeyed=True),
            group(devices(16, 4), line(CALLMANAGER, Verdict.WORKS), CAPF_WORKS, lsc="CAPF-2b", model="7965"),
            group(devices(32, 2), CAPF_WORKS, WAS_BROKEN, uses_tls=False),
            group(devices(48, 1), CANNOT_TELL),
            group(devices(64, 2), CAPF_WORKS, VPN_MENDED),
        ),
        (
            InputFinding("CallManager-trust/old.pem", "expired on 2025-01-01", "delete it"),
            InputFinding("inventory.csv, row 12", "no such model", grave=True),
        ),
        (
            PlannedStep("Before anything is done."),
            PlannedStep("Delete CAPF-1a (serial 1a) from CallManager-trust of hq."),
            PlannedStep(
                "Restart Cisco CallManager of hq.",
                lost(*devices(1, 3)) + lost(*devices(1, 2), service=CAPF),
                lost(*devices(48, 1)),
            ),
        ),
        Proposal(
            (
                PlannedStep("Before anything is done."),
                PlannedStep("Install/Upgrade an LSC on 3 phones."),
                PlannedStep("Restart Cisco CallManager of hq.", lost(*devices(3, 1))),
            ),
            (Incurable(devices(3, 1)[0], "CallManager of hq", "Its MIC has expired."),),
        ),
        unjudged=("Trust lists are not judged.",),
        explained=(EXPLAINED_PHONE,),
        rekeyed=2,
        described=1,
        handshakes=14,
        seconds=0.25,
    )


def all_is_well() -> ImpactReport:
    return replace(
        everything(),
        groups=(group(devices(1, 2), line(CALLMANAGER, Verdict.WORKS), CAPF_WORKS),),
        findings=(),
        plan=everything().plan[:2],
        proposal=None,
        unjudged=(),
        explained=(),
        rekeyed=0,
        described=0,
        handshakes=4,
    )


def down_on_the_way() -> ImpactReport:
    """Nothing breaks in the end; two phones are down after step 2, one of them at two services."""
    a, b = devices(1, 2)
    both = lost(a, b) + lost(a, service=CAPF)
    steps = (
        ("Before anything is done.", ()),
        ("Delete.", ()),
        ("Restart.", both),
        ("Install.", lost(a)),
        ("Upload.", ()),
    )
    return replace(all_is_well(), plan=tuple(PlannedStep(text, down) for text, down in steps))


def both_directions() -> ImpactReport:
    """A renewal: phones that refuse the new lists, one that refuses CallManager, and some that go on; with waits, lists by hand."""
    tftp = line(ServiceKind.TFTP, Verdict.BREAKS, server="Cisco Tftp of hq", why="It refuses the ITL file.")
    refused = replace(
        trusting(tftp, ITL_REFUSED, TAKEN), after=ServiceAccess(Outcome(False, reason="refused"), server=ITL_REFUSED)
    )
    distrusting = replace(
        line(CALLMANAGER, Verdict.BREAKS, why="The phone refuses CallManager of hq."),
        before=ServiceAccess(BY_LSC, server=LISTED),
        after=ServiceAccess(replace(DISTRUSTED, kind=""), server=DISTRUSTED_CM),
    )
    works = trusting(line(CALLMANAGER, Verdict.WORKS), replace(LISTED, how="known to TVS"), LISTED)
    taken = replace(trusting(replace(tftp, verdict=Verdict.WORKS, why=""), TAKEN, TAKEN))
    steps = (
        PlannedStep("Before anything is done."),
        PlannedStep(
            "Regenerate ITLRecovery of hq.",
            wait_for="until all phones have taken the new ITL file",
            together="CallManager.pem must keep its key until then",
        ),
        PlannedStep("Regenerate CallManager.pem of hq.", lost(*devices(1, 2)), point_of_no_return=True),
    )
    return replace(
        everything(),
        groups=(
            group(devices(1, 2), works, refused),
            group(devices(16, 1), distrusting, taken, model="7965"),
            group(devices(32, 5), works, taken),
        ),
        plan=steps,
        proposal=Proposal(steps[:2]),
        explained=(
            replace(
                EXPLAINED_PHONE,
                lists=(ListSeen("ITL", "hq/ITLFile.tlv", "ITLRECOVERY_hq-pub", 6, ("hq-pub", "hq-sub1")),),
            ),
        ),
        conditions=("2 phones are off.",),
        delete_by_hand=(*devices(1, 2), *devices(16, 1)),
    )


def of_size(phones: int, *, apart: bool = False) -> ImpactReport:
    """Half of the phones break at CallManager; each uses three services. `apart`: each phone is a group."""
    half = phones // 2
    dot1x = line(DOT1X, Verdict.WORKS)
    broken = (BREAKS, CAPF_BY_MIC, dot1x)
    fine = (line(CALLMANAGER, Verdict.WORKS), CAPF_WORKS, dot1x)
    parts = ((devices(0, half), broken), (devices(half, phones - half), fine))
    groups = [
        group(names, *lines)
        for listed, lines in parts
        for names in ([(name,) for name in listed] if apart else [listed])
    ]
    return replace(everything(), groups=tuple(groups), every_phone=apart)


HOSTILE = "x\x1b[31m\n\u202e</p><script>alert(1)</script>\x00\ud800"
"""What a stranger may call a device, a certificate or a file."""


def hostile(text: str = HOSTILE) -> ImpactReport:
    """Each text that an answer can hold is this one."""
    named = (Lost(CALLMANAGER, text, (text,)),)
    step = PlannedStep(text, named, named, wait_for=text, together=text, point_of_no_return=True)
    seen = StoreSeen(CALLMANAGER, text, text, text, (Provenance(text, text, text),), 1)
    explained = replace(
        EXPLAINED, device=text, what=text, why=text, cure=text, commands=(text,), evidence=(Evidence(7, text),)
    )
    broken = replace(UNKNOWN_CA, cause=text)
    cut = line(CALLMANAGER, Verdict.BREAKS, after=broken, server=text, why=text, console=(text,), explanation=explained)
    refused = line(VPN, Verdict.BREAKS, after=replace(REJECTED, cause=text), server=text, why=text)
    trusts = [ServerTrust(accepted, text, text, text, text, text) for accepted in (True, False, None)]
    judged = [
        trusting(line(CALLMANAGER, verdict, server=text, why=text), trust)
        for verdict, trust in zip((Verdict.WORKS, Verdict.BREAKS, Verdict.UNKNOWN), trusts, strict=True)
    ]
    names = {"model": text, "lsc": text, "cluster_before": text, "cluster_after": f"{text}2", "mic": text}
    return replace(
        everything(),
        source=text,
        changes=(text,),
        groups=(group((text,), cut, refused, line(CAPF, Verdict.UNKNOWN, after=None, why=text), *judged, **names),),  # type: ignore[arg-type]
        conditions=(text,),
        delete_by_hand=(text,),
        findings=(InputFinding(text, text, text, grave=True),),
        plan=(step,),
        proposal=Proposal((step,), (Incurable(text, text, text),)),
        unjudged=(text,),
        explained=(
            Behind(
                *(text, (Provenance(text, text, text),), (seen,), (text,), (InputFinding(text, text),), (cut,)),
                lists=(ListSeen(text, text, text, 7, (text,)),),
            ),
        ),
    )


def against(answer: ImpactReport, octets: bytes) -> Difference:
    """What differs from the baseline of those octets."""
    former = from_toml_untrusted(octets, "x")
    return difference(former, baseline.entries_by_device(answer), complete=answer.complete)
