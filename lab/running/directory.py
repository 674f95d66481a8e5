"""The URL of a cluster's directory, as phones' configurations name it."""

from __future__ import annotations

from cisco_data import ServiceName
from cucm_sim.tomcat import DIRECTORY_PATH, Tomcat
from lab.running.cluster import LabCluster


def directory_url_of(cluster: LabCluster) -> str:
    """On the publisher, with the port that Tomcat has in this lab. Assumed: by its address, since a lab has no DNS."""
    publisher = cluster.cluster.publisher
    tomcat = publisher.services[ServiceName.TOMCAT]
    assert isinstance(tomcat, Tomcat)
    return f"https://{publisher.address}:{tomcat.port}{DIRECTORY_PATH}"
