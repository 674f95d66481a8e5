"""What Bulk Certificate Management notes; each says what is due after it."""

from __future__ import annotations

from journal import Event


class BulkCertificatesExported(Event, frozen=True, kw_only=True):
    """A cluster wrote certificates of its own, one PKCS#12 file a type, to the SFTP server."""

    types: tuple[str, ...]
    """Of `cisco_data.bulk_certificates.BulkType`, without `all`."""
    files: tuple[str, ...]
    """Their names, in the order of the types."""
    units: tuple[str, ...]
    """Of the certificates: `CallManager`, in the order of the next."""
    serial_numbers: tuple[str, ...]
    """Of all certificates, lower-case hex."""
    takes_effect: str


class BulkCertificatesConsolidated(Event, frozen=True, kw_only=True):
    """The files of all clusters on the SFTP server became one file a type."""

    clusters: tuple[str, ...]
    """Whose exports it has."""
    files: tuple[str, ...]
    serial_numbers: tuple[str, ...]
    takes_effect: str


class BulkCertificatesImported(Event, frozen=True, kw_only=True):
    """A cluster read the consolidated files; a TrustChanged for each certificate and trust store follows it."""

    types: tuple[str, ...]
    """That it has read."""
    passed_over: tuple[str, ...]
    """Types of the files for which the page of this release has no entry."""
    serial_numbers: tuple[str, ...]
    """Of the certificates of other clusters that it has read."""
    takes_effect: str
    """When TVS answers by them, and what is due for the other services."""
