"""A node more that no phone uses changes nothing: each story of the gallery comes to the same attempts and rules."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from lab.operations.names import OfNode
from lab.operations.nodes import call_manager_group, tftp_servers
from lab.play.runner import play
from lab.scenario import gallery
from lab.scenario.model import ClusterPart, NodePart, Scenario
from tests.outcomes.table import table
from tests.outcomes.test_story_outcomes import KNOWN


def with_a_spare_node(story: Scenario) -> Scenario:
    """Every cluster has a subscriber that is in no CallManager Group and that no phone asks for its file."""

    def more(name: str, part: ClusterPart) -> ClusterPart:
        before = part.cast_nodes(name)
        return msgspec.structs.replace(
            part,
            nodes={**(part.nodes or {f"{name}-pub": NodePart()}), f"{name}-spare": NodePart()},
            call_manager_group=call_manager_group(before, part.call_manager_group),
            tftp_servers=tftp_servers(before, part.tftp_servers),
        )

    return replace(story, clusters={name: more(name, part) for name, part in story.clusters.items()})


def is_about_the_only_node(name: str) -> bool:
    """A change of the node's name names no node: with two of them the step is refused, and what comes of it is another matter."""
    return any(isinstance(step, OfNode) and not step.node for step in gallery.story(name).steps)


COUNTS_CERTIFICATES = "too-many-certificates-for-the-itl"
"""TVS of another node is in the ITL file too, so the number of certificates that the story counts is another one."""


@pytest.mark.parametrize(
    "name",
    [name for name in gallery.names() if name != COUNTS_CERTIFICATES and not is_about_the_only_node(name)],
)
def test_a_story_with_a_node_that_no_phone_uses_comes_to_the_same(name: str) -> None:
    result = play(with_a_spare_node(gallery.story(name)))
    assert result.passed
    assert {event.actor.node for event in result.events} >= {f"{cluster}-spare" for cluster in result.scenario.clusters}
    assert table(result).splitlines() == KNOWN[name].splitlines()
