"""A story's deeds as what-if's own steps, carried out on its cast: the lab as what-if thinks it must be by now.

Nothing of the running lab goes in but what phones did to their own flash. So where an attempt is foretold from this fleet, it
is `changes` that is right about when a deed counts, and for whom.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

from cryptography import x509

from cucm_sim.database import AuthenticationMode
from journal import Event
from lab.fleet.model import Fleet, ServiceKind
from lab.play.actions import MODES
from lab.play.story_events import StepStarted
from lab.scenario import model as sc
from lab.whatif import steps as st
from lab.whatif.changes import apply
from lab.whatif.twin_shop import TwinShop
from phone_sim.capf_events import LscErased, LscInstalled
from phone_sim.events import LscDeletedOnPhone
from phone_sim.preference import CertificateKind
from pki import common_name
from tests.whatif_parity.history import with_acts
from wire.tls import TlsVersion

SERVICES = {
    "Cisco CallManager": ServiceKind.CALLMANAGER,
    "Cisco Certificate Authority Proxy Function": ServiceKind.CAPF,
}
STORES = {"CallManager-trust": ServiceKind.CALLMANAGER, "CAPF-trust": ServiceKind.CAPF}
VERSIONS = {str(version): version for version in TlsVersion}


class NoSuchStep(Exception):
    """A deed that what-if has no step for."""


class Deeds:
    """Follows one story."""

    def __init__(self, scenario: sc.Scenario, cast: Fleet, events: Iterable[Event], shop: TwinShop) -> None:
        self._scenario = scenario
        self._fleet = cast
        self._shop = shop
        self._events = iter([event for event in events if isinstance(event, _NOTED)])
        self._next = next(self._events, None)
        self._capf = {cluster: [certificate] for cluster, certificate in cast.capf.items()}
        self._devices = dict(zip(scenario.phones, (phone.device_name for phone in cast.phones), strict=True))
        self.lost = ""
        """The deed after which nothing can be said any more."""

    def fleet_at(self, seq: int) -> Fleet | None:
        """What the steps until that event lead to; None after a deed that what-if has no step for."""
        while not self.lost and self._next is not None and self._next.seq < seq:
            event, self._next = self._next, next(self._events, None)
            try:
                for step in self._steps(event):
                    before = self._fleet
                    after = apply(before, step, self._shop)
                    of_list = isinstance(event, StepStarted) and isinstance(
                        self._scenario.steps[event.number - 1], sc.DefaultCaList
                    )
                    self._fleet = with_acts(before, after, step, self._number(event), disabled=of_list)
                    for cluster, certificate in self._fleet.capf.items():
                        if self._capf[cluster][-1] != certificate:
                            self._capf[cluster].append(certificate)
            except NoSuchStep as deed:
                self.lost = str(deed)
        return None if self.lost else self._fleet

    def _number(self, event: Event) -> int:
        return event.number if isinstance(event, StepStarted) else 0

    def _steps(self, event: Event) -> Iterator[st.Step]:
        device = frozenset({event.actor})
        if isinstance(event, LscInstalled):
            yield st.InstallLsc(device)
        elif isinstance(event, LscErased | LscDeletedOnPhone):
            yield st.DeleteLsc(device)
        elif isinstance(event, StepStarted):
            deed = self._scenario.steps[event.number - 1]
            if not isinstance(deed, (sc.Expect, *_NOTHING)):
                if type(deed) not in _STEPS:
                    raise NoSuchStep(type(deed).__name__)
                yield from _STEPS[type(deed)](self, deed)

    # One deed each

    def _delete(self, deed: sc.DeleteCertificate) -> Iterator[st.Step]:
        yield st.RemoveCertificate(self._named(deed.certificate), self._server(deed.cluster, STORES[deed.store]))

    def _upload(self, deed: sc.UploadCertificate) -> Iterator[st.Step]:
        yield st.AddCertificate(self._named(deed.certificate), self._server(deed.cluster, STORES[deed.store]))

    def _trust(self, deed: sc.TrustOnServer) -> Iterator[st.Step]:
        yield st.AddCertificate(self._named(deed.certificate), deed.server)

    def _distrust(self, deed: sc.DistrustOnServer) -> Iterator[st.Step]:
        yield st.RemoveCertificate(self._named(deed.certificate), deed.server)

    def _regenerate_capf(self, deed: sc.RegenerateCapf) -> Iterator[st.Step]:
        if deed.same_name:
            raise NoSuchStep("RegenerateCapf with the same name")
        yield st.RegenerateCapf(deed.cluster)

    def _restart(self, deed: sc.RestartService) -> Iterator[st.Step]:
        if deed.service in SERVICES:
            yield st.Restart(self._server(deed.cluster, SERVICES[deed.service]))

    def _restart_server(self, deed: sc.RestartServer) -> Iterator[st.Step]:
        yield st.Restart(deed.server)

    def _minimum_tls(self, deed: sc.SetMinimumTls) -> Iterator[st.Step]:
        for kind in SERVICES.values():
            yield st.SetMinimumTls(self._server(deed.cluster, kind), VERSIONS[deed.version])

    def _update_ctl(self, deed: sc.UpdateCtl) -> Iterator[st.Step]:
        yield st.UpdateTrustLists(deed.cluster)

    def _move(self, deed: sc.Move) -> Iterator[st.Step]:
        yield st.Move(deed.cluster, frozenset({self._devices[deed.phone]}))
        if deed.profile is not None:
            self._set_mode(deed.phone, deed.profile)

    def _profile(self, deed: sc.SetProfile) -> Iterator[st.Step]:
        self._set_mode(deed.phone, deed.profile)
        return iter(())

    def _operation(self, deed: sc.CertificateOperation) -> Iterator[st.Step]:
        by_mic = deed.mode == AuthenticationMode.BY_EXISTING_CERTIFICATE_MIC.value
        kind = CertificateKind.MIC if by_mic else CertificateKind.LSC
        yield st.SetPrecedence(frozenset({self._devices[deed.phone]}), kind)

    def _default_ca_list(self, deed: sc.DefaultCaList) -> Iterator[st.Step]:
        if deed.change == "enable":
            raise NoSuchStep("DefaultCaList enable")
        for kind in STORES.values():
            server = self._fleet.servers[self._server(deed.cluster, kind)]
            for certificate in server.configured.trust:
                named = common_name(certificate.subject)
                if deed.certificate == named or (deed.certificate == "all" and not named.startswith("CAPF-")):
                    yield st.RemoveCertificate(certificate, server.name)

    # Names

    def _set_mode(self, phone: str, profile: str) -> None:
        """No step of what-if's, and none of its business: what the phone's file says."""
        device = self._devices[phone]
        self._fleet = replace(
            self._fleet,
            phones=tuple(
                replace(each, mode=MODES[profile]) if each.device_name == device else each
                for each in self._fleet.phones
            ),
        )

    def _server(self, cluster: str, kind: ServiceKind) -> str:
        return f"{kind} of {cluster}"

    def _named(self, text: str) -> x509.Certificate:
        for prefix, number in (("old CAPF of ", -2), ("first CAPF of ", 0), ("CAPF of ", -1)):
            if text.startswith(prefix):
                return self._capf[text.removeprefix(prefix)][number]
        wanted = "Company Root CA" if text == "company root" else text
        found = [each for each in self._fleet.certificates if common_name(each.subject) == wanted]
        if not found:
            raise NoSuchStep(f"{text}, which is not in the cast")
        return found[0]


_NOTED = (StepStarted, LscInstalled, LscErased, LscDeletedOnPhone)
_NOTHING = (
    sc.Boot,
    sc.PowerOff,
    sc.Reset,
    sc.ResetOnPhone,
    sc.DeleteLscOnPhone,
    sc.TypeString,
    sc.Wait,
    sc.SetSwitchPort,
)
"""They change nothing that what-if knows; time is read from the attempt, and phones tell what became of their LSC."""
_STEPS: dict[type[Any], Callable[[Deeds, Any], Iterator[st.Step]]] = {
    sc.DeleteCertificate: Deeds._delete,
    sc.UploadCertificate: Deeds._upload,
    sc.TrustOnServer: Deeds._trust,
    sc.DistrustOnServer: Deeds._distrust,
    sc.RegenerateCapf: Deeds._regenerate_capf,
    sc.RestartService: Deeds._restart,
    sc.RestartServer: Deeds._restart_server,
    sc.SetMinimumTls: Deeds._minimum_tls,
    sc.UpdateCtl: Deeds._update_ctl,
    sc.Move: Deeds._move,
    sc.SetProfile: Deeds._profile,
    sc.CertificateOperation: Deeds._operation,
    sc.DefaultCaList: Deeds._default_ca_list,
}
