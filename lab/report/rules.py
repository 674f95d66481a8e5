"""Which row each kind of event has in a phone's diagram; what is not listed has none, where the other end has noted the same."""

from __future__ import annotations

from capf_sim import events as capf
from capf_sim.events import CapfStarted, CapfStopped
from cisco_data import ServiceName
from cucm_sim import bulk_events as bulk
from cucm_sim import certificate_events as certificates
from cucm_sim import events as cucm
from cucm_sim import host_name_events as host_names
from cucm_sim import list_reset_events as list_resets
from cucm_sim.tftp import TftpStarted, TftpStopped
from journal import Event
from lab.report import decided
from lab.report.edge_rules import EDGE_RULES
from lab.report.names import cn
from lab.report.rows import Tone
from lab.report.ruling import Rule, answered, issuer, note, sent, subject
from lab.report.trust_rules import TRUST_RULES
from phone_sim import capf_events as at_capf
from phone_sim import events as phone
from phone_sim.download_events import ConfigurationFileMissed, ConfigurationFileReceived
from phone_sim.registration_events import RegisterSent
from wire.tls import (
    AlertSeen,
    CertificateVerified,
    ClientHelloSeen,
    HandshakeCompleted,
    HandshakeFailed,
)

PLAIN, GOOD, BAD = Tone.PLAIN, Tone.GOOD, Tone.BAD


