"""Parts of cures: what gets a phone a certificate that the service will take, as operations in order.

A part is offered only where the evidence allows it: nothing here relies on a MIC that the service would refuse, on an LSC that
has expired, or on a certificate that is nowhere to be had.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cisco_data import (
    STORE_OF,
    AuthenticationMode,
    CertificateOperation,
    CertificateUnit,
    DeviceSecurityMode,
    PortMode,
    ServiceKind,
    ServiceName,
    StoreName,
    is_shipped,
)
from cisco_data.authorities import MANUFACTURING_AUTHORITIES
from lab.base.acts import RENEWALS, ActKind
from lab.case import Case, FailedOperation, RefusedByTls, RefusedByTrust, ServiceFacts, Trusted, cn
from lab.explain._authority import (
    SERVICES,
    chain_from,
    current_capf,
    labels,
    lacking,
    service_of,
)
from lab.explain._cure import Cure, Do, advice, cure
from lab.explain._ways import Way
from lab.operations.certificate_names import CAPF_OF, COMPANY_ROOT, COMPANY_ROOT_CN, FIRST_CAPF_OF, OLD_CAPF_OF
from wire.tls_numbers import VerifyCode

NOTIFICATION_SECONDS = 1800
"""Between two change notifications of the database (Cisco document 210541); TVS then knows a new certificate."""
_EDGES = (ServiceKind.DOT1X, ServiceKind.VPN)


# One operation each


def restart(service: ServiceFacts) -> Do:
    if service.kind in SERVICES:
        return restart_of(service.cluster, SERVICES[service.kind])
    return Do("restart-service", {"server": service.server}, "restart-server")


def restart_of(cluster: str, name: str, node: str = "") -> Do:
    """On each node that runs it, where none is named."""
    return _control("restart-service", cluster, name, node)


def start_of(cluster: str, name: str, node: str = "") -> Do:
    return _control("start-service", cluster, name, node)


def _control(word: str, cluster: str, name: str, node: str) -> Do:
    keys: dict[str, str | bool] = {"cluster": cluster, "service": name}
    return Do(word, {**keys, "node": node}, f"{word}-on-node") if node else Do(word, keys)


def upload(case: Case, service: ServiceFacts, label: str) -> Do:
    """The certificate with that CN into the service's trust, by the name that steps have for it."""
    name = _step_name(case, label)
    other = label if name != label else ""
    if service.kind in STORE_OF:
        place: dict[str, str | bool] = {"cluster": service.cluster, "store": STORE_OF[service.kind]}
        return Do("upload-certificate", {**place, "certificate": name}, cn=other)
    said = "make-trustpoint" if service.kind is ServiceKind.VPN else "import-into-server"
    return Do("upload-certificate", {"server": service.server, "certificate": name}, said, other)


def _step_name(case: Case, label: str) -> str:
    """`CAPF of hq`, `old CAPF of hq`, `first CAPF of hq`, `company root`; the CN itself for all others."""
    by_cluster: dict[str, list[str]] = {}
    for cluster, own in dict.fromkeys((cluster, (own.name, own.serial)) for cluster, own in case.capfs):
        by_cluster.setdefault(cluster, []).append(cn(own[0]))
    for cluster, names in by_cluster.items():
        for prefix, name in zip((CAPF_OF, OLD_CAPF_OF), reversed(names), strict=False):
            if name == label:
                return f"{prefix}{cluster}"
        if names[0] == label:
            return f"{FIRST_CAPF_OF}{cluster}"
    return COMPANY_ROOT if label == COMPANY_ROOT_CN else label


def order(case: Case, mode: str = AuthenticationMode.BY_NULL_STRING) -> Do:
    """Certificate Operation Install/Upgrade."""
    return Do(
        "certificate-operation", {"phone": case.device, "operation": CertificateOperation.INSTALL_UPGRADE, "mode": mode}
    )


