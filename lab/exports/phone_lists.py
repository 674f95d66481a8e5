"""Which CTL and ITL each phone holds: by files of its own, by ITL File Status, and else by assumption, which is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cisco_data.models import MODELS
from lab.exports import columns as col
from lab.exports.inventory import InventoryRow
from lab.exports.itl_status import ItlStatus
from lab.exports.network_trust import NetworkTrust
from lab.exports.notes import Notes
from lab.exports.show_list_text import ListName
from lab.fleet.trust import ClusterTrust, FleetList, HeldTrust
from wire.plain_text import plain


@dataclass(frozen=True, slots=True)
class PhoneTrust:
    """What is known of it."""

    lists: HeldTrust | None
    not_told: str = ""
    """Why it is not known: a sentence without its end."""


class PhoneLists:
    """Phones that hold the same lists share one object."""

    def __init__(self, trust: NetworkTrust, notes: Notes) -> None:
        self._trust = trust
        self._notes = notes
        self._shared: dict[tuple[int, int], HeldTrust] = {}

    def of(self, row: InventoryRow | None, device: str, cluster: str, model: str) -> PhoneTrust:
        """Of one phone; where its cluster is not known nothing is told."""
        trust = self._trust.trust.get(cluster)
        if trust is None:
            return PhoneTrust(None)
        lists = self._trust.lists[cluster]
        if why := lists.unread_phones.get(device):
            return PhoneTrust(None, why)
        files = lists.phones.get(device, {})
        status = row.itl_status if row is not None else None
        where = f"{row.sheet}, row {row.number}" if row is not None else device
        if row is not None and row.itl_not_told:
            return PhoneTrust(None, f"{where}: {row.itl_not_told}")
        if files:
            return self._of_files(device, trust, files, model)
        if trust.not_told:
            return PhoneTrust(None, trust.not_told)
        knows_itl = MODELS[model].security_by_default if model in MODELS else True
        served = _served(trust) if knows_itl else None
        if status is ItlStatus.MISMATCH:
            problem = "holds another ITL file than its cluster serves, and no file here says which"
            remedy = f"add the file that it holds as ITL{device}.tlv, or make it take the one that is served first"
            if row is not None:
                self._notes.of_row(row.sheet, row.number, "ITL mismatch", problem, remedy)
            return PhoneTrust(None, f"{where}: {problem}")
        if status is ItlStatus.NOT_INSTALLED:
            if trust.ctl is not None and row is not None:
                problem = "holds no ITL file: taken to hold the CTL file that its cluster serves"
                self._notes.of_row(row.sheet, row.number, "no ITL", problem)
            return PhoneTrust(self._held(trust.ctl, None))
        if status is None or status is ItlStatus.UNKNOWN:
            self._note_assumed(row, cluster, known=status is not None)
        return PhoneTrust(self._held(trust.ctl, served))

    def group(self, cluster: str) -> tuple[str, ...]:
        """Names of the CallManagers that the files of a cluster's phones list; empty for the only one."""
        return self._trust.groups.get(cluster, ())

    def _of_files(
        self, device: str, trust: ClusterTrust, files: Mapping[ListName, FleetList | None], model: str
    ) -> PhoneTrust:
        """Of a list of which there is no file, the phone holds what is served."""
        knows_itl = MODELS[model].security_by_default if model in MODELS else True
        itl = files["ITL"] if "ITL" in files else (_served(trust) if knows_itl else None)
        ctl = files.get("CTL", trust.ctl)
        missing = [kind for kind in ("CTL", "ITL") if kind not in files]
        if missing and trust.not_told:
            return PhoneTrust(None, trust.not_told)
        if missing and (ctl is not None or itl is not None):
            problem = (
                f"has a file of one of its lists only: its {missing[0]} is taken to be the one that its cluster serves"
            )
            self._notes.of_phone("", device, f"no {missing[0]} file", problem)
        return PhoneTrust(self._held(ctl, itl))

    def _note_assumed(self, row: InventoryRow | None, cluster: str, *, known: bool) -> None:
        remedy = f"add a column {col.ITL_STATUS}, or the phone's own files as ITLSEP....tlv"
        problem = "taken to hold the CTL and ITL that its cluster serves"
        if row is None:
            self._notes.add(cluster, f"of phones without a row nothing says which lists they hold: {problem}", remedy)
        elif known:
            said = "does not know its ITL status"
            self._notes.of_row(row.sheet, row.number, "ITL unknown", f"{said}: {problem}", remedy)
        else:
            problem = f"has no column {col.ITL_STATUS}: each phone of {plain(cluster)} is {problem}"
            self._notes.add(row.sheet, problem, remedy)

    def _held(self, ctl: FleetList | None, itl: FleetList | None) -> HeldTrust:
        key = id(ctl), id(itl)
        if key not in self._shared:
            self._shared[key] = HeldTrust(ctl, itl)
        return self._shared[key]


def _served(trust: ClusterTrust) -> FleetList | None:
    """By the first node that phones ask for their files."""
    return next((node.tftp.itl for node in trust.asked if node.tftp is not None), None)
