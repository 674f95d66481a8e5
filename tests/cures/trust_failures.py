"""The same for what a phone does not take by its lists: CTL and ITL, signed files, HTTPS services."""

from __future__ import annotations

from lab.explain import Way
from tests.cures.failures import Failure
from tests.cures.stories import (
    BOOT,
    CALLMANAGER,
    INSTALL,
    RESET,
    TFTP,
    UPDATE_CTL,
    delete,
    regenerate,
    restart,
    story,
    upload,
    wait,
)

TVS, TOMCAT = "Cisco Trust Verification Service", "Cisco Tomcat"
CALLMANAGER_SIGNS = 'release = "11.5"'
"""ITLRecovery signs the lists from 12.0 on."""
NOT_MIXED = f'{CALLMANAGER_SIGNS}\nmode = "non-secure"'
"""So that TVS does not read the new certificate in the CTL file."""
UP = (BOOT, wait(30))
MOVED = ('do = "move"\nphone = "a"\nto = "old"', 'do = "reset-on-phone"\nphone = "a"', wait())
SIGNER_OF_OLD = upload("ITLRecovery of old", "Phone-SAST-trust")
ONE_MORE = upload("CallManager of old", "Phone-SAST-trust")
DIRECTORY = 'do = "open-directory"\nphone = "a"'
SHA_512 = 'do = "set-parameter"\ncluster = "new"\nname = "TFTP File Signature Algorithm"\nvalue = "SHA-512"'
ROLLBACK = 'do = "set-parameter"\ncluster = "new"\nname = "Prepare Cluster for Rollback to pre-8.0"\nvalue = "True"'
NEW_RECOVERY_OF_OLD = 'do = "regenerate-certificate"\ncluster = "old"\ncertificate = "ITLRecovery"'
OLD_IS_KNOWN = (SIGNER_OF_OLD, upload("CallManager of old", "Phone-SAST-trust"), restart(TVS))
ENCRYPTED = 'do = "set-profile"\nphone = "a"\nprofile = "Non Secure"\ntftp-encrypted-config = true'
TWO_NODES = f"{CALLMANAGER_SIGNS}\n[clusters.new.nodes.pub]\n[clusters.new.nodes.sub]"


CONSOLIDATE = 'do = "bulk-consolidate"\ncluster = "old"'


def export(kind: str = "all") -> str:
    """Of the cluster to which the phone is moved."""
    return f'do = "bulk-export"\ncluster = "old"\ntype = "{kind}"'


def imported(*exports: str) -> tuple[str, ...]:
    """By the cluster from which the phone is moved."""
    return (*exports, CONSOLIDATE, 'do = "bulk-import"\ncluster = "new"')


def plain(*steps: str, **more: str) -> str:
    """A phone that registers without TLS, so that only lists and files are at issue."""
    return story(*steps, **{"profile": "Non Secure", **more})


def renewed(*before: str, after: tuple[str, ...] = ()) -> tuple[str, ...]:
    """CallManager.pem is new, Cisco Tftp signs with it, and the phone asks for its files."""
    return (*UP, *before, regenerate("CallManager"), UPDATE_CTL, restart(TFTP), *after, RESET, wait())


def taken_up(unit: str) -> tuple[str, ...]:
    """Renewed in good order: the phone has the new list before anything else happens."""
    return regenerate(unit), UPDATE_CTL, restart(TVS), restart(TFTP), RESET, wait()