def reset(case: Case) -> Do:
    """On its keypad: CallManager cannot reset a phone that is not registered."""
    return Do("reset-on-phone", {"phone": case.device})


def wait_for_notification() -> Do:
    """Until TVS knows what the database has."""
    return Do("wait", {"seconds": NOTIFICATION_SECONDS})


def upload_signers(case: Case, former: str, unit: str) -> Iterator[Do]:
    """By hand: who signs the lists and files of the phone's cluster becomes known to TVS of the one that it came from.

    Args:
        unit: of the signer of lists.
    """
    for each in dict.fromkeys((unit, CertificateUnit.CALLMANAGER.value)):
        keys: dict[str, str | int] = {
            "cluster": former,
            "store": StoreName.PHONE_SAST,
            "certificate": f"{each} of {case.service.cluster}",
        }
        yield Do("upload-certificate", keys)
    yield restart_of(former, ServiceName.TVS)


def moved_again(case: Case, prepared: Iterable[Do]) -> Iterator[Do]:
    """Of a phone with lists of another cluster than the one whose TFTP it asks: what must be done there, and a reset.

    A phone that has taken the new configuration asks the new TVS, which its lists do not know. It first goes back, for the
    configuration that names the old one, and is moved once more.
    """
    problem = case.problem
    assert isinstance(problem, RefusedByTrust)
    asks_former = problem.kept is True and all(one.cluster == problem.lists_of for one in problem.asked)
    if asks_former:
        yield from prepared
        yield reset(case)
        return
    yield Do("move", {"phone": case.device, "to": problem.lists_of}, "move-back")
    yield reset(case)
    yield from prepared
    yield Do("move", {"phone": case.device, "to": case.service.cluster})
    yield Do("reset-on-phone", {"phone": case.device}, "reset-once-more")


def reset_again(case: Case) -> Do:
    """A second time in one cure, for the list that comes after the first one."""
    return Do("reset-on-phone", {"phone": case.device}, "reset-for-next-list")


def vpn_again(case: Case) -> Iterator[Do]:
    """A phone that registered in the office stays there; it builds its tunnel when it next starts."""
    yield Do("switch-vpn", {"phone": case.device, "enabled": True}, "vpn-on")
    yield Do("reset-on-phone", {"phone": case.device}, "reset-again")


def delete_lsc(case: Case) -> Do:
    return Do("delete-lsc-on-phone", {"phone": case.device})


def set_profile(case: Case, profile: str) -> Do:
    return Do("set-profile", {"phone": case.device, "profile": profile})


def regenerate(cluster: str, certificate: str) -> Do:
    return Do("regenerate-certificate", {"cluster": cluster, "certificate": certificate})


def new_trust_list(case: Case, cluster: str) -> Do:
    """What makes the cluster's next trust list name its present certificates."""
    if case.mixed:
        return Do("update-ctl", {"cluster": cluster})
    return restart_of(cluster, ServiceName.TFTP)


# Parts of cures


def uploaded(case: Case, service: ServiceFacts, label: str) -> Iterator[Do]:
    """An authority and what is above it in the service's trust, and read there; nothing for what is there already."""
    missing = lacking(case, label, service.configured or service.in_use)
    for one in missing:
        yield upload(case, service, one)
    if service.kind is not ServiceKind.VPN and (missing or lacking(case, label, service.in_use)):
        yield restart(service)


def never_shipped(case: Case, label: str) -> bool:
    """Whether it is an authority of Cisco's that the release of the phone's cluster does not bring."""
    return label in MANUFACTURING_AUTHORITIES and not is_shipped(label, case.release)


