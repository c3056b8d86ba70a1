"""What spans and events say of a run: verdicts, refusals, approvals, handoffs, recoveries."""

from __future__ import annotations

from typing import Any

import pytest

from console.intake.formats.otlp import FORMAT
from console.intake.reading import Context
from console.model import SECOND_US
from tests.intake.otlp_requests import (
    NOON_US,
    OTHER,
    PATH,
    TRACE,
    agent,
    happening,
    kinds,
    lines,
    log,
    logs,
    only,
    read,
    request,
    span,
    tool,
)

ENDS = ["run.started", "run.delivered"]
EVALUATED = "gen_ai.evaluation.result"


def evaluated(**fields: Any) -> list[str]:
    given: dict[str, Any] = {"gen_ai__evaluation__name": "relevance"}
    given |= {f"gen_ai__evaluation__{key}": value for key, value in fields.items()}
    return kinds(read(request(agent(1, events=[happening(EVALUATED, 1, **given)]))))[2:]


def refused(*spans: Any) -> list[str]:
    return kinds(read(request(*spans, agent(1))))[2:]


@pytest.mark.parametrize("label", ["pass", "Passed", "TRUE", "correct", "non-toxic"])
def test_a_label_for_pass_is_a_check_passed(label: str) -> None:
    assert evaluated(score__label=label, score__value=0.0) == ["check.passed"]


@pytest.mark.parametrize("label", ["fail", "FAILED", "incorrect", "hallucinated"])
def test_a_label_for_fail_is_a_check_failed(label: str) -> None:
    assert evaluated(score__label=label, score__value=1.0) == ["check.failed"]


@pytest.mark.parametrize(
    ("score", "kind"), [(0.5, "check.passed"), (0.49, "check.failed"), (1, "check.passed")]
)
def test_without_a_label_a_score_passes_from_a_half(score: float, kind: str) -> None:
    assert evaluated(score__value=score) == [kind]


def test_the_score_that_passes_is_an_option_of_the_source() -> None:
    given: dict[str, Any] = {"gen_ai__evaluation__name": "q", "gen_ai__evaluation__score__value": 3}
    root = agent(1, events=[happening(EVALUATED, 1, **given)])
    assert kinds(read(request(root), options={"pass_score": 4}))[2:] == ["check.failed"]
    with pytest.raises(ValueError, match="`pass_score` must be a number"):
        FORMAT.reader(Context(path=PATH, options={"pass_score": "high"}))


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"score__label": "unknown", "score__value": 0.9},
        {"score__value": 4},
        {"score__label": "?"},
    ],
)
def test_a_verdict_that_is_not_known_is_no_check(fields: dict[str, Any]) -> None:
    assert evaluated(**fields) == []


def test_an_evaluation_in_a_log_record_is_a_check_of_its_trace() -> None:
    fields: dict[str, Any] = {
        "gen_ai__evaluation__name": "tone",
        "gen_ai__evaluation__score__label": "fail",
    }
    fields["gen_ai__evaluation__explanation"] = "rude"
    found = read(request(agent(1)), logs(log(3, EVALUATED, TRACE, 1, **fields)))
    check = only(found, "check.failed")
    assert (check.check, check.reason, check.run) == ("tone", "rude", TRACE)
    assert (check.route, check.ts_us) == ("refunds", NOON_US + 3 * SECOND_US)


def test_an_evaluation_that_names_no_trace_is_refused() -> None:
    reader = FORMAT.reader(Context(path=PATH))
    entry = log(3, EVALUATED, gen_ai__evaluation__score__label="fail")
    assert "nobody's verdict" in reader.feed(lines(logs(entry)), 0, 1).rejected[0].reason


def test_an_evaluator_span_judges_its_trace_or_the_one_it_links_to() -> None:
    judge: dict[str, Any] = {"openinference__span__kind": "EVALUATOR", "evaluation__name": "qa"}
    judge |= {"evaluation__label": "fail"}
    inside = only(read(request(span(2, 1, **judge), agent(1))), "check.failed")
    linked = span(9, trace=OTHER, links=[{"traceId": TRACE, "spanId": "01"}], **judge)
    found = read(request(agent(1)), request(linked))
    assert (inside.check, only(found, "check.failed").run) == ("qa", TRACE)
    assert kinds(found).count("run.started") == 1


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"gen_ai__guardrail__verdict__type": "deny"}, ["action.denied"]),
        ({"gen_ai__guardrail__action__type": "block"}, ["action.denied"]),
        ({"gen_ai__guardrail__verdict__type": "allow"}, []),
        (
            {
                "gen_ai__guardrail__verdict__type": "deny",
                "gen_ai__guardrail__action__type": "allow",
            },
            [],
        ),
    ],
)
def test_a_guardrail_that_stops_something_is_a_denial(
    fields: dict[str, Any], kind: list[str]
) -> None:
    assert refused(span(2, 1, gen_ai__operation__name="run_guardrail", **fields)) == kind


def test_an_openinference_guardrail_that_was_triggered_is_a_denial() -> None:
    guard: dict[str, Any] = {"openinference__span__kind": "GUARDRAIL", "guardrail__name": "pii"}
    found = read(request(span(2, 1, **guard, guardrail__triggered=True), agent(1)))
    assert only(found, "action.denied").rule == "pii"
    assert refused(span(2, 1, **guard, guardrail__triggered=False)) == []


def test_the_order_behind_a_denial_is_found_anywhere_in_its_full_text() -> None:
    why = "y" * 50_000 + "[burnline:D-1]"
    denied = only(read(request(tool(2, 1, "send", error=why), agent(1))), "action.denied")
    assert (denied.directive, denied.action) == ("D-1", "send")
    assert len(denied.reason) <= 2000


