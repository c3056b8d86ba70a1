"""The life of an alert: firing -> acknowledged -> resolved, on data only.

A route has at most one open alert of each severity. What is wrong are its *conditions*, each with
its own rules, runs and words; the alert is over when all of them are. Pure: an alert, what its
conditions say now, and the clock give the next alert. Silence never resolves anything: a condition
that cannot be judged stays as it is (semantics 6).
"""

from __future__ import annotations

import enum
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from console.burn import kinds
from console.model import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

FIRING, ACKNOWLEDGED, RESOLVED = "firing", "acknowledged", "resolved"
SILENCED, CONTAINED = "silenced", "contained"
EVIDENCE_LIMIT = 200
"""So many rules and so many runs of a condition are kept, the latest runs."""


class Verdict(enum.StrEnum):
    """What an evaluation says of a condition."""

    FIRE = "fire"
    HEALTHY = "healthy"
    FROZEN = "frozen"
    CATCHING_UP = "catching up"


class Condition(NamedTuple):
    """One thing that can be wrong with a route, as evaluated now.

    `part` tells conditions of one kind apart (`25 %`, a class). `quiet` says, for one that does not
    fire, that what must be under its threshold is so on data; it is over after `hold_us` of that.
    `signed` ones end only by the owner's signature. `classes` are those of the misses behind it,
    for silences. `words` of one that cannot be judged are not taken over.
    """

    kind: str
    severity: Severity
    verdict: Verdict
    words: str
    rules: tuple[str, ...] = ()
    runs: tuple[str, ...] = ()
    quiet: bool = True
    hold_us: int = 0
    signed: bool = False
    part: str = ""
    classes: tuple[str, ...] = ()


@lru_cache(maxsize=1024)
def unsaid(kind: str, severity: Severity, verdict: Verdict, part: str = "") -> Condition:
    """Return a condition that is judged without words, one for all routes.

    Nobody reads those of one that neither fires nor stands in an alert.
    """
    return Condition(kind, severity, verdict, "", part=part)


