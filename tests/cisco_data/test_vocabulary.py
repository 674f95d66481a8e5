"""Cisco's words stand in `cisco_data` and nowhere else, and their numbers are those of CUCM's tables and of phones' files."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from cisco_data import (
    CAPF_AUTH_MODES,
    DEVICE_SECURITY_MODES,
    JUDGES,
    KIND_OF,
    STORE_OF,
    AuthenticationMode,
    CertificateOperation,
    CertificateStatus,
    CertificateUnit,
    ClusterSecurityMode,
    DeviceSecurityMode,
    KeyOrder,
    ServiceKind,
    ServiceName,
    StoreName,
)
from cisco_data.models import MODELS, TYPEMODEL, model_name, model_number
from cisco_data.services import CERTIFICATE_UNITS
from cisco_data.tls import VERSION_NAMED, VERSION_NUMBERED, TlsVersion
from cisco_data.trust_roles import ROLES_OF_UNIT, TRUST_ROLES, TrustRole
from tests.test_architecture import ROOT, sources

EVERYWHERE = (*ServiceName, *StoreName)
"""These may not even be part of another text."""
WHOLE = {
    *(word for word in (*CertificateOperation, *CertificateStatus) if len(word.split()) > 1 or "/" in word),
    *AuthenticationMode,
    *KeyOrder,
    *DeviceSecurityMode,
}
"""A text that is one of these is one of Cisco's choices; within a sentence they are words like others."""
EXCEPTIONS = {
    "capf_sim/proof_of_possession.py": "its chain does not end in CAPF-trust: a fault that journals keep in these words",
    "capf_sim/texts/trace_words.py": "lines of CAPF's trace, which the device writes",
    "cucm_sim/texts/list_commands.py": "lines that the command line prints",
    "lab/whatif/command.py": "a command, as a user types it",
    "lab/whatif/sample.py": "the README of the sample exports, which names commands and folders",
}


def texts_of(source: str) -> Iterator[tuple[int, str]]:
    """Every text of the code that is no docstring, with its line."""
    tree = ast.parse(source)
    docstrings = {
        id(statement.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        for statement in node.body
        if isinstance(statement, ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.lineno, node.value


def typed_again(source: str) -> list[str]:
    """Cisco's words that the source types."""
    return [
        f"line {line}: {text}"
        for line, text in texts_of(source)
        if text in WHOLE or any(re.search(rf"\b{re.escape(word)}\b", text) for word in EVERYWHERE)
    ]


def test_ciscos_words_are_typed_in_cisco_data_only() -> None:
    found: dict[str, list[str]] = {}
    for path in sources():
        where = path.relative_to(ROOT).as_posix()
        if not where.startswith("cisco_data/") and (typed := typed_again(path.read_text("utf-8"))):
            found[where] = typed
    assert {where: typed for where, typed in found.items() if where not in EXCEPTIONS} == {}
    assert EXCEPTIONS.keys() <= found.keys(), "an exception that is needed no more"


@pytest.mark.parametrize(
    "code",
    ['x = "Cisco CallManager"', 'f"restart of Cisco Tftp of {x}"', 'x = {"a": "Install/Upgrade"}', 'f("Encrypted")'],
)
def test_a_word_that_is_typed_again_is_seen(code: str) -> None:
    assert len(typed_again(code)) == 1


@pytest.mark.parametrize(
    "code", ['"""Cisco CallManager."""', 'x = "an Encrypted profile"', 'x = "None"', "x = ServiceName.TFTP"]
)
def test_a_docstring_or_a_sentence_is_not_taken_for_a_word(code: str) -> None:
    assert typed_again(code) == []


def test_every_store_is_read_by_a_service_and_two_of_them_hold_who_signs_phones_certificates() -> None:
    assert [(store, KIND_OF[store], store.service) for store in STORE_OF.values()] == [
        (StoreName.CALLMANAGER, ServiceKind.CALLMANAGER, ServiceName.CALLMANAGER),
        (StoreName.CAPF, ServiceKind.CAPF, ServiceName.CAPF),
    ]
    assert {store.service for store in StoreName} == set(ServiceName)
    assert STORE_OF.keys() < set(JUDGES) < set(ServiceKind)


def test_every_service_is_of_a_kind_and_every_unit_and_store_has_a_number() -> None:
    assert {service.name for service in ServiceName} <= {kind.name for kind in ServiceKind}
    assert {*CertificateUnit, *StoreName} <= set(CERTIFICATE_UNITS)
    assert len(set(CERTIFICATE_UNITS)) == len(CERTIFICATE_UNITS)


def test_the_numbers_of_files_and_tables_are_ciscos() -> None:
    """Source: usecallmanager.nz for the phone's file; a real CUCM's log for the units."""
    assert {number: str(mode) for number, mode in DEVICE_SECURITY_MODES.items()} == {
        1: "Non Secure",
        2: "Authenticated",
        3: "Encrypted",
    }
    assert CAPF_AUTH_MODES.index(None) == 0
    assert CAPF_AUTH_MODES.index(AuthenticationMode.BY_EXISTING_CERTIFICATE_MIC) == 4
    assert (ClusterSecurityMode.NON_SECURE.number, ClusterSecurityMode.MIXED.number) == (0, 1)
    assert (CERTIFICATE_UNITS[4 - 1], CERTIFICATE_UNITS[10 - 1]) == (StoreName.CALLMANAGER, StoreName.CAPF)


def test_the_34_statuses_begin_with_the_two_whose_numbers_are_known() -> None:
    assert len(CertificateStatus) == 34
    assert list(CertificateStatus)[:2] == [CertificateStatus.NONE, CertificateStatus.OPERATION_PENDING]


def test_the_roles_of_a_unit_are_trust_roles() -> None:
    assert set(ROLES_OF_UNIT) <= set(CERTIFICATE_UNITS)
    assert [role for role, _, _ in TRUST_ROLES] == list(TrustRole)
    assert ROLES_OF_UNIT[StoreName.PHONE_SAST] == (0, 3)


def test_a_version_is_known_by_openssls_name_and_by_ciscos_number() -> None:
    assert list(VERSION_NAMED) == ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"]
    assert list(VERSION_NUMBERED) == ["1.0", "1.1", "1.2", "1.3"]
    assert list(VERSION_NAMED.values()) == list(VERSION_NUMBERED.values()) == list(TlsVersion)


@pytest.mark.parametrize("number", MODELS)
def test_a_model_has_the_number_of_table_typemodel(number: str) -> None:
    assert MODELS[number].type_model == TYPEMODEL[number] == model_number(number)
    assert model_name(TYPEMODEL[number]) == number


def test_a_model_that_there_is_not_has_no_number() -> None:
    assert model_number("1234") is None
    assert model_name(99999) == "99999"
