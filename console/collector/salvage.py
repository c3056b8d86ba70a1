"""A store that is damaged, or gone while it was in use: a new one takes its place, and says so.

Nothing is deleted. Logs are read anew from their beginning, the audit comes back from its mirror,
orders from the control file. What only the store held (runs whose logs are gone, corrections, who
owned an alert) is in the file that was set aside.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from console.model import MINUTE_US, SECOND_US
from console.store import alerts, desk
from console.store.connect import damage, set_aside
from console.store.mirror import mirror_path
from console.store.writer import Writer
from console.text import clean

if TYPE_CHECKING:
    from pathlib import Path


def salvage(store: Path, now_us: int, wrong: str = "") -> str:
    """Set a damaged store aside and begin a new one; return what was done, "" where it is whole.

    The caller holds the lease. `wrong` says what is known to be wrong with the store already.

    Raises:
        StoreError: it is not one of ours, newer than this program, or cannot be used now.
    """
    lost = not store.exists() and mirror_path(store).exists()
    if not lost:
        wrong = (wrong or damage(store)) if store.exists() else ""
        if not wrong:
            return ""
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now_us // SECOND_US))
        aside = set_aside(store, stamp)
        words = f"the store was damaged ({clean(wrong, 200)}) and was set aside as {aside.name}"
    else:
        words = "the store was gone"
    words += "; this one is rebuilt from the logs that are still there, the audit from its mirror"
    writer = Writer(store)
    try:
        with writer.transaction():
            desk.set_fact(writer.connection, desk.REBUILT, f"{now_us} {words}")
            # What was told of the alerts of the lost store is not known: minutes outrun them.
            alerts.number_after(writer.connection, now_us // MINUTE_US)
            detail = {"store": words}
            desk.audit(
                writer.connection, at_us=now_us, actor="burnline", verb="store rebuilt",
                route="", detail=detail,
            )  # fmt: skip
    finally:
        writer.close()
    return words
