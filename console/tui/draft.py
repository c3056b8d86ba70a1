"""An order while it is being written: fields as text, what is still missing, the request.

The form is what the operator typed. `drafted` reads as much of it as can be read, for a preview;
`missing` says in a sentence what keeps it from being given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from console.model import CHANGE_KINDS, DirectiveKind
from console.text import clean
from console.tui.feed import RELAXING, OrderPreview, OrderRequest, Verb
from console.tui.figures.states import in_force
from console.tui.figures.times import duration_us
from console.tui.render.exits import why_not

if TYPE_CHECKING:
    from collections.abc import Mapping

    from console.snapshot.types import AlertView, DirectiveView, RouteView
    from console.tui.render.look import Look

Form = dict[str, str]
FIELDS: dict[Verb, tuple[str, ...]] = {
    "accept": ("directive",),
    "freeze": ("changes", "duration"),
    "tighten": ("actions", "duration"),
    "reduce": ("actions", "max_runs", "duration"),
    "pause": ("drain", "duration"),
    "lift": ("directive", "override"),
    "stepdown": (),
}
NOTHING: dict[Verb, str] = {
    "lift": "No order stands on this route.",
    "stepdown": "No pause stands on this route.",
    "accept": "The ladder proposes nothing on this route.",
}
"""Why there is no use for an order."""
_ANSWERING: tuple[Verb, ...] = ("freeze", "tighten", "reduce", "pause")
"""Orders that answer an alert; a proposal of the ladder names its own."""
YES = "yes"
NO = "no"
_GUARDED = ("high", "critical")


class Missing(NamedTuple):
    """What keeps an order from being given: the field at fault, and a sentence."""

    field: str
    sentence: str


def first_form(verb: Verb, view: RouteView) -> Form:
    """Return the form as the dialog opens it: the reason is that of the alert that fires."""
    alert = cause(view) if verb in _ANSWERING else None
    form = {"reason": "" if alert is None else clean(alert.words), "typed": ""}
    form |= dict.fromkeys(FIELDS[verb], "") | {"alert": "" if alert is None else alert.id}
    if verb == "freeze":
        form["changes"] = ", ".join(view.freeze_kinds or CHANGE_KINDS)
    elif verb == "tighten":
        form["actions"] = ", ".join(view.approval_required)
    elif verb == "reduce":
        form["max_runs"] = "1"
    elif verb == "pause":
        form["drain"] = YES
    elif verb == "accept":
        form["directive"] = view.proposals[0].proposal if view.proposals else ""
        form["reason"] = view.proposals[0].words if view.proposals else ""
    else:
        orders = relaxable(verb, view)
        form["directive"] = orders[0].directive.id if orders else ""
        form["override"] = NO
        form["reason"] = ""
    return form


def cause(view: RouteView) -> AlertView | None:
    """Return the alert that an order answers: the most urgent one that is not over."""
    alive = [each for each in view.alerts if each.state in ("firing", "acknowledged")]
    return min(alive, key=lambda each: (each.severity != "page", each.opened_us), default=None)


def relaxable(verb: Verb, view: RouteView) -> tuple[DirectiveView, ...]:
    """Return the orders on a route that `verb` can relax, strictest first."""
    orders = in_force(view)
    if verb == "stepdown":
        return tuple(each for each in orders if each.directive.kind is DirectiveKind.PAUSE)
    return orders if verb == "lift" else ()


def listed(text: str) -> tuple[str, ...]:
    """Return the names in a list separated by commas or spaces."""
    return tuple(dict.fromkeys(text.replace(",", " ").split()))


def drafted(
    verb: Verb,
    route: str,
    by: str,
    generation: int,
    form: Mapping[str, str],
) -> OrderRequest:
    """Return the order as far as the form can be read."""
    runs = form.get("max_runs", "").strip()
    return OrderRequest(
        verb=verb,
        route=route,
        reason=clean(form.get("reason", "").strip()),
        by=by,
        base_generation=generation,
        changes=listed(form.get("changes", "")),
        actions=listed(form.get("actions", "")),
        max_runs=int(runs) if runs.isascii() and runs.isdigit() else None,
        drain=form.get("drain", YES) == YES,
        for_us=_duration(form),
        directive=form.get("directive", ""),
        override=form.get("override") == YES,
        alert=form.get("alert", ""),
    )


def _duration(form: Mapping[str, str]) -> int | None:
    try:
        return duration_us(form.get("duration", ""))
    except ValueError:
        return None


def needs_typed_name(verb: Verb, view: RouteView, preview: OrderPreview | None) -> bool:
    """Say whether the route's name must be typed: to relax a high or critical one."""
    asked = preview is not None and preview.needs_typed_name
    return asked or (verb in RELAXING and view.tier in _GUARDED)


def missing(
    verb: Verb, view: RouteView, form: Mapping[str, str], look: Look, *, typed: bool
) -> Missing | None:
    """Return the first thing that keeps the order from being given, or None."""
    if not form.get("reason", "").strip():
        return Missing("reason", "A reason is required: it is kept with the order.")
    problem = _verb_missing(verb, view, form, look) or _duration_missing(form)
    if problem is None and typed and form.get("typed", "") != view.route:
        return Missing("typed", f"Type {view.route} to confirm that this route is meant.")
    return problem


def _verb_missing(
    verb: Verb, view: RouteView, form: Mapping[str, str], look: Look
) -> Missing | None:
    if verb == "freeze":
        return _changes_missing(form)
    if verb == "tighten" and not listed(form["actions"]):
        return Missing("actions", "Name the actions that shall need a grant.")
    if verb == "reduce":
        return _reduction_missing(form)
    if not form.get("directive") and (verb in RELAXING or verb == "accept"):
        return Missing("reason", NOTHING[verb])
    if verb == "lift" and form.get("override") != YES:
        chosen = next(
            (each for each in in_force(view) if each.directive.id == form["directive"]), None
        )
        if chosen is not None and not chosen.exit_met:
            return Missing("override", why_not(view, chosen, look))
    return None


def _changes_missing(form: Mapping[str, str]) -> Missing | None:
    kinds = listed(form["changes"])
    unknown = [kind for kind in kinds if kind not in CHANGE_KINDS]
    if unknown or not kinds:
        known = ", ".join(CHANGE_KINDS)
        lead = f"There is no kind of change {unknown[0]}" if unknown else "Name what to freeze"
        return Missing("changes", f"{lead}: {known}.")
    return None


def _reduction_missing(form: Mapping[str, str]) -> Missing | None:
    runs = form["max_runs"].strip()
    if runs and not (runs.isascii() and runs.isdigit() and int(runs) >= 1):
        return Missing(
            "max_runs", "At most how many runs at once? A whole number from 1, or empty."
        )
    if not runs and not listed(form["actions"]):
        return Missing("actions", "Name the only actions allowed, or how many runs at once.")
    return None


def _duration_missing(form: Mapping[str, str]) -> Missing | None:
    text = form.get("duration", "")
    if not text.strip():
        return None
    try:
        duration_us(text)
    except ValueError as error:
        return Missing("duration", f"Duration: {error}.")
    return None
