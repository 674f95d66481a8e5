"""What a CUCM release decides, one column for each thing, and the release of one cluster.

A column that is not here is the default CA list, in `cisco_data.releases`. Values are Cisco's words or numbers of `cisco_data.tls`.
docs/releases.md holds the whole table; a test writes it anew and compares.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cisco_data.releases import DEFAULT_CA_LIST, DEFAULT_RELEASE, Cell, Column
from cisco_data.services import StoreName
from cisco_data.tls import TlsVersion

# Documents
_SECURITY_125 = "Security Guide 12.5(1)SU5"
_SECURITY_14 = "Security Guide 14"
_DEFAULT_SECURITY = 'Security Guide 14, "Default Security"'
_TLS_1_3 = 'Security Guide 15, chapter "TLS 1.3"'
_TLS_1_2 = "TLS 1.2 compatibility matrix (since 11.5(1)SU3)"
_REGENERATE = "Document 214231 (regenerate certificates)"
_RELEASE_NOTES_14 = "Release Notes 14"
_BULK = "Document 215539 (bulk certificate management)"
_CHANGE_NOTIFICATION = "Document 210541 (certificate change notification, 9.1(2))"

# Units and signers, in CUCM's words
CALLMANAGER = "CallManager"
ITLRECOVERY = "ITLRecovery"
TOKEN_1, TOKEN_2 = "Token1", "Token2"

# TLS

MINIMUM_TLS: Column[TlsVersion] = Column(
    "minimum-tls",
    "Minimum TLS version of a new installation",
    (
        ("8.6", Cell(TlsVersion.TLSv1, assumed=True)),
        ("15SU2", Cell(TlsVersion.TLSv1_2, _TLS_1_3)),
    ),
)
"""An upgrade keeps what was set before."""
MINIMUM_TLS_SETTABLE: Column[bool] = Column(
    "minimum-tls-settable",
    "`set tls min-version` exists",
    (("8.6", Cell(False, _TLS_1_2)), ("11.5SU3", Cell(True, _TLS_1_2))),
)
MINIMUM_TLS_OF_CLUSTER: Column[bool] = Column(
    "minimum-tls-of-cluster",
    "`set tls min-version` counts for the whole cluster, not for one node",
    (("8.6", Cell(False, _TLS_1_3)), ("15SU2", Cell(True, _TLS_1_3))),
)
MAXIMUM_TLS: Column[TlsVersion] = Column(
    "maximum-tls",
    "Newest TLS version",
    (
        ("8.6", Cell(TlsVersion.TLSv1_2, assumed=True)),
        ("10.5(2)", Cell(TlsVersion.TLSv1_2, 'Security Guide, "TLS Ciphers" (ECDHE with GCM from 10.5(2) on)')),
        ("15SU2", Cell(TlsVersion.TLSv1_3, _TLS_1_3)),
    ),
)
"""Of each port of `cisco_data.tls.PORTS`; that table says which of them never go below TLS 1.2."""

# Trust lists

ITL_SIGNER: Column[str] = Column(
    "itl-signer",
    "Signer of the ITL file",
    (("8.6", Cell(CALLMANAGER, _REGENERATE)), ("12.0", Cell(ITLRECOVERY, _REGENERATE))),
)
"""The unit whose certificate signs; CallManager's is that of the serving TFTP node."""
CTL_BY_CLIENT: Column[bool] = Column(
    "ctl-by-client",
    "CTL file made by the CTL client with two eTokens",
    (
        ("8.6", Cell(True, _SECURITY_125)),
        ("14SU2", Cell(True, assumed=True)),  # one document ends it with 14, another with 14SU3
        ("14SU3", Cell(False, _REGENERATE)),
    ),
)
CTL_BY_COMMAND: Column[bool] = Column(
    "ctl-by-command",
    "CTL file made by `utils ctl`, without eTokens",
    (("8.6", Cell(False, _SECURITY_125)), ("10.0", Cell(True, _SECURITY_125))),
)
CTL_SAST: Column[tuple[str, ...]] = Column(
    "ctl-sast",
    "SAST records of a CTL file of `utils ctl`, the signer first",
    (
        ("8.6", Cell((), _SECURITY_125)),
        ("10.0", Cell((CALLMANAGER,), "Document 118893 (mixed mode without eTokens, 10.5(1))")),
        ("10.5(2)", Cell((CALLMANAGER, ITLRECOVERY), _SECURITY_125)),
        ("12.0", Cell((ITLRECOVERY, CALLMANAGER), _SECURITY_125)),
    ),
)
"""Units; empty where there is no such file."""
CTL_TOKEN_SAST: Column[tuple[str, ...]] = Column(
    "ctl-token-sast",
    "SAST records of a CTL file of the CTL client, the signer first",
    (
        ("8.6", Cell((TOKEN_1, TOKEN_2), _SECURITY_125)),
        ("11.5SU3", Cell((TOKEN_1, TOKEN_2, ITLRECOVERY, CALLMANAGER), _SECURITY_125)),
        ("14SU2", Cell((TOKEN_1, TOKEN_2, ITLRECOVERY, CALLMANAGER), assumed=True)),
        ("14SU3", Cell((), _REGENERATE)),
    ),
)
CALLMANAGER_ECDSA: Column[bool] = Column(
    "callmanager-ecdsa",
    "CallManager-ECDSA exists",
    (("8.6", Cell(False, assumed=True)), ("11.5SU3", Cell(True, assumed=True))),
)
"""Assumed: since 11.0."""
ITLRECOVERY_EXISTS: Column[bool] = Column(
    "itlrecovery",
    "ITLRecovery exists",
    (
        ("8.6", Cell(False, "Document 117598 (ITL files)")),
        ("10.0", Cell(True, "Document 117598 (ITL files)")),
    ),
)
BACKUP_SAVES_KEYS: Column[bool] = Column(
    "backup-saves-keys",
    "A backup holds private keys of certificates",
    (
        ("8.6", Cell(False, "Security Guide 14 (certificates)")),
        ("10.0", Cell(True, "Security Guide 14 (certificates)")),
    ),
)
ITLRECOVERY_YEARS: Column[int] = Column(
    "itlrecovery-years",
    "ITLRecovery is valid for, in years",
    (
        ("8.6", Cell(0, "Document 117598 (ITL files)")),
        ("10.0", Cell(20, assumed=True)),
        ("12.0", Cell(20, "Field Notice 70613; Release Notes 14")),
        ("15SU2", Cell(5, assumed=True)),  # later texts of the guides of 14 and 15; no SU is named
    ),
)
"""0 where there is none."""
ITLRECOVERY_OF_CLUSTER: Column[bool] = Column(
    "itlrecovery-of-cluster",
    "One ITLRecovery for the cluster, not one for each node",
    (("8.6", Cell(False, assumed=True)), ("12.5SU3", Cell(True, _REGENERATE))),
)
ITL_FILE_STATUS: Column[bool] = Column(
    "itl-file-status",
    "ITL File Status in the list of phones",
    (("8.6", Cell(False, _RELEASE_NOTES_14)), ("14SU2", Cell(True, _DEFAULT_SECURITY))),
)

