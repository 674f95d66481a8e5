"""One authority that a service did not accept: whether it is there, who took it away, and where else it is known."""

from __future__ import annotations

from dataclasses import dataclass

from cisco_data import STORE_OF, ServiceKind
from cisco_data.authorities import MANUFACTURING_AUTHORITIES
from lab.base.acts import RENEWALS, ActKind
from lab.case import Basis, Case, CaseAct, Name, ServiceFacts, Trusted, cn

SERVICES = {kind: store.service for kind, store in STORE_OF.items()}
_CHANGES = (ActKind.TRUST_UPLOADED, ActKind.TRUST_DELETED)
_MAX_CHAIN_LENGTH = 8


def place_of(service: ServiceFacts) -> str:
    """Where it keeps its trust: `CallManager-trust of cluster hq` is `hq/CallManager-trust`, `ise` is `ise`."""
    return f"{service.cluster}/{STORE_OF[service.kind]}" if service.kind in STORE_OF else service.server


def is_start(act: CaseAct, service: ServiceFacts) -> bool:
    """Whether the service read its trust then."""
    if act.kind is not ActKind.SERVICE_STARTED:
        return False
    if service.kind in SERVICES:
        return (act.cluster, act.unit) == (service.cluster, SERVICES[service.kind])
    return bool(service.server) and act.server == service.server


def _place(act: CaseAct) -> str:
    return act.server or f"{act.cluster}/{act.store}"


@dataclass(frozen=True, slots=True)
class IssuerFacts:
    """One authority, seen from the service that judged a certificate below it."""

    case: Case
    name: Name
    serial: str = ""
    """Of the certificate whose key signed; empty where it is not known."""

    # What the service goes by

    @property
    def basis(self) -> Basis | None:
        return self.case.service.in_use

    @property
    def is_named(self) -> bool:
        """Whether a certificate of that name is trusted, be it another one."""
        return self.basis is not None and self.basis.names(self.name)

    @property
    def waits_for_restart(self) -> bool:
        """Whether it is configured and not in use: a restart would be enough."""
        service = self.case.service
        if service.in_use is None or service.configured is None or not service.configured.names(self.name):
            return False
        if not service.in_use.names(self.name):
            return True
        used, waiting = service.in_use.serial_of(self.name), service.configured.serial_of(self.name)
        return bool(self.serial and used and waiting == self.serial and used != self.serial)

    # What was done

    @property
    def changes(self) -> tuple[CaseAct, ...]:
        """In the service's own trust."""
        place = place_of(self.case.service)
        return tuple(
            act
            for act in self.case.history
            if act.kind in _CHANGES and act.subject == self.name and _place(act) == place
        )

    @property
    def uploaded(self) -> CaseAct | None:
        """Where that was the last thing that was done to it there."""
        return self.changes[-1] if self.changes and self.changes[-1].kind is ActKind.TRUST_UPLOADED else None

    @property
    def arrived(self) -> CaseAct | None:
        """How it came into the trust: by an upload, or because CUCM copied a new certificate there by itself."""
        replaced = self.replaced
        renewed = replaced if replaced is not None and replaced.subject == self.name else None
        return self.uploaded or renewed or self.made

    @property
    def deleted(self) -> CaseAct | None:
        """How it left the trust that the service goes by."""
        if self.is_named or self.waits_for_restart:
            return None
        changes, history = self.changes, self.case.history
        read = [index for index, act in enumerate(history) if is_start(act, self.case.service)]
        at_once = self.case.service.kind is ServiceKind.VPN
        for position in reversed(range(len(changes))):
            act, before = changes[position], changes[position - 1] if position else None
            if act.kind is not ActKind.TRUST_DELETED:
                continue
            index = history.index(act)
            if not at_once and not any(start > index for start in read):
                continue  # the service has not read that yet
            came = history.index(before) if before is not None and before.kind is ActKind.TRUST_UPLOADED else -1
            if at_once or came < 0 or any(came < start < index for start in read):
                return act
        return None

    @property
    def disabled(self) -> CaseAct | None:
        """The command `set cert default-ca-list disable` that deleted it."""
        deleted = self.deleted
        if deleted is None:
            return None
        return command_of(self.case, deleted)

    @property
    def replaced(self) -> CaseAct | None:
        """How a certificate of that name gave way to another one, in the cluster that it belongs to."""
        made = [act for act in self.case.history if act.kind in RENEWALS and act.former == self.name]
        return made[-1] if made else None

    @property
    def made(self) -> CaseAct | None:
        """How this authority came to be, in place of one with another name."""
        made = [a for a in self.case.history if a.kind in RENEWALS and a.subject == self.name and a.former != self.name]
        return made[-1] if made else None

    @property
    def is_outdated(self) -> bool:
        """Whether what it signed is by a former key of an authority that kept its name."""
        replaced = self.replaced
        if replaced is None or replaced.subject != replaced.former:
            return False
        return not self.serial or not replaced.serial or self.serial != replaced.serial

    # Where else it is

    @property
    def clusters(self) -> tuple[str, ...]:
        """Whose CAPF it is or was."""
        return tuple(dict.fromkeys(cluster for cluster, own in self.case.capfs if own.name == self.name))

    @property
    def trusted_by(self) -> tuple[str, ...]:
        """Clusters a service of which goes by it now and keeps it."""
        found = (one.cluster for one in self.case.others if one.cluster and _has(one, self.name))
        return tuple(dict.fromkeys(found))

    @property
    def elsewhere(self) -> tuple[str, ...]:
        """Other clusters than the service's that trust it now."""
        return tuple(cluster for cluster in self.trusted_by if cluster != self.case.service.cluster)

    @property
    def origin(self) -> tuple[str, ...]:
        """The clusters that it is of; those that trust it where that is not known."""
        return self.clusters or self.trusted_by

    @property
    def other_store(self) -> str:
        """The other store of the same cluster, where its service goes by it and the store holds it still."""
        service = self.case.service
        for one in self.case.others:
            is_other = one.cluster == service.cluster and one.kind is not service.kind and one.kind in STORE_OF
            if is_other and _has(one, self.name):
                return STORE_OF[one.kind]
        return ""


