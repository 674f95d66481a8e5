"""Cisco's procedure for each certificate, mode and class of release, and the harm where a step is left out or two are joined.

Data only. The steps are those of the plans in examples/renewal (`steps.py`); a row names a step by its label there. `joined` has a
row for each act that resets and waits stand before: without them it comes right after the act before. `PAIRS` are two
certificates, one after the other, with nothing between them, or regenerated at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from cisco_data import ClusterSecurityMode
from tests.renewal.steps import Steps, steps_of, without_last_pauses
from tests.renewal.told import LAST_WAIT, NOT_RESET, NOTHING_NEW, RESET_BY_ITSELF, WAIT_FOR_ALL, Harm, Told, inferred

MIXED, NON_SECURE = ClusterSecurityMode.MIXED, ClusterSecurityMode.NON_SECURE
REGEN, REN = "Document 214231 (regenerate certificates)", "Document 225746 (certificate renewal)"
SG14C, FN70613, CLI = "Security Guide 14, certificates", "Field Notice 70613", "CLI Reference, utils itl"
QA, DIR = "Document 200860 (phone certificates)", "Document 118699 (Host Not Found)"

Rows = Mapping[str, Told]
"""By label of a step."""
CM, TVS, TFTP = (
    f"restart-service {each}" for each in ("Cisco CallManager", "Cisco Trust Verification Service", "Cisco Tftp")
)
CAPF, TOMCAT = "restart-service Cisco Certificate Authority Proxy Function", "restart-service Cisco Tomcat"


@dataclass(frozen=True, slots=True)
class Procedure:
    plan: str
    """A file of examples/renewal, without `.toml`."""
    mode: ClusterSecurityMode
    releases: tuple[str, ...]
    """Of one class: the oldest and the newest, or one."""
    left_out: Rows
    """For each step."""
    joined: Rows = field(default_factory=dict)
    """For each act that resets and waits stand before."""
    edge: bool = False
    """Whether an authentication server RADIUS and a VPN gateway VPN take part."""

    @property
    def steps(self) -> Steps:
        return steps_of(self.plan)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two certificates. In good order, `first` and then `second` harm nothing."""

    first: str
    second: str
    mode: ClusterSecurityMode
    releases: tuple[str, ...]
    joined: Told
    """The second right after the first, whose last resets and waits are missing."""
    at_once: Told
    """Both regenerated, and then the steps of the second."""

    @property
    def steps(self) -> Steps:
        return steps_of(self.first) + steps_of(self.second)

    @property
    def steps_joined(self) -> Steps:
        return without_last_pauses(steps_of(self.first)) + steps_of(self.second)

    @property
    def steps_at_once(self) -> Steps:
        return steps_of(self.first)[:1] + steps_of(self.second)


_NO_TLS = inferred(Harm.NONE, "no phone of a non-secure cluster speaks TLS with Cisco CallManager")
_OLD_ITL = inferred(Harm.NONE, "the ITL file stays as it is until Cisco Tftp starts, and phones know its signer")
_SHOWS_OLD = inferred(
    Harm.CALLMANAGER_REFUSED, "Cisco CallManager shows the former certificate, which the new CTL and TVS do not name"
)
_NO_CTL_UPDATE = Told(Harm.CALLMANAGER_REFUSED, REGEN)
"""From its restart on, until TVS is restarted or phones take the ITL file, which lists CallManager of its own node."""
_NO_CTL_UPDATE_FROM_14 = Told(
    Harm.CALLMANAGER_REFUSED,
    REGEN,
    doubt="phones with an ITL file are reset with the new one before Cisco CallManager shows the new certificate",
    verdict=Harm.NONE,
)
_RESET, _WAIT = {"reset": NOT_RESET}, {"wait": LAST_WAIT}
_END = {**_RESET, **_WAIT}
_BY_ITSELF = {"reset": RESET_BY_ITSELF}


def _regenerated(unit: str) -> dict[str, Told]:
    return {f"regenerate-certificate {unit}": NOTHING_NEW}


