"""Verdicts in telemetry: evaluations and guardrails.

An evaluation is judged by its label; where that is no word for pass or fail, by its score, which
passes from the threshold on, 0.5 by default. Without an option a score outside 0 to 1 is of an
unknown scale. What has neither is unknown, and no check.

Options of the source: `pass_score = 0.7` for all evaluations, `thresholds = {relevance = 4}` by
name, `passed = ["excellent"]` and `failed = ["poor"]` for further labels.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from console.intake.formats.otlp_values import Attributes, number, pick, text, true
from console.settings.problems import listed, nearest, quoted
from console.text import clean, name

if TYPE_CHECKING:
    from collections.abc import Mapping

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
_STOPPING = _BLOCKED | _words("fail failed unsafe")
"""What the output of a guardrail's own span is where it stopped something (OpenInference)."""
_ALLOWED = _words("allow allowed pass passed log warn audit")


class Verdict(NamedTuple):
    """What an evaluation says: of which check, whether it passed, why, and whether a human did."""

    check: str
    passed: bool
    reason: str
    human: bool


class Refusal(NamedTuple):
    """What a guardrail refused, by which rule, and why."""

    action: str
    rule: str
    reason: str


class Rule(msgspec.Struct, frozen=True):
    """When an evaluation passes; the fields are the options of this module's docstring."""

    pass_score: float | None = None
    thresholds: dict[str, float] = {}
    passed: frozenset[str] = frozenset()
    failed: frozenset[str] = frozenset()

    def judge(self, check: str, label: str, score: float | None) -> bool | None:
        """Say whether an evaluation passed; None where that is not known."""
        if label in self.failed:
            return False
        if label in self.passed or label in _PASSES:
            return True
        if label in _FAILS:
            return False
        wanted = self.thresholds.get(check, self.pass_score)
        if score is None or label in _UNKNOWN or (wanted is None and not 0 <= score <= 1):
            return None
        return score >= (PASS_SCORE if wanted is None else wanted)


_WANTED = {
    "pass_score": "a number",
    "thresholds": "a table of numbers by the names of evaluations",
    "passed": "a list of texts",
    "failed": "a list of texts",
}


def rule_of(options: Mapping[str, object]) -> Rule:
    """Return the rule that a source's options ask for.

    Raises:
        ValueError: an option has a value of the wrong kind; the message says which.
    """
    for key in options:
        if key not in _WANTED:
            meant = nearest(key, _WANTED)
            ending = f"the nearest is {meant}" if meant else f"there are {listed(_WANTED)}"
            raise ValueError(f"{quoted(key)} is not a known key of an OTLP source; {ending}")
        try:
            msgspec.convert({key: options[key]}, Rule)
        except msgspec.ValidationError:
            raise ValueError(f"`{key}` must be {_WANTED[key]}") from None
    found = msgspec.convert(dict(options), Rule)
    passed, failed = (frozenset(map(_word, words)) for words in (found.passed, found.failed))
    return msgspec.structs.replace(found, passed=passed, failed=failed)


def evaluation(fields: Attributes, rule: Rule) -> Verdict | None:
    """Return the verdict in an evaluation's attributes, or None if it is not known."""
    label = _word(pick(fields, "gen_ai.evaluation.score.label", "evaluation.label"))
    score = number(
        pick(fields, "gen_ai.evaluation.score.value", "gen_ai.evaluation.score", "evaluation.score")
    )
    check = text(pick(fields, "gen_ai.evaluation.name", "evaluation.name")) or "evaluation"
    passed = rule.judge(check, label, score)
    if passed is None:
        return None
    why = text(pick(fields, "gen_ai.evaluation.explanation", "evaluation.explanation"))
    human = _word(fields.get("evaluation.annotator_kind")) == "human"
    return Verdict(name(check), passed, clean(why or label or f"score {score}"), human)


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
    told = is_guardrail and _word(fields.get("output.value")) in _STOPPING
    stopped = action in _BLOCKED or verdict in _BLOCKED or triggered or told
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
