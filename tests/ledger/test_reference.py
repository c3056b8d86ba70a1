"""Every rule of semantics 3 on a history small enough to check by hand, by oracle and ledger.

A line of a table reads `name [settings] minute event field=value, ... -> verdict`, and a table
starts with the settings of all its lines. Events go by the words below and belong to run r of route
a unless they say otherwise. Minutes count from an arbitrary noon; now is minute 600, and so is the
clock unless `clock` says less. A verdict is that of r (`none` where there is no such run), then
that of every other root run, by name: each miss with its minute, or the minute that counts it.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from console.model import CLASSES, MINUTE_US, Counts, Directive, DirectiveKind, Event, RunState
from console.settings.types import Measured
from tests.ledger.playing import Player
from tests.ledger.reference import Result, RunResult, recompute
from tests.ledger.strategies import BASE_US, History, batches, clocks, histories

if TYPE_CHECKING:
    from collections.abc import Callable

WORDS = {
    "start": "run.started",
    "deliver": "run.delivered",
    "fail": "run.failed",
    "cancel": "run.cancelled",
    "pass": "check.passed check=qa",
    "flunk": "check.failed check=qa",
    "ask": "approval.requested action=pay",
    "grant": "approval.granted action=pay",
    "refuse": "approval.denied action=pay",
    "take": "action.taken action=pay scope=in agent=w",
    "deny": "action.denied action=pay",
    "spend": "usage",
    "restore": "recovery.succeeded kind=rollback",
    "break": "recovery.failed kind=rollback",
    "deploy": "change.deployed change=prompt",
    "seen": "control.seen run= agent=w generation=2",
}
ORDER = partial(Directive, id="d1", route="a", by="x", reason="", issued_us=BASE_US, generation=2)
ORDERS = {
    "held": ORDER(kind=DirectiveKind.TIGHTEN, actions=("pay", "buy")),
    "freeze": ORDER(kind=DirectiveKind.FREEZE, changes=("prompt",)),
    "pause": ORDER(kind=DirectiveKind.PAUSE),
    "stop": ORDER(kind=DirectiveKind.PAUSE, drain=False),
    "cut": ORDER(kind=DirectiveKind.REDUCE, actions=("read",)),
    "few": ORDER(kind=DirectiveKind.REDUCE, max_runs=1),
}
TABLES = {
    "states": """
nothing_ended_is_open: 0 start -> open
a_lone_approval_is_a_run: 4 ask -> open
delivered_is_good: 0 start, 5 deliver -> good @5
delivered_without_start [sla=1]: 5 deliver -> good @5
handed_off_is_good: 0 start, 5 handoff preventable=false -> good @5
failed_after_handoff_is_good: 5 handoff, 7 fail -> good @5
failed_with_handoff_is_good: 5 handoff, 5 fail -> good @5
good_sits_at_its_first_end: 9 deliver, 7 handoff, 5 deliver -> good @5
abandoned [abandon=60 clock=60.1]: 0 start -> unknown
not_yet_abandoned [abandon=60 clock=60]: 0 start -> open
abandoned_since_its_start [abandon=60 clock=62]: 0 ask, 3 start -> open
abandoned_without_start [abandon=60 clock=64.1]: 4 ask, 9 ask -> unknown
an_sla_judges_no_run_without_its_start [abandon=60 sla=1]: 4 ask -> unknown
the_future_is_not_applied: 605.1 rescued -> none
five_minutes_ahead_is: 605 rescued -> bad trust@605
a_receipt_is_no_run: 5 seen -> none
a_word_without_meaning_is_no_run: 5 heartbeat -> none
cancelled_is_excluded: 0 start, 5 cancel by=d1 -> excluded
cancelled_first: 5 cancel, 6 deliver -> excluded
cancelled_after_its_end: 5 deliver, 6 cancel -> good @5
cancelled_at_its_end: 5 cancel, 5 deliver -> good @5
cancelling_drops_latency [sla=10]: 0 start, 11 cancel -> excluded
cancelling_drops_trust: 3 rescued, 5 cancel -> excluded
cancelling_drops_escalation: 3 uncertain, 30 cancel -> excluded
cancelling_keeps_permission: 30 deny, 30 cancel -> bad permission@30
cancelling_keeps_recovery: 3 break, 5 cancel -> bad recovery@3
cancelling_keeps_the_recovery_deadline [recover=9]: 1 rescued, 30 cancel -> bad recovery@10
cancelling_drops_what_comes_later: 6 deny, 6 break, 5 cancel -> excluded
cancelled_needs_no_verdicts [requires=qa]: 5 cancel, 6 deliver -> excluded
""",
    "latency": """[sla=10]
