"""`[console]`: how the console looks, rings, and which keys do what."""

from __future__ import annotations

from console.settings import kinds, words
from console.settings.problems import UnusableError
from console.settings.table import Table
from console.settings.types import Looks

CONSOLE_KEYS = ("bell", "theme", "keys", "animations", "remember")
THEMES = ("dark", "light", "colour-blind", "ansi")


def looks(table: Table) -> Looks:
    """Return what `[console]` says; the actions in `keys` are known to the console alone."""
    table.refuse_unknown(CONSOLE_KEYS)
    default = Looks()
    keys = table.inner("keys")
    return Looks(
        bell=table.take("bell", kinds.flag, default.bell),
        theme=table.take("theme", words.choice(THEMES), default.theme),
        keys={name: keys.take(name, _key, "") for name in sorted(keys.written)},
        animations=table.take("animations", kinds.flag, default.animations),
        remember=table.take("remember", kinds.flag, default.remember),
    )


def _key(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise UnusableError('is not a key; write it as text, like "A", "f8" or "ctrl+k"')
    return value.strip()
