"""The same for the failures at a switch port and at a VPN gateway."""

from __future__ import annotations

from lab.explain import Way
from tests.cures.failures import AGED, BY_MIC, CAPF_OF_OLD, NEW, NEW_LSC, OLD, SAME_NAME, SHORT, UPLOAD, YOUNG, Failure
from tests.cures.stories import (
    BOOT,
    CAPF,
    INSTALL,
    MIC_AUTHORITIES,
    RESET_ON_PHONE,
    SIGN_CAPF,
    UPDATE_CTL,
    at_home,
    at_port,
    authenticate,
    delete_from_server,
    minimum,
    port,
    regenerate,
    regenerate_server,
    restart,
    restart_server,
    switch_vpn,
    upload,
    upload_to_server,
    wait,
)

EDGES = []
ALL_TRUSTED = ("CAPF of new", *MIC_AUTHORITIES, "Cisco Manufacturing CA SHA2", "Cisco Root CA M2")
OPENED, SHUT = (port("force-authorized"),), (port("auto"), RESET_ON_PHONE, wait())
OFFICE, HOME = (switch_vpn("false"),), (switch_vpn("true"), RESET_ON_PHONE, wait())
for at, prefix, server, inside, outside in (
    (at_port, "dot1x", "ise", OPENED, SHUT),
    (at_home, "vpn", "asa", OFFICE, HOME),
):
    read = (restart_server(server),)
    EDGES += [
        Failure(
            f"{prefix}-capf-not-trusted", (UPLOAD, NEW_LSC, BY_MIC), at(BOOT, wait(), trusts=MIC_AUTHORITIES, phone=NEW)
        ),
        Failure(
            f"{prefix}-lsc-of-another-cluster",
            (UPLOAD, NEW_LSC, BY_MIC),
            at(BOOT, wait(), trusts=ALL_TRUSTED, phone=OLD),
        ),
        Failure(
            f"{prefix}-capf-distrusted",
            (Way.UPLOAD_BACK, NEW_LSC, BY_MIC),
            at(
                regenerate(),
                UPDATE_CTL,
                restart(CAPF),
                upload_to_server("CAPF of new", server),
                delete_from_server("old CAPF of new", server),
                *read,
                BOOT,
                wait(),
                trusts=ALL_TRUSTED,
                phone=NEW,
            ),
            issuer="old CAPF of new",
        ),
        Failure(
            f"{prefix}-capf-regenerated",
            (UPLOAD, NEW_LSC, BY_MIC),
            at(
                *inside,
                regenerate(),
                UPDATE_CTL,
                restart(CAPF),
                restart(),
                INSTALL,
                BOOT,
                wait(),
                *outside,
                trusts=ALL_TRUSTED,
            ),
        ),
        Failure(f"{prefix}-mic-issuer-not-trusted", (UPLOAD, NEW_LSC), at(BOOT, wait(), trusts=("CAPF of new",))),
        Failure(
            f"{prefix}-issuer-key-changed",
            (NEW_LSC, BY_MIC),
            at(
                regenerate(more=SAME_NAME),
                UPDATE_CTL,
                restart(CAPF),
                upload_to_server("CAPF of new", server),
                *read,
                BOOT,
                wait(),
                trusts=MIC_AUTHORITIES,
                phone=NEW,
            ),
        ),
        Failure(
            f"{prefix}-lsc-expired",
            (NEW_LSC, BY_MIC),
            at(wait(days=180), BOOT, wait(), trusts=ALL_TRUSTED, phone=NEW, new=SHORT),
        ),
        Failure(f"{prefix}-mic-expired", (NEW_LSC,), at(BOOT, wait(), trusts=ALL_TRUSTED, model="8861", phone=AGED)),
        Failure(f"{prefix}-issuer-expired", (NEW_LSC,), at(wait(days=1300), BOOT, wait(), trusts=ALL_TRUSTED)),
        Failure(
            f"{prefix}-issuer-expired",
            (NEW_LSC, BY_MIC),
            at(
                *inside,
                wait(days=900),
                INSTALL,
                BOOT,
                wait(days=800),
                *outside,
                trusts=ALL_TRUSTED,
                model="8861",
                phone=YOUNG,
            ),
            note="an LSC",
        ),
        Failure(f"{prefix}-no-certificate", (NEW_LSC,), at(BOOT, wait(), trusts=ALL_TRUSTED, phone="mic = false")),
    ]
DEAF = at_port(BOOT, wait(30), authenticate("false"), RESET_ON_PHONE, wait(), trusts=ALL_TRUSTED)
"""802.1X is switched off in the phone's own settings."""
EDGES += [
    Failure(
        "dot1x-chain-incomplete",
        (UPLOAD, NEW_LSC),
        at_port(BOOT, wait(), trusts=("CAPF of new", "Cisco Manufacturing CA")),
    ),
    Failure(
        "dot1x-chain-incomplete",
        (BY_MIC,),
        at_port(
            *OPENED,
            upload("company root", "CAPF-trust"),
            SIGN_CAPF,
            UPDATE_CTL,
            restart(CAPF),
            restart(),
            INSTALL,
            BOOT,
            wait(),
            upload_to_server("CAPF of new"),
            restart_server(),
            *SHUT,
            trusts=ALL_TRUSTED,
        ),
        note="an LSC",
    ),
    Failure(
        "dot1x-trusted-and-not-restarted",
        (Way.RESTART,),
        at_port(upload_to_server(CAPF_OF_OLD), BOOT, wait(), trusts=ALL_TRUSTED, phone=OLD),
    ),
    Failure(
        "dot1x-trusted-and-not-restarted",
        (Way.RESTART_AND_NEW_LSC,),
        at_port(wait(days=180), upload_to_server(CAPF_OF_OLD), BOOT, wait(), trusts=ALL_TRUSTED, phone=OLD, old=SHORT),
        note="and the LSC has expired",
    ),
    Failure(
        "dot1x-name-not-the-identity",
        (NEW_LSC,),
        at_port(
            BOOT, wait(), trusts=ALL_TRUSTED, phone=f'{NEW}\nlsc-name = "SEP001A2F0000FF"', ise="checks-names = true"
        ),
    ),
    Failure(
        "dot1x-tls-version",
        (Way.LOWER_MINIMUM,),
        at_port(minimum("TLSv1.2", 'server = "ise"'), restart_server(), BOOT, wait(), trusts=ALL_TRUSTED),
    ),
    Failure(
        "dot1x-server-stopped", (Way.START,), at_port(restart_server(word="stop"), BOOT, wait(), trusts=ALL_TRUSTED)
    ),
    Failure(
        "dot1x-port-force-unauthorized",
        (Way.ASK_PORT,),
        at_port(port("force-unauthorized"), BOOT, wait(), trusts=ALL_TRUSTED),
    ),
    Failure(
        "vpn-gateway-stopped", (Way.START,), at_home(restart_server("asa", "stop"), BOOT, wait(), trusts=ALL_TRUSTED)
    ),
    Failure(
        "vpn-host-id-unknown-hash",
        (Way.SAVE_VPN_GROUP,),
        at_home(regenerate_server("asa"), restart_server("asa"), BOOT, wait(), trusts=ALL_TRUSTED),
    ),
    Failure("dot1x-port-unauthorized", (Way.OPEN_PORT,), DEAF, opens=False),
    Failure(
        "dot1x-port-unauthorized",
        (Way.AUTHENTICATE_PORT,),
        DEAF,
        (authenticate("true"), RESET_ON_PHONE),
    ),
]
