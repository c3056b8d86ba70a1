"""One result of an evaluation -> the events of its run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from console.intake.formats.loose import at_path, seconds, table, text
from console.model import Event
from console.text import clean, name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from console.intake.formats.verdict_mapping import Mapping


class Result(NamedTuple):
    """A result as a run: which, on which route, when, and all that is said of it."""

    run: str
    route: str
    started_us: int | None
    ended_us: int
    said: dict[str, Any]

    def event(self, kind: str, suffix: str, at_us: int, **fields: Any) -> Event:
        """Return an event of this run, with an id made of the run's own."""
        own = name(f"{self.run}#{suffix}")
        return Event(ts_us=at_us, route=self.route, event=kind, run=self.run, id=own, **fields)


def events_of(result: Result, mapping: Mapping) -> Iterator[Event]:
    """Yield all that a result tells of its run."""
    if mapping.join:
        yield from _checks(result, mapping)
        return
    checks, ending = list(_checks(result, mapping)), _ending(result, mapping)
    open_still = ending.event == "run.delivered" and _undecided(result, mapping)
    started_us = result.started_us
    if started_us is None and open_still:
        started_us = result.ended_us
    if started_us is not None:
        yield result.event("run.started", "started", started_us)
    yield from checks
    if not open_still:
        yield ending


def _undecided(result: Result, mapping: Mapping) -> bool:
    """Say whether the outcome should stand in this result and is not known: never good."""
    if not mapping.verdict:
        return False
    value = at_path(result.said, mapping.verdict)
    return not any(True for _ in mapping.rule.verdicts(mapping.check, value))


def _checks(result: Result, mapping: Mapping) -> Iterator[Event]:
    told = []
    if mapping.verdict:
        told.append((mapping.check, at_path(result.said, mapping.verdict)))
    if mapping.checks:
        told += table(at_path(result.said, mapping.checks)).items()
    why = text(at_path(result.said, mapping.reason)) if mapping.reason else ""
    verdicts = [found for check, value in told for found in mapping.rule.verdicts(check, value)]
    if mapping.handoff_expected(result.said) and not mapping.handed_off(result.said):
        verdicts.append(("handoff", False))
    for check, passed in verdicts:
        yield result.event(
            "check.passed" if passed else "check.failed",
            f"check:{check}",
            result.ended_us,
            check=name(check),
            reason="" if passed else clean(why),
        )


def _ending(result: Result, mapping: Mapping) -> Event:
    elapsed_s = seconds(at_path(result.said, mapping.elapsed)) if mapping.elapsed else None
    failure = at_path(result.said, mapping.failure) if mapping.failure else None
    how = text(failure) or ("failed" if failure else "")
    fields: dict[str, Any] = {"elapsed_s": elapsed_s}
    if how in mapping.excluded:
        kind = "run.cancelled"
        fields.update(by="harness", reason=clean(how))
    elif how and how not in mapping.fine:
        kind = "run.failed"
        fields.update(reason=clean(how))
    elif mapping.handed_off(result.said):
        kind = "handoff"
        unexpected = mapping.handoff_expected(result.said) is False
        fields.update(to="human", preventable=True if unexpected else None)
    else:
        kind = "run.delivered"
    return result.event(kind, "ended", result.ended_us, **fields)