AT_LISTS = [
    Failure("lists-of-another-cluster", (Way.UPLOAD_SIGNERS, Way.DELETE_LISTS), plain(*UP, *MOVED)),
    Failure(
        "bulk-import-without-signer",
        (Way.BULK_CERTIFICATES, Way.DELETE_LISTS),
        plain(*UP, *imported(export("tftp")), restart(TVS), *MOVED),
        note="and the phone has taken the new configuration",
    ),
    Failure(
        "bulk-import-without-signer",
        (Way.BULK_CERTIFICATES,),
        plain(*UP, *imported(export("capf")), restart(TVS), *MOVED),
    ),
    Failure(
        "bulk-import-without-signer",
        (Way.BULK_CERTIFICATES,),
        plain(*UP, *imported(export("capf")), export(), *MOVED),
        note="not consolidated",
    ),
    Failure(
        "bulk-import-without-signer",
        (Way.UPLOAD_SIGNERS,),
        plain(*UP, *imported(export()), restart(TVS), *MOVED, new=CALLMANAGER_SIGNS),
        note="of a type that the old release lacks",
    ),
    Failure(
        "bulk-import-not-read-by-tvs",
        (Way.RESTART, Way.WAIT),
        plain(*UP, *imported(export()), *MOVED, new='mode = "non-secure"'),
    ),
    Failure(
        "tvs-of-another-cluster",
        (Way.UPLOAD_SIGNERS, Way.DELETE_LISTS),
        plain(*UP, *imported(export("tftp")), restart(TVS), *MOVED, 'do = "reset-on-phone"\nphone = "a"', wait()),
    ),
    Failure(
        "tvs-out-of-date",
        (Way.WAIT,),
        plain(*UP, regenerate("CallManager"), restart(TFTP), RESET, wait(), new=NOT_MIXED),
        note="by change notification",
    ),
    Failure("tvs-out-of-date", (Way.RESTART,), plain(*UP, SIGNER_OF_OLD, *MOVED), note="uploaded"),
    Failure(
        "tvs-out-of-date",
        (Way.RESTART,),
        plain(*UP, regenerate("ITLRecovery"), restart(TFTP), RESET, wait()),
    ),
    Failure(
        "tvs-restart-due",
        (Way.RESTART,),
        plain(*UP, regenerate("TVS"), restart(TFTP), RESET, wait(), DIRECTORY, wait()),
    ),
    Failure(
        "tftp-restart-due",
        (Way.RESTART,),
        plain(
            *UP,
            regenerate("CallManager", 'node = "sub"'),
            UPDATE_CTL,
            restart(TVS),
            restart(TFTP) + '\nnode = "pub"',
            RESET,
            wait(),
            restart(TFTP, word="stop") + '\nnode = "pub"',
            RESET,
            wait(),
            new=TWO_NODES,
        ),
    ),
    Failure(
        "trust-list-too-large",
        (Way.TOLD,),
        plain(*UP, ONE_MORE, restart(TFTP), RESET, wait(), new='mode = "non-secure"\nphone-sast-trust = 34'),
        steps=(delete("CallManager of old", "Phone-SAST-trust"), restart(TFTP)),
    ),
    Failure(
        "lists-without-tvs",
        (Way.RESET_LIST, Way.DELETE_LISTS),
        plain(*UP, regenerate("ITLRecovery"), UPDATE_CTL, RESET, wait(), model="7960"),
    ),
    Failure(
        "configuration-encrypted-for-another-key",
        (Way.NEW_LSC,),
        plain(
            ENCRYPTED,
            INSTALL,
            *UP,
            'do = "delete-lsc-on-phone"\nphone = "a"',
            RESET,
            wait(),
            model="8861",
        ),
    ),
    Failure(
        "tvs-unreachable",
        (Way.START,),
        plain(*renewed(restart(TVS, word="stop")), new=CALLMANAGER_SIGNS),
    ),
    Failure(
        "signer-and-tvs-renewed",
        (Way.RESET_LIST, Way.DELETE_LISTS),
        plain(*renewed(regenerate("TVS"), restart(TVS)), new=CALLMANAGER_SIGNS),
    ),
    Failure(
        "both-anchors-renewed",
        (Way.DELETE_LISTS,),
        plain(*renewed(regenerate("ITLRecovery")), model="7960"),
    ),
    Failure(
        "ctl-of-a-former-signer",
        (Way.UPDATE_LIST,),
        plain(*UP, NEW_RECOVERY_OF_OLD, *OLD_IS_KNOWN, restart(TFTP, "old"), *MOVED),
    ),
    Failure(
        "ctl-of-a-former-signer",
        (Way.DELETE_CTL_FILE,),
        plain(
            *UP,
            'do = "set-cluster-mode"\ncluster = "old"\nmode = "non-secure"',
            NEW_RECOVERY_OF_OLD,
            restart(CALLMANAGER, "old"),
            restart(TFTP, "old"),
            *OLD_IS_KNOWN,
            *MOVED,
        ),
        note="left from mixed mode",
    ),
    Failure(
        "rollback-does-not-blank-the-ctl",
        (Way.LEAVE_MIXED_MODE, Way.DELETE_LISTS),
        plain(*UP, ROLLBACK, wait(), *MOVED),
    ),
    Failure("https-while-rollback-is-prepared", (Way.END_ROLLBACK,), plain(*UP, ROLLBACK, wait(), DIRECTORY, wait())),
    Failure(
        "node-renamed-and-lists-refused",
        (Way.DELETE_LISTS,),
        plain(*UP, 'do = "set-host-name"\ncluster = "new"\nname = "cucm-one"', wait(), new=CALLMANAGER_SIGNS),
    ),
    Failure(
        "keys-restored-from-older-backup",
        (Way.DELETE_LISTS,),
        plain(
            *UP,
            'do = "backup-keys"\ncluster = "new"',
            *(step for unit in ("CallManager", "TVS") for step in taken_up(unit)),
            'do = "restore-keys"\ncluster = "new"',
            UPDATE_CTL,
            restart(TVS),
            restart(TFTP),
            RESET,
            wait(),
            new=CALLMANAGER_SIGNS,
        ),
    ),
    Failure("no-configuration-and-no-tvs", (Way.DELETE_LISTS,), plain(*UP, wait(), phone='trusts = "old"')),
    Failure(
        "sha512-and-old-phone",
        (Way.SET_SHA1,),
        plain(*UP, SHA_512, restart(TFTP), RESET, wait()),
    ),
    Failure(
        "https-tvs-out-of-date",
        (Way.RESTART, Way.WAIT),
        plain(*UP, regenerate("tomcat"), restart(TOMCAT), DIRECTORY, wait()),
    ),
    Failure(
        "https-tvs-unreachable",
        (Way.START,),
        plain(*UP, restart(TVS, word="stop"), DIRECTORY, wait()),
    ),
    Failure(
        "https-tvs-renewed",
        (Way.UPDATE_LIST,),
        plain(*UP, regenerate("TVS"), restart(TVS), DIRECTORY, wait()),
    ),
]