# CAPF and LSCs

CAPF_KEY_SIZE: Column[int] = Column(
    "capf-key-size",
    "CAPF's RSA key, in bits",
    (
        ("8.6", Cell(1024, assumed=True)),
        ("10.5(1)", Cell(1024, "a published CTL file of 10.5(1), decoded")),
        ("11.5SU3", Cell(2048, assumed=True)),
        ("14SU2", Cell(2048, _SECURITY_14)),
    ),
)
LSC_DIGEST: Column[str] = Column(
    "lsc-digest",
    "CAPF signs LSCs with",
    (
        ("8.6", Cell("SHA-1", assumed=True)),
        ("10.5(1)", Cell("SHA-1", "a published CTL file of 10.5(1), decoded")),
        ("11.5SU3", Cell("SHA-256", "Security Guide 12.5(1)SU4, CAPF (since 11.5(1)SU1)")),
    ),
)
LSC_RSA_KEY_SIZES: Column[tuple[int, ...]] = Column(
    "lsc-rsa-key-sizes",
    "RSA keys of LSCs, in bits",
    (
        ("8.6", Cell((512, 1024, 2048), assumed=True)),
        ("11.5SU3", Cell((512, 1024, 2048, 3072, 4096), assumed=True)),
        ("12.5SU3", Cell((512, 1024, 2048, 3072, 4096), "Security Guide 12.5, CAPF")),
    ),
)
LSC_EC_KEY_SIZES: Column[tuple[int, ...]] = Column(
    "lsc-ec-key-sizes",
    "EC keys of LSCs, in bits",
    (
        ("8.6", Cell((), assumed=True)),
        ("11.5SU3", Cell((256, 384, 521), assumed=True)),
        ("12.5SU3", Cell((256, 384, 521), "Security Guide 12.5, CAPF")),
    ),
)

