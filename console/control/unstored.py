"""Orders that stand by the control file alone, while the store cannot be used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.control import draft, sections
from console.control.anew import anew
from console.control.asking import Order, Refused, check, nothing_changes
from console.control.file import Conflict, ControlError, ControlFile, Document

if TYPE_CHECKING:
    from console.model import Directive
    from console.settings import Settings


class Unstored(Exception):  # noqa: N818 - the order stands
    """An order stands durably in the control file, and the store could not be told of it.

    The next process that can write the store takes it over, with a row in the audit.
    """

    def __init__(self, directive: Directive, why: str) -> None:
        super().__init__(
            f"{directive.id} stands by the control file; the store cannot be used ({why}), and "
            "takes it over, with its audit, as soon as it can be"
        )
        self.directive = directive


def unsigned(document: Document) -> str:
    """Say that a generation was written by other hands, and what to do."""
    return (
        f"generation {document['generation']} was not signed by the key of the settings: other "
        "hands wrote it; delete it from generations/ and give the order again"
    )


@anew
def restrict(file: ControlFile, settings: Settings, order: Order, now_us: int) -> Directive:
    """Make an order durable by the control file alone, where the store cannot be used.

    Restricting must not wait until a disk has room or a store is mended; lifting does.

    Raises:
        Refused: it would change nothing, or asks for what cannot be.
        Conflict: somebody else changed the route's orders meanwhile.
        ControlError: the control file cannot be written.
    """
    check(order)
    document = file.latest() or draft.blank(settings, ())
    if document["generation"] and not file.vouched(document):
        raise ControlError(unsigned(document))
    directive = draft.made(document, settings, order, now_us)
    base = order.base_generation
    changed = [] if base is None else draft.changed_since(document, directive.route, base)
    if changed:
        raise Conflict(
            f"the orders of {directive.route} were changed meanwhile: {', '.join(changed)}"
        )
    section = draft.section_of(document, settings, directive.route)
    standing = sections.standing_in(section, directive.route)
    known = sections.covering(directive, standing)
    if known is not None:
        raise Refused(nothing_changes(known))
    replaced = [item.id for item in standing if sections.supersedes(directive, item)]
    draft.put(document, settings, directive, replaced)
    file.publish(document, by=directive.by, now_us=now_us)
    return directive
