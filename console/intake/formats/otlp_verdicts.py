"""Verdicts in telemetry: evaluations and guardrails.

An evaluation is judged by its label; where that is no word for pass or fail, by its score, which
passes from `pass_score` (an option of the source, 0.5 by default). Without the option a score
outside 0 to 1 is of an unknown scale. What has neither is unknown, and no check.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from console.intake.formats.otlp_values import Attributes, number, pick, text, true
from console.text import clean, name

EVALUATION = "gen_ai.evaluation.result"
GUARDRAIL = "gen_ai.guardrail.result"
PASS_SCORE = 0.5


def _words(words: str) -> frozenset[str]:
    return frozenset(words.split())


_PASSES = _words(
    "pass passed true yes correct ok good success successful succeeded accept accepted approved "
    "safe positive relevant factual faithful grounded met satisfied compliant non_toxic"
)
_FAILS = _words(
    "fail failed failure false no incorrect wrong bad reject rejected unsafe negative irrelevant "
    "hallucinated hallucination unfaithful ungrounded unmet unsatisfied noncompliant "
    "non_compliant not_factual not_relevant toxic"
)
_UNKNOWN = _words("unknown error errored skip skipped na n/a none null pending undefined")
_BLOCKED = _words("deny denied block blocked reject rejected refuse refused")
_ALLOWED = _words("allow allowed pass passed log warn audit")


class Verdict(NamedTuple):
    """What an evaluation says: of which check, whether it passed, and why."""

    check: str
    passed: bool
    reason: str


class Refusal(NamedTuple):
    """What a guardrail refused, by which rule, and why."""

    action: str
    rule: str
    reason: str


def evaluation(fields: Attributes, pass_score: float | None) -> Verdict | None:
    """Return the verdict in an evaluation's attributes, or None if it is not known."""
    label = _word(pick(fields, "gen_ai.evaluation.score.label", "evaluation.label"))
    score = number(
        pick(fields, "gen_ai.evaluation.score.value", "gen_ai.evaluation.score", "evaluation.score")
    )
    passed = _passed(label, score, pass_score)
    if passed is None:
        return None
    check = text(pick(fields, "gen_ai.evaluation.name", "evaluation.name")) or "evaluation"
    why = text(pick(fields, "gen_ai.evaluation.explanation", "evaluation.explanation"))
    return Verdict(name(check), passed, clean(why or label or f"score {score}"))


def _passed(label: str, score: float | None, pass_score: float | None) -> bool | None:
    if label in _PASSES:
        return True
    if label in _FAILS:
        return False
    if score is None or label in _UNKNOWN or (pass_score is None and not 0 <= score <= 1):
        return None
    return score >= (PASS_SCORE if pass_score is None else pass_score)


def guardrail(fields: Attributes, *, is_guardrail: bool) -> Refusal | None:
    """Return what a guardrail stopped, or None.

    Its action decides, where it is told: a guardrail that denies but lets pass stops nothing.
    """
    action = _word(fields.get("gen_ai.guardrail.action.type"))
    verdict = _word(pick(fields, "gen_ai.guardrail.verdict.type", "gen_ai.guardrail.verdict"))
    triggered = is_guardrail and any(
        true(fields.get(key))
        for key in ("guardrail.triggered", "gen_ai.guardrail.triggered", "triggered")
    )
    stopped = action in _BLOCKED or verdict in _BLOCKED or triggered
    if not stopped or action in _ALLOWED:
        return None
    rule = text(
        pick(fields, "gen_ai.guardrail.component.name", "gen_ai.guardrail.name", "guardrail.name")
    )
    target = text(pick(fields, "gen_ai.tool.name", "tool.name", "gen_ai.guardrail.target.type"))
    reason = text(pick(fields, "gen_ai.guardrail.verdict.reason", "guardrail.reason"))
    rule = rule or "guardrail"
    return Refusal(name(target or rule), clean(rule), clean(reason))


def _word(value: object) -> str:
    return re.sub(r"[\s-]+", "_", text(value).strip().lower()) if value is not None else ""
