"""The account of a whole history, worked out at once, as semantics 3 and 4 say it.

Nothing here is incremental, kept, or fast, and nothing of the program's ledger is used: the sets of
events, orders, corrections and settings, and the time, go in; runs, misses and counts come out.
"""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from console.model import CLASSES, EVENTS, FUTURE_SLACK_US, MINUTE_US, USAGE, Counts
from tests.endtoend import naive_rules as rules
from tests.endtoend.naive_rules import Case, Fact

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.model import Directive
    from console.settings import Measured

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
IGNORED = {"ts", "route", "run", "event", "host"}
"""What is not said of an event itself, or not known to the format."""


class Correction(NamedTuple):
    """A period of event time, or runs, that somebody took out of what is charged."""

    route: str
    by_owner: bool
    from_us: int = 0
    to_us: int = 0
    runs: tuple[str, ...] = ()


class History(NamedTuple):
    """Everything that was ever said: all that the account may depend on, and the time."""

    lines: Iterable[bytes]
    now_us: int
    measured: dict[str, list[tuple[int, Measured]]]
    orders: list[Directive]
    corrections: tuple[Correction, ...] = ()


class Verdict(NamedTuple):
    """What is known of one run: its state, the minute it is booked in, and its misses."""

    state: str
    minute: int | None
    misses: dict[str, int]
    handed_off: bool = False
    rescues: int = 0


class Spending(NamedTuple):
    """What models took in one run: when the last of it was told, and how much, where it is said."""

    at_us: int
    micro_usd: int | None
    tokens: int | None


def read(lines: Iterable[bytes], now_us: int) -> list[Fact]:
    """Return the set of facts in lines, in order of time, without what lies in the future."""
    found = {}
    for line in lines:
        record = json.loads(line)
        at_us = (datetime.fromisoformat(record["ts"]) - EPOCH) // timedelta(microseconds=1)
        said = {key: value for key, value in record.items() if key not in IGNORED}
        fact = Fact(at_us, record["route"], record.get("run") or "", record["event"], said)
        if at_us <= now_us + FUTURE_SLACK_US:
            found[json.dumps(fact, sort_keys=True)] = fact
    return sorted(found.values(), key=lambda fact: fact.at)


def account(history: History) -> dict[tuple[str, str], Verdict]:
    """Return the verdict on every run that is a unit of work, by route and run."""
    facts = read(history.lines, history.now_us)
    of_run: dict[tuple[str, str], list[Fact]] = defaultdict(list)
    for fact in facts:
        # An event of an unknown kind shows that an agent lives, and nothing of a run.
        # What models took judges nothing, and is no unit of work.
        if fact.run and fact.kind in EVENTS and fact.kind != USAGE:
            of_run[fact.route, fact.run].append(fact)
    parents = {
        (fact.route, fact.run): (fact.route, fact.get("parent"))
        for fact in facts
        if fact.run and fact.kind in EVENTS and fact.get("parent") not in {"", fact.run}
    }
    families: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for key in of_run:
        families[_root(key, parents)].append(key)
    found = {}
    for (route, run), family in families.items():
        # A family is one unit of work: the settings of its root's start judge all of it.
        known = [(route, run)] if (route, run) in of_run else family
        began = min(_began(of_run[key]) for key in known)
        root = _case(history, facts, of_run.get((route, run), []), route, began)
        if root.facts and any(order.max_runs is not None for order in root.orders):
            root = root._replace(beside=_beside((route, run), of_run, parents))
        children = [
            _case(history, facts, of_run[key], route, began)
            for key in family
            if key != (route, run)
        ]
        verdict = _verdict(root, children)
        # A parent that never said a word of its own is no run yet, unless a child charges it.
        if root.facts or verdict.misses:
            found[route, run] = verdict
    return found | _runless(history, facts) | _overdue(history, facts)


def _root(key: tuple[str, str], parents: dict[tuple[str, str], tuple[str, str]]) -> tuple[str, str]:
    while key in parents:
        key = parents[key]
    return key


def _beside(
    key: tuple[str, str],
    of_run: dict[tuple[str, str], list[Fact]],
    parents: dict[tuple[str, str], tuple[str, str]],
) -> int:
    """Return how many roots of the same agent had begun by then and went on afterwards."""
    began = _began(of_run[key])
    return sum(
        (_began(theirs), other) < (began, key) and _went_on(theirs, began)
        for other, theirs in of_run.items()
        if other[0] == key[0] and other not in parents and _agent(theirs) == _agent(of_run[key])
    )


def _agent(mine: list[Fact]) -> str:
    named = [
        (fact.at, fact.get("agent"))
        for fact in mine
        if fact.get("agent") and fact.kind != "rescued"
    ]
    return min(named)[1] if named else ""


def _went_on(mine: list[Fact], at_us: int) -> bool:
    ended = [fact.at for fact in mine if fact.kind in rules.TERMINAL and fact.at <= at_us]
    return not ended and any(fact.at > at_us for fact in mine if fact.kind != "rescued")


def measured_at(history: History, route: str, at_us: int) -> Measured:
    """Return the settings that judge what starts at an instant; the first hold for all before."""
    versions = history.measured[route]
    valid = [measured for since_us, measured in versions if since_us <= at_us]
    return valid[-1] if valid else versions[0][1]


