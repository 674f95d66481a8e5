"""Networks and plans that hypothesis draws, as text of a scenario: the first step turns all phones on, the others are the plan."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as some

from cisco_data import ServiceName
from cisco_data.enterprise_parameters import FILE_SIGNATURE_ALGORITHM, PHONE_INTERACTION, values_of
from lab.base.releases import release_known
from lab.scenario.file import parse
from lab.scenario.model import Scenario

RELEASES = ("11.5", "12.5SU3", "14SU3")
CLUSTERS = ("hq", "branch")
MODELS = ("8861", "7965", "7841")
UNITS = ("CallManager", "TVS", "ITLRecovery", "CAPF", "tomcat", "CallManager-ECDSA")
SERVICES = (ServiceName.TVS, ServiceName.TFTP, ServiceName.CALLMANAGER)
STORES = ("Phone-SAST-trust", "CallManager-trust", "CAPF-trust", "Phone-trust")
Table = dict[str, Any]


def _nodes(cluster: str) -> tuple[str, str]:
    return f"{cluster}-pub", f"{cluster}-sub"


clusters = some.fixed_dictionaries(
    {"release": some.sampled_from(RELEASES), "mode": some.sampled_from(("mixed", "mixed", "non-secure"))}
)
_profiles = some.sampled_from(("Encrypted", "Authenticated", "Non Secure"))
phones = some.fixed_dictionaries(
    {
        "model": some.sampled_from(MODELS),
        "cluster": some.sampled_from(CLUSTERS),
        "profile": _profiles,
        "lsc": some.booleans(),
    }
)
_cluster = some.sampled_from(CLUSTERS)
_phone = some.sampled_from(("p1", "p2", "p3"))


def _operation(do: str, **keys: some.SearchStrategy[Any]) -> some.SearchStrategy[Table]:
    return some.fixed_dictionaries({"do": some.just(do), **keys})


@some.composite
def _regenerated(draw: some.DrawFn) -> Table:
    cluster, unit = draw(_cluster), draw(some.sampled_from(UNITS))
    table = {"do": "regenerate-certificate", "certificate": f"{unit} of {cluster}"}
    if unit not in ("CAPF", "ITLRecovery"):
        table["node"] = draw(some.sampled_from(_nodes(cluster)))
    return table


@some.composite
def _controlled(draw: some.DrawFn) -> Table:
    cluster, service = draw(_cluster), draw(some.sampled_from((*SERVICES, ServiceName.CAPF)))
    word = draw(some.sampled_from(("restart", "restart", "restart", "stop", "start")))
    table = {"do": f"{word}-service", "cluster": cluster, "service": str(service)}
    if service is not ServiceName.CAPF and draw(some.booleans()):
        table["node"] = draw(some.sampled_from(_nodes(cluster)))
    return table


@some.composite
def _stored(draw: some.DrawFn) -> Table:
    cluster, store = draw(_cluster), draw(some.sampled_from(STORES))
    owner, unit = draw(_cluster), draw(some.sampled_from(UNITS))
    word = draw(some.sampled_from(("upload", "upload", "delete")))
    return {"do": f"{word}-certificate", "cluster": cluster, "store": store, "certificate": f"{unit} of {owner}"}


OPERATIONS = (
    _regenerated(),
    _regenerated(),
    _controlled(),
    _controlled(),
    _controlled(),
    _stored(),
    _operation("update-ctl", cluster=_cluster),
    some.builds(
        lambda cluster, name, first: {"do": "set-parameter", "cluster": cluster, "name": name, "value": first},
        _cluster,
        some.sampled_from((FILE_SIGNATURE_ALGORITHM, PHONE_INTERACTION)),
        some.integers(0, 1),
    ),
    _operation("set-profile", phone=_phone, profile=_profiles),
    _operation("set-cluster-mode", cluster=_cluster, mode=some.sampled_from(("mixed", "non-secure"))),
    _operation("move", phone=_phone, to=_cluster),
    _operation("reset-on-phone", phone=_phone),
    _operation("reset-on-phone"),
    _operation("reset-on-phone"),
    _operation("reset", phone=_phone),
    _operation("reset"),
    _operation("delete-trust-list-on-phone", phone=_phone),
    _operation("factory-reset", phone=_phone),
    _operation("wait", seconds=some.sampled_from((1, 600, 1860, 3600))),
)


@some.composite
def scenarios(draw: some.DrawFn, most: int = 9) -> Scenario:
    """Three phones in two clusters of two nodes, and a plan."""
    text = ['title = "a plan"']
    releases = {}
    for name in CLUSTERS:
        cluster = draw(clusters)
        releases[name] = release_known(cluster["release"])
        text.append(_table(f"[clusters.{name}]", cluster))
        text += [f"[clusters.{name}.nodes.{node}]" for node in _nodes(name)]
    for name in ("p1", "p2", "p3"):
        phone = dict(draw(phones))
        if phone.pop("lsc"):
            phone["lsc"] = phone["cluster"]
        text.append(_table(f"[phones.{name}]", phone))
    text.append('[[steps]]\ndo = "boot"')
    for step in draw(some.lists(some.one_of(OPERATIONS), min_size=1, max_size=most)):
        if step["do"] == "set-parameter":
            values = values_of(step["name"], releases[step["cluster"]])
            if len(values) < 2:
                continue
            step = {**step, "value": values[step["value"]]}
        text.append(_table("[[steps]]", step))
    return parse("\n".join(text) + "\n", "plan.toml", "plan")


def _table(head: str, keys: Table) -> str:
    lines = (f"{key} = {value}" if isinstance(value, int) else f'{key} = "{value}"' for key, value in keys.items())
    return "\n".join((head, *lines))