# Signed files, and what happens by itself

FILE_SIGNATURE_ALGORITHMS: Column[tuple[str, ...]] = Column(
    "file-signature-algorithms",
    "TFTP File Signature Algorithm, the default first",
    (
        ("8.6", Cell(("SHA-1",), assumed=True)),
        ("12.5SU3", Cell(("SHA-1", "SHA-512"), "Security Guide 12.5, encrypted configuration files")),
        ("14SU2", Cell(("SHA-1", "SHA-512"), "Security Guide 14, encrypted configuration files")),
        ("15SU2", Cell(("SHA-1", "SHA-512"), assumed=True)),
    ),
)
RESTARTS_ITSELF: Column[tuple[str, ...]] = Column(
    "restarts-itself",
    "Certificates that their services take up by themselves",
    (
        ("8.6", Cell((), _REGENERATE)),
        ("14SU2", Cell((CALLMANAGER, "CallManager-ECDSA", "TVS", "CAPF"), _RELEASE_NOTES_14)),
    ),
)
"""Units. The others wait for a restart by hand."""
PHONES_RESET: Column[bool] = Column(
    "phones-reset",
    'Phones are reset automatically (parameter "Phone Interaction on Certificate Update")',
    (("8.6", Cell(False, _RELEASE_NOTES_14)), ("14SU2", Cell(True, _RELEASE_NOTES_14))),
)
"""After a new TVS, CAPF or TFTP certificate (CallManager or ITLRecovery)."""

# Trust stores of several nodes

CAPF_TRUST_STAYS: Column[bool] = Column(
    "capf-trust-stays",
    "An upload to CAPF-trust stays on its node",
    (
        ("8.6", Cell(True, assumed=True)),
        ("9.1", Cell(True, _CHANGE_NOTIFICATION)),
        ("10.0", Cell(True, assumed=True)),
        ("14SU2", Cell(True, "Security Guide 14, certificates")),
    ),
)
_NOTIFIED = (
    *("tomcat", "tomcat-trust", "directory-trust", CALLMANAGER),
    *(StoreName.CALLMANAGER.value, "Phone-SAST-trust"),
)
CHANGE_NOTIFICATION: Column[tuple[str, ...]] = Column(
    "change-notification",
    "Stores that Cisco Certificate Change Notification brings to every node",
    (
        ("8.6", Cell(_NOTIFIED, assumed=True)),
        ("9.1", Cell(_NOTIFIED, _CHANGE_NOTIFICATION)),
        ("10.0", Cell(_NOTIFIED, assumed=True)),
    ),
)
_DELETED_EVERYWHERE = tuple(store for store in _NOTIFIED if store.endswith("-trust"))
CLUSTER_WIDE_DELETION: Column[tuple[str, ...]] = Column(
    "cluster-wide-deletion",
    "Trust stores of which a deletion counts on every node",
    (
        ("8.6", Cell((), "Document 211300 (certificates in trust stores)")),
        ("11.5SU3", Cell(_DELETED_EVERYWHERE, "Document 211300 (since 11.0)")),
        ("12.5SU3", Cell((*_DELETED_EVERYWHERE, StoreName.CAPF.value), "CLI Reference 12.5(1)SU3")),
    ),
)
"""Elsewhere the deletion stays on its node, and change notification brings the certificate back."""

