"""What must be done until services and phones go by another certificate of a node, in a clause."""

from __future__ import annotations

from cisco_data import ServiceName
from cisco_data.enterprise_parameters import AUTOMATIC
from cisco_data.new_certificates import resets_phones, restarts_itself
from cucm_sim.certificate_units import UNIT_RULES
from cucm_sim.cluster import Cluster


def service_step(cluster: Cluster, unit: str) -> str:
    """What makes a service use another certificate of this unit."""
    service = UNIT_RULES[unit].service
    return f"{service} restarts by itself" if restarts_itself(unit, cluster.release) else f"restart of {service}"


def trust_list_step(cluster: Cluster, unit: str) -> str:
    """What makes phones trust it; empty where no trust list holds it."""
    rules = UNIT_RULES[unit]
    if not (rules.in_ctl or rules.in_itl):
        return ""
    if rules.in_ctl and cluster.is_mixed:
        return "utils ctl update CTLFile, then reset of the phones"
    if not restarts_itself(unit, cluster.release):
        return f"restart of {ServiceName.TFTP}, then reset of the phones"
    automatic = resets_phones(unit, cluster.release) and cluster.database.phone_interaction == AUTOMATIC
    reset = "the phones are reset by the system" if automatic else "reset of the phones"
    return f"{ServiceName.TFTP} restarts by itself, then {reset}"