def uploaded_everywhere(case: Case, label: str) -> Iterator[Do]:
    """For an authority that the release never shipped: to both stores of the cluster, then both restarts."""
    cluster = case.service.cluster
    services = [case.service]
    for kind in STORE_OF:
        other = service_of(case, kind, cluster)
        if other is not None and other not in services:
            services.append(other)
    restarts = []
    for service in services:
        steps = tuple(uploaded(case, service, label))
        yield from (step for step in steps if step.word == "upload-certificate")
        restarts += [step for step in steps if step.word != "upload-certificate"]
    yield from restarts


def capf_ready(case: Case) -> Iterator[Do]:
    """CAPF of the phone's cluster shows what it is configured with, the phone takes it for CAPF, and the service trusts it."""
    cluster = case.phone.cluster or case.service.cluster
    capf = service_of(case, ServiceKind.CAPF, cluster)
    own = current_capf(case, cluster)
    if own is None:
        return
    if _has_expired(case, own):
        yield from capf_regenerated(case, cluster)
        return
    shown = capf.in_use.own if capf is not None and capf.in_use is not None else None
    known = case.phone.trust_list
    listed = known is None or (own.name, own.serial) in [(one.name, one.serial) for one in known]
    if not listed and not _list_is_new(case, cluster, own):
        yield new_trust_list(case, cluster)
    if shown is not None and (shown.name, shown.serial) != (own.name, own.serial):
        yield restart_of(cluster, ServiceName.CAPF)
    judge = case.service
    if judge.kind is ServiceKind.CAPF:
        callmanager = service_of(case, ServiceKind.CALLMANAGER, cluster)
        if callmanager is None or case.phone.mode in ("", DeviceSecurityMode.NON_SECURE):
            return  # no service checks the new LSC yet
        judge = callmanager
    yield from uploaded(case, judge, cn(own.name))
    used = judge.in_use.serial_of(own.name) if judge.in_use is not None else ""
    if used and own.serial and used != own.serial and judge.kind is not ServiceKind.VPN:
        if judge.configured is not None and judge.configured.serial_of(own.name) not in ("", own.serial):
            yield upload(case, judge, cn(own.name))
        yield restart(judge)


def _list_is_new(case: Case, cluster: str, own: Trusted) -> bool:
    """Whether the cluster's trust list was made after that certificate, so that the phone only has to read it."""
    made = [act.serial == own.serial and act.subject == own.name for act in case.history]
    if True not in made:
        return False
    since = case.history[made.index(True) :]
    return any(act.kind is ActKind.TRUST_LISTS_UPDATED and act.cluster == cluster for act in since)


def _has_expired(case: Case, capf: Trusted) -> bool:
    """By its date, or because the service found so."""
    if capf.not_after is not None:
        return capf.not_after <= case.at
    problem = case.problem
    if not isinstance(problem, RefusedByTls | FailedOperation) or problem.verify_code != VerifyCode.CERT_HAS_EXPIRED:
        return False
    fault = problem.fault if isinstance(problem, RefusedByTls) else problem.shown
    return problem.depth > 0 and fault is not None and fault.subject == capf.name


def capf_regenerated(case: Case, cluster: str) -> Iterator[Do]:
    """A new CAPF.pem that phones, CAPF and CallManager go by. CUCM itself copies it to both stores."""
    yield regenerate(cluster, "CAPF")
    yield new_trust_list(case, cluster)
    yield restart_of(cluster, ServiceName.CAPF)
    yield restart_of(cluster, ServiceName.CALLMANAGER)
    judge = case.service
    if judge.kind in _EDGES:
        said = "make-trustpoint" if judge.kind is ServiceKind.VPN else "import-into-server"
        yield Do("upload-certificate", {"server": judge.server, "certificate": f"{CAPF_OF}{cluster}"}, said)
        if judge.kind is ServiceKind.DOT1X:
            yield restart(judge)


