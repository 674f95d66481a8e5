"""Names of the ways in which a cure can be done: what each comes to, whichever operations that takes in one case."""

from __future__ import annotations

from enum import StrEnum


class Way(StrEnum):
    """One way of a cure. The table of rules lists those that each rule can print, so that a test can play every one of them."""

    TOLD = "told"
    """The sentence `cure` in the rule's table of the catalogues."""

    # Another certificate on the phone, or none
    NEW_LSC = "new-lsc"
    BY_MIC = "by-mic"
    NULL_STRING = "null-string"
    NULL_STRING_AND_ORIGIN = "null-string-and-origin"

    # What a service trusts
    UPLOAD = "upload"
    UPLOAD_BACK = "upload-back"
    UPLOAD_EVERYWHERE = "upload-everywhere"
    ENABLE = "enable"

    # Services and their certificates
    RESTART = "restart"
    RESTART_AND_NEW_LSC = "restart-and-new-lsc"
    START = "start"
    WAIT = "wait"
    REGENERATE = "regenerate"
    MIXED_MODE = "mixed-mode"
    LOWER_MINIMUM = "lower-minimum"

    # What the phone trusts, and what it is
    UPDATE_LIST = "update-list"
    UPDATE_LIST_AND_RESTART = "update-list-and-restart"
    DELETE_LISTS = "delete-lists"
    RESTART_AND_DELETE_LISTS = "restart-and-delete-lists"
    UPLOAD_SIGNERS = "upload-signers"
    BULK_CERTIFICATES = "bulk-certificates"
    RESET_LIST = "reset-list"
    DELETE_CTL_FILE = "delete-ctl-file"
    LEAVE_MIXED_MODE = "leave-mixed-mode"
    END_ROLLBACK = "end-rollback"
    SET_SHA1 = "set-sha-1"
    ENCRYPTED_PROFILE = "encrypted-profile"
    NON_SECURE_PROFILE = "non-secure-profile"
    NON_SECURE_PROFILE_AND_STRING = "non-secure-profile-and-string"
    REPLACE_PHONE = "replace-phone"
    RESET = "reset"

    # CAPF's operations
    TYPE_STRING = "type-string"
    WAIT_AND_TYPE_STRING = "wait-and-type-string"
    AGAIN = "again"
    WITH_RSA = "with-rsa"

    # Switch port and tunnel
    AUTHENTICATE_PORT = "authenticate-port"
    OPEN_PORT = "open-port"
    ASK_PORT = "ask-port"
    SAVE_VPN_GROUP = "save-vpn-group"
