"""Each step as a sentence in the imperative, in Cisco's words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lab.failures import plain
from lab.language import Catalogue
from lab.whatif import steps as st
from lab.whatif.fleet import STORE_OF, Fleet, Server, ServiceKind
from pki import common_name

_SERVICE = {
    ServiceKind.CALLMANAGER: "Cisco CallManager",
    ServiceKind.CAPF: "Cisco Certificate Authority Proxy Function",
}
NAMED = 3
"""So many phones are named before the rest is counted."""


def sentence(step: st.Step, fleet: Fleet, say: Catalogue, weights: Mapping[str, int] | None = None) -> str:
    """
    Args:
        fleet: where the servers are that the step names.
        weights: how many phones each phone stands for; one where it is not told.
    """
    return _SENTENCES[type(step)](step, fleet, say, weights or {})


def _certificate(step: Any, say: Catalogue) -> str:
    if isinstance(
        step, st.AddCapfCertificate
    ):  # without its serial number, which is ours where CAPF is yet to be regenerated
        return say("whatif-steps.capf-certificate", cluster=step.cluster)
    certificate = step.certificate
    return f"{plain(common_name(certificate.subject))} (serial {certificate.serial_number:x})"


def _store(server: Server, say: Catalogue) -> str:
    if not server.cluster:
        return server.name
    return say("whatif-steps.of", what=STORE_OF[server.kind], cluster=server.cluster)


def _service(server: Server, say: Catalogue) -> str:
    if not server.cluster:
        return server.name
    return say("whatif-steps.of", what=_SERVICE[server.kind], cluster=server.cluster)


def _phones(names: frozenset[str], say: Catalogue, weights: Mapping[str, int]) -> str:
    if not names:
        return say("whatif-steps.all-phones")
    count = sum(weights.get(name, 1) for name in names)
    shown = say.between_items.join(sorted(names)[:NAMED])
    if count > NAMED or len(names) > NAMED:
        shown = say("whatif-steps.and-more", names=shown)
    return say("whatif-steps.one-phone" if count == 1 else "whatif-steps.some-phones", count=count, names=shown)


def _change(key: str) -> Callable[..., str]:
    def told(step: Any, fleet: Fleet, say: Catalogue, weights: Mapping[str, int]) -> str:
        server = fleet.servers[step.server]
        return say(f"whatif-steps.{key}", certificate=_certificate(step, say), store=_store(server, say))

    return told


def _of_phones(key: str) -> Callable[..., str]:
    def told(step: Any, fleet: Fleet, say: Catalogue, weights: Mapping[str, int]) -> str:
        return say(
            f"whatif-steps.{key}",
            phones=_phones(step.phones, say, weights),
            cluster=getattr(step, "cluster", ""),
            kind=getattr(step, "kind", ""),
        )

    return told


def _of_cluster(key: str) -> Callable[..., str]:
    return lambda step, fleet, say, weights: say(f"whatif-steps.{key}", cluster=step.cluster)


_SENTENCES: dict[type[Any], Callable[..., str]] = {
    st.RemoveCertificate: _change("remove"),
    st.AddCertificate: _change("add"),
    st.AddCapfCertificate: _change("add"),
    st.RegenerateCapf: _of_cluster("regenerate"),
    st.SetMinimumTls: lambda step, fleet, say, weights: say(
        "whatif-steps.minimum-tls", server=_service(fleet.servers[step.server], say), version=step.version
    ),
    st.Restart: lambda step, fleet, say, weights: say(
        "whatif-steps.restart", service=_service(fleet.servers[step.server], say)
    ),
    st.UpdateTrustLists: _of_cluster("trust-lists"),
    st.SetDate: lambda step, fleet, say, weights: say("whatif-steps.date", date=f"{step.at:%Y-%m-%d %H:%M}Z"),
    st.Move: _of_phones("move"),
    st.InstallLsc: _of_phones("install-lsc"),
    st.DeleteLsc: _of_phones("delete-lsc"),
    st.SetPrecedence: _of_phones("precedence"),
}
