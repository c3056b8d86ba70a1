"""`[store] keep` and `[redact]`: how long raw lines are kept, and what is taken out of them."""

from __future__ import annotations

from console.model import CLASSES
from console.settings import kinds, words
from console.settings.table import Table
from console.settings.types import Redact, Settings
from console.settings.values import duration_text

STORE_KEYS = ("path", "retention", "keep")
REDACT_KEYS = ("keys", "patterns")
_CLASS_NAMES = tuple(error_class.value for error_class in CLASSES)


def redact(table: Table) -> Redact:
    """Return what counts as a secret besides what is built in."""
    table.refuse_unknown(REDACT_KEYS)
    return Redact(
        keys=table.take("keys", words.keys, ()),
        patterns=table.take("patterns", words.patterns, ()),
    )


def keep(store: Table) -> dict[str, int]:
    """Return how long the raw lines of a class are kept, for the classes that say so."""
    table = store.inner("keep")
    table.refuse_unknown(_CLASS_NAMES)
    found = {name: table.take(name, kinds.duration, 0) for name in _CLASS_NAMES}
    return {name: kept_us for name, kept_us in found.items() if kept_us}


def check_keep(store: Table, settings: Settings) -> None:
    """Note a class whose lines would be kept for longer than the misses that they are behind."""
    table = store.inner("keep")
    for name, kept_us in settings.keep_us.items():
        if kept_us > settings.retention_us:
            longest = duration_text(settings.retention_us)
            reason = f'is longer than anything is kept; write "{longest}", or a longer retention'
            table.refuse(name, reason, duration_text(kept_us))
