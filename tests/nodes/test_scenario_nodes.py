"""Nodes in a scenario file: what is built, and one sentence for each mistake; and what-if on a cluster of several."""

from __future__ import annotations

import pytest

from lab.base.failures import ScenarioError
from lab.operations.effects import apply
from lab.operations.table import operation_of
from lab.play.building import make_keys
from lab.play.runner import play
from lab.running.lab import key_pool
from lab.scenario.file import parse
from lab.whatif.credential_factory import CredentialFactory
from lab.whatif.fleet_names import FleetNames
from lab.whatif.initial_fleet import initial_fleet
from lab.whatif.judge import Judge

STORY = """
title = "A subscriber takes over"
[clusters.hq]
{keys}
[clusters.hq.nodes.hq-pub]
[clusters.hq.nodes.hq-sub]
{sub}
[phones.lobby]
model = "8861"
cluster = "hq"
profile = "Encrypted"
{steps}
"""
STEPS = """
[[steps]]
do = "boot"
[[steps]]
do = "stop-service"
cluster = "hq"
node = "hq-pub"
service = "Cisco CallManager"
[[steps]]
expect = "registered"
phone = "lobby"
certificate = "MIC"
"""


def story(keys: str = "", sub: str = "", steps: str = STEPS) -> str:
    return STORY.format(keys=keys, sub=sub, steps=steps)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (story('call-manager-group = ["hq-sup"]'), "clusters.hq.call-manager-group[1]: there is no node 'hq-sup'"),
        (story('tftp-servers = ["hq-pub", "hq-pub"]'), "clusters.hq.tftp-servers[2]: hq-pub stands there twice"),
        (
            story('call-manager-group = ["hq-sub"]', 'services = ["Cisco Tftp"]'),
            "hq-sub does not run Cisco CallManager",
        ),
        (
            story(sub='services = ["Cisco Certificate Authority Proxy Function"]'),
            "runs on the publisher only, which is hq-pub",
        ),
        (story(sub="service = []"), "clusters.hq.nodes.hq-sub.service: there is no key 'service' here"),
        (story(sub='services = ["TFTP"]'), "clusters.hq.nodes.hq-sub.services[1]: 'TFTP' is not possible here"),
        (story(steps=STEPS.replace('node = "hq-pub"', 'node = "pub"')), "steps[2].node: hq has no node 'pub'"),
        (
            story(steps=STEPS.replace("CallManager", "Certificate Authority Proxy Function").replace("pub", "sub")),
            "steps[2].node: Cisco Certificate Authority Proxy Function runs on the publisher only",
        ),
        (story() + "[clusters.branch.nodes.hq-pub]\n", "clusters.branch.nodes: 'hq-pub' is a node of hq already"),
    ],
)
def test_a_mistake_in_nodes_is_one_sentence_that_says_where(text: str, sentence: str) -> None:
    with pytest.raises(ScenarioError) as raised:
        parse(text, "x.toml", "x")
    assert sentence.replace("'", '"') in str(raised.value).replace("'", '"')


def test_a_subscriber_takes_over_in_a_story() -> None:
    result = play(parse(story(), "x.toml", "x"))
    assert result.passed


def test_what_if_knows_each_callmanager_by_its_node_and_follows_the_group_of_each_phone() -> None:
    scenario = parse(story('call-manager-group = ["hq-sub", "hq-pub"]'), "x.toml", "x")
    keys = make_keys(scenario, key_pool())
    fleet = initial_fleet(scenario, keys)
    publisher, subscriber = "CallManager of hq/hq-pub", "CallManager of hq/hq-sub"
    assert set(fleet.servers) == {publisher, subscriber, "CAPF of hq"}
    assert fleet.phones[0].call_managers == (subscriber, publisher)
    shop = CredentialFactory(fleet, keys)

    def accepted_by(*words: dict[str, str]) -> str:
        changed = fleet
        for word in words:
            for step in operation_of({**word, "service": "Cisco CallManager"}).steps(FleetNames(changed)):
                changed = apply(changed, step, shop)
        reached = [each for each in Judge(shop).reach(changed, changed.phones[0]) if each.server.node]
        return reached[0].server.name if reached[0].access.accepted else ""

    stop_subscriber = {"do": "stop-service", "node": "hq-sub"}
    assert accepted_by() == subscriber
    assert accepted_by(stop_subscriber) == publisher
    assert accepted_by(stop_subscriber, {"do": "start-service"}) == subscriber
    assert accepted_by({"do": "stop-service"}) == ""
