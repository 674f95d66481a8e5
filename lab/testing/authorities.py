"""What tests of certificates have in common: a subject, a day on which everything started, and an LSC with its key."""

from __future__ import annotations

from datetime import UTC, datetime

from pki import Authority, Identity, PrivateKey, lsc

AUTHORITY_SUBJECT = {"C": "AU", "O": "Lab", "OU": "Test", "ST": "NSW", "L": "Sydney"}
SINCE = datetime(2026, 1, 1, tzinfo=UTC)


def held_lsc(
    capf: Authority, key: PrivateKey, device_name: str, *, model: str = "7965G", not_before: datetime = SINCE
) -> Identity:
    """The LSC that CAPF gives a device of that name, with its private key. `model` as certificates have it."""
    public = key.public_key()
    return Identity(key, lsc(capf, device_name=device_name, model=model, public_key=public, not_before=not_before))
