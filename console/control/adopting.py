"""Bringing the store up to what the control file says, where a crash has set the two apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from console.control import sections
from console.intake.times import instant_us
from console.store import desk
from console.text import name

if TYPE_CHECKING:
    from console.model import Directive
    from console.store.connect import Connection

Document = dict[str, Any]


def adopt(connection: Connection, document: Document, standing: dict[str, Directive]) -> list[str]:
    """Store what the document says and the store does not, inside the caller's transaction.

    `standing` are the document's orders by id, with their exit rules. Returns what was put right,
    in words.
    """
    return [
        *_orders(connection, standing),
        *_ended(connection, standing, document),
        *_grants(connection, document),
    ]


def _orders(connection: Connection, standing: dict[str, Directive]) -> list[str]:
    said = []
    for directive in standing.values():
        known = {item.id for item in desk.directives_of(connection, directive.route)}
        if directive.id not in known:
            desk.save_directive(connection, directive)
            said.append(f"{directive.id} stands on {directive.route} by the control file")
    return said


def _ended(connection: Connection, standing: dict[str, Directive], document: Document) -> list[str]:
    said = []
    for route in desk.ordered_routes(connection):
        for directive in desk.directives_of(connection, route):
            if directive.lifted_us is None and directive.id not in standing:
                lifted = msgspec.structs.replace(
                    directive,
                    lifted_us=instant_us(str(document["issued_at"])),
                    lifted_by=name(str(document["issued_by"])),
                    lift_reason="not in the control file any more",
                    lift_generation=int(document["generation"]),
                )
                desk.save_directive(connection, lifted)
                said.append(f"{directive.id} does not stand on {route} any more")
    return said


def _grants(connection: Connection, document: Document) -> list[str]:
    issued_us = instant_us(str(document["issued_at"]))
    said = []
    for route, section in document["routes"].items():
        stored = desk.grants_of(connection, route)
        known = {grant.id for grant in stored}
        written = {str(item["id"]) for item in section.get("grants", ())}
        for grant in stored:
            if grant.id not in written and grant.holds(issued_us):
                desk.save_grant(connection, route, grant._replace(until_us=issued_us))
                said.append(f"{grant.id} does not stand on {route} any more")
        for item in section.get("grants", ()):
            if item["id"] not in known:
                desk.save_grant(connection, route, sections.grant_as_read(item, issued_us))
                said.append(f"{item['id']} is granted on {route} by the control file")
    return said
