"""Small parts of a snapshot, and what a view asks for beside it: a run's timeline, the audit."""

from __future__ import annotations

from fractions import Fraction

import msgspec

from console.burn.arithmetic import Ratio, fraction
from console.model import BurnRule, Counts


class Burn(msgspec.Struct, frozen=True, kw_only=True):
    """Burn over one window: `label` such as `1h`, the counts behind it, the exact burn."""

    label: str
    long_us: int
    counts: Counts
    burn: Ratio | None

    @property
    def rate(self) -> Fraction | None:
        """Return the burn reduced."""
        return fraction(self.burn)


class RuleView(msgspec.Struct, frozen=True, kw_only=True):
    """One alert rule with its state.

    `basis` is "ratio", "absolute" (low volume: absolute spend) or "no data"; `state` is critical,
    recovering, increasing, acceptable, frozen or "catching up". `words` says why it is, or is not,
    firing.
    """

    rule: BurnRule
    long_label: str
    short_label: str
    basis: str
    state: str
    long_burn: Ratio | None
    short_burn: Ratio | None
    words: str

    @property
    def long_rate(self) -> Fraction | None:
        """Return the burn of the long window, reduced."""
        return fraction(self.long_burn)

    @property
    def short_rate(self) -> Fraction | None:
        """Return the burn of the short window, reduced."""
        return fraction(self.short_burn)


class DeliveryView(msgspec.Struct, frozen=True, kw_only=True):
    """What one channel was last told of an alert.

    `what` is opened, joined, lapsed or resolved; `state` is waiting, sent, dead, dropped, withheld
    (a dry run) or spared (it was over before anybody heard of it); `at_us` is when that was
    settled, None while it waits. `note` says why the latest attempt failed.
    """

    channel: str
    what: str
    state: str
    attempts: int
    at_us: int | None
    note: str = ""


class MarkView(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened on a route, to stand beside its curve.

    `kind` is alert, order, lift, change or correction; a correction of a period lasts until
    `until_us`.
    """

    at_us: int
    kind: str
    words: str
    until_us: int | None = None


class MomentView(msgspec.Struct, frozen=True, kw_only=True):
    """One event of a run, or of a run that it started, and where it was read.

    `words` are the fields that the event came with.
    """

    at_us: int
    run: str
    event: str
    words: str
    agent: str
    file: str
    line_number: int
    offset: int


class AuditView(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the audit; `detail` is what was kept of the act, in words."""

    seq: int
    at_us: int
    actor: str
    verb: str
    route: str
    detail: str
    hash: str


class TrailView(msgspec.Struct, frozen=True, kw_only=True):
    """The latest rows of the audit, newest first, of `total`; and what its chain proves.

    `whole` says that no row was edited, lost or cut off, `words` what is wrong or where it ends.
    """

    rows: tuple[AuditView, ...]
    total: int
    whole: bool
    words: str
