"""CISCO-CCM-MIB's cause codes: why a registration failed, and why a device unregistered. Names are the MIB's own."""

from __future__ import annotations

from enum import IntEnum


class CcmDevRegFailCauseCode(IntEnum):
    """Why CallManager refused a registration. 19 to 22 and 24 are not in the current list."""

    unknown = 1
    noEntryInDatabase = 2
    databaseConfigurationError = 3
    deviceNameUnresolveable = 4
    maxDevRegExceeded = 5
    connectivityError = 6
    initializationError = 7
    deviceInitiatedReset = 8
    callManagerReset = 9
    authenticationError = 10
    invalidX509NameInCertificate = 11
    invalidTLSCipher = 12
    directoryNumberMismatch = 13
    malformedRegisterMsg = 14
    protocolMismatch = 15
    deviceNotActive = 16
    authenticatedDeviceAlreadyExists = 17
    obsoleteProtocolVersion = 18
    databaseTimeout = 23
    registrationSequenceError = 25
    invalidCapabilities = 26
    capabilityResponseTimeout = 27
    securityMismatch = 28
    autoRegisterDBError = 29
    dbAccessError = 30
    autoRegisterDBConfigTimeout = 31
    deviceTypeMismatch = 32
    addressingModeMismatch = 33


class CcmDevUnregCauseCode(IntEnum):
    """Why a registered device is no longer registered. 3 to 5 and 7 are as in the list above; there is no 27."""

    unknown = 1
    noEntryInDatabase = 2
    databaseConfigurationError = 3
    deviceNameUnresolveable = 4
    maxDevRegExceeded = 5
    connectivityError = 6
    initializationError = 7
    deviceInitiatedReset = 8
    callManagerReset = 9
    deviceUnregistered = 10
    malformedRegisterMsg = 11
    sccpDeviceThrottling = 12
    keepAliveTimeout = 13
    configurationMismatch = 14
    callManagerRestart = 15
    duplicateRegistration = 16
    callManagerApplyConfig = 17
    deviceNoResponse = 18
    emLoginLogout = 19
    emccLoginLogout = 20
    energywisePowerSavePlus = 21
    callManagerForcedRestart = 22
    sourceIPAddrChanged = 23
    sourcePortChanged = 24
    registrationSequenceError = 25
    invalidCapabilities = 26
    fallbackInitiated = 28
    deviceSwitch = 29
