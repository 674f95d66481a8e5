"""Every operation of `lab.operations` as a method of its word, with `_` for `-`; its arguments are the keys of a step.

`await lab.restart_service(cluster="hq", service="Cisco CallManager")`: names are those that clusters, servers and phones were added
by. Each method checks its arguments as a scenario file's are checked, and raises InvalidInput for a value that is not possible and
for a name that there is not, and OperationFailed where the lab is in no state for the operation.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from datetime import date, datetime
from typing import Any, Concatenate, ParamSpec

import msgspec

from lab.operations import bulk, capf, certificates, list_resets, names, on_phones, services
from lab.operations.operation import Operation
from lab.operations.table import operation_of

P = ParamSpec("P")
Method = Callable[Concatenate["OperationMethods", P], Coroutine[Any, Any, None]]


def _method(kind: Callable[P, Operation]) -> Method[P]:
    async def do(self: OperationMethods, /, *args: P.args, **kwargs: P.kwargs) -> None:
        given: dict[str, Any] = msgspec.to_builtins(kind(*args, **kwargs), builtin_types=(datetime, date))
        await self.perform(operation_of({key: value for key, value in given.items() if value is not None}))

    do.__doc__ = kind.__doc__
    return do


class OperationMethods:
    """The methods; who has them carries operations out by `perform`."""

    async def perform(self, operation: Operation) -> None:
        raise NotImplementedError

    power_on = _method(on_phones.Boot)
    power_off = _method(on_phones.PowerOff)
    set_profile = _method(on_phones.SetProfile)
    certificate_operation = _method(capf.SetCertificateOperation)
    install_lsc = _method(capf.InstallLsc)
    delete_lsc = _method(capf.DeleteLsc)
    delete_lsc_on_phone = _method(capf.DeleteLscOnPhone)
    type_authentication_string = _method(capf.TypeString)
    reset = _method(on_phones.Reset)
    reset_on_phone = _method(on_phones.ResetOnPhone)
    delete_trust_list_on_phone = _method(on_phones.DeleteTrustList)
    factory_reset = _method(on_phones.FactoryReset)
    open_directory = _method(on_phones.OpenDirectory)
    move = _method(on_phones.Move)
    set_switch_port = _method(on_phones.SetSwitchPort)
    device_authentication = _method(on_phones.DeviceAuthentication)
    switch_vpn = _method(on_phones.SwitchVpn)
    upload_certificate = _method(certificates.UploadCertificate)
    delete_certificate = _method(certificates.DeleteCertificate)
    default_ca_list = _method(certificates.DefaultCaList)
    regenerate_certificate = _method(certificates.RegenerateCertificate)
    sign_certificate = _method(certificates.SignCertificate)
    update_ctl = _method(certificates.UpdateCtl)
    bulk_export = _method(bulk.BulkExport)
    bulk_consolidate = _method(bulk.BulkConsolidate)
    bulk_import = _method(bulk.BulkImport)
    set_tftp_server = _method(bulk.SetTftpServer)
    reset_itl = _method(list_resets.ResetItl)
    reset_ctl = _method(list_resets.ResetCtl)
    delete_ctl_file = _method(list_resets.DeleteCtlFile)
    update_vpn_group = _method(certificates.UpdateVpnGroup)
    restart_service = _method(services.RestartService)
    stop_service = _method(services.StopService)
    start_service = _method(services.StartService)
    set_cluster_mode = _method(services.SetClusterMode)
    set_parameter = _method(services.SetParameter)
    set_minimum_tls = _method(services.SetMinimumTls)
    set_host_name = _method(names.SetHostName)
    set_domain = _method(names.SetDomain)
    set_address = _method(names.SetAddress)
    backup_keys = _method(names.BackUpKeys)
    restore_keys = _method(names.RestoreKeys)
    wait = _method(services.Wait)