the_clock_proves_it [clock=10.1]: 0 start -> bad latency@10
the_clock_at_the_deadline [clock=10]: 0 start -> open
an_end_at_the_deadline: 0 start, 10 handoff -> good @10
a_late_end_before_the_clock_is_there [clock=0]: 0 start, 11 handoff -> good @11
the_first_end_counts: 0 start, 5 deliver, 20 deliver -> good @5
the_earliest_start_counts: 9 start, 0 start -> bad latency@10
no_start_no_latency: 599 deliver -> good @599
the_run_has_its_own_sla: 0 start sla_s=120, 5 deliver -> bad latency@2
a_later_start_carries_it: 0 start, 4 start sla_s=120, 5 deliver -> bad latency@2
the_first_sla_carried: 0 start, 2 start sla_s=120, 3 start sla_s=60 -> bad latency@2
the_shortest_of_one_instant: 0 start sla_s=120, 0 start sla_s=60 -> bad latency@1
settings_demanded_it [approval=pay]: 0 start, 4 ask, 9 grant -> bad latency@10
""",
    "waiting": """[sla=10 order=held]
a_wait_stops_the_clock: 0 start, 4 ask, 9 grant -> bad latency@15
the_order_was_lifted [lifted=4]: 0 start, 4 ask, 9 grant -> bad latency@10
the_order_binds_from_then_on [receipt=5]: 0 start, 4 ask, 9 grant -> bad latency@14
a_receipt_binds [receipt=5]: 0 start, 4 ask agent=w, 4 seen, 9 grant -> bad latency@15
another_action: 0 start, 4 ask action=mail, 9 grant action=mail -> bad latency@10
a_refusal_ends_it: 0 start, 4 ask, 6 refuse, 9 grant -> bad latency@12
another_actions_grant_does_not: 0 start, 4 ask, 6 grant action=mail, 9 grant -> bad latency@15
an_answer_may_be_of_its_instant: 0 start, 4 ask, 4 grant, 9 grant -> bad latency@10
begun_before_the_start: 0 ask, 4 start, 9 grant -> bad latency@19
it_lasts_to_the_clock: 0 start, 4 ask -> open
it_lasts_to_the_end: 0 start, 4 ask, 50 deliver -> good @50
waits_are_a_union: 0 start, 4 ask, 5 ask action=buy, 6 grant action=buy, 9 grant -> bad latency@15
begun_at_the_deadline: 0 start, 10 ask, 15 grant -> bad latency@15
begun_in_the_extension: 0 start, 4 ask, 9 grant, 12 ask, 14 grant -> bad latency@17
""",
    "trust": """
