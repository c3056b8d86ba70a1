"""The one immutable picture of the store that every view reads."""

from console.snapshot.build import take
from console.snapshot.misses import refused, with_lines
from console.snapshot.trail import timeline, trail
from console.snapshot.types import Snapshot

__all__ = ["Snapshot", "refused", "take", "timeline", "trail", "with_lines"]
