"""The next generation of the control document, before it is written: nothing here knows a store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from console.control import sections
from console.model import Directive, RouteState
from console.text import clean, name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.control.asking import Order
    from console.control.file import Document
    from console.settings import Settings


def blank(settings: Settings, routes: Iterable[str]) -> Document:
    """Return the document before generation 1, with these routes and those of the settings."""
    document: Document = {
        "generation": 0,
        "stale_after_s": None,
        "grace_s": settings.grace_us / 1_000_000,
        "routes": {},
    }
    if settings.stale_after_us is not None:
        document["stale_after_s"] = settings.stale_after_us / 1_000_000
    for route in sorted({*routes, *settings.routes}):
        section_of(document, settings, route)
    return document


def section_of(document: Document, settings: Settings, route: str) -> dict[str, Any]:
    """Return a route's part of the document, with what its settings say of a fault.

    Without settings what was written before stays: a typo in them must loosen nothing.
    """
    fresh = {"state": RouteState.OPEN.value, "on_fault": "", "directives": [], "grants": []}
    section: dict[str, Any] = document["routes"].setdefault(route, fresh)
    if settings.path is not None or not section["on_fault"]:
        section["on_fault"] = settings.route(route).on_fault
    return section


def exit_rule(settings: Settings, route: str) -> dict[str, Any]:
    """Return the fields of an order that say when it may be lifted."""
    rule = settings.route(route).exit
    return {"exit_remaining": str(rule.remaining), "exit_trusted": rule.trusted_in_a_row}


def made(document: Document, settings: Settings, order: Order, now_us: int) -> Directive:
    """Return what an order is in the generation after the document's."""
    generation = int(document["generation"]) + 1
    return Directive(
        id=f"d-{generation}",
        route=name(order.route),
        kind=order.kind,
        by=name(order.by),
        reason=clean(order.reason),
        issued_us=now_us,
        generation=generation,
        changes=order.changes,
        actions=order.actions,
        max_runs=order.max_runs,
        drain=order.drain,
        until_us=None if order.for_us is None else now_us + order.for_us,
        alert=order.alert,
        ladder=order.ladder,
        **exit_rule(settings, order.route),
    )


def put(
    document: Document, settings: Settings, directive: Directive, replaced: list[str]
) -> list[dict[str, Any]]:
    """Put an order into the document in place of others; return the grants that it ends."""
    section = section_of(document, settings, directive.route)
    kept = [item for item in section["directives"] if item["id"] not in replaced]
    section["directives"] = [*kept, sections.as_written(directive)]
    voided = sections.voided(section, directive)
    section["grants"] = [item for item in section["grants"] if item not in voided]
    section["state"] = sections.state_of(section).value
    return voided


def changed_since(document: Document, route: str, base: int) -> list[str]:
    """Return the ids of a route's orders that came after generation `base`."""
    return [
        str(item["id"])
        for item in document["routes"].get(route, {}).get("directives", ())
        if int(item["generation"]) > base
    ]
