"""OpenSLO v1 documents as routes: objective, window and burn rules; all else is named.

An SLO becomes a route. What burnline has no place for is a note with file, line and key; what would
change the meaning of an objective, a window or an alert if it were left out is a problem, and then
nothing is taken. References to alert policies and conditions are followed within the files given.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from console.export import openslo, openslo_alerts, openslo_window
from console.export.fields import Account, Fields
from console.export.openslo_alerts import Objects, Referred
from console.export.yaml_reading import Mapping, YamlError, plain, read
from console.model import Window
from console.settings.tiers import BUILT_IN, DEFAULT_TIER
from console.text import name as safe_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.export.fields import Said
    from console.export.openslo_alerts import Alert

_PPM = 1_000_000
_MEASURED = "is not read by burnline, which measures outcomes in the logs of agents"
_OURS = (openslo.ROUTE, openslo.TIER)
_BESIDE = {"Service", "SLI", "DataSource", "AlertNotificationTarget"}


class Imported(NamedTuple):
    """One SLO as it is taken over. `place` is its file and line, `notes` what was left behind.

    `alerts` is None where it has no list of alert policies; then the built-in rules apply.
    """

    route: str
    place: str
    tier: str
    outcome: str
    budget_ppm: int
    window: Window
    alerts: tuple[Alert, ...] | None
    notes: tuple[Said, ...]


class Found(NamedTuple):
    """What some files have: routes, notes on other documents, and what cannot be taken."""

    routes: tuple[Imported, ...]
    notes: tuple[Said, ...]
    problems: tuple[Said, ...]


def documents(files: Iterable[tuple[str, bytes]]) -> Found:
    """Return what files (name, content) have.

    Raises:
        ModuleNotFoundError: PyYAML is not installed.
    """
    accounts, slos, others = list[Account](), list[Fields](), Objects()
    for file, content in files:
        account = Account(file)
        accounts.append(account)
        for document in _read(content, account):
            fields = Fields(document, "document", Account(file))
            accounts.append(fields.account)
            _sort(fields, document, slos, others)
    routes: dict[str, Imported] = {}
    for slo in slos:
        found = _route(slo, others)
        if found is not None and found.route in routes:
            first = routes[found.route].place
            slo.problem("", f"is a second SLO of route {found.route}, which stands at {first} too")
        elif found is not None:
            routes[found.route] = found
    told = {id(slo.account) for slo in slos}
    beside = [note for one in accounts if id(one) not in told for note in one.notes]
    beside += [note for other in others.values() for note in other.unused()]
    return Found(
        tuple(routes.values()),
        tuple(beside),
        tuple(problem for one in accounts for problem in one.problems),
    )


def _read(content: bytes, account: Account) -> list[Mapping]:
    try:
        found = read(content)
    except YamlError as error:
        account.problems.append(account.said(error.line, "the file", str(error)))
        return []
    for value in found:
        if not isinstance(value, Mapping):
            account.problems.append(account.said(value.line, "the document", "is not a mapping"))
    return [value for value in found if isinstance(value, Mapping)]


def _sort(fields: Fields, document: Mapping, slos: list[Fields], others: Objects) -> None:
    """Put a document with the SLOs, or with what they may refer to."""
    version, kind = fields.scalar("apiVersion"), fields.scalar("kind") or ""
    if version != openslo.VERSION:
        fields.problem("apiVersion", f"is {version or 'missing'}; {openslo.VERSION} is read")
        return
    called = _name(document)
    fields.at = f"{kind} {called}"
    if kind == "SLO":
        slos.append(fields)
    elif kind in openslo_alerts.KINDS:
        if (kind, called) in others:
            fields.problem("metadata.name", "is there twice")
        others[kind, called] = Referred(document, fields.at, fields.account)
    elif kind in _BESIDE:
        _leave(kind, fields)
    else:
        fields.problem("kind", f"is {kind or 'missing'}, which OpenSLO v1 does not have")


def _leave(kind: str, fields: Fields) -> None:
    """Say of a whole document that it is left behind; a service of ours says nothing of its own."""
    if kind == "Service" and openslo.ROUTE in fields.inner("metadata").inner("annotations"):
        return
    fields.note("", _MEASURED if kind in {"SLI", "DataSource"} else "is not carried over")


def _name(document: Mapping) -> str:
    metadata = document.values.get("metadata")
    named = metadata.values.get("name") if isinstance(metadata, Mapping) else None
    return safe_name(str(getattr(named, "text", "") or "without a name"))


def _route(slo: Fields, others: Objects) -> Imported | None:
    """Return an SLO as a route; None where something in it cannot be taken."""
    line = slo.line
    metadata, spec = slo.inner("metadata"), slo.inner("spec")
    annotations = metadata.inner("annotations")
    ours, tier = (annotations.scalar(key) for key in _OURS)
    called, shown = metadata.scalar("name"), metadata.scalar("displayName")
    route = ours or called or ""
    if not route.strip() or safe_name(route) != route:
        metadata.problem("name", "is missing, or has characters that cannot be shown")
    if ours is None and shown not in {None, called}:
        metadata.note("displayName", "is not carried over: the route is called by its name")
    if tier is not None and tier not in BUILT_IN:
        annotations.note(openslo.TIER, "names no built-in tier; set the tier yourself")
    outcome = _outcome(spec, ours=ours is not None)
    budget_ppm = _budget_ppm(spec)
    window = openslo_window.read(spec)
    alerts = openslo_alerts.read(spec, others)
    _unmeasured(spec, ours or "")
    for fields in (annotations, metadata, spec, slo):
        fields.rest()
    if slo.account.problems:
        return None
    return Imported(
        route=route,
        place=f"{slo.account.file}:{line}",
        tier=tier if tier in BUILT_IN else DEFAULT_TIER,
        outcome=outcome,
        budget_ppm=budget_ppm,
        window=window,
        alerts=alerts,
        notes=tuple(slo.account.notes),
    )


def _outcome(spec: Fields, *, ours: bool) -> str:
    """Return what counts as a trusted outcome, which only a description of ours says."""
    described = spec.scalar("description") or ""
    if ours:
        return "" if described == openslo.UNDESCRIBED else described
    if described:
        words = "describes the SLO; say yourself what counts as a trusted outcome (question 1)"
        spec.note("description", words)
    return ""


def _budget_ppm(spec: Fields) -> int:
    """Return the budget that the one objective leaves."""
    method = spec.scalar("budgetingMethod")
    if method != "Occurrences":
        words = f"is {method or 'missing'}; burnline counts runs, which is Occurrences"
        spec.problem("budgetingMethod", words)
    objectives = spec.values("objectives") or []
    at, value = objectives[0] if len(objectives) == 1 else ("", None)
    if not isinstance(value, Mapping):
        spec.problem("objectives", "has to have one objective: a route has one")
        return 1
    objective = Fields(value, at, spec.account)
    objective.scalar("displayName")
    target, percent = (objective.number(key) for key in ("target", "targetPercent"))
    text = target or percent
    if text is None or (target and percent):
        objective.problem("target", "or targetPercent has to be there, and not both")
        return 1
    share = Decimal(text) * (_PPM if target else _PPM // 100)
    objective.rest()
    if not 0 < share < _PPM or share != int(share):
        words = f"is {text}, which is no share between 0 and 1 in whole parts per million"
        objective.problem("target" if target else "targetPercent", words)
        return 1
    return _PPM - int(share)


def _unmeasured(spec: Fields, route: str) -> None:
    """Say that the indicator is not read, unless it is the one that `export` writes."""
    spec.scalar("service")
    for key in ("indicator", "indicatorRef"):
        found = spec.take(key)
        if found is not None and not (route and plain(found) == openslo.indicator(route)):
            spec.note(key, _MEASURED)
