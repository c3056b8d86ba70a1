"""One sample of an Inspect AI log -> the events of its run."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple
from zoneinfo import ZoneInfo

from console.intake.formats.claude_runs import directive
from console.intake.formats.loose import array, at_path, instant, seconds, table, text
from console.model import Event
from console.text import clean, name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from console.intake.formats.verdict_values import Rule

_DENIALS = frozenset({"reject", "terminate"})
_CANCELLED = re.compile(r"(?:\w+\.)*Cancelled(?:Error)?\(")
"""The error of a sample that was interrupted, or given up as another one failed."""
_UTC = ZoneInfo("UTC")


class Subject(NamedTuple):
    """A sample as a run: which, on which route, and when.

    `joined` says that the run is another log's, to which only the verdicts are added. `start_us`
    is None where the sample has no times of its own. `scorer` names a score that does not say its
    own.
    """

    run: str
    route: str
    start_us: int | None
    end_us: int
    joined: bool
    scorer: str = "score"


def moment(value: object) -> int | None:
    """Return an instant; without a zone it is in UTC, as Inspect AI itself takes it."""
    return instant(value, _UTC)


def happenings(sample: dict[str, Any]) -> list[dict[str, Any]]:
    """Return a sample's events; logs of 2024 have them one level further down."""
    found = sample.get("events") or at_path(sample, "transcript.events")
    return [table(event) for event in array(found)]


def scores_of(sample: dict[str, Any], scorer: str) -> dict[str, Any]:
    """Return a sample's scores by scorer; the first logs have one, of the `scorer` of all."""
    single = sample.get("score")
    return table(sample.get("scores")) or ({} if single is None else {scorer: single})


def span(sample: dict[str, Any]) -> tuple[int | None, int | None]:
    """Return when a sample began and ended, as far as it says so itself or by its events."""
    told = [moment(event.get("timestamp")) for event in happenings(sample)]
    times = [at_us for at_us in told if at_us is not None]
    start_us, end_us = moment(sample.get("started_at")), moment(sample.get("completed_at"))
    if start_us is None:
        start_us = min(times, default=None)
    if end_us is None:
        end_us = max(times, default=None)
    return start_us, end_us


def events_of(sample: dict[str, Any], subject: Subject, rule: Rule) -> Iterator[Event]:
    """Yield all that a sample tells of, in order of time but for ties.

    One that was scored without a verdict stays open: unknown is never good.
    """
    run, route = subject.run, subject.route
    checks = list(_checks(sample, subject, rule))
    if subject.joined:
        yield from checks
        return
    ending = _ending(sample, subject)
    scored = bool(scores_of(sample, subject.scorer))
    open_still = ending.event == "run.delivered" and scored and not checks
    start_us = subject.end_us if subject.start_us is None and open_still else subject.start_us
    if start_us is not None:
        start = name(f"{run}#started")
        yield Event(ts_us=start_us, route=route, event="run.started", run=run, id=start)
    yield from _approvals(sample, subject)
    yield from checks
    if not open_still:
        yield ending


def _ending(sample: dict[str, Any], subject: Subject) -> Event:
    kind, reason, by = "run.delivered", "", ""
    error, limit = sample.get("error"), sample.get("limit")
    invalid = table(sample.get("invalidation"))
    if invalid:
        kind, by = "run.cancelled", text(invalid.get("author")) or "reviewer"
        reason = text(invalid.get("reason")) or "invalidated"
    elif error:
        reason = text(table(error).get("message")) or text(error) or "the sample failed"
        withdrawn = bool(_CANCELLED.match(reason))
        kind, by = ("run.cancelled", "inspect") if withdrawn else ("run.failed", "")
    elif limit:
        what = text(table(limit).get("type")) or text(limit) or "unknown"
        reason = f"limit: {what} {text(table(limit).get('limit'))}".strip()
        kind = "run.cancelled" if what == "operator" else "run.failed"
        by = "operator" if what == "operator" else ""
    return Event(
        ts_us=subject.end_us,
        route=subject.route,
        event=kind,
        run=subject.run,
        id=name(f"{subject.run}#ended"),
        reason=clean(reason),
        by=name(by),
        elapsed_s=seconds(sample.get("working_time")),
    )


def _checks(sample: dict[str, Any], subject: Subject, rule: Rule) -> Iterator[Event]:
    for scorer, score in scores_of(sample, subject.scorer).items():
        value, why = (score, "") if not isinstance(score, dict) else _told(score)
        at_us = moment(at_path(score, _last_edit(score))) or subject.end_us
        for check, passed in rule.verdicts(scorer, value):
            yield Event(
                ts_us=at_us,
                route=subject.route,
                event="check.passed" if passed else "check.failed",
                run=subject.run,
                id=name(f"{subject.run}#check:{check}"),
                check=name(check),
                reason="" if passed else clean(why),
            )


def _told(score: dict[str, Any]) -> tuple[Any, str]:
    return score.get("value"), text(score.get("explanation")) or text(score.get("answer"))


def _last_edit(score: Any) -> str:
    """Return the path of when a score was last changed by hand; later than the sample's end."""
    edits = array(at_path(score, "history"))
    return f"history.{max(len(edits) - 1, 0)}.provenance.timestamp"


def _approvals(sample: dict[str, Any], subject: Subject) -> Iterator[Event]:
    """Yield refusals, and escalations: one that nobody decided any more is a handoff."""
    decisions = [event for event in happenings(sample) if event.get("event") == "approval"]
    last = {text(at_path(event, "call.id")): place for place, event in enumerate(decisions)}
    for place, event in enumerate(decisions):
        decision, call = text(event.get("decision")), table(event.get("call"))
        asked = text(call.get("id"))
        decided = bool(asked) and last[asked] > place
        kind = "action.denied" if decision in _DENIALS else ""
        if decision == "escalate":
            kind = "approval.requested" if decided else "handoff"
        if not kind:
            continue
        why = text(event.get("explanation")) or text(event.get("message"))
        approver = name(text(event.get("approver")))
        told = "\n".join(text(event.get(key)) for key in ("explanation", "message"))
        yield Event(
            ts_us=moment(event.get("timestamp")) or subject.end_us,
            route=subject.route,
            event=kind,
            run=subject.run,
            id=name(f"{subject.run}#approval:{text(event.get('uuid')) or place}"),
            action="" if kind == "handoff" else name(text(call.get("function"))),
            to="human" if kind == "handoff" else "",
            by=approver,
            rule=f"approval:{decision}" if kind == "action.denied" else "",
            reason=clean(why),
            directive=directive(told) if kind == "action.denied" else "",
        )
