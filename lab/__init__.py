"""Everything a person, a CI job or another program touches. `Lab` is a lab in the caller's trio loop (`docs/api.md`).

The public names are loaded when they are first used, so that the command need not wait for them.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lab.base.failures import InvalidInput as InvalidInput
    from lab.base.failures import MachineCannot as MachineCannot
    from lab.operations.running import OperationFailed as OperationFailed
    from lab.running.lab import Lab as Lab

__all__ = ["InvalidInput", "Lab", "MachineCannot", "OperationFailed"]
_MODULES = {
    "InvalidInput": "lab.base.failures",
    "Lab": "lab.running.lab",
    "MachineCannot": "lab.base.failures",
    "OperationFailed": "lab.operations.running",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)