_SIGNER_KNOWN = inferred(
    Harm.NONE, "ITLRecovery signs the ITL file, which phones know, and the file lists the new certificate"
)
_TVS_IGNORANT = inferred(
    Harm.NEEDS_TVS, "TVS that was not restarted learns of the new signer by change notification, 1800 seconds later"
)
_TVS_READS_CTL = inferred(Harm.NONE, "TVS sees the CTL file of its node at once, and the new signer is in it")


def _callmanager(unit: str, mode: ClusterSecurityMode, *, tvs: Told) -> dict[str, Told]:
    signs = unit == "CallManager"
    mixed = mode is MIXED
    not_listed = inferred(Harm.NONE, "no record of the CTL file is of CallManager-ECDSA here")
    unused = inferred(Harm.NONE, "phones meet CallManager-ECDSA in no TLS connection of theirs here")
    not_reset = NOT_RESET if signs else inferred(Harm.NONE, "no list has a record of CallManager-ECDSA here")
    return {
        **_regenerated(unit),
        **({"update-ctl": _NO_CTL_UPDATE if signs else not_listed} if mixed else {}),
        CM: (_SHOWS_OLD if signs else unused) if mixed else _NO_TLS,
        TVS: tvs,
        TFTP: _OLD_ITL,
        "reset": not_reset,
        **_WAIT,
    }


def _callmanager_by_itself(unit: str, mode: ClusterSecurityMode) -> dict[str, Told]:
    """From release 14 on, without the restarts."""
    rows = _callmanager(unit, mode, tvs=_SIGNER_KNOWN)
    if unit == "CallManager":
        rows |= {"update-ctl": _NO_CTL_UPDATE_FROM_14, **_BY_ITSELF} if mode is MIXED else _BY_ITSELF
    return {label: told for label, told in rows.items() if not label.startswith("restart-service")}


_TVS_NEW_ITL_OLD = Told(Harm.TVS_REFUSED, REGEN)
_TVS_SHOWS_OLD = inferred(
    Harm.TVS_REFUSED, "phones hold the new ITL file, and TVS shows the former certificate until its restart"
)

_BY_TVS = Told(Harm.NEEDS_TVS, SG14C)
_UNDONE = Told(Harm.NEEDS_TVS, CLI)
_ITLRECOVERY_LOCALKEY = {
    **_regenerated("ITLRecovery"),
    "reset-itl localkey": _BY_TVS,
    "reset": _UNDONE,
    "wait": WAIT_FOR_ALL,
    TFTP: inferred(Harm.NONE, "CallManager signs on until Cisco Tftp starts; phones know both keys by then"),
    "reset, 2": NOT_RESET,
    "wait, 2": LAST_WAIT,
}
_ITLRECOVERY_BY_TVS = {
    **_regenerated("ITLRecovery"),
    TVS: inferred(Harm.NEEDS_TVS, "TVS learns of a new ITLRecovery at its start only"),
    TFTP: _OLD_ITL,
    **_END,
}
_UNKNOWN_CTL = inferred(
    Harm.NEEDS_TVS, "the CTL that phones hold does not list the new ITLRecovery, which signs the next one"
)
_IN_CTL = inferred(
    Harm.NONE, "the CTL that CallManager signed lists the new ITLRecovery, so phones know who signs the next lists"
)
_ITLRECOVERY_MIXED = {
    **_regenerated("ITLRecovery"),
    "reset-ctl": _UNKNOWN_CTL,
    "reset": _UNKNOWN_CTL,
    "wait": WAIT_FOR_ALL,
    "update-ctl": _IN_CTL,
    "reset, 2": _IN_CTL,
    "wait, 2": WAIT_FOR_ALL,
    TFTP: _OLD_ITL,
    "reset, 3": NOT_RESET,
    "wait, 3": LAST_WAIT,
}
_SPARE = inferred(
    Harm.SPARE_LOST,
    "phones hold the record of the former ITLRecovery: a list that the new one signs is unknown to them",
)
_ITLRECOVERY_SPARE = {**_regenerated("ITLRecovery"), TFTP: _SPARE, "reset": _SPARE, **_WAIT}