failed_at_delivery: 3 flunk, 5 deliver -> bad trust@5
passed_again_before: 3 flunk, 4 pass, 5 deliver -> good @5
failed_again_before: 2 flunk, 3 pass, 4 flunk, 5 deliver -> bad trust@5
passed_at_delivery: 3 flunk, 5 pass, 5 deliver -> good @5
failed_beats_passed: 5 flunk, 5 pass, 5 deliver -> bad trust@5
another_check_clears_nothing: 3 flunk, 4 pass check=policy, 5 deliver -> bad trust@5
a_later_pass_clears_nothing: 3 flunk, 5 deliver, 7 pass -> bad trust@5
the_earliest_delivery_counts: 3 flunk, 5 deliver, 7 pass, 9 deliver -> bad trust@5
failed_after_delivery: 5 deliver, 7 flunk, 9 flunk -> bad trust@7
failed_after_and_passed: 5 deliver, 7 flunk, 9 pass -> good @5
failed_after_again: 5 deliver, 7 flunk, 9 pass, 11 flunk -> bad trust@11
failed_after_beats_passed: 5 deliver, 7 flunk, 7 pass -> bad trust@7
a_beaten_pass_ends_a_streak: 5 deliver, 7 flunk, 9 pass, 9 flunk -> bad trust@9
undelivered_checks_say_nothing: 3 flunk -> open
delivered_untrusted: 5 deliver, 9 deliver trusted=false -> bad trust@9
rescued_long_after: 5 deliver, 500 rescued -> bad trust@500
the_earliest_debit_counts: 3 rescued, 5 deliver, 9 flunk -> bad trust@3
failed_without_handoff: 5 fail, 6 handoff -> bad trust@5
failed_after_delivered: 5 deliver, 8 fail -> bad trust@8
""",
    "requires": """[requires=qa verdict=60]
verdict_pending [clock=65]: 5 deliver -> open
verdict_due [clock=65.1]: 5 deliver -> bad trust@65
verdict_in_time: 5 deliver, 65 pass -> good @5
verdict_too_late: 5 deliver, 66 pass -> bad trust@65
too_late_but_not_due [clock=65]: 5 deliver, 66 pass -> open
verdict_before_delivery: 1 pass, 5 deliver -> good @5
every_verdict [requires=qa,policy clock=9]: 5 deliver, 6 pass -> open
no_other_verdict: 5 deliver, 6 pass, 6 pass check=policy -> good @5
failed_is_a_verdict: 5 deliver, 6 flunk -> bad trust@6
pending_but_bad [clock=9]: 5 deliver, 7 deny -> bad permission@7
handed_off_unverified: 5 handoff -> good @5
handed_off_then_delivered [clock=9]: 5 handoff, 6 deliver -> open
""",
    "escalation": """[escalate=15]
doubt_is_due [clock=15.1]: 0 uncertain -> bad escalation@15
doubt_at_the_deadline [clock=15]: 0 uncertain -> open
each_doubt: 0 uncertain, 3 certain, 20 uncertain -> bad escalation@35
certain_again: 0 uncertain, 15 certain -> open
certain_at_once: 0 uncertain, 0 certain -> open
certain_before: 0 certain, 1 uncertain -> bad escalation@16
certain_too_late: 0 uncertain, 15.1 certain -> bad escalation@15
asked_somebody: 0 uncertain, 15 ask -> open
handed_off: 0 uncertain, 15 handoff -> good @15
delivered_anyway: 0 uncertain, 15 deliver -> good @15
failed_in_time: 0 uncertain, 15 fail -> bad trust@15
granted_is_no_relief: 0 uncertain, 15 grant -> bad escalation@15
preventable_handoff [clock=0]: 5 handoff, 9 handoff preventable=true -> bad escalation@9
""",
    "denied": """[order=cut]
by_somebody_else: 7 deny -> bad permission@7
by_our_order: 7 deny directive=d1 -> open
at_its_issue: 0 deny directive=d1 -> open
before_its_issue: -1 deny directive=d1 -> bad permission@-1
just_after_its_lifting [lifted=5 receipt=2]: 6.9 deny directive=d1 -> open
long_after_its_lifting [lifted=5 receipt=2]: 7 deny directive=d1 -> bad permission@7
by_another_order: 7 deny directive=d2 -> bad permission@7
by_another_routes_order [route=b]: 7 deny directive=d1 -> bad permission@7
a_reason_names_it: 7 deny reason=hook:[burnline:d1]! -> open
a_rule_names_it: 7 deny directive=x rule=[burnline:d9][burnline:d1] -> open
a_reason_names_another: 7 deny reason=[burnline:d11] -> bad permission@7
a_reason_sounds_like_it: 7 deny reason=burnline:d1 -> bad permission@7
""",
    "approval": """[approval=pay]
