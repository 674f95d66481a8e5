"""A phone's certificate as its row tells of it: the one that was found, or a description from which one is made."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from cisco_data import MIC_LIFE, CertificateKind, mic_end, mic_rule
from cisco_data.models import MODELS, product_named
from lab.base.failures import shown
from lab.exports import columns as col
from lab.exports.authorities import Authorities, alike
from lab.exports.inventory import InventoryRow, Told
from lab.exports.notes import Notes
from lab.exports.phone_certificates import Found, PhoneCertificates
from lab.exports.spelled import name_fits
from lab.fleet.model import Described, Held
from pki import RSA_2048, Certificate, profiles, read
from wire.plain_text import plain

LSC, MIC = CertificateKind.LSC, CertificateKind.MIC
_DAY = timedelta(days=1)
_SERIAL_BITS = (1 << 159) - 1
_USUALLY_MADE = MODELS["8861"].built


class CannotTell(Exception):
    """It is not known what the phone holds; the message is a sentence without its end."""


class ToldCertificates:
    """Knows what was found, and who may have signed."""

    def __init__(
        self,
        found: PhoneCertificates,
        authorities: Authorities,
        nearest: Mapping[str, Iterable[Certificate]],
        capf: Mapping[str, Certificate],
        now: datetime,
        notes: Notes,
    ) -> None:
        """`nearest`: what the stores of each cluster hold; `capf`: the certificate of each cluster's CAPF."""
        self._found = found
        self._authorities = authorities
        self._nearest = {cluster: tuple(held) for cluster, held in nearest.items()}
        self._capf = capf
        self._now = now
        self._notes = notes
        self._issuers: dict[tuple[object, ...], list[Certificate]] = {}

    def held(self, row: InventoryRow, kind: CertificateKind, cluster: str, model: str) -> Held | None:
        """What the phone of this row holds of this kind. Raises CannotTell."""
        told = row.lsc if kind is LSC else row.mic
        where = f"{row.sheet}, row {row.number}"
        found = self._found.of(row.device, kind)
        if told is None:
            return found[0].known if found else self._usual(row, kind, cluster, model)
        if told.denied:
            if found:
                problem = f"says that there is no {kind}, and {found[0].known.origin} holds one: the row was believed"
                self._notes.of_row(row.sheet, row.number, f"{kind} denied", problem)
            return None
        if not told.says_something:
            return found[0].known if found else None
        fitting = [each for each in found if _fits(each, told)] if found else []
        fitting = fitting or self._by_serial(told)
        if fitting:
            return fitting[0].known
        if told.not_told:
            raise CannotTell(f"{where}: {told.not_told}")
        if found:
            problem = f"tells of another {kind} than the one in {found[0].known.origin}: the row was believed"
            self._notes.of_row(row.sheet, row.number, f"{kind} differs", problem)
        return self._described(row, told, kind, cluster, model)

    def _by_serial(self, told: Told) -> list[Found]:
        numbers = told.serials if self._found.has_nameless else frozenset()
        return [each for number in numbers for each in self._found.without_name(number)]

    def _usual(self, row: InventoryRow, kind: CertificateKind, cluster: str, model: str) -> Described | None:
        """Where the inventory has no such column: no LSC, and the MIC that phones of this model have."""
        if kind is LSC:
            problem = "has no column of LSCs: a phone has one only where its certificate is among the files"
            self._notes.add(row.sheet, problem, "add LSC Issuer, LSC Serial and LSC Expiry")
            return None
        made = row.made or usually_made(model)
        rule = mic_rule(model, made.date())
        if rule is None:
            problem = f"is a {plain(model) or 'phone of an unknown model'}, and nothing says which MIC that has"
            self._notes.of_row(row.sheet, row.number, "usual MIC", problem, "add a column MIC Issuer", grave=True)
            raise CannotTell(f"{row.sheet}, row {row.number}, {problem}")
        problem = "has no column of MICs: each phone is taken to have the one that its model usually has"
        self._notes.add(row.sheet, problem, f"add a column {col.MIC_ISSUER}")
        if row.made is None and not rule.same_for_all:
            problem = (
                f"is a {model}, whose MIC depends on when it was made: taken to be of {made:%Y-%m}, by {rule.authority}"
            )
            self._notes.of_row(row.sheet, row.number, f"made {model}", problem, f"add a column {col.MADE}")
        return self._described(row, Told(rule.authority), MIC, cluster, model) if rule.authority else None

    def _described(self, row: InventoryRow, told: Told, kind: CertificateKind, cluster: str, model: str) -> Described:
        issuer = self._issuer(row, told, kind, cluster)
        since, until = self._dates(row, told, kind, issuer, model)
        cn = told.issuer or (read(issuer).subject.cn if issuer is not None else "")
        return Described(
            kind,
            product_named(model),
            cn,
            issuer,
            max(told.serials, default=1) & _SERIAL_BITS,  # read as hex it is the greater one
            since,
            until,
            f"row {row.number} of {row.sheet}",
            told.key or RSA_2048,
            unsure_after=self._now if kind is LSC and told.until is None else None,
            serial_known=len(told.serials) == 1,
        )

    def _issuer(self, row: InventoryRow, told: Told, kind: CertificateKind, cluster: str) -> Certificate | None:
        if not told.issuer:
            if kind is LSC and cluster in self._capf:
                problem = "does not say who signed the LSC: taken to be the CAPF of its cluster as it is now"
                self._notes.of_row(row.sheet, row.number, "no LSC issuer", problem)
                return self._capf[cluster]
            problem = f"does not say who signed the {kind}"
            self._notes.of_row(row.sheet, row.number, f"no {kind} issuer", problem, "fill in the issuer's CN")
            raise CannotTell(f"{row.sheet}, row {row.number}, {problem}")
        key = told.issuer, told.issuer_parts, told.issuer_until, cluster
        if key not in self._issuers:
            named = self._authorities.named(told.issuer, self._nearest.get(cluster, ()))
            if len(named) > 1:
                named = [each for each in named if name_fits(each, told.issuer_parts)] or named
            if len(named) > 1 and told.issuer_until is not None:
                named = [each for each in named if read(each).not_after == told.issuer_until] or named
            self._issuers[key] = named
        found = self._issuers[key]
        if len(found) > 1:
            problem = f"names {shown(told.issuer)} as issuer of the {kind}, which is {len(found)} certificates here"
            remedy = "add the phone's certificate, or leave one of them"
            self._notes.of_row(row.sheet, row.number, f"ambiguous {told.issuer}", problem, remedy)
            raise CannotTell(f"{row.sheet}, row {row.number}, {problem}")
        if not found:
            problem = (
                f"names {shown(told.issuer)} as issuer of the {kind}, which is in no store: no service trusts it here"
            )
            remedy = "where it will be added, put its certificate into any folder of the exports"
            self._notes.of_row(row.sheet, row.number, f"unknown {told.issuer}", problem, remedy)
        return found[0] if found else None

    def _dates(
        self, row: InventoryRow, told: Told, kind: CertificateKind, issuer: Certificate | None, model: str
    ) -> tuple[datetime, datetime]:
        span, until = (profiles.FIVE_YEARS if kind is LSC else MIC_LIFE), told.until
        made = told.since
        if until is None and kind is MIC:
            made = made or row.made or usually_made(model)
            if issuer is not None:
                made = max(made, read(issuer).not_before or made)
            until = mic_end(made, told.issuer, read(issuer).not_after if issuer is not None else None)
            kind_of_note, problem = _no_mic_expiry(made if row.made is None and told.since is None else None)
            self._notes.of_row(row.sheet, row.number, kind_of_note, problem)
        elif until is None:
            until = self._now + span
            problem = "does not say when the LSC expires: taken to be valid now, and not known for any later day"
            self._notes.of_row(row.sheet, row.number, f"no {kind} expiry", problem)
        since = made or min(until - span, self._now - _DAY)
        if kind is MIC and issuer is not None:
            since = min(max(since, read(issuer).not_before or since), until - _DAY)
        if since >= until:
            problem = f"has a {kind} that ends before it begins"
            self._notes.of_row(row.sheet, row.number, f"{kind} dates", problem)
            raise CannotTell(f"{row.sheet}, row {row.number}, {problem}")
        return since, until


@functools.lru_cache(maxsize=64)
def _no_mic_expiry(made: datetime | None) -> tuple[str, str]:
    """What kind of note it is, and its text; kept, as forty thousand rows may say it. `made`: where that is assumed."""
    problem = "does not say when MICs expire: taken to be ten years after manufacture, or with their authority"
    if made is None:
        return "no MIC expiry", problem
    return f"no MIC expiry {made:%Y-%m}", f"{problem}; a phone of this model is taken to be made in {made:%Y-%m}"


def usually_made(model: str) -> datetime:
    """When a phone of this model was made, where nothing says: as this lab's phones. Assumed."""
    return MODELS[model].built if model in MODELS else _USUALLY_MADE


def _fits(found: Found, told: Told) -> bool:
    """Whether this may be the certificate that the row tells of: by its serial number, else by who signed it."""
    if told.serials:
        return read(found.known.certificate).serial_number in told.serials
    return not told.issuer or alike(found.issuer) == alike(told.issuer)
