"""A phone's certificate as its row tells of it: the one that was found, or a description from which one is made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from lab.exports.authorities import Authorities, alike
from lab.exports.inventory import Row, Told
from lab.exports.notes import Notes
from lab.exports.phone_certificates import Found, PhoneCertificates
from lab.failures import plain, shown
from lab.fleet.model import Described, Held
from phone_sim.models import MODELS, product_named
from phone_sim.preference import CertificateKind
from pki import Certificate, profiles, read

LSC, MIC = CertificateKind.LSC, CertificateKind.MIC
_DAY = timedelta(days=1)
_SERIAL_BITS = (1 << 159) - 1


class CannotTell(Exception):
    """Nobody knows what the phone holds; the message is a sentence without its end."""


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
        self._issuers: dict[tuple[str, str], list[Certificate]] = {}

    def held(self, row: Row, kind: CertificateKind, cluster: str, model: str) -> Held | None:
        """What the phone of this row holds of this kind. Raises CannotTell."""
        told = row.lsc if kind is LSC else row.mic
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
        if found:
            problem = f"tells of another {kind} than the one in {found[0].known.origin}: the row was believed"
            self._notes.of_row(row.sheet, row.number, f"{kind} differs", problem)
        return self._described(row, told, kind, cluster, model)

    def _by_serial(self, told: Told) -> list[Found]:
        numbers = _serials(told.serial) if self._found.has_nameless else []
        return [each for number in numbers for each in self._found.without_name(number)]

    def _usual(self, row: Row, kind: CertificateKind, cluster: str, model: str) -> Described | None:
        """Where the inventory has no such column: no LSC, and the MIC that phones of this model have."""
        if kind is LSC:
            problem = "has no column of LSCs: a phone has one only where its certificate is among the files"
            self._notes.add(row.sheet, problem, "add LSC Issuer, LSC Serial and LSC Expiry")
            return None
        if model not in MODELS:
            problem = f"is a {plain(model) or 'phone of an unknown model'}, and nothing says which MIC that has: none was assumed"
            self._notes.of_row(row.sheet, row.number, "usual MIC", problem, "add a column MIC Issuer")
            return None
        authority = MODELS[model].mic_authority
        problem = "has no column of MICs: each phone is taken to have the one that its model usually has"
        self._notes.add(row.sheet, problem, "add a column MIC Issuer")
        return self._described(row, Told(authority), MIC, cluster, model) if authority else None

    def _described(self, row: Row, told: Told, kind: CertificateKind, cluster: str, model: str) -> Described:
        issuer = self._issuer(row, told, kind, cluster)
        since, until = self._dates(row, told, kind, issuer)
        cn = told.issuer or (read(issuer).subject.cn if issuer is not None else "")
        number = int(told.serial or "1", 16) & _SERIAL_BITS
        origin = f"row {row.number} of {row.sheet}"
        return Described(kind, product_named(model), cn, issuer, number, since, until, origin)

    def _issuer(self, row: Row, told: Told, kind: CertificateKind, cluster: str) -> Certificate | None:
        if not told.issuer:
            if kind is LSC and cluster in self._capf:
                problem = "does not say who signed the LSC: taken to be the CAPF of its cluster as it is now"
                self._notes.of_row(row.sheet, row.number, "no LSC issuer", problem)
                return self._capf[cluster]
            problem = f"does not say who signed the {kind}"
            self._notes.of_row(row.sheet, row.number, f"no {kind} issuer", problem, "fill in the issuer's CN")
            raise CannotTell(f"{row.sheet}, row {row.number}, {problem}")
        key = told.issuer, cluster
        if key not in self._issuers:
            self._issuers[key] = self._authorities.named(told.issuer, self._nearest.get(cluster, ()))
        found = self._issuers[key]
        if len(found) > 1:
            problem = f"names {shown(told.issuer)} as issuer of the {kind}, which is {len(found)} certificates here"
            remedy = "add the phone's certificate, or leave one of them"
            self._notes.of_row(row.sheet, row.number, f"ambiguous {told.issuer}", problem, remedy)
            raise CannotTell(f"{row.sheet}, row {row.number}, {problem}")
        if not found:
            problem = f"names {shown(told.issuer)} as issuer of the {kind}, which is in no store: nobody trusts it here"
            remedy = "where it will be added, put its certificate into any folder of the exports"
            self._notes.of_row(row.sheet, row.number, f"unknown {told.issuer}", problem, remedy)
        return found[0] if found else None

    def _dates(
        self, row: Row, told: Told, kind: CertificateKind, issuer: Certificate | None
    ) -> tuple[datetime, datetime]:
        span, until = (profiles.FIVE_YEARS if kind is LSC else profiles.TEN_YEARS), told.until
        if until is None and kind is MIC and issuer is not None:
            until = read(issuer).not_after or self._now + span
            self._notes.add(row.sheet, "does not say when MICs expire: taken to last as long as their authority")
        elif until is None:
            until = self._now + span
            problem = f"does not say when the {kind} expires: taken to be {until:%Y-%m-%d}"
            self._notes.of_row(row.sheet, row.number, f"no {kind} expiry", problem)
        since = told.since or min(until - span, self._now - _DAY)
        if kind is MIC and issuer is not None:
            since = min(max(since, read(issuer).not_before or since), until - _DAY)
        if since >= until:
            problem = f"has a {kind} that ends before it begins"
            self._notes.of_row(row.sheet, row.number, f"{kind} dates", problem)
            raise CannotTell(f"{row.sheet}, row {row.number}, {problem}")
        return since, until


def _fits(found: Found, told: Told) -> bool:
    """Whether this may be the certificate that the row tells of: by its serial number, else by who signed it."""
    if told.serial:
        return read(found.known.certificate).serial_number in _serials(told.serial)
    return not told.issuer or alike(found.issuer) == alike(told.issuer)


def _serials(written: str) -> list[int]:
    """In hex, as most write it, or in decimal, as CUCM's pages do."""
    if not written:
        return []
    return [int(written, 16), *([int(written)] if written.isdecimal() else [])]