unapproved: 7 take -> bad permission@7
needs_none: 7 take action=mail -> open
out_of_scope: 7 take action=mail scope=out -> bad permission@7
approved: 7 grant, 7 take -> open
approved_later: 8 grant, 7 take -> bad permission@7
approved_another_action: 6 grant action=mail, 7 take -> bad permission@7
approved_in_another_run: 6 grant run=s, 7 take -> bad permission@7; s open
names_its_grant: 8 grant grant=g, 7 take grant=g -> open
names_no_such_grant: 8 grant grant=g, 7 take grant=h -> bad permission@7
approved_but_out_of_scope: 6 grant, 7 take scope=out -> bad permission@7
""",
    "ordered": """
tightened [order=held]: 1 seen, 7 take -> bad permission@7
tightened_and_approved [order=held]: 1 seen, 6 grant, 7 take -> open
tightened_another_action [order=held]: 1 seen, 7 take action=mail -> open
started_in_a_pause [order=pause]: 1 start -> bad permission@1
taken_in_a_pause [order=pause]: 1 seen, 7 take -> open
taken_in_a_stop [order=stop]: 1 seen, 7 take -> bad permission@7
taken_outside_a_cut [order=cut]: 1 seen, 7 take -> bad permission@7
taken_inside_a_cut [order=cut]: 1 seen, 7 take action=read -> open
a_cut_that_lists_nothing [order=few]: 1 seen, 7 take -> open
started_in_a_cut [order=cut]: 7 start -> open
deployed_frozen [order=freeze]: 7 deploy -> bad permission@7
deployed_another_kind [order=freeze]: 7 deploy change=model -> open
deployed_of_no_run: 7 deploy run= -> none
deployed_unfrozen_of_no_run [order=freeze]: 7 deploy run= change=model -> none
frozen_of_no_run [order=freeze]: 7 deploy run= id=e1 -> none; change:e1 bad permission@7
""",
    "binding": """[order=stop receipt=9]
from_its_receipt: 7 seen, 7 take -> bad permission@7
not_before_it: 7 seen, 6.9 take -> open
from_the_first_receipt: 8 seen, 6 seen, 7 take -> bad permission@7
an_old_receipt_binds_nobody: 6 seen generation=1, 7 take -> open
a_newer_one_binds: 6 seen generation=3, 7 take -> bad permission@7
anothers_receipt_does_not: 6 seen agent=v, 7 take -> open
the_nameless_are_not_bound: 6 seen, 8.9 take agent= -> open
until_everybody_is: 9 take agent= -> bad permission@9
a_late_receipt_is_no_excuse: 9 take, 20 seen -> bad permission@9
not_before_its_issue: -2 seen, -1 take -> open
not_once_lifted [lifted=7]: 1 seen, 7 take -> open
""",
    "crowded": """[order=few]
