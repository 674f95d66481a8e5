"""Stop the build when one of the packages that pyproject.toml names is not there: hatchling itself would build without it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class EveryPackageIsThere(BuildHookInterface):  # type: ignore[type-arg]
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        missing = [
            package
            for package in self.build_config.packages
            if not (Path(self.root) / package / "__init__.py").is_file()
        ]
        if missing:
            raise RuntimeError(f"pyproject.toml names packages that are not in {self.root}: {', '.join(missing)}")
