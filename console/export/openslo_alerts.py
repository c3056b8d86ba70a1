"""Alert policies and conditions of OpenSLO SLOs as burn rules.

A policy or condition stands in the SLO or is referred to by name. What a condition says of burn is
taken whole or is a problem, so that no page is lost in silence; how alerts are told is a note.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from console.burn import windows
from console.export import openslo
from console.export.fields import Account, Fields
from console.export.yaml_reading import Mapping, Scalar
from console.model import Severity

if TYPE_CHECKING:
    from console.export.fields import Said
    from console.export.yaml_reading import Value

POLICY, CONDITION = KINDS = ("AlertPolicy", "AlertCondition")
_REFERENCES = {POLICY: "alertPolicyRef", CONDITION: "conditionRef"}
_SEVERITIES = tuple(severity.value for severity in Severity)
_OPERATORS = {None, "gte", "gt"}


class Alert(NamedTuple):
    """A burn rule: windows in microseconds, `short_us` None for a twelfth, `k` as it is written."""

    severity: Severity
    long_us: int
    short_us: int | None
    k: str


class Referred:
    """A document that SLOs may refer to by its name."""

    def __init__(self, document: Mapping, at: str, account: Account) -> None:
        self.document = document
        self.at = at
        self.file = account.file
        self._account = account
        self._used = False

    def taken(self) -> Mapping:
        """Return the document for an SLO that refers to it."""
        self._used = True
        return self.document

    def unused(self) -> list[Said]:
        """Return what is to be said of a document that no SLO refers to."""
        if self._used:
            return []
        words = "is not carried over: no SLO refers to it"
        return [self._account.said(self.document.line, self.at, words)]


Objects = dict[tuple[str, str], Referred]
"""By kind and name."""


def read(spec: Fields, others: Objects) -> tuple[Alert, ...] | None:
    """Return the burn rules of an SLO; None where it has no list of policies."""
    policies = spec.values("alertPolicies")
    if policies is None:
        return None
    found = []
    for at, value in policies:
        policy = _resolved(POLICY, at, value, spec, others)
        if policy is not None:
            found += _policy(policy, others)
    return tuple(found)


def _resolved(kind: str, at: str, value: Value, around: Fields, others: Objects) -> Fields | None:
    """Return an object that stands in place or is referred to; None, and a problem, for none."""
    reference = _REFERENCES[kind]
    named = value.text if isinstance(value, Scalar) else None
    if isinstance(value, Mapping) and reference in value.values:
        fields = Fields(value, at, around.account)
        named = fields.scalar(reference)
        fields.rest()
    elif isinstance(value, Mapping):
        fields = Fields(value, at, around.account)
        _head(fields, kind)
        return fields
    other = others.get((kind, named or ""))
    if other is None:
        words = f"refers to {kind} {named}, which is in none of the files"
        around.account.problems.append(around.account.said(value.line, at, words))
        return None
    fields = Fields(other.taken(), other.at, around.account.of_file(other.file))
    _head(fields, kind)
    return fields


def _head(fields: Fields, kind: str) -> None:
    found = fields.scalar("kind")
    fields.scalar("apiVersion")
    if found not in {None, kind}:
        fields.problem("kind", f"is {found}; {kind} belongs here")


def _named(fields: Fields) -> tuple[Fields, Fields]:
    """Return annotations and spec of an object; its names are names, and nothing more."""
    metadata = fields.inner("metadata")
    for key in ("name", "displayName"):
        metadata.scalar(key)
    annotations, spec = metadata.inner("annotations"), fields.inner("spec")
    metadata.rest()
    fields.rest()
    return annotations, spec


def _policy(policy: Fields, others: Objects) -> list[Alert]:
    annotations, spec = _named(policy)
    annotations.rest()
    if spec.flag("alertWhenNoData"):
        spec.note("alertWhenNoData", "is not carried over: silence alerts by absent_after")
    if spec.flag("alertWhenResolved") is False:
        spec.note("alertWhenResolved", "is not carried over: the end of an alert is told")
    breaching = spec.flag("alertWhenBreaching")
    conditions = spec.values("conditions")
    spec.rest()
    if breaching is False:
        spec.note("alertWhenBreaching", "is false: its conditions are not carried over")
        return []
    if not conditions:
        spec.problem("conditions", "has no condition")
    found = []
    for at, value in conditions or ():
        condition = _resolved(CONDITION, at, value, spec, others)
        alert = None if condition is None else _condition(condition)
        if alert is not None:
            found.append(alert)
    return found


def _condition(condition: Fields) -> Alert | None:
    annotations, spec = _named(condition)
    short = annotations.scalar(openslo.SHORT)
    annotations.rest()
    severity = (spec.scalar("severity") or "").lower()
    inner = spec.inner("condition")
    kind, operator = inner.scalar("kind"), inner.scalar("op")
    k = inner.number("threshold")
    look = inner.scalar("lookbackWindow")
    if (inner.scalar("alertAfter") or "0m") not in {"0m", "0s", "0h"}:
        inner.note("alertAfter", "is not carried over: a rule fires once both windows burn")
    inner.rest()
    spec.rest()
    if severity not in _SEVERITIES:
        spec.problem("severity", f"is {severity or 'missing'}; write {' or '.join(_SEVERITIES)}")
    if kind not in {None, "burnrate"}:
        inner.problem("kind", f"is {kind}; burnrate is read")
    if operator not in _OPERATORS:
        inner.problem("op", f"is {operator}; a rule fires at or over its threshold (gte)")
    if operator == "gt":
        inner.note("op", "is not carried over: a rule fires at its threshold already (gte)")
    if k is None:
        inner.problem("threshold", "is missing, or no number")
    long_us = _length(inner, "lookbackWindow", look)
    short_us = None if short is None else _length(annotations, openslo.SHORT, short)
    if severity not in _SEVERITIES or k is None or not long_us:
        return None
    return Alert(Severity(severity), long_us, short_us, k)


def _length(fields: Fields, key: str, text: str | None) -> int:
    """Return the length of a window; 0, and a problem, for what is none."""
    try:
        return windows.parse(text or "")
    except ValueError:
        fields.problem(key, f"is {text or 'missing'}; write minutes, hours or days, such as 6h")
        return 0