def _has(service: ServiceFacts, name: Name) -> bool:
    """In use, and not deleted since."""
    if service.in_use is None or not service.in_use.names(name):
        return False
    return service.configured is None or service.configured.names(name)


def command_of(case: Case, deleted: CaseAct) -> CaseAct | None:
    """The command of the default CA list that an act was part of."""
    commands = (ActKind.DEFAULT_CA_DISABLED, ActKind.DEFAULT_CA_ENABLED)
    for act in case.history:
        if act.kind in commands and act.cluster == deleted.cluster:
            named_in = not act.names or deleted.subject is None or cn(deleted.subject) in act.names
            if named_in and (act.ref == deleted.by or (deleted.by is None and act.ref == deleted.ref)):
                return act
    return None


# Who signed whom


def issuer_of(case: Case, label: str) -> str:
    """Label of who signed the authority of that label; empty for a root, and where it is not known."""
    for one in case.authorities:
        if cn(one.name) == label and one.issuer:
            above = cn(one.issuer)
            return "" if above == label else above
    known = MANUFACTURING_AUTHORITIES.get(label)
    return known.root if known is not None and known.root != label else ""


def named(case: Case, label: str) -> Name:
    """The name of the authority with that label, from wherever the case knows it."""
    services = (case.service, *case.others)
    bases = [basis for one in services for basis in (one.in_use, one.configured) if basis is not None]
    known = (*(one for basis in bases for one in basis.trusted), *case.authorities, *(own for _, own in case.capfs))
    found = (name for one in known for name in (one.name, one.issuer) if name and cn(name) == label)
    return next(found, Name.of_cn(label))


def chain_from(case: Case, label: str) -> tuple[str, ...]:
    """The authority of that label and all above it, as far as they are known."""
    found = [label]
    while (above := issuer_of(case, found[-1])) and above not in found and len(found) < _MAX_CHAIN_LENGTH:
        found.append(above)
    return tuple(found)


def labels(basis: Basis | None) -> frozenset[str]:
    """What is trusted, by what people read."""
    return frozenset(cn(one.name) for one in basis.trusted) if basis is not None else frozenset()


def lacking(case: Case, label: str, basis: Basis | None) -> tuple[str, ...]:
    """Of the chain from an authority up, what is not trusted there."""
    there = labels(basis)
    return tuple(one for one in chain_from(case, label) if one not in there)


def current_capf(case: Case, cluster: str) -> Trusted | None:
    """CAPF's certificate of the cluster as it is configured now."""
    for one in (case.service, *case.others):
        if (
            one.kind is ServiceKind.CAPF
            and one.cluster == cluster
            and one.configured is not None
            and one.configured.own
        ):
            return one.configured.own
    own = [own for name, own in case.capfs if name == cluster]
    return own[-1] if own else None


def service_of(case: Case, kind: ServiceKind, cluster: str) -> ServiceFacts | None:
    """The cluster's service of that kind."""
    found = (one for one in (case.service, *case.others) if one.kind is kind and one.cluster == cluster)
    return next(found, None)
