"""Both directions of one phone at one service, in a few words: whether the server accepts the phone, and the phone the server."""

from __future__ import annotations

from typing import NamedTuple

from cisco_data import ServiceKind
from lab.base.language import Catalogue
from lab.whatif.impact_report import ELSEWHERE, ImpactReport, Line, ServerTrust, ServiceAccess, Verdict, ended_by_phone
from lab.whatif.render.identifiers import VERDICTS
from phone_sim.trust.servers import ServerVerdict
from phone_sim.trust.signed import Taking
from phone_sim.trust.tvs_answer import TrustRefusal

NOT_REACHED = "–"
"""Of a direction that nothing decided: the other one had ended the attempt, or this service does not decide it."""
_HOW = {
    ServerVerdict.NO_LIST.value: "no-list",
    ServerVerdict.LISTED.value: "listed",
    ServerVerdict.BY_TVS.value: "by-tvs",
    Taking.UNCHANGED.value: "unchanged",
    Taking.UNCHECKED.value: "unchecked",
    Taking.BY_LIST.value: "signer-listed",
    Taking.BY_TVS.value: "signer-by-tvs",
}
_REFUSALS = {refusal.value: refusal.name.lower().replace("_", "-") for refusal in TrustRefusal}


class Directions(NamedTuple):
    """What stands in the two columns."""

    server_accepts_phone: str
    phone_accepts_server: str
    """Empty where no trust list decides at this service."""


def has_both(answer: ImpactReport) -> bool:
    """Whether a trust list decides anything in this answer."""
    return any(judges_servers(line) for group in answer.groups for line in group.lines)


def judges_servers(line: Line) -> bool:
    """Whether a trust list of the phone decides at this service."""
    return line.after.server is not None or line.before.server is not None


def directions(line: Line, say: Catalogue) -> Directions:
    """`✓ LSC → ✗ LSC` and `✓ in the trust list → ✗ not listed, unknown to TVS`; what does not change stands there once."""
    used = bool(line.server_before)
    before, after = _phone_state(line, line.before, used, say), _phone_state(line, line.after, True, say)
    first = NOT_REACHED if before == after == NOT_REACHED else f"{before} → {after}"
    if not judges_servers(line):
        return Directions(first, "")
    was, now = server_state(line.before, used, say), server_state(line.after, True, say)
    return Directions(first, now if was == now else f"{was} → {now}")


def _phone_state(line: Line, access: ServiceAccess, used: bool, say: Catalogue) -> str:
    if line.service is ServiceKind.TFTP or ended_by_phone(access.outcome, access.server):
        return NOT_REACHED  # Cisco Tftp looks at no certificate of a phone
    told = phone_state(access, used, say)
    mic = access.mic
    if access is line.after and line.service is ServiceKind.CAPF and mic is not None and mic.accepted:
        outcome = access.outcome
        if outcome is not None and not outcome.accepted and outcome.kind == "LSC":
            told += say.between_items + phone_state(ServiceAccess(mic), True, say)
    return told


def phone_state(access: ServiceAccess, used: bool, say: Catalogue) -> str:
    """Whether the server accepts the phone: `✓ LSC`, `✗ MIC`, `?`; a dash for a service that the phone did not use."""
    outcome = access.outcome
    if outcome is None:
        return "?" if used else NOT_REACHED
    sign = "✓" if outcome.accepted else "✗"
    if outcome.reason == "stopped":
        return f"{sign} {say('whatif-text.state.stopped')}"
    if outcome.reason == ELSEWHERE:
        return f"{sign} {say('whatif-text.state.elsewhere')}"
    if not outcome.kind and (access.lsc or access.mic):
        return f"{sign} TLS"  # ended before a certificate was shown: CAPF asks for one only afterwards
    return f"{sign} {outcome.kind or say('whatif-text.state.no-certificate')}"


def server_state(access: ServiceAccess, used: bool, say: Catalogue) -> str:
    """Whether the phone accepts the server: `✓ in the trust list`, `✗ ITL file: not listed, unknown to TVS`, `?`, or a dash."""
    trust = access.server
    if trust is None or not used:
        return NOT_REACHED
    if trust.accepted is None:
        return "?"
    if trust.accepted:
        return f"✓ {_how(trust.how, say)}".strip()
    return f"✗ {_refused(trust, say)}".strip()


def distrust(trust: ServerTrust, say: Catalogue) -> str:
    """`the phone refuses the ITL file (not listed, unknown to TVS)`; empty where it refuses nothing."""
    if trust.accepted is not False:
        return ""
    key = "whatif-text.distrust.file" if trust.file else "whatif-text.distrust.server"
    why = short_refusal(trust, say)
    told = say(key, file=file_words(trust.file, say))
    return say("whatif-text.distrust.because", what=told, why=why) if why else told


def file_words(file: str, say: Catalogue) -> str:
    """`ITL file`, `CTL file`, `configuration file`; another word as it is."""
    return say(f"whatif-text.file.{file.lower()}") if file in ("CTL", "ITL", "configuration") else file


def short_refusal(trust: ServerTrust, say: Catalogue) -> str:
    """`not listed, unknown to TVS`; a refusal that the lab has no words for as it is."""
    key = _REFUSALS.get(trust.refusal)
    return say(f"whatif-text.refusal.{key}") if key is not None else trust.refusal


def trust_told(trust: str, file: str, say: Catalogue) -> str:
    """The same of a baseline's entry, which has the value alone; one that the lab has no words for as it is."""
    if trust in _REFUSALS:
        return f"✗ {_refused(ServerTrust(False, refusal=trust, file=file), say)}"
    if trust in _HOW:
        return f"✓ {_how(trust, say)}"
    return "?" if trust == VERDICTS[Verdict.UNKNOWN] else trust


def _how(how: str, say: Catalogue) -> str:
    key = _HOW.get(how)
    return say(f"whatif-text.trust.{key}") if key is not None else how


def _refused(trust: ServerTrust, say: Catalogue) -> str:
    parts = [file_words(trust.file, say) if trust.file else "", short_refusal(trust, say)]
    return say("whatif-text.distrust.cell", file=parts[0], why=parts[1]) if all(parts) else parts[0] or parts[1]