def new_lsc(case: Case) -> Cure:
    """An LSC from the CAPF of the phone's cluster, by null string: CAPF asks for no certificate then."""
    ready = tuple(capf_ready(case))
    kind = case.service.kind
    if kind is ServiceKind.DOT1X:
        port = {"phone": case.device}
        return cure(
            Way.NEW_LSC,
            ready,
            Do("set-switch-port", {**port, "mode": PortMode.FORCE_AUTHORIZED}),
            order(case),
            reset(case),
            Do("set-switch-port", {**port, "mode": "auto"}),
        )
    if kind is ServiceKind.VPN:
        phone = {"phone": case.device}
        return cure(
            Way.NEW_LSC,
            ready,
            Do("switch-vpn", {**phone, "enabled": False}, "vpn-off"),
            order(case),
            reset(case),
            vpn_again(case),
        )
    return cure(Way.NEW_LSC, ready, order(case), reset(case))


def takes_mic(case: Case) -> bool:
    """Whether the evidence shows that the service would accept the phone's MIC."""
    mic, service = case.phone.mic, case.service
    if mic is None or service.in_use is None:
        return False
    if mic.not_after is not None and mic.not_after <= case.at:
        return False
    there, issuer = labels(service.in_use), cn(mic.issuer)
    expired = {cn(one.name) for one in case.authorities if one.not_after is not None and one.not_after <= case.at}
    return all(one in there and one not in expired for one in chain_from(case, issuer))


def by_mic(case: Case) -> tuple[Cure, ...]:
    """No LSC, so that the phone shows its MIC; nothing where the service would refuse that."""
    shows = case.phone.shows
    if shows is None or shows.kind != "LSC" or not takes_mic(case):
        return ()
    if case.service.kind is ServiceKind.CAPF:
        return (cure(Way.BY_MIC, order(case, AuthenticationMode.BY_EXISTING_CERTIFICATE_MIC), reset(case)),)
    return (cure(Way.BY_MIC, delete_lsc(case)),)


def by_upload(case: Case, label: str) -> tuple[Cure, ...]:
    """The authority into the service's trust; nothing where what it signed has expired."""
    shows = case.phone.shows
    if shows is not None and shows.not_after is not None and shows.not_after <= case.at:
        return ()
    steps = tuple(uploaded(case, case.service, label))
    return (cure(Way.UPLOAD, steps, retry(case)),) if steps else ()


def retry(case: Case) -> Iterator[Do]:
    """At CAPF, what failed must be ordered again; elsewhere the phone tries again by itself."""
    if case.service.kind is ServiceKind.CAPF:
        problem = case.problem
        mode = getattr(problem, "mode", "") or AuthenticationMode.BY_EXISTING_CERTIFICATE_LSC
        yield order(case, mode)
        yield reset(case)


def by_null_string(case: Case) -> Cure:
    return cure(Way.NULL_STRING, capf_ready(case), order(case), reset(case))


def replace_phone(offered: str, minimum: str) -> Cure:
    return cure(Way.REPLACE_PHONE, advice("replace-phone", offered=offered, minimum=minimum))


def delete_lists(case: Case) -> Cure:
    """What the cluster cannot change: the user deletes CTL and ITL, and the phone starts anew and takes those that it gets.

    A CTL file that is older than who signs the ITL is made again first: the phone would take it, and refuse the ITL.
    """
    return cure(Way.DELETE_LISTS, _ctl_of_now(case), Do("delete-trust-list-on-phone", {"phone": case.device}))


def _ctl_of_now(case: Case) -> Iterator[Do]:
    from cisco_data.release_table import ITL_SIGNER

    signer = ITL_SIGNER.of(case.release)
    cluster, made, listed = case.phone.cluster or case.service.cluster, -1, -1
    for number, act in enumerate(case.history):
        if act.cluster != cluster:
            continue
        if act.kind in RENEWALS and act.unit == signer:
            made = number
        elif act.kind in (ActKind.TRUST_LISTS_UPDATED, ActKind.CLUSTER_MODE_SET):
            listed = number
    if case.mixed and made > listed:
        yield Do("update-ctl", {"cluster": cluster})
