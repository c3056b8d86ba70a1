"""Orders as the control file says them, and the act of giving or lifting one.

The newest generation of the control file is what stands; the store keeps the history. An order is
made from the generation that the operator saw, so that of two who act at once one is asked again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from console.control import draft, sections
from console.control.adopting import adopt
from console.control.anew import anew
from console.control.asking import Order, Permit, Refused, check, check_permit, nothing_changes
from console.control.file import Conflict, ControlError, ControlFile, Document, content_digest
from console.control.unstored import Unstored, unsigned
from console.ledger.orders import Grant
from console.model import Directive, DirectiveKind
from console.store import desk
from console.store.connect import Unusable
from console.text import clean, name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from console.settings import Settings
    from console.store.writer import Writer


class ControlDesk:
    """Gives and lifts orders: the control file first, then store and audit in one transaction."""

    def __init__(self, writer: Writer, file: ControlFile, settings: Settings) -> None:
        self._writer = writer
        self._file = file
        self._settings = settings

    @anew
    def initialise(self, routes: Iterable[str], *, by: str, now_us: int) -> int:
        """Write generation 1 where there is none; return the newest generation."""
        document = self._file.latest()
        if document is None:
            document = self._publish(
                draft.blank(self._settings, routes), by=name(by), now_us=now_us
            )
            with self._writer.transaction():
                self._remember(document)
                self._audit((by, "init", ""), now_us, {"routes": sorted(document["routes"])})
        return int(document["generation"])

    @anew
    def give(
        self, order: Order, now_us: int, also: Callable[[Directive], None] | None = None
    ) -> Directive:
        """Make an order durable and return it.

        `also` writes to the store what has to be true exactly if the order is given; it is called
        inside the transaction that stores the order.

        Raises:
            Refused: it would change nothing, or asks for what cannot be.
            Conflict: somebody else changed the route's orders meanwhile.
            ControlError: the control file cannot be written.
            Unstored: it is given, and the store does not hold it yet.
        """
        check(order)
        document = self._current()
        self._check_base(document, name(order.route), order.base_generation)
        directive = draft.made(document, self._settings, order, now_us)
        section = draft.section_of(document, self._settings, directive.route)
        standing = sections.standing_in(section, directive.route)
        known = sections.covering(directive, standing)
        if known is not None:
            raise Refused(nothing_changes(known))
        replaced = [item.id for item in standing if sections.supersedes(directive, item)]
        self._issue(document, directive, replaced, (directive.kind.value, also))
        return directive

    def step_down(
        self, route: str, *, by: str, reason: str, now_us: int, base_generation: int | None = None
    ) -> Directive:
        """Turn the pauses of a route into one run at a time, in one generation; return that order.

        At no moment does the route stand without a restriction. The caller has checked that the
        time of probation is over. Audited before it takes effect.

        Raises:
            Refused: no pause stands, or no reason is given.
            Conflict: somebody else changed the route's orders meanwhile.
            ControlError: the control file cannot be written.
        """
        route = name(route)
        order = Order(
            route=route, kind=DirectiveKind.REDUCE, by=by, reason=reason, max_runs=1,
            base_generation=base_generation,
        )  # fmt: skip
        check(order)
        document, pauses, _ = self._paused(order)
        with self._writer.transaction():
            intent = {"directives": pauses, "reason": clean(reason)}
            self._audit((by, "stepdown requested", route), now_us, intent)
        asked = msgspec.structs.replace(order, base_generation=int(document["generation"]))
        return self._stepped_down(asked, now_us)

    @anew
    def _stepped_down(self, order: Order, now_us: int) -> Directive:
        """Put an order in place of the pauses of its route.

        It keeps the alert behind the pause, and is a ladder's where the pause was, so that it
        outlives any expiry; trusted outcomes count on it.
        """
        document, pauses, standing = self._paused(order)
        known = desk.directives_of(self._writer.connection, order.route)
        before = [item for item in known if item.id in pauses]
        directive = msgspec.structs.replace(
            draft.made(document, self._settings, order, now_us),
            alert=next((item.alert for item in before if item.alert), ""),
            ladder=any(item.ladder for item in before),
        )
        covered = [item.id for item in standing if sections.supersedes(directive, item)]
        self._issue(document, directive, [*pauses, *covered], ("stepdown", None))
        return directive

    def _paused(self, order: Order) -> tuple[Document, list[str], list[Directive]]:
        """Return the newest generation, the pauses of an order's route in it, and all orders."""
        document = self._current()
        self._check_base(document, order.route, order.base_generation)
        section = draft.section_of(document, self._settings, order.route)
        standing = sections.standing_in(section, order.route)
        pauses = [item.id for item in standing if item.kind is DirectiveKind.PAUSE]
        if not pauses:
            words = f"no pause stands on {clean(order.route, 60)}; there is nothing to step down"
            raise Refused(words)
        return document, pauses, standing

    def _issue(
        self,
        document: Document,
        directive: Directive,
        replaced: list[str],
        how: tuple[str, Callable[[Directive], None] | None],
    ) -> None:
        """Publish an order in place of those that it replaces, then store and audit it."""
        verb, also = how
        voided = draft.put(document, self._settings, directive, replaced)
        now_us = directive.issued_us
        written = self._publish(document, by=directive.by, now_us=now_us)
        try:
            with self._writer.transaction():
                self._retire(directive.route, replaced, directive, now_us)
                self._save_new(directive)
                self._void(directive.route, {str(item["id"]) for item in voided}, now_us)
                if also is not None:
                    also(directive)
                self._remember(written)
                self._audit((directive.by, verb, directive.route), now_us, directive)
        except Unusable as error:
            raise Unstored(directive, str(error)) from error

    def lift(
        self,
        directive: Directive,
        *,
        by: str,
        reason: str,
        overridden: bool,
        now_us: int,
        base_generation: int | None = None,
    ) -> Directive:
        """Take a standing order back and return it as lifted. Audited before it takes effect.

        The caller has checked that it may be lifted (exit rule met, or overridden).

        Raises:
            Refused: it does not stand, or no reason is given.
            Conflict: somebody else changed the route's orders meanwhile.
        """  # fmt: skip
        if not reason.strip():
            raise Refused("lifting an order needs a reason")
        self._without(directive, base_generation)
        with self._writer.transaction():
            intent = {"directive": directive.id, "reason": clean(reason), "override": overridden}
            self._audit((by, "lift requested", directive.route), now_us, intent)
        written = self._taken_out(directive, base_generation, by=name(by), now_us=now_us)
        lifted = msgspec.structs.replace(
            directive,
            lifted_us=now_us,
            lifted_by=name(by),
            lift_reason=clean(reason),
            lift_generation=int(written["generation"]),
            overridden=overridden,
        )
        with self._writer.transaction():
            desk.save_directive(self._writer.connection, lifted)
            self._remember(written)
            self._audit((by, "lift", directive.route), now_us, lifted)
        return lifted

    @anew
    def _taken_out(
        self, directive: Directive, base: int | None, *, by: str, now_us: int
    ) -> Document:
        """Write the generation that an order does not stand in any more."""
        return self._publish(self._without(directive, base), by=by, now_us=now_us)

    def _without(self, directive: Directive, base: int | None) -> Document:
        """Return the newest generation without an order that stands in it."""
        document = self._current()
        self._check_base(document, directive.route, base)
        section = draft.section_of(document, self._settings, directive.route)
        kept = [item for item in section["directives"] if item["id"] != directive.id]
        if len(kept) == len(section["directives"]):
            raise Refused(f"{directive.id} does not stand on {directive.route} any more")
        section["directives"] = kept
        section["state"] = sections.state_of(section).value
        return document

    def grant(self, permit: Permit, now_us: int) -> Grant:
        """Make a human's approval durable and return it. Audited before it takes effect.

        Raises:
            Refused: it says too little, or what cannot be.
            Conflict: other operators wrote the control file first, again and again.
            ControlError: the control file cannot be written.
        """
        check_permit(permit)
        self._current()
        route = name(permit.route)
        asked = Grant(
            id="",
            action=name(permit.action),
            change=permit.change,
            run=name(permit.run),
            version=name(permit.version),
            from_us=now_us,
            until_us=now_us + permit.for_us,
            by=name(permit.by),
        )
        with self._writer.transaction():
            detail = {"grant": asked, "reason": clean(permit.reason)}
            self._audit((permit.by, "grant requested", route), now_us, detail)
        grant, written = self._granted(asked, route, now_us)
        with self._writer.transaction():
            desk.save_grant(self._writer.connection, route, grant)
            self._remember(written)
            self._audit((permit.by, "grant", route), now_us, grant)
        return grant

    @anew
    def _granted(self, asked: Grant, route: str, now_us: int) -> tuple[Grant, Document]:
        """Write the generation that a grant holds from; return the grant, numbered, and it."""
        document = self._current()
        grant = asked._replace(id=f"g-{int(document['generation']) + 1}")
        section = draft.section_of(document, self._settings, route)
        kept = sections.live_grants(section, now_us)
        section["grants"] = [*kept, sections.grant_as_written(grant)]
        return grant, self._publish(document, by=grant.by, now_us=now_us)

    def standing(self, route: str) -> list[str]:
        """Return the ids of the orders that stand on a route, by the control file."""
        document = self._file.latest() or {"routes": {}}
        section = document["routes"].get(route, {})
        return [str(item["id"]) for item in section.get("directives", ())]

    def generation(self) -> int:
        """Return the newest generation."""
        return self._file.newest_generation()

    def reconcile(self, now_us: int) -> list[str]:
        """Bring store and audit up to the control file after a crash between the two.

        Raises `ControlError` where the newest generation is not to be trusted.

        A control file that differs though its generation is stored was changed by other hands: it
        is left as it is, since it closes agents and is evidence. Returns what was put right, in
        words.
        """
        self._current()
        known = int(desk.fact(self._writer.connection, "control_generation") or 0)
        if self._file.newest_generation() > known:
            self._file.complete()
        else:
            self._file.derive()
        with self._writer.transaction():
            # Read inside: what another operator gave before this transaction is in this document.
            document = self._file.latest()
            if document is None:
                return []
            standing = {
                str(item["id"]): msgspec.structs.replace(
                    sections.as_read(route, item), **draft.exit_rule(self._settings, route)
                )
                for route, section in document["routes"].items()
                for item in section.get("directives", ())
            }
            said = adopt(self._writer.connection, document, standing)
            known = int(desk.fact(self._writer.connection, "control_generation") or 0)
            if int(document["generation"]) > known:
                self._remember(document)
                said = said or [f"generation {document['generation']} was not in the store"]
            if said:
                self._audit(("burnline", "reconcile", ""), now_us, said)
        return said

    def _current(self) -> Document:
        document = self._file.latest()
        if document is None:
            return draft.blank(self._settings, ())
        self._trust(document)
        return document

    def _trust(self, document: Document) -> None:
        """Refuse to build on a generation that neither our key signed nor our store knows.

        Else whoever can write the directory would have the next order, or the collector, sign it.
        """
        connection = self._writer.connection
        known = desk.fact(connection, "control_generation") == str(document["generation"])
        ours = known and desk.fact(connection, "control_digest") == content_digest(document)
        if not ours and not self._file.vouched(document):
            raise ControlError(unsigned(document))

    def _check_base(self, document: Document, route: str, base: int | None) -> None:
        """Raise `Conflict` if the route's orders changed after generation `base`."""
        if base is None or base >= int(document["generation"]):
            return
        changed = draft.changed_since(document, route, base)
        gone = [
            directive
            for directive in desk.directives_of(self._writer.connection, route)
            if directive.lift_generation is not None and directive.lift_generation > base
        ]
        if changed or gone:
            what = [*changed, *(f"{item.id} lifted by {item.lifted_by}" for item in gone)]
            raise Conflict(
                f"the orders of {route} were changed meanwhile by {document['issued_by']}: "
                f"{', '.join(what)}; look again and decide anew"
            )

    def _publish(self, document: Document, *, by: str, now_us: int) -> Document:
        return self._file.publish(document, by=by, now_us=now_us)

    def _retire(self, route: str, replaced: list[str], by_order: Directive, now_us: int) -> None:
        connection = self._writer.connection
        for directive in desk.directives_of(connection, route):
            if directive.id in replaced and directive.lifted_us is None:
                lifted = msgspec.structs.replace(
                    directive,
                    lifted_us=now_us,
                    lifted_by=by_order.by,
                    lift_reason=f"replaced by {by_order.id}",
                    lift_generation=by_order.generation,
                    replaced_by=by_order.id,
                )
                desk.save_directive(connection, lifted)

    def _save_new(self, directive: Directive) -> None:
        """Store an order just given, unless another operator has lifted it already."""
        connection = self._writer.connection
        known = desk.directives_of(connection, directive.route)
        if not any(item.id == directive.id and item.lifted_us is not None for item in known):
            desk.save_directive(connection, directive)

    def _void(self, route: str, grants: set[str], now_us: int) -> None:
        """Let grants end now: an order was given that stops what they allowed."""
        connection = self._writer.connection
        for grant in desk.grants_of(connection, route):
            if grant.id in grants:
                desk.save_grant(connection, route, grant._replace(until_us=now_us))

    def _remember(self, document: Document) -> None:
        """Keep what a generation just written says, to tell tampering by, while it is newest."""
        if self._file.newest_generation() > int(document["generation"]):
            return
        connection = self._writer.connection
        desk.set_fact(connection, "control_digest", content_digest(document))
        desk.set_fact(connection, "control_generation", str(document["generation"]))

    def _audit(self, act: tuple[str, str, str], now_us: int, detail: object) -> None:
        """Append to the audit who (by) did what (verb) to which route."""
        by, verb, route = act
        connection = self._writer.connection
        desk.audit(connection, at_us=now_us, actor=name(by), verb=verb, route=route, detail=detail)


__all__ = ["Conflict", "ControlDesk", "ControlError", "Order", "Permit", "Refused", "Unstored"]
