"""Each step as a sentence in the imperative, in Cisco's words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lab.failures import plain
from lab.fleet.model import STORE_OF, Fleet, Server, ServiceKind
from lab.language import Catalogue
from lab.whatif import steps as st
from pki import read

_SERVICE = {
    ServiceKind.CALLMANAGER: "Cisco CallManager",
    ServiceKind.CAPF: "Cisco Certificate Authority Proxy Function",
}
Members = Mapping[str, Sequence[str]]
NAMED = 3
"""So many phones are named before the rest is counted."""


def sentence(step: st.Step, fleet: Fleet, say: Catalogue, members: Members | None = None) -> str:
    """
    Args:
        fleet: where the servers are that the step names.
        members: device names of each class, by the one that stands for it; itself alone where it is not told.
    """
    return _SENTENCES[type(step)](step, fleet, say, members or {})


def _certificate(step: Any, say: Catalogue) -> str:
    if isinstance(
        step, st.AddCapfCertificate
    ):  # without its serial number, which is ours where CAPF is yet to be regenerated
        return say("whatif-steps.capf-certificate", cluster=step.cluster)
    certificate = step.certificate
    contents = read(certificate)
    return f"{plain(contents.subject.label)} (serial {contents.serial_number:x})"


def _store(server: Server, say: Catalogue) -> str:
    if not server.cluster:
        return server.name
    return say("whatif-steps.of", what=STORE_OF[server.kind], cluster=server.cluster)


def _service(server: Server, say: Catalogue) -> str:
    if not server.cluster:
        return server.name
    return say("whatif-steps.of", what=_SERVICE[server.kind], cluster=server.cluster)


def _phones(names: frozenset[str], say: Catalogue, members: Members) -> str:
    if not names:
        return say("whatif-steps.all-phones")
    devices = sorted(device for name in names for device in members.get(name, (name,)))
    shown = say.between_items.join(devices[:NAMED])
    if len(devices) > NAMED:
        shown = say("whatif-steps.and-more", names=shown)
    key = "whatif-steps.one-phone" if len(devices) == 1 else "whatif-steps.some-phones"
    return say(key, count=len(devices), names=shown)


def _change(key: str) -> Callable[..., str]:
    def told(step: Any, fleet: Fleet, say: Catalogue, members: Members) -> str:
        server = fleet.servers[step.server]
        return say(f"whatif-steps.{key}", certificate=_certificate(step, say), store=_store(server, say))

    return told


def _of_phones(key: str) -> Callable[..., str]:
    def told(step: Any, fleet: Fleet, say: Catalogue, members: Members) -> str:
        return say(
            f"whatif-steps.{key}",
            phones=_phones(step.phones, say, members),
            cluster=getattr(step, "cluster", ""),
            kind=getattr(step, "kind", ""),
        )

    return told


def _of_cluster(key: str) -> Callable[..., str]:
    return lambda step, fleet, say, members: say(f"whatif-steps.{key}", cluster=step.cluster)


_SENTENCES: dict[type[Any], Callable[..., str]] = {
    st.RemoveCertificate: _change("remove"),
    st.AddCertificate: _change("add"),
    st.AddCapfCertificate: _change("add"),
    st.RegenerateCapf: _of_cluster("regenerate"),
    st.SetMinimumTls: lambda step, fleet, say, members: say(
        "whatif-steps.minimum-tls", server=_service(fleet.servers[step.server], say), version=step.version
    ),
    st.Restart: lambda step, fleet, say, members: say(
        "whatif-steps.restart", service=_service(fleet.servers[step.server], say)
    ),
    st.UpdateTrustLists: _of_cluster("trust-lists"),
    st.SetDate: lambda step, fleet, say, members: say("whatif-steps.date", date=f"{step.at:%Y-%m-%d %H:%M}Z"),
    st.Move: _of_phones("move"),
    st.InstallLsc: _of_phones("install-lsc"),
    st.DeleteLsc: _of_phones("delete-lsc"),
    st.SetPrecedence: _of_phones("precedence"),
}
