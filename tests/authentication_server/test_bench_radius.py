"""The figure of `make bench`: the same phones ask our server and FreeRADIUS, and both let them in."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab.bench import radius as bench_radius
from lab.bench.freeradius import configure
from lab.bench.radius import RadiusRates, authentications_per_second
from pki import KeyPool


@pytest.mark.peer("freeradius")
def test_both_servers_are_asked_and_answer() -> None:
    rates = authentications_per_second(KeyPool(), rounds=1, per_round=20)
    assert rates is not None
    assert rates.lab > 1
    assert rates.freeradius > 1
    assert rates.ratio == rates.lab / rates.freeradius


def test_without_freeradius_there_is_no_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_radius, "freeradius_here", lambda: None)
    assert authentications_per_second(KeyPool()) is None


def test_a_server_that_does_not_start_is_said_to(tmp_path: Path) -> None:
    with (
        pytest.raises(RuntimeError, match="false did not start"),
        bench_radius._running(["false"], bench_radius._free_port()),
    ):
        pass


def test_the_ratio_is_ours_to_theirs() -> None:
    assert RadiusRates(50, 100).ratio == 0.5


def test_the_configuration_names_what_it_is_given(tmp_path: Path) -> None:
    files = {"certificate": tmp_path / "c", "key": tmp_path / "k", "trust": tmp_path / "t"}
    configure(tmp_path / "raddb", ("127.0.0.9", 21812), secret=b"s3cret", check_crl=True, check_identity=True, **files)
    written = (tmp_path / "raddb" / "radiusd.conf").read_text()
    for line in (
        "port = 21812",
        "ipaddr = 127.0.0.9",
        'secret = "s3cret"',
        "check_crl = yes",
        'check_cert_cn = "%{User-Name}"',
        f"ca_file = {tmp_path}/t",
    ):
        assert has_line(line, written)


def has_line(line: str, text: str) -> bool:
    return line in (each.strip() for each in text.splitlines())
