"""The columns of an inventory, and how people and CUCM spell their headings."""

from __future__ import annotations

DEVICE, MODEL, PROFILE, CLUSTER = "Device Name", "Model", "Profile", "Cluster"
LSC_ISSUER, LSC_SERIAL, LSC_EXPIRY, LSC_SINCE = "LSC Issuer", "LSC Serial", "LSC Expiry", "LSC Valid From"
MIC_ISSUER, MIC_SERIAL, MIC_EXPIRY = "MIC Issuer", "MIC Serial", "MIC Expiry"
RADIUS, VPN, TLS = "RADIUS", "VPN", "TLS Version"
MADE, AUTHENTICATION_MODE = "Manufactured", "CAPF Authentication Mode"
ITL_STATUS = "ITL File Status"
LAST_SEEN = "Last Seen"
LSC_ISSUER_EXPIRY, LSC_CURVE = "LSC Issuer Expiry", "LSC EC Curve"


def _of(kind: str, words: str) -> tuple[str, ...]:
    return tuple(f"{kind}{word}" for word in words.split())


_ISSUER = "issuer issuercn issuername issuercommonname issuedby signedby ca authority"
_SERIAL = "serial serialnumber serialno certificateserial"
_EXPIRY = (
    "expiry expiration expires expirydate expirationdate expireson expiresby notafter validuntil validto validtill enddate"
    " end"
)
_SINCE = "validfrom notbefore issuedon issued issuedate validsince startdate"

SPELLINGS: dict[str, tuple[str, ...]] = {
    DEVICE: (
        *("devicename", "device", "phonename", "phone", "mac", "macaddress", "devicemac", "phonemac", "name"),
        *("deviceid", "sep", "devicenameline", "endpoint", "endpointname"),
    ),
    MODEL: (
        *("model", "devicetype", "phonetype", "phonemodel", "devicemodel", "modelname", "product", "producttype"),
        *("typemodel", "modelnumber", "type"),
    ),
    PROFILE: (
        *("devicesecuritymode", "securitymode", "devicesecurityprofile", "phonesecurityprofile", "securityprofile"),
        *("securityprofilename", "profile", "profilename", "devicesecurityprofilename", "mode", "security"),
    ),
    CLUSTER: ("cluster", "clustername", "cucmcluster", "clusterid", "cucm", "callmanagercluster", "ucmcluster"),
    LSC_ISSUER: _of("lsc", _ISSUER),
    LSC_SERIAL: _of("lsc", _SERIAL),
    LSC_EXPIRY: _of("lsc", _EXPIRY),
    LSC_SINCE: _of("lsc", _SINCE),
    MIC_ISSUER: _of("mic", _ISSUER),
    MIC_SERIAL: _of("mic", _SERIAL),
    MIC_EXPIRY: _of("mic", _EXPIRY),
    RADIUS: (
        *("radius", "radiusserver", "8021x", "dot1x", "8021xserver", "8021xauthenticationserver", "ise", "uses8021x"),
        *("usesradius", "8021xauthentication"),
    ),
    VPN: ("vpn", "vpngateway", "vpnserver", "gateway", "asa", "usesvpn"),
    MADE: (
        *("manufactured", "manufacturedate", "manufacturingdate", "dateofmanufacture", "manufacturemonth", "built"),
        *("builddate", "monthofmanufacture", "made"),
    ),
    LAST_SEEN: ("lastseen", "lastregistered", "lastactive", "lastregistration", "lastcontact", "lastregistrationtime"),
    AUTHENTICATION_MODE: ("capfauthenticationmode", "capfauthmode", "authenticationmode"),
    LSC_ISSUER_EXPIRY: (*_of("lscissuer", _EXPIRY), *_of("lscca", _EXPIRY)),
    LSC_CURVE: ("lsceccurve", "lsccurve", "ecpublickeycurve"),
    ITL_STATUS: ("itlfilestatus", "itlstatus", "itlfile", "itl", "trustliststatus", "itlfilematch"),
    TLS: ("tlsversion", "tls", "maximumtls", "maxtls", "tlsmaximum", "maximumtlsversion", "maxtlsversion"),
}
"""Small letters and figures only, the likeliest first."""
NOT_RADIUS = {
    "authenticationserver": "the URL at which the phone's web server is asked for a password",
    "secureauthenticationserver": "the URL at which the phone's web server is asked for a password",
}
"""Columns of CUCM's bulk export whose names are like another column's, and what they hold."""
NEEDED = (MODEL, PROFILE)
"""Beside the device's name."""
