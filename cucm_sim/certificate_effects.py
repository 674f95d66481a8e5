"""What must be done until services and phones go by another certificate of a node, in a clause."""

from __future__ import annotations

from cisco_data import CertificateUnit, ServiceName
from cisco_data.enterprise_parameters import AUTOMATIC
from cisco_data.new_certificates import SERVICE_OF_UNIT, resets_phones, restarts_itself, tells_of_ctl_file
from cucm_sim.certificate_units import UNIT_RULES
from cucm_sim.cluster import Cluster


def service_step(cluster: Cluster, unit: str) -> str:
    """What makes a service use another certificate of this unit."""
    service = SERVICE_OF_UNIT[CertificateUnit(unit)]
    return f"{service} restarts by itself" if restarts_itself(unit, cluster.release) else f"restart of {service}"


def trust_list_step(cluster: Cluster, unit: str) -> str:
    """What makes phones trust it; empty where no trust list holds it."""
    rules = UNIT_RULES[unit]
    if not (rules.in_ctl or rules.in_itl):
        return ""
    if rules.in_ctl and cluster.is_mixed:
        return f"utils ctl update CTLFile, then {ctl_file_step(cluster)}"
    if not restarts_itself(unit, cluster.release):
        return f"restart of {ServiceName.TFTP}, then reset of the phones"
    return f"{ServiceName.TFTP} restarts by itself, then {_reset(cluster, resets_phones(unit, cluster.release))}"


def ctl_file_step(cluster: Cluster) -> str:
    """What makes phones take a CTL file of `utils ctl update CTLFile`."""
    return _reset(cluster, tells_of_ctl_file(cluster.release))


def _reset(cluster: Cluster, by_release: bool) -> str:
    automatic = by_release and cluster.database.phone_interaction == AUTOMATIC
    return "the phones are reset by the system" if automatic else "reset of the phones"
