"""Why a phone does not accept a server or the files of its TFTP server, in one sentence."""

from __future__ import annotations

from lab.base.language import Catalogue
from lab.whatif.impact_report import ServerTrust
from phone_sim.status_messages import list_refused
from phone_sim.trust.tvs_answer import TrustRefusal

_LISTS = ("CTL", "ITL")
_CONFIGURATION = "configuration"
"""Of a refused configuration file the phone's Status Messages say nothing."""
_REASONS = {refusal.value: refusal.name.lower().replace("_", "-") for refusal in TrustRefusal}


def why_not_accepted(server: str, trust: ServerTrust, say: Catalogue) -> str:
    """Empty where the phone accepts it, or where that cannot be told."""
    if trust.accepted is not False:
        return ""
    what = trust.file.lower() if trust.file in (*_LISTS, _CONFIGURATION) else "server"
    key = f"whatif-why.refuses-{what}" if trust.certificate else f"whatif-why.refuses-{what}-unnamed"
    return say(
        key,
        server=server,
        certificate=trust.certificate,
        reason=reason_of(trust, say),
        status=list_refused(trust.file),
    )


def reason_of(trust: ServerTrust, say: Catalogue) -> str:
    """A clause, in the words of `explain`; a refusal that the lab has no words for as it is."""
    key = _REASONS.get(trust.refusal)
    if key is None:
        return trust.refusal or say("whatif-why.no-reason")
    return say(f"explain.refusal.{key}")
