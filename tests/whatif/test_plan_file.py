"""A plan is read with every mistake named by its place; its names are looked up as the steps before leave things."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from cisco_data import CertificateKind
from lab.base.failures import InvalidInput
from lab.fleet.model import Fleet
from lab.operations import steps as st
from lab.whatif.credential_factory import CredentialFactory
from lab.whatif.plan_file import load_plan, parse_plan
from lab.whatif.plan_steps import steps_of_plan
from tests.whatif.conftest import NOW, Network, said_of
from wire.tls import TlsVersion

PATH = Path("plan.toml")
CALLMANAGER, CAPF = "CallManager of hq", "CAPF of hq"
A, B, C = "SEP0011223344A1", "SEP0011223344B2", "SEP0011223344C3"


@pytest.fixture
def fleet(network: Network) -> Fleet:
    return network.fleet(
        network.phone(A, lsc=network.lsc(device=A)), network.phone(B, "7965"), network.phone(C, cluster="branch")
    )


def meant(fleet: Fleet, network: Network, text: str, path: Path = PATH) -> tuple[tuple[st.Step, ...], list[str]]:
    steps, findings = steps_of_plan(fleet, CredentialFactory(fleet, network.keys), parse_plan(text, path))
    return steps, [f"{finding.where}: {finding.problem}" for finding in findings]


def refused(fleet: Fleet, network: Network, text: str) -> str:
    with pytest.raises(InvalidInput) as caught:
        meant(fleet, network, text)
    return str(caught.value)


def step(**keys: str) -> str:
    return "[[steps]]\n" + "".join(f"{key} = {value}\n" for key, value in keys.items())


def test_every_kind_of_step_means_what_it_says(network: Network, fleet: Fleet, tmp_path: Path) -> None:
    from cryptography.hazmat.primitives.serialization import Encoding

    (tmp_path / "other.pem").write_bytes(network.other_capf.certificate.public_bytes(Encoding.PEM))
    text = """
        source = "exports"
        [[steps]]
        do = "upload-certificate"
        certificate = "other.pem"
        store = "CallManager-trust"
        [[steps]]
        do = "upload-certificate"
        certificate = "CAPF of hq"
        server = "ise"
        [[steps]]
        do = "regenerate-certificate"
        certificate = "CAPF"
        [[steps]]
        do = "restart-service"
        service = "Cisco Certificate Authority Proxy Function"
        [[steps]]
        do = "update-ctl"
        [[steps]]
        do = "install-lsc"
        phones = ["00:11:22:33:44:a1"]
        [[steps]]
        do = "delete-certificate"
        certificate = "CAPF of hq"
        store = "CAPF-trust"
        [[steps]]
        do = "set-minimum-tls"
        version = "1.2"
        server = "ise"
        [[steps]]
        do = "restart-service"
        server = "ise"
        [[steps]]
        do = "wait"
        until = 2027-01-31
        [[steps]]
        do = "move"
        cluster = "hq"
        to = "hq"
        [[steps]]
        do = "certificate-operation"
        mode = "By Existing Certificate (Precedence to MIC)"
        models = ["Cisco 7965"]
        [[steps]]
        do = "delete-lsc"
        phones = ["SEP00112233*"]
    """
    steps, _ = meant(fleet, network, text, tmp_path / "plan.toml")
    regenerated = steps[6]
    assert isinstance(regenerated, st.RemoveCertificateStep)
    assert regenerated.certificate != network.capf.certificate  # CAPF of hq is the new one by then
    assert steps == (
        st.AddCertificateStep(network.other_capf.certificate, CALLMANAGER),
        st.AddCapfCertificateStep("hq", "ise"),
        st.RegenerateCapfStep("hq"),
        st.RestartStep(CAPF),
        st.UpdateTrustListsStep("hq"),
        st.InstallLscStep(frozenset({A})),
        regenerated,
        st.SetMinimumTlsStep("ise", TlsVersion.TLSv1_2),
        st.RestartStep("ise"),
        st.SetDateStep(datetime(2027, 1, 31, tzinfo=UTC)),
        st.MoveStep("hq", frozenset({A, B})),
        st.SetPrecedenceStep(frozenset({B}), CertificateKind.MIC),
        st.DeleteLscStep(frozenset({A, B, C})),
    )


def test_a_move_of_all_names_nobody_and_a_minimum_of_all_names_every_service(network: Network, fleet: Fleet) -> None:
    steps, _ = meant(fleet, network, step(do='"move"', to='"HQ"') + step(do='"set-minimum-tls"', version='"TLSv1.2"'))
    version = TlsVersion.TLSv1_2
    assert steps == (st.MoveStep("hq"), st.SetMinimumTlsStep(CALLMANAGER, version), st.SetMinimumTlsStep(CAPF, version))


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2027-01-31", datetime(2027, 1, 31, tzinfo=UTC)),
        ("2027-01-31T08:00:00", datetime(2027, 1, 31, 8, tzinfo=UTC)),
        ("2027-01-31T08:00:00+02:00", datetime(2027, 1, 31, 6, tzinfo=UTC)),
        ('"2027-01-31"', datetime(2027, 1, 31, tzinfo=UTC)),
    ],
)
def test_a_date_is_tomls_own_or_text(written: str, moment: datetime, network: Network, fleet: Fleet) -> None:
    steps, _ = meant(fleet, network, step(do='"wait"', until=written))
    assert steps == (st.SetDateStep(moment),)


def test_what_is_changed_and_never_restarted_is_told_with_its_step(network: Network, fleet: Fleet) -> None:
    remove = step(do='"delete-certificate"', certificate='"CAPF"', store='"CallManager-trust"')
    restart = step(do='"restart-service"', service='"Cisco CallManager"')
    assert meant(fleet, network, remove + restart)[1] == []
    told = "plan.toml: steps[2]: CallManager of hq is changed here and not restarted after it: that does not count"
    assert meant(fleet, network, restart + remove)[1] == [told]
    at_once = step(do='"delete-certificate"', certificate='"CAPF"', server='"asa"')
    assert meant(fleet, network, at_once)[1] == []


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "plan.toml: steps: this must be a list of at least one step, each under [[steps]]"),
        ("steps = []", "plan.toml: steps: this must be a list of at least one step, each under [[steps]]"),
        ("steps = [1]", "plan.toml: steps[1]: this must be a table, under [[steps]]"),
        ("source = 1", "plan.toml: source: this must be text in quotes: a folder of exports, or a story"),
        ("stpes = []", 'plan.toml: stpes: there is no key "stpes" here (did you mean "steps"?)'),
        ("[[steps]]\n", 'plan.toml: steps[1]: the key "do" is missing'),
        (step(do='"resett"'), 'plan.toml: steps[1].do: nothing is called "resett" (did you mean "reset"?)'),
        (step(do='"delete-certificate"'), 'plan.toml: steps[1]: the key "certificate" is missing'),
        (
            step(do='"restart-service"', servcie='"x"'),
            'plan.toml: steps[1].servcie: there is no key "servcie" here (did you mean "service"?)',
        ),
        (step(do='"move"', to="1"), "plan.toml: steps[1].to: this must be text in quotes, not a whole number"),
        (
            step(do='"reset"', kind='"rst"'),
            'plan.toml: steps[1].kind: "rst" is not possible here (did you mean "reset"?)',
        ),
        (
            step(do='"wait"', until='"soon"'),
            'plan.toml: steps[1]: until: "soon" is not a date: write 2027-01-31 or 2027-01-31T08:00:00Z',
        ),
        (
            step(do='"wait"', until="2020-01-01"),
            "plan.toml: steps[1]: until: 2020-01-01 00:00Z is before 2026-11-23 08:00Z, and time only passes",
        ),
        (step(do='"move"', to='"there"'), 'plan.toml: steps[1]: to: there is no cluster "there" (there is hq)'),
        (
            step(do='"install-lsc"', phones='["SEP0011223344A9"]'),
            'plan.toml: steps[1]: phones[1]: there is no phone "SEP0011223344A9" (did you mean "SEP0011223344A1"?)',
        ),
        (
            step(do='"install-lsc"', models='["8841"]'),
            'plan.toml: steps[1]: models[1]: no phone is a "8841" (did you mean "8861"?)',
        ),
        (
            step(do='"install-lsc"', models='["7965"]', phones=f'["{A}"]'),
            "plan.toml: steps[1]: no phone fits all that this step asks for",
        ),
    ],
)  # fmt: skip
def test_each_mistake_is_one_sentence_with_its_place(text: str, sentence: str, network: Network, fleet: Fleet) -> None:
    assert refused(fleet, network, text) == sentence


def test_a_file_that_cannot_be_a_plan_says_why(tmp_path: Path) -> None:
    for octets, problem in (
        (b"\xff", "octet 1: this is not UTF-8 text"),
        (b"steps = ", "this is not TOML"),
        (b"[" * 3000, "this"),
    ):
        (tmp_path / "plan.toml").write_bytes(octets)
        with pytest.raises(InvalidInput, match=problem):
            load_plan(tmp_path / "plan.toml")
    with pytest.raises(InvalidInput, match="does not exist"):
        load_plan(tmp_path / "none.toml")


@given(some.text(max_size=200))
@settings(max_examples=80, deadline=None)
def test_any_text_is_a_plan_or_one_printable_sentence(text: str) -> None:
    for whole in (text, f"[[steps]]\ndo = 'wait'\n{text}", f"[[steps]]\n{text}"):
        said = said_of(lambda whole=whole: parse_plan(whole, PATH))
        assert said is None or said.isprintable()


def test_dates_and_names_are_looked_up_as_the_steps_before_leave_them(network: Network, fleet: Fleet) -> None:
    late = replace(fleet, at=NOW + timedelta(days=1))
    twice = step(do='"wait"', until="2027-01-02") + step(do='"wait"', until="2027-01-01")
    assert "steps[2]: until: 2027-01-01 00:00Z is before 2027-01-02" in refused(late, network, twice)
    remove = step(do='"delete-certificate"', certificate='"CAPF"', server='"ise"')
    assert "steps[2]: ise holds nothing called" in refused(fleet, network, remove + remove)
