"""The settings that a store's collector reads, so that a command gives one answer in any directory.

The store keeps the path of the file and what it said then. A command that finds no settings reads
that file; one that finds others says so, since its answers are not the collector's.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from console.store.desk import SettingsFile


class Choice(NamedTuple):
    """The file to read instead of what was found, None for what was found; and what to say."""

    path: Path | None = None
    words: str = ""


def choose(store: Path, found: Path | None, *, named: bool) -> Choice:
    """Return which settings to use of a store.

    Args:
        store: the store that is asked.
        found: the settings file that was found, None for none.
        named: whether the operator named it; then it holds, whatever the collector reads.
    """
    used = _used(store)
    if used is None or not used.path:
        return Choice()
    path = Path(used.path)
    if found is not None and _same(path, found):
        return Choice(words=_changed(store, used, path))
    whose = f"the collector of {store} reads {path}"
    if found is not None or named:
        here = found or "built-in settings"
        return Choice(words=f"{whose}, this is by {here}: --settings {path}")
    if path.exists():
        return Choice(path, f"no settings here: by {path}, as the collector reads it")
    gone = f"{whose}, which is gone: this is by built-in settings"
    return Choice(words=f"{gone}; --settings PATH names others")


def _used(store: Path) -> SettingsFile | None:
    """Return what the collector read last, None where the store cannot say."""
    from console.store import desk
    from console.store.connect import StoreError, Unusable, attach

    try:
        connection = attach(store)
        try:
            return desk.settings_file(connection)
        finally:
            connection.close()
    except (StoreError, Unusable, OSError):
        return None


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return one == other.absolute()


def _changed(store: Path, used: SettingsFile, path: Path) -> str:
    """Say that a collector at work has not read the file as it is now."""
    from console.settings.document import digest
    from console.store.holder import alive

    if used.digest == digest(path) or alive(store, time.time()) is None:
        return ""
    return f"{path} was edited after the collector read it: burnline stop, then start it anew"
