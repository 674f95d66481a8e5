"""Names of the rules about a refused certificate, service by service: the same causes, in the words of each."""

from __future__ import annotations

from dataclasses import dataclass

from cisco_data import ServiceKind


@dataclass(frozen=True, slots=True)
class ServiceRules:
    """Names of one service's rules; empty where it has none of its own and `refused` speaks."""

    lsc_of_another_cluster: str
    lsc_issuer_unknown: str
    lsc_issuer_deleted: str
    mic_issuer_unknown: str
    chain_incomplete: str
    key_changed: str
    lsc_expired: str
    mic_expired: str
    lsc_issuer_expired: str
    mic_issuer_expired: str
    refused_lsc: str
    """Any other verify code, which it names."""
    refused_mic: str
    not_restarted: str = ""
    capf_replaced: str = ""
    """A new LSC of a regenerated CAPF that the server never had."""
    root_not_trusted: str = ""
    """The phone sent its whole chain; empty where that is as if it had sent none."""
    key_changed_no_identifier: str = ""
    signature: str = ""
    self_signed: str = ""
    no_authority: str = ""
    path_too_long: str = ""
    not_yet_valid: str = ""
    purpose: str = ""
    issuer_purpose: str = ""
    weak_key: str = ""
    weak_issuer_key: str = ""
    weak_digest: str = ""
    revoked: str = ""
    crl_missing: str = ""
    crl_out_of_date: str = ""
    crl_signer: str = ""


SERVICE_RULES: dict[ServiceKind, ServiceRules] = {
    ServiceKind.CALLMANAGER: ServiceRules(
        lsc_of_another_cluster="lsc-of-another-cluster",
        lsc_issuer_unknown="lsc-issuer-not-in-callmanager-trust",
        lsc_issuer_deleted="capf-deleted-from-callmanager-trust",
        mic_issuer_unknown="mic-issuer-not-in-callmanager-trust",
        chain_incomplete="chain-incomplete",
        key_changed="issuer-key-changed",
        lsc_expired="lsc-expired",
        mic_expired="mic-expired",
        lsc_issuer_expired="lsc-issuer-expired",
        mic_issuer_expired="mic-issuer-expired",
        refused_lsc="",
        refused_mic="",
        not_restarted="uploaded-and-not-restarted",
        root_not_trusted="root-not-trusted",
        key_changed_no_identifier="issuer-key-changed-no-key-identifier",
        signature="signature-does-not-fit",
        self_signed="self-signed-certificate",
        no_authority="issuer-is-no-authority",
        path_too_long="path-too-long",
        not_yet_valid="certificate-not-yet-valid",
        purpose="certificate-purpose",
        issuer_purpose="issuer-purpose",
        weak_key="weak-key",
        weak_issuer_key="weak-issuer-key",
        weak_digest="weak-digest",
        revoked="certificate-revoked",
        crl_missing="crl-missing",
        crl_out_of_date="crl-out-of-date",
        crl_signer="crl-signer",
    ),
    ServiceKind.CAPF: ServiceRules(
        lsc_of_another_cluster="capf-lsc-of-another-cluster",
        lsc_issuer_unknown="capf-lsc-issuer-not-in-capf-trust",
        lsc_issuer_deleted="capf-deleted-from-capf-trust",
        mic_issuer_unknown="capf-mic-issuer-not-in-capf-trust",
        chain_incomplete="capf-chain-incomplete",
        key_changed="capf-issuer-key-changed",
        lsc_expired="capf-lsc-expired",
        mic_expired="capf-mic-expired",
        lsc_issuer_expired="capf-issuer-expired",
        mic_issuer_expired="capf-issuer-expired",
        refused_lsc="capf-lsc-refused",
        refused_mic="capf-mic-refused",
        not_restarted="uploaded-and-not-restarted",
    ),
    ServiceKind.DOT1X: ServiceRules(
        lsc_of_another_cluster="dot1x-lsc-of-another-cluster",
        lsc_issuer_unknown="dot1x-capf-not-trusted",
        lsc_issuer_deleted="dot1x-capf-distrusted",
        mic_issuer_unknown="dot1x-mic-issuer-not-trusted",
        chain_incomplete="dot1x-chain-incomplete",
        key_changed="dot1x-issuer-key-changed",
        lsc_expired="dot1x-lsc-expired",
        mic_expired="dot1x-mic-expired",
        lsc_issuer_expired="dot1x-issuer-expired",
        mic_issuer_expired="dot1x-issuer-expired",
        refused_lsc="dot1x-certificate-refused",
        refused_mic="dot1x-certificate-refused",
        not_restarted="dot1x-trusted-and-not-restarted",
        capf_replaced="dot1x-capf-regenerated",
        signature="dot1x-issuer-key-changed",
        not_yet_valid="dot1x-certificate-not-yet-valid",
        purpose="dot1x-certificate-purpose",
        issuer_purpose="dot1x-certificate-purpose",
        revoked="dot1x-certificate-revoked",
        crl_missing="dot1x-crl-missing",
        crl_out_of_date="dot1x-crl-out-of-date",
    ),
    ServiceKind.VPN: ServiceRules(
        lsc_of_another_cluster="vpn-lsc-of-another-cluster",
        lsc_issuer_unknown="vpn-capf-not-trusted",
        lsc_issuer_deleted="vpn-capf-distrusted",
        mic_issuer_unknown="vpn-mic-issuer-not-trusted",
        chain_incomplete="vpn-chain-incomplete",
        key_changed="vpn-issuer-key-changed",
        lsc_expired="vpn-lsc-expired",
        mic_expired="vpn-mic-expired",
        lsc_issuer_expired="vpn-issuer-expired",
        mic_issuer_expired="vpn-issuer-expired",
        refused_lsc="vpn-certificate-refused",
        refused_mic="vpn-certificate-refused",
        capf_replaced="vpn-capf-regenerated",
        signature="vpn-issuer-key-changed",
    ),
}
