"""The smallest story."""

from __future__ import annotations


def one_phone(certificate: str = "MIC", *, more: str = "") -> str:
    """One phone boots and registers with this certificate, or with `none`. `more`: TOML of further steps."""
    profile = "Non Secure" if certificate == "none" else "Encrypted"
    return f"""
title = "One phone"
[clusters.here]
[phones.lobby]
model = "7965"
cluster = "here"
profile = "{profile}"
[[steps]]
say = "It boots."
do = "boot"
[[steps]]
expect = "registered"
phone = "lobby"
certificate = "{certificate}"
{more}"""
