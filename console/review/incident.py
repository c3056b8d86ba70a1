"""What the incidents of a review are called, and what is known of one."""

from __future__ import annotations

import msgspec

from console.burn.windows import Span

OUTAGE, BAD_CHANGE, ROLLBACK = "dependency outage", "bad change", "failed rollback"
FAST, SLOW, BURST = "fast burn", "slow burn", "burst"
BREACH, DENIALS, RESCUES = "permission breach", "denials", "rescue cluster"
SILENT, QUIET = "signal lost", "low volume"


class Incident(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened to a route, with its minutes, and the bad runs that it explains.

    `shared` names the other routes that suffered it, `change` what was deployed before it.
    """

    kind: str
    route: str
    span: Span
    runs: tuple[str, ...]
    words: str
    shared: tuple[str, ...] = ()
    change: str = ""

    @property
    def noise(self) -> bool:
        """Say whether it came from outside and says nothing of the route itself."""
        return self.kind == OUTAGE