RULES: dict[type[Event], Rule] = {
    # The phone by itself
    phone.PhoneStarted: decided.phone_started,
    phone.PhoneStopped: note("report.note.power-off"),
    phone.LscMissing: note("report.note.no-lsc"),
    phone.CertificateMissing: decided.certificate_missing,
    phone.CertificateChosen: decided.chosen,
    phone.BackedOff: decided.backed_off,
    phone.RegistrationLost: note("report.note.registration-lost", BAD, reason="reason"),
    phone.CapfTriesExhausted: note("report.note.capf-given-up", BAD, tries="tries"),
    phone.CapfWaitsForString: note("report.note.waits-for-string"),
    phone.AuthenticationStringTyped: note("report.note.string-typed"),
    phone.AuthenticationStringNotTaken: note("report.note.string-not-taken", BAD, obstacle=lambda e: e.obstacle.value),
    phone.LscDeletedOnPhone: decided.lsc_deleted_on_phone,
    phone.LscNotDeletedOnPhone: note("report.note.lsc-not-deleted", BAD, obstacle=lambda e: e.obstacle.value),
    phone.ResetOnPhone: note("report.note.reset-on-phone"),
    phone.TrustListMissing: note("report.note.no-trust-list"),
    phone.TrustListUpdated: note("report.note.trust-list", servers=lambda e: ", ".join(map(cn, e.servers))),
    # Its file
    ConfigurationFileReceived: decided.file_received,
    ConfigurationFileMissed: decided.file_missed,
    # TLS
    phone.ServerUnreachable: decided.unreachable,
    ClientHelloSeen: decided.hello,
    CertificateVerified: decided.certificate_verified,
    HandshakeFailed: decided.handshake_failed,
    AlertSeen: decided.alert,
    HandshakeCompleted: decided.tls_up,
    # Registration
    RegisterSent: sent("report.message.register"),
    cucm.RegistrationRejected: answered("report.message.register-reject", BAD, cause="cause_name"),
    phone.PhoneRegistered: decided.registered,
    cucm.DeviceResetSent: answered("report.message.reset", kind="reset_type"),
    # CAPF
    capf.CapfPhoneIdentified: decided.capf_identified,
    capf.CapfDeviceUnknown: note("report.note.device-unknown", BAD),
    capf.CapfNothingPending: note("report.note.nothing-pending"),
    capf.OperationLate: note("report.note.operation-late", BAD, completes_by="completes_by"),
    capf.OperationTimedOut: note("report.note.operation-late", BAD, completes_by="completes_by"),
    capf.AuthenticationStringRefused: note("report.note.string-refused", BAD),
    capf.AuthenticationStringBlocked: note("report.note.string-blocked", BAD, until="until"),
    capf.ProofOfPossessionRefused: decided.proof_refused,
    capf.KeyRequested: answered("report.message.key-requested", key_kind="key"),
    capf.KeyReceived: sent("report.message.key", key_kind="key"),
    capf.KeyNotReceived: note("report.note.key-not-received", BAD, key_kind="key", fault="fault"),
    capf.KeyOrderUnsupported: note("report.note.key-order-unsupported", BAD),
    capf.LscIssued: answered("report.message.lsc-issued", issuer=issuer),
    capf.LscNotIssued: note("report.note.lsc-not-issued", BAD, failure="failure"),
    capf.CertificateFetched: sent("report.message.fetched", kind="certificate_kind", issuer=issuer),
    capf.CertificateNotFetched: sent("report.message.not-fetched", kind="certificate_kind"),
    capf.CapfPeerSilent: note("report.note.peer-silent", BAD),
    capf.CapfPeerLost: note("report.note.peer-lost", BAD),
    capf.OperationEnded: decided.operation_ended,
    at_capf.LscInstalled: note("report.note.lsc-installed", GOOD),
    at_capf.LscRejected: note("report.note.lsc-rejected", BAD, fault="fault"),
    at_capf.LscErased: note("report.note.lsc-erased"),
    at_capf.LscNotErased: note("report.note.no-lsc-to-delete"),
    at_capf.CapfServerGone: note("report.note.capf-gone", BAD),
    # The administrator and the services
    cucm.PhoneAdded: note("report.note.phone-added", profile="profile"),
    cucm.ProfileAssigned: note("report.note.profile", profile="profile"),
    cucm.CapfSettingsChanged: note(
        "report.note.capf-settings", operation="certificate_operation", mode="authentication_mode"
    ),
    cucm.ClusterModeChanged: note("report.note.cluster-mode", mode="cluster_security_mode"),
    cucm.ServiceParameterChanged: note("report.note.parameter", parameter="parameter", value="value"),
    cucm.TrustChanged: decided.trust_changed,
    certificates.CertificateRegenerated: note("report.note.regenerated", unit="unit", subject=subject),
    certificates.SignedCertificateInstalled: note("report.note.signed", unit="unit", subject=subject, issuer=issuer),
    certificates.CertificateRestored: note("report.note.restored", unit="unit", subject=subject),
    certificates.KeysBackedUp: note("report.note.keys-backed-up", name="name", nodes=lambda e: len(e.nodes)),
    certificates.KeysRestored: note("report.note.keys-restored", name="name", taken="taken"),
    host_names.HostNameChanged: note("report.note.host-name", former="former_name", name="host_name"),
    host_names.DomainChanged: note("report.note.domain", name="host_name", domain="domain"),
    host_names.AddressChanged: note("report.note.address", name="host_name", address="address"),
    host_names.NodeRestarted: note(
        "report.note.node-restarted",
        name="host_name",
        services=lambda e: len(e.services),
        phones=lambda e: len(e.phones_reset),
    ),
    certificates.CertificateTakenUp: note(
        "report.note.taken-up", unit="unit", services=lambda e: len(e.services), phones=lambda e: len(e.phones_reset)
    ),
    certificates.CtlFileTakenUp: note("report.note.ctl-taken-up", phones=lambda e: len(e.phones_reset)),
    certificates.DefaultCaListChanged: note(
        "report.note.default-ca-list", change="change", authorities=lambda e: ", ".join(e.authorities)
    ),
    certificates.CtlFileUpdated: note("report.note.ctl-updated"),
    bulk.BulkCertificatesExported: note(
        "report.note.bulk-exported", files=lambda e: ", ".join(e.files), count=lambda e: len(e.serial_numbers)
    ),
    bulk.BulkCertificatesConsolidated: note(
        "report.note.bulk-consolidated", files=lambda e: ", ".join(e.files), count=lambda e: len(e.serial_numbers)
    ),
    bulk.BulkCertificatesImported: note("report.note.bulk-imported", count=lambda e: len(e.serial_numbers)),
    list_resets.ItlReset: note("report.note.itl-reset", reset="key", subject=lambda e: cn(e.signer)),
    list_resets.CtlReset: note("report.note.ctl-reset", subject=lambda e: cn(e.signer)),
    list_resets.CtlFileDeleted: note("report.note.ctl-file-deleted", node="node"),
    list_resets.RollbackTakenUp: note("report.note.rollback", phones=lambda e: len(e.phones_reset)),
    cucm.CallManagerStarted: note("report.note.service-started", service=lambda e: ServiceName.CALLMANAGER),
    cucm.CallManagerStopped: note("report.note.service-stopped", service=lambda e: ServiceName.CALLMANAGER),
    CapfStarted: note("report.note.service-started", service=lambda e: "CAPF"),
    CapfStopped: note("report.note.service-stopped", service=lambda e: "CAPF"),
    TftpStarted: note("report.note.tftp-started"),
    TftpStopped: note("report.note.service-stopped", service=lambda e: ServiceName.TFTP),
    **EDGE_RULES,
    **TRUST_RULES,
}
