"""Restricting, whatever state the store is in: full, locked, damaged, newer, or gone.

An order is given through the store where that can be used. Where it cannot, it is given by the
control file alone, which is all that agents read; the next process that can write the store takes
it over, with a row in the audit. Nothing is ever lifted this way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from console.control.signing import control_file
from console.control.unstored import Unstored, restrict
from console.store.connect import StoreError, Unusable

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from console.control.asking import Order
    from console.model import Directive
    from console.settings import Settings


class Given(NamedTuple):
    """A durable order; `unstored` says why the store does not hold it yet, "" where it does."""

    directive: Directive
    unstored: str


def give(
    order: Order,
    settings: Settings,
    control: Path,
    now_us: int,
    by_store: Callable[[Order], Directive],
) -> Given:
    """Give a restricting order by the store, else by the control file alone.

    Args:
        order: what is ordered.
        settings: routes and tiers.
        control: path of the control file.
        now_us: when it is given.
        by_store: gives it through the store.

    Raises:
        Refused: it would change nothing, or asks for what cannot be.
        Conflict: somebody else changed the route's orders meanwhile.
        ControlError: the control file cannot be written.
    """
    try:
        return Given(by_store(order), "")
    except Unstored as stands:
        return Given(stands.directive, str(stands))
    except (StoreError, Unusable, OSError) as error:
        directive = restrict(control_file(control, settings), settings, order, now_us)
        return Given(directive, str(Unstored(directive, str(error))))
