"""docs/certificates.md lists what there is: every function with its effect, every service, every name of a certificate."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cisco_data import CertificateUnit, StoreName
from cisco_data.new_certificates import SERVICE_OF_UNIT
from cisco_data.trust_store_copies import COPIED_TO
from cucm_sim import administration
from cucm_sim import certificate_management as management
from cucm_sim.certificate_units import UNIT_RULES
from journal import Event
from lab.operations.certificate_names import COMPANY_ROOT, OF_A_CLUSTER
from phone_sim.boot import BACKOFF_SECONDS, CAPF_RETRY_SECONDS, CAPF_TRIES
from pki import profiles

DOCUMENT = (Path(__file__).resolve().parents[2] / "docs" / "certificates.md").read_text("utf-8")


def rows(heading: str) -> dict[str, str]:
    """First and last cell of each row of the table under a heading."""
    part = DOCUMENT.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    found = re.findall(r"^\| (.+?) \|(?:.*\|)? (.+?) \|$", part, re.MULTILINE)
    return {first.strip("`"): last for first, last in found[1:]}  # without the head


ACTS: dict[str, Callable[[Any], Event]] = {
    "update_ctl_file": lambda lab: management.update_ctl_file(lab.hq.cluster),
    "set_default_ca_list": lambda lab: management.set_default_ca_list(lab.hq.cluster, "disable", "all"),
}


def test_every_act_is_listed_and_no_other() -> None:
    functions = {name for name in management.__all__ if not isinstance(getattr(management, name), type)}
    questions = {"default_ca_list", "stores_to_come_back"}
    acts = functions - questions | {"upload_trust", "delete_trust"}
    assert set(rows("What there is to do")) == acts
    assert set(ACTS) == acts - {"upload_trust", "delete_trust", "regenerate", "install_signed"}


def test_every_certificate_of_a_node_is_listed_as_the_rules_are() -> None:
    part = DOCUMENT.partition("## Certificates of a node\n")[2].partition("\n\n**")[0]
    found = {
        row[0].strip("`"): row for row in re.findall(r"^\| (.+?) \| (.+?) \|(.*?)\|(.*?)\| (.+?) \|$", part, re.M)[1:]
    }
    assert set(found) == set(UNIT_RULES)
    for unit, rules in UNIT_RULES.items():
        _, cn, copied, lists, service = map(str.strip, found[unit])
        assert (copied, service) == (", ".join(COPIED_TO.get(unit, ())), SERVICE_OF_UNIT[CertificateUnit(unit)]), unit
        assert lists == ", ".join([*["CTL"] * rules.in_ctl, *["ITL"] * rules.in_itl]), unit
        if (made := profiles.NODE_CERTIFICATES.get(unit)) is not None:
            assert (made.prefix in cn, made.suffix in cn) == (True, True), unit


@pytest.mark.trio
async def test_each_act_takes_effect_when_the_document_says(autojump_clock: object, lab: Any) -> None:
    lab.cluster(start=False)
    administration.upload_trust(lab.hq.cluster, StoreName.CAPF, lab.company.certificate)
    listed = rows("What there is to do")
    for name, act in ACTS.items():
        assert act(lab).takes_effect == listed[name], name  # type: ignore[attr-defined]


@pytest.mark.trio
async def test_every_service_is_listed(autojump_clock: object, lab: Any) -> None:
    listed = rows("Services")
    assert set(listed) == set(lab.cluster(start=False).services)
    seconds = [f"{pause:g}" for pause in BACKOFF_SECONDS]
    assert f"{', '.join(seconds[:-1])}, then {seconds[-1]} s" in listed["Cisco CallManager"]
    assert CAPF_TRIES == 3
    assert f"three tries, {CAPF_RETRY_SECONDS:g} s apart" in listed["Cisco Certificate Authority Proxy Function"]


@pytest.mark.trio
async def test_every_name_is_listed_and_means_a_certificate(autojump_clock: object, lab: Any) -> None:
    names = set(rows("Names in scenarios")) - {"the CN of an authority"}
    assert names == {f"{prefix}CLUSTER" for prefix in OF_A_CLUSTER} | {COMPANY_ROOT}
    lab.cluster(start=False)
    management.regenerate(lab.hq.cluster, CertificateUnit.CAPF, lab.keys)
    found = [lab.certificate(name.replace("CLUSTER", "hq")) for name in names]
    assert len(set(found)) == len(names) - 1  # after one regeneration the old CAPF is the first