_SPARE_IN_CTL = inferred(Harm.NONE, "phones check lists by the CTL file, which lists the new ITLRecovery")

_KEPT = inferred(Harm.NONE, "the former CAPF certificate stays trusted there")
_IN_USE = inferred(Harm.NONE, "the service goes on with what it read at its start, the former certificate included")
_TRUST = "delete-certificate old CAPF of hq"
_NO_OLD_CAPF = inferred(Harm.NOT_A_PLAN, "there is no former CAPF certificate to delete")
_CAPF_MIXED: Rows = {
    "regenerate-certificate CAPF": _NO_OLD_CAPF,
    "update-ctl": Told(
        Harm.CAPF_REFUSED,
        REN,
        doubt="phones accept the new CAPF by their ITL file or by TVS; it holds for phones that know neither",
        verdict=Harm.NONE,
    ),
    CAPF: inferred(Harm.CAPF_REFUSED, "CAPF shows the former certificate, which the new lists and TVS do not name"),
    CM: inferred(
        Harm.LSC_REFUSED, "Cisco CallManager does not trust LSCs of the new CAPF until it reads CallManager-trust again"
    ),
    TVS: inferred(Harm.NONE, "the lists name the new CAPF, so no phone asks TVS"),
    TFTP: inferred(Harm.NONE, "the CTL file names the new CAPF"),
    "reset": inferred(Harm.NONE, "TVS, which was restarted, answers for the new CAPF"),
    "wait": WAIT_FOR_ALL,
    "install-lsc": Told(Harm.LSC_REFUSED, QA),
    "wait, 2": inferred(
        Harm.NONE, "an LSC that was asked for is there when the step is done; the wait is for phones that were off"
    ),
    f"{_TRUST} CallManager-trust": _KEPT,
    f"{_TRUST} CAPF-trust": _KEPT,
    f"{CAPF}, 2": _IN_USE,
    f"{CM}, 2": _IN_USE,
}
_CAPF_NON_SECURE: Rows = {
    **{label: told for label, told in _CAPF_MIXED.items() if not label.startswith((CM, "update-ctl"))},
    TVS: inferred(
        Harm.CAPF_REFUSED, "CAPF shows the new certificate, and no list has it until Cisco Tftp is restarted"
    ),
    TFTP: inferred(Harm.NONE, "TVS, which was restarted, answers for the new CAPF"),
}
_UPLOAD = "upload-certificate CAPF of hq"
_CAPF_EDGE: Rows = {
    **_CAPF_MIXED,
    f"{_UPLOAD} RADIUS": Told(Harm.EDGE_REFUSED, REN),
    "restart-service RADIUS": inferred(Harm.EDGE_REFUSED, "the server goes on with what it read at its start"),
    f"{_UPLOAD} VPN": Told(Harm.EDGE_REFUSED, QA),
    f"{_TRUST} RADIUS": _KEPT,
    "restart-service RADIUS, 2": _IN_USE,
    f"{_TRUST} VPN": _KEPT,
}
_CAPF_JOINED: Rows = {
    "install-lsc": inferred(Harm.NONE, "TVS, which was restarted, answers for the new CAPF"),
    f"{_TRUST} CallManager-trust": Told(
        Harm.LSC_REFUSED,
        QA,
        doubt="phones that are on have their LSC when the step before is done; it holds for those that are off",
        verdict=Harm.NONE,
    ),
}
_TOMCAT: Rows = {
    **_regenerated("tomcat"),
    TVS: Told(Harm.HTTPS_REFUSED, DIR),
    TOMCAT: inferred(Harm.HTTPS_REFUSED, "Tomcat shows the former certificate, which TVS does not know any more"),
    TFTP: inferred(Harm.NONE, "what Cisco Tftp keeps of tomcat is in no list that phones judge by"),
}


