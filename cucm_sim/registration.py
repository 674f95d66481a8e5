"""Whether a device may register: the checks in order, each with Cisco's cause code."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from cisco_data import ClusterSecurityMode, DeviceSecurityMode
from cisco_data.models import model_name, model_number
from cucm_sim.causes import CcmDevRegFailCauseCode as Cause
from cucm_sim.database import Device
from cucm_sim.profiles import CIPHERS_OF_MODE, effective_mode
from pki import Certificate, names_device, read

_DEVICE_NAME = re.compile(r"[A-Za-z0-9._-]{1,15}")


class Attempt(NamedTuple):
    """Everything that the checks look at."""

    device_name: str
    """As the phone calls itself."""
    device_type: int
    """The number of its model, as of typemodel."""
    protocol_version: int | None
    """Of SCCP, the highest that the phone speaks; None where its protocol has no such number."""
    device: Device | None
    cluster_security_mode: ClusterSecurityMode
    """As the service read it at its start."""
    tls: bool
    cipher: str
    certificate: Certificate | None
    lowest_protocol_version: int
    registered_over_tls: bool
    """The same device is registered over another connection, which has TLS."""


class Refusal(NamedTuple):
    cause: Cause
    expected: str = ""
    received: str = ""


def is_device_name(name: str) -> bool:
    """What a register message may call itself before anything else looks at it."""
    return _DEVICE_NAME.fullmatch(name) is not None


def _malformed(attempt: Attempt) -> Refusal | None:
    if is_device_name(attempt.device_name):
        return None
    return Refusal(Cause.malformedRegisterMsg, "a device name")


def _obsolete(attempt: Attempt) -> Refusal | None:
    lowest, own = attempt.lowest_protocol_version, attempt.protocol_version
    if own is None or own >= lowest:
        return None
    return Refusal(Cause.obsoleteProtocolVersion, f"{lowest} or later", str(own))


def _unknown(attempt: Attempt) -> Refusal | None:
    if attempt.device is not None:
        return None
    return Refusal(Cause.noEntryInDatabase, "a device of the database", attempt.device_name)


def _wrong_model(attempt: Attempt) -> Refusal | None:
    assert attempt.device is not None
    expected, own = model_number(attempt.device.model), attempt.device_type
    if expected is None:
        return Refusal(Cause.databaseConfigurationError, "a model of typemodel", attempt.device.model)
    if own == expected:
        return None
    return Refusal(Cause.deviceTypeMismatch, attempt.device.model, model_name(own))


def _wrong_transport(attempt: Attempt) -> Refusal | None:
    assert attempt.device is not None
    mode = effective_mode(attempt.device, attempt.cluster_security_mode)
    if bool(CIPHERS_OF_MODE[mode]) == attempt.tls:
        return None
    name = {True: "TLS", False: "TCP"}
    return Refusal(Cause.securityMismatch, name[not attempt.tls], name[attempt.tls])


def _wrong_cipher(attempt: Attempt) -> Refusal | None:
    assert attempt.device is not None
    mode = effective_mode(attempt.device, attempt.cluster_security_mode)
    return cipher_refusal(mode, attempt.cipher) if attempt.tls else None


def _wrong_name(attempt: Attempt) -> Refusal | None:
    return name_refusal(attempt.certificate, attempt.device_name) if attempt.tls else None


def _exists(attempt: Attempt) -> Refusal | None:
    if attempt.registered_over_tls and not attempt.tls:
        return Refusal(Cause.authenticatedDeviceAlreadyExists)
    return None


CHECKS: tuple[Callable[[Attempt], Refusal | None], ...] = (
    _malformed,
    _obsolete,
    _unknown,
    _exists,
    _wrong_transport,
    _wrong_cipher,
    _wrong_name,
    _wrong_model,
)
"""The first that refuses decides. Assumed: the order; each cause code is Cisco's."""


def judge(attempt: Attempt) -> Refusal | None:
    """None where the device may register."""
    for check in CHECKS:
        if refusal := check(attempt):
            return refusal
    return None


def cipher_refusal(mode: DeviceSecurityMode, cipher: str) -> Refusal | None:
    """None where that suite, in OpenSSL's spelling, satisfies the mode."""
    ciphers = CIPHERS_OF_MODE[mode]
    return None if cipher in ciphers else Refusal(Cause.invalidTLSCipher, ":".join(ciphers), cipher)


def name_refusal(certificate: Certificate | None, device_name: str) -> Refusal | None:
    """None where the certificate names the device."""
    if certificate is not None and certificate_names(certificate, device_name):
        return None
    return Refusal(Cause.invalidX509NameInCertificate, device_name, _received_name(certificate))


def certificate_names(certificate: Certificate, device_name: str) -> bool:
    """Whether the CN is the device's, with or without its `CP-<model>-`, or one of the alternative names is."""
    contents = read(certificate)
    names = contents.alternative_names
    return names_device(contents.subject, device_name) or device_name in (*names.dns, *names.uris)


def _received_name(certificate: Certificate | None) -> str:
    return read(certificate).subject.cn if certificate is not None else ""


def reject_text(cause: Cause) -> str:
    """What the refusal tells the phone. Assumed, as Cisco's texts are not public: the cause's name, at most 32 characters."""
    return cause.name