def _began(mine: list[Fact]) -> int:
    starts = [fact.at for fact in mine if fact.kind == "run.started"]
    return min(starts or [fact.at for fact in mine])


def _case(history: History, facts: list[Fact], mine: list[Fact], route: str, began: int) -> Case:
    """Return the case of a run, to be judged by the settings of the time at which it began."""
    return Case(
        facts=mine,
        route_facts=[fact for fact in facts if fact.route == route],
        began=began,
        rules=measured_at(history, route, began),
        orders=[order for order in history.orders if order.route == route],
        now=history.now_us,
    )


def _verdict(root: Case, children: list[Case]) -> Verdict:
    misses = rules.family_misses(root, children)
    handed = bool(root.at("handoff"))
    rescued = sum(len(case.at("rescued")) for case in (root, *children))
    if misses:
        minute = min(misses.values()) // MINUTE_US
        return Verdict("bad", minute, misses, handed, rescued)
    if rules.cancelled(root) is not None:
        return Verdict("excluded", None, {})
    ended = root.first(*rules.TERMINAL)
    if ended is not None and not rules.verdicts_awaited(root):
        return Verdict("good", ended // MINUTE_US, {}, handed, rescued)
    return Verdict("unknown" if rules.abandoned(root) else "open", None, {})


def _runless(history: History, facts: list[Fact]) -> dict[tuple[str, str], Verdict]:
    """Return the frozen changes that belong to no run: each is booked for itself."""
    found = {}
    for fact in facts:
        if fact.kind == "change.deployed" and not fact.run:
            name = fact.get("id") or f"{fact.get('change')}@{fact.at}"
            at = rules.permission(_case(history, facts, [fact], fact.route, fact.at))
            if at is not None:
                miss = {"permission": at}
                found[fact.route, f"change:{name}"] = Verdict("bad", at // MINUTE_US, miss)
    return found


def _overdue(history: History, facts: list[Fact]) -> dict[tuple[str, str], Verdict]:
    """Return the orders that an agent worked on without: each is a run whose id is the order's."""
    found = {}
    for order in history.orders:
        within = measured_at(history, order.route, order.issued_us).receipt_within_us
        heard = [fact for fact in facts if fact.route == order.route]
        at = order.issued_us + within
        if rules.overdue(order, within, heard):
            found[order.route, order.id] = Verdict("bad", at // MINUTE_US, {"recovery": at})
    return found


def spendings(history: History) -> dict[tuple[str, str], Spending]:
    """Return what each run says that models took: amounts added up, of a meter the largest."""
    told: dict[tuple[str, str], list[Fact]] = defaultdict(list)
    for fact in read(history.lines, history.now_us):
        if fact.run and fact.kind in EVENTS and {"tokens", "cost_usd"} & fact.said.keys():
            told[fact.route, fact.run].append(fact)
    return {
        key: Spending(
            max(fact.at for fact in mine), _took(mine, "cost_usd", 1_000_000), _took(mine, "tokens")
        )
        for key, mine in told.items()
    }


def _took(facts: list[Fact], what: str, times: int = 1) -> int | None:
    """Return the sum of what is said of one of the two; None where nothing is."""
    said = [(fact.get("meter"), int(fact.get(what) * times)) for fact in facts if what in fact.said]
    meters = {meter for meter, _ in said if meter}
    parts = [number for meter, number in said if not meter]
    parts += [max(number for mine, number in said if mine == meter) for meter in meters]
    return sum(parts) if said else None


def counts(verdicts: Iterable[Verdict], first: int = 0, end: int = 2**40) -> Counts:
    """Return the counts over the minutes from `first` up to, and without, `end`."""
    tally = dict.fromkeys(Counts._fields, 0)
    for verdict in verdicts:
        if verdict.minute is None or not first <= verdict.minute < end:
            continue
        tally["total"] += 1
        tally["bad"] += verdict.state == "bad"
        for error_class in CLASSES:
            tally[error_class.value] += error_class.value in verdict.misses
    return Counts(**tally)


def charged(
    found: dict[tuple[str, str], Verdict], corrections: Iterable[Correction]
) -> dict[tuple[str, str], Verdict]:
    """Return the verdicts that no correction takes out of what is charged."""
    return {
        (route, run): verdict
        for (route, run), verdict in found.items()
        if not any(item.route == route and _takes(item, run, verdict) for item in corrections)
    }


def _takes(correction: Correction, run: str, verdict: Verdict) -> bool:
    if verdict.minute is None or ("permission" in verdict.misses and not correction.by_owner):
        return False
    begins, ends = verdict.minute * MINUTE_US, (verdict.minute + 1) * MINUTE_US
    return run in correction.runs or (begins < correction.to_us and correction.from_us < ends)


def summary(found: dict[tuple[str, str], Verdict], route: str) -> dict[str, Any]:
    """Return what `status` says beside the counts, over everything."""
    mine = [verdict for (name, _), verdict in found.items() if name == route]
    return {
        **{state: sum(item.state == state for item in mine) for state in rules.APART},
        "handoffs": sum(item.handed_off for item in mine if item.minute is not None),
        "rescues": sum(item.rescues for item in mine if item.minute is not None),
    }