def _from_14(rows: Rows) -> Rows:
    """CAPF and Cisco Tftp take up the new certificate by themselves, and phones are reset with the new ITL file."""
    rows = {**rows, TVS: inferred(Harm.NONE, "the ITL file lists the new CAPF when CAPF shows it")}
    return {label: told for label, told in rows.items() if label != CAPF and not label.startswith(f"{CAPF}, ")} | {
        CAPF: rows[f"{CAPF}, 2"]
    }


_TO_11, _FROM_12, _FROM_14 = ("10.0", "11.5"), ("12.5SU3", "12.5"), ("14SU3", "15")
_EC_11, _ALL = ("11.5",), ("11.5", "12.5", "15")

PROCEDURES: tuple[Procedure, ...] = (
    Procedure(
        "callmanager-nonsecure-to-12.5", NON_SECURE, _TO_11, _callmanager("CallManager", NON_SECURE, tvs=_TVS_IGNORANT)
    ),
    Procedure("callmanager-mixed-to-12.5", MIXED, _TO_11, _callmanager("CallManager", MIXED, tvs=_TVS_READS_CTL)),
    Procedure(
        "callmanager-nonsecure-to-12.5",
        NON_SECURE,
        _FROM_12,
        _callmanager("CallManager", NON_SECURE, tvs=_SIGNER_KNOWN),
    ),
    Procedure("callmanager-mixed-to-12.5", MIXED, _FROM_12, _callmanager("CallManager", MIXED, tvs=_SIGNER_KNOWN)),
    Procedure("callmanager-nonsecure-from-14", NON_SECURE, _FROM_14, _callmanager_by_itself("CallManager", NON_SECURE)),
    Procedure("callmanager-mixed-from-14", MIXED, _FROM_14, _callmanager_by_itself("CallManager", MIXED)),
    *(
        Procedure(
            f"callmanager-ecdsa-{name}-to-12.5",
            mode,
            releases,
            _callmanager(
                "CallManager-ECDSA",
                mode,
                tvs=inferred(Harm.NONE, "CallManager-ECDSA signs no list, and the ITL file names it"),
            ),
        )
        for name, mode in (("nonsecure", NON_SECURE), ("mixed", MIXED))
        for releases in (_EC_11, _FROM_12)
    ),
    *(
        Procedure(
            f"callmanager-ecdsa-{name}-from-14", mode, _FROM_14, _callmanager_by_itself("CallManager-ECDSA", mode)
        )
        for name, mode in (("nonsecure", NON_SECURE), ("mixed", MIXED))
    ),
    *(
        Procedure(
            "tvs-to-12.5",
            mode,
            releases,
            {
                **_regenerated("TVS"),
                TVS: _TVS_SHOWS_OLD,
                TFTP: _TVS_NEW_ITL_OLD,
                "reset": _TVS_NEW_ITL_OLD,
                **_WAIT,
            },
        )
        for mode in (NON_SECURE, MIXED)
        for releases in (_TO_11, _FROM_12)
    ),
    *(
        Procedure("tvs-from-14", mode, _FROM_14, {**_regenerated("TVS"), **_BY_ITSELF, **_WAIT})
        for mode in (NON_SECURE, MIXED)
    ),
    *(
        Procedure("itlrecovery-nonsecure-from-12", NON_SECURE, each, _ITLRECOVERY_LOCALKEY, {TFTP: _UNDONE})
        for each in (_FROM_12, _FROM_14)
    ),
    *(
        Procedure("itlrecovery-nonsecure-by-tvs-from-12", NON_SECURE, each, _ITLRECOVERY_BY_TVS)
        for each in (_FROM_12, _FROM_14)
    ),
    *(
        Procedure(
            "itlrecovery-mixed-from-12", MIXED, each, _ITLRECOVERY_MIXED, {"update-ctl": _UNKNOWN_CTL, TFTP: _IN_CTL}
        )
        for each in (_FROM_12, _FROM_14)
    ),
    Procedure("itlrecovery-nonsecure-to-11.5", NON_SECURE, _TO_11, _ITLRECOVERY_SPARE),
    Procedure(
        "itlrecovery-mixed-to-11.5",
        MIXED,
        ("10.5(2)", "11.5"),
        {**_ITLRECOVERY_SPARE, "update-ctl": _SPARE, TFTP: _SPARE_IN_CTL},
    ),
    *(
        Procedure("capf-nonsecure-to-12.5", NON_SECURE, each, _CAPF_NON_SECURE, _CAPF_JOINED)
        for each in (_TO_11, _FROM_12)
    ),
    *(Procedure("capf-mixed-to-12.5", MIXED, each, _CAPF_MIXED, _CAPF_JOINED) for each in (_TO_11, _FROM_12)),
    Procedure("capf-mixed-802.1x-vpn-to-12.5", MIXED, ("11.5", *_FROM_12), _CAPF_EDGE, _CAPF_JOINED, edge=True),
    Procedure("capf-nonsecure-from-14", NON_SECURE, _FROM_14, _from_14(_CAPF_NON_SECURE), _CAPF_JOINED),
    Procedure("capf-mixed-from-14", MIXED, _FROM_14, _from_14(_CAPF_MIXED), _CAPF_JOINED),
    *(Procedure("tomcat", mode, _ALL, _TOMCAT) for mode in (NON_SECURE, MIXED)),
)

