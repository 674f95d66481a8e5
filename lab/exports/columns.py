"""The columns of an inventory, and how people and CUCM spell their headings."""

from __future__ import annotations

DEVICE, MODEL, PROFILE, CLUSTER = "Device Name", "Model", "Profile", "Cluster"
LSC_ISSUER, LSC_SERIAL, LSC_EXPIRY, LSC_SINCE = "LSC Issuer", "LSC Serial", "LSC Expiry", "LSC Valid From"
MIC_ISSUER, MIC_SERIAL, MIC_EXPIRY = "MIC Issuer", "MIC Serial", "MIC Expiry"
RADIUS, VPN, TLS = "RADIUS", "VPN", "TLS Version"


def _of(kind: str, words: str) -> tuple[str, ...]:
    return tuple(f"{kind}{word}" for word in words.split())


_ISSUER = "issuer issuercn issuername issuercommonname issuedby signedby ca authority"
_SERIAL = "serial serialnumber serialno certificateserial"
_EXPIRY = (
    "expiry expiration expires expirydate expirationdate expireson notafter validuntil validto validtill enddate end"
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
        *("radius", "radiusserver", "8021x", "dot1x", "8021xserver", "authenticationserver", "ise", "uses8021x"),
        *("usesradius", "8021xauthentication"),
    ),
    VPN: ("vpn", "vpngateway", "vpnserver", "gateway", "asa", "usesvpn"),
    TLS: ("tlsversion", "tls", "maximumtls", "maxtls", "tlsmaximum", "maximumtlsversion", "maxtlsversion"),
}
"""Small letters and figures only, the likeliest first."""
NEEDED = (MODEL, PROFILE)
"""Beside the device's name."""