def test_a_tool_that_succeeds_and_only_quotes_an_order_was_not_denied() -> None:
    assert refused(tool(2, 1, "cat", gen_ai__tool__call__result="[burnline:D-1]")) == []


def asked(decision: str, source: str, tool_name: str = "Bash") -> list[Any]:
    fields: dict[str, Any] = {"decision": decision, "source": source}
    wait = span(3, 2, (1, 2), name="claude_code.tool.blocked_on_user", **fields)
    return read(request(wait), request(tool(2, 1, tool_name)), request(agent(1)))[2:]


@pytest.mark.parametrize("source", ["hook", "config", "user_reject"])
def test_a_rejected_tool_is_denied_by_its_source(source: str) -> None:
    denied = only(asked("reject", source), "action.denied")
    assert (denied.rule, denied.action) == (source, "Bash")
    assert denied.by == ("user" if source == "user_reject" else "")


def test_an_interruption_and_an_answer_to_a_plan_are_no_denials() -> None:
    assert asked("reject", "user_abort") == []
    assert asked("reject", "user_reject", "ExitPlanMode") == []


def test_what_a_human_allows_is_an_approval_and_what_settings_allow_is_none() -> None:
    requested, granted = asked("accept", "user_temporary")
    assert (requested.event, requested.ts_us) == ("approval.requested", NOON_US + SECOND_US)
    assert (granted.event, granted.action, granted.by) == ("approval.granted", "Bash", "user")
    assert asked("accept", "config") == []


@pytest.mark.parametrize(
    ("called", "to"),
    [
        ("transfer_to_human_agents", "human_agents"),
        ("transfer_to_billing", "billing"),
        ("escalate_to_support", "support"),
        ("transfer_call", "call"),
    ],
)
def test_a_tool_that_transfers_is_a_handoff(called: str, to: str) -> None:
    assert only(read(request(tool(2, 1, called), agent(1))), "handoff").to == to


@pytest.mark.parametrize(
    ("named", "to"), [("handoff to billing", "billing"), ("Handoff: A -> B", "B"), ("handoff", "")]
)
def test_a_handoff_span_is_a_handoff(named: str, to: str) -> None:
    assert only(read(request(span(2, 1, name=named), agent(1))), "handoff").to == to


def test_money_is_transferred_without_a_handoff_and_a_failed_transfer_is_none() -> None:
    assert refused(tool(2, 1, "transfer_funds")) == []
    assert refused(tool(2, 1, "transfer_to_human", error="nobody there")) == []


def test_a_transfer_to_an_agent_that_works_on_in_the_same_run_is_no_handoff() -> None:
    given = tool(2, 1, "transfer_to_billing_agent"), agent(3, 1, agent="Billing Agent")
    assert refused(*given) == []


@pytest.mark.parametrize("named", ["rollback", "RollbackPayment", "compensate order", "db.restore"])
def test_a_span_named_like_a_rollback_is_a_recovery(named: str) -> None:
    good = only(read(request(span(2, 1, name=named), agent(1))), "recovery.succeeded")
    bad = only(read(request(span(2, 1, name=named, error="no"), agent(1))), "recovery.failed")
    assert (good.kind, bad.kind, bad.reason) == ("rollback", "rollback", "no")


def test_a_database_that_rolls_back_a_transaction_recovers_nothing() -> None:
    assert refused(span(2, 1, name="ROLLBACK", db__system="postgresql")) == []


def test_labels_and_thresholds_are_options_of_the_source() -> None:
    def judged(options: dict[str, object], **fields: Any) -> list[str]:
        given: dict[str, Any] = {"gen_ai__evaluation__name": "tone"}
        for key, value in fields.items():
            given[f"gen_ai__evaluation__score__{key}"] = value
        root = agent(1, events=[happening(EVALUATED, 1, **given)])
        return kinds(read(request(root), options=options))[2:]

    assert judged({"failed": ["so so"]}, label="So-so") == ["check.failed"]
    assert judged({"passed": ["so so"], "thresholds": {"tone": 4}}, label="so_so") == [
        "check.passed"
    ]
    assert judged({"thresholds": {"tone": 4}}, value=3) == ["check.failed"]
    assert judged({"thresholds": {"other": 4}}, value=3) == []


def test_an_option_that_is_misspelt_or_of_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="the nearest is pass_score"):
        FORMAT.reader(Context(path=PATH, options={"pass_scor": 4}))
    with pytest.raises(ValueError, match="`failed` must be a list of texts"):
        FORMAT.reader(Context(path=PATH, options={"failed": "poor"}))


def test_an_evaluation_by_a_human_says_so() -> None:
    fields: dict[str, Any] = {"evaluation__label": "fail", "evaluation__annotator_kind": "HUMAN"}
    root = agent(1, events=[happening(EVALUATED, 1, evaluation__name="tone", **fields)])
    assert only(read(request(root)), "check.failed").by == "human"


def test_an_evaluation_may_stand_in_the_body_of_its_log_record() -> None:
    record = log(2, EVALUATED, trace=TRACE)
    label = {"key": "gen_ai.evaluation.score.label", "value": {"stringValue": "fail"}}
    record["body"] = {"kvlistValue": {"values": [label]}}
    assert only(read(request(agent(1)), logs(record)), "check.failed").run == TRACE


@pytest.mark.parametrize(("output", "denials"), [("fail", 1), ("pass", 0), ("a long text", 0)])
def test_the_output_of_an_openinference_guardrail_says_what_it_did(
    output: str, denials: int
) -> None:
    guard = span(2, 1, openinference__span__kind="GUARDRAIL", output__value=output)
    assert kinds(read(request(guard, agent(1)))).count("action.denied") == denials