_LOCKED = Told(Harm.LOCKED, REGEN)
_WITH_ITLRECOVERY = Told(Harm.LOCKED, SG14C)
_HEALS = inferred(Harm.NONE, "ITLRecovery signs the ITL file, so phones take the next one whatever TVS shows")
_STILL_OUT = inferred(
    Harm.CALLMANAGER_REFUSED,
    "phones with the former lists know neither the new CallManager nor the new TVS, until they are reset",
)
_TVS_SURVIVES = "TVS of the list that phones hold is unchanged, and knows the new signers once it was restarted"
_ONE_ANCHOR = inferred(
    Harm.NONE, "phones took a list that names the new ITLRecovery before the second certificate changed"
)

PAIRS: tuple[Pair, ...] = (
    *(
        Pair(f"callmanager-{name}-to-12.5", "tvs-to-12.5", mode, _TO_11, joined=_LOCKED, at_once=_LOCKED)
        for name, mode in (("nonsecure", NON_SECURE), ("mixed", MIXED))
    ),
    *(
        Pair("tvs-to-12.5", f"callmanager-{name}-to-12.5", mode, _TO_11, joined=_LOCKED, at_once=_LOCKED)
        for name, mode in (("nonsecure", NON_SECURE), ("mixed", MIXED))
    ),
    *(
        Pair(f"callmanager-{name}-to-12.5", "tvs-to-12.5", mode, _FROM_12, joined=joined, at_once=_HEALS)
        for name, mode, joined in (("nonsecure", NON_SECURE, _HEALS), ("mixed", MIXED, _STILL_OUT))
    ),
    Pair(
        "itlrecovery-nonsecure-by-tvs-from-12",
        "tvs-to-12.5",
        NON_SECURE,
        _FROM_12,
        joined=_WITH_ITLRECOVERY,
        at_once=_WITH_ITLRECOVERY,
    ),
    Pair(
        "itlrecovery-nonsecure-by-tvs-from-12",
        "callmanager-nonsecure-to-12.5",
        NON_SECURE,
        _FROM_12,
        joined=Told(Harm.LOCKED, SG14C, doubt=_TVS_SURVIVES, verdict=Harm.NEEDS_TVS),
        at_once=Told(Harm.LOCKED, SG14C, doubt=_TVS_SURVIVES, verdict=Harm.NEEDS_TVS),
    ),
    Pair(
        "itlrecovery-nonsecure-from-12",
        "tvs-to-12.5",
        NON_SECURE,
        _FROM_12,
        joined=_ONE_ANCHOR,
        at_once=_WITH_ITLRECOVERY,
    ),
    Pair(
        "itlrecovery-mixed-from-12",
        "callmanager-mixed-to-12.5",
        MIXED,
        _FROM_12,
        joined=_ONE_ANCHOR,
        at_once=Told(Harm.NO_ANCHOR, FN70613, doubt=_TVS_SURVIVES, verdict=Harm.NEEDS_TVS),
    ),
)


