"""The words for verify codes are OpenSSL's own: of the library that runs here, and of the command where there is one."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.bindings.openssl.binding import Binding

from tests.whatif_parity.conftest import NOW
from wire.tls import VerifyCode, verify_text


def in_openssl(code: int) -> str:
    """X509_verify_cert_error_string of the OpenSSL that the lab runs with."""
    binding = Binding()
    words: bytes = binding.ffi.string(binding.lib.X509_verify_cert_error_string(code))
    return words.decode()


@pytest.mark.parametrize("code", list(VerifyCode), ids=lambda code: code.name)
def test_the_words_are_those_of_the_running_openssl(code: VerifyCode) -> None:
    assert verify_text(code) == in_openssl(code)


def test_no_two_codes_have_the_same_words() -> None:
    assert len({verify_text(code) for code in VerifyCode}) == len(VerifyCode)


def test_a_code_outside_the_table_has_no_words() -> None:
    assert verify_text(4711) == ""
    assert verify_text(-1) == ""


@pytest.mark.peer("openssl")
def test_the_openssl_command_prints_the_same_for_an_unknown_issuer(tmp_path: Path) -> None:
    from tests.whatif.conftest import make_network

    (tmp_path / "leaf.pem").write_bytes(make_network().lsc().certificate_pem())
    command = ["openssl", "verify", "-attime", str(int(NOW.timestamp())), "-no-CAfile", "-no-CApath", "-no-CAstore"]
    done = subprocess.run(
        [*command, str(tmp_path / "leaf.pem")], capture_output=True, text=True, check=False, timeout=20
    )
    assert f"error 20 at 0 depth lookup: {verify_text(20)}" in done.stdout + done.stderr
