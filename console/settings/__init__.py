"""burnline.toml -> Settings; every error names file, line, key and the fix."""

from console.settings.load import SettingsError, find, load, load_text
from console.settings.tiers import derive_tier
from console.settings.types import (
    ExitRule,
    LadderStep,
    Measured,
    Notify,
    Rates,
    Redact,
    RouteSettings,
    Settings,
    Source,
)

__all__ = [
    "ExitRule",
    "LadderStep",
    "Measured",
    "Notify",
    "Rates",
    "Redact",
    "RouteSettings",
    "Settings",
    "SettingsError",
    "Source",
    "derive_tier",
    "find",
    "load",
    "load_text",
]
