"""A second, independent reading of native logs: semantics 3 in its plainest form, all at once.

Shares nothing with the code under test, and knows nothing of directives, which the simulated logs
have none of.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

Event = dict[str, Any]
_TERMINAL = ("run.delivered", "run.failed", "run.cancelled", "handoff")
_VERDICT_WITHIN = timedelta(hours=1)


@dataclass
class Rules:
    """What the settings of a route say about its runs."""

    sla_s: int | None
    escalate_within_s: int
    recover_within_s: int | None
    requires: list[str]
    approval_required: list[str]


@dataclass
class Reading:
    """One run as read: its misses by class with their times, and when and how it closed."""

    run: str
    misses: dict[str, datetime] = field(default_factory=dict)
    closed: datetime | None = None
    cancelled: bool = False

    @property
    def at(self) -> datetime | None:
        """Where a closed run counts: at its first miss, else at its first terminal event."""
        return min(self.misses.values()) if self.misses else self.closed


def events_of(folder: Path) -> list[Event]:
    found = [
        json.loads(line)
        for path in sorted(folder.glob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    for event in found:
        event["at"] = datetime.fromisoformat(event["ts"])
    return sorted(found, key=lambda event: event["at"])


def read_route(folder: Path, rules: Rules, end: datetime) -> dict[str, Reading]:
    """Return every run of the route, child runs folded into their roots."""
    runs: dict[str, list[Event]] = {}
    for event in events_of(folder):
        if "run" in event:
            root = str(event.get("parent", event["run"]))
            runs.setdefault(root, []).append(event)
    return {run: _read(run, events, rules, end) for run, events in runs.items()}


def _read(run: str, events: list[Event], rules: Rules, end: datetime) -> Reading:
    own = [event for event in events if event["run"] == run]
    reading = Reading(run)
    terminal = [event for event in own if event["event"] in _TERMINAL]
    reading.closed = terminal[0]["at"] if terminal else None
    reading.cancelled = any(event["event"] == "run.cancelled" for event in own)
    found = [
        *_latency(own, terminal, rules),
        *_trust(events, own, rules),
        *_escalation(own),
        *_doubts(own, rules),
        *_permission(events, rules),
    ]
    _charge(reading, found, end)
    _charge(reading, _recovery(own, reading, rules), end)
    return reading


def _charge(reading: Reading, found: list[tuple[str, datetime]], end: datetime) -> None:
    for name, at in found:
        if at <= end:
            reading.misses[name] = min(at, reading.misses.get(name, at))


def _latency(own: list[Event], terminal: list[Event], rules: Rules) -> list[tuple[str, datetime]]:
    allowed = own[0].get("sla_s", rules.sla_s)
    if own[0]["event"] != "run.started" or allowed is None:
        return []
    due = own[0]["at"] + timedelta(seconds=allowed)
    return [] if terminal and terminal[0]["at"] <= due else [("latency", due)]


def _trust(events: list[Event], own: list[Event], rules: Rules) -> list[tuple[str, datetime]]:
    found = [("trust", event["at"]) for event in events if event["event"] == "rescued"]
    found += [("trust", event["at"]) for event in events if event.get("trusted") is False]
    handed = any(event["event"] == "handoff" for event in own)
    found += [("trust", e["at"]) for e in own if e["event"] == "run.failed" and not handed]
    delivered = next((e["at"] for e in own if e["event"] == "run.delivered"), None)
    if delivered is None:
        return found
    standing: dict[str, bool] = {}
    seen: set[str] = set()
    for event in events:
        if event["event"] not in ("check.passed", "check.failed"):
            continue
        passed = event["event"] == "check.passed"
        if event["at"] <= delivered:
            standing[event["check"]] = passed
        elif not passed:
            found.append(("trust", event["at"]))
        if event["at"] <= delivered + _VERDICT_WITHIN:
            seen.add(event["check"])
    if not all(standing.values()):
        found.append(("trust", delivered))
    if not seen >= set(rules.requires):
        found.append(("trust", delivered + _VERDICT_WITHIN))
    return found


def _escalation(own: list[Event]) -> list[tuple[str, datetime]]:
    return [("escalation", e["at"]) for e in own if e.get("preventable")]


def _doubts(own: list[Event], rules: Rules) -> list[tuple[str, datetime]]:
    within = timedelta(seconds=rules.escalate_within_s)
    answers = ("certain", "approval.requested", *_TERMINAL)
    return [
        ("escalation", doubt["at"] + within)
        for doubt in own
        if doubt["event"] == "uncertain"
        and not any(
            e["event"] in answers and doubt["at"] <= e["at"] <= doubt["at"] + within for e in own
        )
    ]


def _permission(events: list[Event], rules: Rules) -> list[tuple[str, datetime]]:
    granted: set[str] = set()
    found = []
    for event in events:
        if event["event"] == "approval.granted":
            granted.add(event["action"])
        bare = event.get("action") in rules.approval_required and not (
            event.get("grant") or event.get("action") in granted
        )
        if event["event"] == "action.denied" or (
            event["event"] == "action.taken" and (event.get("scope") == "out" or bare)
        ):
            found.append(("permission", event["at"]))
    return found


def _recovery(own: list[Event], reading: Reading, rules: Rules) -> list[tuple[str, datetime]]:
    found = [("recovery", e["at"]) for e in own if e["event"] == "recovery.failed"]
    if rules.recover_within_s is not None and reading.misses:
        due = min(reading.misses.values()) + timedelta(seconds=rules.recover_within_s)
        recovered = [e["at"] for e in own if e["event"] == "recovery.succeeded"]
        if not any(at <= due for at in recovered):
            found.append(("recovery", due))
    return found
