"""The phones of a network: one for each row of its inventories, and one for each device that has certificates and no row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from cisco_data import CertificateKind, DeviceSecurityMode, ServiceKind
from cisco_data.models import TLS_1_0, TLS_1_2, TLS_1_3
from lab.base.failures import shown, suggestion
from lab.exports import columns as col
from lab.exports.devices import offer_of_model
from lab.exports.inventory import InventoryRow
from lab.exports.notes import Notes
from lab.exports.phone_certificates import PhoneCertificates
from lab.exports.phone_lists import PhoneLists
from lab.exports.services import Services
from lab.exports.told_certificates import CannotTell, ToldCertificates
from lab.fleet.model import Described, FleetPhone, Held
from pki import read
from wire.plain_text import plain
from wire.tls import TlsProfile, TlsVersion

LSC, MIC = CertificateKind.LSC, CertificateKind.MIC


class Phones:
    """Makes them."""

    def __init__(
        self,
        clusters: Sequence[str],
        services: Services,
        found: PhoneCertificates,
        certificates: ToldCertificates,
        lists: PhoneLists,
        now: datetime,
        notes: Notes,
    ) -> None:
        """`clusters`: their names."""
        self._clusters = {name.casefold(): name for name in clusters}
        self._services = services
        self._found = found
        self._certificates = certificates
        self._lists = lists
        self._now = now
        self._notes = notes
        self._rows: dict[str, InventoryRow] = {}
        self._offers: dict[tuple[str, TlsVersion | None], TlsProfile] = {}

    @property
    def last_seen(self) -> dict[str, datetime]:
        """By device, of the rows that count and say it."""
        return {device: row.last_seen for device, row in self._rows.items() if row.last_seen is not None}

    def of_rows(self, rows: Sequence[tuple[InventoryRow, str | None]]) -> Iterator[FleetPhone]:
        """
        Args:
            rows: each with the cluster in whose folder its inventory lies.
        """
        for row, context in rows:
            former = self._rows.setdefault(row.device, row)
            if former is not row:
                problem = f"is {row.device} once more, after row {former.number} of {plain(former.sheet)}"
                self._notes.of_row(row.sheet, row.number, "duplicate", problem, grave=True)
                continue
            try:
                cluster = self._cluster(row, context)
            except CannotTell as problem:
                yield self._anywhere(row, str(problem))
            else:
                yield self._of_row(row, cluster)

    def of_certificates_alone(self, clusters: Mapping[str, str]) -> Iterator[FleetPhone]:
        """
        Args:
            clusters: by device, that in whose folder its certificates lie.
        """
        for device in self._found.devices:
            if device in self._rows:
                continue
            cluster = clusters.get(device) or self._only_cluster()
            if cluster is None:
                problem = "has certificates, and nothing says in which cluster it is"
                self._notes.of_phone("", device, "no cluster", problem, "give it a row in an inventory", grave=True)
                continue
            problem = "has certificates and no row in an inventory: its profile is taken to be Encrypted"
            self._notes.of_phone("", device, "no row", problem)
            model = self._found.products.get(device, "")
            lsc, mic = self._found.newest(device, LSC), self._found.newest(device, MIC)
            yield self._phone(None, device, model, cluster, DeviceSecurityMode.ENCRYPTED, lsc, mic)

    def _of_row(self, row: InventoryRow, cluster: str) -> FleetPhone:
        model = row.model or self._found.products.get(row.device, "")
        mode = row.mode
        if mode is None:
            problem = (
                "has no profile" if not row.profile else f"has the profile {shown(row.profile)}, which says no mode"
            )
            remedy = "name the mode under [profiles] in settings.toml" if row.profile else "fill in the profile"
            problem += ": taken to be Encrypted"
            self._notes.of_row(row.sheet, row.number, f"profile {row.profile.casefold()}", problem, remedy)
            mode = DeviceSecurityMode.ENCRYPTED
        elif mode is DeviceSecurityMode.NON_SECURE:
            heading = shown(row.headings.get(col.PROFILE, col.PROFILE))
            problem = f"is Non Secure by its column {heading}: CallManager judges no certificate of it"
            self._notes.of_row(row.sheet, row.number, "non secure", problem)
        lsc, lsc_not_told = self._held(row, LSC, cluster, model)
        mic, mic_not_told = self._held(row, MIC, cluster, model)
        return self._phone(
            *(row, row.device, model, cluster, mode, lsc, mic),
            not_told=f"{row.sheet}, row {row.number}: {row.not_told}" if row.not_told else "",
            lsc_not_told=lsc_not_told,
            mic_not_told=mic_not_told,
            capf_mode=row.capf_mode,
        )

    def _held(self, row: InventoryRow, kind: CertificateKind, cluster: str, model: str) -> tuple[Held | None, str]:
        """What the phone holds, or why that is not known."""
        try:
            return self._certificates.held(row, kind, cluster, model), ""
        except CannotTell as problem:
            return None, str(problem)

    def _anywhere(self, row: InventoryRow, not_told: str) -> FleetPhone:
        """A phone whose cluster is not known: it may be at any CallManager."""
        servers = self._services.servers.values()
        uses = tuple(server.name for server in servers if server.kind is ServiceKind.CALLMANAGER)
        offer = self._offer(row.device, row.model, row.tls)
        mode = row.mode or DeviceSecurityMode.ENCRYPTED
        return FleetPhone(row.device, row.model, offer, "", mode, uses=uses, not_told=not_told)

    def _phone(
        self,
        row: InventoryRow | None,
        device: str,
        model: str,
        cluster: str,
        mode: DeviceSecurityMode,
        lsc: Held | None,
        mic: Held | None,
        **told: Any,
    ) -> FleetPhone:
        """`told`: further fields of the phone."""
        self._note_end(device, "LSC", lsc)
        self._note_end(device, "MIC", mic)
        offer = self._offer(device, model, row.tls if row is not None else None)
        uses, services_not_told = self._services.uses(device, cluster, row, self._notes)
        origin = plain(f"row {row.number} of {row.sheet}") if row is not None else ""
        if row is not None and row.capf_not_told:
            why_not = f"{row.sheet}, row {row.number}: {row.capf_not_told}"
            services_not_told = (*services_not_told, (ServiceKind.CAPF, why_not))
        trust = self._lists.of(row, device, cluster, model)
        return FleetPhone(
            device,
            model,
            offer,
            cluster,
            mode,
            lsc,
            mic,
            uses,
            services_not_told=services_not_told,
            origin=origin,
            call_managers=self._lists.group(cluster),
            lists=trust.lists,
            lists_not_told=trust.not_told,
            **told,
        )

    def _cluster(self, row: InventoryRow, context: str | None) -> str:
        """Raises CannotTell."""
        if not row.cluster:
            known = context if context is not None else self._only_cluster()
            if known is None:
                remedy = "add a column Cluster, or put the inventory into the folder of the cluster"
                self._notes.of_row(row.sheet, row.number, "no cluster", "names no cluster", remedy, grave=True)
                raise CannotTell(f"{row.sheet}, row {row.number}, names no cluster")
            return known
        if not self._clusters:
            return plain(row.cluster)
        found = self._clusters.get(row.cluster.casefold())
        if found is None:
            problem = f"names the cluster {shown(row.cluster)}, which has no trust stores here"
            problem += suggestion(row.cluster, self._clusters.values())
            self._notes.of_row(row.sheet, row.number, f"cluster {row.cluster}", problem, grave=True)
            raise CannotTell(f"{row.sheet}, row {row.number}, {problem}")
        return found

    def _only_cluster(self) -> str | None:
        """Empty where there is none at all."""
        if len(self._clusters) > 1:
            return None
        return next(iter(self._clusters.values()), "")

    def _offer(self, device: str, model: str, highest: TlsVersion | None) -> TlsProfile:
        known = self._offers.get((model, highest))
        if known is not None:
            return known
        offer, is_known = offer_of_model(model)
        if highest is not None:
            offer = _with_highest(highest)
        elif not is_known:
            what = f"the model {plain(model)}, which the lab does not know" if model else "no model that anything names"
            problem = f"has {what}: it is taken to offer up to {offer.maximum}"
            self._notes.add(device, f"{problem}, like all phones of that model", "add a column TLS Version")
        self._offers[model, highest] = offer
        return offer

    def _note_end(self, device: str, kind: str, held: Held | None) -> None:
        if held is None:
            return
        last = held.not_after if isinstance(held, Described) else read(held.certificate).not_after
        if last is None:
            problem = f"the {kind} ends at a time that OpenSSL cannot read: it refuses it (code 14)"
            self._notes.of_phone("", device, f"{kind} end", problem, grave=True)
        elif last < self._now:
            self._notes.of_phone("", device, f"{kind} expired", f"the {kind} expired on {last:%Y-%m-%d}")


def _with_highest(version: TlsVersion) -> TlsProfile:
    """What phones offer that stop at this version."""
    if version is TlsVersion.TLSv1_3:
        return TLS_1_3
    if version is TlsVersion.TLSv1_2:
        return TLS_1_2
    return TlsProfile(TLS_1_0.minimum, version, TLS_1_0.ciphers)
