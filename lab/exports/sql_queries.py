"""The three statements whose answers hold all that what-if needs of a cluster's database, ready for `run sql`."""

from __future__ import annotations

DEVICES = (
    "select device.name,typemodel.name as model,device.fksecurityprofile,device.lscissuername,device.lscvaliduntil,"
    "device.lscissuervaliduntil,device.ecpublickeycurve from device"
    " inner join typemodel on typemodel.enum=device.tkmodel where device.tkclass=1"
)
PROFILES = "select pkid,name,tkdevicesecuritymode,tkauthenticationmode from securityprofile"
CERTIFICATES = (
    "select typecertificateservice.name as store,certificate.certificate from certificate"
    " inner join certificateservicecertificatemap on certificateservicecertificatemap.fkcertificate=certificate.pkid"
    " inner join typecertificateservice on typecertificateservice.enum=certificateservicecertificatemap.tkcertificateservice"
    " where typecertificateservice.name in ('CallManager-trust','CAPF-trust','CAPF')"
)
QUERIES = (DEVICES, PROFILES, CERTIFICATES)
"""They run on Informix and on this lab's SQLite. `docs/whatif-exports.md` prints them."""