beside_another: 3 start run=a, 7 start, 9 deliver run=a -> bad permission@7; a good @9
whatever_shows_it: 3 start run=a, 7 start, 8 ask run=a -> bad permission@7; a open
one_after_the_other: 3 start run=a, 7 start, 7 deliver run=a -> open; a good @7
the_other_failed: 3 start run=a, 6 fail run=a, 7 start, 8 rescued run=a -> open; a bad trust@6
the_other_says_no_more: 3 start run=a, 7 start, 9 deliver -> good @9; a open
a_rescue_is_no_work: 3 start run=a, 7 start, 9 rescued run=a -> open; a bad trust@9
nor_is_what_models_took: 3 start run=a, 7 start, 9 spend run=a -> open; a open
its_start_was_never_read: 3 ask run=a, 7 start, 9 ask run=a -> bad permission@7; a open
at_once_the_later_by_name: 7 start run=a, 7 start, 9 ask run=a -> bad permission@7; a open
to_go_on_is_no_start: -2 start, -1 start run=a, 7 start, 9 ask run=a -> open; a open
each_agent_for_itself: 3 start run=a, 3.1 seen, 7 start agent=w, 9 ask run=a -> open; a open
of_one_agent: 3 seen, 4 ask run=a agent=w, 7 start agent=w, 9 ask run=a -> bad permission@7; a open
it_began_before_the_order: -3 start run=a, 7 start, 9 ask run=a -> bad permission@7; a open
not_before_the_order: -3 start run=a, -1 start, 9 ask run=a -> open; a open
not_once_lifted [lifted=7]: 3 start run=a, 7 start, 9 ask run=a -> open; a open
a_child_is_part_of_its_root: 3 start, 7 start run=c parent=r, 9 ask run=c, 9 deliver -> good @9
nor_does_one_count: 3 ask run=c parent=a, 2 ask run=a, 7 start, 9 ask run=c -> open; a open
""",
    "recovery": """[recover=9]
it_failed: 7 break, 9 restore -> bad recovery@7
it_is_due [clock=16.1]: 7 rescued -> bad trust@7 recovery@16
it_is_not_due_yet [clock=16]: 7 rescued -> bad trust@7
in_time: 7 rescued, 16 restore -> bad trust@7
too_late: 7 rescued, 16.1 restore -> bad trust@7 recovery@16
beforehand: 7 rescued, 3 restore -> bad trust@7
counted_from_the_first_miss: 7 rescued, 5 deny -> bad trust@7 permission@5 recovery@14
it_failed_before_it_was_due: 7 rescued, 8 break -> bad trust@7 recovery@8
""",
    "overdue": """[order=freeze]
worked_on_without_receipt: 1.1 start agent=w -> open; d1 bad recovery@1
at_the_last_moment: 1 start agent=w -> open
receipt_after_all: 8 seen, 7 start agent=w -> open; d1 bad recovery@1
receipt_before_it_worked: 6 seen, 7 start agent=w -> open
an_old_receipt: 1 seen generation=1, 7 start agent=w -> open; d1 bad recovery@1
any_sign_of_life: 7 heartbeat agent=w -> none; d1 bad recovery@1
an_old_receipt_is_work: 7 seen generation=1 -> none; d1 bad recovery@1
worked_once_lifted [lifted=7]: 7 start agent=w -> open
worked_before_its_lifting [lifted=7]: 6 start agent=w -> open; d1 bad recovery@1
nameless: 7 start -> open
once_for_all_agents: 7 start agent=w, 7 ask agent=v -> open; d1 bad recovery@1
""",
    "family": """
