"""The product's own log: what operators report are events too, read as those of agents are."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def own_log(store: Path) -> Path:
    """Return the log beside a store."""
    return store.with_name(store.name + ".operator.jsonl")