@dataclass(frozen=True, slots=True)
class ComeBack:
    """What phones meet that were off from the beginning, when all steps are done."""

    plans: tuple[str, ...]
    """One after the other."""
    mode: ClusterSecurityMode
    release: str
    told: Told

    @property
    def steps(self) -> Steps:
        return tuple(step for plan in self.plans for step in steps_of(plan))


_TVS_VOUCHES = inferred(
    Harm.NEEDS_TVS, "the signer is unknown to the lists that they hold, and TVS, which these list, knows it"
)
_BOTH_NEW = inferred(Harm.LOCKED_LATER, "they hold neither the new signer nor the new TVS")
_SAME_SIGNER = inferred(Harm.NONE, "the signer of the lists is unchanged")
_LATE_LSC = inferred(Harm.LSC_REFUSED, "their LSCs are of the former CAPF, which was deleted")
_NO_TVS_START = inferred(
    Harm.NEEDS_TVS, "TVS of this procedure is not restarted, and learns of no new ITLRecovery otherwise"
)

OFFLINE: tuple[ComeBack, ...] = (
    ComeBack(("callmanager-nonsecure-to-12.5",), NON_SECURE, "11.5", _TVS_VOUCHES),
    ComeBack(("callmanager-mixed-to-12.5",), MIXED, "11.5", _TVS_VOUCHES),
    ComeBack(("callmanager-nonsecure-to-12.5",), NON_SECURE, "12.5SU3", _SAME_SIGNER),
    ComeBack(("callmanager-mixed-to-12.5",), MIXED, "12.5SU3", _SAME_SIGNER),
    ComeBack(("callmanager-mixed-from-14",), MIXED, "14SU3", _SAME_SIGNER),
    ComeBack(("tvs-to-12.5",), NON_SECURE, "11.5", _SAME_SIGNER),
    ComeBack(("tvs-from-14",), MIXED, "14SU3", _SAME_SIGNER),
    ComeBack(("callmanager-nonsecure-to-12.5", "tvs-to-12.5"), NON_SECURE, "11.5", _BOTH_NEW),
    ComeBack(("callmanager-mixed-to-12.5", "tvs-to-12.5"), MIXED, "11.5", _BOTH_NEW),
    ComeBack(("callmanager-nonsecure-to-12.5", "tvs-to-12.5"), NON_SECURE, "12.5SU3", _SAME_SIGNER),
    ComeBack(("itlrecovery-nonsecure-by-tvs-from-12",), NON_SECURE, "12.5SU3", _TVS_VOUCHES),
    ComeBack(("itlrecovery-nonsecure-from-12",), NON_SECURE, "12.5SU3", _NO_TVS_START),
    ComeBack(("itlrecovery-mixed-from-12",), MIXED, "12.5SU3", _NO_TVS_START),
    ComeBack(("itlrecovery-nonsecure-by-tvs-from-12", "tvs-to-12.5"), NON_SECURE, "12.5SU3", _BOTH_NEW),
    ComeBack(("itlrecovery-nonsecure-to-11.5",), NON_SECURE, "11.5", _SAME_SIGNER),
    ComeBack(("capf-mixed-to-12.5",), MIXED, "12.5SU3", _LATE_LSC),
    ComeBack(("capf-mixed-from-14",), MIXED, "14SU3", _LATE_LSC),
    ComeBack(("tomcat",), NON_SECURE, "12.5SU3", _SAME_SIGNER),
)