a_childs_miss_is_the_roots: 5 deliver, 3 rescued run=c parent=r -> bad trust@3
a_parent_named_late: 5 deliver, 3 rescued run=c, 9 certain run=c parent=r -> bad trust@3
the_earliest_of_the_class: 4 rescued, 3 rescued run=c parent=r -> bad trust@3
the_parent_first_by_name: 1 ask run=c parent=z, 2 deny run=c parent=r -> bad permission@2
a_parent_named_by_usage_alone: 3 spend run=c parent=r, 3 deny run=g parent=c -> bad permission@3
the_topmost_ancestor: 5 deliver, 3 ask run=c parent=r, 3 rescued run=g parent=c -> bad trust@3
a_root_that_said_nothing: 3 rescued run=c parent=r -> bad trust@3
nor_did_its_child: 3 certain run=c parent=r -> none
good_children_are_not_counted: 5 deliver run=c parent=r -> none
the_end_is_the_roots_own: 0 start, 5 deliver run=c parent=r -> open
a_childs_own_deadline [sla=10]: 5 deliver, 2 start run=c parent=r -> bad latency@12
a_child_recovers_itself [recover=9]: 3 rescued run=c parent=r, 5 restore run=c -> bad trust@3
its_root_recovers_for_it [recover=9]: 3 rescued run=c parent=r, 5 restore -> bad trust@3
nobody_recovers [recover=9]: 3 rescued run=c parent=r, 5 certain -> bad trust@3 recovery@12
a_cancelled_root_drops_trust: 3 rescued run=c parent=r, 5 cancel -> excluded
it_keeps_permission: 3 deny run=c parent=r, 5 cancel -> bad permission@3
but_no_later_ones: 6 deny run=c parent=r, 5 cancel -> excluded
a_cancelled_child: 9 deliver, 3 rescued run=c parent=r, 5 cancel run=c -> good @9
its_own_parent: 5 deliver parent=r -> good @5
a_cycle: 5 deliver parent=c, 3 rescued run=c parent=r -> good @5; c bad trust@3
below_a_cycle: 5 ask parent=r, 3 deny run=g parent=r -> bad permission@3
another_route: 5 deliver, 3 rescued run=c parent=r route=b -> good @5; r bad trust@3
""",
}


READ: dict[str, Callable[[str], Any]] = {"generation": int, "sla_s": float}
READ |= dict.fromkeys(("preventable", "trusted"), "true".__eq__)


def at(minute: str | float) -> int:
    return BASE_US + round(float(minute) * MINUTE_US)


def pairs(text: str) -> dict[str, str]:
    return dict(item.split("=", 1) for item in text.split())


def event(text: str) -> Event:
    """Read `minute word field=value ...`."""
    minute, word, *fields = text.split()
    name, *defaults = WORDS.get(word, word).split()
    known = {"route": "a", "run": "r", **pairs(" ".join([*defaults, *fields]))}
    typed: dict[str, Any] = {key: READ.get(key, str)(value) for key, value in known.items()}
    return Event(ts_us=at(minute), event=name, **typed)


def history(text: str) -> list[Event]:
    return [event(item) for item in text.split(",")]


def measured(given: dict[str, str]) -> Measured:
    """Read `sla`, `requires` and so on; a receipt is due after one minute."""
    names = {k: f"{k}_within_us" for k in ("verdict", "escalate", "recover", "receipt")}
    names |= {"sla": "sla_us", "abandon": "abandon_after_us"}
    minutes = {names[k]: v for k, v in {"receipt": "1", **given}.items() if k in names}
    return Measured(
        requires=tuple(filter(None, given.get("requires", "").split(","))),
        approval_required=(given.get("approval", "none"),),
        **{field: int(minute) * MINUTE_US for field, minute in minutes.items()},
    )


def orders(given: dict[str, str]) -> list[Directive]:
    """Read `order`, with its `route` and its end (`lifted`): d1, of generation 2, issued at 0."""
    lifted_us = at(given["lifted"]) if "lifted" in given else None
    named = [ORDERS[given["order"]]] if "order" in given else []
    return [replace(order, route=given.get("route", "a"), lifted_us=lifted_us) for order in named]


def verdict(run: RunResult) -> str:
    misses = [f"{c}@{(run.misses[c] - BASE_US) / MINUTE_US:g}" for c in CLASSES if c in run.misses]
    minute = "" if run.minute is None else f"@{run.minute - BASE_US // MINUTE_US}"
    return " ".join(filter(None, [run.state.value, *(misses or [minute])]))


def lines() -> list[Any]:
    """Return a parameter for each line of each table: settings, events and expected verdicts."""
    found = []
    for table, text in TABLES.items():
        common, *rules = text.rstrip().split("\n")
        for rule in rules:
            parts = re.fullmatch(r"(\w+)(?: \[(.*?)\])?: (.*) -> (.*)", rule)
            assert parts is not None, rule
            name, own, told, expected = parts.groups(default="")
            given = {"clock": "600", **pairs(common.strip("[]")), **pairs(own)}
            found.append(pytest.param(given, told, expected, id=f"{table}-{name}"))
    return found


def one_by_one(*known: Any) -> Result:
    """Return what the ledger says of the same, event by event."""
    return play(*known, gathered=False)


def run_by_run(*known: Any) -> Result:
    """Return what the ledger says of the same, gathered as the collector does."""
    return play(*known, gathered=True)


def play(
    events: list[Event],
    settled: dict[str, Measured],
    given: list[Directive],
    clock_us: int,
    now_us: int,
    *,
    gathered: bool,
) -> Result:
    player = Player(settled, given)
    player.play(events, clock_us, now_us, gathered=gathered)
    player.play([], clock_us, now_us)
    return player.result()


@pytest.mark.parametrize("judge", [recompute, one_by_one, run_by_run])
@pytest.mark.parametrize(("given", "told", "expected"), lines())
def test_rule(
    given: dict[str, str], told: str, expected: str, judge: Callable[..., Result]
) -> None:
    settled = {"a": measured(given)}
    result = judge(history(told), settled, orders(given), at(given["clock"]), at(600))
    said = {key: verdict(run) for key, run in result.runs.items()}
    of_r = said.pop(("a", "r"), "none")
    others = [f"{run} {said[route, run]}" for route, run in sorted(said)]
    assert "; ".join([of_r, *others]) == expected


def test_a_frozen_change_without_id_is_a_run_named_by_its_instant() -> None:
    frozen = orders({"order": "freeze"})
    result = recompute(history("7 deploy run="), {}, frozen, at(600), at(600))
    assert [*result.runs] == [("a", f"change:prompt@{at(7)}")]


def test_each_route_has_its_own_clock_and_settings() -> None:
    told = history("0 start, 0 start route=b, 0 start route=c")
    sla = {"a": measured({"sla": "10"}), "b": measured({"sla": "10"})}
    result = recompute(told, sla, [], {"a": at(10), "b": at(11), "c": at(600)}, at(600))
    assert [verdict(run) for run in result.runs.values()] == ["open", "bad latency@10", "open"]


def test_a_run_sits_in_the_minute_of_its_first_miss_with_all_its_classes() -> None:
    told = history(
        "7 deny, 9 rescued, 7.9 deliver run=s, 7 handoff run=t, 7 cancel run=v, 1 start run=u"
    )
    result = recompute(told, {}, [], at(600), at(600))
    assert result.cells == {("a", BASE_US // MINUTE_US + 7): Counts(3, 1, trust=1, permission=1)}


def ledger(known: History, events: list[Event]) -> Result:
    return recompute(events, known.measured, known.directives, known.clock, known.now_us)


@given(histories(), st.data())
def test_order_and_duplicates_change_nothing(known: History, data: st.DataObject) -> None:
    again = data.draw(st.lists(st.sampled_from(known.events))) if known.events else []
    told = data.draw(st.permutations([*known.events, *again]))
    assert ledger(known, told) == ledger(known, known.events)


@given(histories())
def test_counts_states_and_misses_agree(known: History) -> None:
    result = ledger(known, known.events)
    closed = [run for run in result.runs.values() if run.minute is not None]
    assert sum(cell.total for cell in result.cells.values()) == len(closed)
    assert all(max(cell[2:]) <= cell.bad <= cell.total for cell in result.cells.values())
    for (route, _), run in result.runs.items():
        assert (run.minute is not None) == (run.state in {RunState.GOOD, RunState.BAD})
        assert bool(run.misses) == (run.state is RunState.BAD)
        clock_us = known.clock if isinstance(known.clock, int) else known.clock[route]
        seen_us = max((e.ts_us for e in known.events if e.route == route), default=clock_us)
        assert all(at_us <= max(clock_us, seen_us) for at_us in run.misses.values())


@given(histories(), st.data())
def test_batches_and_clocks_lead_to_the_history(known: History, data: st.DataObject) -> None:
    parts = data.draw(batches(known.events))
    told = data.draw(clocks(len(parts), known.clock))
    assert [event for part in parts for event in part] == known.events
    assert (len(told), told[-1]) == (len(parts), known.clock)
