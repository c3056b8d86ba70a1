"""What is wrong with the machinery below the numbers, in words: the store, the disk, the clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.collector.drift import JUMP
from console.intake.times import rfc3339
from console.ledger.case import duration
from console.model import DAY_US
from console.store import desk
from console.text import clean

if TYPE_CHECKING:
    from pathlib import Path

    from console.store.connect import Connection
    from console.store.holder import Life

LONG_LOG_BYTES = 64_000_000
"""A log of the store beyond this is held open by a reader that has looked at it for too long."""
_SHOWN_US = DAY_US
"""How long it is said that something happened that is over."""


def troubles(
    connection: Connection, store: Path, life: Life | None, now_us: int
) -> tuple[str, ...]:
    """Return what is wrong now or was within the last day, a sentence each, the worst first."""
    found = [
        life.trouble if life is not None else "",
        _recent(desk.fact(connection, desk.REBUILT), now_us),
        _long_log(store),
        _clock(desk.fact(connection, JUMP), now_us),
        _polling(desk.fact(connection, "polling")),
    ]
    return tuple(clean(sentence, 400) for sentence in found if sentence)


def _recent(fact: str, now_us: int) -> str:
    at, _, words = fact.partition(" ")
    return f"{words} ({_when(at)})" if at.isdecimal() and _fresh(at, now_us) else ""


def _fresh(at: str, now_us: int) -> bool:
    return abs(now_us - int(at)) <= _SHOWN_US


def _when(at: str) -> str:
    return rfc3339(int(at))[:19] + "Z"


def _long_log(store: Path) -> str:
    try:
        size = store.with_name(store.name + "-wal").stat().st_size
    except OSError:
        return ""
    if size <= LONG_LOG_BYTES:
        return ""
    return (
        f"the store's log has grown to {size / 1e6:,.0f} MB: some program has been reading the "
        "store for too long (fuser names it); it shrinks once that ends"
    )


def _clock(fact: str, now_us: int) -> str:
    at, _, by = fact.partition(" ")
    if not by or not _fresh(at, now_us):
        return ""
    way = "forward" if int(by) > 0 else "back"
    return (
        f"the clock was set {way} by {duration(abs(int(by)))} ({_when(at)}); "
        "quiet times of alerts began anew"
    )


def _polling(why: str) -> str:
    if not why:
        return ""
    return (
        f"polling: the system gives no file events ({why}); logs are looked at every second. "
        "On Linux raise fs.inotify.max_user_instances"
    )
