"""Kinds of what an administrator, a service or a phone's user did, as far as an explanation may have to name it."""

from __future__ import annotations

from enum import StrEnum


class ActKind(StrEnum):
    """A journal and a plan of steps tell of the same ones."""

    TRUST_UPLOADED = "uploaded to a trust store"
    TRUST_DELETED = "deleted from a trust store"
    DEFAULT_CA_DISABLED = "disabled in the default CA list"
    DEFAULT_CA_ENABLED = "enabled in the default CA list"
    CERTIFICATE_REGENERATED = "certificate regenerated"
    CERTIFICATE_SIGNED = "certificate signed by another authority"
    OTHER_CERTIFICATE_RENEWED = "certificate renewed that is not known"
    BULK_EXPORTED = "certificates exported in bulk"
    BULK_CONSOLIDATED = "certificates consolidated in bulk"
    BULK_IMPORTED = "certificates imported in bulk"
    TFTP_SERVER_SET = "TFTP server of the phone set"
    TRUST_LISTS_UPDATED = "trust lists updated"
    ITL_RESET = "ITL file reset"
    CTL_RESET = "CTL file reset"
    CTL_FILE_DELETED = "CTL file deleted on a node"
    TRUST_LISTS_DELETED = "trust lists deleted on the phone"
    PARAMETER_SET = "enterprise parameter set"
    HOST_NAME_SET = "host name set"
    DOMAIN_SET = "DNS domain set"
    ADDRESS_SET = "IP address set"
    KEYS_BACKED_UP = "keys backed up"
    KEYS_RESTORED = "keys restored"
    CERTIFICATE_RESTORED = "certificate restored"
    SERVICE_STARTED = "service started"
    SERVICE_STOPPED = "service stopped"
    SERVICE_RESTARTED = "service restarted"
    MINIMUM_TLS_SET = "minimum TLS version set"
    CLUSTER_MODE_SET = "cluster security mode set"
    PROFILE_SET = "phone security profile assigned"
    CAPF_SETTINGS_SET = "certificate operation and authentication mode set"
    FACTORY_RESET = "phone reset to factory settings"
    PHONE_MOVED = "phone moved to another cluster"
    LSC_INSTALLED = "LSC installed"
    LSC_DELETED = "LSC deleted"
    VPN_GROUP_UPDATED = "VPN group saved"
    PORT_MODE_SET = "switch port set"
    DEVICE_AUTHENTICATION_SET = "802.1X set on the phone"
    VPN_SWITCHED = "VPN set on the phone"
    DATE_SET = "time passed"


RENEWALS = (ActKind.CERTIFICATE_REGENERATED, ActKind.CERTIFICATE_SIGNED, ActKind.CERTIFICATE_RESTORED)
"""A service of a cluster, or of another server, has another certificate than before."""