class Held(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A condition inside an alert. `over_us` is its end; `times` how often it has begun."""

    kind: str
    since_us: int
    words: str
    part: str = ""
    rules: tuple[str, ...] = ()
    runs: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    hold_us: int = 0
    quiet_since_us: int | None = None
    over_us: int | None = None
    times: int = 1
    signed: bool = False
    signed_by: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """Return what tells it from the other conditions of its alert."""
        return self.kind, self.part


class Alert(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The alert of one severity of one route; `route` is "" for that of the control file.

    `state` is the human's part of its life; `silence` (an id), `contained` and `inhibited_by` (the
    page of the route) say why it makes no noise now. `told` are the conditions that people were
    told of, `lapses` how often its owner let it lapse.
    """

    id: str
    route: str
    severity: str
    state: str
    opened_us: int
    conditions: tuple[Held, ...]
    resolved_us: int | None = None
    acknowledged_by: str = ""
    acknowledged_us: int | None = None
    note: str = ""
    lapses: int = 0
    silence: str = ""
    contained: bool = False
    inhibited_by: str = ""
    dry_run: bool = False
    told: tuple[str, ...] = ()

    @property
    def open(self) -> tuple[Held, ...]:
        """Return the conditions that stand, the leading one first."""
        return tuple(item for item in self.conditions if item.over_us is None)

    @property
    def shown(self) -> tuple[Held, ...]:
        """Return the conditions that the alert is about: those that stand, at its end all."""
        return self.open or self.conditions

    @property
    def kinds(self) -> tuple[str, ...]:
        """Return the kinds of its conditions, the leading one first."""
        return tuple(dict.fromkeys(item.kind for item in self.shown))

    @property
    def kind(self) -> str:
        """Return the kind that leads the alert."""
        return self.shown[0].kind

    @property
    def words(self) -> str:
        """Return what is wrong: the leading condition in full, the others by name."""
        leading = self.shown[0]
        others = [
            title(item) if item.quiet_since_us is None else f"was {title(item)}"
            for item in self.shown[1:]
        ]
        return f"{leading.words} Also: {', '.join(others)}." if others else leading.words

    @property
    def rules(self) -> tuple[str, ...]:
        """Return the rules that fired."""
        return tuple(dict.fromkeys(rule for item in self.shown for rule in item.rules))

    @property
    def runs(self) -> tuple[str, ...]:
        """Return the runs behind it."""
        return tuple(dict.fromkeys(run for item in self.shown for run in item.runs))

    @property
    def standing(self) -> str:
        """Return its state as it is shown: an end, a silence and a containment come first."""
        if self.resolved_us is not None:
            return RESOLVED
        if self.silence:
            return SILENCED
        return CONTAINED if self.contained else self.state


def title(held: Held) -> str:
    """Return a condition's name for people: `hard stop`, `left 25 %`."""
    return f"{held.kind.replace('_', ' ')} {held.part}".strip()


def step(
    alert: Alert | None,
    found: Sequence[Condition],
    route: str,
    now_us: int,
    new_id: Callable[[], str],
) -> Alert | None:
    """Return the alert of a severity after one evaluation of all conditions of that severity.

    A condition that is watched no more (its rule was taken out of the settings) ends, unless it
    takes a signature to end it.

    Args:
        alert: the open alert of the route and severity, or None.
        found: every condition of the severity that is watched, firing or not.
        route: the route's name.
        now_us: the instant of the evaluation.
        new_id: gives the id to an alert that opens.
    """
    if alert is None:
        # What does not fire has never begun.
        found = [item for item in found if item.verdict is Verdict.FIRE]
        if not found:
            return None
    held = {item.key: item for item in alert.conditions} if alert is not None else {}
    after = {key: _unwatched(item, now_us) for key, item in held.items()}
    for condition in found:
        key = (condition.kind, condition.part)
        if condition.verdict is not Verdict.FIRE and key not in held:
            continue  # it has never begun
        stepped = _stepped(held.get(key), condition, now_us)
        if stepped is not None:
            after[key] = stepped
    conditions = tuple(sorted(after.values(), key=_urgency))
    if alert is None:
        return Alert(
            id=new_id(), route=route, severity=found[0].severity.value, state=FIRING,
            opened_us=now_us, conditions=conditions,
        )  # fmt: skip
    return _ended(msgspec.structs.replace(alert, conditions=conditions), now_us)


def acknowledge(alert: Alert, by: str, note: str, now_us: int) -> Alert:
    """Return the alert owned by `by`: acknowledging is taking responsibility, with a name."""
    return msgspec.structs.replace(
        alert, state=ACKNOWLEDGED, acknowledged_by=by, acknowledged_us=now_us, note=note
    )


def lapse(alert: Alert, ack_timeout_us: int, now_us: int) -> Alert:
    """Return the alert, nobody's again once its acknowledgement is `ack_timeout_us` old."""
    since_us = alert.acknowledged_us
    if alert.state != ACKNOWLEDGED or since_us is None or now_us - since_us < ack_timeout_us:
        return alert
    return msgspec.structs.replace(
        alert, state=FIRING, acknowledged_by="", acknowledged_us=None, lapses=alert.lapses + 1,
        note=f"{alert.acknowledged_by} acknowledged it, and let it lapse",
    )  # fmt: skip


def unquieted(alert: Alert) -> Alert:
    """Return the alert with the quiet time of its conditions begun anew: the clock was set."""
    conditions = tuple(
        msgspec.structs.replace(item, quiet_since_us=None) for item in alert.conditions
    )
    return msgspec.structs.replace(alert, conditions=conditions)


def close(alert: Alert, by: str, now_us: int) -> Alert:
    """Return the alert with its hard stop ended by a signature; over, if nothing else stands."""
    conditions = tuple(
        msgspec.structs.replace(item, over_us=now_us, signed_by=by)
        if item.signed and item.over_us is None
        else item
        for item in alert.conditions
    )
    return _ended(msgspec.structs.replace(alert, conditions=conditions), now_us)


def _ended(alert: Alert, now_us: int) -> Alert:
    if alert.open:
        return alert
    return msgspec.structs.replace(alert, state=RESOLVED, resolved_us=now_us)


def _unwatched(held: Held, now_us: int) -> Held:
    if held.signed or held.over_us is not None:
        return held
    return msgspec.structs.replace(held, over_us=now_us)


def _urgency(held: Held) -> tuple[bool, int]:
    """Return the place of a condition in its alert: what fires now before what was."""
    return held.quiet_since_us is not None, kinds.place(held.kind)


def _stepped(held: Held | None, condition: Condition, now_us: int) -> Held | None:
    """Return a condition after one evaluation, None where it has never begun."""
    standing = held is not None and held.over_us is None
    if condition.verdict is Verdict.FIRE:
        return _fired(held, condition, now_us)
    if held is None or not standing or condition.verdict is not Verdict.HEALTHY:
        return held
    if condition.signed:
        return held
    words = condition.words or held.words
    if not condition.quiet:
        return msgspec.structs.replace(held, quiet_since_us=None, words=words)
    since_us = held.quiet_since_us if held.quiet_since_us is not None else now_us
    over_us = now_us if now_us - since_us >= held.hold_us else None
    return msgspec.structs.replace(held, quiet_since_us=since_us, over_us=over_us, words=words)


def _fired(held: Held | None, condition: Condition, now_us: int) -> Held:
    if held is None or held.over_us is not None:
        return Held(
            kind=condition.kind, part=condition.part, since_us=now_us, words=condition.words,
            rules=condition.rules, runs=condition.runs[:EVIDENCE_LIMIT],
            classes=condition.classes, hold_us=condition.hold_us, signed=condition.signed,
            times=1 if held is None else held.times + 1,
        )  # fmt: skip
    # A burn waits for every rule that fired to be quiet; of others the latest reading counts.
    rules = condition.rules
    if condition.kind == kinds.BURN:
        rules = tuple(dict.fromkeys((*held.rules, *condition.rules)))[:EVIDENCE_LIMIT]
    return msgspec.structs.replace(
        held,
        words=condition.words,
        rules=rules,
        runs=tuple(dict.fromkeys((*condition.runs, *held.runs)))[:EVIDENCE_LIMIT],
        classes=condition.classes,
        hold_us=max(held.hold_us, condition.hold_us),
        quiet_since_us=None,
    )