# Bulk Certificate Management

BULK_ITL_RECOVERY: Column[bool] = Column(
    "bulk-itl-recovery",
    "Bulk Certificate Management has the type ITL_Recovery",
    (("8.6", Cell(False, _BULK)), ("12.0", Cell(True, _BULK))),
)
BULK_IMPORT_REFUSES_8_AND_9: Column[bool] = Column(
    "bulk-import-refuses-8-and-9",
    "Bulk import of what a release before 10.0 exported fails (CSCuy43181)",
    (("8.6", Cell(False, _BULK)), ("10.5(2)", Cell(True, _BULK)), ("11.5SU3", Cell(True, assumed=True))),
)
"""From 10.5.2.13900 on. Assumed: and in every later release, of which no page says that it is fixed."""

COLUMNS: tuple[Column[Any], ...] = (
    DEFAULT_CA_LIST,
    *(MINIMUM_TLS, MINIMUM_TLS_SETTABLE, MINIMUM_TLS_OF_CLUSTER, MAXIMUM_TLS),
    *(ITL_SIGNER, CTL_BY_CLIENT, CTL_BY_COMMAND, CTL_SAST, CTL_TOKEN_SAST, CALLMANAGER_ECDSA),
    *(ITLRECOVERY_EXISTS, ITLRECOVERY_YEARS, ITLRECOVERY_OF_CLUSTER, ITL_FILE_STATUS, BACKUP_SAVES_KEYS),
    *(CAPF_KEY_SIZE, LSC_DIGEST, LSC_RSA_KEY_SIZES, LSC_EC_KEY_SIZES),
    *(FILE_SIGNATURE_ALGORITHMS, RESTARTS_ITSELF, PHONES_RESET),
    *(CAPF_TRUST_STAYS, CHANGE_NOTIFICATION, CLUSTER_WIDE_DELETION),
    *(BULK_ITL_RECOVERY, BULK_IMPORT_REFUSES_8_AND_9),
)


@dataclass(frozen=True, slots=True)
class Release:
    """The release of one cluster.

    Assumed: a cluster that names none has TLS 1.3 on its ports although release 12.5SU3 has not, so that a story can meet it
    without naming a release.
    """

    name: str = DEFAULT_RELEASE
    """One of `RELEASES`."""
    upgraded: bool = False
    """Whether it was upgraded from a release before 15SU2, whose minimum TLS version it kept."""
    named: bool = True
    """False where nothing names it, and the default stands in."""

    def cell(self, column: Column[Any]) -> Cell[Any]:
        """What it decides there. An upgrade keeps the minimum TLS version of the releases before 15SU2."""
        if column is MINIMUM_TLS and self.upgraded:
            return MINIMUM_TLS.cells[0][1]
        return column.cell(self.name)

    @property
    def default_minimum_tls(self) -> TlsVersion:
        minimum: TlsVersion = self.cell(MINIMUM_TLS).value
        return minimum

    @property
    def maximum_tls(self) -> TlsVersion:
        """The newest that its ports speak."""
        return MAXIMUM_TLS.of(self.name) if self.named else TlsVersion.TLSv1_3

    def wrong_minimum(self, version: TlsVersion) -> str:
        """Why it cannot have this minimum TLS version, a clause; empty where it can."""
        if version > self.maximum_tls:
            return f"release {self.name} speaks TLS {self.maximum_tls.number} at most"
        if version != self.default_minimum_tls and not MINIMUM_TLS_SETTABLE.of(self.name):
            return (
                f"release {self.name} has TLS {self.default_minimum_tls.number} and no command to set another minimum"
            )
        return ""


UNNAMED_RELEASE = Release(named=False)


def release_named(name: str, *, upgraded: bool = False) -> Release:
    """Of a scenario, an API call or exports; the default where the name is empty."""
    return Release(name, upgraded) if name else Release(DEFAULT_RELEASE, upgraded, named=False)
